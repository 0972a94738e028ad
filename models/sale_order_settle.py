from odoo import models

from .tts_transaction_settle import SETTLING


class SaleOrder(models.Model):
    """Hundreds of invoices that are paid at once."""

    _inherit = "sale.order"

    def _tts_receivable_account(self):
        """Return the account that an invoice of this order is receivable on."""
        buyer = self.partner_invoice_id.commercial_partner_id
        account = buyer.property_account_receivable_id
        return self.fiscal_position_id.map_account(account)

    def message_post(self, **kwargs):
        """Override of `sale` to post nothing for each invoice of a statement.

        `tts.transaction` logs all of them at once.
        """
        if self.env.context.get(SETTLING):
            return self.env["mail.message"]
        return super().message_post(**kwargs)
