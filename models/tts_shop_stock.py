from odoo import fields, models


class TtsShop(models.Model):
    """The stock a shop offers: how much of Odoo's it lists, and whether both agree."""

    _inherit = "tts.shop"

    stock_sync = fields.Boolean(
        string="Push Stock Automatically",
        help="Odoo sets the quantities on TikTok. Check the warehouses and the matched "
        "products first.",
    )
    stock_buffer = fields.Integer(
        string="Buffer", help="Units kept back in each warehouse."
    )
    stock_share = fields.Float(
        string="Share (%)",
        default=100.0,
        help="The part of what is left after the buffer that this shop offers.",
    )
    stock_maximum = fields.Integer(
        string="Maximum Listed",
        help="At most this many units per listing and warehouse; 0 for no limit.",
    )
    last_stock_sync = fields.Datetime(
        string="Stock in Step",
        readonly=True,
        copy=False,
        help="When all quantities on TikTok were last as Odoo wants them.",
    )
    next_stock_sync = fields.Datetime(readonly=True, copy=False)
    stock_failure_count = fields.Integer(readonly=True, copy=False)
    last_stock_error = fields.Char(readonly=True, copy=False)
