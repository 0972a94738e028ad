from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    tts_scrapped_line_id = fields.Many2one(
        "sale.order.line",
        string="Scrapped Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The sale whose goods came back and were scrapped: it bears their cost.",
    )


class StockScrap(models.Model):
    _inherit = "stock.scrap"

    def _prepare_move_values(self):
        """Override of `stock` to keep which sale scrapped returns were of."""
        values = super()._prepare_move_values()
        came = (
            self.sudo()
            .picking_id.move_ids._tts_coming_back()
            .filtered(lambda move: move.product_id == self.product_id)
        )
        line = came.origin_returned_move_id.sale_line_id.filtered(
            lambda line: line.order_id.tts_order_id
        )
        return values | {"tts_scrapped_line_id": line[:1].id}
