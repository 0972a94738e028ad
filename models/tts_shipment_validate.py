from odoo import models
from odoo.exceptions import UserError

from .. import const
from ..lib.shipping import SHIP, flow
from .stock_picking_ship import RETRACK, SPLIT
from .tts_intent import OPEN


class StockPicking(models.Model):
    """What validating a delivery, or a new tracking number, has to tell TikTok."""

    _inherit = "stock.picking"

    # === VALIDATION === #

    def _action_done(self):
        """Override of `stock` to mark parcels of own carriers as shipped."""
        result = super()._action_done()
        self._tts_ship_validated()
        return result

    def _tts_ship_validated(self):
        """Arrange what was validated, where the shop wants that.

        Whatever is missing becomes an issue: goods that have left stay validated.
        """
        for picking in self.sudo():
            if not picking._tts_ships_on_validate():
                continue
            try:
                vals_list = picking._tts_prepare_shipments({})
            except UserError as error:
                picking._tts_note_not_arranged(str(error))
                continue
            self._tts_store_shipments(vals_list)

    def _tts_ships_on_validate(self):
        return (
            self.state == "done"
            and self._tts_is_own_parcel()
            and self.tts_shop_id.ship_on_validate
            and bool(self._tts_units_to_ship())
        )

    def _tts_is_own_parcel(self):
        """Whether the seller's own carrier delivers this."""
        order = self.tts_order_id
        return (
            order.shipping_type == const.SHIPPED_BY_SELLER
            and not order.is_fbt
            and self.picking_type_code == "outgoing"
            and not self.return_id
        )

    def _tts_note_not_arranged(self, reason):
        """Tell whoever is responsible that TikTok knows nothing of this parcel."""
        self.env["tts.issue"]._raise(
            self.tts_shop_id,
            f"ship:{self.id}",
            category="label",
            name=self.env._("%s left, but is not marked as shipped", self.name),
            reason=reason,
            hint=self.env._(
                "Type the Tracking Reference on the delivery: TikTok is told by "
                "itself. Or click Arrange Shipment there."
            ),
            order_id=self.tts_order_id.id,
            picking_id=self.id,
        )

    # === BACKORDERS === #

    def _create_backorder(self, backorder_moves=None):
        """Override of `stock` to have TikTok split the package as well."""
        backorders = super()._create_backorder(backorder_moves)
        for picking in self.sudo():
            if picking.tts_order_id and picking.picking_type_code == "outgoing":
                picking._tts_split_package()
        return backorders

    def _tts_split_package(self):
        """Ask TikTok to split the package that this delivery shares by now.

        Where it does not split before shipping, or not at all, nothing is asked: the
        clerk was told before.
        """
        order = self.tts_order_id
        if flow(self.tts_shop_id.region, order.shipping_type, True) != SHIP:
            return
        for package in self.tts_package_ids:
            if not package._is_to_ship():
                continue
            parts = self._tts_parts(package)
            if len(parts) < 2 or self._tts_parting_problem(package, parts):
                continue
            # What waits to be shipped holds this delivery's part alone.
            self._tts_open_shipments().filtered(
                lambda row, package=package: (
                    row.kind == SHIP
                    and row.state == "waiting"
                    and row.package_id == package
                )
            ).write({"package_id": False, "line_item_ids": sorted(parts[0])})
            if not order._open_splits():
                self._tts_store_shipments([self._tts_prepare_split_values()])

    def _tts_prepare_split_values(self):
        return {
            "kind": SPLIT,
            "shop_id": self.tts_shop_id.id,
            "picking_id": self.id,
            "order_id": self.tts_order_id.id,
            "groups": self._tts_split_groups(),
        }

    # === TRACKING NUMBERS === #

    def write(self, vals):
        """Override to tell TikTok a tracking number that was typed or corrected."""
        if "carrier_tracking_ref" not in vals or self.env.context.get(
            "tts_from_tiktok"
        ):
            return super().write(vals)
        before = {
            picking: picking.carrier_tracking_ref
            for picking in self
            if picking.tts_order_id
        }
        result = super().write(vals)
        for picking, number in before.items():
            if picking.carrier_tracking_ref != number:
                picking.sudo()._tts_follow_reference()
        return result

    def _tts_follow_reference(self):
        """Tell TikTok the tracking reference that this delivery has now."""
        if not self.carrier_tracking_ref or not self._tts_is_own_parcel():
            return
        arranged = self._tts_live_packages().filtered(
            lambda package: not package._is_to_ship()
        )
        waiting = self._tts_open_shipments().filtered(
            lambda row: row.state == "waiting" and row.kind in ("mark", "ship")
        )
        if arranged:
            self._tts_retrack(arranged.sorted("id"))
        elif waiting:
            waiting.tracking_number = self.carrier_tracking_ref.strip()
        else:
            self._tts_ship_validated()

    def _tts_retrack(self, packages):
        """Ask TikTok to change the tracking numbers of packages that differ.

        A delivery in several packages has its numbers in their order, with commas.
        """
        numbers = [part.strip() for part in self.carrier_tracking_ref.split(",")]
        if len(packages) == 1:
            numbers = [self.carrier_tracking_ref.strip()]
        if len(numbers) != len(packages):
            return
        vals_list = []
        for package, number in zip(packages, numbers, strict=True):
            waiting = self._tts_open_shipments().filtered(
                lambda row, package=package: (
                    row.kind == RETRACK and row.package_id == package
                )
            )
            if "sending" in waiting.mapped("state"):
                raise UserError(
                    self.env._(
                        "TikTok is being told a tracking number of %s at this moment. "
                        "Change it in a minute.",
                        self.name,
                    )
                )
            if number == package.tracking_number:
                waiting._note_cancelled(self.env._("TikTok has this number already."))
            elif problem := self._tts_tracking_problem(number):
                self._tts_note_kept_number(package, number, problem)
            elif waiting:
                waiting.tracking_number = number
            else:
                vals_list.append(self._tts_prepare_retrack_values(package, number))
        self._tts_store_shipments(vals_list)

    def _tts_prepare_retrack_values(self, package, number):
        provider = self._tts_find_provider() or self.tts_shop_id.provider_ids.filtered(
            lambda row: row.remote_id == package.provider_remote_id
        )
        return {
            "kind": RETRACK,
            "shop_id": self.tts_shop_id.id,
            "picking_id": self.id,
            "order_id": self.tts_order_id.id,
            "package_id": package.id,
            "tracking_number": number,
            "provider_id": provider[:1].id,
        }

    def _tts_note_kept_number(self, package, number, reason):
        """Tell whoever is responsible that TikTok keeps the number it has."""
        self.env["tts.issue"]._raise(
            self.tts_shop_id,
            f"ship:{self.id}",
            category="label",
            name=self.env._(
                "TikTok keeps the tracking number %(old)s of %(delivery)s instead of "
                "%(new)s",
                old=package.tracking_number or self.env._("none"),
                delivery=self.name,
                new=number,
            ),
            reason=reason,
            hint=self.env._("Correct the Tracking Reference of the delivery."),
            order_id=self.tts_order_id.id,
            picking_id=self.id,
            reference=package.remote_id,
        )

    def _tts_prepare_package_values(self, carriers):
        """Override to keep a number that TikTok has not been told, or refused."""
        values = super()._tts_prepare_package_values(carriers)
        if "carrier_tracking_ref" in values and self.carrier_tracking_ref:
            last = self.tts_shipment_ids.filtered(
                lambda row: row.kind == RETRACK
            ).sorted("id")[-1:]
            if last.state in (*OPEN, "failed") and (
                last.tracking_number in self.carrier_tracking_ref
            ):
                del values["carrier_tracking_ref"]
        return values


class TtsOrder(models.Model):
    _inherit = "tts.order"

    def _open_splits(self):
        """Return the requests to split this order that TikTok has not answered."""
        return self.env["tts.shipment"].search(
            [
                ("order_id", "=", self.id),
                ("kind", "=", SPLIT),
                ("state", "in", OPEN),
            ]
        )
