from collections import defaultdict

from odoo import models


class TtsReturn(models.Model):
    """Which moves brought the units of a case away, and bring them back."""

    _inherit = "tts.return"

    def _units_by_sale_line(self):
        """Return {sales order line: units of this case}, in the line's unit.

        Units of no line are foreign, and no goods of this order.
        """
        units = defaultdict(int)
        for line in self.line_ids.filtered("sale_line_id"):
            units[line.sale_line_id] += line.quantity
        return units

    def _are_units_out(self):
        """Whether every unit of this case is of its order, and was shipped."""
        shipped = self._units_shipped()
        ids = [key for line in self.line_ids for key in line.line_item_ids or ()]
        return bool(ids) and all(shipped.get(key) for key in ids)

    def _plan_return(self, wanted):
        """Choose the moves that bring units back, the earliest delivery first.

        :param wanted: {(sales order line, product): units in the product's unit}
        :return: {delivery: {move: quantity in the move's unit}}, or None when less of
            something is still with the buyer
        """
        plan = defaultdict(dict)
        for (sale_line, product), units in wanted.items():
            for move in sale_line._tts_out_moves().filtered(
                lambda move, product=product: move.product_id == product
            ):
                taken = min(units, move._tts_units_still_out())
                if product.uom_id.compare(taken, 0) <= 0:
                    continue
                plan[move.picking_id][move] = product.uom_id._compute_quantity(
                    taken, move.product_uom, round=False
                )
                units -= taken
            if product.uom_id.compare(units, 0) > 0:
                return None
        return plan

    def _wanted_goods(self):
        """Return what is to come back, kits as their parts.

        :return: {(sales order line, product): units in the product's unit}
        """
        return {
            (sale_line, product): per_unit * units
            for sale_line, units in self._units_by_sale_line().items()
            for product, per_unit in sale_line._tts_goods_per_unit().items()
        }

    def _missing_goods(self):
        """Return what no return of this case brings back, as `_wanted_goods` does."""
        missing = self._wanted_goods()
        for move in self.picking_ids.move_ids._tts_coming_back():
            key = (move.origin_returned_move_id.sale_line_id, move.product_id)
            if key in missing:
                missing[key] -= move._tts_units_back()
        return {
            key: units
            for key, units in missing.items()
            if key[1].uom_id.compare(units, 0) > 0
        }

    def _link_returns_by_hand(self):
        """Take returns for this case's that somebody made for the same goods.

        What came back before the case began was not for it. Those that bring exactly
        what is missing come first; one that brings none of it is left alone.
        """
        found = self.sale_order_id.picking_ids.filtered(self._may_be_for_this)
        for picking in found.sorted(lambda picking: not self._is_all_of(picking)):
            missing = self._missing_goods()
            if any(key in missing for key in picking._tts_goods_back()):
                picking.tts_return_id = self

    def _may_be_for_this(self, picking):
        began = self.remote_create_time or self.create_date
        return (
            not picking.tts_return_id
            and picking.state != "cancel"
            and (picking.state != "done" or (picking.date_done or began) >= began)
            and bool(picking.move_ids._tts_coming_back())
        )

    def _is_all_of(self, picking):
        return picking._tts_goods_back() == self._missing_goods()

    def _make_returns(self, plan):
        """Create Odoo's own return of each delivery, ready to be received.

        :param plan: see `_plan_return`
        :return: the returns
        """
        made = self.env["stock.picking"]
        for delivery, quantities in plan.items():
            wizard = self.env["stock.return.picking"].create(
                {"picking_id": delivery.id, "tts_to_inspect": True}
            )
            for line in wizard.product_return_moves:
                line.quantity = quantities.get(line.move_id, 0)
            made |= wizard._create_return()
        made.write({"tts_return_id": self.id})
        return made


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _tts_out_moves(self):
        """Return the moves that brought goods of this line to the buyer."""
        return self.move_ids.filtered(
            lambda move: (
                move.state == "done"
                and move.location_dest_usage == "customer"
                and not move.origin_returned_move_id
                and move.picking_id
            )
        ).sorted(lambda move: (move.date, move.id))

    def _tts_goods_per_unit(self):
        """Return what one unit of this line is made of.

        The parts of a kit are told by what its deliveries were to bring: its bill of
        materials may have changed since.

        :return: {product: units in the product's unit}
        """
        demand = defaultdict(float)
        for move in self.move_ids:
            if (
                move.state != "cancel"
                and move.location_dest_usage == "customer"
                and not move.origin_returned_move_id
            ):
                demand[move.product_id] += move.product_qty
        if not demand or self.product_id in demand:
            unit = self.product_uom_id._compute_quantity(
                1, self.product_id.uom_id, round=False
            )
            return {self.product_id: unit}
        ordered = self.product_uom_qty or len(self.tts_line_ids or ()) or 1
        return {product: units / ordered for product, units in demand.items()}


class StockMove(models.Model):
    _inherit = "stock.move"

    def _tts_coming_back(self):
        """Return those of these moves that bring goods back from a buyer."""
        return self.filtered(
            lambda move: (
                move.state != "cancel"
                and move.origin_returned_move_id
                and move.location_id.usage == "customer"
            )
        )

    def _tts_units_back(self):
        """Return what this move brought, or is to bring, in the product's unit."""
        units = self.quantity if self.state == "done" else self.product_uom_qty
        return self.product_uom._compute_quantity(
            units, self.product_id.uom_id, round=False
        )

    def _tts_units_still_out(self):
        """Return what this move brought away and nothing is to bring back.

        In the product's unit.
        """
        away = self.product_uom._compute_quantity(
            self.quantity, self.product_id.uom_id, round=False
        )
        back = self.returned_move_ids._tts_coming_back()
        return away - sum(move._tts_units_back() for move in back)
