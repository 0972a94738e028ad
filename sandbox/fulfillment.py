"""Package search, detail, handover slots, ship and batch ship.

Source: TikTok Shop Partner API docs, Fulfillment reference: Search Package, Get Package
Detail, Get Package Handover Time Slots, Ship Package, Batch Ship Packages.
"""

import re

from .errors import ApiError, business, parameter
from .lifecycle import check_shippable, ship
from .paging import body_value, choice, page, page_size, window
from .people import shown_address
from .router import endpoint

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
_TRACKING = re.compile(r"[A-Za-z0-9\-_./]{4,50}\Z")


def own_package(call, package_id):
    """Return a package of the shop of the call.

    :raise ApiError: 21011028 for anything else
    """
    package = call.shop.packages.get(package_id)
    if package is None:
        raise business(21011028)
    return package


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
        "orders": [{"id": package.order.id, "skus": []}],
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
        "package_sub_status": SUB_STATUS[package.status],
        "split_and_combine_tag": doc.get("split_or_combine_tag", "DEFAULT"),
        "has_multi_skus": len({line.get("sku_id") for line in package.lines()}) > 1,
        "note_tag": "BUYER_NOTED" if doc.get("buyer_message") else "BUYER_UNNOTED",
        "shipping_type": doc.get("shipping_type", "TIKTOK"),
        "delivery_option_id": doc.get("delivery_option_id", ""),
        "delivery_option_name": doc.get("delivery_option_name", ""),
        "recipient_address": _flat(shown_address(package.order)),
        "sender_address": sender_address(call.shop.market),
        "weight": {"value": "300", "unit": "GRAM"},
        "dimension": {"length": "25", "width": "20", "height": "3", "unit": "CM"},
    }
    if package.handover:
        row |= package.handover
    return row


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


@endpoint(
    "GET",
    "/fulfillment/202309/packages/{package_id}/handover_time_slots",
    scope="seller.fulfillment.package.write",
)
def handover_time_slots(call, package_id):
    """When a carrier of TikTok can fetch a package: today and tomorrow."""
    own_package(call, package_id)
    first = call.now - call.now % 3600 + 7200
    return {
        "can_pickup": True,
        "can_drop_off": True,
        "can_van_collection": False,
        "drop_off_point_url": f"{call.box.base_url}/drop-off",
        # The misspelling is the API's own.
        "pickup_slots": [
            {"start_time": first, "end_time": first + 14400, "avaliable": True},
            {
                "start_time": first + 86400,
                "end_time": first + 100800,
                "avaliable": False,
            },
        ],
    }


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

    :raise ApiError: 21011028, 21008025, 21011041, 21011044, 21008044, 21008099 already
        shipped, 21004019 invoice missing (BR), 21008106 market ships otherwise,
        21011022 bad tracking number or carrier, 21011025 number in use
    """
    package = own_package(call, package_id)
    order, market = package.order, call.shop.market
    check_shippable(order)
    if package.status != "TO_FULFILL":
        raise business(21008099)
    if order.doc.get("need_upload_invoice") == "NEED_INVOICE":
        raise business(21004019)
    if order.doc.get("shipping_type") == "SELLER":
        if not market.ships_packages:
            raise business(21008106)
        own = body_value(body, "self_shipment", dict, {})
        number = own.get("tracking_number")
        provider = check_tracking(call, number, own.get("shipping_provider_id"))
        ship(call.box, package, number, provider)
        return
    handover = {"handover_method": body.get("handover_method") or "PICKUP"}
    if body.get("pickup_slot"):
        handover["pickup_slot"] = body["pickup_slot"]
    ship(call.box, package, handover=handover)


def check_tracking(call, number, provider_id, order=None):
    """Return the carrier of `provider_id` after checking the tracking number.

    :param order: whose own packages may carry the number already
    :raise ApiError: 21011022 or 21011025
    """
    carriers = {c["id"]: c for c in call.shop.delivery_options[1]["carriers"]}
    valid = isinstance(number, str) and _TRACKING.match(number)
    if not valid or provider_id not in carriers:
        raise business(21011022)
    for package in call.shop.packages.values():
        if package.tracking_number == number and package.order is not order:
            raise business(21011025)
    return carriers[provider_id]
