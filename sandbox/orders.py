"""Order search, detail, price detail and external references.

Source: TikTok Shop Partner API docs, Orders reference: Get Order List, Get Order
Detail, Get Order Price Details, and the external order references.
"""

from .errors import business, parameter
from .generator import WEIGHTS
from .paging import body_value, choice, page, page_size, strings, window
from .router import endpoint

SCOPE = "seller.order.info"
SHIPPING_TYPES = ("TIKTOK", "SELLER", "TIKTOK_DIGITAL", "IN-STORE PICKUP")
MOST_IDS = 50


@endpoint("POST", "/order/202309/orders/search", scope=SCOPE)
def search(call):
    """Orders by status and half-open windows of creation and update."""
    from .app import Fragments

    size = page_size(call, 1, 100)
    field = choice(call, "sort_field", ("create_time", "update_time"), "create_time")
    order = choice(call, "sort_order", ("ASC", "DESC"), "DESC")
    rows = _rows(call, field)
    orders, token = page(call, rows, size, order == "DESC")
    data = {"next_page_token": token, "total_count": len(rows)}
    if orders:
        data["orders"] = Fragments([order.text() for order in orders])
    return data


def _rows(call, field):
    """Return the ascending rows that pass every filter of the body."""
    body = call.body
    bounds = {
        name: body_value(body, name, int)
        for name in (
            "create_time_ge",
            "create_time_lt",
            "update_time_ge",
            "update_time_lt",
        )
    }
    status = body_value(body, "order_status", str)
    if status and status not in WEIGHTS:
        raise parameter("OrderStatus is invalid")
    other = "create_time" if field == "update_time" else "update_time"
    rows = window(
        call.shop.rows("orders", field, status or None),
        bounds[f"{field}_ge"],
        bounds[f"{field}_lt"],
    )
    tests = _tests(body)
    low, high = bounds[f"{other}_ge"], bounds[f"{other}_lt"]
    if low is not None:
        tests.append(lambda order: getattr(order, other) >= low)
    if high is not None:
        tests.append(lambda order: getattr(order, other) < high)
    if not tests:
        return rows
    return [row for row in rows if all(test(row[2]) for test in tests)]


def _tests(body):
    """Return one predicate per filter of the body beyond status and windows."""
    tests = []
    shipping = body_value(body, "shipping_type", str)
    if shipping:
        if shipping not in SHIPPING_TYPES:
            raise parameter("ShippingType is invalid")
        tests.append(lambda order: order.doc.get("shipping_type") == shipping)
    buyer = body_value(body, "buyer_user_id", str)
    if buyer:
        tests.append(lambda order: order.doc.get("user_id") == buyer)
    asked = body_value(body, "is_buyer_request_cancel", bool)
    if asked is not None:
        tests.append(
            lambda order: bool(order.doc.get("is_buyer_request_cancel")) == asked
        )
    warehouses = set(strings(body, "warehouse_ids", 100))
    if warehouses:
        tests.append(lambda order: order.doc.get("warehouse_id") in warehouses)
    return tests


@endpoint("GET", "/order/202309/orders", "/order/202507/orders", scope=SCOPE)
def detail(call):
    """Up to 50 orders by id.

    Ids of nobody are left out; one of another shop refuses the call (21008111).
    """
    from .app import Fragments

    ids = [text for text in call.query.get("ids", "").split(",") if text]
    if not ids:
        raise parameter("Ids is a required field")
    if len(ids) > MOST_IDS:
        raise parameter(f"Ids is invalid, maximum count: {MOST_IDS}.")
    texts = []
    for order_id in dict.fromkeys(ids):
        order = call.shop.orders.get(order_id)
        if order is not None:
            texts.append(order.text())
        elif call.box.order(order_id) is not None:
            raise business(21008111)
    return {"orders": Fragments(texts)} if texts else {}


def own_order(call, order_id):
    """Return an order of the shop of the call.

    :raise ApiError: 21008111 for anything else
    """
    order = call.shop.orders.get(order_id)
    if order is None:
        raise business(21008111)
    return order


