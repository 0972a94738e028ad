"""Returns of the sandbox: every way through, deadlines, offers."""

from odoo.tests import tagged

from .sandbox_aftersale_case import (
    AWAITING,
    CLOSED,
    COMPLETE,
    DAY,
    HOUR,
    PENDING,
    REJECTED,
    SHIPPED,
    SUCCESS,
    ReturnCase,
)
from .sandbox_client import NOW

AFTER = "OFFER_PARTIAL_REFUND_AFTER_RECEIVING_PKG"


@tagged("post_install", "-at_install")
class TestSandboxReturnWays(ReturnCase):
    def test_a_refund_is_granted_and_then_paid(self):
        order_id, case_id = self.send_back("REFUND")
        self.assertEqual(self.status(case_id), PENDING)
        self.assertEqual(self.action(case_id), ("SELLER_RESPOND_REFUND", 2 * DAY))
        self.assertEqual(self.decide(case_id, "APPROVE_REFUND"), 0)
        self.assertEqual(self.status(case_id), SUCCESS)
        self.assertIsNone(self.action(case_id))
        self.later(HOUR)
        self.assertEqual(self.status(case_id), COMPLETE)
        self.assertEqual(self.order(order_id).status, "COMPLETED")

    def test_goods_come_back_before_the_money_goes(self):
        order_id, case_id = self.send_back()
        self.assertEqual(self.action(case_id), ("SELLER_RESPOND_RETURN", 2 * DAY))
        self.assertEqual(self.decide(case_id, "APPROVE_RETURN"), 0)
        self.assertEqual(self.status(case_id), AWAITING)
        self.step(case_id, "ship_back", tracking_number="BACK1", provider="Pos Laju")
        row = self.find_return(case_id)
        self.assertEqual(row["return_status"], SHIPPED)
        self.assertEqual(row["return_tracking_number"], "BACK1")
        self.assertEqual(row["return_provider_name"], "Pos Laju")
        self.assertIn("full_address", row["return_warehouse_address"])
        self.assertIsNone(self.action(case_id))
        self.step(case_id, "arrive")
        action = "SELLER_RESPOND_RECEIVE_PACKAGE"
        self.assertEqual(self.action(case_id), (action, 2 * DAY))
        self.assertFalse(self.order(order_id).refunds)
        self.assertEqual(self.decide(case_id, "APPROVE_RECEIVED_PACKAGE"), 0)
        self.assertEqual(self.status(case_id), SUCCESS)
        self.assertTrue(self.order(order_id).refunds)

    def test_a_return_without_goods_names_no_parcel(self):
        for decision, more in (
            ("APPROVE_RETURN", {"buyer_keep_item": True}),
            ("DIRECT_REFUND", {}),
        ):
            _order_id, case_id = self.send_back()
            self.assertIn("shipment_type", self.find_return(case_id))
            self.assertEqual(self.decide(case_id, decision, **more), 0)
            row = self.find_return(case_id)
            self.assertEqual(row["return_status"], SUCCESS)
            self.assertNotIn("shipment_type", row)

    def test_a_replacement_makes_a_free_order_linked_to_its_origin(self):
        before = set(self.client.shop.orders)
        order_id, case_id = self.shipped_back("REPLACEMENT")
        self.assertEqual(self.decide(case_id, "APPROVE_RECEIVED_PACKAGE"), 0)
        self.assertEqual(self.status(case_id), "REPLACEMENT_REQUEST_COMPLETE")
        [new_id] = set(self.client.shop.orders) - before - {order_id}
        self.assertEqual(self.state("returns")[case_id]["new_order_id"], new_id)
        doc = self.order(new_id).served()
        self.assertTrue(doc["is_replacement_order"])
        self.assertEqual(doc["replaced_order_id"], order_id)
        self.assertEqual(doc["payment"]["total_amount"], "0")
        self.assertEqual(doc["status"], "AWAITING_SHIPMENT")
        origin = self.order(order_id)
        self.assertEqual(doc["user_id"], origin.doc["user_id"])
        self.assertEqual(self.order(new_id).address, origin.address)
        [line] = doc["line_items"]
        self.assertEqual((line["sku_id"], line["sale_price"]), (self.sku.id, "0"))
        self.assertFalse(origin.refunds)

    def test_a_replacement_of_goods_the_buyer_keeps_is_sent_at_once(self):
        _order_id, case_id = self.send_back("REPLACEMENT", keep_item=True)
        self.assertTrue(self.find_return(case_id)["can_buyer_keep_item"])
        self.assertEqual(self.decide(case_id, "APPROVE_REPLACEMENT"), 0)
        self.assertEqual(self.status(case_id), "REPLACEMENT_REQUEST_COMPLETE")

    def test_a_replacement_can_be_refunded_instead(self):
        order_id, case_id = self.send_back("REPLACEMENT")
        self.assertEqual(self.decide(case_id, "ISSUE_REPLACEMENT_REFUND"), 0)
        self.assertEqual(self.status(case_id), "REPLACEMENT_REQUEST_REFUND_SUCCESS")
        self.assertEqual(len(self.order(order_id).refunds), 1)
        self.later(DAY)
        self.assertEqual(self.status(case_id), "REPLACEMENT_REQUEST_REFUND_SUCCESS")

    def test_an_exchange_makes_an_order_in_the_us(self):
        self.open("US")
        order_id, case_id = self.shipped_back("EXCHANGE")
        self.assertEqual(self.decide(case_id, "APPROVE_RECEIVED_PACKAGE"), 0)
        self.assertEqual(self.status(case_id), "EXCHANGE_REQUEST_COMPLETE")
        doc = self.order(self.state("returns")[case_id]["new_order_id"]).doc
        self.assertTrue(doc["is_exchange_order"])
        self.assertEqual(doc["exchange_source_order_id"], order_id)

    def test_an_exchange_is_refunded_or_declined(self):
        self.open("GB")
        for decide, status in (
            (lambda i: self.decide(i, "DIRECT_REFUND"), "REFUND_SUCCESS"),
            (lambda i: self.decline(i, "REJECT_RETURN"), "CANCEL"),
        ):
            _order_id, case_id = self.send_back("EXCHANGE")
            self.assertEqual(decide(case_id), 0)
            self.assertEqual(self.status(case_id), f"EXCHANGE_REQUEST_{status}")

    def test_a_declined_request_ends_unless_it_is_disputed(self):
        for kind, decision, rejected, closed in (
            ("REFUND", "REJECT_REFUND", REJECTED, CLOSED),
            ("RETURN_AND_REFUND", "REJECT_RETURN", REJECTED, CLOSED),
            (
                "REPLACEMENT",
                "REJECT_REPLACEMENT",
                "REPLACEMENT_REQUEST_REJECT",
                "REPLACEMENT_REQUEST_CANCEL",
            ),
        ):
            with self.subTest(kind):
                order_id, case_id = self.send_back(kind)
                self.assertEqual(self.decline(case_id, decision), 0)
                self.assertEqual(self.status(case_id), rejected)
                self.later(3 * DAY)
                self.assertEqual(self.status(case_id), closed)
                self.assertFalse(self.order(order_id).refunds)

    def test_tiktok_decides_a_dispute(self):
        for kind, step, arbitration, status in (
            ("REFUND", "support_buyer", "SUPPORT_BUYER", SUCCESS),
            ("RETURN_AND_REFUND", "support_buyer", "SUPPORT_BUYER", AWAITING),
            ("REFUND", "support_seller", "SUPPORT_SELLER", CLOSED),
            ("RETURN_AND_REFUND", "close_arbitration", "CLOSED", CLOSED),
        ):
            with self.subTest(f"{kind} {step}"):
                _order_id, case_id = self.send_back(kind)
                refund = kind == "REFUND"
                self.decline(case_id, "REJECT_REFUND" if refund else "REJECT_RETURN")
                self.step(case_id, "arbitrate")
                row = self.find_return(case_id)
                self.assertEqual(row["arbitration_status"], "IN_PROGRESS")
                self.later(9 * DAY)
                self.assertEqual(self.status(case_id), REJECTED)
                self.step(case_id, step)
                row = self.find_return(case_id)
                found = row["arbitration_status"], row["return_status"]
                self.assertEqual(found, (arbitration, status))

    def test_a_declined_parcel_ends_one_way_or_the_other(self):
        for dispute, status in ((False, CLOSED), (True, SUCCESS)):
            order_id, case_id = self.shipped_back()
            self.assertEqual(self.decline(case_id, "REJECT_RECEIVED_PACKAGE"), 0)
            self.assertEqual(self.status(case_id), "REJECT_RECEIVE_PACKAGE")
            if dispute:
                self.step(case_id, "arbitrate")
                self.step(case_id, "support_buyer")
            else:
                self.later(3 * DAY)
            self.assertEqual(self.status(case_id), status)
            self.assertEqual(bool(self.order(order_id).refunds), dispute)

    def test_a_buyer_withdraws_before_the_goods_leave(self):
        _order_id, case_id = self.send_back()
        self.step(case_id, "withdraw")
        self.assertEqual(self.status(case_id), CLOSED)
        _order_id, case_id = self.shipped_back()
        with self.assertRaises(ValueError):
            self.step(case_id, "withdraw")

    def test_the_seller_decides_in_seller_center_too(self):
        _order_id, case_id = self.send_back()
        self.step(case_id, "decide", decision="APPROVE_RETURN")
        self.assertEqual(self.status(case_id), AWAITING)
        self.assertEqual(self.state("returns")[case_id]["answers"], {})
        with self.assertRaises(ValueError):
            self.step(case_id, "decide", decision="APPROVE_RETURN")

    def test_every_status_can_be_forced(self):
        _order_id, case_id = self.send_back()
        self.client.door("POST", f"/returns/{case_id}", {"status": AWAITING})
        self.assertEqual(self.status(case_id), AWAITING)


