"""What calls about cancellations and returns refuse, each with its code."""

from odoo.tests import tagged

from ..sandbox.aftersales_reasons import reject as reject_reasons
from .sandbox_aftersale_case import (
    AWAITING,
    CLOSED,
    DAY,
    PACKED,
    PENDING,
    REJECTED,
    SHIPPED,
    SUCCESS,
    CancelCase,
    ReturnCase,
)


@tagged("post_install", "-at_install")
class TestSandboxCancelRefusals(CancelCase):
    def test_answers_after_the_end_name_what_happened(self):
        self.open()
        for step, approve, reject in (
            ("approve", 25020009, 25020010),
            ("reject", 25011012, 25011011),
            ("withdraw", 25020009, 25011011),
        ):
            with self.subTest(step):
                _order_id, case_id = self.asked()
                self.step(case_id, step, "cancellations")
                self.assertEqual(self.answer(case_id), approve)
                code = self.answer(case_id, "reject", reject_reason=PACKED)
                self.assertEqual(code, reject)

    def test_a_case_of_nobody_or_of_another_shop_is_refused(self):
        self.client = self.two_shops()
        self.assertEqual(self.answer("1"), 25007006)
        shop = list(self.box.shops.values())[1]
        body = {"shop_id": shop.id, "order": {"status": "AWAITING_SHIPMENT"}}
        [order_id] = self.client.door("POST", "/orders", body)["ids"]
        case_id = self.ask(order_id)
        self.assertEqual(self.answer(case_id), 25020005)
        self.assertEqual(self.cancel(order_id)["code"], 25020005)

    def two_shops(self):
        self.open()
        client = type(self.client)(markets=["MY", "SG"], orders=0)
        self.box = client.box
        return client

    def test_the_status_of_the_order_decides_who_may_cancel(self):
        for market, status, code in (
            ("MY", "UNPAID", 25001003),
            ("MY", "ON_HOLD", 0),
            ("MY", "AWAITING_COLLECTION", 25001045),
            ("US", "AWAITING_COLLECTION", 0),
            ("US", "IN_TRANSIT", 25001045),
            ("MY", "DELIVERED", 25001003),
            ("MY", "COMPLETED", 25001051),
            ("MY", "CANCELLED", 25001011),
        ):
            with self.subTest(f"{market} {status}"):
                self.open(market)
                self.assertEqual(self.cancel(self.place(status))["code"], code)

    def test_an_open_request_is_in_the_way_of_the_seller(self):
        self.open()
        order_id, _case_id = self.asked()
        self.assertEqual(self.cancel(order_id)["code"], 25001011)

    def test_a_reason_has_to_fit(self):
        self.open()
        for reason, code in (
            ("seller_cancel_unpaid_reason_out_of_stock", 25001021),
            ("seller_cancel_unable_to_deliver_to_buyer_address", 25001021),
            ("ecom_order_to_ship_canceled_reason_better_price", 25001015),
            ("nope", 25001014),
        ):
            with self.subTest(reason):
                self.assertEqual(self.cancel(self.place(), reason)["code"], code)

    def test_asia_cancels_whole_orders_only(self):
        self.open()
        order_id = self.place(counts=(2,))
        first = self.lines(order_id)[0]
        answer = self.cancel(order_id, order_line_item_ids=[first])
        self.assertEqual(answer["code"], 25005010)

    def test_single_units_go_for_want_of_stock_only(self):
        self.open("US")
        order_id = self.place(counts=(2,))
        first = self.lines(order_id)[0]
        reason = "seller_cancel_reason_wrong_price"
        answer = self.cancel(order_id, reason, order_line_item_ids=[first])
        self.assertEqual(answer["code"], 25001021)

    def test_a_unit_of_another_order_is_a_wrong_parameter(self):
        self.open("US")
        strange = self.lines(self.place())
        answer = self.cancel(self.place(), order_line_item_ids=strange)
        self.assertEqual(answer["code"], 25001001)

    def test_a_reason_to_decline_has_to_be_one_of_now(self):
        self.open()
        _order_id, case_id = self.asked()
        old = self.reasons(case_id)[0]
        received = "seller_reject_receive_package_empty"
        self.assertEqual(self.answer(case_id, "reject", reject_reason="nope"), 25001014)
        self.assertEqual(
            self.answer(case_id, "reject", reject_reason=received), 25001057
        )
        self.client.door("POST", "/aftersales", {"rename_reasons": True})
        self.assertNotIn(old, self.reasons(case_id))
        self.assertEqual(self.answer(case_id, "reject", reject_reason=old), 25001020)
        new = self.reasons(case_id)[0]
        self.assertEqual(self.answer(case_id, "reject", reject_reason=new), 0)

    def test_reasons_are_renamed_by_the_month(self):
        self.open()
        market, decision = self.client.shop.market, "REJECT_REQUEST_CANCEL"
        before = list(reject_reasons(self.box, market, decision))
        self.later(30 * DAY)
        after = list(reject_reasons(self.box, market, decision))
        self.assertNotEqual(before[0], after[0])
        self.assertEqual(before[1:], after[1:])

    def test_too_much_proof_is_a_wrong_parameter(self):
        self.open()
        _order_id, case_id = self.asked()
        image = {"image_id": "a", "mime_type": "image/png", "height": 1, "width": 1}
        for body in (
            {"comment": "x" * 501},
            {"images": [image] * 7},
            {"images": [{"image_id": "a"}]},
        ):
            code = self.answer(case_id, "reject", reject_reason=PACKED, **body)
            self.assertEqual(code, 25001001)

    def test_the_control_door_switches_a_refusal_on(self):
        self.open()
        order_id, case_id = self.asked()
        body = {"refuse": 25001028, "call": "approve", "times": 2}
        self.client.door("POST", f"/cancellations/{case_id}", body)
        codes = [self.answer(case_id) for _time in range(3)]
        self.assertEqual(codes, [25001028, 25001028, 0])
        row = self.state("cancellations")[case_id]
        self.assertEqual(row["answers"], {"APPROVE_REQUEST_CANCEL": 1})
        self.assertEqual(row["calls"], 3)
        other = self.place()
        self.change(other, refuse=25001046, call="cancel")
        self.assertEqual(self.cancel(other)["code"], 25001046)
        self.assertEqual(self.order(order_id).status, "CANCELLED")

    def test_an_idempotency_key_answers_once(self):
        self.open()
        _order_id, case_id = self.asked()
        key = {"idempotency_key": "one"}
        codes = [self.answer(case_id, query=key) for _time in range(2)]
        self.assertEqual(codes, [0, 0])
        self.assertEqual(self.answer(case_id), 25020009)
        row = self.state("cancellations")[case_id]
        self.assertEqual(row["answers"], {"APPROVE_REQUEST_CANCEL": 1})

    def test_a_long_idempotency_key_is_refused(self):
        self.open()
        _order_id, case_id = self.asked()
        code = self.answer(case_id, query={"idempotency_key": "x" * 256})
        self.assertEqual(code, 36009004)


