from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..utils import toast

# How long before and after the day TikTok names the money may reach the bank.
EARLIEST, LATEST = timedelta(days=3), timedelta(days=10)
# What can reach a bank, and has not been found there yet.
BANK_KINDS = ("payment", "withdraw", "reverse")
AWAITED = ("open", "paid")


class TtsPayout(models.Model):
    """Finding the bank transaction that a payout arrived with."""

    _inherit = "tts.payout"

    is_converted = fields.Boolean(
        readonly=True,
        copy=False,
        help="Matching told the bank transaction the amount in the shop's currency.",
    )
    was_unmatched = fields.Boolean(
        string="Unmatched",
        readonly=True,
        copy=False,
        help="Only a click on Match Bank Transaction matches it again.",
    )
    payment_ids = fields.One2many(
        "account.payment", "tts_payout_id", string="Payments", readonly=True
    )

    # === BUTTONS === #

    def action_match(self):
        """Match this payout with its bank transaction, or let a person choose it.

        :return: a message, or the page with the transactions to choose from
        :raise UserError: it is matched already, or no money reaches the bank with it
        """
        self.ensure_one()
        self.check_access("write")
        self._check_awaited()
        payout = self.sudo()
        fits = payout._fits()[payout]
        if len(fits) == 1:
            payout._match(fits)
            return toast(
                "success",
                self.env._(
                    "Payout %(payout)s is matched with the bank transaction of "
                    "%(date)s.",
                    payout=payout.remote_id,
                    date=fields.Date.to_string(fits.date),
                ),
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Match Bank Transaction"),
            "res_model": "tts.payout.match",
            "view_mode": "form",
            "target": "new",
            "context": {"default_payout_id": self.id},
        }

    def action_unmatch(self):
        """Take the bank transactions of these payouts back, as if never matched."""
        self.check_access("write")
        self.sudo()._unmatch()

    def action_open_bank_line(self):
        """Open the journal entry of the bank transaction.

        :raise UserError: there is none yet
        """
        self.ensure_one()
        if not self.bank_line_id:
            raise UserError(
                self.env._(
                    "Payout %s has no bank transaction yet. Click Match Bank "
                    "Transaction.",
                    self.remote_id,
                )
            )
        return self.bank_line_id.move_id._get_records_action()

    def _check_awaited(self):
        """Make sure that a bank transaction can be looked for.

        :raise UserError: names the payout and why not
        """
        if self.bank_line_id:
            raise UserError(
                self.env._(
                    "Payout %s is matched already. Click Unmatch first to choose "
                    "another bank transaction.",
                    self.remote_id,
                )
            )
        if self.kind not in BANK_KINDS or self.state not in AWAITED:
            raise UserError(
                self.env._(
                    "No money reaches the bank with payout %s: it has failed, or stays "
                    "in TikTok's balance.",
                    self.remote_id,
                )
            )

    # === WHICH TRANSACTION === #

    @api.model
    def _awaited_domain(self):
        return (
            Domain("kind", "in", BANK_KINDS)
            & Domain("state", "in", AWAITED)
            & Domain("bank_line_id", "=", False)
        )

    def _bank_day(self):
        """Return the day around which the money reaches the bank."""
        return self.date or fields.Date.to_date(self.paid_time or self.create_time)

    def _bank_lines_domain(self):
        """The bank transactions of a company that may be payouts."""
        company = self.company_id
        journals = (
            self.env["tts.shop"]
            .with_context(active_test=False)
            .search([("company_id", "=", company.id)])
            .payment_journal_id
        )
        return (
            Domain("company_id", "=", company.id)
            & Domain("journal_id.type", "in", ("bank", "cash", "credit"))
            & Domain("journal_id", "not in", journals.ids)
            & Domain("is_reconciled", "=", False)
            & Domain("state", "=", "posted")
        )

    def _fits(self):
        """Return the bank transactions that each of these payouts may have come with.

        Amount and currency are equal and the day is near. What the bank wrote is the
        payer's name, often a third party's: it only decides between equals.

        :return: {payout: bank transactions}
        """
        found = {}
        for payouts in self.grouped("company_id").values():
            days = [day for payout in payouts if (day := payout._bank_day())]
            lines = self.env["account.bank.statement.line"]
            if days:
                lines = lines.search(
                    payouts[:1]._bank_lines_domain()
                    & Domain("date", ">=", min(days) - EARLIEST)
                    & Domain("date", "<=", max(days) + LATEST)
                    & Domain("amount", "!=", 0),
                    order="date, id",
                )
            taken = self.sudo().search([("bank_line_id", "in", lines.ids)]).bank_line_id
            by_amount = defaultdict(lines.browse)
            for line in lines - taken:
                for key in line._tts_amounts():
                    by_amount[key] |= line
            for payout in payouts:
                found[payout] = payout._best_of(by_amount[payout._bank_amount()])
        return found

    def _bank_amount(self):
        """Return (currency, whole smallest units) of what reaches the bank."""
        currency = self.currency_id
        return (currency, round(self.amount * 10**currency.decimal_places))

    def _best_of(self, lines):
        """Return the transactions of the right days, and of those the ones whose text
        speaks most for this payout.
        """
        day = self._bank_day()
        near = lines.filtered(
            lambda line: day and day - EARLIEST <= line.date <= day + LATEST
        )
        if len(near) < 2:
            return near
        scores = {line: self._text_score(line) for line in near}
        best = max(scores.values())
        return near.filtered(lambda line: scores[line] == best)

    def _text_score(self, line):
        """Return how much the text of a bank transaction speaks for this payout."""
        texts = (line.payment_ref, line.partner_name, line.account_number)
        text = " ".join(part for part in texts if part).casefold()
        digits = "".join(filter(str.isdigit, self.bank_account or ""))
        return (
            4 * (self.remote_id.casefold() in text)
            + 2 * ((self.shop_id.name or "tiktok").casefold() in text)
            + ("tiktok" in text)
            + bool(digits and digits in text)
        )

    # === MATCH === #

    def _match(self, line):
        """Book a bank transaction as the arrival of this payout.

        Its suspense line moves to the intermediary account of the shop, and is settled
        with what TikTok owed.

        :raise UserError: something is missing, or somebody else has the transaction
        """
        self.ensure_one()
        self._check_awaited()
        self._check_intermediary()
        if not line.try_lock_for_update() or not self.try_lock_for_update():
            raise UserError(
                self.env._(
                    "Somebody else is matching the bank transaction of %s. Try again "
                    "in a moment.",
                    fields.Date.to_string(line.date),
                )
            )
        if line.is_reconciled or self.sudo().search_count(
            [("bank_line_id", "=", line.id)], limit=1
        ):
            raise UserError(
                self.env._(
                    "The bank transaction of %s is reconciled already. Choose another "
                    "one.",
                    fields.Date.to_string(line.date),
                )
            )
        converted = line._tts_set_foreign(
            self.settlement_currency_id or self.currency_id,
            self.amount_settlement or self.amount,
        )
        line._tts_move_suspense(self.shop_id)
        self.write(
            {
                "bank_line_id": line.id,
                "state": "matched",
                "is_converted": converted,
                "was_unmatched": False,
            }
        )
        self._settle_bank_line()
        self.env["tts.issue"]._close(self.shop_id, [self._issue_key()])

    def _check_intermediary(self):
        """Make sure that there is an account to move the money from.

        :raise UserError: names the shop and the button
        """
        account = self.shop_id.intermediary_account_id
        if not account or not account.active or not account.reconcile:
            raise UserError(
                self.env._(
                    "%s has no intermediary account that can be reconciled. Open the "
                    "shop and click Set Up TikTok Payments.",
                    self.shop_id.name,
                )
            )

    def _unmatch(self):
        """Undo the matching of these payouts; nothing happens to the others."""
        for payout in self.filtered("bank_line_id"):
            line, was_converted = payout.bank_line_id, payout.is_converted
            payout.write(payout._unmatched_values())
            if line._tts_counterpart():
                line.action_undo_reconciliation()
                if was_converted:
                    line.write({"foreign_currency_id": False, "amount_currency": 0.0})

    def _unmatched_values(self):
        return {
            "bank_line_id": False,
            "is_converted": False,
            # One whose bank transaction was deleted may find it imported anew.
            "was_unmatched": bool(self.bank_line_id),
            "state": "paid" if self.paid_time else "open",
        }

    # === SETTLE === #

    def _settle_bank_line(self):
        """Reconcile the bank transaction with what TikTok owed: the statements and
        payments of this payout first, then the oldest that no other one pays.

        Others are left alone while a statement of this payout is not booked yet.
        """
        line = self.bank_line_id._tts_counterpart()
        account = self.shop_id.intermediary_account_id
        if len(line) != 1 or line.reconciled or line.account_id != account:
            return
        own = self._own_lines(line)
        if own:
            (line | own).reconcile()
        if line.reconciled or any(
            statement.state not in ("booked", "empty")
            for statement in self.statement_ids
        ):
            return
        others = self._oldest_lines(line)
        if others:
            (line | others).reconcile()

    def _open_lines_domain(self, line):
        return (
            Domain("account_id", "=", line.account_id.id)
            & Domain("company_id", "=", line.company_id.id)
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("currency_id", "=", line.currency_id.id)
            & Domain("id", "!=", line.id)
        )

    def _own_lines(self, line):
        """Return what this payout's statements and payments left on the account."""
        moves = self.statement_ids.move_ids | self.payment_ids.move_id
        return self.env["account.move.line"].search(
            self._open_lines_domain(line) & Domain("move_id", "in", moves.ids)
        )

    def _others_domain(self):
        """What other payouts brought, or pay, is settled with one another."""
        elsewhere = Domain("payment_remote_id", "not in", (False, self.remote_id))
        registered = Domain("tts_payout_id", "not in", (False, self.id))
        return (
            Domain("move_id.statement_line_id", "=", False)
            & Domain("move_id.tts_statement_id", "not any", elsewhere)
            & Domain("move_id.origin_payment_id", "not any", registered)
        )

    def _oldest_lines(self, line):
        """Return the oldest open lines of the account that make up the rest."""
        rest, chosen = line.amount_residual_currency, line.browse()
        others = self.env["account.move.line"].search(
            self._open_lines_domain(line) & self._others_domain(), order="date, id"
        )
        for other in others:
            if line.currency_id.is_zero(rest) or (
                (rest < 0) != (line.amount_residual_currency < 0)
            ):
                break
            chosen |= other
            rest += other.amount_residual_currency
        return chosen

    def _issue_key(self):
        return f"payout:{self.remote_id}"
