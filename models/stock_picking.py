from odoo import api, fields, models

from .. import const

DELIVERY_STATUSES = [
    ("awaiting_shipment", "Awaiting Shipment"),
    ("awaiting_collection", "Awaiting Collection"),
    ("shipped", "Shipped"),
    ("cancelled", "Cancelled"),
    ("pickup_failed", "Pickup Failed"),
]


class StockPicking(models.Model):
    _inherit = "stock.picking"

    tts_order_id = fields.Many2one(
        related="sale_id.tts_order_id",
        string="TikTok Order",
        store=True,
        index="btree_not_null",
    )
    tts_shop_id = fields.Many2one(
        related="sale_id.tts_shop_id",
        string="TikTok Shop",
        store=True,
        index="btree_not_null",
    )
    tts_status = fields.Selection(
        DELIVERY_STATUSES,
        string="TikTok Delivery Status",
        compute="_compute_tts_status",
        store=True,
    )
    tts_ship_by = fields.Datetime(
        related="sale_id.tts_ship_by", string="Ship By", store=True
    )
    tts_cancel_requested = fields.Boolean(
        related="sale_id.tts_cancel_requested", string="Buyer Asks to Cancel"
    )

    @api.depends("sale_id.tts_status")
    def _compute_tts_status(self):
        for picking in self:
            picking.tts_status = _delivery_status(picking.sale_id.tts_status)

    def action_view_tts_order(self):
        """Open the TikTok order this delivery serves."""
        self.ensure_one()
        return self.sale_id.action_view_tts_order()

    def message_post_with_source(self, *args, **kwargs):
        """Override of `mail` to leave out the origin note while importing.

        The delivery links to its TikTok order; saying it again in a message costs a
        fifth of the import.
        """
        if self.env.context.get("tts_import"):
            return self.env["mail.message"]
        return super().message_post_with_source(*args, **kwargs)


def _delivery_status(order_status):
    """How a delivery stands, in the words promised to warehouse clerks."""
    if order_status in (
        const.STATUS_AWAITING_SHIPMENT,
        const.STATUS_PARTIALLY_SHIPPING,
    ):
        return "awaiting_shipment"
    if order_status == const.STATUS_AWAITING_COLLECTION:
        return "awaiting_collection"
    if order_status in const.SHIPPED_STATUSES:
        return "shipped"
    if order_status in const.CANCELLED_STATUSES:
        return "cancelled"
    return False
