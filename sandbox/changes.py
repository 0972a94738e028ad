"""What the control door does to orders: make them, change them."""

from . import refusals
from .aftersales import forget, up_to_date
from .aftersales_door import cancel_by_door, cancel_outright
from .generator import payment
from .lifecycle import cancel_one, move
from .parcels import leave, open_lines
from .refunds import refund
from .reserve import balance, missing
from .settlement import open_ledgers
from .timeline import add_package, show_package

_SKIPPED = ("recipient_address", "line_items", "status")
_ATTEMPTS = 50


def create_orders(box, body, _values=None):
    """Make `count` orders, or one from a full or partial `order` payload.

    With `in_stock` a buyer gets no more than is available, as in a real shop.

    :return: {"ids": [...]}
    :raise ValueError: for an order of more than is available, with `in_stock`
    """
    shop = _shop(box, body)
    in_stock = bool(body.get("in_stock"))
    if "order" in body:
        return {"ids": [from_payload(box, shop, body["order"], in_stock).id]}
    make = _make_in_stock if in_stock else _make
    count = int(body.get("count", 1))
    return {"ids": [make(box, shop, body).id for _number in range(count)]}


def _make(box, shop, body, draft=False):
    return box.generator.make(
        shop or _spread(box),
        body.get("status"),
        ordinary=bool(body.get("ordinary")),
        fresh=True,
        draft=draft,
    )


def _make_in_stock(box, shop, body):
    """Make an order of what is there, by trying again."""
    for _attempt in range(_ATTEMPTS):
        order = _make(box, shop, body, draft=True)
        if order.lines and not missing(order):
            balance(box, order)
            return order
        _discard(order)
    raise ValueError("the shop has too little in stock for an order")


def _discard(order):
    for package in order.packages:
        del order.shop.packages[package.id]
    del order.shop.orders[order.id]
    order.shop.changed("orders")
    order.shop.changed("packages")


def _shop(box, body):
    shop_id = body.get("shop_id")
    return box.shops[shop_id] if shop_id else None


def _spread(box):
    shops = list(box.shops.values())
    return shops[box.generator.count % len(shops)]


def from_payload(box, shop, payload, in_stock=False):
    """Make an order from `payload`; what it leaves out is generated.

    Lines are completed from the catalogue by `sku_id` or `seller_sku`, and `quantity`
    repeats one; the payment is computed anew unless given. A key set to null is left
    out of the order. What TikTok fulfils comes from its warehouse unless one is named.

    :raise ValueError: for more than is available, with `in_stock`
    """
    shop = shop or next(iter(box.shops.values()))
    status = payload.get("status", "AWAITING_SHIPMENT")
    order = box.generator.make(shop, status, ordinary=True, fresh=True, draft=True)
    wanted = payload.get("id")
    if wanted:
        del shop.orders[order.id]
        order.doc["id"] = str(wanted)
        shop.orders[order.id] = order
    _fill(box, order, payload)
    short = missing(order) if in_stock else {}
    if short:
        _discard(order)
        names = ", ".join(f"{units} of {sku.id}" for sku, units in short.items())
        raise ValueError(f"too little is available: {names} missing")
    balance(box, order)
    order.touch()
    shop.changed("orders")
    return order


def _fill(box, order, payload):
    """Put the keys of `payload` into a new order."""
    shop, doc = order.shop, order.doc
    if isinstance(payload.get("line_items"), list) and payload["line_items"]:
        _set_lines(box, order, payload["line_items"])
        if "payment" not in payload:
            fee = shop.market.minor(shop.market.shipping)
            doc["payment"] = payment(shop.market, doc, (fee, 0, 0))
    elif "line_items" in payload:
        doc["line_items"] = payload["line_items"]
    for key, value in payload.items():
        if key not in _SKIPPED and value is not None:
            doc[key] = value
    for key in [key for key, value in payload.items() if value is None]:
        doc.pop(key, None)
    if payload.get("recipient_address"):
        order.address = {**order.address, **payload["recipient_address"]}
    if order.fbt and "warehouse_id" not in payload:
        doc["warehouse_id"] = shop.warehouse("FBT")["id"]
    if payload.get("shipping_type") and "delivery_option_id" not in payload:
        _suit_shipping(box, order)


def _suit_shipping(box, order):
    """Make delivery option and packages of a new order fit its shipping type."""
    shop, doc = order.shop, order.doc
    option = shop.delivery_options[0 if doc["shipping_type"] == "TIKTOK" else 1]
    doc["delivery_option_id"] = option["id"]
    doc["delivery_option_name"] = option["name"]
    if order.status not in ("ON_HOLD", "AWAITING_SHIPMENT"):
        return
    packs = shop.market.packs_before_shipping(doc["shipping_type"], order.fbt)
    if packs and not order.packages:
        show_package(add_package(box, order, open_lines(order), box.now()))
    for package in () if packs else order.packages:
        leave(package, order)
        for line in order.lines:
            line.pop("package_id", None)
            line.pop("package_status", None)


