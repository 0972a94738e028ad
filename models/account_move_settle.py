from odoo import api, models
from odoo.exceptions import UserError

from .tts_transaction_settle import CUSTOMER_TYPES


class AccountMove(models.Model):
    """Invoices that come after their statement; entries that belong to one."""

    _inherit = "account.move"

    def _post(self, soft=True):
        """Override of `account` to settle TikTok's invoices that came late."""
        posted = super()._post(soft)
        documents = posted.filtered(
            lambda move: move.tts_order_id and move.move_type in CUSTOMER_TYPES
        )
        if documents:
            Transaction = self.env["tts.transaction"].sudo()
            for company, moves in documents.grouped("company_id").items():
                Transaction.with_company(company)._settle_late(
                    moves.sudo().tts_order_id
                )
        return posted

    def _compute_payment_state(self):
        """Override of `account`: what TikTok paid is paid, also beside a credit note.

        Odoo takes an entry beside a credit note for a reversal.
        """
        result = super()._compute_payment_state()
        for move in self:
            if (
                move.payment_state == "reversed"
                and (move.tts_order_id or move.tts_booking_key)
                and any(move._get_reconciled_amls().move_id.mapped("tts_booking_key"))
            ):
                move.payment_state = "paid"
        return result

    # === ENTRIES OF STATEMENTS === #

    def button_draft(self):
        """Override of `account` to keep what a statement booked as it is."""
        self._tts_check_not_booked()
        return super().button_draft()

    def button_cancel(self):
        """Override of `account` to keep what a statement booked as it is."""
        self._tts_check_not_booked()
        return super().button_cancel()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Override of `account` to reverse a statement as a whole or not at all."""
        self._tts_check_not_booked()
        return super()._reverse_moves(default_values_list, cancel)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_tts_booked(self):
        self._tts_check_not_booked()

    def _tts_check_not_booked(self):
        """Make sure that these entries belong to no booked statement.

        :raise UserError: names the entry, the statement and the button
        """
        for move in self.sudo():
            if move.tts_booking_key:
                raise UserError(
                    self.env._(
                        "%(entry)s books TikTok statement %(statement)s. Open the "
                        "statement and click Reverse: everything it booked is undone "
                        "together.",
                        entry=move.display_name,
                        statement=move.tts_statement_id.remote_id,
                    )
                )
