from odoo import SUPERUSER_ID, api

from odoo.addons.sale_tiktok_shop import const
from odoo.addons.sale_tiktok_shop.lib.errors import PayloadError
from odoo.addons.sale_tiktok_shop.lib.payloads import parse_order

BATCH = 50


def migrate(cr, version):
    """Mirror the packages of orders that are in Odoo already and still have to leave.

    Their payloads tell them; what cannot be read comes with TikTok's next news.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    for shop in env["tts.shop"].with_context(active_test=False).search([]):
        orders = env["tts.order"].search(
            [("shop_id", "=", shop.id), ("status", "in", const.OPEN_STATUSES)]
        )
        for start in range(0, len(orders), BATCH):
            _absorb(shop, orders[start : start + BATCH])


def _absorb(shop, orders):
    entries = []
    for order in orders:
        try:
            entries.append((order, parse_order(order.payload)))
        except PayloadError:
            continue
    for order, payload in entries:
        cancelled = [line.id for line in payload.lines if line.is_cancelled]
        order.write(
            {
                "cancelled_line_ids": cancelled or False,
                "delivery_option_id": payload.delivery_option_id,
            }
        )
    packages = shop.env["tts.package"].with_company(shop.company_id)
    packages.with_context(tts_import=True)._absorb_orders(shop, entries)