@tagged("post_install", "-at_install")
class TestSandboxReturnRefusals(ReturnCase):
    def test_a_decision_has_to_fit_the_type(self):
        for kind, decisions in (
            ("REFUND", ("APPROVE_RETURN", "APPROVE_REPLACEMENT", "DIRECT_REFUND")),
            ("RETURN_AND_REFUND", ("APPROVE_REFUND", "ISSUE_REPLACEMENT_REFUND")),
            ("REPLACEMENT", ("APPROVE_REFUND", "OFFER_PARTIAL_REFUND")),
        ):
            _order_id, case_id = self.send_back(kind)
            for decision in decisions:
                with self.subTest(f"{kind} {decision}"):
                    self.assertEqual(self.decide(case_id, decision), 25020004)

    def test_a_decision_has_to_fit_the_status(self):
        for status, decision, code in (
            (PENDING, "APPROVE_RECEIVED_PACKAGE", 25011013),
            (PENDING, "REJECT_RECEIVED_PACKAGE", 25020012),
            (AWAITING, "APPROVE_RETURN", 25011012),
            (AWAITING, "REJECT_RETURN", 25020010),
            (AWAITING, "OFFER_PARTIAL_REFUND", 25011032),
            (REJECTED, "REJECT_RETURN", 25001003),
            (SHIPPED, "REJECT_RECEIVED_PACKAGE", 25011035),
            (SUCCESS, "REJECT_RECEIVED_PACKAGE", 25020011),
            (SUCCESS, "REJECT_RETURN", 25020010),
            (SUCCESS, "APPROVE_RETURN", 25011012),
            (CLOSED, "APPROVE_RETURN", 25020009),
            (CLOSED, "REJECT_RETURN", 25001003),
            ("AWAITING_BUYER_RESPONSE", "APPROVE_RETURN", 25007007),
            ("AWAITING_BUYER_RESPONSE", "REJECT_RETURN", 25001003),
            (PENDING, "WHATEVER", 25001001),
        ):
            with self.subTest(f"{status} {decision}"):
                _order_id, case_id = self.send_back()
                self.client.door("POST", f"/returns/{case_id}", {"status": status})
                self.assertEqual(self.decide(case_id, decision), code)

    def test_a_quick_refund_cannot_be_undone(self):
        _order_id, case_id = self.shipped_back(quick=True)
        self.assertTrue(self.find_return(case_id)["is_quick_refund"])
        self.assertNotIn("is_quick_refund", self.find_return(case_id, "202309"))
        self.assertEqual(self.decline(case_id, "REJECT_RECEIVED_PACKAGE"), 25011025)

    def test_nobody_decides_what_tiktok_arbitrates(self):
        _order_id, case_id = self.send_back()
        self.step(case_id, "arbitrate")
        self.assertEqual(self.decide(case_id, "APPROVE_RETURN"), 25011010)
        self.assertEqual(self.decide(case_id, "REJECT_RETURN"), 25011010)

    def test_a_reason_has_to_be_of_the_decision(self):
        _order_id, case_id = self.send_back()
        for reason, code in (
            ("nope", 25001014),
            ("seller_reject_receive_package_empty", 25001016),
            ("seller_reject_apply_product_has_been_packed", 25001057),
            ("seller_reject_apply_insufficient_evidence", 0),
        ):
            with self.subTest(reason):
                found = self.decide(case_id, "REJECT_RETURN", reject_reason=reason)
                self.assertEqual(found, code)

    def test_an_idempotency_key_answers_once(self):
        _order_id, case_id = self.send_back("REFUND")
        key = {"idempotency_key": "same"}
        codes = [self.decide(case_id, "APPROVE_REFUND", query=key) for _n in range(2)]
        self.assertEqual(codes, [0, 0])
        row = self.state("returns")[case_id]
        self.assertEqual(row["answers"], {"APPROVE_REFUND": 1})

    def test_the_control_door_switches_a_refusal_on(self):
        _order_id, case_id = self.send_back()
        body = {"refuse": 25001058, "call": "approve"}
        self.client.door("POST", f"/returns/{case_id}", body)
        self.assertEqual(self.decide(case_id, "APPROVE_RETURN"), 25001058)
        self.assertEqual(self.decide(case_id, "APPROVE_RETURN"), 0)

    def test_nobody_asks_twice_for_a_unit_or_after_the_end(self):
        order_id, _case_id = self.send_back()
        with self.assertRaisesRegex(ValueError, "already in process"):
            self.make_return(order_id)
        order_id = self.place("COMPLETED")
        with self.assertRaisesRegex(ValueError, "completed or cancelled"):
            self.make_return(order_id)
        with self.assertRaisesRegex(ValueError, "Invalid order status"):
            self.make_return(self.place("IN_TRANSIT"))
        with self.assertRaises(KeyError):
            self.make_return("577000000000000000")

    def test_what_contradicts_itself_can_be_forced(self):
        order_id = self.place("COMPLETED")
        case_id = self.make_return(order_id, force=True, set={"order_id": "1"})
        self.assertEqual(self.find_return(case_id)["order_id"], "1")
