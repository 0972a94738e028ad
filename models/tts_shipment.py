from odoo import api, fields, models
from odoo.exceptions import UserError

from ..utils import toast


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
    parcel_length = fields.Float(readonly=True)
    parcel_width = fields.Float(readonly=True)
    parcel_height = fields.Float(readonly=True)
    service_remote_id = fields.Char(readonly=True)
    sent_at = fields.Datetime(readonly=True)
    done_at = fields.Datetime(readonly=True)
    attempts = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True, index="btree_not_null")
    error = fields.Char(readonly=True)
    code = fields.Integer(string="TikTok's Code", readonly=True)

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

    def action_retry(self):
        """Send again what failed, or what waits, as soon as possible.

        :raise UserError: another request does the same already
        """
        self.check_access("read")  # whoever ships may ship again
        for shipment in self.sudo().filtered(lambda row: row.state == "failed"):
            shipment._rearm()
        self.sudo().filtered(lambda row: row.state == "waiting").next_try = False
        self.env["tts.shop"]._trigger_deliveries()
        return toast("info", self.env._("It is sent to TikTok within a minute."))

    def _rearm(self):
        """Let a request that failed wait again.

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
        self.write(
            {
                "state": "waiting",
                "next_try": False,
                "attempts": 0,
                "package_id": False if self.package_id.is_gone else self.package_id.id,
            }
        )

    def action_cancel(self):
        """Take back what has not been sent yet.

        :raise UserError: it is being sent at this moment, or it is over
        """
        self.check_access("read")
        shipments = self.sudo()
        for shipment in shipments:
            if shipment.state not in ("waiting", "failed"):
                raise UserError(
                    self.env._(
                        "%s cannot be taken back: TikTok has been told, or is being "
                        "told. Look at the order in Seller Center.",
                        shipment.display_name,
                    )
                )
        shipments._note_cancelled(self.env._("Taken back by %s.", self.env.user.name))

    def action_open_picking(self):
        """Open the delivery this request is about."""
        return self.picking_id._get_records_action()


class TtsShop(models.Model):
    _inherit = "tts.shop"

    # What the wizard proposes for the next parcel, in inches (US) or centimetres.
    parcel_length = fields.Float(readonly=True, copy=False)
    parcel_width = fields.Float(readonly=True, copy=False)
    parcel_height = fields.Float(readonly=True, copy=False)
