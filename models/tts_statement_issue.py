import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models

from ..lib.settlement import (
    DoubleTransaction,
    MixedCurrencies,
    NotAddingUp,
    NothingToBook,
    SettlementError,
)
from ..utils import back_off, is_expected, reason_of

_logger = logging.getLogger(__name__)

BOOK_RETRY_START = timedelta(hours=1)
BOOK_RETRY_CAP = timedelta(days=1)


class TtsStatement(models.Model):
    """Telling people why a statement is not booked."""

    _inherit = "tts.statement"

    def _note_not_booked(self, error):
        """Keep why a statement is not booked, and plan the next try."""
        self.ensure_one()
        if isinstance(error, NothingToBook):
            self.write({"state": "empty", "error_message": False, "next_try": False})
            return
        if not is_expected(error) and not isinstance(error, SettlementError):
            _logger.exception("TikTok statement %s was not booked", self.remote_id)
        contradicts = isinstance(
            error, NotAddingUp | MixedCurrencies | DoubleTransaction
        )
        wait = back_off(BOOK_RETRY_START, self.attempt_count)
        is_tried_again = contradicts or self.shop_id.booking_policy == "automatic"
        next_try = fields.Datetime.now() + min(wait, BOOK_RETRY_CAP)
        reason = str(error) if isinstance(error, SettlementError) else reason_of(error)
        values = {
            "state": "mismatch" if contradicts else "error",
            "error_message": reason,
            "attempt_count": self.attempt_count + 1,
            "next_try": is_tried_again and next_try,
        }
        if isinstance(error, NotAddingUp) and error.differences:
            values["difference"] = float(error.differences[0].amount)
        self.write(values)
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"statement:{self.remote_id}",
            category="settlement",
            name=self.env._("Statement %s cannot be booked", self.remote_id),
            reason=reason,
            hint=self._not_booked_hint(contradicts),
            reference=self.remote_id,
            next_retry=is_tried_again and next_try,
        )

    def _not_booked_hint(self, contradicts):
        if contradicts:
            return self.env._(
                "Click Read Again on the statement. Nothing of it is booked until it "
                "adds up."
            )
        return self.env._(
            "Nothing of it is booked. Put it right, then click Book on the statement."
        )

    def _log_note(self, text, links):
        """Write a note with links into the chatter."""
        body = Markup("%s ") % text + Markup(", ").join(links)
        self._message_log(body=body)
