from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from ..dev import reconcile_money
from .payout_case import PayoutCase

ONE_CENT = Decimal("0.01")


@tagged("post_install", "-at_install")
class TestReconcileMoney(PayoutCase):
    """The demo's count of money must notice everything that it says is zero."""

    def setUp(self):
        super().setUp()
        self.order_id, self.order = self.import_units()
        self.invoices = self.invoice(self.order)
        self.complete(self.order_id)

    def booked_statement(self):
        """Settle, read and book what is complete; return the statement."""
        # Of yesterday: it is not paid yet.
        remote_id = self.settle(days_ago=1)
        self.read_settlements()
        return self.book(self.statement(remote_id))

    def books(self):
        self.env.flush_all()
        state = self.control("GET", "/state?only=shops,finance")
        return reconcile_money.read(self.query, state)

    def judge(self, rates=None):
        return reconcile_money.judge(self.books(), rates)

    def query(self, statement):
        self.env.cr.execute(statement)
        return [[str(value) for value in row] for row in self.env.cr.fetchall()]

    def spoil_line(self, line, **values):
        """Change a posted journal item behind Odoo's back."""
        self.env.flush_all()
        for name, value in values.items():
            # pylint: disable=sql-injection
            self.env.cr.execute(
                f'UPDATE account_move_line SET "{name}" = "{name}" + %s WHERE id = %s',
                (value, line.id),
            )
        line.invalidate_recordset()

    def cancel(self, move):
        """Cancel a posted entry behind Odoo's back."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET state = 'cancel' WHERE id = %s", (move.id,)
        )
        self.env.cr.execute(
            "UPDATE account_move_line SET parent_state = 'cancel' WHERE move_id = %s",
            (move.id,),
        )
        self.env.invalidate_all()

    # === GOOD === #

    def test_books_that_say_the_same_as_tiktok_are_good(self):
        statement = self.booked_statement()
        verdict = self.judge()
        self.assertTrue(verdict.good, verdict)
        self.assertEqual((verdict.statements, verdict.transactions), (1, 1))
        self.assertEqual(verdict.booked, Decimal(f"{statement.amount_payable:.2f}"))
        self.assertEqual((verdict.payable, verdict.paid), (verdict.booked, 1))

    def test_no_statement_at_all_is_not_good(self):
        self.assertFalse(self.judge().good)

    def test_amounts_are_shown_in_one_currency(self):
        self.booked_statement()
        whole, half = self.judge(), self.judge({"USD": "2"})
        self.assertEqual(half.booked, (whole.booked / 2).quantize(ONE_CENT))

    def test_a_table_shows_each_shop(self):
        self.booked_statement()
        _head, row = reconcile_money.table(self.books()).splitlines()
        self.assertEqual(row.split()[:4], ["US", "USD", "1", "1"])

    def test_a_statement_reversed_and_booked_again_is_good(self):
        statement = self.booked_statement()
        statement.action_reverse()
        self.book(statement)
        self.assertTrue(self.judge().good)

    def test_a_payment_registered_before_is_good(self):
        self.pay(self.invoices, self.shop.payment_journal_id)
        self.booked_statement()
        verdict = self.judge()
        self.assertFalse(verdict.intermediary_off)

    def test_a_refund_with_its_credit_note_is_good(self):
        self.change(self.order_id, refund={"shipping": True})
        self.credit(self.invoices)
        self.booked_statement()
        verdict = self.judge()
        self.assertTrue(verdict.good, verdict)
        self.assertEqual(verdict.paid, 2)

    # === ENTRIES === #

    def test_a_statement_that_was_never_booked_is_missed(self):
        self.settle(days_ago=1)
        verdict = self.judge()
        self.assertEqual((verdict.wrong_entries, verdict.good), (1, False))

    def test_a_missing_entry_is_found(self):
        self.cancel(self.booked_statement().move_id)
        verdict = self.judge()
        self.assertEqual(verdict.wrong_entries, 1)
        self.assertTrue(verdict.intermediary_off)
        self.assertFalse(verdict.good)

    def test_a_double_booking_is_found(self):
        entry = self.booked_statement().move_id
        twin = entry.copy({"ref": entry.ref, "date": entry.date})
        twin.action_post()
        verdict = self.judge()
        self.assertEqual(verdict.wrong_entries, 1)
        self.assertTrue(verdict.intermediary_off)
        self.assertFalse(verdict.good)

    def test_a_wrong_cent_on_the_intermediary_account_is_found(self):
        statement = self.booked_statement()
        line = self.line(statement, self.intermediary())
        self.spoil_line(line, amount_currency=0.01)
        verdict = self.judge()
        # It is off in what is booked, and in what is still owed.
        self.assertEqual(
            (verdict.intermediary_off, verdict.good), (2 * ONE_CENT, False)
        )

    def test_an_entry_that_does_not_balance_is_found(self):
        statement = self.booked_statement()
        line = self.line(statement, self.intermediary())
        self.spoil_line(line, balance=0.01)
        verdict = self.judge()
        self.assertEqual((verdict.others_off, verdict.good), (ONE_CENT, False))

    # === FEES, RESERVES, UNKNOWN ORDERS === #

    def test_a_wrong_cent_of_a_fee_is_found(self):
        statement = self.booked_statement()
        self.spoil_line(statement.bill_id.invoice_line_ids[0], amount_currency=0.01)
        verdict = self.judge()
        self.assertEqual((verdict.fees_off, verdict.good), (ONE_CENT, False))

    def test_a_wrong_cent_of_an_adjustment_is_found(self):
        adjust = {"type": "PLATFORM_PENALTY", "amount": "-3"}
        self.control("POST", "/finance", {"adjust": adjust})
        statement = self.booked_statement()
        self.assertTrue(self.judge().good)
        line = self.line(statement, self.fee_account("penalty"))
        self.spoil_line(line, amount_currency=0.01)
        self.assertEqual(self.judge().fees_off, ONE_CENT)

    def test_a_wrong_cent_of_a_reserve_is_found(self):
        reserve = {"amount": "2.00", "order_id": self.order_id}
        self.control("POST", "/finance", {"reserve": reserve})
        statement = self.booked_statement()
        self.assertTrue(self.judge().good)
        self.spoil_line(
            self.line(statement, self.shop.reserve_account_id), amount_currency=0.01
        )
        verdict = self.judge()
        self.assertEqual((verdict.others_off, verdict.good), (ONE_CENT, False))

    def test_a_wrong_cent_of_an_unknown_order_is_found(self):
        self.complete(self.place_rest())
        statement = self.booked_statement()
        self.assertTrue(self.judge().good)
        self.spoil_line(
            self.line(statement, self.shop.unknown_account_id)[0], amount_currency=0.01
        )
        verdict = self.judge()
        self.assertEqual((verdict.others_off, verdict.good), (ONE_CENT, False))

    # === INVOICES === #

    def test_an_open_invoice_of_a_settled_order_is_found(self):
        self.booked_statement()
        self.invoices.line_ids.remove_move_reconcile()
        verdict = self.judge()
        self.assertEqual((verdict.paid, verdict.open), (0, 1))
        self.assertFalse(verdict.good)

    def test_a_settled_order_without_an_invoice_is_found(self):
        order_id, _order = self.import_units()
        self.complete(order_id)
        self.booked_statement()
        verdict = self.judge()
        self.assertEqual((verdict.paid, verdict.open), (1, 1))

    def test_a_refund_without_a_credit_note_is_found(self):
        self.change(self.order_id, refund={"amount": "2.00"})
        self.booked_statement()
        self.assertEqual(self.judge().open, 1)

    def test_an_order_that_did_not_settle_may_be_open(self):
        self.booked_statement()
        _order_id, order = self.import_units()
        self.invoice(order)
        self.assertTrue(self.judge().good)

    # === WHAT DOES NOT ADD UP === #

    def test_a_statement_that_does_not_add_up_is_refused(self):
        self.booked_statement()
        self.spoiled_statement()
        verdict = self.judge()
        self.assertEqual(verdict.refused, [ONE_CENT])
        self.assertTrue(verdict.good, verdict)

    def test_a_statement_that_was_booked_though_it_does_not_add_up_is_found(self):
        statement = self.booked_statement()
        self.spoil(statement.remote_id, "head")
        verdict = self.judge()
        self.assertEqual((verdict.wrong_entries, verdict.good), (1, False))

    def spoiled_statement(self):
        order_id, _order = self.import_units()
        self.complete(order_id)
        self.spoil(self.settle(days_ago=0), "head")
        self.read_settlements()

    # === PAYOUTS === #

    def test_what_was_paid_is_not_owed_any_more(self):
        statement = self.booked_statement()
        paid = {"payment_status": "PAID"}
        self.control("POST", f"/finance/{statement.remote_id}", paid)
        verdict = self.judge()
        self.assertEqual(verdict.intermediary_off, verdict.payable)
        self.assertFalse(verdict.good)
        self.bank_line(statement.amount_payable, days_ago=0)
        self.read_settlements()
        self.run_matching()
        self.assertTrue(self.judge().good)

    def test_a_day_without_transactions_counts_for_nothing(self):
        self.booked_statement()
        empty = self.settle(days_ago=2)
        self.read_settlements()
        self.assertEqual(self.statement(empty).state, "empty")
        self.assertEqual(self.judge().statements, 1)
        self.assertLess(self.statement(empty).date, date.today())
