from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    tts_line_ids = fields.Json(
        string="TikTok Line Items",
        copy=False,
        help="TikTok sends one line item per unit: these are the units of this line.",
    )
    tts_sku_id = fields.Char(string="TikTok SKU ID", copy=False, index="btree_not_null")
    tts_platform_discount = fields.Monetary(
        string="Platform Discount",
        copy=False,
        help="Paid by TikTok on this line: owed to the shop, not taken off the price.",
    )
    tts_seller_discount = fields.Monetary(
        string="Seller Discount",
        copy=False,
        help="What the list price of this line was lowered by.",
    )
    tts_refund_amount = fields.Monetary(
        string="Refunded by TikTok",
        readonly=True,
        copy=False,
        help="What buyers got back for this line, according to after-sales cases.",
    )

    def _tts_is_frozen(self):
        """Whether the price of this line is TikTok's and not ours to compute."""
        return bool(self.tts_line_ids) or (
            self.is_delivery and bool(self.order_id.tts_order_id)
        )

    def _compute_price_unit(self):
        """Override of `sale` to keep TikTok's price when the quantity changes."""
        frozen = self.filtered(lambda line: line._tts_is_frozen())
        return super(SaleOrderLine, self - frozen)._compute_price_unit()

    def _compute_discount(self):
        """Override of `sale` to keep pricelist discounts off TikTok's prices."""
        frozen = self.filtered(lambda line: line._tts_is_frozen())
        return super(SaleOrderLine, self - frozen)._compute_discount()

    def _compute_tax_ids(self):
        """Override of `sale` to keep the tax TikTok's price was split with."""
        frozen = self.filtered(lambda line: line._tts_is_frozen())
        return super(SaleOrderLine, self - frozen)._compute_tax_ids()

    def _action_launch_stock_rule(self, **kwargs):
        """Override of `sale_stock`: what TikTok ships itself needs no delivery."""
        own = self.filtered(lambda line: not line.order_id.tts_is_fbt)
        return super(SaleOrderLine, own)._action_launch_stock_rule(**kwargs)
