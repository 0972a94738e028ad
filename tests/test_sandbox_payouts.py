"""Payments and withdrawals of the sandbox, statements that are wrong on purpose."""

from decimal import Decimal

from odoo.tests import tagged

from .sandbox_money import DAY, NOW, WITHDRAWALS, MoneyCase, amount

_WRONG = {
    "head": "head settlement_amount",
    "column": "settlement",
    "breakdown": "fee_tax_amount",
    "missing_transaction": "count",
    "double_transaction": "double",
    "count": "count",
    "currency": "currency",
    "no_breakdown": "no breakdown",
}


@tagged("post_install", "-at_install")
class TestSandboxPayments(MoneyCase):
    def setUp(self):
        super().setUp()
        self.open("GB")

    def settled(self, price="100", **more):
        return self.settle(self.place(price), **more)

    def test_a_statement_is_paid_two_days_later(self):
        statement_id = self.settled()
        self.assertEqual(self.payments(), [])
        self.later()
        (payment,) = self.payments()
        self.assertEqual((payment["status"], payment["paid_time"]), ("PROCESSING", 0))
        self.later()
        (payment,) = self.payments()
        self.assertEqual(payment["status"], "PAID")
        self.assertEqual(payment["paid_time"], NOW + 2 * DAY)
        head = self.head(statement_id)
        self.assertEqual(head["payment_status"], "PAID")
        self.assertEqual(head["payment_id"], payment["id"])
        self.assertEqual(payment["amount"]["value"], head["settlement_amount"])

    def test_several_statements_share_a_payment(self):
        ids = [self.settled("5"), self.settled("7")]
        number = self.finance(pay=ids)["payment_id"]
        (payment,) = self.payments()
        self.assertEqual(payment["id"], number)
        heads = [self.head(statement_id) for statement_id in ids]
        self.assertEqual({head["payment_id"] for head in heads}, {number})
        total = sum(amount(head, "settlement_amount") for head in heads)
        self.assertEqual(amount(payment["amount"], "value"), total)
        with self.assertRaisesRegex(ValueError, "paid already"):
            self.finance(pay=ids)

    def test_a_payment_in_another_currency_names_its_rate(self):
        statement_id = self.settled()
        before = self.head(statement_id)["settlement_amount"]
        self.finance(pay=[statement_id], currency="JPY", exchange_rate="190.5")
        (payment,) = self.payments()
        self.assertEqual(payment["exchange_rate"], "190.500000")
        self.assertEqual(payment["amount"]["currency"], "JPY")
        told = payment["payment_amount_before_exchange"]
        self.assertEqual(told, {"value": before, "currency": "GBP"})
        value = amount(payment["amount"], "value")
        self.assertLessEqual(abs(value - Decimal(before) * Decimal("190.5")), 0.5)
        self.assertEqual(value, value.to_integral_value())

    def test_a_reserve_is_not_paid(self):
        self.finance(reserve={"amount": "30"})
        statement_id = self.settled()
        self.finance(pay=[statement_id])
        (payment,) = self.payments()
        kept = amount(payment["settlement_amount"], "value") - amount(
            payment["amount"], "value"
        )
        self.assertEqual(kept, 30)

    def test_a_negative_statement_is_carried_into_the_next_payment(self):
        self.finance(adjust={"type": "CHARGE_BACK", "amount": "-12"})
        owed = self.settle(order_ids=[])
        self.later(3)
        self.assertEqual(self.payments(), [])
        self.assertEqual(self.head(owed)["payment_status"], "PROCESSING")
        paid = self.settled(day=NOW + 2 * DAY)
        self.later()
        (payment,) = self.payments()
        heads = [self.head(owed), self.head(paid)]
        self.assertEqual({head["payment_id"] for head in heads}, {payment["id"]})
        total = sum(amount(head, "settlement_amount") for head in heads)
        self.assertEqual(amount(payment["amount"], "value"), total)

    def test_the_door_decides_how_a_payment_ends(self):
        statement_id = self.settled()
        for status, paid in (("PROCESSING", 0), ("FAILED", 0), ("PAID", NOW)):
            self.spoil(statement_id, payment_status=status)
            self.assertEqual(self.head(statement_id)["payment_status"], status)
            for payment in self.payments():
                self.assertEqual(
                    (payment["status"], payment["paid_time"]), (status, paid)
                )
        self.later(9)
        self.assertEqual(len(self.payments()), 1)

    def test_a_payment_may_fail_or_take_its_time(self):
        for status in ("PROCESSING", "FAILED"):
            statement_id = self.settled()
            self.finance(pay=[statement_id], status=status)
            self.later(9)
            self.assertEqual(self.head(statement_id)["payment_status"], status)

    def test_payments_are_for_markets_outside_of_south_east_asia(self):
        self.open("MY")
        self.settled()
        self.later(3)
        self.assertEqual(self.payments(), [])
        self.assertEqual(self.statements()[0]["payment_status"], "SETTLED")


