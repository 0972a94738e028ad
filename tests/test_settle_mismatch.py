from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .settle_case import SettleCase


@tagged("post_install", "-at_install")
class TestSettleMismatch(SettleCase):
    """A statement that does not add up is kept, shown, and not for booking."""

    def spoiled_statement(self, kind):
        _order_id, statement_id = self.settled_order()
        self.spoil(statement_id, kind)
        self.read_settlements()
        return self.statement(statement_id)

    def check_mismatch(self, statement):
        self.assertEqual(statement.state, "mismatch")
        self.assertTrue(statement.error_message)
        self.assertGreater(statement.next_try, fields.Datetime.now())
        [issue] = self.issues(f"statement:{statement.remote_id}")
        self.assertEqual(issue.category, "settlement")
        self.assertEqual(issue.reason, statement.error_message)

    def test_a_head_that_differs_is_told(self):
        self.check_mismatch(self.spoiled_statement("head"))

    def test_a_column_that_differs_is_told(self):
        self.check_mismatch(self.spoiled_statement("column"))

    def test_a_breakdown_that_differs_is_told(self):
        self.check_mismatch(self.spoiled_statement("breakdown"))

    def test_a_missing_transaction_is_told_with_what_it_comes_to(self):
        statement = self.spoiled_statement("missing_transaction")
        self.check_mismatch(statement)
        self.assertAlmostEqual(statement.difference, -statement.amount_payable)

    def test_a_transaction_that_comes_twice_is_told(self):
        statement = self.spoiled_statement("double_transaction")
        if statement.state != "ready":  # the client may have dropped the second one
            self.check_mismatch(statement)
        self.assertEqual(len(statement.transaction_ids), 1)

    def test_a_wrong_count_is_told(self):
        self.check_mismatch(self.spoiled_statement("count"))

    def test_another_currency_is_told(self):
        statement = self.spoiled_statement("currency")
        self.check_mismatch(statement)
        self.assertIn("MYR", statement.error_message)

    def test_costs_that_come_positive_are_turned_round(self):
        statement = self.spoiled_statement("positive_costs")
        self.assertEqual(statement.state, "ready")
        self.assertLess(statement.amount_fee, 0)
        self.assertLess(statement.transaction_ids.amount_fees, 0)
        [row] = statement.transaction_ids
        self.assertAlmostEqual(row.amount_sale + row.amount_fees, row.amount_payable)

    def test_orders_without_breakdown_are_sales_and_costs(self):
        statement = self.spoiled_statement("no_breakdown")
        self.assertEqual(statement.state, "ready")
        [row] = statement.transaction_ids
        self.assertEqual(row.amount_sale, statement.amount_revenue)
        self.assertEqual(row.amount_other, statement.amount_fee)

    def test_a_statement_that_adds_up_later_closes_its_issue(self):
        statement = self.spoiled_statement("count")
        self.spoil(statement.remote_id, None)
        self.read_again(statement)
        self.assertEqual(statement.state, "ready")
        self.assertFalse(statement.error_message)
        self.assertFalse(statement.difference)
        self.assertFalse(self.issues())

    def test_it_is_read_again_later_each_time_and_not_for_ever(self):
        statement = self.spoiled_statement("count")
        waits = [timedelta(hours=1), timedelta(hours=6), timedelta(days=1)]
        for wait in waits:
            left = statement.next_try - fields.Datetime.now()
            self.assertLess(abs(left - wait), timedelta(minutes=2))
            self.read_again(statement)
        statement.attempt_count = 10
        self.read_again(statement)
        self.assertFalse(statement.next_try)

    def test_one_that_waits_is_not_read_before_its_time(self):
        self.spoiled_statement("count")
        before = self.calls("/statement_transactions")
        self.read_settlements()
        self.assertEqual(self.calls("/statement_transactions"), before)

    def test_a_statement_whose_time_has_come_makes_its_shop_due(self):
        statement = self.spoiled_statement("count")
        self.shop.next_settlement_sync = fields.Datetime.now() + timedelta(hours=9)
        self.assertNotIn(self.shop, self.env["tts.shop"]._due_settlement_shops())
        statement.next_try = fields.Datetime.now()
        self.assertIn(self.shop, self.env["tts.shop"]._due_settlement_shops())

    def test_one_that_does_not_add_up_keeps_no_other_from_being_read(self):
        bad = self.spoiled_statement("count")
        _order_id, good_id = self.settled_order(self.unit())
        bad.next_try = fields.Datetime.now()
        self.shop.statement_cursor = fields.Datetime.now() - timedelta(days=20)
        self.read_settlements()
        self.assertEqual(bad.state, "mismatch")
        self.assertEqual(self.statement(good_id).state, "ready")

    def test_a_transaction_of_another_statement_is_told_and_not_moved(self):
        _order_id, statement_id = self.settled_order()
        self.read_settlements()
        row = self.transactions()
        other = self.statement(statement_id).copy({"remote_id": "elsewhere"})
        row.statement_id = other
        self.env.flush_all()
        statement = self.statement(statement_id)
        statement.state = "new"
        self.read_settlements()
        self.check_mismatch(statement)
        self.assertIn("elsewhere", statement.error_message)
        self.assertEqual(row.statement_id, other)

    def test_a_currency_that_odoo_does_not_know_is_told(self):
        currency = self.env["res.currency"].search([("name", "=", "MYR")])
        self.settled_order()
        currency.name = "XMY"
        self.read_settlements()
        statement = self.statement()
        self.check_mismatch(statement)
        self.assertIn("MYR", statement.error_message)
        currency.name = "MYR"
        self.read_again(statement)
        self.assertEqual(statement.state, "ready")
        self.assertEqual(statement.currency_id, currency)
        self.assertEqual(statement.transaction_ids.currency_id, currency)

    def test_amounts_finer_than_the_currency_are_told(self):
        self.settled_order()
        self.env["res.currency"].with_context(active_test=False).search(
            [("name", "=", "MYR")]
        ).rounding = 1
        self.read_settlements()
        self.check_mismatch(self.statement())
