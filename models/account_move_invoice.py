from odoo import models
from odoo.exceptions import UserError

# The invoices and credit notes of TikTok orders.
CUSTOMER_TYPES = ("out_invoice", "out_refund")


class AccountMove(models.Model):
    """Invoices of TikTok orders: what becomes of their copies, and their files."""

    _inherit = "account.move"

    def copy_data(self, default=None):
        """Override of `account` to keep the TikTok order on credit notes.

        And on invoices that replace a reversed one. A duplicate is another matter.
        """
        data = super().copy_data(default)
        if self.env.context.get("include_business_fields"):
            for move, values in zip(self, data, strict=True):
                if move.move_type in CUSTOMER_TYPES and move.tts_order_id:
                    values.setdefault("tts_order_id", move.tts_order_id.id)
        return data

    def _tts_take_for_payment(self):
        """Lock these invoices, so that none is paid twice at the same moment.

        :raise UserError: somebody else is paying one of them
        """
        taken = self - self.try_lock_for_update(allow_referencing=True)
        if taken:
            raise UserError(
                self.env._(
                    "Somebody else is working on %s. Try again in a moment.",
                    ", ".join(taken[:10].mapped("name")),
                )
            )

    def action_tts_open_order(self):
        """Open the TikTok order of this invoice."""
        self.ensure_one()
        return self.tts_order_id._get_records_action()
