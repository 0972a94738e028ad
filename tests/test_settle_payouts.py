from dataclasses import replace
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .settle_case import SettleCase


@tagged("post_install", "-at_install")
class TestSettlePayments(SettleCase):
    """Payments of markets where TikTok pays every statement."""

    markets = ("GB",)

    def payouts(self):
        return self.env["tts.payout"].search([("shop_id", "=", self.shop.id)])

    def pay(self, *statement_ids, **values):
        return self.finance(pay=list(statement_ids), **values)["payment_id"]

    def unpaid_statement(self):
        """Settle an order today: nothing pays it by itself yet."""
        order_id, _order = self.import_units()
        return self.settle(order_id, days_ago=0)

    def test_a_payment_is_linked_to_its_statement(self):
        statement_id = self.unpaid_statement()
        payment_id = self.pay(statement_id)
        self.read_settlements()
        [payout] = self.payouts()
        statement = self.statement(statement_id)
        self.assertEqual(payout.remote_id, payment_id)
        self.assertEqual(payout.kind, "payment")
        self.assertEqual(payout.state, "paid")
        self.assertEqual(payout.amount, statement.amount_payable)
        self.assertEqual(payout.statement_ids, statement)
        self.assertEqual(statement.payment_status, "PAID")

    def test_the_calendar_tells_how_much_arrives(self):
        self.pay(self.unpaid_statement())
        self.read_settlements()
        [payout] = self.payouts()
        shown = payout.with_context(tts_show_amount=True).display_name
        self.assertIn(f"{payout.amount:.2f}", shown)
        self.assertEqual(payout.display_name, payout.remote_id)

    def test_one_payment_of_two_statements_has_both(self):
        self.adjust("PLATFORM_PENALTY", "-1.00")
        self.settle(days_ago=10)  # negative: it is carried into the next payment
        self.settled_order()
        self.read_settlements()
        [payout] = self.payouts()
        self.assertEqual(len(payout.statement_ids), 2)
        self.assertAlmostEqual(
            payout.amount, sum(payout.statement_ids.mapped("amount_payable"))
        )

    def test_an_open_payment_is_paid_later(self):
        statement_id = self.unpaid_statement()
        self.pay(statement_id, status="PROCESSING")
        self.read_settlements()
        [payout] = self.payouts()
        self.assertEqual(payout.state, "open")
        self.assertFalse(payout.paid_time)
        self.control("POST", f"/finance/{statement_id}", {"payment_status": "PAID"})
        self.read_settlements()
        self.assertEqual(payout.state, "paid")
        self.assertTrue(payout.paid_time)

    def test_a_failed_payment_is_told_and_heals(self):
        statement_id = self.unpaid_statement()
        payment_id = self.pay(statement_id, status="FAILED")
        self.read_settlements()
        [payout] = self.payouts()
        self.assertEqual(payout.state, "failed")
        [issue] = self.issues(f"payout:{payment_id}")
        self.assertTrue(issue.activity_ids)
        self.control("POST", f"/finance/{statement_id}", {"payment_status": "PAID"})
        self.read_settlements()
        self.assertEqual(payout.state, "paid")
        self.assertFalse(self.issues())

    def test_a_payment_that_failed_in_an_unknown_currency_is_told(self):
        payment_id = self.pay(self.unpaid_statement(), status="FAILED")
        self.env["res.currency"].search([("name", "=", "GBP")]).name = "XGB"
        self.read_settlements()
        self.assertTrue(self.issues(f"payout:{payment_id}"))

    def test_a_statement_that_is_paid_anew_is_linked_to_the_new_payment(self):
        statement_id = self.unpaid_statement()
        self.pay(statement_id, status="FAILED")
        self.read_settlements()
        [failed] = self.payouts()
        again = failed.copy({"remote_id": "another", "state": "paid"})
        statement = self.statement(statement_id)
        head = replace(statement._head_to_lib(), payment_id="another")
        self.env["tts.statement"]._absorb_heads(self.shop, [head])
        self.assertEqual(statement.payout_id, again)

    def test_a_payment_in_another_currency_has_both_amounts(self):
        statement_id = self.unpaid_statement()
        self.pay(statement_id, currency="USD", exchange_rate="1.250000")
        self.read_settlements()
        [payout] = self.payouts()
        statement = self.statement(statement_id)
        self.assertEqual(payout.currency_id.name, "USD")
        self.assertTrue(payout.currency_id.active)
        self.assertEqual(payout.settlement_currency_id.name, "GBP")
        self.assertEqual(payout.amount_settlement, statement.amount_payable)
        self.assertAlmostEqual(payout.amount, statement.amount_payable * 1.25, 1)

    def test_a_payout_that_is_in_the_bank_stays_there(self):
        self.pay(self.unpaid_statement())
        self.read_settlements()
        [payout] = self.payouts()
        payout.state = "matched"
        self.assertFalse(payout._news({"state": "paid"}))
        self.assertTrue(payout._news({"remote_status": "FAILED"}))

    def test_reading_payouts_twice_makes_none_twice(self):
        self.pay(self.unpaid_statement())
        self.read_settlements()
        self.read_settlements()
        self.assertEqual(len(self.payouts()), 1)

    def test_an_old_open_payment_is_still_asked_for(self):
        self.pay(self.unpaid_statement(), status="PROCESSING")
        self.read_settlements()
        old = fields.Datetime.now() - timedelta(days=70)
        self.payouts().create_time = old
        self.assertEqual(self.shop._payouts_since(fields.Datetime.now()), old)


