from odoo import api, fields, models

from .. import const

UNKNOWN_STATUS = "UNKNOWN"
# What a package still needs somebody for, and what it waits for a carrier with.
LABEL_DUE_STATES = ("due", "generating")


class TtsPackage(models.Model):
    """One parcel as TikTok knows it: what is in it, who carries it, and its label.

    One order may be in several packages (split), several orders in one (combined).
    """

    _name = "tts.package"
    _description = "TikTok Shop Package"
    _order = "ship_by, id"
    _rec_name = "remote_id"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "tts.shop", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="shop_id.company_id", store=True, precompute=True, index=True
    )
    remote_id = fields.Char(string="Package ID", required=True, readonly=True)
    status = fields.Selection(
        [*const.PACKAGE_STATUSES, (UNKNOWN_STATUS, "Unknown")],
        required=True,
        readonly=True,
        index=True,
    )
    remote_status = fields.Char(
        string="Status as Sent", readonly=True, help="TikTok's own word."
    )
    sub_status = fields.Char(string="Detailed Status", readonly=True)
    exception = fields.Char(string="Carrier's Exception", readonly=True)
    pickup_failed = fields.Boolean(
        readonly=True, help="The carrier did not take it although it was arranged."
    )
    is_gone = fields.Boolean(
        string="Replaced",
        readonly=True,
        help="TikTok split or combined it: others took its place.",
    )
    order_ids = fields.Many2many("tts.order", string="TikTok Orders", readonly=True)
    line_item_ids = fields.Json(string="Line Items", readonly=True)
    picking_ids = fields.Many2many(
        "stock.picking", string="Deliveries", readonly=True, check_company=True
    )
    shipping_type = fields.Char(readonly=True)
    provider_remote_id = fields.Char(string="Provider ID", readonly=True)
    provider_name = fields.Char(string="Shipping Provider", readonly=True)
    tracking_number = fields.Char(readonly=True, index="btree_not_null")
    handover_method = fields.Char(string="Handover", readonly=True)
    pickup_start = fields.Datetime(readonly=True)
    pickup_end = fields.Datetime(readonly=True)
    shipped_at = fields.Datetime(
        string="Arranged On", readonly=True, help="When the shipment was arranged."
    )
    detail_at = fields.Datetime(
        readonly=True, help="When its details were last asked for."
    )
    ship_by = fields.Datetime(compute="_compute_deadlines", store=True)
    hand_over_by = fields.Datetime(compute="_compute_deadlines", store=True)
    shipment_ids = fields.One2many("tts.shipment", "package_id", readonly=True)

    _remote_uniq = models.UniqueIndex(
        "(shop_id, remote_id)", "This TikTok package is already in Odoo."
    )

    @api.depends("order_ids.ship_by", "order_ids.hand_over_by")
    def _compute_deadlines(self):
        """A combined package is as urgent as its most urgent order."""
        for package in self:
            for name in ("ship_by", "hand_over_by"):
                moments = [order[name] for order in package.order_ids if order[name]]
                package[name] = min(moments, default=False)

    @api.model
    def _status_value(self, remote_status):
        """Map TikTok's word to our selection; words we do not know stay readable."""
        known = dict(const.PACKAGE_STATUSES)
        return remote_status if remote_status in known else UNKNOWN_STATUS

    def _is_label_by_tiktok(self):
        """Whether TikTok makes the label: it does where it chooses the carrier."""
        self.ensure_one()
        return self.shipping_type == const.SHIPPED_BY_TIKTOK and not any(
            order.is_fbt for order in self.order_ids
        )

    def action_view_pickings(self):
        """Open the deliveries that go into these packages."""
        return self.picking_ids._get_records_action()
