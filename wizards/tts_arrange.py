from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_datetime

from .. import const
from ..lib.delivery_calls import Dimension, Weight
from ..lib.errors import TikTokError
from ..models.stock_picking_ship import chooses_handover
from ..utils import naive, reason_of, toast

MOST_NAMED = 5  # deliveries in one message


class TtsArrange(models.TransientModel):
    """Shows what arranging deliveries will do, asks what is missing, and does it."""

    _name = "tts.arrange"
    _description = "Arrange TikTok Shop Shipments"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    line_ids = fields.One2many("tts.arrange.line", "arrange_id", string="Deliveries")
    shop_ids = fields.One2many("tts.arrange.shop", "arrange_id", string="Handover")
    choice_ids = fields.One2many("tts.arrange.choice", "arrange_id")
    ready_count = fields.Integer(string="To Arrange", compute="_compute_counts")
    left_count = fields.Integer(string="Left Out", compute="_compute_counts")
    has_handover = fields.Boolean(compute="_compute_counts")
    has_own_carrier = fields.Boolean(compute="_compute_counts")
    has_purchase = fields.Boolean(compute="_compute_counts")
    note = fields.Text(readonly=True)
    service_id = fields.Many2one(
        "tts.arrange.choice",
        domain="[('arrange_id', '=', id), ('kind', '=', 'service')]",
        help="Empty: TikTok's default service.",
    )
    weight = fields.Float(help="Empty: the weight of the products.")
    weight_unit = fields.Char(readonly=True)
    parcel_length = fields.Float()
    parcel_width = fields.Float()
    parcel_height = fields.Float()
    length_unit = fields.Char(readonly=True)

    @api.depends("line_ids.problem", "line_ids.kind", "shop_ids")
    def _compute_counts(self):
        for wizard in self:
            ready = wizard.line_ids.filtered(lambda line: not line.problem)
            wizard.ready_count = len(ready)
            wizard.left_count = len(wizard.line_ids) - len(ready)
            wizard.has_handover = bool(wizard.shop_ids)
            wizard.has_own_carrier = any(ready.mapped("is_own_carrier"))
            wizard.has_purchase = any(line.kind == "buy" for line in ready)

    # === OPENING === #

    @api.model
    def _open_for(self, pickings):
        """Look at these deliveries and open the wizard.

        :raise UserError: none of them delivers a TikTok order
        """
        pickings = pickings.filtered("tts_order_id")
        if not pickings:
            raise UserError(
                self.env._(
                    "None of these deliveries belongs to a TikTok order. Select some "
                    "that do."
                )
            )
        wizard = self.create({"company_id": pickings[0].company_id.id})
        wizard._add_lines(pickings)
        wizard._ask_tiktok()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_arrange_action"
        )
        return action | {"res_id": wizard.id}

    def _add_lines(self, pickings):
        """Show what will happen to each delivery, and which have to stay out."""
        pickings = pickings.sorted(
            lambda row: (row.tts_deadline or fields.Datetime.now(), row.id)
        )
        self.line_ids = [
            Command.create(self._prepare_line_values(picking)) for picking in pickings
        ]

    def _prepare_line_values(self, picking):
        values = {"picking_id": picking.id, "kind": False, "problem": False}
        order = picking.sudo().tts_order_id
        if picking.sudo()._tts_open_shipments():
            return values | {"problem": self.env._("It is being arranged already.")}
        if problem := self._shop_problem(picking.sudo().tts_shop_id):
            return values | {"problem": problem}
        try:
            steps = picking._tts_ship_steps()
        except UserError as error:
            return values | {"problem": str(error)}
        values["kind"] = steps[0].kind
        if order.shipping_type == const.SHIPPED_BY_SELLER:
            values |= {
                "is_own_carrier": True,
                "tracking_number": picking.carrier_tracking_ref,
                "provider_id": picking.sudo()._tts_find_provider().id,
            }
        return values

    def _shop_problem(self, shop_sudo):
        """Say why nothing would be sent to TikTok, False when it would."""
        if not shop_sudo.active or not shop_sudo.account_id.active:
            return self.env._(
                "%s is archived, so TikTok is told nothing. Unarchive the shop and its "
                "account, or arrange the shipment in Seller Center.",
                shop_sudo.name,
            )
        try:
            shop_sudo._check_connected()
        except UserError as error:
            return str(error)
        return False

    def _ready_pickings(self):
        return self.line_ids.filtered(lambda line: not line.problem).picking_id

    # === WHAT TIKTOK OFFERS === #

    def _ask_tiktok(self):
        """Read slots, services and providers; what cannot be read is said and left."""
        notes = []
        for shop, pickings in self._ready_pickings().grouped("tts_shop_id").items():
            shop_sudo = shop.sudo()
            lines = self.line_ids.filtered(
                lambda line, pickings=pickings: line.picking_id in pickings
            )
            try:
                self._ask_shop(shop_sudo, lines.filtered(lambda row: not row.problem))
            except TikTokError as error:
                notes.append(
                    self.env._(
                        "%(shop)s could not be asked what it offers: %(reason)s",
                        shop=shop.name,
                        reason=reason_of(error),
                    )
                )
        self.note = "\n".join(notes)

    def _ask_shop(self, shop_sudo, lines):
        if any(lines.mapped("is_own_carrier")) and not shop_sudo.provider_ids:
            shop_sudo._pull_providers()
            for line in lines.filtered(lambda row: not row.provider_id):
                line.provider_id = line.picking_id.sudo()._tts_find_provider()
        shipped = lines.filtered(
            lambda row: row.kind in ("ship", "split") and not row.is_own_carrier
        )
        if shipped and chooses_handover(shop_sudo.region):
            self._add_shop(shop_sudo, shipped[0].picking_id.sudo())
        if bought := lines.filtered(lambda row: row.kind == "buy"):
            self._propose_parcel(shop_sudo, bought.picking_id)
            if len(self.line_ids) == 1:
                self._add_services(shop_sudo, bought.picking_id.sudo())

    def _add_shop(self, shop_sudo, picking_sudo):
        """Ask how packages of this shop are handed over, by the first of them."""
        package = picking_sudo.tts_package_ids.filtered(lambda row: row._is_to_ship())
        with shop_sudo._client() as client:
            found = client.handover_slots(package[:1].remote_id)
        usual = shop_sudo.handover_method
        can = {"PICKUP": found.can_pickup, "DROP_OFF": found.can_drop_off}
        method = usual if can[usual] else next((key for key in can if can[key]), False)
        row = self.env["tts.arrange.shop"].create(
            {
                "arrange_id": self.id,
                "shop_id": shop_sudo.id,
                "handover_method": method,
                "can_pickup": found.can_pickup,
                "can_drop_off": found.can_drop_off,
            }
        )
        self.choice_ids = [
            Command.create(
                {
                    "kind": "slot",
                    "shop_row_id": row.id,
                    "start": naive(slot.start),
                    "end": naive(slot.end),
                    "name": self._slot_name(naive(slot.start), naive(slot.end)),
                }
            )
            for slot in found.slots
            if slot.is_available
        ]
        if method == "PICKUP":
            row.slot_id = row.choice_ids[:1]

    def _slot_name(self, start, end):
        return f"{format_datetime(self.env, start)} - {format_datetime(self.env, end)}"

    def _propose_parcel(self, shop_sudo, pickings):
        """Start from the last parcel's size and the products' weight."""
        is_imperial = shop_sudo.region == "US"
        self.write(
            {
                "parcel_length": shop_sudo.parcel_length,
                "parcel_width": shop_sudo.parcel_width,
                "parcel_height": shop_sudo.parcel_height,
                "weight_unit": "lb" if is_imperial else "g",
                "length_unit": "in" if is_imperial else "cm",
            }
        )
        if len(pickings) == 1:
            self.weight = pickings.sudo()._tts_parcel_weight()

    def _add_services(self, shop_sudo, picking_sudo):
        """Ask what TikTok would charge for this parcel."""
        with shop_sudo._client() as client:
            services = client.shipping_services(
                picking_sudo.tts_order_id.remote_id,
                picking_sudo._tts_units_to_ship(),
                *self._measures(shop_sudo),
            )
        self.choice_ids.filtered(lambda row: row.kind == "service").unlink()
        self.choice_ids = [
            Command.create(
                {
                    "kind": "service",
                    "remote_id": service.id,
                    "name": f"{service.name}: {service.price} {service.currency}",
                }
            )
            for service in services
        ]
        chosen = next((row for row in services if row.is_default), None)
        if chosen:
            self.service_id = self.choice_ids.filtered(
                lambda row: row.remote_id == chosen.id
            )

    def _measures(self, shop_sudo):
        """Return weight and size for TikTok, None where they are not known."""
        is_imperial = shop_sudo.region == "US"
        weight = self.weight and Weight(
            f"{self.weight:.2f}", "POUND" if is_imperial else "GRAM"
        )
        sides = [self.parcel_length, self.parcel_width, self.parcel_height]
        dimension = all(sides) and Dimension(
            *(f"{side:.1f}" for side in sides), "INCH" if is_imperial else "CM"
        )
        return weight or None, dimension or None

    # === BUTTONS === #

    def action_ask_prices(self):
        """Ask again what TikTok charges, with weight and size as they are now.

        :raise UserError: TikTok refused or did not answer
        """
        self.ensure_one()
        self.check_access("write")
        picking = self._ready_pickings()
        picking.check_access("read")
        try:
            self._add_services(picking.tts_shop_id.sudo(), picking.sudo())
        except TikTokError as error:
            raise UserError(
                self.env._("TikTok names no prices: %s", reason_of(error))
            ) from error
        return self._get_records_action(target="new")

    def action_arrange(self):
        """Store the requests; the scheduled action tells TikTok in a moment.

        :return: a message with the counts
        :raise UserError: nothing can be arranged; the text says why
        """
        self.ensure_one()
        self.check_access("write")
        pickings = self.line_ids.picking_id
        pickings.check_access("read")
        vals_list, count, problems = [], 0, self.line_ids.mapped("problem")
        problems = [problem for problem in problems if problem]
        for line in self.line_ids.filtered(lambda row: not row.problem):
            try:
                values = line.picking_id._tts_prepare_shipments(line._options())
            except UserError as error:
                problems.append(str(error))
                continue
            vals_list += values
            count += bool(values)
        if problems and not count:
            raise UserError("\n".join(problems[:MOST_NAMED]))
        self.env["stock.picking"]._tts_store_shipments(vals_list)
        self._remember_parcel()
        return self._arranged(count, problems)

    def _remember_parcel(self):
        if not (
            self.has_purchase
            and self.parcel_length
            and self.parcel_width
            and self.parcel_height
        ):
            return
        self.line_ids.picking_id.tts_shop_id.sudo().write(
            {
                "parcel_length": self.parcel_length,
                "parcel_width": self.parcel_width,
                "parcel_height": self.parcel_height,
            }
        )

    def _arranged(self, count, problems):
        """Return the message that says how many are on their way, and what is not."""
        close = {"next": {"type": "ir.actions.act_window_close"}}
        message = self.env._("Shipments sent to TikTok within a minute: %s.", count)
        if not problems:
            return toast("success" if count else "info", message, **close)
        message = self.env._(
            "%(arranged)s %(count)s were left out: %(problems)s",
            arranged=message,
            count=len(problems),
            problems=" ".join(problems[:MOST_NAMED]),
        )
        return toast("warning", message, sticky=True, **close)
