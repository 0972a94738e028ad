"""Inventory search and inventory update.

Source: TikTok Shop Partner API docs, Products reference: Inventory Search, Update
Inventory.
"""

from .errors import business, parameter
from .paging import body_value, strings
from .products import own_product
from .router import endpoint

MOST_STOCK = 99_999
MOST_PRODUCTS, MOST_SKUS = 100, 600
WRITABLE = ("DRAFT", "PENDING", "FAILED", "ACTIVATE", "SELLER_DEACTIVATED")
# What keeps the stock of a product from being written: the code of each lock.
LOCKS = {
    "allocation": 12052037,
    "auction": 12052371,
    "shared_source": 12052921,
    "shared_global": 12052141,
}


@endpoint("POST", "/product/202309/inventory/search", scope="seller.product.basic")
def search(call):
    """Stock by product or SKU, not paged; SKU ids win when both are sent.

    Ids of nobody are left out.
    """
    product_ids = strings(call.body, "product_ids")
    sku_ids = strings(call.body, "sku_ids")
    if len(product_ids) > MOST_PRODUCTS:
        raise business(12019120)
    if len(sku_ids) > MOST_SKUS:
        raise business(12019015)
    if not product_ids and not sku_ids:
        raise parameter("ProductIds or SkuIds is a required field")
    if not all(product_id.isdigit() for product_id in product_ids):
        raise business(12019008)
    known, skus = call.shop.products, call.shop.skus
    if sku_ids:
        found = [skus[i] for i in dict.fromkeys(sku_ids) if i in skus]
    else:
        ids = [i for i in dict.fromkeys(product_ids) if i in known]
        found = [sku for product_id in ids for sku in known[product_id].skus]
    products = {}
    for sku in found:
        products.setdefault(sku.product.id, []).append(_row(sku))
    return {
        "inventory": [
            {"product_id": key, "skus": rows} for key, rows in products.items()
        ]
    }


def _row(sku):
    """The stock of a SKU: what is available and what open orders hold."""
    stock = sku.stock
    available = sum(row[0] for row in stock.values())
    reserved = min(available, sku.campaign["quantity"]) if sku.campaign else 0
    distribution = {"in_shop_inventory": {"quantity": available - reserved}}
    if sku.campaign:
        distribution["campaign_inventory"] = [{**sku.campaign, "quantity": reserved}]
    return {
        "id": sku.id,
        "seller_sku": sku.seller_sku,
        "total_available_quantity": available,
        "total_committed_quantity": sum(row[1] for row in stock.values()),
        "warehouse_inventory": [
            {
                "warehouse_id": warehouse,
                "available_quantity": row[0],
                "committed_quantity": row[1],
            }
            for warehouse, row in stock.items()
        ],
        "total_available_inventory_distribution": distribution,
    }


@endpoint(
    "POST",
    "/product/202309/products/{product_id}/inventory/update",
    scope="seller.product.write",
)
def update(call, product_id):
    """Set what is available to sell, per SKU for all of its warehouses.

    A warehouse that cannot be written fails its SKU only: code 0 and a row under
    `errors`. Everything else refuses the whole call, and nothing is written.
    """
    product = own_product(call, product_id)
    if product.status not in WRITABLE:
        raise business(12052901)
    rows = body_value(call.body, "skus", list)
    if rows is None:
        raise parameter("Skus is a required field")
    skus = _own_skus(product, rows)
    if product.kind == "COMBINED_PRODUCT":
        raise business(12052850)
    if product.lock:
        raise business(LOCKS[product.lock])
    plans, errors = [], []
    for sku, row in zip(skus, rows, strict=True):
        levels = _levels(call, sku, body_value(row, "inventory", list, []))
        bad = [error for warehouse in levels if (error := _bad(call, warehouse))]
        if bad:
            errors.append(_failed(sku, bad))
        else:
            _check(call, sku, levels)
            plans.append((sku, levels))
    for sku, levels in plans:
        _write(call, sku, levels)
    return {"errors": errors} if errors else {}


def _own_skus(product, rows):
    """Return the SKUs that `rows` name, all of `product` and each once."""
    if not rows:
        raise business(12052902)
    known = {sku.id: sku for sku in product.skus}
    ids = [body_value(row, "id", str, "") for row in rows]
    if not all(ids):
        raise business(12052036)
    if len(set(ids)) != len(ids):
        raise business(12052553)
    if any(sku_id not in known for sku_id in ids):
        raise business(12052556)
    return [known[sku_id] for sku_id in ids]


def _levels(call, sku, rows):
    """Return {warehouse id: quantity} of one SKU of an update."""
    if not rows:
        raise parameter("Inventory is a required field")
    levels = {}
    for row in rows:
        warehouse = body_value(row, "warehouse_id", str)
        if warehouse is None:
            warehouse = _only_warehouse(call, sku)
        quantity = body_value(row, "quantity", int)
        if quantity is None:
            raise parameter("Quantity is a required field")
        if quantity < 0:
            raise business(12019024)
        if quantity > MOST_STOCK:
            raise business(12052055)
        levels[warehouse] = quantity
    return levels


def _only_warehouse(call, sku):
    """Return the one warehouse of a SKU that can be written."""
    own = _assigned(call, sku)
    if len(own) > 1:
        raise business(12019028)
    if not own:
        raise business(12052037)
    return own[0]


def _assigned(call, sku):
    """The warehouses of a SKU that an update has to name: all that can be written."""
    return [warehouse for warehouse in sku.stock if not _refusal(call, warehouse)]


def _refusal(call, warehouse_id):
    """Return the code that says why a warehouse cannot be written, or 0."""
    for shop in call.box.shops.values():
        for row in shop.warehouses:
            if row["id"] != warehouse_id:
                continue
            if shop is not call.shop:
                return 12052530
            if row["role"] != "SALES_WAREHOUSE":
                return 12052532
            return 12052531 if row["effect"] == "DISABLED" else 0
    return 12052097


def _bad(call, warehouse):
    """Return the row of `extra_errors` for a warehouse, or None."""
    code = _refusal(call, warehouse)
    if not code:
        return None
    text = business(code).message.replace("{warehouse}", warehouse)
    return {"warehouse_id": warehouse, "code": code, "message": text}


def _failed(sku, bad):
    error = business(12052990)
    detail = {"sku_id": sku.id, "extra_errors": bad}
    return {"code": error.code, "message": error.message, "detail": detail}


def _check(call, sku, levels):
    """Check that the levels of a SKU may be written.

    :raise ApiError: 12052037 a SKU without a warehouse, 12052533 a warehouse it is not
        assigned to, 12019028 one left out, 12052393 less than a campaign reserves
    """
    if not sku.stock:
        raise business(12052037)
    if not set(levels) <= set(sku.stock):
        raise business(12052533)
    if set(_assigned(call, sku)) - set(levels):
        raise business(12019028)
    left = {warehouse: row[0] for warehouse, row in sku.stock.items()}
    if sku.campaign and sum({**left, **levels}.values()) < sku.campaign["quantity"]:
        raise business(12052393)


def _write(call, sku, levels):
    """Set the levels and keep what was accepted in the log."""
    shown = {}
    for warehouse, quantity in levels.items():
        row = sku.stock[warehouse]
        shown[warehouse] = {
            "before": row[0],
            "quantity": quantity,
            "committed": row[1],
        }
        row[0] = quantity
    sku.product.update_time = call.now
    call.box.log_stock(sku, shown)
