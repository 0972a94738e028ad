"""Orders that contradict themselves, each in its own way.

A client has to refuse them one by one and go on with the others.
"""


def make_broken(box, shop, number):
    """Make and return one broken order to ship; `number` chooses the kind."""
    kind = list(KINDS)[number % len(KINDS)]
    order = box.generator.make(shop, "AWAITING_SHIPMENT", ordinary=True)
    order.broken = kind
    KINDS[kind](order.doc)
    order.touch()
    return order


def _contradiction(doc):
    amount = doc["payment"]["original_total_product_price"]
    doc["payment"]["original_total_product_price"] = f"9{amount}"
    doc["payment"]["sub_total"] = f"7{amount}"


def _no_currency(doc):
    del doc["payment"]["currency"]
    for line in doc["line_items"]:
        del line["currency"]


def _no_sku(doc):
    del doc["line_items"][0]["sku_id"]
    doc["line_items"][0]["seller_sku"] = ""


def _price_text(doc):
    doc["line_items"][0]["original_price"] = "abc"


def _unknown_currency(doc):
    doc["payment"]["currency"] = "ZZZ"
    for line in doc["line_items"]:
        line["currency"] = "ZZZ"


def _no_lines(doc):
    del doc["line_items"]


def _empty_lines(doc):
    doc["line_items"] = []


def _no_payment(doc):
    del doc["payment"]


def _bad_time(doc):
    doc["paid_time"] = "yesterday"


def _lines_text(doc):
    doc["line_items"] = "none"


KINDS = {
    "payment_contradicts_lines": _contradiction,
    "currency_missing": _no_currency,
    "sku_id_missing": _no_sku,
    "price_not_a_number": _price_text,
    "currency_unknown": _unknown_currency,
    "line_items_absent": _no_lines,
    "line_items_empty": _empty_lines,
    "payment_absent": _no_payment,
    "paid_time_text": _bad_time,
    "line_items_text": _lines_text,
}
