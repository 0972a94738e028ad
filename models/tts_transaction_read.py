import logging
from datetime import timedelta
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.errors import PayloadError, Rejected
from ..lib.settlement import NotAddingUp, SettlementError, verify
from ..utils import toast
from .tts_order_import import IMPORT_CONTEXT
from .tts_statement_absorb import UNREAD_STATES

_logger = logging.getLogger(__name__)

# How long until a statement that cannot be used is read again; then daily.
READ_AGAIN = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
MOST_READS = 10


class Reading:
    """What one reading of a statement brought, page by page."""

    def __init__(self):
        self.totals = None
        self.rows = []
        self.problems = []
        self.foreign = {}  # transaction id: id of the statement it is in already

    def add(self, page):
        self.totals = page.totals
        self.rows += page.rows
        self.problems += page.problems


class Unusable(Exception):
    """A statement that must not be booked; its text says why, for a person."""

    def __init__(self, message, difference=0.0):
        super().__init__(message)
        self.difference = difference


class TtsShop(models.Model):
    _inherit = "tts.shop"

    def _read_transactions(self, client):
        """Read the transactions of every statement that waits for it.

        One that cannot be read keeps no other from its turn.

        :return: False when time is up before the end
        """
        for statement in self._statements_to_read():
            statement = statement[0]
            try:
                statement._read(client)
            except (PayloadError, Rejected) as error:
                self.env.cr.rollback()
                self._take_settlements()
                statement._note_unusable(Unusable(str(error)))
            if not self.env["ir.cron"]._commit_progress(1):
                return False
        return True

    def _statements_to_read(self):
        """Return the statements whose transactions are due, oldest first."""
        now = fields.Datetime.now()
        return self.env["tts.statement"].search(
            [
                ("shop_id", "=", self.id),
                "|",
                "&",
                ("state", "=", "new"),
                ("next_try", "=", False),
                "&",
                ("state", "in", UNREAD_STATES),
                ("next_try", "<=", now),
            ],
            order="statement_time, id",
        )


