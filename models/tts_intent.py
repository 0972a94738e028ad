from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..utils import back_off, toast

OPEN = ("waiting", "sending")
RETRY_START = timedelta(minutes=2)
QUIET_TRIES = 3  # so often it is tried again before somebody is told


class TtsIntent(models.AbstractModel):
    """What a person wants TikTok to be told, stored.

    It is committed before the call leaves, so that neither a transaction that is
    repeated nor a killed server can tell anything twice.
    """

    _name = "tts.intent"
    _description = "TikTok Shop Stored Intent"
    _order = "id desc"
    _check_company_auto = True

    _retry_cap = timedelta(hours=6)  # the longest wait between two tries

    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("sending", "Sending"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    shop_id = fields.Many2one(
        "tts.shop", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="shop_id.company_id", store=True, precompute=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Asked By",
        default=lambda self: self.env.user,
        readonly=True,
    )
    sent_at = fields.Datetime(readonly=True)
    done_at = fields.Datetime(readonly=True)
    attempts = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True, index="btree_not_null")
    error = fields.Char(readonly=True)
    code = fields.Integer(string="TikTok's Code", readonly=True)

    # === HOOKS OF THE KINDS === #

    @api.model
    def _trigger_sending(self, at=None):
        """Have the scheduled action run that sends these, now or at a moment."""
        raise NotImplementedError()

    def _log_done(self, note=None):
        """Say that TikTok has these, on the records they are about.

        :param note: what to say, without it the usual sentence of each
        """
        raise NotImplementedError()

    def _raise_issue(self, reason, hint):
        """Open, or count, the issue about one of these."""
        raise NotImplementedError()

    def _close_issues(self):
        """Close the issues about these."""
        raise NotImplementedError()

    def _tries_hint(self):
        """Return what a person can do while it is tried again by itself."""
        raise NotImplementedError()

    def _sent_text(self):
        """Return why one of these cannot be taken back, and what to do instead."""
        raise NotImplementedError()

    # === BUTTONS === #

    def action_retry(self):
        """Send again what failed, or what waits, as soon as possible.

        :raise UserError: it cannot be sent like this any more
        """
        self.check_access("read")  # whoever may ask may ask again
        intents = self.sudo()
        for intent in intents.filtered(lambda row: row.state == "failed"):
            intent._rearm()
        intents.filtered(lambda row: row.state == "waiting").next_try = False
        self._trigger_sending()
        return toast("info", self.env._("It is sent to TikTok within a minute."))

    def _rearm(self):
        """Let one that failed wait again. Override to check that it can."""
        self.write({"state": "waiting", "next_try": False, "attempts": 0})

    def action_cancel(self):
        """Take back what has not been sent yet.

        :raise UserError: it is being sent at this moment, or it is over
        """
        self.check_access("read")
        intents = self.sudo()
        for intent in intents:
            if intent.state not in ("waiting", "failed"):
                raise UserError(intent._sent_text())
        intents._note_cancelled(self.env._("Taken back by %s.", self.env.user.name))

    # === IT IS OVER === #

    def _note_done(self, note=None):
        """TikTok has it: say so, and close what was wrong before.

        :param note: what to say, without it the usual sentence of each
        """
        self.write(
            {
                "state": "done",
                "done_at": fields.Datetime.now(),
                "next_try": False,
                "error": False,
                "code": 0,
            }
        )
        self._log_done(note)
        self._close_issues()

    def _note_cancelled(self, reason):
        """There is nothing to be told to TikTok any more."""
        self.write(
            {
                "state": "cancelled",
                "done_at": fields.Datetime.now(),
                "next_try": False,
                "error": reason,
            }
        )
        self._close_issues()

    def _note_failed(self, reason, hint, code=0):
        """A person has to correct or decide something: an issue says what."""
        self.write(
            {"state": "failed", "next_try": False, "error": reason, "code": code}
        )
        for intent in self:
            intent._raise_issue(reason, hint)

    # === IT IS NOT === #

    def _note_later(self, reason, code=0):
        """TikTok could not do it now: try again by itself."""
        self._try_again(reason, state="waiting", code=code)

    def _try_again(self, reason, error=None, **values):
        """Try again, later each time; tell somebody of trouble that does not pass.

        :param error: the `TikTokError`, which may say how long to wait
        :param values: what else to write
        """
        for intent in self:
            wait = back_off(RETRY_START, intent.attempts, error)
            next_try = fields.Datetime.now() + min(wait, intent._retry_cap)
            intent.write(
                {
                    **values,
                    "attempts": intent.attempts + 1,
                    "next_try": next_try,
                    "error": reason,
                }
            )
            intent._trigger_sending(at=next_try)
            if intent.attempts > QUIET_TRIES:
                intent._raise_issue(reason, intent._tries_hint())


def due_domain(states=OPEN):
    """Return the domain of intents whose turn it is."""
    now = fields.Datetime.now()
    return Domain("state", "in", states) & (
        Domain("next_try", "=", False) | Domain("next_try", "<=", now)
    )
