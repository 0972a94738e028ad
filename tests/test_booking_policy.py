from unittest.mock import patch

from odoo.tests import tagged

from ..models import tts_statement_book
from .money_case import MoneyCase


@tagged("post_install", "-at_install")
class TestBookingPolicy(MoneyCase):
    """What the shop's policies make of a statement without a click."""

    def one(self, **values):
        row = self.order_row("576000000000000055", "20.00", fees={"x_fee": "-1.00"})
        return self.make_statement(row, **values)

    def test_by_hand_books_nothing_by_itself(self):
        statement = self.one()
        self.read_settlements()
        self.assertEqual(statement.state, "ready")

    def test_automatically_books_what_adds_up(self):
        self.shop.booking_policy = "automatic"
        healthy, broken = self.one(), self.one(spoil="0.01")
        self.read_settlements()
        self.assertEqual(healthy.state, "booked")
        self.assertEqual(broken.state, "mismatch")

    def test_a_refused_statement_is_tried_when_its_time_has_come(self):
        self.shop.booking_policy = "automatic"
        statement = self.one()
        self.company.fiscalyear_lock_date = statement.date
        self.read_settlements()
        self.assertEqual(statement.state, "error")
        self.company.fiscalyear_lock_date = False
        self.read_settlements()
        self.assertEqual(statement.state, "error")
        statement.next_try = "2020-01-01"
        self.read_settlements()
        self.assertEqual(statement.state, "booked")

    def test_accounts_that_are_missing_are_one_issue_for_all_statements(self):
        self.shop.booking_policy = "automatic"
        self.shop.payment_journal_id.unlink()
        statements = self.one() | self.one()
        self.read_settlements()
        self.assertEqual(set(statements.mapped("state")), {"ready"})
        issue = self.issues("money")
        self.assertEqual(len(issue), 1)
        self.shop.action_set_up_money()
        self.read_settlements()
        self.assertEqual(issue.state, "closed")
        self.assertEqual(set(statements.mapped("state")), {"booked"})

    def test_orders_are_invoiced_when_they_settle_where_the_shop_wants_that(self):
        order_id, order, _none = self.sold(invoice=False)
        self.shop.invoice_policy = "settled"
        statement = self.book(
            self.make_statement(self.order_row(order_id, order.amount_total))
        )
        self.assertEqual(order.invoice_ids.payment_state, "paid")
        self.assertEqual(statement.transaction_ids.settle_state, "settled")

    def test_no_invoice_stays_of_a_statement_that_is_refused(self):
        order_id, order, _none = self.sold(invoice=False)
        self.shop.invoice_policy = "settled"
        statement = self.make_statement(
            self.order_row(order_id, order.amount_total), spoil="0.01"
        )
        self.assertFalse(statement._book())
        self.assertFalse(order.invoice_ids)

    def test_a_reversed_statement_waits_for_a_click(self):
        self.shop.booking_policy = "automatic"
        statement = self.book(self.one())
        statement.action_reverse()
        self.read_settlements()
        self.assertEqual(statement.state, "ready")
        statement.action_book()
        self.assertEqual(statement.state, "booked")

    def test_more_than_a_click_can_wait_for_is_booked_in_the_background(self):
        statements = self.one() | self.one()
        with patch.object(tts_statement_book, "MOST_AT_ONCE", 1):
            action = statements.action_book()
        self.assertIn("in the background", action["params"]["message"])
        self.assertEqual(set(statements.mapped("state")), {"ready"})
        self.run_cron("ir_cron_settlements")
        self.assertEqual(set(statements.mapped("state")), {"booked"})
        self.assertFalse(any(statements.mapped("is_booking_asked")))