@tagged("post_install", "-at_install")
class TestSandboxReturnDeadlines(ReturnCase):
    def test_silence_grants_the_request(self):
        for kind, wait, status in (
            ("REFUND", 2 * DAY, SUCCESS),
            ("RETURN_AND_REFUND", 2 * DAY, AWAITING),
            ("REPLACEMENT", DAY, AWAITING),
        ):
            with self.subTest(kind):
                _order_id, case_id = self.send_back(kind)
                start = self.now()
                self.later(wait - 1)
                self.assertTrue(self.status(case_id).endswith("PENDING"))
                self.later(1)
                row = self.find_return(case_id)
                self.assertEqual(row["return_status"], status)
                self.assertEqual(row["update_time"], start + wait)
                self.assertEqual(self.state("returns")[case_id]["answers"], {})

    def test_silence_about_a_parcel_pays_the_buyer(self):
        order_id, case_id = self.shipped_back()
        self.later(2 * DAY - 1)
        self.assertEqual(self.status(case_id), SHIPPED)
        self.later(1)
        self.assertEqual(self.status(case_id), SUCCESS)
        self.assertTrue(self.order(order_id).refunds)

    def test_goods_that_are_never_sent_end_the_case(self):
        _order_id, case_id = self.send_back()
        self.decide(case_id, "APPROVE_RETURN")
        self.later(7 * DAY)
        self.assertEqual(self.status(case_id), CLOSED)

    def test_a_long_silence_passes_every_deadline_in_its_turn(self):
        _order_id, case_id = self.send_back("REFUND")
        self.later(9 * DAY)
        row = self.find_return(case_id)
        self.assertEqual(row["return_status"], COMPLETE)
        self.assertEqual(row["update_time"], NOW + 2 * DAY + HOUR)

    def test_a_parcel_on_its_way_waits_for_its_arrival(self):
        _order_id, case_id = self.shipped_back(arrive=False)
        self.later(9 * DAY)
        self.assertEqual(self.status(case_id), SHIPPED)

    def test_a_deadline_can_be_brought_near(self):
        _order_id, case_id = self.send_back("REFUND", deadline=NOW + 60)
        self.assertEqual(self.action(case_id), ("SELLER_RESPOND_REFUND", 60))
        self.later(60)
        self.assertEqual(self.status(case_id), SUCCESS)

    def test_the_warehouse_of_tiktok_answers_for_its_parcels(self):
        order_id = self.place("DELIVERED", fulfillment_type="FULFILLMENT_BY_TIKTOK")
        case_id = self.make_return(order_id)
        self.decide(case_id, "APPROVE_RETURN")
        self.step(case_id, "ship_back")
        self.step(case_id, "arrive")
        self.assertIsNone(self.action(case_id))
        self.assertEqual(self.decide(case_id, "APPROVE_RECEIVED_PACKAGE"), 25011026)
        self.later(2 * DAY)
        self.assertEqual(self.status(case_id), SUCCESS)


