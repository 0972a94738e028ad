"""Inventory search, inventory update and price update.

Source: TikTok Shop Partner API docs, Products reference: Inventory Search, Update
Inventory, Update Price.
"""

import re

from .errors import business, parameter
from .paging import body_value, strings
from .products import own_product
from .router import endpoint

MOST_STOCK = 99_999
WRITABLE = ("DRAFT", "PENDING", "FAILED", "ACTIVATE", "SELLER_DEACTIVATED")
_AMOUNT = re.compile(r"\d+(\.\d+)?\Z")


@endpoint("POST", "/product/202309/inventory/search", scope="seller.product.basic")
def search(call):
    """Stock by product or SKU, not paged; SKU ids win when both are sent."""
    product_ids = strings(call.body, "product_ids")
    sku_ids = strings(call.body, "sku_ids")
    if len(product_ids) > 100 or len(sku_ids) > 600:
        raise business(12019120)
    if not product_ids and not sku_ids:
        raise parameter("ProductIds or SkuIds is a required field")
    products = {}
    if sku_ids:
        skus = [call.shop.skus[i] for i in sku_ids if i in call.shop.skus]
    else:
        known = call.shop.products
        skus = [sku for i in product_ids if i in known for sku in known[i].skus]
    for sku in skus:
        products.setdefault(sku.product.id, []).append(_row(sku))
    return {
        "inventory": [
            {"product_id": key, "skus": rows} for key, rows in products.items()
        ]
    }


def _row(sku):
    available = sum(row[0] for row in sku.stock.values())
    return {
        "id": sku.id,
        "seller_sku": sku.seller_sku,
        "total_available_quantity": available,
        "total_committed_quantity": sum(row[1] for row in sku.stock.values()),
        "warehouse_inventory": [
            {
                "warehouse_id": warehouse,
                "available_quantity": row[0],
                "committed_quantity": row[1],
            }
            for warehouse, row in sku.stock.items()
        ],
        "total_available_inventory_distribution": {
            "in_shop_inventory": {"quantity": available}
        },
    }


@endpoint(
    "POST",
    "/product/202309/products/{product_id}/inventory/update",
    scope="seller.product.write",
)
def update(call, product_id):
    """Set what is available to sell, per SKU for all of its warehouses.

    A wrong warehouse fails its SKU only: code 0 and a row under `errors`.
    """
    product = own_product(call, product_id)
    if product.status not in WRITABLE:
        raise business(12052901)
    rows = body_value(call.body, "skus", list, [])
    if not rows:
        raise parameter("Skus is a required field")
    skus = _own_skus(product, rows)
    if product.kind == "COMBINED_PRODUCT":
        raise business(12052850)
    plans, errors = [], []
    for sku, row in zip(skus, rows, strict=True):
        levels = _levels(sku, body_value(row, "inventory", list, []))
        bad = [_bad(warehouse) for warehouse in levels if warehouse not in sku.stock]
        if bad:
            errors.append(_failed(sku, bad))
        elif set(levels) != set(sku.stock):
            raise business(12019028)
        else:
            plans.append((sku, levels))
    for sku, levels in plans:
        for warehouse, quantity in levels.items():
            sku.stock[warehouse][0] = quantity
        product.update_time = call.now
    return {"errors": errors} if errors else {}


def _own_skus(product, rows):
    """Return the SKUs that `rows` name, all of `product` and each once."""
    known = {sku.id: sku for sku in product.skus}
    ids = [body_value(row, "id", str, "") for row in rows]
    if len(set(ids)) != len(ids):
        raise business(12052553)
    if any(sku_id not in known for sku_id in ids):
        raise business(12052556)
    return [known[sku_id] for sku_id in ids]


def _levels(sku, rows):
    """Return {warehouse id: quantity} of one SKU of an update."""
    if not rows:
        raise parameter("Inventory is a required field")
    levels = {}
    for row in rows:
        warehouse = body_value(row, "warehouse_id", str)
        if warehouse is None:
            if len(sku.stock) > 1:
                raise business(12019028)
            warehouse = next(iter(sku.stock))
        quantity = body_value(row, "quantity", int)
        if quantity is None or quantity < 0:
            raise parameter("Quantity is invalid")
        if quantity > MOST_STOCK:
            raise business(12052055)
        levels[warehouse] = quantity
    return levels


def _bad(warehouse):
    error = business(12052097)
    return {"warehouse_id": warehouse, "code": error.code, "message": error.message}


def _failed(sku, bad):
    error = business(12052990)
    detail = {"sku_id": sku.id, "extra_errors": bad}
    return {"code": error.code, "message": error.message, "detail": detail}


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
