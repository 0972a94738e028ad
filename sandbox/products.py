"""Product search, detail and status changes.

Source: TikTok Shop Partner API docs, Products reference: Search Products, Get Product,
Activate, Deactivate, Delete and Recover Products.
"""

from .errors import business, parameter
from .images import image
from .paging import body_value, page, page_size, strings, window
from .router import endpoint

SCOPE = "seller.product.basic"
STATUSES = (
    "ALL",
    "DRAFT",
    "PENDING",
    "FAILED",
    "ACTIVATE",
    "SELLER_DEACTIVATED",
    "PLATFORM_DEACTIVATED",
    "FREEZE",
    "DELETED",
    "SCHEDULED",
)
MOST_IDS = 20
MOST_ROWS = 10_000


@endpoint(
    "POST",
    "/product/202309/products/search",
    "/product/202312/products/search",
    "/product/202502/products/search",
    scope=SCOPE,
)
def search(call):
    """Products, newest first; times are closed at both ends here."""
    size = page_size(call, 1, 100)
    rows = _rows(call)
    if len(rows) > MOST_ROWS:
        raise business(12052180)
    products, token = page(call, rows, size, reverse=True)
    return {
        "products": [_found(product) for product in products],
        "next_page_token": token,
        "total_count": len(rows),
    }


def _rows(call):
    """Return ascending (create_time, id, product) that pass the filters."""
    body = call.body
    status = body_value(body, "status", str, "ALL")
    if status not in STATUSES:
        raise parameter("Status is invalid")
    seller_skus, sku_ids = strings(body, "seller_skus"), strings(body, "sku_ids")
    if len(seller_skus) > 10 or len(sku_ids) > 10:
        raise business(12019027)
    platforms = strings(body, "listing_platforms")
    if "TOKOPEDIA" in platforms and call.shop.market.code != "ID":
        return []
    low, high = (body_value(body, f"create_time_{end}", int) for end in ("ge", "le"))
    products = [
        row
        for row in window(call.shop.rows("products", "create_time"), low, high, True)
        if _wanted(row[2], status, set(seller_skus), set(sku_ids))
    ]
    low, high = (body_value(body, f"update_time_{end}", int) for end in ("ge", "le"))
    return [
        row
        for row in products
        if (low is None or row[2].update_time >= low)
        and (high is None or row[2].update_time <= high)
    ]


def _wanted(product, status, seller_skus, sku_ids):
    if status == "ALL":
        if product.status == "DELETED":
            return False
    elif product.status != status:
        return False
    if seller_skus and not any(sku.seller_sku in seller_skus for sku in product.skus):
        return False
    return not sku_ids or any(sku.id in sku_ids for sku in product.skus)


def _found(product):
    """The product as the search shows it: the price is `tax_exclusive_price`."""
    market = product.shop.market
    row = {
        "id": product.id,
        "title": product.title,
        "status": product.status,
        "skus": [
            {
                "id": sku.id,
                "seller_sku": sku.seller_sku,
                "price": {
                    "currency": market.currency,
                    "tax_exclusive_price": market.money(sku.price),
                },
                "inventory": inventory(sku),
                "status_info": _status_info(sku),
            }
            for sku in product.skus
        ],
        "sales_regions": [market.code],
        "create_time": product.create_time,
        "update_time": product.update_time,
        "is_not_for_sale": False,
        "has_draft": False,
        "audit": _audit(product),
        "product_sync_fail_reasons": [],
    }
    if market.code == "ID":
        row["integrated_platform_statuses"] = [
            {"platform": "TOKOPEDIA", "status": product.status}
        ]
    return row


def _status_info(sku):
    """The status of a SKU; the seller is who hides one."""
    if sku.status == "NORMAL":
        return {"status": "NORMAL"}
    return {"status": sku.status, "deactivation_source": "SELLER"}


def _audit(product):
    approved = product.status in ("ACTIVATE", "SELLER_DEACTIVATED")
    return {"status": "APPROVED" if approved else "NONE", "pre_approved_reasons": []}


def inventory(sku):
    """The stock of a SKU as products show it: what is available per warehouse."""
    return [
        {"warehouse_id": warehouse, "quantity": row[0]}
        for warehouse, row in sku.stock.items()
    ]


def own_product(call, product_id):
    """Return a product of the shop of the call.

    :raise ApiError: 12052048 of another shop, 12052032 of nobody
    """
    product = call.shop.products.get(product_id)
    if product is not None:
        return product
    others = any(product_id in shop.products for shop in call.box.shops.values())
    raise business(12052048 if others else 12052032)


