from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .return_case import ReturnCase


@tagged("post_install", "-at_install")
class TestReturnInspect(ReturnCase):
    """What came back waits until a clerk says what becomes of it."""

    def received(self, quantity=3):
        """Return a case of which everything came back."""
        case, _order = self.returned(self.unit(quantity=quantity))
        self.receive(case.picking_ids)
        return case

    def outcome(self, case):
        return (case.units_returned, case.units_restocked, case.units_scrapped)

    def test_what_was_received_waits_in_the_returns_location(self):
        before = self.in_stock()
        case = self.received()
        self.assertEqual(case.inspection_state, "received")
        self.assertEqual(case.picking_ids.tts_inspection_state, "received")
        self.assertEqual(self.waiting(), 3)
        self.assertEqual(self.in_stock(), before - 3, "the delivery took them")

    def test_a_clerk_brings_goods_back_into_stock(self):
        case = self.received()
        before = self.in_stock()
        self.inspect(case, restock=3)
        self.assertEqual(self.in_stock(), before + 3)
        self.assertFalse(self.waiting())
        self.assertEqual(case.inspection_state, "inspected")
        self.assertEqual(self.outcome(case), (3, 3, 0))
        self.assertEqual(case.picking_ids.tts_restock_ids.state, "done")

    def test_a_clerk_scraps_with_a_reason(self):
        case = self.received()
        reason = self.env["stock.scrap.reason.tag"].create({"name": "Worn"})
        before = self.in_stock()
        self.inspect(case, scrap=3, reason_ids=[(6, 0, reason.ids)], note="Smells")
        scrap = self.env["stock.scrap"].search(
            [("picking_id", "=", case.picking_ids.id)]
        )
        self.assertEqual(scrap.state, "done")
        self.assertEqual(scrap.scrap_reason_tag_ids, reason)
        self.assertEqual(self.in_stock(), before)
        self.assertFalse(self.waiting())
        self.assertEqual(self.outcome(case), (3, 0, 3))
        self.assertIn("Worn", case.message_ids[0].body)
        self.assertIn("Smells", case.message_ids[0].body)

    def test_the_sale_bears_what_was_scrapped_and_not_what_is_back_in_stock(self):
        self.product().standard_price = 4.0
        case = self.received()
        self.inspect(case, restock=1, scrap=2)
        self.env.flush_all()
        [(cost,)] = self.env["tts.sale.report"]._read_group(
            [("order_id", "=", case.sale_order_id.id)], [], ["cost:sum"]
        )
        company = self.shop.company_id.currency_id
        self.assertEqual(company.round(cost), 8.0)

    def test_what_is_undecided_stays_for_later(self):
        case = self.received()
        self.inspect(case, restock=1, scrap=1)
        self.assertEqual(case.inspection_state, "received")
        self.assertEqual(self.outcome(case), (3, 1, 1))
        self.assertEqual(self.waiting(), 1)
        self.inspect(case.picking_ids, restock=1)
        self.assertEqual(case.inspection_state, "inspected")
        self.assertEqual(self.outcome(case), (3, 2, 1))

    def test_odoos_own_scrap_counts_as_well(self):
        case = self.received(1)
        self.env["stock.scrap"].create(
            {
                "product_id": self.product().id,
                "picking_id": case.picking_ids.id,
                "scrap_qty": 1,
            }
        ).action_validate()
        self.assertEqual(self.outcome(case), (1, 0, 1))
        self.assertEqual(case.inspection_state, "inspected")

    def test_more_than_came_cannot_be_decided_on(self):
        case = self.received()
        for restock, scrap in ((4, 0), (2, 2), (-1, 0)):
            with (
                self.subTest(restock=restock, scrap=scrap),
                self.assertRaisesRegex(UserError, "3 of .* wait to be inspected"),
            ):
                self.inspect(case, restock=restock, scrap=scrap)

    def test_two_clerks_do_not_decide_on_the_same_unit(self):
        case = self.received()
        action = case.with_user(self.low_user).action_open_inspect()
        slow = self.env[action["res_model"]].browse(action["res_id"])
        self.inspect(case, restock=3)
        with self.assertRaisesRegex(UserError, "0 of .* wait to be inspected"):
            slow.with_user(self.low_user).action_inspect()

    def test_goods_of_another_company_are_not_told_of(self):
        case = self.received()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "tts_stranger",
            groups="stock.group_stock_user",
            company_id=other.id,
            company_ids=other.ids,
        )
        place = self.env["stock.warehouse"].search([("company_id", "=", other.id)])
        wizard = (
            self.env["tts.inspect"]
            .with_user(stranger)
            .create(
                {
                    "company_id": other.id,
                    "location_dest_id": place.lot_stock_id.id,
                    "line_ids": [
                        Command.create(
                            {
                                "picking_id": case.picking_ids.id,
                                "product_id": self.product().id,
                                "quantity": 1,
                                "quantity_restock": 99,
                            }
                        )
                    ],
                }
            )
        )
        with self.assertRaises(AccessError):
            wizard.action_inspect()

    def test_goods_that_somebody_moved_away_are_named(self):
        case = self.received()
        self.env["stock.quant"]._update_available_quantity(
            self.product(), self.shop.return_location_id, -2
        )
        with self.assertRaisesRegex(UserError, "1 of .* lie in"):
            self.inspect(case, restock=3)

    def test_nothing_is_inspected_before_it_is_here(self):
        case, _order = self.returned()
        with self.assertRaisesRegex(UserError, "Receive the goods first"):
            case.with_user(self.low_user).action_open_inspect()

    def test_serial_numbers_are_decided_on_one_by_one(self):
        product = self.product()
        self.env["stock.quant"].search([("product_id", "=", product.id)]).unlink()
        product.tracking = "serial"
        stock = self.shop.warehouse_id.lot_stock_id
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": product.id} for name in ("S1", "S2")]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                product, stock, 1, lot_id=lot
            )
        order_id, order = self.import_units(self.unit(quantity=2))
        order.picking_ids.with_context(
            tts_override=order.picking_ids.ids
        ).button_validate()
        self.change(order_id, status="DELIVERED", force=True)
        self.sync()
        case = self.grant(self.make_return(order_id))
        picking = case.picking_ids.with_user(self.low_user)
        self.assertEqual(picking.move_line_ids.lot_id, lots)
        picking.button_validate()
        action = case.with_user(self.low_user).action_open_inspect()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.lot_id, lots)
        for line in wizard.line_ids:
            is_good = line.lot_id == lots[0]
            line.write({"quantity_restock": is_good, "quantity_scrap": not is_good})
        wizard.with_user(self.low_user).action_inspect()
        left = self.env["stock.quant"].search(
            [("lot_id", "in", lots.ids), ("location_id", "=", stock.id)]
        )
        self.assertEqual(left.filtered("quantity").lot_id, lots[0])
        self.assertEqual(self.outcome(case), (2, 1, 1))

    # === WHAT CAME IS NOT WHAT THE CASE SAYS === #

    def test_fewer_units_than_the_case_says_are_an_issue(self):
        case, _order = self.returned(self.unit(quantity=3))
        sku = self.product().default_code
        self.receive(case.picking_ids, **{sku: 2})
        self.assertEqual(len(case.picking_ids), 2, "the rest may come yet")
        self.assertFalse(self.issues(f"case-count:{case.remote_id}"))
        (case.picking_ids.filtered(lambda row: row.state != "done")).action_cancel()
        issue = self.issues(f"case-count:{case.remote_id}")
        self.assertIn("2 received, 3 expected", issue.reason)

    def test_more_units_than_the_case_says_are_an_issue(self):
        case, _order = self.returned(self.unit(quantity=3), lines=1)
        sku = self.product().default_code
        self.receive(case.picking_ids, **{sku: 2})
        issue = self.issues(f"case-count:{case.remote_id}")
        self.assertIn("2 received, 1 expected", issue.reason)
        self.assertEqual(case.units_returned, 2)

    def test_the_rest_that_comes_later_is_of_the_same_case(self):
        case, _order = self.returned(self.unit(quantity=3))
        sku = self.product().default_code
        first = case.picking_ids
        self.receive(first, **{sku: 2})
        self.assertEqual(case.units_returned, 2)
        self.inspect(case, restock=2)
        self.assertEqual(case.inspection_state, "expected")
        self.receive(case.picking_ids - first)
        self.assertEqual(case.inspection_state, "received")
        self.inspect(case, restock=1)
        self.assertEqual(self.outcome(case), (3, 3, 0))
        self.assertFalse(self.issues(f"case-count:{case.remote_id}"))

    def test_the_sales_order_delivered_what_was_not_returned(self):
        case, order = self.returned(self.unit(quantity=3), lines=2)
        self.receive(case.picking_ids)
        self.assertEqual(self.goods(order).qty_delivered, 1)

    # === AFTER A CANCELLATION === #

    def test_nobody_waits_for_what_the_carrier_lost(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        order.picking_ids.button_validate()
        case_id = self.cancel(order_id, role="SYSTEM")
        self.sync()
        issue = self.issues(f"follow:{order_id}")
        self.assertIn("Create Return to have the goods", issue.hint)
        self.control(
            "POST",
            f"/cancellations/{case_id}",
            {"set": {"should_replenish_stock": False}},
        )
        self.aftersales()
        self.assertTrue(self.cancellation(case_id).is_lost)
        self.assertIn("are lost: nothing comes back", issue.hint)

    def test_goods_of_a_cancelled_order_wait_for_inspection_too(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        order.picking_ids.button_validate()
        self.change(order_id, status="CANCELLED")
        self.sync()
        action = self.issues(f"follow:{order_id}").action_open_return()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        back = self.env["stock.picking"].browse(
            wizard.with_user(self.low_user).action_create_returns()["res_id"]
        )
        self.assertEqual(back.location_dest_id, self.shop.return_location_id)
        self.receive(back)
        self.assertEqual(back.tts_inspection_state, "received")
        before = self.in_stock()
        self.inspect(back, restock=2, scrap=1)
        self.assertEqual(self.in_stock(), before + 2)
        self.assertEqual(back.tts_inspection_state, "inspected")
