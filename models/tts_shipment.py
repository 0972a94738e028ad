from odoo import fields, models


class TtsShipment(models.Model):
    """A stored intent: what a person wants TikTok to be told about a delivery.

    It is committed before the call leaves, so that neither a transaction that is
    repeated nor a killed server can ship anything twice.
    """

    _name = "tts.shipment"
    _description = "TikTok Shop Shipment Request"
    _order = "id desc"
    _check_company_auto = True

    kind = fields.Selection(
        [
            ("ship", "Arrange Shipment"),
            ("mark", "Mark as Shipped"),
            ("buy", "Buy Label"),
            ("split", "Split Package"),
            ("retrack", "Change Tracking Number"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("sending", "Sending"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    shop_id = fields.Many2one(
        "tts.shop", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="shop_id.company_id", store=True, precompute=True
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    order_id = fields.Many2one(
        "tts.order",
        string="TikTok Order",
        required=True,
        readonly=True,
        ondelete="cascade",
        check_company=True,
    )
    package_id = fields.Many2one(
        "tts.package", readonly=True, index=True, ondelete="set null"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Asked By",
        default=lambda self: self.env.user,
        readonly=True,
    )
    handover_method = fields.Selection(
        [("PICKUP", "Pick-up"), ("DROP_OFF", "Drop-off")], readonly=True
    )
    pickup_start = fields.Datetime(readonly=True)
    pickup_end = fields.Datetime(readonly=True)
    provider_id = fields.Many2one("tts.provider", readonly=True)
    tracking_number = fields.Char(readonly=True)
    line_item_ids = fields.Json(string="Line Items", readonly=True)
    groups = fields.Json(readonly=True)
    weight = fields.Float(readonly=True)
    length = fields.Float(readonly=True)
    width = fields.Float(readonly=True)
    height = fields.Float(readonly=True)
    service_remote_id = fields.Char(readonly=True)
    sent_at = fields.Datetime(readonly=True)
    done_at = fields.Datetime(readonly=True)
    attempts = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True, index="btree_not_null")
    error = fields.Char(readonly=True)
    code = fields.Integer(string="TikTok's Code", readonly=True)

    _open_uniq = models.UniqueIndex(
        "(picking_id, kind) WHERE state IN ('waiting', 'sending')",
        "This is on its way to TikTok already.",
    )
