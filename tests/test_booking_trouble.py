from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, LockError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .money_case import MoneyCase

BOOK_LOG = "odoo.addons.sale_tiktok_shop.models.tts_statement_issue"


@tagged("post_install", "-at_install")
class TestBookingTrouble(MoneyCase):
    """What keeps a statement from being booked: an issue, never half an entry."""

    def one(self, **values):
        """Return a statement of one unknown order, with a fee."""
        row = self.order_row("576000000000000055", "20.00", fees={"x_fee": "-1.00"})
        return self.make_statement(row, **values)

    def entries(self):
        return self.env["account.move"].search_count([])

    def refused(self, statement):
        """Book a statement that has to be refused, without a trace in the books."""
        before = self.entries()
        self.assertFalse(statement._book())
        self.assertEqual(self.entries(), before)
        issue = self.issues(f"statement:{statement.remote_id}")
        self.assertEqual(issue.category, "settlement")
        self.assertEqual(issue.reason, statement.error_message)
        return issue

    # === PERIODS === #

    def test_a_locked_year_names_the_lock_and_the_way_out(self):
        statement = self.one()
        self.company.fiscalyear_lock_date = statement.date
        self.refused(statement)
        self.assertEqual(statement.state, "error")
        self.assertIn("Set another Accounting Date", statement.error_message)

    def test_locked_purchases_stop_the_whole_statement(self):
        statement = self.one()
        self.company.purchase_lock_date = statement.date
        self.refused(statement)

    def test_another_accounting_date_heals_it(self):
        statement = self.one()
        self.company.fiscalyear_lock_date = statement.date
        issue = self.refused(statement)
        statement.date += timedelta(days=1)
        self.book(statement)
        self.assertEqual(issue.state, "closed")
        self.assertFalse(statement.error_message)

    def test_a_statement_without_date_is_refused(self):
        statement = self.one()
        statement.date = False
        self.refused(statement)

    def test_the_date_of_a_booked_statement_is_that_of_its_entry(self):
        statement = self.book(self.one())
        with self.assertRaisesRegex(UserError, "Reverse it before"):
            statement.date += timedelta(days=1)

    # === JOURNALS AND ACCOUNTS === #

    def test_a_deleted_journal_is_named(self):
        self.shop.payment_journal_id.unlink()
        statement = self.one()
        self.refused(statement)
        self.assertIn("Payments Journal", statement.error_message)

    def test_an_archived_journal_is_named(self):
        journal = self.shop.bill_journal_id
        journal.active = False
        statement = self.one()
        self.refused(statement)
        self.assertIn(journal.display_name, statement.error_message)

    def test_a_missing_fee_account_is_named(self):
        self.shop.fee_account_ids.filtered(lambda row: row.group == "other").unlink()
        statement = self.one()
        self.refused(statement)
        self.assertIn("Other Fees", statement.error_message)

    def test_a_tax_that_odoo_adds_to_the_bill_is_refused(self):
        statement = self.one()
        with self.spoiled_bill():
            self.refused(statement)
        self.assertIn("in place of 1.00", statement.error_message)

    def spoiled_bill(self):
        """Let every line of a bill cost a cent more."""
        statement = type(self.env["tts.statement"])
        original = statement._prepare_bill_line

        def spoil(records, group, amount):
            values = original(records, group, amount)
            return values | {"price_unit": values["price_unit"] + 0.01}

        return self.patched(statement, "_prepare_bill_line", spoil)

    def test_the_button_of_the_shop_heals_what_is_missing(self):
        self.shop.payment_journal_id.unlink()
        statement = self.one()
        issue = self.refused(statement)
        self.shop.action_set_up_money()
        issue.action_retry()
        self.assertEqual(statement.state, "booked")
        self.assertEqual(issue.state, "closed")

    def test_trying_again_in_vain_says_why(self):
        self.shop.payment_journal_id.unlink()
        issue = self.refused(self.one())
        with self.assertRaisesRegex(UserError, "Payments Journal"):
            issue.action_retry()

    def test_an_administrator_without_billing_rights_books_nothing_by_retry(self):
        statement = self.one()
        statement.date = False
        issue = self.refused(statement)
        statement.date = fields.Date.today()
        manager = new_test_user(
            self.env, "tts_chief", groups="sale_tiktok_shop.group_tts_manager"
        )
        with self.assertRaises(AccessError):
            issue.with_user(manager).action_retry()
        self.assertEqual(statement.state, "error")

    # === NOT ADDING UP === #

    def test_a_statement_that_does_not_add_up_is_never_booked(self):
        statement = self.one(spoil="0.01")
        self.refused(statement)
        self.assertEqual(statement.state, "mismatch")
        self.assertIn("does not add up", statement.error_message)

    def test_a_statement_without_amounts_is_empty_and_no_issue(self):
        statement = self.make_statement()
        self.assertFalse(statement._book())
        self.assertEqual(statement.state, "empty")
        self.assertFalse(self.issues())

    def test_a_click_on_a_statement_without_amounts_says_that_it_is_empty(self):
        action = self.make_statement(self.order_row(self.new_id())).action_book()
        self.assertIn("nothing to book", action["params"]["message"])

    def test_a_statement_that_is_not_read_is_not_booked(self):
        statement = self.one()
        statement.state = "new"
        with self.assertRaisesRegex(UserError, "not read yet"):
            statement.action_book()

    # === FAILURES IN THE MIDDLE === #

    def test_a_failure_at_the_end_leaves_nothing(self):
        order_id, order, invoice = self.sold()
        statement = self.make_statement(self.order_row(order_id, order.amount_total))
        with (
            self.spoiled("account.move.line", "_reconcile_plan", lambda *_args: True),
            mute_logger(BOOK_LOG),
        ):
            self.refused(statement)
        self.assertEqual(statement.state, "error")
        self.assertFalse(statement.move_id)
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(statement.transaction_ids.settle_state, "unbooked")

    def test_a_statement_that_fails_keeps_no_other_from_being_booked(self):
        broken, healthy = self.one(spoil="0.01"), self.one()
        action = (broken | healthy).action_book()
        self.assertEqual(healthy.state, "booked")
        self.assertIn("1 of 2", action["params"]["message"])
        self.assertIn(broken.remote_id, action["params"]["message"])

    # === TWICE === #

    def test_a_second_click_books_nothing(self):
        statement = self.book(self.one())
        before = self.entries()
        with self.assertRaisesRegex(UserError, "booked already"):
            statement.action_book()
        self.assertTrue(statement._book())
        self.assertEqual(self.entries(), before)

    def test_a_statement_in_the_books_is_not_booked_again_whatever_its_state(self):
        statement = self.book(self.one())
        statement.state = "ready"
        self.refused(statement)
        self.assertIn("booked already", statement.error_message)

    def test_two_entries_of_one_statement_cannot_exist(self):
        statement = self.book(self.one())
        copy = statement.move_id.copy()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            copy.tts_booking_key = statement.move_id.tts_booking_key
            self.env.flush_all()

    def test_a_statement_that_somebody_else_books_now_is_left_alone(self):
        statement = self.one()

        def taken(_records, **_options):
            raise LockError("taken")

        with self.patched(type(statement), "lock_for_update", taken):
            action = statement.action_book()
        self.assertIn("somebody else", action["params"]["message"])
        self.assertEqual(statement.state, "ready")
        self.assertFalse(self.issues())

    # === ENTRIES AS THEY ARE === #

    def test_a_booked_entry_cannot_be_reset_to_draft(self):
        statement = self.book(self.one())
        for move in (statement.move_id, statement.bill_id):
            with self.assertRaisesRegex(UserError, "click Reverse"):
                move.button_draft()

    def test_a_booked_entry_cannot_be_reversed_alone(self):
        statement = self.book(self.one())
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=statement.move_id.ids
        )
        reversal = wizard.create({"journal_id": statement.move_id.journal_id.id})
        with self.assertRaisesRegex(UserError, statement.remote_id):
            reversal.reverse_moves()

    def test_a_booked_entry_cannot_be_deleted(self):
        statement = self.book(self.one())
        with self.assertRaises(UserError):
            statement.move_id.with_context(force_delete=True).unlink()

    # === WHO === #

    def test_billing_people_book_and_reverse(self):
        order_id, order, invoice = self.sold()
        row = self.order_row(order_id, order.amount_total, fees={"x_fee": "-1.00"})
        statement = self.make_statement(row).with_user(self.biller)
        self.assertEqual(statement.action_book()["params"]["type"], "success")
        self.assertEqual(invoice.payment_state, "paid")
        statement.action_reverse()
        self.assertEqual(invoice.payment_state, "not_paid")

    def test_nobody_else_books_or_reverses(self):
        statement = self.one()
        for user in (self.low_user, self.salesman):
            with self.assertRaises(AccessError):
                statement.with_user(user).action_book()
            with self.assertRaises(AccessError):
                statement.with_user(user).action_reverse()

    # === NEXT TRY === #

    def test_a_refused_statement_of_an_automatic_shop_is_tried_later_and_later(self):
        self.shop.booking_policy = "automatic"
        self.shop.payment_journal_id.unlink()
        statement = self.one()
        now = fields.Datetime.now()
        self.refused(statement)
        first = statement.next_try - now
        statement._book()
        self.assertGreater(statement.next_try - now, first)

    def test_a_refused_statement_of_other_shops_waits_for_a_person(self):
        self.shop.payment_journal_id.unlink()
        statement = self.one()
        self.refused(statement)
        self.assertFalse(statement.next_try)
