from odoo.exceptions import UserError
from odoo.tests import tagged

from .money_case import MoneyCase


@tagged("post_install", "-at_install")
class TestBookingReverse(MoneyCase):
    """Undoing a booking as a whole, and booking anew."""

    def booked(self):
        """Return a booked statement with everything in it, and the order's invoice."""
        order_id, order, invoice = self.sold()
        statement = self.make_statement(
            self.order_row(
                order_id, order.amount_total, fees={"referral_fee_amount": "-1.80"}
            ),
            self.adjustment_row("3.00"),
            self.reserve_row("-2.00"),
        )
        return self.book(statement), invoice

    def touched(self):
        shop = self.shop
        return (
            shop.intermediary_account_id
            | shop.reserve_account_id
            | shop.unknown_account_id
            | shop.fee_account_ids.account_id
        )

    def test_a_reversal_leaves_every_account_as_it_was(self):
        statement, invoice = self.booked()
        statement.action_reverse()
        for account in self.touched():
            self.assertEqual(self.balance(account), 0.0, account.name)
        self.assertEqual(invoice.payment_state, "not_paid")

    def test_a_reversed_statement_is_ready_again(self):
        statement, _invoice = self.booked()
        entry, bill = statement.move_id, statement.bill_id
        statement.action_reverse()
        self.assertEqual(statement.state, "ready")
        self.assertFalse(statement.move_id | statement.bill_id)
        self.assertEqual(bill.payment_state, "reversed")
        self.assertTrue(entry.reversal_move_ids)
        self.assertEqual(
            set(statement.transaction_ids.mapped("settle_state")), {"unbooked", "none"}
        )

    def test_a_reversed_statement_can_be_booked_again(self):
        statement, invoice = self.booked()
        owed = self.balance(self.shop.intermediary_account_id)
        first = statement.move_id
        statement.action_reverse()
        self.book(statement)
        self.assertNotEqual(statement.move_id, first)
        self.assertEqual(self.balance(self.shop.intermediary_account_id), owed)
        self.assertEqual(invoice.payment_state, "paid")

    def test_nothing_that_was_reversed_is_reversed_again(self):
        statement, _invoice = self.booked()
        statement.action_reverse()
        count = self.env["account.move"].search_count([])
        with self.assertRaisesRegex(UserError, "not booked"):
            statement.action_reverse()
        self.assertEqual(self.env["account.move"].search_count([]), count)

    def test_what_came_of_an_unknown_order_is_reversed_too(self):
        order_id = self.place_units(self.unit(original_price="30.00"))
        statement = self.book(self.make_statement(self.order_row(order_id, "34.99")))
        self.sync()
        invoice = self.invoice(self.sale_order(order_id))
        self.assertEqual(invoice.payment_state, "paid")
        statement.action_reverse()
        self.assertEqual(self.balance(self.shop.unknown_account_id), 0.0)
        self.assertEqual(invoice.payment_state, "not_paid")
        self.book(statement)
        self.assertEqual(invoice.payment_state, "paid")

    def test_a_reversal_in_a_locked_period_is_made_on_the_next_open_day(self):
        statement, _invoice = self.booked()
        statement.action_reverse()
        statement.date = "2026-01-31"
        self.book(statement)
        entry = statement.move_id
        self.company.fiscalyear_lock_date = "2026-01-31"
        statement.action_reverse()
        self.assertGreater(str(entry.reversal_move_ids.date), "2026-01-31")

    def test_a_registered_payment_stays_and_is_left_out_again(self):
        order_id, order, invoice = self.sold()
        self.pay(invoice, self.shop.payment_journal_id)
        statement = self.book(
            self.make_statement(self.order_row(order_id, order.amount_total))
        )
        statement.action_reverse()
        self.assertFalse(statement.transaction_ids.amount_registered)
        self.book(statement)
        self.assertEqual(
            self.balance(self.shop.intermediary_account_id),
            round(order.amount_total, 2),
        )