@tagged("post_install", "-at_install")
class TestSandboxReturnOffers(ReturnCase):
    def test_an_accepted_offer_is_what_goes_back(self):
        order_id, case_id = self.send_back(counts=(2,))
        code = self.decide(case_id, "OFFER_PARTIAL_REFUND", **self.offer("3.5"))
        self.assertEqual(code, 0)
        row = self.find_return(case_id)
        self.assertEqual(row["return_status"], "AWAITING_BUYER_RESPONSE")
        self.assertEqual(row["seller_proposed_return_type"], "PARTIAL_REFUND")
        self.assertEqual(row["partial_refund"], {"currency": "MYR", "amount": "3.5"})
        self.step(case_id, "accept_offer")
        row = self.find_return(case_id)
        self.assertEqual(row["return_status"], SUCCESS)
        self.assertFalse(row["buyer_rejected_partial_refund"])
        self.assertEqual(row["refund_amount"]["refund_total"], "3.5")
        [refund] = self.order(order_id).refunds
        self.assertEqual(refund.goods, 350)
        self.assertEqual(self.order(order_id).status, "DELIVERED")

    def test_a_refused_or_ignored_offer_is_the_sellers_turn_again(self):
        for refuse in (
            lambda case_id: self.step(case_id, "refuse_offer"),
            lambda _case_id: self.later(2 * DAY),
        ):
            _order_id, case_id = self.send_back()
            self.decide(case_id, "OFFER_PARTIAL_REFUND", **self.offer("1"))
            refuse(case_id)
            row = self.find_return(case_id)
            self.assertEqual(row["return_status"], PENDING)
            self.assertTrue(row["buyer_rejected_partial_refund"])
            code = self.decide(case_id, "OFFER_PARTIAL_REFUND", **self.offer("1"))
            self.assertEqual(code, 25007007)
            self.assertEqual(self.decide(case_id, "APPROVE_RETURN"), 0)

    def test_an_offer_after_the_parcel_came_back_is_of_the_newest_call(self):
        order_id, case_id = self.shipped_back()
        body = {
            "reject_reason": "seller_reject_receive_product_incomplete",
            "partial_refund_amount": {"partial_refund_total": "2", "currency": "MYR"},
        }
        self.assertEqual(self.decide(case_id, AFTER, **body), 25001001)
        self.assertEqual(self.decide(case_id, AFTER, "202606", **body), 0)
        self.assertEqual(self.status(case_id), "AWAITING_BUYER_RESPONSE")
        self.step(case_id, "refuse_offer")
        self.assertEqual(self.status(case_id), SHIPPED)
        self.assertEqual(self.decide(case_id, AFTER, "202606", **body), 25020012)
        self.assertEqual(self.decide(case_id, "APPROVE_RECEIVED_PACKAGE"), 0)
        self.assertTrue(self.order(order_id).refunds)

    def test_an_amount_has_to_be_one(self):
        _order_id, case_id = self.send_back()
        for amount, currency, code in (
            ("0", "MYR", 25001001),
            ("-1", "MYR", 25001001),
            ("1.234", "MYR", 25001001),
            ("nan", "MYR", 25001001),
            ("much", "MYR", 25001001),
            (1, "MYR", 25001001),
            ("1", "USD", 25001001),
            ("99999", "MYR", 25005005),
        ):
            with self.subTest(str(amount)):
                body = self.offer(amount, currency)
                found = self.decide(case_id, "OFFER_PARTIAL_REFUND", **body)
                self.assertEqual(found, code)
        self.assertEqual(self.decide(case_id, "OFFER_PARTIAL_REFUND"), 25001001)
