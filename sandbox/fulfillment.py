"""Package search, detail, ship and batch ship.

Source: TikTok Shop Partner API docs, Fulfillment reference: Search Package, Get Package
Detail, Ship Package, Batch Ship Packages.
"""

import re

from .errors import ApiError, business, parameter
from .lifecycle import check_shippable, ship
from .paging import body_value, choice, page, page_size, window
from .parcels import own_package
from .people import shown_address
from .refusals import check
from .router import endpoint
from .slots import handover

SCOPE = "seller.fulfillment.basic"
STATUSES = ("TO_FULFILL", "PROCESSING", "FULFILLING", "COMPLETED", "CANCELLED")
SUB_STATUS = {
    "TO_FULFILL": "STOCKING",
    "PROCESSING": "RTS",
    "FULFILLING": "TTS",
    "COMPLETED": "DELIVERED",
    "CANCELLED": "CANCELLED",
}
SORTS = ("create_time", "update_time", "order_pay_time")
MOST_PACKAGES = 50
MOST_USES = 20
WEIGHT = {"value": "300", "unit": "GRAM"}
DIMENSION = {"length": "25", "width": "20", "height": "3", "unit": "CM"}
_TRACKING = re.compile(r"[A-Za-z0-9\-_./]{4,50}\Z")


@endpoint("POST", "/fulfillment/202309/packages/search", scope=SCOPE)
def search(call):
    """Packages by status and half-open windows of creation and update."""
    size = page_size(call, 1, 50)
    field = choice(call, "sort_field", SORTS, "create_time")
    order = choice(call, "sort_order", ("ASC", "DESC"), "DESC")
    rows = _rows(call, field)
    packages, token = page(call, rows, size, order == "DESC")
    return {
        "next_page_token": token,
        "total_count": len(rows),
        "packages": [_row(package) for package in packages],
    }


def _rows(call, field):
    body = call.body
    status = body_value(body, "package_status", str)
    if status and status not in STATUSES:
        raise parameter("PackageStatus is invalid")
    rows = call.shop.rows("packages", field)
    for name in ("create_time", "update_time"):
        low, high = (body_value(body, f"{name}_{end}", int) for end in ("ge", "lt"))
        if name == field:
            rows = window(rows, low, high)
        elif low is not None or high is not None:
            rows = [row for row in rows if _inside(getattr(row[2], name), low, high)]
    if status:
        rows = [row for row in rows if row[2].status == status]
    return rows


def _inside(value, low, high):
    return (low is None or value >= low) and (high is None or value < high)


def _row(package):
    """The package as the search shows it."""
    row = {
        "id": package.id,
        "orders": [{"id": order.id, "skus": []} for order in package.orders],
        "create_time": package.create_time,
        "update_time": package.update_time,
        "status": package.status,
        "tracking_number": package.tracking_number,
        "order_line_item_ids": package.line_ids,
    }
    if package.provider:
        row["shipping_provider_id"] = package.provider["id"]
        row["shipping_provider_name"] = package.provider["name"]
    return row


@endpoint("GET", "/fulfillment/202309/packages/{package_id}", scope=SCOPE)
def detail(call, package_id):
    """One package; here its id is `package_id` and its status `package_status`."""
    package = own_package(call, package_id)
    doc = package.order.doc
    row = _row(package)
    row["package_id"] = row.pop("id")
    row["package_status"] = row.pop("status")
    row |= {
        "package_sub_status": package.sub_status or SUB_STATUS[package.status],
        "split_and_combine_tag": _tag(package),
        "has_multi_skus": len({line.get("sku_id") for line in package.lines()}) > 1,
        "note_tag": "BUYER_NOTED" if doc.get("buyer_message") else "BUYER_UNNOTED",
        "shipping_type": doc.get("shipping_type", "TIKTOK"),
        "delivery_option_id": doc.get("delivery_option_id", ""),
        "delivery_option_name": doc.get("delivery_option_name", ""),
        "recipient_address": _flat(shown_address(package.order)),
        "sender_address": sender_address(call.shop.market),
        "weight": package.weight or WEIGHT,
        "dimension": package.dimension or DIMENSION,
    }
    if package.exception:
        row["ship_exception_reason"] = package.exception
    if package.handover:
        row |= package.handover
    return row


def _tag(package):
    """The tag of the detail; the order writes COMBINED for COMBINE."""
    if len(package.orders) > 1:
        return "COMBINE"
    tag = package.order.doc.get("split_or_combine_tag")
    return "SPLIT" if tag == "SPLIT" else "DEFAULT"


