from .aftersale_case import AftersaleOdooCase


class TestCaseAbsorb(AftersaleOdooCase):
    """Cancellations and returns come into Odoo once, with what has to be done."""

    def test_request_to_cancel_shows_its_reason_and_deadline(self):
        order_id, _order = self.import_units()
        case_id = self.ask_to_cancel(order_id)
        self.aftersales()
        case = self.cancellation(case_id)
        self.assertEqual(case.order_id, self.mirror(order_id))
        self.assertEqual(case.stage, "requested")
        self.assertEqual(case.need, "cancellation")
        self.assertTrue(case.deadline)
        self.assertEqual(sum(case.line_ids.mapped("quantity")), 4)

    def test_open_request_holds_the_delivery(self):
        order_id, order = self.import_units()
        self.ask_to_cancel(order_id)
        self.aftersales()
        self.assertTrue(self.mirror(order_id).cancel_requested)
        self.assertTrue(order.picking_ids.tts_blocking_text)
        self.assertTrue(self.mirror(order_id).cancel_deadline)

    def test_request_that_the_order_does_not_tell_of_holds_it_all_the_same(self):
        order_id, _order = self.import_units()
        self.ask_to_cancel(order_id)
        self.aftersales()
        self.absorb({**self.raw(order_id), "is_buyer_request_cancel": False})
        self.assertTrue(self.mirror(order_id).cancel_requested)

    def test_withdrawn_request_lets_the_delivery_go(self):
        order_id, order = self.import_units()
        case_id = self.ask_to_cancel(order_id)
        self.aftersales()
        self.step(case_id, "withdraw", "cancellations")
        self.aftersales()
        self.assertFalse(order.picking_ids.tts_blocking_text)
        self.assertFalse(self.mirror(order_id).cancel_deadline)

    def test_return_that_was_over_before_the_shop_was_read_is_history(self):
        ids = []
        for _number in range(3):
            order_id = self.place_units(self.unit(), status="DELIVERED")
            case_id = self.make_return(order_id, "REFUND", role="SELLER")
            self.step(case_id, "complete")
            ids.append(case_id)
        self.aftersales()
        self.assertEqual(self.case_return(ids[0]).stage, "complete")
        self.assertFalse(self.issues().filtered(lambda row: "case-order" in row.key))

    def test_cancellation_says_who_and_why_and_cancels_the_order(self):
        order_id, order = self.import_units()
        case_id = self.cancel(order_id, role="SYSTEM")
        self.aftersales()
        case = self.cancellation(case_id)
        self.assertEqual(self.mirror(order_id).cancelled_by, "SYSTEM")
        self.assertEqual(self.mirror(order_id).cancel_reason, case.reason_text)
        self.assertEqual(order.state, "cancel")

    def test_unchanged_case_is_left_alone(self):
        order_id, _order = self.delivered()
        case_id = self.make_return(order_id)
        self.aftersales()
        case = self.case_return(case_id)
        lines = case.line_ids
        self.aftersales()
        self.assertEqual(case.line_ids, lines)

    def test_return_is_one_row_with_units_amounts_and_deadline(self):
        order_id, order = self.delivered()
        case_id = self.make_return(order_id)
        self.aftersales()
        case = self.case_return(case_id)
        self.assertEqual(case.type, "RETURN_AND_REFUND")
        self.assertEqual(case.sale_order_id, order)
        self.assertEqual(case.need, "return")
        self.assertEqual(case.amount_refund, sum(case.line_ids.mapped("amount_refund")))
        self.assertEqual(
            case.line_ids.sale_line_id, self.goods(order), "each line names its own"
        )

    def test_older_generation_of_calls_gives_the_same_row(self):
        self.control("POST", "/aftersales", {"generation": "202309"})
        self.addCleanup(self.control, "POST", "/aftersales", {"generation": ""})
        order_id, _order = self.delivered()
        case_id = self.make_return(order_id)
        self.aftersales()
        self.assertEqual(self.case_return(case_id).need, "return")

    def test_case_that_cannot_be_read_is_an_issue_and_stops_no_other(self):
        order_id, _order = self.delivered()
        other_id, _other = self.delivered()
        broken = self.make_return(order_id)
        self.control("POST", f"/returns/{broken}", {"set": {"return_status": None}})
        good = self.make_return(other_id)
        self.aftersales()
        self.assertTrue(self.case_return(good))
        self.assertTrue(self.issues(f"case-broken:{broken}"))

    def test_issue_of_an_unreadable_case_closes_when_it_can_be_read(self):
        order_id, _order = self.delivered()
        case_id = self.make_return(order_id)
        self.control("POST", f"/returns/{case_id}", {"set": {"return_status": None}})
        self.aftersales()
        self.control(
            "POST",
            f"/returns/{case_id}",
            {"set": {"return_status": "RETURN_OR_REFUND_REQUEST_PENDING"}},
        )
        self.issues(f"case-broken:{case_id}").action_retry()
        self.assertFalse(self.issues(f"case-broken:{case_id}"))
        self.assertTrue(self.case_return(case_id))

    def test_return_of_an_order_not_in_odoo_is_an_issue(self):
        self.aftersales()
        order_id = self.place_units(self.unit(), status="DELIVERED")
        case_id = self.make_return(order_id)
        self.aftersales()
        self.assertTrue(self.issues(f"case-order:{case_id}"))

    def test_return_of_more_than_was_shipped_is_an_issue(self):
        order_id, _order = self.import_units()
        self.change(order_id, status="DELIVERED", force=True)
        self.sync()
        case_id = self.make_return(order_id)
        self.aftersales()
        issue = self.issues(f"case-doubt:{case_id}")
        self.assertIn("4 units are to come back, and 0 were shipped", issue.reason)

    def test_cancellation_of_an_order_that_odoo_never_saw_is_left_out(self):
        order_id = self.place_units(self.unit())
        case_id = self.cancel(order_id)
        self.aftersales()
        self.assertFalse(self.cancellation(case_id))

    def test_case_that_came_before_its_order_is_linked_to_it(self):
        order_id = self.place_units(self.unit(), self.unit(1))
        case_id = self.ask_to_cancel(order_id)
        self.aftersales()
        self.assertFalse(self.cancellation(case_id).order_id)
        self.sync()
        case = self.cancellation(case_id)
        self.assertEqual(case.order_id, self.mirror(order_id))
        self.assertTrue(all(case.line_ids.mapped("sale_line_id")))

    def test_cases_are_first_read_after_the_first_orders(self):
        order_id = self.place_units(self.unit(), self.unit(1))
        line = self.raw(order_id)["line_items"][0]["id"]
        case_id = self.cancel(order_id, lines=[line])
        self.shop.write({"last_success": False, "next_aftersale_sync": False})
        self.run_cron("ir_cron_aftersales")
        self.assertFalse(self.shop.last_aftersale_sync)
        self.sync()
        self.run_cron("ir_cron_aftersales")
        self.assertEqual(self.cancellation(case_id).order_id, self.mirror(order_id))
