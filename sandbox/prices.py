"""Price update.

Source: TikTok Shop Partner API docs, Products reference: Update Price.
"""

import re

from .errors import business
from .paging import body_value
from .products import own_product
from .router import endpoint

_AMOUNT = re.compile(r"\d+(\.\d+)?\Z")


@endpoint(
    "POST",
    "/product/202309/products/{product_id}/prices/update",
    scope="seller.product.write",
)
def update_prices(call, product_id):
    """Set prices of SKUs of a live product; one bad row refuses the whole call."""
    product = own_product(call, product_id)
    if product.status != "ACTIVATE":
        raise business(12052901)
    market = call.shop.market
    known = {sku.id: sku for sku in product.skus}
    plans = []
    for row in body_value(call.body, "skus", list, []):
        if row.get("id") not in known:
            raise business(12052557)
        price = body_value(row, "price", dict, {})
        if price.get("currency") != market.currency:
            raise business(12052084)
        amount = body_value(price, "amount", str, "")
        if not _AMOUNT.match(amount):
            raise business(12052012)
        digits = len(amount.partition(".")[2].rstrip("0"))
        if digits > market.decimals:
            raise business(12052012)
        plans.append((known[row["id"]], market.minor(float(amount))))
    for sku, price in plans:
        sku.price = price
        product.update_time = call.now
    return {}
