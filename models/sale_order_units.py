from collections import defaultdict

from odoo import models

from .. import const
from ..lib.shipping import BUY, MARK, SHIP


class SaleOrder(models.Model):
    """Which of TikTok's line items each delivery holds, unit by unit."""

    _inherit = "sale.order"

    def _tts_units(self):
        """Hand out the line items of these orders to their deliveries.

        Where a line is spread over several deliveries, each keeps what it told TikTok;
        then those that are done come first, and get what TikTok shows as shipped.

        :return: {stock.picking: [line item ids]}
        """
        units = defaultdict(list)
        for order in self:
            steps = order._tts_steps()
            is_spread = len(steps) > 1
            shipped = order._tts_shipped_line_ids() if is_spread else ()
            told = steps._tts_told_line_ids() if is_spread else {}
            cancelled = order.tts_order_id.cancelled_line_ids or ()
            for line in order.order_line:
                if not line.tts_line_ids:
                    continue
                free = [key for key in line.tts_line_ids if key not in cancelled]
                free.sort(key=lambda key: key not in shipped)
                for picking, ids in line._tts_hand_out(free, steps, told):
                    units[picking] += ids
        return units

    def _tts_steps(self):
        """Return the deliveries of these orders, and the steps before them that are
        not done: goods that come no further yet are there.
        """
        return self.picking_ids.filtered(
            lambda picking: (
                picking.state != "cancel"
                and not picking.return_id
                and picking.picking_type_code != "incoming"
                and (picking._tts_is_leaving() or picking.state != "done")
            )
        )

    def _tts_shipped_line_ids(self):
        return {
            line_id
            for package in self.tts_order_id.package_ids
            if package.status not in (const.PACKAGE_TO_SHIP, const.PACKAGE_CANCELLED)
            and not package.is_gone
            for line_id in package.line_item_ids or ()
        }


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _tts_hand_out(self, line_ids, steps, told):
        """Yield (delivery, its line item ids) of this line.

        :param told: {line item id: the delivery that told TikTok of it}
        """
        moves = self.move_ids.filtered(
            lambda move: (
                move.state != "cancel"
                and move.picking_id in steps
                and not move.origin_returned_move_id
            )
        )
        if any(move.product_id != self.product_id for move in moves):
            # A kit: its parts tell no units, so that each delivery may hold all.
            pickings = moves.picking_id
            leaving = pickings.filtered(lambda picking: picking._tts_is_leaving())
            for picking in leaving or pickings:
                yield picking, list(line_ids)
            return
        left = list(line_ids)
        for move in moves.sorted(_last_step_first):
            quantity = move.quantity if move.state == "done" else move.product_uom_qty
            count = round(
                move.product_uom._compute_quantity(
                    quantity, self.product_uom_id, round=False
                )
            )
            picking = move.picking_id
            ids = sorted(left, key=lambda key: _turn(told.get(key), picking))[:count]
            yield picking, ids
            left = [key for key in left if key not in ids]


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _tts_told_line_ids(self):
        """Return the units these deliveries told TikTok of: {line item id: delivery}.

        What was told of a package that is gone or cancelled is over.
        """
        told = {}
        for picking in self:
            for shipment in picking.sudo().tts_shipment_ids:
                package = shipment.package_id
                is_told = shipment.state in ("sending", "done")
                if not is_told or shipment.kind not in (SHIP, MARK, BUY):
                    continue
                if not package.is_gone and package.status != const.PACKAGE_CANCELLED:
                    told.update(dict.fromkeys(shipment.line_item_ids or (), picking))
        return told


def _turn(owner, picking):
    """Units a delivery told of come first, those another told of come last."""
    return 0 if owner == picking else 2 if owner else 1


def _last_step_first(move):
    """Goods that left come before those that wait to leave, and those before others."""
    return not move.picking_id._tts_is_leaving(), move.state != "done", move.id
