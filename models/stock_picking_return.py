from collections import defaultdict

from odoo import fields, models


class StockPicking(models.Model):
    """Goods that buyers sent back: what came, and what became of it."""

    _inherit = "stock.picking"

    tts_return_id = fields.Many2one(
        "tts.return",
        string="TikTok Return",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    tts_inspected_id = fields.Many2one(
        "stock.picking",
        string="Inspection Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="The return whose goods this brings back into stock.",
    )
    tts_restock_ids = fields.One2many(
        "stock.picking", "tts_inspected_id", string="Back Into Stock"
    )
    tts_inspection_state = fields.Selection(
        [("received", "To Inspect"), ("inspected", "Inspected")],
        string="TikTok Inspection",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    # === WHAT COMES BACK === #

    def _tts_goods_back(self):
        """Return what this brings back: {(sales order line, product): units}."""
        goods = defaultdict(float)
        for move in self.move_ids._tts_coming_back():
            sale_line = move.origin_returned_move_id.sale_line_id
            goods[sale_line, move.product_id] += move._tts_units_back()
        return dict(goods)

    def _tts_begun(self):
        """Return the returns of which something was received."""
        return self.filtered(
            lambda picking: (
                picking.state == "done"
                or (
                    picking.state != "cancel" and any(picking.move_ids.mapped("picked"))
                )
                or picking.backorder_id
            )
        )

    def _tts_drop(self, case):
        """Cancel returns whose goods never come, and say why."""
        for picking in self.filtered(lambda picking: picking.state != "cancel"):
            picking.action_cancel()
            picking._message_log(
                body=self.env._(
                    "Cancelled: the goods of return %s do not come back, as TikTok "
                    "Shop says.",
                    case.remote_id,
                )
            )

    # === WHAT CAME, AND WHAT BECAME OF IT === #

    def _tts_received_lines(self):
        """Return the move lines that brought goods back from their buyer."""
        return self.move_ids._tts_coming_back().move_line_ids.filtered(
            lambda line: line.state == "done"
        )

    def _tts_received(self):
        """Return what came with these: {(product, lot): units}."""
        return _by_lot(self._tts_received_lines())

    def _tts_restocked(self):
        """Return what of it is in stock again: {(product, lot): units}.

        What was received right into a warehouse needed no inspection.
        """
        return _by_lot(
            self.tts_restock_ids.move_ids.move_line_ids.filtered(
                lambda line: line.state == "done"
            )
            | self._tts_received_lines().filtered("location_dest_id.warehouse_id")
        )

    def _tts_scrapped(self):
        """Return what of it was scrapped: {(product, lot): units}."""
        scraps = self.move_ids.filtered(
            lambda move: move.scrap_id and move.state == "done"
        )
        return _by_lot(scraps.move_line_ids)

    def _tts_to_inspect(self):
        """Return what waits for a decision: {(product, lot): units}."""
        waiting = dict(self._tts_received())
        for done in (self._tts_restocked(), self._tts_scrapped()):
            for key, units in done.items():
                waiting[key] = waiting.get(key, 0) - units
        return {
            (product, lot): units
            for (product, lot), units in waiting.items()
            if product.uom_id.compare(units, 0) > 0
        }

    def _tts_goods_summary(self):
        """Sum up these returns.

        :return: what was received, is in stock again, and was inspected, each as
            {product: units}
        """
        restocked = _by_product(self._tts_restocked())
        inspected = defaultdict(float, restocked)
        for product, units in _by_product(self._tts_scrapped()).items():
            inspected[product] += units
        return _by_product(self._tts_received()), restocked, dict(inspected)

    def _tts_follow_return(self):
        """Keep on returns, and on their cases, how far they were inspected."""
        for picking in self:
            state = picking.tts_inspection_state
            if picking._tts_to_inspect():
                state = "received"
            elif state:
                state = "inspected"
            if state != picking.tts_inspection_state:
                picking.tts_inspection_state = state
        self.tts_return_id._count_goods()

    def _tts_returns(self):
        """Return those of these that bring TikTok's goods back, or are about such."""
        return (self | self.tts_inspected_id).filtered(
            lambda picking: (
                picking.tts_return_id
                or (
                    picking.tts_shop_id
                    and picking.return_id
                    and not picking.location_dest_id.warehouse_id
                )
            )
        )

    # === BUTTONS === #

    def action_open_tts_return(self):
        """Open the case these goods come back for."""
        self.ensure_one()
        return self.tts_return_id._get_records_action()

    def action_open_tts_inspect(self):
        """Decide what becomes of what came back with these.

        :raise UserError: nothing of it waits for that
        """
        return self.env["tts.inspect"]._open(self)

    # === ODOO'S OWN STEPS === #

    def _create_backorder_picking(self):
        """Override of `stock`: what comes later is of the same case."""
        backorder = super()._create_backorder_picking()
        if self.tts_return_id:
            backorder.sudo().tts_return_id = self.sudo().tts_return_id
        return backorder

    def _action_done(self):
        """Override of `stock` to look again at returns of goods that left just now."""
        result = super()._action_done()
        late = self.sudo().tts_order_id.return_ids.filtered(
            lambda case: case.goods_expected and not case.return_proposed_on
        )
        if late and any(picking._tts_is_leaving() for picking in self):
            late.with_company(late[0].company_id)._follow_again()
        return result


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        """Override of `stock` to keep count of what came back."""
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        # Whoever receives or scraps need not be able to read cases.
        (self | moves).exists().sudo().picking_id._tts_returns()._tts_follow_return()
        return moves

    def _action_cancel(self):
        """Override of `stock` to know of returns that nobody waits for any more."""
        result = super()._action_cancel()
        self.sudo().picking_id.tts_return_id._count_goods()
        return result


def _by_lot(lines):
    """Sum move lines up: {(product, lot): units in the product's unit}."""
    units = defaultdict(float)
    for line in lines:
        units[line.product_id, line.lot_id] += line.quantity_product_uom
    return dict(units)


def _by_product(goods):
    units = defaultdict(float)
    for (product, _lot), quantity in goods.items():
        units[product] += quantity
    return dict(units)
