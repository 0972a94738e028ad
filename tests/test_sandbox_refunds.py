"""Refunds, adjustments, reserves and unknown fees of the sandbox."""

from decimal import Decimal

from odoo.tests import tagged

from .sandbox_money import DAY, NOW, MoneyCase, amount, parts

_BACK = "refund_subtotal_before_discount_amount"


@tagged("post_install", "-at_install")
class TestSandboxRefunds(MoneyCase):
    def setUp(self):
        super().setUp()
        self.open()

    def fees(self, row):
        return parts(row["fee_tax_breakdown"])

    def test_a_refund_before_settlement_is_in_the_same_transaction(self):
        order_id = self.place("50", 2)
        self.refund(order_id, amount="30")
        row = self.only(self.settle(order_id))
        self.assertEqual(amount(row, "revenue_amount"), 70)
        self.assertEqual(parts(row["revenue_breakdown"])["", _BACK], -30)
        commission = self.fees(row)["fee", "platform_commission_amount"]
        self.assertEqual(commission, Decimal("-3.15"))

    def test_a_later_refund_is_a_second_transaction_of_a_later_statement(self):
        order_id = self.place("100")
        first = self.settle(order_id)
        before = self.only(first)
        self.refund(order_id)
        second = self.settle(order_id)
        row = self.only(second)
        self.assertEqual(self.only(first), before)
        self.assertEqual(row["order_id"], order_id)
        self.assertNotEqual(row["id"], before["id"])
        self.assertEqual(amount(row, "revenue_amount"), -100)
        self.assertEqual(
            self.head(second)["statement_time"],
            self.head(first)["statement_time"] + DAY,
        )
        self.assertEqual(self.problems(self.head(second)), [])

    def test_a_commission_comes_back_less_a_fifth(self):
        order_id = self.place("100")
        self.settle(order_id)
        self.refund(order_id)
        fees = self.fees(self.only(self.settle(order_id)))
        self.assertEqual(fees["fee", "platform_commission_amount"], Decimal("4.5"))
        administration = fees["fee", "refund_administration_fee_amount"]
        self.assertEqual(administration, Decimal("-0.9"))

    def test_a_seller_discount_comes_back_to_the_seller(self):
        sku = next(iter(self.client.shop.skus))
        row = {"sku_id": sku, "original_price": "100", "seller_discount": "20"}
        order_id = self.place(line_items=[row])
        self.settle(order_id)
        self.refund(order_id)
        row = self.only(self.settle(order_id))
        revenue = parts(row["revenue_breakdown"])
        self.assertEqual(revenue["", _BACK], -100)
        self.assertEqual(revenue["", "seller_discount_refund_amount"], 20)

    def test_shipping_goes_back_on_request_alone_and_once(self):
        for shipping, back in ((True, Decimal("-8.9")), (False, 0)):
            order_id = self.place("100")
            self.settle(order_id)
            self.refund(order_id, amount="10", shipping=shipping)
            row = self.only(self.settle(order_id))
            costs = parts(row["shipping_cost_breakdown"])
            paid = costs.get(("", "customer_paid_shipping_fee_amount"), 0)
            self.assertEqual(paid, back)
        self.refund(order_id, shipping=True)
        with self.assertRaisesRegex(ValueError, "nothing left"):
            self.refund(order_id, shipping=True)

    def test_units_are_refunded_one_by_one_until_none_is_left(self):
        order_id = self.place("40", 3)
        lines = [line["id"] for line in self.client.box.order(order_id).lines]
        self.settle(order_id)
        self.refund(order_id, lines=lines[:1])
        with self.assertRaisesRegex(ValueError, "no open lines"):
            self.refund(order_id, lines=lines[:1])
        self.refund(order_id)
        rows = self.transactions(self.settle(order_id))
        found = sorted(amount(row, "revenue_amount") for row in rows)
        self.assertEqual(found, [-80, -40])

    def test_all_is_what_an_amount_left(self):
        order_id = self.place("40", 2)
        self.settle(order_id)
        self.refund(order_id, amount="15")
        self.refund(order_id)
        rows = self.transactions(self.settle(order_id))
        self.assertEqual(sum(amount(row, "revenue_amount") for row in rows), -80)

    def test_more_than_is_left_is_refused(self):
        order_id = self.place("40")
        with self.assertRaisesRegex(ValueError, "has 40 to refund"):
            self.refund(order_id, amount="40.01")

    def test_refunds_larger_than_sales_make_a_negative_statement(self):
        order_id = self.place("100")
        self.settle(order_id)
        self.refund(order_id, shipping=True)
        head = self.head(self.settle(order_id))
        self.assertLess(amount(head, "settlement_amount"), 0)

    def test_a_refund_settles_by_itself_on_the_next_midnight(self):
        order_id = self.place("100")
        self.settle(order_id)
        self.refund(order_id, amount="10")
        self.later()
        rows = [
            row
            for head in self.statements(statement_time_ge=NOW + DAY)
            for row in self.transactions(head["id"])
            if row.get("order_id") == order_id
        ]
        self.assertEqual([amount(row, "revenue_amount") for row in rows], [-10])

    def test_an_order_that_settled_does_not_settle_again(self):
        order_id = self.place()
        self.settle(order_id)
        with self.assertRaisesRegex(ValueError, "has settled"):
            self.settle(order_id)

    def test_a_cancelled_order_does_not_settle(self):
        order_id = self.place(status="CANCELLED")
        with self.assertRaisesRegex(ValueError, "does not settle"):
            self.settle(order_id)