@endpoint("GET", "/product/202309/products/{product_id}", scope=SCOPE)
def detail(call, product_id):
    """One product: here the price is `sale_price`."""
    product = own_product(call, product_id)
    status = product.status
    visible = status in ("ACTIVATE", "SELLER_DEACTIVATED", "PLATFORM_DEACTIVATED")
    main_image = image(call.box, product.image)
    data = {
        "id": product.id,
        "title": product.title,
        "status": status,
        "product_status": status if visible else "INITIAL",
        "description": f"<p>{product.title}.</p>",
        "category_chains": [
            {"id": "601152", "parent_id": "0", "local_name": "Goods", "is_leaf": False},
            {
                "id": "601226",
                "parent_id": "601152",
                "local_name": "Samples",
                "is_leaf": True,
            },
        ],
        "brand": {"id": "7082427311584347905", "name": "SampleBrand"},
        "main_images": [main_image],
        "package_weight": {"value": "0.25", "unit": "KILOGRAM"},
        "package_dimensions": {
            "length": "25",
            "width": "20",
            "height": "3",
            "unit": "CENTIMETER",
        },
        "product_attributes": [],
        "skus": [_sku(call.box, sku) for sku in product.skus],
        "delivery_options": [
            {"id": option["id"], "name": option["name"], "is_available": True}
            for option in call.shop.delivery_options
        ],
        "is_cod_allowed": call.shop.market.cod,
        "is_not_for_sale": False,
        "product_types": [product.kind] if product.kind else [],
        "audit": _audit(product),
        "has_draft": False,
        "create_time": product.create_time,
        "update_time": product.update_time,
    }
    return data


def _attribute(box, sku, number, name, value):
    """One sales attribute; the first one has an image per value."""
    value_id = str(1729592969712208001 + sum(value.encode()))
    row = {
        "id": str(100000 + number),
        "name": name,
        "value_id": value_id,
        "value_name": value,
    }
    if number == 0:
        row["sku_img"] = image(box, f"{sku.product.image}-{value_id}")
    return row


def _sku(box, sku):
    market = sku.product.shop.market
    price = market.money(sku.price)
    row = {
        "id": sku.id,
        "seller_sku": sku.seller_sku,
        "price": {
            "currency": market.currency,
            "sale_price": price,
            "tax_exclusive_price": price,
        },
        "inventory": inventory(sku),
        "sales_attributes": [
            _attribute(box, sku, number, name, value)
            for number, (name, value) in enumerate(sku.attributes)
        ],
        "external_sku_id": "",
        "status_info": _status_info(sku),
    }
    if sku.barcode:
        row["identifier_code"] = {"code": sku.barcode, "type": "EAN"}
    if sku.product.lock.startswith("shared"):
        row["global_listing_policy"] = {"price_sync": False, "inventory_type": "SHARED"}
    if sku.parts:
        row["combined_skus"] = [
            {
                "product_id": part.product.id,
                "sku_id": part.id,
                "sku_count": count,
                "seller_sku": part.seller_sku,
                "title": part.product.title,
            }
            for part, count in sku.parts
        ]
    return row


def _change(call, allowed, status):
    """Give the products of the body a new status; errors are listed per product."""
    ids = strings(call.body, "product_ids")
    if not ids:
        raise parameter("ProductIds is a required field")
    if len(ids) > MOST_IDS:
        raise business(12019120)
    errors = []
    for product_id in ids:
        product = call.shop.products.get(product_id)
        if product is not None and product.status in allowed:
            product.status, product.update_time = status, call.now
            continue
        error = business(12052032 if product is None else 12052901)
        errors.append(
            {
                "code": error.code,
                "message": error.message,
                "detail": {"product_id": product_id},
            }
        )
    return {"errors": errors} if errors else {}


@endpoint("POST", "/product/202309/products/activate", scope=SCOPE)
def activate(call):
    """Put products on sale; the sandbox skips the review."""
    return _change(call, ("SELLER_DEACTIVATED", "PLATFORM_DEACTIVATED"), "ACTIVATE")


@endpoint("POST", "/product/202309/products/deactivate", scope=SCOPE)
def deactivate(call):
    """Hide products."""
    return _change(call, ("ACTIVATE",), "SELLER_DEACTIVATED")


@endpoint("DELETE", "/product/202309/products", scope="seller.product.delete")
def delete(call):
    """Delete products; they can be recovered."""
    return _change(call, [s for s in STATUSES if s != "DELETED"], "DELETED")


@endpoint("POST", "/product/202309/products/recover", scope="seller.product.delete")
def recover(call):
    """Take deletions back: the products are hidden afterwards."""
    return _change(call, ("DELETED",), "SELLER_DEACTIVATED")
