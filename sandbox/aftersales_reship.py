"""The order with which goods are sent anew: free, linked to the one it is for.

Source: TikTok Shop Partner API docs, Get Order Detail: `is_replacement_order`,
`replaced_order_id`, `is_exchange_order`, `exchange_source_order_id`.
"""

from .generator import payment

_COPIED = (
    "sku_id",
    "product_id",
    "product_name",
    "sku_name",
    "seller_sku",
    "sku_image",
    "original_price",
    "currency",
    "combined_listing_skus",
)


def reship(box, case):
    """Make the order for the units of a replacement or exchange; return its id."""
    from .changes import from_payload

    origin, market = case.order, case.shop.market
    replaces = case.type == "REPLACEMENT"
    link = "replaced_order_id" if replaces else "exchange_source_order_id"
    payload = {
        "line_items": [_row(unit.line) for unit in case.units],
        "user_id": origin.doc.get("user_id"),
        "buyer_email": origin.doc.get("buyer_email"),
        "buyer_nickname": origin.doc.get("buyer_nickname"),
        "recipient_address": origin.address,
        "shipping_type": origin.doc.get("shipping_type"),
        "is_cod": False,
        "is_replacement_order": replaces,
        "is_exchange_order": not replaces,
        link: origin.id,
        "buyer_message": "",
        "create_time": int(box.now()),
        "payment_method_name": "",
    }
    payload = {key: value for key, value in payload.items() if value is not None}
    order = from_payload(box, case.shop, payload)
    order.doc["payment"] = payment(market, order.doc, (0, 0, 0))
    order.touch(box.now())
    return order.id


def _row(line):
    """Return a unit that costs nothing."""
    row = {key: line.get(key) for key in _COPIED}
    return {
        **row,
        "seller_discount": line.get("original_price") or "0",
        "platform_discount": "0",
        "sale_price": "0",
        "item_tax": None,
        "buyer_service_fee": None,
        "display_status": "AWAITING_SHIPMENT",
    }
