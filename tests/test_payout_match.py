from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .payout_case import PayoutCase


@tagged("post_install", "-at_install")
class TestPayoutMatch(CronMixinCase, PayoutCase):
    # === WHICH TRANSACTION === #

    def test_a_payout_finds_its_bank_transaction(self):
        payout, line = self.payout(50), self.bank_line(50)
        self.run_matching()
        self.assertEqual(payout.bank_line_id, line)
        self.assertEqual(payout.state, "matched")
        self.assertTrue(line.is_reconciled)

    def test_the_payers_name_does_not_matter(self):
        payout = self.payout(50)
        line = self.bank_line(50, payment_ref="WIRE 4711", partner_name="Some Bank Inc")
        self.run_matching()
        self.assertEqual(payout.bank_line_id, line)

    def test_another_amount_is_not_matched(self):
        payout = self.payout(50)
        self.bank_line(50.01)
        self.run_matching()
        self.assertFalse(payout.bank_line_id)

    def test_what_came_four_days_early_is_not_matched(self):
        payout = self.payout(50)
        self.bank_line(50, days_ago=4)
        self.run_matching()
        self.assertFalse(payout.bank_line_id)

    def test_what_came_ten_days_later_is_matched(self):
        payout = self.payout(50, days_ago=10)
        line = self.bank_line(50)
        self.run_matching()
        self.assertEqual(payout.bank_line_id, line)

    def test_what_came_eleven_days_later_is_not_matched(self):
        payout = self.payout(50, days_ago=11)
        self.bank_line(50)
        self.run_matching()
        self.assertFalse(payout.bank_line_id)

    def test_the_payments_journal_is_no_bank(self):
        payout = self.payout(50)
        self.bank_line(50, journal=self.shop.payment_journal_id)
        self.run_matching()
        self.assertFalse(payout.bank_line_id)

    def test_a_bank_in_another_currency_is_not_matched_by_its_figure(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        bank = self.make_bank(self.company, "Euro bank", "EB1", currency_id=euro.id)
        payout = self.payout(50)
        self.bank_line(50, journal=bank)
        self.run_matching()
        self.assertFalse(payout.bank_line_id)

    def test_a_returned_withdrawal_leaves_the_bank(self):
        payout = self.payout(-50, kind="reverse")
        self.bank_line(50)
        line = self.bank_line(-50)
        self.run_matching()
        self.assertEqual(payout.bank_line_id, line)

    def test_settled_money_in_the_balance_is_looked_for_in_no_bank(self):
        payout = self.payout(50, kind="settle", state="none")
        self.bank_line(50)
        self.run_matching()
        self.assertFalse(payout.bank_line_id)

    def test_several_that_fit_are_left_to_a_person(self):
        payout = self.payout(50)
        self.bank_line(50)
        self.bank_line(50, days_ago=1)
        self.run_matching()
        self.assertFalse(payout.bank_line_id)
        self.assertIn("Several bank transactions", self.payout_issue(payout).name)

    def test_the_text_decides_between_equals(self):
        payout = self.payout(50)
        self.bank_line(50)
        line = self.bank_line(50, payment_ref="TikTok Shop payout")
        self.run_matching()
        self.assertEqual(payout.bank_line_id, line)

    def test_the_payouts_id_in_the_text_decides_before_all(self):
        payout = self.payout(50)
        self.bank_line(50, payment_ref="TikTok Shop payout")
        line = self.bank_line(50, payment_ref=f"Ref {payout.remote_id}")
        self.run_matching()
        self.assertEqual(payout.bank_line_id, line)

    def test_one_transaction_for_two_payouts_is_left_to_a_person(self):
        payouts = self.payout(50) | self.payout(50)
        self.bank_line(50)
        self.run_matching()
        self.assertFalse(payouts.bank_line_id)
        self.assertTrue(self.payout_issue(payouts[0]))
        self.assertTrue(self.payout_issue(payouts[1]))

    def test_the_same_trouble_is_not_counted_every_hour(self):
        payout = self.payout(50)
        self.bank_line(50)
        self.bank_line(50)
        self.run_matching()
        self.run_matching()
        self.assertEqual(self.payout_issue(payout).count, 1)

    def test_an_overdue_payout_is_told_until_it_arrives(self):
        payout = self.payout(50, days_ago=11)
        self.run_matching()
        self.assertIn("has not reached the bank", self.payout_issue(payout).name)
        self.bank_line(50, days_ago=5)
        self.run_matching()
        self.assertEqual(payout.state, "matched")
        self.assertFalse(self.payout_issue(payout))

    def test_a_payout_of_last_week_is_not_overdue(self):
        payout = self.payout(50, days_ago=9)
        self.run_matching()
        self.assertFalse(self.payout_issue(payout))

    def test_a_shop_without_accounts_says_so_and_matches_later(self):
        account = self.intermediary()
        self.shop.intermediary_account_id = False
        payout, line = self.payout(50), self.bank_line(50)
        self.run_matching()
        self.assertIn("Set Up TikTok Payments", self.payout_issue(payout).reason)
        self.assertFalse(line.is_reconciled)
        self.shop.intermediary_account_id = account
        self.run_matching()
        self.assertEqual(payout.bank_line_id, line)
        self.assertFalse(self.payout_issue(payout))

    # === WAKING UP === #

    def test_a_new_bank_transaction_wakes_the_matching(self):
        self.payout(50)
        with self.capture_triggers("sale_tiktok_shop.ir_cron_invoices") as capture:
            self.bank_line(7)
        self.assertEqual(len(capture.records), 1)

    def test_nothing_is_woken_while_no_payout_is_awaited(self):
        with self.capture_triggers("sale_tiktok_shop.ir_cron_invoices") as capture:
            self.bank_line(7)
        self.assertFalse(capture.records)

    # === IN THE BOOKS === #

    def test_the_bank_settles_the_statement_of_its_payout(self):
        statement = self.booked()
        amount = statement.amount_payable
        payout = self.payout(amount, statement)
        self.bank_line(amount)
        self.run_matching()
        self.assertEqual(payout.state, "matched")
        item = self.line(statement, self.intermediary())
        self.assertTrue(item.reconciled)
        self.assertEqual(self.balance(self.intermediary()), 0)

    def test_the_statements_of_a_payout_come_before_older_ones(self):
        older = self.booked(day=self.today - timedelta(days=30))
        statement = self.booked()
        self.payout(statement.amount_payable, statement)
        self.bank_line(statement.amount_payable)
        self.run_matching()
        self.assertTrue(self.line(statement, self.intermediary()).reconciled)
        self.assertFalse(self.line(older, self.intermediary()).reconciled)

    def test_a_withdrawal_takes_the_oldest_first(self):
        first = self.booked(day=self.today - timedelta(days=2))
        second = self.booked(day=self.today - timedelta(days=1))
        amount = first.amount_payable + 5
        self.payout(amount, kind="withdraw")
        self.bank_line(amount)
        self.run_matching()
        self.assertTrue(self.line(first, self.intermediary()).reconciled)
        rest = self.line(second, self.intermediary()).amount_residual
        self.assertAlmostEqual(rest, second.amount_payable - 5)

    def test_what_another_payment_pays_is_left_to_it(self):
        statement = self.booked()
        statement.payment_remote_id = self.new_id()
        payout = self.payout(20)
        self.bank_line(20)
        self.run_matching()
        self.assertEqual(payout.state, "matched")
        self.assertFalse(self.line(statement, self.intermediary()).matched_credit_ids)

    def test_payments_registered_for_another_payout_are_left_to_it(self):
        _order_id, _order, invoice = self.sold("30.00")
        payment = self.pay(invoice, self.shop.payment_journal_id)
        payment.tts_payout_id = self.payout(30)
        payout = self.payout(20)
        self.bank_line(20)
        self.run_matching()
        self.assertEqual(payout.state, "matched")
        item = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == self.intermediary()
        )
        self.assertFalse(item.matched_credit_ids)

    def test_a_payout_waits_for_its_statement_to_be_booked(self):
        other = self.booked(day=self.today - timedelta(days=2))
        order_id, _order, invoice = self.sold("30.00")
        row = self.order_row(order_id, sale=str(invoice.amount_total))
        statement = self.make_statement(row)
        payout = self.payout(statement.amount_payable, statement)
        self.bank_line(statement.amount_payable)
        self.run_matching()
        self.assertEqual(payout.state, "matched")
        self.assertFalse(self.line(other, self.intermediary()).matched_credit_ids)
        self.book(statement)
        self.run_matching()
        self.assertTrue(self.line(statement, self.intermediary()).reconciled)

    def test_a_payout_in_another_currency_settles_the_shops_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "name": self.today - timedelta(days=60),
                "currency_id": euro.id,
                "company_id": self.company.id,
                "rate": 0.8,
            }
        )
        bank = self.make_bank(self.company, "Euro bank", "EB1", currency_id=euro.id)
        statement = self.booked()
        amount = statement.amount_payable
        in_euro = round(amount * 0.78, 2)
        payout = self.payout(
            in_euro, statement, currency_id=euro.id, amount_settlement=amount
        )
        line = self.bank_line(in_euro, journal=bank)
        self.run_matching()
        self.assertEqual(payout.bank_line_id, line)
        self.assertEqual(self.balance(self.intermediary()), 0)
        self.assertTrue(self.line(statement, self.intermediary()).reconciled)

    # === BUTTONS === #

    def test_the_button_matches_what_fits_alone(self):
        payout, line = self.payout(50), self.bank_line(50)
        action = payout.with_user(self.biller).action_match()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(payout.bank_line_id, line)

    def test_a_person_chooses_among_several(self):
        payout = self.payout(50)
        self.bank_line(50)
        chosen = self.bank_line(50)
        action = payout.with_user(self.biller).action_match()
        form = self.open_wizard(action)
        form.bank_line_id = chosen.with_user(self.biller)
        form.save().action_match()
        self.assertEqual(payout.bank_line_id, chosen)

    def test_a_person_may_choose_what_the_bank_took_a_fee_from(self):
        statement = self.booked()
        payout = self.payout(statement.amount_payable, statement)
        line = self.bank_line(statement.amount_payable - 1)
        form = self.open_wizard(payout.with_user(self.biller).action_match())
        self.assertFalse(form.candidate_ids.ids)
        form.show_all = True
        form.bank_line_id = line.with_user(self.biller)
        self.assertTrue(form.differs)
        form.save().action_match()
        self.assertAlmostEqual(
            self.line(statement, self.intermediary()).amount_residual, 1
        )

    def test_nothing_chosen_is_said(self):
        wizard = self.env["tts.payout.match"].create({"payout_id": self.payout(5).id})
        with self.assertRaisesRegex(UserError, "Choose the bank transaction"):
            wizard.action_match()

    def test_a_matched_payout_is_not_matched_again(self):
        payout = self.payout(50)
        self.bank_line(50)
        self.run_matching()
        with self.assertRaisesRegex(UserError, "matched already"):
            payout.action_match()

    def test_unmatching_puts_everything_back(self):
        statement = self.booked()
        amount = statement.amount_payable
        payout, line = self.payout(amount, statement), self.bank_line(amount)
        self.run_matching()
        payout.with_user(self.biller).action_unmatch()
        self.assertFalse(payout.bank_line_id)
        self.assertEqual(payout.state, "paid")
        self.assertFalse(line.is_reconciled)
        self.assertFalse(self.line(statement, self.intermediary()).reconciled)

    def test_what_is_undone_on_the_bank_transaction_is_noticed(self):
        payout, line = self.payout(50, days_ago=2), self.bank_line(50)
        self.run_matching()
        line.action_undo_reconciliation()
        line.date = self.today + timedelta(days=30)
        self.run_matching()
        self.assertFalse(payout.bank_line_id)
        self.assertEqual(payout.state, "paid")

    def test_what_was_unmatched_is_not_matched_again_by_itself(self):
        payout, line = self.payout(50), self.bank_line(50)
        self.run_matching()
        payout.with_user(self.biller).action_unmatch()
        self.run_matching()
        self.assertFalse(payout.bank_line_id)
        self.assertFalse(line.is_reconciled)

    def test_what_was_unmatched_leaves_its_transaction_to_another_payout(self):
        wrong, line = self.payout(50), self.bank_line(50)
        self.run_matching()
        wrong.with_user(self.biller).action_unmatch()
        right = self.payout(50)
        self.run_matching()
        self.assertEqual(right.bank_line_id, line)

    def test_a_transaction_that_is_imported_anew_is_matched_again(self):
        payout, line = self.payout(50), self.bank_line(50)
        self.run_matching()
        line.unlink()
        self.run_matching()
        again = self.bank_line(50)
        self.run_matching()
        self.assertEqual(payout.bank_line_id, again)

    def test_a_click_matches_what_was_unmatched(self):
        payout, line = self.payout(50), self.bank_line(50)
        self.run_matching()
        payout.action_unmatch()
        payout.with_user(self.biller).action_match()
        self.assertEqual(payout.bank_line_id, line)

    def test_transactions_to_choose_from_tell_day_amount_and_text(self):
        view = self.env.ref("sale_tiktok_shop.tts_payout_match_view_form")
        [field] = etree.fromstring(view.arch).xpath("//field[@name='bank_line_id']")
        line = self.bank_line(50, payment_ref="TT payout 77")
        context = safe_eval(field.get("context"))
        name = line.with_user(self.biller).with_context(**context).display_name
        self.assertIn(fields.Date.to_string(self.today), name)
        self.assertIn("50.00", name)
        self.assertIn("TT payout 77", name)

    # === LATER === #

    def unsettleable_payout(self):
        """Return a matched payout whose account was closed to reconciliation since."""
        payout = self.payout(50)
        self.bank_line(50)
        self.run_matching()
        self.booked().payout_id = payout
        self.intermediary().reconcile = False
        return payout

    def test_one_that_cannot_be_settled_stops_no_other(self):
        broken = self.unsettleable_payout()
        late = self.payout(70, days_ago=11)
        self.run_matching()
        self.assertIn("has not reached the bank", self.payout_issue(late).name)
        [issue] = self.issues(f"payout-rest:{broken.remote_id}")
        self.assertIn("could not be settled", issue.name)

    def test_one_that_fails_for_no_known_reason_stops_no_other(self):
        broken, good = self.payout(50), self.payout(70)
        self.bank_line(50)
        self.bank_line(70)
        match = type(broken)._match

        def fail(payout, line):
            if payout == broken:
                raise ValueError("what nobody thought of")
            return match(payout, line)

        with (
            self.patched(type(broken), "_match", fail),
            mute_logger("odoo.addons.sale_tiktok_shop.models.tts_shop_payout"),
        ):
            self.run_matching()
        self.assertEqual(good.state, "matched")
        self.assertIn("what nobody thought of", self.payout_issue(broken).reason)

    def test_its_issue_closes_when_it_can_be_settled(self):
        broken = self.unsettleable_payout()
        self.run_matching()
        self.assertTrue(self.issues(f"payout-rest:{broken.remote_id}"))
        self.intermediary().reconcile = True
        self.run_matching()
        self.assertFalse(self.issues(f"payout-rest:{broken.remote_id}"))
        self.assertTrue(self.line(broken.statement_ids, self.intermediary()).reconciled)

    def test_what_is_settled_is_not_looked_at_every_hour(self):
        statement = self.booked()
        payout = self.payout(statement.amount_payable, statement)
        self.bank_line(statement.amount_payable)
        self.run_matching()
        waiting = self.payout(70, kind="withdraw")
        self.bank_line(70)
        self.run_matching()
        self.assertEqual(payout.state, "matched")
        self.assertEqual(self.shop._unfinished_payouts(), waiting)

    # === RIGHTS AND COMPANIES === #

    def test_a_clerk_matches_nothing(self):
        payout = self.payout(50)
        self.bank_line(50)
        with self.assertRaises(AccessError):
            payout.with_user(self.low_user).action_match()

    def test_the_bank_of_another_company_is_not_looked_at(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.give_chart(other)
        bank = self.make_bank(other, "Other bank", "OB1")
        payout = self.payout(50)
        self.bank_line(50, journal=bank)
        self.run_matching()
        self.assertFalse(payout.bank_line_id)

    def test_another_companys_biller_matches_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "tts_other_biller",
            groups="account.group_account_invoice",
            company_id=other.id,
        )
        with self.assertRaises(AccessError):
            self.payout(50).with_user(stranger).action_match()

    def open_wizard(self, action):
        wizard = self.env[action["res_model"]].with_user(self.biller)
        return Form(wizard.with_context(**action["context"]))

    def test_the_day_of_a_payout_without_one_is_when_it_began(self):
        now = fields.Datetime.now()
        payout = self.payout(50, date=False, paid_time=False, create_time=now)
        line = self.bank_line(50)
        self.run_matching()
        self.assertEqual(payout.bank_line_id, line)
