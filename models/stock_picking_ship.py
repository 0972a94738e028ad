import re
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const
from ..lib.shipping import BUY, LATAM, MARK, MARKING, SHIP, flow
from .tts_intent import OPEN

SPLIT, RETRACK = "split", "retrack"
# "Mark Package As Shipped": what a tracking number is made of.
TRACKING_NUMBER = re.compile(r"[A-Za-z0-9\-_./]{4,50}")


class Step(NamedTuple):
    """One thing TikTok has to be told so that a delivery is arranged."""

    kind: str
    package: models.Model  # a `tts.package`, empty when it does not exist yet
    line_ids: list


class StockPicking(models.Model):
    """Arranging shipments: what has to be told becomes requests that are stored."""

    _inherit = "stock.picking"

    tts_shipment_state = fields.Selection(
        [("open", "Being Arranged"), ("failed", "Not Arranged")],
        string="Shipment Request",
        compute="_compute_tts_shipment_state",
        compute_sudo=True,
    )
    tts_shipment_error = fields.Char(
        string="Not Arranged Because",
        compute="_compute_tts_shipment_state",
        compute_sudo=True,
    )

    @api.depends("tts_shipment_ids.state", "tts_shipment_ids.error", "tts_status")
    def _compute_tts_shipment_state(self):
        """What waits comes first, then what was refused."""
        for picking in self:
            going = picking._tts_open_shipments()
            is_open = picking.tts_status == "awaiting_shipment"
            failed = picking._tts_failed_shipments().filtered(
                lambda row, is_open=is_open: is_open or row.kind == RETRACK
            )
            picking.tts_shipment_state = (going and "open") or (failed and "failed")
            picking.tts_shipment_error = (going or failed)[:1].error

    # === BUTTON === #

    def action_tts_arrange(self):
        """Open the wizard that arranges the shipment of these deliveries.

        :raise UserError: none of them delivers a TikTok order
        """
        self.check_access("read")
        return self.env["tts.arrange"]._open_for(self)

    # === WHAT HAS TO BE TOLD === #

    def _tts_ship_steps(self):
        """Return what TikTok has to be told so that this delivery is arranged.

        :return: list of `Step`, in the order they are to be taken
        :raise UserError: nothing can be arranged; the text says why, and what to do
        """
        self.ensure_one()
        picking = self.sudo()
        if problem := picking._tts_ship_problem():
            raise UserError(problem)
        order, packages = picking.tts_order_id, picking._tts_live_packages()
        waiting = packages.filtered(lambda package: package._is_to_ship())
        left = picking._tts_units_to_ship()
        if not left:
            raise UserError(self.env._("The shipment of %s is arranged.", self.name))
        kind = flow(picking.tts_shop_id.region, order.shipping_type, bool(waiting))
        none = self.env["tts.package"]
        if kind in (MARK, BUY):
            return [Step(kind, none, left)]
        if kind != SHIP:
            raise UserError(picking._tts_no_way_problem())
        steps = []
        for package in waiting:
            parts = picking._tts_parts(package)
            if len(parts) < 2:
                steps.append(Step(SHIP, package, sorted(parts[0]) if parts else left))
                continue
            if problem := picking._tts_parting_problem(package, parts):
                raise UserError(problem)
            steps.insert(0, Step(SPLIT, none, left))
            steps.append(Step(SHIP, none, sorted(parts[0])))
        return steps

    def _tts_live_packages(self):
        """The packages of these deliveries that are neither replaced nor cancelled."""
        return self.tts_package_ids.filtered(
            lambda package: (
                not package.is_gone and package.status != const.PACKAGE_CANCELLED
            )
        )

    def _tts_units_to_ship(self):
        """Return the line items of this delivery whose shipment is not arranged."""
        arranged = {
            key
            for package in self.tts_order_id.package_ids
            if not package._is_to_arrange()
            for key in package.line_item_ids or ()
        }
        units = self.sale_id._tts_units().get(self, ())
        return sorted(set(units) - arranged)

    def _tts_ship_problem(self):
        """Say why nothing can be arranged for this delivery, whatever is in it."""
        order = self.tts_order_id
        if not order or self.picking_type_code == "incoming" or self.return_id:
            return self.env._("%s delivers no TikTok order.", self.name)
        if self._tts_is_passed():
            return self.env._(
                "The goods of %s are in the next step by now. Arrange the shipment "
                "there.",
                self.name,
            )
        if order.is_fbt:
            return self.env._(
                "TikTok ships order %s from its own warehouse; nothing is to be done.",
                order.remote_id,
            )
        if self.state == "cancel" or order.status in const.CANCELLED_STATUSES:
            return self.env._("%s is cancelled; do not ship it.", self.name)
        packages = self._tts_live_packages().filtered(lambda row: row._is_to_ship())
        if asked := (order | packages.order_ids).filtered("cancel_requested"):
            return self.env._(
                "The buyer of order %s asks to cancel it. Click Accept or Decline "
                "first.",
                ", ".join(asked.mapped("remote_id")),
            )
        if order.status in ("ON_HOLD", "UNPAID"):
            return self.env._(
                "Order %s is on hold, because the buyer can still cancel it. Arrange "
                "it when the hold ends.",
                order.remote_id,
            )
        return False

    def _tts_is_passed(self):
        """Whether this was a step before the delivery, and is over."""
        return self.state == "done" and not self._tts_is_leaving()

    def _tts_no_way_problem(self):
        order = self.tts_order_id
        if order.shipping_type not in (
            const.SHIPPED_BY_TIKTOK,
            const.SHIPPED_BY_SELLER,
        ):
            return self.env._(
                "TikTok does not tell how order %s is shipped. Arrange it in Seller "
                "Center; Odoo follows.",
                order.remote_id,
            )
        return self.env._(
            "TikTok has not made the package of order %s yet. Sync the orders, then "
            "arrange it.",
            order.remote_id,
        )

    # === REQUESTS === #

    def _tts_link_packages(self):
        """Override: what waits goes on with the step that holds the goods now."""
        result = super()._tts_link_packages()
        for picking in self.sudo().filtered("tts_order_id"):
            for former in picking.sale_id.picking_ids - picking:
                if former.tts_shipment_ids and former._tts_is_passed():
                    former._tts_hand_on_shipments(picking)
        return result

    def _tts_hand_on_shipments(self, picking):
        """Let the next step take over what TikTok has not taken.

        :param picking: the next step of these goods
        """
        left = self.tts_shipment_ids.filtered(
            lambda row: row.state in (*OPEN, "failed")
        )
        if not left or picking.tts_shipment_ids:
            return
        left.picking_id = picking
        self.env["tts.issue"].search(
            [
                ("shop_id", "=", self.tts_shop_id.id),
                ("key", "=", f"ship:{self.id}"),
                ("state", "!=", "closed"),
            ]
        ).write({"key": f"ship:{picking.id}", "picking_id": picking.id})

    def _tts_arrange(self, by_picking=None, **options):
        """Store what TikTok has to be told, and have it sent in a moment.

        Nothing is stored when one of these deliveries cannot be arranged. What is on
        its way already is not asked for again.

        :param by_picking: {picking: options of its own}
        :param options: handover_method, pickup_start, pickup_end, tracking_number,
            provider_id, weight, parcel_length, parcel_width, parcel_height,
            service_remote_id; see `tts.shipment`
        :return: the new `tts.shipment`
        :raise UserError: a delivery cannot be arranged
        """
        vals_list = []
        for picking in self:
            own = options | (by_picking or {}).get(picking, {})
            vals_list += picking._tts_prepare_shipments(own)
        return self._tts_store_shipments(vals_list)

    def _tts_prepare_shipments(self, options):
        """What the requests are made of that arrange this delivery.

        :return: list of values, empty when they are on their way already
        :raise UserError: it cannot be arranged
        """
        picking = self.sudo()
        if picking._tts_open_shipments().filtered(lambda row: row.kind != SPLIT):
            return []
        is_split = bool(picking.tts_order_id._open_splits())
        return [
            picking._tts_prepare_shipment_values(step, options)
            for step in picking._tts_ship_steps()
            if step.kind != SPLIT or not is_split
        ]

    @api.model
    def _tts_store_shipments(self, vals_list):
        """Store requests and have them sent in a moment.

        :return: the `tts.shipment`
        """
        shipments = self.env["tts.shipment"].sudo().create(vals_list)
        if shipments:
            self.env["tts.shop"]._trigger_deliveries()
        return shipments

    def _tts_parcel_weight(self):
        """Return the weight of this delivery as TikTok's market takes it.

        Pounds in the US, else grams; 0 when Odoo does not know it.
        """
        Template = self.env["product.template"]
        odoo_uom = Template._get_weight_uom_id_from_ir_config_parameter()
        name = (
            "uom.product_uom_lb"
            if self.tts_shop_id.region == "US"
            else ("uom.product_uom_gram")
        )
        return odoo_uom._compute_quantity(self.weight, self.env.ref(name), round=False)

    def _tts_open_shipments(self):
        return self.tts_shipment_ids.filtered(lambda row: row.state in OPEN)

    def _tts_failed_shipments(self):
        """Return what TikTok refused, unless something newer settled it."""
        newest = {}
        for shipment in self.tts_shipment_ids.sorted("id"):
            newest[shipment.kind, shipment.package_id] = shipment
        shipments = self.env["tts.shipment"].union(*newest.values())
        failed = shipments.filtered(lambda row: row.state == "failed")
        left = set(self._tts_units_to_ship()) if failed else set()
        return failed.filtered(
            lambda row: row.kind == RETRACK or left & set(row.line_item_ids or left)
        )

    def _tts_prepare_shipment_values(self, step, options):
        """What the request for one step is made of.

        :raise UserError: number or carrier are missing, or TikTok would not take them
        """
        order, shop = self.tts_order_id, self.tts_shop_id
        if step.kind == SPLIT:
            return self._tts_prepare_split_values()
        values = {
            "kind": step.kind,
            "shop_id": shop.id,
            "picking_id": self.id,
            "order_id": order.id,
            "package_id": step.package.id,
            "line_item_ids": step.line_ids,
        }
        if order.shipping_type == const.SHIPPED_BY_SELLER:
            return values | self._tts_prepare_tracking_values(options)
        if step.kind == BUY:
            names = (
                "weight",
                "parcel_length",
                "parcel_width",
                "parcel_height",
                "service_remote_id",
            )
            return values | {name: options.get(name) for name in names}
        if chooses_handover(shop.region):
            names = ("handover_method", "pickup_start", "pickup_end")
            return values | {name: options.get(name) for name in names}
        return values

    def _tts_prepare_tracking_values(self, options):
        """Number and carrier of a parcel that goes with an own carrier.

        :raise UserError: one of them is missing, or TikTok would not take the number
        """
        number = options.get("tracking_number") or self.carrier_tracking_ref or ""
        number = number.strip()
        provider_id = options.get("provider_id") or self._tts_find_provider().id
        if problem := self._tts_tracking_problem(number):
            raise UserError(problem)
        provider = self.env["tts.provider"].browse(provider_id)
        if provider.shop_id != self.tts_shop_id:
            raise UserError(
                self.env._(
                    "%(delivery)s goes with your own carrier, but none of the shipping "
                    "providers of %(shop)s stands for %(carrier)s. Choose the provider "
                    "in Arrange Shipment, or set the Odoo Carrier of a provider on the "
                    "shop.",
                    delivery=self.name,
                    shop=self.tts_shop_id.name,
                    carrier=self.carrier_id.name or self.env._("no carrier"),
                )
            )
        return {"tracking_number": number, "provider_id": provider_id}

    def _tts_tracking_problem(self, number):
        """Say what is wrong with a tracking number, False when nothing is."""
        if not number:
            return self.env._(
                "%s goes with your own carrier and has no tracking number. Type it "
                "into Tracking Reference.",
                self.name,
            )
        if TRACKING_NUMBER.fullmatch(number):
            return False
        return self.env._(
            "TikTok does not take the tracking number %(number)s of %(delivery)s: it "
            "has to have 4 to 50 letters, digits, hyphens, underscores, dots or "
            "slashes. Correct it.",
            number=number,
            delivery=self.name,
        )

    def _tts_find_provider(self):
        """Return the shipping provider that stands for this delivery's carrier."""
        providers, carrier = self.tts_shop_id.provider_ids, self.carrier_id
        mapped = providers.filtered(lambda row: carrier and row.carrier_id == carrier)
        named = providers.filtered(lambda row: carrier and row.name == carrier.name)
        return mapped[:1] or named[:1]


def chooses_handover(region):
    """Whether TikTok listens to how a package is handed over.

    In South-East Asia the warehouse's setting decides. Source: Partner API, "Ship
    Package".
    """
    return region in (*MARKING, *LATAM)