@tagged("post_install", "-at_install")
class TestSandboxWithdrawals(MoneyCase):
    def setUp(self):
        super().setUp()
        self.open("MY")

    def test_a_paid_statement_comes_into_the_balance(self):
        statement_id = self.settle(self.place())
        self.assertEqual(self.withdrawals(), [])
        self.later(2)
        (row,) = self.withdrawals("SETTLE")
        head = self.head(statement_id)
        self.assertEqual((row["type"], row["status"]), ("SETTLE", "SUCCESS"))
        self.assertEqual(row["amount"], head["settlement_amount"])
        self.assertEqual(self.withdrawals("WITHDRAW"), [])

    def test_money_moves_as_the_door_says(self):
        made = {
            self.finance(withdraw="100.00", **more)["withdrawal_id"]: more
            for more in (
                {},
                {"negative": True, "status": "PROCESSING"},
                {"type": "REVERSE"},
                {"type": "TRANSFER", "status": "FAILED"},
                {"type": "REWARD", "status": "INIT"},
            )
        }
        rows = self.withdrawals()
        self.assertEqual(len(rows), 5)
        for row in rows:
            more = made[row["id"]]
            self.assertEqual(row["type"], more.get("type", "WITHDRAW"))
            self.assertEqual(row["status"], more.get("status", "SUCCESS"))
            self.assertEqual(row["amount"], "-100" if "negative" in more else "100")

    def test_the_types_are_required_and_known(self):
        for query in ({}, {"types": "REWARD"}):
            self.assertEqual(self.client.code("GET", WITHDRAWALS, query), 36009004)


@tagged("post_install", "-at_install")
class TestSandboxSpoiledStatements(MoneyCase):
    def spoiled(self, market="MY"):
        self.open(market)
        for _number in range(3):
            self.place()
        self.finance(adjust={"type": "REBATE", "amount": "4"})
        return self.settle()

    def test_each_way_to_be_wrong_shows_and_heals(self):
        for market in ("MY", "GB"):
            statement_id = self.spoiled(market)
            right = self.head(statement_id), self.detail(statement_id)
            for kind, problem in _WRONG.items():
                with self.subTest(kind, market=market):
                    self.spoil(statement_id, spoil=kind)
                    found = self.problems(self.head(statement_id))
                    self.assertIn(problem, found)
                    self.spoil(statement_id, spoil=None)
                    self.assertEqual(
                        (self.head(statement_id), self.detail(statement_id)), right
                    )

    def test_positive_costs_follow_the_printed_formula(self):
        statement_id = self.spoiled("GB")
        self.spoil(statement_id, spoil="positive_costs")
        head = self.head(statement_id)
        self.assertGreater(amount(head, "fee_amount"), 0)
        self.assertEqual(
            amount(head, "revenue_amount")
            - amount(head, "shipping_cost_amount")
            - amount(head, "fee_amount")
            - amount(head, "adjustment_amount"),
            amount(head, "settlement_amount"),
        )
        for row in self.transactions(statement_id):
            self.assertEqual(
                amount(row, "revenue_amount")
                - amount(row, "shipping_cost_amount")
                - amount(row, "fee_tax_amount")
                - amount(row, "adjustment_amount"),
                amount(row, "settlement_amount"),
            )

    def test_what_cannot_be_wrong_is_refused(self):
        self.open()
        statement_id = self.settle()
        for kind in ("no_breakdown", "double_transaction", "nonsense"):
            with self.assertRaises(ValueError):
                self.spoil(statement_id, spoil=kind)

    def test_the_state_shows_what_is_true_of_a_spoiled_statement(self):
        statement_id = self.spoiled()
        truth = self.state()["statements"][0]
        self.spoil(statement_id, spoil="head")
        shown = self.state()["statements"][0]
        self.assertEqual(shown.pop("spoil"), "head")
        truth.pop("spoil")
        self.assertEqual(shown, truth)
        self.assertEqual(shown["id"], statement_id)
        self.assertEqual(len(shown["transactions"]), 4)