@tagged("post_install", "-at_install")
class TestSandboxAdjustments(MoneyCase):
    def test_an_adjustment_has_the_type_it_was_given(self):
        self.open()
        order_id = self.place()
        for kind in ("LOGISTICS_REIMBURSEMENT", "Bill payment （negative balance）"):
            body = {"type": kind, "amount": "-3.20", "order_id": order_id}
            self.finance(adjust=body)
            row = self.only(self.settle(order_ids=[]))
            self.assertEqual(row["type"], kind)
            self.assertEqual(row["adjustment_order_id"], order_id)
            self.assertEqual(row["settlement_amount"], "-3.2")

    def test_settling_nothing_makes_a_statement_of_zero(self):
        self.open()
        head = self.head(self.settle(order_ids=[]))
        self.assertEqual(head["settlement_amount"], "0")
        self.assertEqual(head["payment_status"], "PROCESSING")

    def test_settling_takes_a_day_or_the_next_free_one(self):
        self.open()
        day = NOW - 30 * DAY
        heads = [
            self.head(self.settle(order_ids=[], day=day + 5000)) for _n in range(2)
        ]
        times = [head["statement_time"] for head in heads]
        self.assertEqual(times, [day, day + DAY])

    def test_an_unknown_fee_is_in_the_next_transaction_of_its_order_once(self):
        self.open()
        order_id = self.place()
        body = {"order_id": order_id, "key": "brand_new_fee", "amount": "-1.25"}
        self.finance(fee=body)
        self.finance(fee={**body, "key": "other_fee"})
        statement_id = self.settle(order_id)
        fees = parts(self.only(statement_id)["fee_tax_breakdown"])
        self.assertEqual(fees["fee", "brand_new_fee"], Decimal("-1.25"))
        self.assertEqual(fees["fee", "other_fee"], Decimal("-1.25"))
        self.assertEqual(self.problems(self.head(statement_id)), [])
        self.refund(order_id)
        row = self.only(self.settle(order_id))
        self.assertNotIn("brand_new_fee", row["fee_tax_breakdown"]["fee"])

    def test_a_fee_after_settlement_is_a_transaction_of_its_own(self):
        self.open()
        order_id = self.place()
        self.settle(order_id)
        self.finance(fee={"order_id": order_id, "key": "late_fee", "amount": "-2"})
        row = self.only(self.settle(order_id))
        self.assertEqual(row["settlement_amount"], "-2")

    def test_a_reserve_is_collected_and_released(self):
        self.open("GB")
        order_id = self.place("100")
        body = {"amount": "10", "order_id": order_id}
        number = self.finance(reserve=body)["reserve_id"]
        statement_id = self.settle(order_id)
        rows, totals = self.detail(statement_id)
        (row,) = [row for row in rows if row["type"] == "RESERVE"]
        self.assertEqual(row["reserve_id"], number)
        self.assertEqual(row["reserve_status"], "COLLECTED")
        self.assertEqual(row["reserve_amount"], "-10")
        self.assertEqual(row["associated_order_id"], order_id)
        self.assertEqual(row["settlement_amount"], "0")
        self.assertEqual(totals["total_reserve_amount"], "-10")
        self.finance(reserve={"release": number})
        row = self.only(self.settle(order_ids=[]))
        self.assertEqual(
            (row["reserve_status"], row["reserve_amount"]), ("RELEASED", "10")
        )
        with self.assertRaisesRegex(ValueError, "cannot be released"):
            self.finance(reserve={"release": number})

    def test_reserves_come_and_go_by_themselves_in_britain_and_the_states(self):
        for market in ("GB", "US"):
            self.open(market, orders=120, statuses=("COMPLETED",))
            self.later(25)
            states = {row["status"] for row in self.state()["reserves"]}
            self.assertEqual(states, {"RELEASED"})
            total = sum(amount(row, "reserve") for row in self.state()["statements"])
            self.assertEqual(total, 0)

    def test_the_door_refuses_keys_that_nobody_reads(self):
        self.open()
        with self.assertRaisesRegex(ValueError, "unknown keys ajust"):
            self.finance(ajust={})
