from odoo import api, models

# What these say about a move makes demand, or ends it, without touching a quant.
DEMAND_FIELDS = {"state", "product_uom_qty", "product_id", "location_id"}
DEMAND_FIELDS |= {"location_dest_id", "location_final_id"}


class StockMove(models.Model):
    _inherit = "stock.move"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `stock` to signal demand that is born confirmed; link it."""
        moves = super().create(vals_list)
        moves._tts_signal_demand()
        moves._tts_follow_picking()
        return moves

    def write(self, vals):
        """Override of `stock` to signal that demand changed, and where goods went."""
        before = self.product_id if "product_id" in vals else self.product_id.browse()
        result = super().write(vals)
        if vals.keys() & DEMAND_FIELDS:
            before._tts_signal_stock()
            self._tts_signal_demand()
        if "picking_id" in vals:
            self._tts_follow_picking()
        return result

    def _tts_follow_picking(self):
        """Let packages go along with their goods into another delivery."""
        # The import links a whole batch at once.
        if not self.env.context.get("tts_import"):
            self.picking_id._tts_link_packages()

    def _tts_signal_demand(self):
        self.filtered(lambda move: move.state != "draft").product_id._tts_signal_stock()
