from odoo import models

from .tts_transaction_settle import SETTLING


class SaleOrder(models.Model):
    """Hundreds of invoices that are paid at once."""

    _inherit = "sale.order"

    def message_post(self, **kwargs):
        """Override of `sale` to post nothing for each invoice of a statement.

        `tts.transaction` logs all of them at once.
        """
        if self.env.context.get(SETTLING):
            return self.env["mail.message"]
        return super().message_post(**kwargs)