def _flat(address):
    names = ("full_address", "phone_number", "name", "region_code", "postal_code")
    names += ("address_detail",) + tuple(f"address_line{n}" for n in range(1, 5))
    return {name: address.get(name, "") for name in names}


def sender_address(market):
    """Return the address a package of `market` is sent from."""
    street = market.street.format(n=1)
    place = market.places[0]
    return _flat(
        {
            "full_address": ", ".join((market.country, *place[:-1], street)),
            "phone_number": f"(+{market.dial})1*******9",
            "name": "Sample Contact",
            "region_code": market.code,
            "postal_code": place[-1],
            "address_detail": street,
            "address_line1": street,
        }
    )


@endpoint("POST", "/fulfillment/202309/packages/{package_id}/ship", scope=SCOPE)
def ship_package(call, package_id):
    """Arrange the shipment of one package."""
    _ship(call, package_id, call.body)
    return {}


@endpoint("POST", "/fulfillment/202309/packages/ship", scope=SCOPE)
def batch_ship(call):
    """Arrange several shipments; those refused are listed under `errors`."""
    rows = body_value(call.body, "packages", list, [])
    if not 1 <= len(rows) <= MOST_PACKAGES:
        raise parameter(f"Packages is invalid, allowed count: 1-{MOST_PACKAGES}.")
    errors = [error for row in rows if (error := _refusal(call, row))]
    return {"errors": errors} if errors else {}


def _refusal(call, row):
    """Ship the package of `row`, or return the error element that says why not."""
    try:
        _ship(call, row.get("id"), row)
    except ApiError as error:
        detail = {"package_id": row.get("id")}
        return {"code": error.code, "message": error.message, "detail": detail}
    return None


def _ship(call, package_id, body):
    """Check and ship one package.

    :raise ApiError: 21011028, what `check_shippable` and `check_invoice` refuse,
        21008099 and 21011040 already shipped, 21011041 package cancelled, 11006013 too
        much in one package, 21008106 market ships otherwise, what `check_tracking` and
        `slots.handover` refuse
    """
    package = own_package(call, package_id)
    package.ship_calls += 1
    check("ship", package, *package.orders)
    _check_package(package)
    if package.order.doc.get("shipping_type") == "SELLER":
        if not call.shop.market.ships_packages:
            raise business(21008106)
        own = body_value(body, "self_shipment", dict, {})
        number = own.get("tracking_number")
        carrier = own.get("shipping_provider_id")
        provider = check_tracking(call, number, carrier, package.orders)
        ship(call.box, package, number, provider)
    else:
        if call.shop.market.code == "US":
            raise business(21008106)
        ship(call.box, package, handover=handover(call, package, body))
    package.shipped_times += 1


def _check_package(package):
    """Refuse a package that has left, or whose orders may not leave."""
    for order in package.orders:
        check_shippable(order)
    if package.status == "CANCELLED":
        raise business(21011041)
    if package.status != "TO_FULFILL":
        raise business(21008099 if package.status == "PROCESSING" else 21011040)
    for order in package.orders:
        check_invoice(order)
        limit = order.must_split
        if limit and len(package.lines()) > int(limit["max_count"]):
            raise business(11006013)


def check_invoice(order):
    """Refuse an order that still needs its invoice (Brazil).

    :raise ApiError: 21004019 none, 21004020 not accepted yet
    """
    codes = {"NEED_INVOICE": 21004019, "INVOICE_PROCESSING": 21004020}
    code = codes.get(order.doc.get("need_upload_invoice"))
    if code:
        raise business(code)


def check_tracking(call, number, provider_id, orders):
    """Return the carrier of `provider_id` after checking the tracking number.

    One number may be on the parcels of 20 orders of the same buyer.

    :param orders: whose parcel gets the number
    :raise ApiError: 21011022 malformed, or no such carrier, 21034012 the number of a
        parcel that has arrived, 21011025 of another buyer's parcel, 21011026 on too
        many orders
    """
    carriers = {c["id"]: c for c in call.shop.delivery_options[1]["carriers"]}
    valid = isinstance(number, str) and _TRACKING.match(number)
    if not valid or provider_id not in carriers:
        raise business(21011022)
    buyer = orders[0].doc.get("user_id")
    uses = {order.id for order in orders}
    for package in call.shop.packages.values():
        if package.tracking_number != number or package.order in orders:
            continue
        if package.status in ("COMPLETED", "CANCELLED"):
            raise business(21034012)
        if package.order.doc.get("user_id") != buyer:
            raise business(21011025)
        uses |= {order.id for order in package.orders}
    if len(uses) > MOST_USES:
        raise business(21011026)
    return carriers[provider_id]
