"""What has to be there before the first order: a shop, products with stock, a carrier.

The connector's database and the plain one get the same.
"""

import json
import urllib.request
from datetime import timedelta

from odoo import fields

STOCK = 1_000_000
CARRIER = "TikTok Shipping"
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def door(base_url, path, body=None, method=None):
    """Call the sandbox's control door; return its JSON answer."""
    request = urllib.request.Request(
        f"{base_url}/_sandbox{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method or ("GET" if body is None else "POST"),
    )
    with _OPENER.open(request, timeout=120) as answer:
        return json.load(answer)


def connect(env, base_url):
    """Create an account the sandbox's seller authorized; return its first shop."""
    keys = door(base_url, "/credentials")
    account = env["tts.account"].create(
        {
            "name": "Benchmark",
            "service_id": keys["service_id"],
            "app_key": keys["app_key"],
            "app_secret_entry": keys["app_secret"],
            "sandbox_url": base_url,
            "state": "connected",
        }
    )
    now = fields.Datetime.now()
    env["tts.token"].create(
        {
            "account_id": account.id,
            "access_token": keys["access_token"],
            "refresh_token": keys["refresh_token"],
            "access_expires_at": now + timedelta(days=7),
            "refresh_expires_at": now + timedelta(days=300),
        }
    )
    account._pull_shops()
    return account.shop_ids[:1]


def create_products(env, base_url):
    """Create a storable product with stock per seller SKU of the sandbox."""
    listed = door(base_url, "/state?raw=0")["products"].values()
    skus = {sku["seller_sku"] for product in listed for sku in product["skus"]}
    products = env["product.product"].create(
        [
            {
                "name": sku,
                "default_code": sku,
                "type": "consu",
                "is_storable": True,
                "taxes_id": False,
            }
            for sku in sorted(skus - {""})
        ]
    )
    location = env["stock.warehouse"].search([], limit=1).lot_stock_id
    for product in products:
        env["stock.quant"]._update_available_quantity(product, location, STOCK)
    env.ref("base.main_company").account_sale_tax_id = False


def create_trade(env, currency_code):
    """Create what the connector creates by itself: currency, pricelist, carrier."""
    currency = (
        env["res.currency"]
        .with_context(active_test=False)
        .search([("name", "=", currency_code)])
    )
    currency.active = True
    env["product.pricelist"].create(
        {"name": f"TikTok Shop {currency_code}", "currency_id": currency.id}
    )
    product = env["product.product"].create(
        {
            "name": "TikTok Shop Shipping",
            "default_code": "TIKTOK-SHIPPING",
            "type": "service",
            "invoice_policy": "order",
            "taxes_id": False,
        }
    )
    env["delivery.carrier"].create(
        {"name": CARRIER, "delivery_type": "fixed", "product_id": product.id}
    )
