from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .payout_case import PayoutCase


@tagged("post_install", "-at_install")
class TestInvoicePayment(PayoutCase):
    """Register Payments: many TikTok invoices in one operation."""

    def wizard(self, moves=None, payout=None, user=None):
        """Return the wizard as a person gets it, for invoices or for a payout."""
        wizard = self.env["tts.register.payment"].with_user(user or self.biller)
        if payout:
            action = payout.with_user(user or self.biller).action_register_payments()
            return Form(wizard.with_context(**action["context"])).save()
        context = {"active_model": "account.move", "active_ids": moves.ids}
        return Form(wizard.with_context(**context)).save()

    def invoices(self, count=2):
        moves = self.env["account.move"]
        for _index in range(count):
            moves |= self.sold()[2]
        return moves

    def statement_of(self, *invoices):
        """Return a statement, not booked, that settles these invoices."""
        rows = [
            self.order_row(
                invoice.tts_order_id.remote_id,
                sale=str(invoice.amount_total),
                fees={"platform_commission_amount": "-2.00"},
            )
            for invoice in invoices
        ]
        return self.make_statement(*rows)

    # === PAY === #

    def test_every_invoice_gets_its_payment_in_the_payments_journal(self):
        moves = self.invoices(3)
        self.wizard(moves).action_register()
        self.assertEqual(moves.mapped("payment_state"), ["paid"] * 3)
        payments = moves.reconciled_payment_ids
        self.assertEqual(len(payments), 3)
        self.assertEqual(payments.journal_id, self.shop.payment_journal_id)

    def test_payments_wait_on_the_intermediary_account(self):
        moves = self.invoices()
        self.wizard(moves).action_register()
        total = sum(moves.mapped("amount_total"))
        self.assertEqual(self.balance(self.intermediary()), round(total, 2))

    def test_a_payment_names_its_tiktok_order(self):
        moves = self.invoices()
        self.wizard(moves).action_register()
        for move in moves:
            memo = move.reconciled_payment_ids.memo
            self.assertEqual(memo, move.tts_order_id.remote_id)

    def test_one_invoice_alone_is_paid_as_well(self):
        moves = self.invoices(1)
        self.wizard(moves).action_register()
        self.assertEqual(moves.payment_state, "paid")
        self.assertEqual(
            moves.reconciled_payment_ids.memo, moves.tts_order_id.remote_id
        )

    def test_credit_notes_are_paid_back_in_the_same_operation(self):
        invoice = self.invoices(1)
        note = self.credit(invoice, price=5)
        wizard = self.wizard(invoice | note)
        expected = invoice.amount_total - note.amount_total
        self.assertAlmostEqual(wizard.amount_total, expected)
        wizard.action_register()
        self.assertEqual(note.payment_state, "paid")
        self.assertAlmostEqual(self.balance(self.intermediary()), expected)

    def test_the_message_leads_to_the_payments(self):
        moves = self.invoices()
        action = self.wizard(moves).action_register()
        self.assertIn("2 payments", action["params"]["message"])
        shown = action["params"]["next"]
        payments = self.env[shown["res_model"]].search(shown["domain"])
        self.assertEqual(payments, moves.reconciled_payment_ids)

    def test_batch_deposits_are_made_where_odoo_has_them(self):
        moves = self.invoices()
        note = self.credit(self.invoices(1), price=5)
        wizard, made = self.wizard(moves | note), []
        payment_class = type(self.env["account.payment"])

        def create_batch_payment(payments):
            made.append(payments)
            return {"type": "ir.actions.act_window", "res_model": "batch"}

        with (
            patch.object(type(wizard), "_has_batches", lambda self: True),
            patch.object(
                payment_class, "create_batch_payment", create_batch_payment, create=True
            ),
        ):
            action = wizard.action_register()
        self.assertEqual(made, [moves.reconciled_payment_ids])
        self.assertIn("Validate", action["params"]["message"])
        self.assertEqual(action["params"]["next"]["res_model"], "batch")

    # === FOR A PAYOUT === #

    def test_a_payout_selects_the_invoices_of_its_statements(self):
        moves, _other = self.invoices(), self.invoices(1)
        statement = self.statement_of(*moves)
        wizard = self.wizard(payout=self.payout(1, statement))
        self.assertEqual(wizard.move_ids, moves)

    def test_the_difference_to_the_payout_is_shown(self):
        moves = self.invoices()
        statement = self.statement_of(*moves)
        payout = self.payout(statement.amount_payable, statement)
        wizard = self.wizard(payout=payout)
        self.assertAlmostEqual(wizard.amount_total, sum(moves.mapped("amount_total")))
        self.assertAlmostEqual(wizard.amount_payout, statement.amount_payable)
        self.assertAlmostEqual(wizard.amount_difference, 4)

    def test_payments_know_their_payout(self):
        moves = self.invoices()
        payout = self.payout(1, self.statement_of(*moves))
        self.wizard(payout=payout).action_register()
        self.assertEqual(payout.payment_ids, moves.reconciled_payment_ids)

    def test_the_bank_settles_registered_payments_of_its_payout(self):
        moves = self.invoices(1)
        statement = self.statement_of(moves)
        payout = self.payout(moves.amount_total, statement)
        self.wizard(payout=payout).action_register()
        self.bank_line(moves.amount_total)
        self.run_matching()
        self.assertEqual(payout.state, "matched")
        self.assertEqual(self.balance(self.intermediary()), 0)

    def test_what_a_booked_statement_settled_is_left_out_and_named(self):
        moves = self.invoices()
        booked = self.book(self.statement_of(moves[0]))
        waiting = self.statement_of(moves[1])
        wizard = self.wizard(payout=self.payout(1, booked, waiting))
        self.assertEqual(wizard.move_ids, moves[1])
        self.assertIn(booked.remote_id, wizard.left_out)

    def test_a_statement_booked_later_leaves_out_what_was_registered(self):
        moves = self.invoices(1)
        statement = self.statement_of(moves)
        self.wizard(moves).action_register()
        self.book(statement)
        self.assertEqual(moves.payment_state, "paid")
        self.assertAlmostEqual(
            self.balance(self.intermediary()), statement.amount_payable
        )

    def test_a_payout_without_open_invoices_says_why(self):
        moves = self.invoices(1)
        booked = self.book(self.statement_of(moves))
        with self.assertRaisesRegex(UserError, "is booked"):
            self.wizard(payout=self.payout(1, booked))

    # === WHAT CANNOT BE PAID === #

    def test_what_is_paid_already_is_named(self):
        moves = self.invoices()
        self.wizard(moves[0]).action_register()
        wizard = self.wizard(moves)
        self.assertEqual(wizard.move_ids, moves[1])
        self.assertIn(moves[0].name, wizard.left_out)

    def test_a_draft_is_named(self):
        moves = self.invoices()
        moves[0].button_draft()
        wizard = self.wizard(moves)
        self.assertEqual(wizard.move_ids, moves[1])
        self.assertIn("not posted", wizard.left_out)

    def test_a_second_click_pays_nothing_twice(self):
        moves = self.invoices()
        wizard = self.wizard(moves)
        wizard.action_register()
        action = wizard.action_register()
        self.assertIn("paid already", action["params"]["message"])
        self.assertEqual(len(moves.reconciled_payment_ids), 2)

    def test_invoices_of_other_channels_are_refused(self):
        move = self.invoices(1).copy()
        with self.assertRaisesRegex(UserError, "not the invoice of a TikTok order"):
            self.wizard(move)

    def test_a_journal_with_another_account_is_refused(self):
        moves = self.invoices()
        wizard = self.wizard(moves)
        methods = self.shop.payment_journal_id.inbound_payment_method_line_ids
        methods.payment_account_id = self.shop.reserve_account_id
        with self.assertRaisesRegex(UserError, "Set Up TikTok Payments"):
            wizard.action_register()

    def test_a_missing_journal_is_refused(self):
        moves = self.invoices()
        wizard = self.wizard(moves)
        self.shop.payment_journal_id = False
        with self.assertRaisesRegex(UserError, "Set Up TikTok Payments"):
            wizard.action_register()

    # === RIGHTS === #

    def test_a_clerk_registers_nothing(self):
        moves = self.invoices()
        with self.assertRaises(AccessError):
            self.wizard(moves, user=self.low_user)

    def test_another_companys_biller_registers_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "tts_other_biller",
            groups="account.group_account_invoice",
            company_id=other.id,
        )
        moves = self.invoices()
        with self.assertRaises(AccessError):
            self.wizard(moves, user=stranger)
