from odoo import api, fields, models
from odoo.tools import SQL

from .sale_report import FULFILMENTS, fulfilment_of, marketplace_of


class AccountInvoiceReport(models.Model):
    """TikTok Shop's dimensions of the analysis of all invoices."""

    _inherit = "account.invoice.report"

    tts_shop_id = fields.Many2one("tts.shop", string="TikTok Shop", readonly=True)
    tts_marketplace = fields.Char(string="Marketplace", readonly=True)
    tts_fulfilment = fields.Selection(FULFILMENTS, string="Fulfilment", readonly=True)

    _depends = {"account.move": ["tts_order_id", "tts_shop_id"]}

    @api.model
    def _select(self):
        """Override of `account` to add where TikTok's orders were sold."""
        return SQL(
            "%s, move.tts_shop_id AS tts_shop_id, %s AS tts_marketplace, "
            "%s AS tts_fulfilment",
            super()._select(),
            SQL(marketplace_of("move.tts_order_id")),
            SQL(fulfilment_of("move.tts_order_id")),
        )