@tagged("post_install", "-at_install")
class TestSettleWithdrawals(SettleCase):
    """Withdrawals of South-East Asia, where money lies in a balance first."""

    def payouts(self, kind):
        return self.env["tts.payout"].search(
            [("shop_id", "=", self.shop.id), ("kind", "=", kind)]
        )

    def withdraw(self, amount="100.00", **values):
        return self.finance(withdraw=amount, **values)["withdrawal_id"]

    def test_a_withdrawal_comes_into_the_bank_whatever_its_sign(self):
        self.withdraw()
        self.withdraw(negative=True)
        self.read_settlements()
        self.assertEqual(self.payouts("withdraw").mapped("amount"), [100.0, 100.0])
        self.assertEqual(set(self.payouts("withdraw").mapped("state")), {"paid"})

    def test_money_that_comes_into_the_balance_moves_no_bank(self):
        _order_id, statement_id = self.settled_order()
        self.control("POST", f"/finance/{statement_id}", {"payment_status": "SETTLED"})
        self.read_settlements()
        [payout] = self.payouts("settle")
        self.assertEqual(payout.state, "none")
        self.assertEqual(payout.amount, self.statement(statement_id).amount_payable)

    def test_a_withdrawal_that_comes_back_leaves_the_bank(self):
        self.withdraw(type="REVERSE")
        self.read_settlements()
        self.assertEqual(self.payouts("reverse").amount, -100.0)

    def test_a_withdrawal_on_its_way_is_open_and_later_paid(self):
        withdrawal_id = self.withdraw(status="PROCESSING")
        self.read_settlements()
        payout = self.payouts("withdraw")
        self.assertEqual(payout.state, "open")
        [row] = [
            row
            for row in self.sandbox.shops[self.shop.remote_id].ledger.withdrawals
            if row.id == withdrawal_id
        ]
        row.status = "SUCCESS"
        self.read_settlements()
        self.assertEqual(payout.state, "paid")

    def test_a_failed_withdrawal_is_told(self):
        withdrawal_id = self.withdraw(status="FAILED")
        self.read_settlements()
        self.assertEqual(self.payouts("withdraw").state, "failed")
        self.assertTrue(self.issues(f"payout:{withdrawal_id}"))

    def test_types_and_statuses_that_are_new_are_kept_as_they_came(self):
        self.withdraw(type="REWARD", status="INIT")
        self.read_settlements()
        for payout in self.payouts("other"):
            self.assertEqual(payout.remote_type, "REWARD")
            self.assertEqual(payout.remote_status, "INIT")
            self.assertEqual(payout.state, "none")

    def test_payments_are_not_asked_for(self):
        self.read_settlements()
        self.assertFalse(self.calls("/payments"))
        self.assertTrue(self.calls("/withdrawals"))
