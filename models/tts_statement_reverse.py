from odoo import fields, models
from odoo.exceptions import UserError

from ..utils import toast
from .tts_order_import import IMPORT_CONTEXT


class TtsStatement(models.Model):
    """Undoing a booking: every entry of it is reversed, and it can be booked anew."""

    _inherit = "tts.statement"

    was_reversed = fields.Boolean(
        string="Reversed",
        readonly=True,
        copy=False,
        help="Only a click on Book books it again.",
    )

    def action_reverse(self):
        """Reverse what these statements booked; all of them or none.

        :return: a message that says so
        :raise UserError: one is not booked, or Odoo refuses
        """
        self.check_access("write")
        statements = self.sudo()
        for statement in statements:
            if statement.state != "booked":
                raise UserError(
                    self.env._(
                        "Statement %s is not booked: there is nothing to reverse.",
                        statement.remote_id,
                    )
                )
        for statement in statements:
            statement._reverse()
        return toast(
            "success",
            self.env._(
                "Reversed: %s. Click Book to book it again.",
                ", ".join(statements.mapped("remote_id")),
            ),
        )

    def _reverse(self):
        """Reverse one statement; invoices and bank lines it settled are open again.

        :raise LockError: somebody else is at it
        """
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        if self.state != "booked":
            return
        statement = self.with_company(self.company_id).with_context(**IMPORT_CONTEXT)
        moves = self.env["account.move"].search(
            [("tts_statement_id", "=", self.id), ("tts_booking_key", "!=", False)],
            order="id desc",
        )
        statement._release(moves)
        reverses = moves.with_env(statement.env)._reverse_moves(
            [statement._prepare_reversal(move) for move in moves], cancel=True
        )
        self._log_note(
            self.env._("Reversed:"), [move._get_html_link() for move in reverses]
        )
        keys = [
            f"paid-elsewhere:{order_id}"
            for order_id in self.transaction_ids.mapped("order_remote_id")
            if order_id
        ]
        self.env["tts.issue"]._close(self.shop_id, keys)

    def _release(self, moves):
        """Take the entries off the statement: from here on they are like any other.

        One that TikTok changed after it was booked is read again first.
        """
        moves.tts_booking_key = False
        has_changed = self._has_issue()
        if has_changed:
            self.shop_id._trigger_settlement()
        self.write(
            {
                "state": "new" if has_changed else "ready",
                "move_id": False,
                "bill_id": False,
                "was_reversed": True,
            }
        )
        settling = self.transaction_ids.filtered(lambda row: row.settle_state != "none")
        settling.write(
            {
                "settle_state": "unbooked",
                "amount_registered": 0,
                "amount_registered_refund": 0,
            }
        )

    def _prepare_reversal(self, move):
        """Reverse on the same day; Odoo takes the next open one when it is locked."""
        values = {
            "date": move.date,
            "ref": self.env._("Reversal of: %s", move.name),
            "tts_statement_id": self.id,
        }
        if move.is_invoice():
            values |= {"invoice_date": move.invoice_date, "invoice_date_due": move.date}
        return values
