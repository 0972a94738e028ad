from odoo import fields, models


class TtsOrder(models.Model):
    """What an order was settled for."""

    _inherit = "tts.order"

    transaction_ids = fields.One2many(
        "tts.transaction", "order_id", string="Transactions", readonly=True
    )
    completed_at = fields.Datetime(
        string="Completed On", readonly=True, help="When it was first seen completed."
    )
    settled_at = fields.Datetime(
        string="Settled On", readonly=True, help="When its first statement was made."
    )
    amount_settled = fields.Monetary(
        string="Settled",
        readonly=True,
        help="Sales and refunds in TikTok's statements, before fees.",
    )
