import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.settlement import (
    DoubleTransaction,
    MixedCurrencies,
    NotAddingUp,
    NothingToBook,
    SettlementError,
)
from ..utils import back_off, is_expected, reason_of
from .tts_order_import import Conflict
from .tts_statement import BOOKABLE

_logger = logging.getLogger(__name__)

BOOK_RETRY_START = timedelta(hours=1)
BOOK_RETRY_CAP = timedelta(days=1)
MONEY_KEY = "money"  # the one issue of a shop whose accounts are not set up


class TtsStatement(models.Model):
    """Telling people why a statement is not booked."""

    _inherit = "tts.statement"

    def _note_not_booked(self, error):
        """Keep why a statement is not booked, and plan the next try."""
        self.ensure_one()
        if isinstance(error, NothingToBook):
            self.write(
                {
                    "state": "empty",
                    "error_message": False,
                    "next_try": False,
                    "is_booking_asked": False,
                }
            )
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
            "is_booking_asked": False,
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

    def _has_issue(self):
        """Whether something is open about this statement; when booked: it changed."""
        mine = [
            ("shop_id", "=", self.shop_id.id),
            ("key", "=", f"statement:{self.remote_id}"),
            ("state", "!=", "closed"),
        ]
        return bool(self.env["tts.issue"].search_count(mine, limit=1))

    def _log_note(self, text, links):
        """Write a note with links into the chatter."""
        body = Markup("%s ") % text + Markup(", ").join(links)
        self._message_log(body=body)


class TtsIssue(models.Model):
    """Trying again what kept the books from being right."""

    _inherit = "tts.issue"

    def _retry(self):
        """Override to book again, or to settle an order again.

        :raise AccessError: the books are for billing people
        :raise UserError: it still fails
        """
        kind, _sep, remote_id = self.key.partition(":")
        if kind == "statement":
            statement = self._statement(remote_id)
            if statement.state in BOOKABLE:
                return self._retry_booking(statement)
            if statement.state == "booked":  # and TikTok changed it afterwards
                raise UserError(self.hint or self.name)
        elif kind == MONEY_KEY:
            self.shop_id.with_company(self.company_id)._check_money()
            self._set_closed()
            return None
        elif kind in ("settle", "paid-elsewhere") and self.order_id:
            return self._retry_settling()
        return super()._retry()

    def _check_may_book(self):
        """Make sure that whoever asks may book, although issues are worked on in sudo.

        :raise AccessError: otherwise
        """
        self.env["account.move"].sudo(False).check_access("create")

    def _statement(self, remote_id):
        mine = [("shop_id", "=", self.shop_id.id), ("remote_id", "=", remote_id)]
        return self.env["tts.statement"].search(mine, limit=1)

    def _retry_booking(self, statement):
        """Book a statement again; the issue closes when it is booked.

        :raise UserError: it cannot be booked still
        """
        self._check_may_book()
        try:
            with self.env.cr.savepoint():
                booked = statement._book()
                reason = statement.error_message
                if not booked:
                    raise UserError(reason or self.name)
        except Conflict as error:
            raise UserError(
                self.env._(
                    "Statement %s is being booked by somebody else at this moment.",
                    statement.remote_id,
                )
            ) from error

    def _retry_settling(self):
        """Settle the invoices of an order again; the issue closes when they are.

        :raise UserError: TikTok's amount is an open credit of the buyer still
        """
        self._check_may_book()
        rows = self.order_id.transaction_ids
        rows.with_company(self.company_id)._settle_orders(self.order_id)
        if any(row.settle_state in ("waiting", "partial") for row in rows):
            raise UserError(self.reason or self.name)
        self._set_closed()
