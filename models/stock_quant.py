from odoo import api, models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `stock` to signal that stock arrived."""
        quants = super().create(vals_list)
        quants.product_id._tts_signal_stock()
        return quants

    def write(self, vals):
        """Override of `stock` to signal that stock, or what is reserved, changed."""
        result = super().write(vals)
        if "quantity" in vals or "reserved_quantity" in vals:
            self.product_id._tts_signal_stock()
        return result

    def unlink(self):
        """Override of `stock` to signal stock that is deleted."""
        self.product_id._tts_signal_stock()
        return super().unlink()
