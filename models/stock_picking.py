from odoo import api, fields, models

from .. import const

DELIVERY_STATUSES = [
    ("awaiting_shipment", "Awaiting Shipment"),
    ("awaiting_collection", "Awaiting Collection"),
    ("shipped", "Shipped"),
    ("cancelled", "Cancelled"),
    ("pickup_failed", "Pickup Failed"),
]


# In this order a delivery takes the status of its packages.
WORST_FIRST = (
    "pickup_failed",
    "awaiting_shipment",
    "awaiting_collection",
    "shipped",
    "cancelled",
)


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
    tts_deadline = fields.Datetime(
        string="Due",
        compute="_compute_tts_deadline",
        store=True,
        index="btree_not_null",
        help="Arrange the shipment before this; once it is arranged, the carrier has "
        "to have the parcel by then.",
    )
    tts_cancel_requested = fields.Boolean(
        related="sale_id.tts_cancel_requested", string="Buyer Asks to Cancel"
    )
    tts_package_ids = fields.Many2many(
        "tts.package", string="TikTok Packages", readonly=True, copy=False
    )
    tts_shipment_ids = fields.One2many("tts.shipment", "picking_id", readonly=True)
    tts_provider_name = fields.Char(
        string="Shipping Provider", compute="_compute_tts_provider_name"
    )

    @api.depends(
        "sale_id.tts_status",
        "tts_package_ids.status",
        "tts_package_ids.pickup_failed",
        "tts_package_ids.is_gone",
    )
    def _compute_tts_status(self):
        """What is worst comes first: the clerk has to look at it."""
        for picking in self:
            status = _delivery_status(picking.sale_id.tts_status)
            # Whoever may see a delivery may know how its packages stand.
            packages = picking.sudo().tts_package_ids.filtered(
                lambda package: not package.is_gone
            )
            if packages and status and status != "cancelled":
                found = {_package_status(package) for package in packages}
                status = next((key for key in WORST_FIRST if key in found), status)
            picking.tts_status = status

    @api.depends("tts_status", "sale_id.tts_order_id.hand_over_by", "tts_ship_by")
    def _compute_tts_deadline(self):
        for picking in self:
            picking.tts_deadline = {
                "awaiting_shipment": picking.tts_ship_by,
                "awaiting_collection": picking.sale_id.tts_order_id.hand_over_by,
                "pickup_failed": picking.sale_id.tts_order_id.hand_over_by,
            }.get(picking.tts_status, False)

    @api.depends("tts_package_ids.provider_name")
    def _compute_tts_provider_name(self):
        for picking in self:
            names = picking.tts_package_ids.filtered("provider_name").mapped(
                "provider_name"
            )
            picking.tts_provider_name = ", ".join(dict.fromkeys(names))

    def _tts_is_leaving(self):
        """Whether goods leave the warehouse with this, be it the supplier's."""
        return self.picking_type_code in ("outgoing", "dropship")

    def _tts_is_on_the_way(self):
        """Whether goods come nearer to their buyer with this.

        What goes from the door back into stock does not.
        """
        return self._tts_is_leaving() or any(
            move.move_dest_ids or move.location_final_id.usage == "customer"
            for move in self.move_ids
        )

    def _tts_link_packages(self):
        """Link the packages of these deliveries' orders anew."""
        self.sale_id.sudo().tts_order_id.package_ids._link_pickings()

    def _tts_follow_packages(self):
        """Write tracking numbers and carriers that TikTok told on deliveries."""
        for shop, pickings in self.grouped("tts_shop_id").items():
            packages = pickings.tts_package_ids
            carriers = shop._find_carriers(
                {
                    (package.provider_remote_id or "", package.provider_name or "")
                    for package in packages
                    if package.provider_remote_id
                }
            )
            for picking in pickings:
                if values := picking._tts_prepare_package_values(carriers):
                    picking.with_context(tts_from_tiktok=True).write(values)

    def _tts_prepare_package_values(self, carriers):
        """What the packages of this delivery change about it.

        :param carriers: {(provider id, provider name): delivery.carrier}
        """
        packages = self.tts_package_ids.filtered(
            lambda package: (
                package.tracking_number
                and not package.is_gone
                and package.status != const.PACKAGE_CANCELLED
            )
        )
        values = {}
        numbers = dict.fromkeys(packages.mapped("tracking_number"))
        reference = ",".join(numbers)
        if reference and reference != self.carrier_tracking_ref:
            values["carrier_tracking_ref"] = reference
        for package in packages:
            key = (package.provider_remote_id or "", package.provider_name or "")
            carrier = carriers.get(key)
            if carrier and self.state not in ("done", "cancel"):
                if carrier != self.carrier_id:
                    values["carrier_id"] = carrier.id
                break
        return values

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


def _package_status(package):
    """How a package stands, in the words promised to warehouse clerks."""
    if package.pickup_failed:
        return "pickup_failed"
    if package.status in const.PACKAGE_SHIPPED:
        return "shipped"
    return {
        const.PACKAGE_TO_SHIP: "awaiting_shipment",
        const.PACKAGE_ARRANGED: "awaiting_collection",
        const.PACKAGE_CANCELLED: "cancelled",
    }.get(package.status, "awaiting_shipment")
