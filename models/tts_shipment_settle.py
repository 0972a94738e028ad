from odoo import models

from .. import const
from ..lib.shipping import Consequence, consequence
from .tts_intent import OPEN, RETRY_START
from .tts_shipment_outcome import HOLD

SENT_STATUSES = (const.PACKAGE_ARRANGED, *const.PACKAGE_SHIPPED)


class TtsShipment(models.Model):
    """Measuring requests against what TikTok has: the orders were read just now."""

    _inherit = "tts.shipment"

    # === INTERRUPTED === #

    def _is_done_remotely(self, client):
        """Whether TikTok did what it was asked for, although its answer was lost.

        :raise TikTokError: TikTok did not answer
        """
        self.ensure_one()
        if self.kind == "ship":
            return self.package_id.status in SENT_STATUSES
        if self.kind == "retrack":
            package = client.package_detail(self.package_id.remote_id)
            self.env["tts.package"]._absorb_rows(self.shop_id, [package])
            return package.tracking_number == self.tracking_number
        if self.kind == "split":
            return self._is_split()
        return not self._units_left()

    def _is_split(self):
        """Whether each group of units has a package of its own."""
        groups = {frozenset(ids) for ids in (self.groups or {}).values()}
        packages = self.order_id.package_ids.filtered(lambda row: not row.is_gone)
        inside = {frozenset(row.line_item_ids or ()) for row in packages}
        return groups <= inside

    def _units_left(self):
        """Return the units of this request that are in no shipped package."""
        shipped = {
            key for package in self._parcels() for key in package.line_item_ids or ()
        }
        active = self.order_id._unit_skus()
        return [
            key
            for key in self.line_item_ids or ()
            if key in active and key not in shipped
        ]

    def _parcels(self):
        """Return the shipped packages that hold units of this request."""
        wanted = set(self.line_item_ids or ())
        return self.order_id.package_ids.filtered(
            lambda package: (
                not package.is_gone
                and package.status in SENT_STATUSES
                and wanted & set(package.line_item_ids or ())
            )
        )

    # === WAITING === #

    def _ready_to_send(self):
        """Settle what need not or must not be sent; return the others."""
        return self.filtered(
            lambda shipment: (
                shipment.state == "waiting"
                and not shipment._settle_by_order()
                and not getattr(shipment, f"_settle_{shipment.kind}")()
            )
        )

    def _settle_by_order(self):
        """Whether the order forbids it: then the request is cancelled, or waits."""
        order = self.order_id
        # A combined parcel leaves with the goods of all its orders.
        orders = order | self.package_id.order_ids
        asked = orders.filtered("cancel_requested")
        if (
            order.status in const.CANCELLED_STATUSES
            or self.picking_id.state == "cancel"
        ):
            self._note_cancelled(
                self.env._("Order %s was cancelled.", order.remote_id)
                if order.status in const.CANCELLED_STATUSES
                else self.env._("The delivery was cancelled.")
            )
        elif order.is_fbt:
            self._note_cancelled(
                self.env._("TikTok ships order %s itself.", order.remote_id)
            )
        elif asked and self.kind != "retrack":
            self._note_waiting(
                self.env._(
                    "The buyer of order %s asks to cancel it: do not ship before the "
                    "request is answered: open it and click Accept or Decline.",
                    ", ".join(asked.mapped("remote_id")),
                ),
                HOLD,
            )
        elif order.status in ("ON_HOLD", "UNPAID"):
            self._note_waiting(
                self.env._(
                    "Order %s is on hold; it is arranged when the hold ends.",
                    order.remote_id,
                ),
                HOLD,
            )
        else:
            return False
        return True

    def _settle_ship(self):
        """Whether its package is arranged already, or not the one it was."""
        package = self.package_id
        if not package:
            package = self._find_package()
            if not package and self._is_after_split():
                return True
        if not package or package.is_gone:
            self._note_changed()
        elif package.status == const.PACKAGE_CANCELLED:
            self._note_cancelled(
                self.env._("TikTok package %s was cancelled.", package.remote_id)
            )
        elif package.status in SENT_STATUSES:
            self._note_done(self._arranged_elsewhere())
        elif problem := self._part_problem(package):
            self._note_failed(problem, self._hint(Consequence.GONE))
        else:
            self.package_id = package
            return False
        return True

    def _is_after_split(self):
        """Whether it has to wait for its package, which a split is to make."""
        last = self.search(
            [("order_id", "=", self.order_id.id), ("kind", "=", "split")],
            order="id desc",
            limit=1,
        )
        if last.state in OPEN:
            self._note_waiting(
                self.env._("It waits for the order to be split."),
                RETRY_START,
            )
            return True
        if last.state in ("failed", "cancelled"):
            self._note_failed(
                last.error or self.env._("The order could not be split."),
                self._hint(Consequence.GONE),
            )
            return True
        return False

    def _find_package(self):
        """Return the package that holds this request's units and no others."""
        active = self.order_id._unit_skus().keys()
        wanted = active & set(self.line_item_ids or ())
        return self.order_id.package_ids.filtered(
            lambda row: (
                row._is_to_ship() and active & set(row.line_item_ids or ()) == wanted
            )
        )[:1]

    def _part_problem(self, package):
        """Say that a backorder took units out of the delivery meanwhile."""
        picking = self.picking_id
        others = package.picking_ids - picking
        if not others.filtered(lambda row: row.tts_order_id == self.order_id):
            return False
        if len(picking._tts_parts(package)) < 2:
            return False
        return self.env._(
            "%(delivery)s holds only a part of TikTok package %(package)s by now.",
            delivery=picking.name,
            package=package.remote_id,
        )

    def _note_changed(self):
        self._note_failed(
            self.env._(
                "The packages of order %s changed on TikTok.", self.order_id.remote_id
            ),
            self._hint(Consequence.GONE),
        )

    def _arranged_elsewhere(self):
        return self.env._("The shipment was arranged in Seller Center already.")

    def _settle_mark(self):
        """Whether all of its units were shipped already."""
        left = self._units_left()
        if not left:
            self._note_done(self._arranged_elsewhere())
            return True
        # A backorder may have taken some of them meanwhile.
        units = self.picking_id.sale_id._tts_units()
        own = [key for key in left if key in units.get(self.picking_id, left)]
        if not own:
            self._note_failed(
                self.env._(
                    "The goods of %s are in another delivery by now.",
                    self.picking_id.name,
                ),
                self._hint(Consequence.GONE),
            )
            return True
        if own != self.line_item_ids:
            self.line_item_ids = own
        return False

    def _settle_buy(self):
        return self._settle_mark()

    def _settle_split(self):
        """Whether the order is grouped as wanted, or cannot be any more."""
        groups = self.picking_id._tts_split_groups()
        if len(groups) < 2 or self._is_split():
            self._note_done(self.env._("TikTok has the packages as the deliveries."))
            return True
        if groups != self.groups:
            self.groups = groups
        return False

    def _settle_retrack(self):
        """Whether TikTok has this number already, or the delivery another by now."""
        if self.package_id.tracking_number == self.tracking_number:
            self._note_done()
        elif self.tracking_number not in (self.picking_id.carrier_tracking_ref or ""):
            self._note_cancelled(
                self.env._("The delivery has another tracking number by now.")
            )
        else:
            return False
        return True

    def _settle_told(self):
        """Settle what TikTok called done before, with the orders read since."""
        told = self.filtered(
            lambda row: (
                row.state == "waiting" and consequence(row.code) == Consequence.DONE
            )
        )
        told._ready_to_send()
