from odoo import fields, models


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    tts_to_inspect = fields.Boolean()

    def _prepare_picking_default_values_based_on(self, picking):
        """Override of `stock`: what TikTok's buyers send back waits to be inspected."""
        values = super()._prepare_picking_default_values_based_on(picking)
        shop = picking.sudo().tts_shop_id
        if not self.tts_to_inspect or not shop.return_location_id:
            return values
        receipts = self.env["stock.picking.type"].browse(values["picking_type_id"])
        if receipts.code != "incoming":
            # The way back of what a supplier sent to the buyer leads to us.
            values["picking_type_id"] = shop.warehouse_id.in_type_id.id
        return values | {"location_dest_id": shop.return_location_id.id}
