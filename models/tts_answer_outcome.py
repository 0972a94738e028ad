from odoo import models

from ..lib.aftersale_rules import AftersaleConsequence as Consequence
from ..lib.aftersale_rules import consequence, is_made
from ..lib.errors import PayloadError
from .tts_intent import OPEN, QUIET_TRIES

ANSWER = "answer"  # the kind of the issues about answers


class TtsAnswer(models.Model):
    """What became of an answer: its state, the words on its case, its issue."""

    _inherit = "tts.answer"

    # === IT IS DONE === #

    def _log_done(self, note=None):
        """Override to say it on the cases."""
        for answer in self:
            answer._case()._message_log(body=note or answer._done_note())

    def _close_issues(self):
        """Override for cases."""
        for answer in self:
            answer._case()._close_issues(ANSWER)

    def _done_note(self):
        labels = dict(self._fields["decision"]._description_selection(self.env))
        values = {"answer": labels[self.decision], "user": self.user_id.name}
        if self.amount:
            return self.env._(
                "Answered on TikTok as %(user)s asked: %(answer)s, %(amount)s.",
                amount=self.currency_id.format(self.amount),
                **values,
            )
        if self.reason_text:
            return self.env._(
                "Answered on TikTok as %(user)s asked: %(answer)s, because: %(reason)s",
                reason=self.reason_text,
                **values,
            )
        return self.env._("Answered on TikTok as %(user)s asked: %(answer)s.", **values)

    # === IT IS NOT === #

    def _raise_issue(self, reason, hint):
        """Override for cases."""
        case = self._case()
        deadline = case.deadline
        case._raise_issue(
            ANSWER,
            name=self.env._("Case %s is not answered", case.remote_id)
            if not deadline
            else self.env._(
                "Case %(case)s is not answered, and is due by %(deadline)s",
                case=case.remote_id,
                deadline=self.shop_id._local_time(
                    deadline, self.shop_id.responsible_id
                ),
            ),
            reason=reason,
            hint=hint,
            next_retry=self.next_try,
        )

    def _tries_hint(self):
        """Override for cases."""
        return self.env._(
            "It is tried again by itself. If the deadline comes near, answer the case "
            "in Seller Center; Odoo follows."
        )

    def _in_trouble(self):
        """Return the answers that somebody was told of."""
        return self.filtered(
            lambda row: (
                row.state == "failed"
                or (row.state in OPEN and row.attempts > QUIET_TRIES)
            )
        )

    # === REFUSALS === #

    def _note_refused(self, code, message):
        """Draw the consequence of a refusal of TikTok's; the case is read again next.

        :param code: TikTok's code, None when it gave none
        """
        found, code = consequence(code), code or 0
        if found in (Consequence.LOCKED, Consequence.RETRY):
            self._note_later(message, code)
        else:
            self._note_failed(message, self._hint(found), code)

    def _hint(self, found):
        hints = {
            Consequence.DONE: self.env._(
                "The case is over on TikTok already. Odoo reads it again and closes "
                "this; if it stays open, look at it in Seller Center."
            ),
            Consequence.TOO_LATE: self.env._(
                "The case has moved on. Open it; if it still waits for you, click "
                "Answer and decide again."
            ),
            Consequence.DECISION: self.env._(
                "Open the case, click Answer and choose another decision."
            ),
            Consequence.REASON: self.env._(
                "Open the case and click Answer: TikTok's reasons are fetched anew. "
                "Choose one of them."
            ),
            Consequence.AMOUNT: self.env._(
                "Open the case, click Answer and enter a smaller amount."
            ),
            Consequence.LINES: self.env._(
                "Single units cannot be answered like this. Answer the case in Seller "
                "Center; Odoo follows."
            ),
            Consequence.NOT_YOURS: self.env._(
                "Check that the TikTok account is authorized for the right shop, then "
                "click Retry."
            ),
            Consequence.PLATFORM: self.env._(
                "Nothing is to be done: TikTok Shop decides this case itself. Odoo "
                "follows its decision and closes this."
            ),
            Consequence.GONE: self.env._(
                "Look for the case in Seller Center. If it is not there either, click "
                "Dismiss."
            ),
        }
        return hints.get(found) or self.env._(
            "Correct what the reason names: open the case and click Answer. If TikTok "
            "refuses again, answer it in Seller Center; Odoo follows."
        )

    # === MEASURED AGAINST THE CASE === #

    def _settle(self):
        """Settle answers by what TikTok says of their cases now.

        What is made already is done; what nobody waits for any more is cancelled; the
        rest waits to be sent, with the same key as before.
        """
        for answer in self:
            case = answer._case()
            if answer.decision in case._decision_keys():
                if answer.state == "sending":
                    answer.write({"state": "waiting", "next_try": False})
            elif case._is_made(answer._decision()):
                answer._note_done(self._told_note(answer))
            else:
                answer._note_cancelled(case._moved_on_text())

    def _told_note(self, answer):
        if answer.sent_at:
            return None  # our own call, whose answer was lost
        return self.env._(
            "The case was answered elsewhere as %s asked in Odoo.", answer.user_id.name
        )


class TtsCase(models.AbstractModel):
    _inherit = "tts.case"

    def _follow_steps(self):
        """Override to settle answers that a case waits for no more."""
        return [*super()._follow_steps(), self._follow_answers]

    def _follow_answers(self, _case):
        """Settle what waits or failed; what is being sent is settled by its sender."""
        offered = self._decision_keys()
        stale = self.answer_ids.filtered(lambda row: row.decision not in offered)
        stale.filtered(
            lambda row: (
                row.state == "waiting"
                or (row.state == "failed" and consequence(row.code) == Consequence.DONE)
            )
        )._settle()
        if not (self.answer_ids - stale)._in_trouble():
            self._close_issues(ANSWER)

    def _decision_keys(self):
        """Return the keys of the decisions that can be taken now."""
        return {decision.key for decision in self._decisions()}

    def _is_made(self, decision):
        """Whether this case stands where a decision leads to."""
        try:
            return is_made(self._typed(), decision)
        except PayloadError:
            return False

    def _moved_on_text(self):
        """Say why an answer is not needed any more."""
        stages = dict(self._fields["stage"]._description_selection(self.env))
        return self.env._(
            "Case %(case)s has moved on without this answer: %(status)s.",
            case=self.remote_id,
            status=stages[self.stage],
        )