def _set_lines(box, order, rows):
    """Replace the units of `order` by the given rows, completed from the catalogue."""
    shop, template = order.shop, order.lines[0]
    lines = []
    for row in rows:
        row = dict(row)
        base = {**template, **_from_catalogue(shop, row)}
        for _unit in range(int(row.pop("quantity", 1))):
            line = {**base, "id": box.ids.next("line"), **row}
            line.pop("combined_listing_skus", None)
            if "combined_listing_skus" in row:
                line["combined_listing_skus"] = row["combined_listing_skus"]
            lines.append({k: v for k, v in line.items() if v is not None})
    order.doc["line_items"] = lines
    for package in order.packages:
        package.line_ids = [line["id"] for line in lines if "id" in line]


def _from_catalogue(shop, row):
    sku = shop.skus.get(row.get("sku_id"))
    if sku is None and row.get("seller_sku"):
        found = (s for s in shop.skus.values() if s.seller_sku == row["seller_sku"])
        sku = next(found, None)
    if sku is None:
        return {}
    market = shop.market
    original = row.get("original_price") or market.money(sku.price)
    discounts = [
        float(row.get(k) or 0) for k in ("seller_discount", "platform_discount")
    ]
    sale = market.minor(float(original) - sum(discounts))
    return {
        "sku_id": sku.id,
        "product_id": sku.product.id,
        "product_name": sku.product.title,
        "sku_name": sku.name,
        "seller_sku": sku.seller_sku,
        "original_price": original,
        "seller_discount": "0",
        "platform_discount": "0",
        "sale_price": market.money(sale),
    }


def forget_orders(box, _body=None, _values=None):
    """Forget every order as if none had been placed; what they held is available.

    What was shipped stays shipped. The counts of oversold units, the log of stock
    updates and the statements start anew.
    """
    for shop in box.shops.values():
        for order in shop.orders.values():
            order.doc["line_items"] = []
            balance(box, order)
        forget(shop)
        shop.orders.clear()
        shop.packages.clear()
        shop.changed("orders")
        shop.changed("packages")
        for sku in shop.skus.values():
            sku.oversold = 0
        shop.combinable.clear()
    box.stock_updates.clear()
    box.purchases.clear()
    box.documents.clear()
    open_ledgers(box)
    return {}


def change_order(box, order_id, body):
    """Change one order and return its new state.

    `status` (with `force` to skip the machine), `address` and `payment` (merged in;
    `touch` says whether `update_time` moves), `cancel_line`, `request_cancel`,
    `cancel_request` and `cancel` (see `aftersales_door`), `must_split` (at most so many
    units in a package), `refuse` (see `refusals.add`), `refund` (see `refunds.refund`),
    and `set` for any other key of the document.

    :raise KeyError: for an unknown order
    :raise ValueError: for a step the machine refuses
    """
    order = box.order(order_id)
    if order is None:
        raise KeyError(f"order {order_id}")
    now = box.now() if body.get("touch", "address" not in body) else None
    for key, change in _CHANGES.items():
        if key in body:
            change(box, order, body)
    order.doc.update(body.get("set", {}))
    balance(box, order)
    order.touch(now)
    order.shop.changed("orders")
    up_to_date(box, order.shop)
    return {
        "id": order.id,
        "status": order.status,
        "update_time": order.update_time,
        "cancellations": [case.id for case in order.cancellations],
        "raw": order.served(),
    }


def _change_address(_box, order, body):
    order.address = {**order.address, **body["address"]}
    order.doc["has_updated_recipient_address"] = True


def _change_payment(_box, order, body):
    order.doc["payment"] = {**order.doc.get("payment", {}), **body["payment"]}


def _request_cancel(box, order, body):
    order.doc["is_buyer_request_cancel"] = bool(body["request_cancel"])
    order.doc["request_cancel_time"] = int(box.now())


def _must_split(_box, order, body):
    order.must_split = _limit(body["must_split"])


_CHANGES = {
    "status": lambda box, order, body: move(
        box, order, body["status"], bool(body.get("force"))
    ),
    "cancel_line": lambda box, order, body: cancel_one(box, order, body["cancel_line"]),
    "address": _change_address,
    "payment": _change_payment,
    "request_cancel": _request_cancel,
    "cancel_request": lambda box, order, body: cancel_by_door(
        box, order, body["cancel_request"]
    ),
    "cancel": lambda box, order, body: cancel_outright(box, order, body["cancel"]),
    "must_split": _must_split,
    "refuse": lambda _box, order, body: refusals.add(order, body),
    "refund": lambda box, order, body: refund(box, order, body["refund"]),
}


def _limit(count):
    """Return the reason for which an order must be split, None for no `count`."""
    if not count:
        return None
    return {
        "type": "CATEGORY_ITEM_LIMITATION",
        "category_id": "601990",
        "max_count": str(count),
    }
