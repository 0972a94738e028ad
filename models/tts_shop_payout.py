import logging
from collections import Counter
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from ..utils import is_expected, reason_of
from .tts_order_import import BUSY

_logger = logging.getLogger(__name__)

OVERDUE_AFTER = timedelta(days=10)


class TtsShop(models.Model):
    """Matching payouts with bank transactions, as far as no person has to choose."""

    _inherit = "tts.shop"

    def _match_payouts(self, client):
        """Override to find the bank transactions that payouts arrived with.

        :return: False when time is up before the end
        """
        result = super()._match_payouts(client)
        self._check_matched_payouts()
        Payout = self.env["tts.payout"]
        # Payouts of all shops of a company may want the same transaction.
        awaited = Payout.search(
            Payout._awaited_domain() & Domain("company_id", "=", self.company_id.id)
        )
        fits = awaited._fits()
        wanted = Counter(
            line
            for payout, lines in fits.items()
            for line in lines
            if not payout.was_unmatched
        )
        for payout in awaited.filtered(lambda row: row.shop_id == self):
            lines = fits[payout]
            if payout.was_unmatched:
                payout._note_missing()
            elif len(lines) == 1 and wanted[lines] == 1:
                if not payout._match_apart(lines):
                    continue
                if not self.env["ir.cron"]._commit_progress():
                    return False
            elif lines:
                payout._note_several(lines)
            else:
                payout._note_missing()
        return result

    def _check_matched_payouts(self):
        """Go on with what was matched: undone by hand, or settled further by now."""
        failed = [
            payout._rest_key()
            for payout in self._unfinished_payouts()
            if not payout._go_on_apart()
        ]
        issues = self.env["tts.issue"].search(
            Domain("shop_id", "=", self.id)
            & Domain("key", "=like", "payout-rest:%")
            & Domain("key", "not in", failed)
            & Domain("state", "!=", "closed")
        )
        issues._set_closed()

    def _unfinished_payouts(self):
        """Return the matched payouts of which something may change still."""
        is_open = Domain("account_id", "=", self.intermediary_account_id.id) & Domain(
            "reconciled", "=", False
        )
        return self.env["tts.payout"].search(
            Domain("shop_id", "=", self.id)
            & Domain("state", "=", "matched")
            & (
                Domain("bank_line_id", "=", False)
                | Domain("bank_line_id.is_reconciled", "=", False)
                | Domain("bank_line_id.move_id.line_ids", "any", is_open)
            )
        )


class TtsPayout(models.Model):
    """What a person has to know about payouts that are not in the bank."""

    _inherit = "tts.payout"

    def _match_apart(self, line):
        """Match in a savepoint of its own; what stands in the way becomes an issue.

        :return: whether it worked
        """
        reason = self._attempt(lambda: self._match(line))
        if reason:
            self._note_issue(
                self.env._("Payout %s could not be matched", self.remote_id),
                reason,
                self.env._(
                    "Correct what the reason names. It is tried again every hour, or "
                    "open the payout and click Match Bank Transaction."
                ),
            )
        return not reason

    def _go_on_apart(self):
        """Notice in a savepoint of its own what was undone, or settle what is open.

        :return: whether it worked
        """
        reason = self._attempt(self._go_on)
        if reason:
            self._note_issue(
                self.env._("Payout %s could not be settled", self.remote_id),
                reason,
                self.env._(
                    "It is in the bank, and open on the intermediary account. Correct "
                    "what the reason names. It is tried again every hour."
                ),
                self._rest_key(),
            )
        return not reason

    def _go_on(self):
        if self.bank_line_id._tts_counterpart():
            self._settle_bank_line()
        else:
            self.write(self._unmatched_values())

    def _attempt(self, step):
        """Take one step in a savepoint of its own: it stops no other payout.

        :return: why it failed, None when it did not
        """
        try:
            with self.env.cr.savepoint():
                step()
        except BUSY:
            raise
        except Exception as error:
            if not is_expected(error):
                _logger.exception("TikTok payout %s: matching failed", self.remote_id)
            return reason_of(error)
        return None

    def _rest_key(self):
        return f"payout-rest:{self.remote_id}"

    def _note_several(self, lines):
        self._note_issue(
            self.env._("Several bank transactions fit payout %s", self.remote_id),
            self.env._(
                "Bank transactions of this amount near %(date)s: %(count)s, or another "
                "payout fits the same one.",
                date=fields.Date.to_string(self._bank_day()),
                count=len(lines),
            ),
            self.env._(
                "Open the payout, click Match Bank Transaction and choose the right "
                "one."
            ),
        )

    def _note_missing(self):
        """Tell a person when a payout is overdue in the bank."""
        is_late = (
            self.state == "paid"
            and self.paid_time
            and self.paid_time < fields.Datetime.now() - OVERDUE_AFTER
        )
        if not is_late:
            # One that was ambiguous may have become early again.
            self.env["tts.issue"]._close(self.shop_id, [self._issue_key()])
            return
        self._note_issue(
            self.env._("Payout %s has not reached the bank", self.remote_id),
            self.env._(
                "TikTok says it was paid on %(date)s, and it is matched with no bank "
                "transaction in Odoo.",
                date=fields.Date.to_string(self._bank_day()),
            ),
            self.env._(
                "Import the bank statement of those days: the payout is matched by "
                "itself then. If the bank has taken a fee, or somebody unmatched it, "
                "open the payout and click Match Bank Transaction."
            ),
        )

    def _note_issue(self, name, reason, hint, key=None):
        """Open the issue of this payout; the same one is not counted every hour."""
        key = key or self._issue_key()
        Issue = self.env["tts.issue"].sudo()
        open_ = Issue.search(
            [
                ("shop_id", "=", self.shop_id.id),
                ("key", "=", key),
                ("state", "!=", "closed"),
            ],
            limit=1,
        )
        if open_.name == name and open_.reason == reason:
            return
        Issue._raise(
            self.shop_id,
            key,
            category="settlement",
            name=name,
            reason=reason,
            hint=hint,
            reference=self.remote_id,
        )
