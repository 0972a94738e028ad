"""What the control door does to orders: make them, change them."""

from .generator import payment
from .lifecycle import cancel_one, move
from .timeline import release_lines, reserve_lines

_SKIPPED = ("recipient_address", "line_items", "status")


def create_orders(box, body, _values=None):
    """Make `count` orders, or one from a full or partial `order` payload.

    :return: {"ids": [...]}
    """
    shop = _shop(box, body)
    if "order" in body:
        return {"ids": [from_payload(box, shop, body["order"]).id]}
    ids = []
    for _number in range(int(body.get("count", 1))):
        order = box.generator.make(
            shop or _spread(box),
            body.get("status"),
            ordinary=bool(body.get("ordinary")),
            fresh=True,
        )
        ids.append(order.id)
    return {"ids": ids}


def _shop(box, body):
    shop_id = body.get("shop_id")
    return box.shops[shop_id] if shop_id else None


def _spread(box):
    shops = list(box.shops.values())
    return shops[box.generator.count % len(shops)]


def from_payload(box, shop, payload):
    """Make an order from `payload`; what it leaves out is generated.

    Lines are completed from the catalogue by `sku_id` or `seller_sku`, and `quantity`
    repeats one; the payment is computed anew unless given. A key set to null is left
    out of the order.
    """
    shop = shop or next(iter(box.shops.values()))
    status = payload.get("status", "AWAITING_SHIPMENT")
    order = box.generator.make(shop, status, ordinary=True, fresh=True)
    doc = order.doc
    wanted = payload.get("id")
    if wanted:
        del shop.orders[order.id]
        doc["id"] = str(wanted)
        shop.orders[order.id] = order
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
    order.touch()
    shop.changed("orders")
    return order


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
    release_lines(order)
    order.doc["line_items"] = lines
    reserve_lines(box, order)
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


def change_order(box, order_id, body):
    """Change one order and return its new state.

    `status` (with `force` to skip the machine), `address` and `payment` (merged in;
    `touch` says whether `update_time` moves), `cancel_line`, `request_cancel`, and
    `set` for any other key of the document.

    :raise KeyError: for an unknown order
    :raise ValueError: for a step the machine refuses
    """
    order = box.order(order_id)
    if order is None:
        raise KeyError(f"order {order_id}")
    now = box.now() if body.get("touch", "address" not in body) else None
    if "status" in body:
        move(box, order, body["status"], bool(body.get("force")))
    if "cancel_line" in body:
        cancel_one(box, order, body["cancel_line"])
    if "address" in body:
        order.address = {**order.address, **body["address"]}
        order.doc["has_updated_recipient_address"] = True
    if "payment" in body:
        order.doc["payment"] = {**order.doc.get("payment", {}), **body["payment"]}
    if "request_cancel" in body:
        order.doc["is_buyer_request_cancel"] = bool(body["request_cancel"])
        order.doc["request_cancel_time"] = int(box.now())
    order.doc.update(body.get("set", {}))
    order.touch(now)
    order.shop.changed("orders")
    return {
        "id": order.id,
        "status": order.status,
        "update_time": order.update_time,
        "raw": order.served(),
    }
