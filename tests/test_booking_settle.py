from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib.statements import parse_transaction
from .money_case import MoneyCase

LATE = "576000000000000077"


@tagged("post_install", "-at_install")
class TestBookingSettle(MoneyCase):
    """Which invoices and credit notes a statement settles, and when."""

    def settled(self, **row):
        """Book a statement of one new order with an invoice; return all four."""
        order_id, order, invoice = self.sold()
        row.setdefault("sale", order.amount_total)
        statement = self.book(self.make_statement(self.order_row(order_id, **row)))
        return order_id, order, invoice, statement

    def abroad(self, **values):
        """Return a fiscal position with a receivable account of its own."""
        account = self.env.user.partner_id.property_account_receivable_id
        other = account.copy({"name": "Customers abroad"})
        pair = {"account_src_id": account.id, "account_dest_id": other.id}
        return self.env["account.fiscal.position"].create(
            {"name": "Abroad", "account_ids": [Command.create(pair)], **values}
        )

    # === REFUNDS === #

    def test_a_refund_settles_the_credit_note(self):
        order_id, order, invoice = self.sold()
        note = self.credit(invoice, 10.0)
        statement = self.book(
            self.make_statement(
                self.order_row(order_id, order.amount_total, refund="-10.00")
            )
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(note.amount_residual)
        self.assertEqual(statement.transaction_ids.settle_state, "settled")

    def test_a_refund_of_a_later_statement_settles_a_later_credit_note(self):
        order_id, _order, invoice, _statement = self.settled()
        later = self.book(self.make_statement(self.order_row(order_id, refund="-10")))
        self.assertEqual(later.transaction_ids.settle_state, "waiting")
        note = self.credit(invoice, 10.0)
        self.assertFalse(note.amount_residual)
        self.assertEqual(later.transaction_ids.settle_state, "settled")

    def test_a_sale_refunded_at_once_is_settled_by_invoice_and_full_credit_note(self):
        order_id, order, invoice = self.sold()
        note = self.credit(invoice)
        statement = self.book(
            self.make_statement(
                self.order_row(
                    order_id, order.amount_total, refund=f"-{order.amount_total}"
                )
            )
        )
        self.assertFalse(invoice.amount_residual or note.amount_residual)
        self.assertEqual(statement.transaction_ids.settle_state, "settled")

    def test_a_credit_note_of_what_was_cancelled_settles_the_rest_of_the_invoice(self):
        order_id, order, invoice = self.sold()
        goods = order.order_line.filtered(lambda line: not line.is_delivery)
        rest = f"{order.amount_total - 30:.2f}"
        statement = self.book(self.make_statement(self.order_row(order_id, rest)))
        goods.product_uom_qty = 0
        note = self.invoice(order)
        self.assertEqual(note.move_type, "out_refund")
        self.assertFalse(invoice.amount_residual or note.amount_residual)
        self.assertEqual(statement.transaction_ids.settle_state, "settled")

    # === INVOICES THAT COME LATE === #

    def test_an_order_without_invoice_waits_for_it(self):
        order_id, order, _none = self.sold(invoice=False)
        statement = self.book(
            self.make_statement(self.order_row(order_id, order.amount_total))
        )
        self.assertEqual(statement.transaction_ids.settle_state, "waiting")
        line = statement.transaction_ids.move_line_ids
        self.assertEqual(line.account_id.account_type, "asset_receivable")
        self.assertFalse(line.reconciled)

    def test_a_late_invoice_is_paid_as_soon_as_it_is_posted(self):
        order_id, order, _none = self.sold(invoice=False)
        statement = self.book(
            self.make_statement(self.order_row(order_id, order.amount_total))
        )
        invoice = self.invoice(order)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(statement.transaction_ids.settle_state, "settled")

    def test_a_late_invoice_is_paid_on_the_account_of_its_fiscal_position(self):
        order_id, order, _none = self.sold(invoice=False)
        order.fiscal_position_id = self.abroad()
        self.book(self.make_statement(self.order_row(order_id, order.amount_total)))
        invoice = self.invoice(order)
        self.assertEqual(invoice.payment_state, "paid")

    def test_an_invoice_that_is_larger_stays_open_for_the_rest(self):
        order_id, order, invoice = self.sold()
        statement = self.book(
            self.make_statement(self.order_row(order_id, order.amount_total - 4))
        )
        self.assertEqual(round(invoice.amount_residual, 2), 4.0)
        self.assertEqual(statement.transaction_ids.settle_state, "partial")

    def test_an_invoice_that_is_smaller_leaves_a_credit_of_the_buyer(self):
        order_id, order, invoice = self.sold()
        statement = self.book(
            self.make_statement(self.order_row(order_id, order.amount_total + 4))
        )
        self.assertEqual(invoice.payment_state, "paid")
        line = statement.transaction_ids.move_line_ids
        self.assertEqual(round(line.amount_residual, 2), -4.0)
        self.assertEqual(statement.transaction_ids.settle_state, "partial")

    def test_an_order_that_settles_in_two_statements_is_paid_by_both(self):
        order_id, order, invoice = self.sold()
        rest = order.amount_total - 5
        first = self.book(self.make_statement(self.order_row(order_id, "5.00")))
        self.assertEqual(first.transaction_ids.settle_state, "partial")
        self.book(self.make_statement(self.order_row(order_id, f"{rest:.2f}")))
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(first.transaction_ids.settle_state, "settled")

    # === BY HAND === #

    def test_undoing_a_reconciliation_shows(self):
        _order_id, _order, invoice, statement = self.settled()
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual(statement.transaction_ids.settle_state, "waiting")

    def test_reconciling_by_hand_shows(self):
        _order_id, _order, invoice, statement = self.settled()
        invoice.line_ids.remove_move_reconcile()
        line = statement.transaction_ids.move_line_ids
        own = invoice.line_ids.filtered(lambda one: one.account_id == line.account_id)
        (own | line).reconcile()
        self.assertEqual(statement.transaction_ids.settle_state, "settled")

    # === PAYMENTS REGISTERED BEFORE === #

    def test_a_registered_payment_is_not_booked_again(self):
        order_id, order, invoice = self.sold()
        self.pay(invoice, self.shop.payment_journal_id)
        statement = self.book(
            self.make_statement(
                self.order_row(
                    order_id, order.amount_total, fees={"referral_fee_amount": "-1.00"}
                )
            )
        )
        row = statement.transaction_ids
        self.assertFalse(row.move_line_ids)
        self.assertEqual(row.settle_state, "settled")
        self.assertEqual(row.amount_registered, order.amount_total)
        self.assertEqual(
            self.balance(self.shop.intermediary_account_id),
            round(order.amount_total - 1, 2),
        )

    def test_a_registered_refund_is_not_booked_again(self):
        order_id, order, invoice = self.sold()
        self.pay(invoice, self.shop.payment_journal_id)
        note = self.credit(invoice, 10.0)
        self.pay(note, self.shop.payment_journal_id)
        statement = self.book(
            self.make_statement(
                self.order_row(
                    order_id,
                    order.amount_total,
                    refund="-10.00",
                    fees={"referral_fee_amount": "-1.00"},
                )
            )
        )
        self.assertFalse(statement.transaction_ids.move_line_ids)
        self.assertEqual(
            self.balance(self.shop.intermediary_account_id), statement.amount_payable
        )

    def test_a_registered_payment_is_left_out_once(self):
        order_id, order, invoice = self.sold()
        self.pay(invoice, self.shop.payment_journal_id)
        self.book(self.make_statement(self.order_row(order_id, order.amount_total)))
        later = self.book(self.make_statement(self.order_row(order_id, "2.00")))
        line = later.transaction_ids.move_line_ids
        self.assertEqual(line.balance, -2.0)

    def test_what_a_registered_payment_wrote_off_is_not_taken_for_paid(self):
        order_id, order, invoice = self.sold()
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create(
            {
                "journal_id": self.shop.payment_journal_id.id,
                "amount": order.amount_total - 3,
                "payment_difference_handling": "reconcile",
                "writeoff_account_id": self.fee_account("commission").id,
            }
        )._create_payments()
        fees = {"referral_fee_amount": "-3.00"}
        statement = self.book(
            self.make_statement(self.order_row(order_id, order.amount_total, fees=fees))
        )
        self.assertEqual(
            self.balance(self.shop.intermediary_account_id), statement.amount_payable
        )
        self.assertEqual(statement.transaction_ids.move_line_ids.balance, -3.0)

    def test_a_payment_in_another_journal_is_an_issue(self):
        order_id, order, invoice = self.sold()
        bank = self.env["account.journal"].create(
            {"name": "House bank", "type": "bank", "code": "HOUSE"}
        )
        self.pay(invoice, bank)
        statement = self.book(
            self.make_statement(self.order_row(order_id, order.amount_total))
        )
        self.assertEqual(statement.transaction_ids.settle_state, "waiting")
        self.assertTrue(self.issues(f"paid-elsewhere:{order_id}"))

    def test_cancelling_the_other_payment_heals_the_issue(self):
        order_id, order, invoice = self.sold()
        bank = self.env["account.journal"].create(
            {"name": "House bank", "type": "bank", "code": "HOUSE"}
        )
        payment = self.pay(invoice, bank)
        statement = self.book(
            self.make_statement(self.order_row(order_id, order.amount_total))
        )
        issue = self.issues(f"paid-elsewhere:{order_id}")
        payment.action_draft()
        payment.action_cancel()
        issue.action_retry()
        self.assertEqual(issue.state, "closed")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(statement.transaction_ids.settle_state, "settled")

    def test_a_sale_that_comes_with_the_second_reading_is_to_be_settled(self):
        order_id, order, _invoice = self.sold()
        row = self.order_row(order_id)
        statement = self.make_statement(row)
        self.assertEqual(statement.transaction_ids.settle_state, "none")
        told = self.order_row(order_id, order.amount_total) | {"id": row["id"]}
        self.env["tts.transaction"]._absorb_page(statement, [parse_transaction(told)])
        self.assertEqual(statement.transaction_ids.settle_state, "unbooked")

    # === UNKNOWN ORDERS === #

    def test_an_unknown_order_waits_on_its_account_without_partner(self):
        statement = self.book(self.make_statement(self.order_row(LATE, "20.00")))
        line = statement.transaction_ids.move_line_ids
        self.assertEqual(line.account_id, self.shop.unknown_account_id)
        self.assertFalse(line.partner_id)
        self.assertEqual(line.balance, -20.0)
        self.assertEqual(statement.transaction_ids.settle_state, "unknown")

    def test_an_unknown_order_that_comes_later_is_moved_to_its_buyer(self):
        order_id = self.place_units(self.unit(original_price="30.00"))
        row = self.order_row(order_id, "30.00", fees={"referral_fee_amount": "-1.00"})
        statement = self.book(self.make_statement(row))
        self.sync()
        row = statement.transaction_ids
        self.assertEqual(row.settle_state, "waiting")
        self.assertEqual(self.balance(self.shop.unknown_account_id), 0.0)
        moved = self.env["account.move"].search(
            [("tts_statement_id", "=", statement.id)]
        ) - (statement.move_id | statement.bill_id)
        self.assertEqual(len(moved), 1)
        self.assertTrue(
            all(
                line.reconciled
                for line in (statement.move_id | moved).line_ids
                if line.account_id == self.shop.unknown_account_id
            )
        )

    def test_an_order_that_came_later_is_settled_by_its_invoice(self):
        order_id = self.place_units(self.unit(original_price="30.00"))
        statement = self.book(self.make_statement(self.order_row(order_id, "34.99")))
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.amount_total, 34.99)
        self.assertEqual(self.invoice(order).payment_state, "paid")
        self.assertEqual(statement.transaction_ids.settle_state, "settled")

    def test_an_order_that_came_later_is_moved_to_the_account_of_its_position(self):
        order_id = self.place_units(self.unit(original_price="30.00"))
        self.book(self.make_statement(self.order_row(order_id, "34.99")))
        self.abroad(auto_apply=True, sequence=0)
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.fiscal_position_id.name, "Abroad")
        self.assertEqual(self.invoice(order).payment_state, "paid")

    def test_an_order_that_came_later_is_invoiced_where_settled_ones_are(self):
        self.shop.invoice_policy = "settled"
        order_id = self.place_units(self.unit(original_price="30.00"))
        statement = self.book(self.make_statement(self.order_row(order_id, "34.99")))
        self.sync()
        invoice = self.sale_order(order_id).invoice_ids
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(statement.transaction_ids.settle_state, "settled")

    def test_what_a_person_moved_off_the_unknown_account_is_not_moved_again(self):
        order_id = self.place_units(self.unit(original_price="30.00"))
        statement = self.book(self.make_statement(self.order_row(order_id, "30.00")))
        line = statement.transaction_ids.move_line_ids
        lines = [(line.account_id, 10.0), (self.fee_account("other"), -10.0)]
        part = self.env["account.move"].create(
            {
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": amount})
                    for account, amount in lines
                ]
            }
        )
        part.action_post()
        (line | part.line_ids[:1]).reconcile()
        self.sync()
        self.assertEqual(self.balance(self.shop.unknown_account_id), 0.0)
        self.assertEqual(statement.transaction_ids.settle_state, "waiting")

    def test_trying_again_moves_what_could_not_be_moved(self):
        order_id = self.place_units(self.unit(original_price="30.00"))
        statement = self.book(self.make_statement(self.order_row(order_id, "30.00")))
        self.shop.payment_journal_id.active = False
        self.sync()
        issue = self.issues(f"unknown-order:{order_id}")
        self.shop.payment_journal_id.active = True
        issue.with_user(self.biller).action_retry()
        self.assertEqual(issue.state, "closed")
        self.assertEqual(self.balance(self.shop.unknown_account_id), 0.0)
        self.assertEqual(statement.transaction_ids.settle_state, "waiting")

    def test_trying_in_vain_to_move_an_order_says_why(self):
        order_id = self.place_units(self.unit(original_price="30.00"))
        self.book(self.make_statement(self.order_row(order_id, "30.00")))
        self.shop.payment_journal_id.active = False
        self.sync()
        with self.assertRaisesRegex(UserError, "archived"):
            self.issues(f"unknown-order:{order_id}").action_retry()

    def test_an_order_is_moved_once(self):
        order_id = self.place_units(self.unit(original_price="30.00"))
        statement = self.book(self.make_statement(self.order_row(order_id, "30.00")))
        self.sync()
        count = self.env["account.move"].search_count([])
        statement.transaction_ids._on_order_known()
        self.assertEqual(self.env["account.move"].search_count([]), count)

    def test_an_order_that_was_not_needed_waits_with_a_sentence_of_its_own(self):
        order_id = self.place_one()
        with (
            self.spoiled("sale.order", "action_confirm", lambda *_args: True),
            mute_logger("odoo.addons.sale_tiktok_shop.models.tts_order_outcome"),
        ):
            self.sync()
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.assertEqual(self.mirror(order_id).state, "skipped")
        statement = self.book(self.make_statement(self.order_row(order_id, "20.00")))
        line = statement.transaction_ids.move_line_ids
        self.assertEqual(line.account_id, self.shop.unknown_account_id)
        self.assertIn("has no sales order", line.name)
