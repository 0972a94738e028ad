from odoo import api, fields, models
from odoo.exceptions import UserError


class TtsShipment(models.Model):
    """What a person wants TikTok to be told about a delivery."""

    _name = "tts.shipment"
    _description = "TikTok Shop Shipment Request"
    _inherit = ["tts.intent"]

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
    parcel_length = fields.Float(readonly=True)
    parcel_width = fields.Float(readonly=True)
    parcel_height = fields.Float(readonly=True)
    service_remote_id = fields.Char(readonly=True)

    # A delivery may be in several packages: each is shipped by a request of its own.
    _open_uniq = models.UniqueIndex(
        "(picking_id, kind, COALESCE(package_id, 0)) "
        "WHERE state IN ('waiting', 'sending')",
        "This is on its way to TikTok already.",
    )

    @api.depends("kind", "picking_id.name")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for shipment in self:
            name = shipment.sudo().picking_id.name
            shipment.display_name = f"{kinds[shipment.kind]}: {name}"

    # === BUTTONS === #

    def _rearm(self):
        """Override to check that nothing else does it.

        :raise UserError: another request does the same already
        """
        same = self.picking_id._tts_open_shipments().filtered(
            lambda row: (
                row.kind == self.kind
                and (
                    row.package_id == self.package_id
                    or set(row.line_item_ids or ()) & set(self.line_item_ids or ())
                )
            )
        )
        if same:
            raise UserError(
                self.env._("%s is on its way to TikTok already.", self.picking_id.name)
            )
        if self.package_id.is_gone:
            self.package_id = False
        return super()._rearm()

    def _sent_text(self):
        """Override for orders."""
        return self.env._(
            "%s cannot be taken back: TikTok has been told, or is being told. Look at "
            "the order in Seller Center.",
            self.display_name,
        )

    @api.model
    def _trigger_sending(self, at=None):
        """Override for deliveries."""
        self.env["tts.shop"]._trigger_deliveries(at=at)

    def action_open_picking(self):
        """Open the delivery this request is about."""
        return self.picking_id._get_records_action()


class TtsShop(models.Model):
    _inherit = "tts.shop"

    # What the wizard proposes for the next parcel, in inches (US) or centimetres.
    parcel_length = fields.Float(readonly=True, copy=False)
    parcel_width = fields.Float(readonly=True, copy=False)
    parcel_height = fields.Float(readonly=True, copy=False)
