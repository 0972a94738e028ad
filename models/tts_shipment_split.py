from odoo import models

from .. import const
from ..lib.shipping import MARK, flow, may_split_units, splits_before_shipping


class TtsOrder(models.Model):
    _inherit = "tts.order"

    def _unit_skus(self):
        """Return {line item id: SKU id} of the units that are not cancelled."""
        rows = (self.sudo().payload or {}).get("line_items") or ()
        cancelled = self.cancelled_line_ids or ()
        return {
            str(row["id"]): str(row.get("sku_id") or "")
            for row in rows
            if isinstance(row, dict) and row.get("id") and row["id"] not in cancelled
        }


class TtsPackage(models.Model):
    _inherit = "tts.package"

    def _is_to_ship(self):
        return self.status == const.PACKAGE_TO_SHIP and not self.is_gone

    def _is_to_arrange(self):
        """Whether its units still have to be arranged, in this package or another.

        A package that is cancelled while its order waits to be shipped is taken back;
        in an order that left it is lost.
        """
        if self.is_gone or self._is_to_ship():
            return True
        waiting = (const.STATUS_AWAITING_SHIPMENT, const.STATUS_PARTIALLY_SHIPPING)
        return self.status == const.PACKAGE_CANCELLED and any(
            order.status in waiting for order in self.order_ids
        )


class StockPicking(models.Model):
    """Units that TikTok keeps in one package, and deliveries that would part them."""

    _inherit = "stock.picking"

    # === BEFORE A BACKORDER === #

    def _tts_split_problem(self):
        """Say what TikTok has against validating this delivery as it stands.

        It keeps units together that would leave now with units that would not.

        :return: a sentence, False when there is nothing against it
        """
        self.ensure_one()
        picking = self.sudo()
        if not picking.tts_order_id or picking.picking_type_code != "outgoing":
            return False
        leaving, staying = picking._tts_part_units()
        if not leaving or not staying:
            return False
        for package in picking.tts_package_ids:
            inside = set(package.line_item_ids or ())
            parts = [leaving & inside, staying & inside]
            if all(parts) and (problem := picking._tts_parting_problem(package, parts)):
                return problem
        return False

    def _tts_part_units(self):
        """Return the line items that leave when this is validated now, and the others.

        :return: (set of ids, set of ids); a kit that leaves in part is in both
        """
        units = set(self.sale_id._tts_units().get(self, ()))
        moves = self.move_ids.filtered(lambda move: move.state != "cancel")
        is_picked = any(moves.mapped("picked"))
        leaving, staying = set(), set()
        for line in moves.sale_line_id:
            mine = [key for key in line.tts_line_ids or () if key in units]
            own = moves.filtered(lambda move, line=line: move.sale_line_id == line)
            done = {
                move: move.quantity if move.picked or not is_picked else 0.0
                for move in own
            }
            if any(move.product_id != line.product_id for move in own):
                if any(done.values()):
                    leaving.update(mine)
                if any(done[move] < move.product_uom_qty for move in own):
                    staying.update(mine)
                continue
            count = int(
                sum(
                    move.product_uom._compute_quantity(
                        quantity, line.product_uom_id, round=False
                    )
                    for move, quantity in done.items()
                )
            )
            mine = self._tts_in_turn(line, mine)
            leaving.update(mine[:count])
            staying.update(mine[count:])
        return leaving, staying

    def _tts_in_turn(self, line, line_ids):
        """Sort line items of a line as they are handed out to deliveries."""
        shipped = self.sale_id._tts_shipped_line_ids()
        wanted = set(line_ids)
        return sorted(
            (key for key in line.tts_line_ids if key in wanted),
            key=lambda key: key not in shipped,
        )

    # === MAY UNITS BE PARTED? === #

    def _tts_parting_problem(self, package, parts):
        """Say why TikTok does not let these units of a package travel apart.

        Source: Partner API, "Split Orders" and "Fulfillment API overview".

        :param parts: list of sets of line item ids
        :return: a sentence, False when it lets them
        """
        if package.is_gone or package.status == const.PACKAGE_CANCELLED:
            return False
        if package.status != const.PACKAGE_TO_SHIP:
            return self.env._(
                "The shipment of TikTok package %(package)s is arranged with all of "
                "its units, so %(delivery)s cannot leave in part. Send everything in "
                "one parcel.",
                package=package.remote_id,
                delivery=self.name,
            )
        region, order = self.tts_shop_id.region, self.tts_order_id
        if flow(region, order.shipping_type, True) == MARK:
            return False  # each parcel names its units
        if len(package.order_ids) > 1:
            return self.env._(
                "TikTok package %(package)s holds several orders (%(orders)s), which "
                "cannot be split. Take the orders apart in Seller Center, or send "
                "everything in one parcel.",
                package=package.remote_id,
                orders=", ".join(package.order_ids.mapped("remote_id")),
            )
        if not splits_before_shipping(region):
            return self.env._(
                "TikTok splits no order of this market that it ships itself, so "
                "%(delivery)s cannot leave in part. Send all of order %(order)s in one "
                "parcel.",
                delivery=self.name,
                order=order.remote_id,
            )
        return not may_split_units(region) and self._tts_parted_sku_problem(parts)

    def _tts_parted_sku_problem(self, parts):
        """Say which SKU would be in several packages, where TikTok forbids that."""
        skus = self.tts_order_id._unit_skus()
        seen, parted = set(), set()
        for part in parts:
            kinds = {skus.get(key, key) for key in part}
            parted |= kinds & seen
            seen |= kinds
        if not parted:
            return False
        units = {key for part in parts for key in part if skus.get(key, key) in parted}
        products = self.sale_id.order_line.filtered(
            lambda line: units.intersection(line.tts_line_ids or ())
        ).product_id
        return self.env._(
            "TikTok keeps all units of one SKU in one package: %(products)s of order "
            "%(order)s cannot be sent in several parcels. Send these units together.",
            products=", ".join(products.mapped("display_name")),
            order=self.tts_order_id.remote_id,
        )

    # === GROUPS === #

    def _tts_parts(self, package):
        """Tell apart which units of this order each delivery holds of a package.

        :return: list of sets of line item ids, those of this delivery first
        """
        inside = (
            set(package.line_item_ids or ()) & self.tts_order_id._unit_skus().keys()
        )
        known = {
            key for line in self.sale_id.order_line for key in line.tts_line_ids or ()
        }
        units = self.sale_id._tts_units()
        own = inside & {*units.get(self, ()), *(inside - known)}
        parts, left = [own], inside - own
        for picking in sorted(units, key=lambda picking: picking.id):
            part = left & set(units[picking])
            parts.append(part)
            left -= part
        return [part for part in (*parts, left) if part]

    def _tts_split_groups(self):
        """Return how the open packages of this order have to be grouped.

        :return: {own name of a group: line item ids}, every open unit in one of them
        """
        groups = {}
        for package in self.tts_order_id.package_ids:
            if package._is_to_ship():
                for part in self._tts_parts(package):
                    groups[str(len(groups) + 1)] = sorted(part)
        return groups
