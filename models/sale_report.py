from odoo import fields, models

from .. import const

FULFILMENTS = [("seller", "Shipped by Seller"), ("tiktok", "Fulfilled by TikTok")]


class SaleReport(models.Model):
    """TikTok Shop's dimensions of the analysis of all sales.

    They are looked up per row, in place of joins: analyses that do not ask for them
    do not pay for them.
    """

    _inherit = "sale.report"

    tts_shop_id = fields.Many2one("tts.shop", string="TikTok Shop", readonly=True)
    tts_marketplace = fields.Char(
        string="Marketplace",
        readonly=True,
        help="Where it was sold and in which market, such as TikTok Shop MY or "
        "Tokopedia ID.",
    )
    tts_fulfilment = fields.Selection(FULFILMENTS, string="Fulfilment", readonly=True)

    def _select_additional_fields(self):
        """Override of `sale` to add where TikTok's orders were sold, and who ships."""
        return super()._select_additional_fields() | {
            "tts_shop_id": "s.tts_shop_id",
            "tts_marketplace": marketplace_of("s.tts_order_id"),
            "tts_fulfilment": fulfilment_of("s.tts_order_id"),
        }

    def _group_by_sale(self):
        """Override of `sale` to group by what the added fields come from."""
        return f"{super()._group_by_sale()}, s.tts_shop_id, s.tts_order_id"


def marketplace_of(order):
    """Return the SQL of where a TikTok order was sold.

    :param str order: the SQL of the order's id
    """
    names = " ".join(
        f"WHEN '{platform}' THEN '{name}'"
        for platform, name in const.COMMERCE_PLATFORMS.items()
    )
    return f"""(
        SELECT concat_ws(' ', CASE o.commerce_platform {names}
                                   ELSE '{const.COMMERCE_PLATFORM}' END, shop.region)
          FROM tts_order o JOIN tts_shop shop ON shop.id = o.shop_id
         WHERE o.id = {order}
    )"""


def fulfilment_of(order):
    """Return the SQL of who ships a TikTok order: seller or tiktok.

    :param str order: the SQL of the order's id
    """
    return f"""(
        SELECT CASE WHEN o.is_fbt THEN 'tiktok' ELSE 'seller' END
          FROM tts_order o WHERE o.id = {order}
    )"""