@endpoint("GET", "/order/202407/orders/{order_id}/price_detail", scope=SCOPE)
def price_detail(call, order_id):
    """The price of an order and of each unit, discounts by payer."""
    order = own_order(call, order_id)
    market, paid = call.shop.market, order.doc.get("payment", {})

    def minor(row, key):
        return market.minor(float(row.get(key) or 0))

    listed, fee = (
        minor(paid, "original_total_product_price"),
        minor(paid, "original_shipping_fee"),
    )
    row = {
        "sku_list_price": listed,
        "sku_sale_price": minor(paid, "sub_total"),
        "subtotal": minor(paid, "sub_total"),
        "subtotal_deduction_seller": minor(paid, "seller_discount"),
        "subtotal_deduction_platform": minor(paid, "platform_discount"),
        "shipping_list_price": fee,
        "shipping_sale_price": minor(paid, "shipping_fee"),
        "shipping_fee_deduction_seller": minor(paid, "shipping_fee_seller_discount"),
        "shipping_fee_deduction_platform": minor(
            paid, "shipping_fee_platform_discount"
        ),
        "tax_amount": minor(paid, "tax"),
        "total": listed + fee,
        "payment": minor(paid, "total_amount"),
    }
    return {
        **_price_row(market, row, "cod_fee_net_amount"),
        "line_items": [_line_row(market, line) for line in order.lines],
    }


def _line_row(market, line):
    """The row of one unit: the shipping fee stays with the order."""

    def minor(key):
        return market.minor(float(line.get(key) or 0))

    tax = sum(
        market.minor(float(row["tax_amount"])) for row in line.get("item_tax", ())
    )
    row = {
        "sku_list_price": minor("original_price"),
        "sku_sale_price": minor("sale_price"),
        "subtotal": minor("sale_price"),
        "subtotal_deduction_seller": minor("seller_discount"),
        "subtotal_deduction_platform": minor("platform_discount"),
        "tax_amount": tax,
        "total": minor("original_price"),
        "payment": minor("sale_price") + tax,
    }
    if line.get("is_gift"):
        row["sku_gift_original_price"] = minor("gift_retail_price")
    return {"id": line["id"], **_price_row(market, row, "cod_fee_amount")}


def _price_row(market, row, cod_key):
    names = (
        "subtotal_tax_amount",
        "voucher_deduction_platform",
        "voucher_deduction_seller",
        "shipping_list_price",
        "shipping_sale_price",
        "shipping_fee_deduction_seller",
        "shipping_fee_deduction_platform",
        "shipping_fee_deduction_platform_voucher",
    )
    values = {**dict.fromkeys(names, 0), **row}
    texts = {key: market.money(value) for key, value in values.items()}
    return {
        "currency": market.currency,
        **texts,
        "tax_rate": "0.0875" if row["tax_amount"] else "0",
        "net_price_amount": market.money(row["payment"] - row["tax_amount"]),
        "cod_fee": "0.00",
        cod_key: "0.00",
    }


@endpoint(
    "POST", "/order/202406/orders/external_orders", scope="seller.order.ext_ref.write"
)
def add_references(call):
    """Keep the ids another system gave to orders; repeating overwrites."""
    rows = body_value(call.body, "orders", list, [])
    if not 1 <= len(rows) <= 100:
        raise parameter("Orders is invalid, allowed count: 1-100.")
    errors = []
    for row in rows:
        external = row.get("external_order") or {}
        if row.get("id") not in call.shop.orders:
            detail = {"order_id": row.get("id"), "external_order": external}
            text = business(21008111).message
            errors.append({"code": "21008111", "message": text, "detail": detail})
            continue
        kept = call.shop.references.setdefault(row["id"], {})
        kept[external.get("platform", "")] = external
    return {"errors": errors} if errors else {}


@endpoint(
    "GET",
    "/order/202406/orders/{order_id}/external_orders",
    scope="seller.order.ext_ref.read",
)
def references(call, order_id):
    """The external ids of one order on one platform."""
    own_order(call, order_id)
    if not call.query.get("platform"):
        raise parameter("Platform is a required field")
    found = call.shop.references.get(order_id, {}).get(call.query["platform"])
    return {"external_orders": [found] if found else []}


@endpoint(
    "POST",
    "/order/202406/orders/external_order_search",
    scope="seller.order.ext_ref.read",
)
def by_reference(call):
    """The order that carries an external id of a platform."""
    platform = call.query.get("platform")
    wanted = call.query.get("external_order_id")
    if not platform or not wanted:
        raise parameter("Platform and ExternalOrderId are required fields")
    found = [
        {"id": order_id, "external_order": kept[platform]}
        for order_id, kept in call.shop.references.items()
        if kept.get(platform, {}).get("id") == wanted
    ]
    return {"orders": found}