class TtsStatement(models.Model):
    """Reading the transactions of a statement, and whether they add up."""

    _inherit = "tts.statement"

    def _read(self, client):
        """Read all transactions of this statement; each page is a transaction.

        A worker that is killed leaves a statement that is still to be read.

        :raise PayloadError, Rejected: TikTok gives nothing usable
        """
        reading = Reading()
        for page in client.transaction_pages(self.remote_id):
            self.shop_id._take_settlements()
            reading.add(page)
            self._absorb_transactions(page.rows, reading)
            self.env["ir.cron"]._commit_progress()
        self.shop_id._take_settlements()
        orders = self._drop_vanished(reading)
        try:
            self._check_reading(reading)
        except Unusable as error:
            self._note_unusable(error)
        (orders | self.transaction_ids.order_id)._follow_settlement()

    def _absorb_transactions(self, rows, reading):
        """Store rows, and note in the reading what became of them."""
        Transaction = self.env["tts.transaction"].with_context(**IMPORT_CONTEXT)
        records, created = Transaction._absorb_page(self, rows)
        created._note_fresh()
        for remote_id, record in records.items():
            if record.statement_id != self:
                reading.foreign[remote_id] = record.statement_id.remote_id

    def _drop_vanished(self, reading):
        """Delete transactions that TikTok took out of this statement.

        :return: the orders they were about
        """
        ids = {row.id for row in reading.rows}
        gone = self.transaction_ids.filtered(lambda row: row.remote_id not in ids)
        orders = gone.order_id
        gone.unlink()
        return orders

    # === DOES IT ADD UP? === #

    def _check_reading(self, reading):
        """Store what the statement comes to and what is to be done with it.

        :raise Unusable: it must not be booked
        """
        self.write(
            {
                "amount_payable": float(reading.totals.payable),
                "amount_reserve": float(reading.totals.reserve),
                "told_count": reading.totals.count or 0,
            }
        )
        self._check_currency(reading)
        if reading.problems:
            raise Unusable(
                self.env._(
                    "TikTok sent transactions that cannot be read: %s",
                    "; ".join(str(problem) for problem in reading.problems[:5]),
                )
            )
        for remote_id, other in reading.foreign.items():
            raise Unusable(
                self.env._(
                    "Transaction %(transaction)s is in statement %(other)s already.",
                    transaction=remote_id,
                    other=other,
                )
            )
        head, totals, rows = self._verify(reading)
        if rows != tuple(reading.rows):
            self._absorb_transactions(rows, reading)  # their costs came positive
            self.transaction_ids._check_fees()
        self._store_told(head, totals)
        is_empty = not rows and not totals.payable
        self.write(
            {
                "state": "empty" if is_empty else "ready",
                "difference": 0.0,
                "error_message": False,
                "attempt_count": 0,
                "next_try": False,
            }
        )
        key = f"statement:{self.remote_id}"
        self.env["tts.issue"]._close(self.shop_id, [key])

    def _check_currency(self, reading):
        code = self.told["head"]["currency"]
        if not self.currency_id:
            self.currency_id = self._tts_currencies({code})[code]
        if not self.currency_id:
            raise Unusable(
                self.env._(
                    "Odoo does not know the currency %s. Create it under Invoicing > "
                    "Configuration > Currencies.",
                    code,
                )
            )
        step = Decimal(str(self.currency_id.rounding))
        for row in reading.rows:
            if row.settlement % step or any(
                part.amount % step for part in row.breakdown
            ):
                raise Unusable(
                    self.env._(
                        "Transaction %(transaction)s has amounts that are finer than "
                        "%(step)s %(currency)s, the rounding of the currency in Odoo.",
                        transaction=row.id,
                        step=step,
                        currency=code,
                    )
                )

    def _verify(self, reading):
        """Return head, totals and transactions that add up, costs negative.

        :raise Unusable: they do not
        """
        try:
            return verify(self._head_to_lib(), reading.totals, reading.rows)
        except NotAddingUp as error:
            # What the transactions come to less what TikTok says, where that differs;
            # else the first of the other differences.
            found = sum(
                (row.settlement + row.reserve for row in reading.rows), Decimal()
            )
            amount = found - reading.totals.payable or error.differences[0].amount
            raise Unusable(str(error), float(amount)) from error
        except SettlementError as error:
            raise Unusable(str(error)) from error

    def _note_unusable(self, error):
        """Keep why this statement cannot be booked, and plan its next reading."""
        attempts = self.attempt_count + 1
        wait = READ_AGAIN[min(attempts, len(READ_AGAIN)) - 1]
        next_try = attempts <= MOST_READS and fields.Datetime.now() + wait
        self.write(
            {
                "state": "mismatch",
                "difference": error.difference,
                "error_message": str(error),
                "attempt_count": attempts,
                "next_try": next_try,
            }
        )
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"statement:{self.remote_id}",
            category="settlement",
            name=self.env._("Statement %s does not add up", self.remote_id),
            reason=str(error),
            hint=self.env._(
                "It is not booked before it adds up. It is read again by itself; click "
                "Read Again on the statement to do it now. Compare it with the one in "
                "Seller Center, and ask TikTok Shop's support if they differ."
            ),
            reference=self.remote_id,
            next_retry=next_try,
        )
        if next_try:
            self.shop_id._trigger_settlement(at=next_try)

    # === BUTTONS === #

    def action_read_again(self):
        """Have the transactions of these statements read anew, in the background.

        :raise UserError: a statement is booked, or its shop disconnected
        """
        self.check_access("write")
        if booked := self.filtered(lambda row: row.state == "booked"):
            raise UserError(
                self.env._(
                    "These statements are booked: %s. Click Reverse first.",
                    ", ".join(booked.mapped("remote_id")),
                )
            )
        for shop in self.shop_id:
            shop._check_connected()
        self.sudo().write({"state": "new", "next_try": False, "attempt_count": 0})
        self.shop_id._trigger_settlement()
        message = self.env._(
            "The transactions of %s are being read. This page shows the result as "
            "soon as it is there.",
            ", ".join(self.mapped("remote_id")),
        )
        return toast("info", message, title=self.env._("Reading started"))
