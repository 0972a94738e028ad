from collections import Counter
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

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
        wanted = Counter(line for lines in fits.values() for line in lines)
        for payout in awaited.filtered(lambda row: row.shop_id == self):
            lines = fits[payout]
            if len(lines) == 1 and wanted[lines] == 1:
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
        matched = self.env["tts.payout"].search(
            [("shop_id", "=", self.id), ("state", "=", "matched")]
        )
        for payout in matched:
            line = payout.bank_line_id._tts_counterpart()
            if not line:
                payout.write(payout._unmatched_values())
            else:
                payout._settle_bank_line()


class TtsPayout(models.Model):
    """What a person has to know about payouts that are not in the bank."""

    _inherit = "tts.payout"

    def _match_apart(self, line):
        """Match in a savepoint of its own; what stands in the way becomes an issue.

        :return: whether it worked
        """
        try:
            with self.env.cr.savepoint():
                self._match(line)
        except UserError as error:
            self._note_issue(
                self.env._("Payout %s could not be matched", self.remote_id),
                str(error),
                self.env._(
                    "Correct what the reason names. It is tried again every hour, or "
                    "open the payout and click Match Bank Transaction."
                ),
            )
            return False
        return True

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
                "TikTok says it was paid on %(date)s, and no bank transaction of that "
                "amount is in Odoo.",
                date=fields.Date.to_string(self._bank_day()),
            ),
            self.env._(
                "Import the bank statement of those days: the payout is matched by "
                "itself then. If the bank has taken a fee, open the payout, click "
                "Match Bank Transaction and choose the transaction."
            ),
        )

    def _note_issue(self, name, reason, hint):
        """Open the issue of this payout; the same one is not counted every hour."""
        Issue = self.env["tts.issue"].sudo()
        open_ = Issue.search(
            [
                ("shop_id", "=", self.shop_id.id),
                ("key", "=", self._issue_key()),
                ("state", "!=", "closed"),
            ],
            limit=1,
        )
        if open_.name == name and open_.reason == reason:
            return
        Issue._raise(
            self.shop_id,
            self._issue_key(),
            category="settlement",
            name=name,
            reason=reason,
            hint=hint,
            reference=self.remote_id,
        )
