from odoo import api, fields, models
from odoo.exceptions import UserError


class TtsArrangeLine(models.TransientModel):
    """A delivery that is to be arranged, or why it cannot be."""

    _name = "tts.arrange.line"
    _description = "Arrange TikTok Shop Shipments: Delivery"
    _order = "arrange_id, id"

    arrange_id = fields.Many2one("tts.arrange", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="arrange_id.company_id")
    picking_id = fields.Many2one("stock.picking", string="Delivery", readonly=True)
    order_number = fields.Char(
        string="TikTok Order", related="picking_id.tts_order_id.remote_id"
    )
    shop_id = fields.Many2one(related="picking_id.tts_shop_id")
    ship_by = fields.Datetime(related="picking_id.tts_ship_by")
    kind = fields.Selection(
        [
            ("ship", "Arrange Shipment"),
            ("mark", "Mark as Shipped"),
            ("buy", "Buy Label"),
            ("split", "Split, Then Arrange"),
        ],
        string="What Happens",
        readonly=True,
    )
    is_own_carrier = fields.Boolean(readonly=True)
    tracking_number = fields.Char()
    provider_id = fields.Many2one(
        "tts.provider",
        string="Shipping Provider",
        domain="[('shop_id', '=', shop_id)]",
    )
    problem = fields.Char(string="Left Out Because", readonly=True)

    def _options(self):
        """Return the options of this delivery, see `stock.picking._tts_arrange`."""
        if self.is_own_carrier:
            return {
                "tracking_number": self.tracking_number,
                "provider_id": self.provider_id.id,
            }
        wizard = self.arrange_id
        if self.kind == "buy":
            names = ("parcel_length", "parcel_width", "parcel_height")
            weight = wizard.weight or self.picking_id.sudo()._tts_parcel_weight()
            return {name: wizard[name] for name in names} | {
                "weight": weight,
                "service_remote_id": wizard.service_id.remote_id,
            }
        row = wizard.shop_ids.filtered(lambda row: row.shop_id == self.shop_id)
        is_pickup = row.handover_method == "PICKUP"
        return {
            "handover_method": row.handover_method,
            "pickup_start": is_pickup and row.slot_id.start,
            "pickup_end": is_pickup and row.slot_id.end,
        }


class TtsArrangeShop(models.TransientModel):
    """How the packages of one shop are handed over to TikTok's carrier."""

    _name = "tts.arrange.shop"
    _description = "Arrange TikTok Shop Shipments: Handover"

    arrange_id = fields.Many2one("tts.arrange", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="arrange_id.company_id")
    shop_id = fields.Many2one("tts.shop", readonly=True)
    can_pickup = fields.Boolean(readonly=True)
    can_drop_off = fields.Boolean(readonly=True)
    handover_method = fields.Selection(
        [("PICKUP", "Pick-up"), ("DROP_OFF", "Drop-off")], string="Handover"
    )
    choice_ids = fields.One2many("tts.arrange.choice", "shop_row_id")
    slot_id = fields.Many2one(
        "tts.arrange.choice",
        string="Pick-up Slot",
        domain="[('shop_row_id', '=', id), ('kind', '=', 'slot')]",
        help="Empty: the carrier chooses.",
    )

    @api.constrains("handover_method")
    def _check_handover_method(self):
        for row in self:
            if (row.handover_method == "PICKUP" and not row.can_pickup) or (
                row.handover_method == "DROP_OFF" and not row.can_drop_off
            ):
                raise UserError(
                    self.env._(
                        "TikTok does not offer this handover to %s. Choose the other "
                        "one.",
                        row.shop_id.name,
                    )
                )


class TtsArrangeChoice(models.TransientModel):
    """A pick-up slot or a shipping service that TikTok offers."""

    _name = "tts.arrange.choice"
    _description = "Arrange TikTok Shop Shipments: Choice"
    _order = "start, id"

    arrange_id = fields.Many2one("tts.arrange", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="arrange_id.company_id")
    shop_row_id = fields.Many2one("tts.arrange.shop", ondelete="cascade")
    kind = fields.Selection([("slot", "Slot"), ("service", "Service")], required=True)
    name = fields.Char(required=True)
    start = fields.Datetime()
    end = fields.Datetime()
    remote_id = fields.Char()
