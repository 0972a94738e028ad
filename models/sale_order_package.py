from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    tts_package_ids = fields.Many2many(
        related="tts_order_id.package_ids", string="TikTok Packages"
    )
