"""Mark as shipped, tracking numbers changed afterwards, and the carrier's events.

Source: TikTok Shop Partner API docs, Fulfillment reference: Mark Package As Shipped,
Update Package Shipping Info, Update Order Shipping Info, Get Order Tracking.
"""

from .errors import business, parameter
from .fulfillment import SCOPE, check_tracking, own_package
from .lifecycle import active_lines, check_shippable, ship
from .orders import own_order
from .paging import body_value, strings
from .router import endpoint
from .timeline import HOUR, SHIPPED, add_package, show_package

CHANGE_HOURS = 72


@endpoint("POST", "/fulfillment/202309/orders/{order_id}/packages", scope=SCOPE)
def mark_shipped(call, order_id):
    """Ship an order, or some of its units, with the seller's own carrier."""
    ids = strings(call.body, "order_line_item_ids")
    number = body_value(call.body, "tracking_number", str)
    return _mark(call, order_id, ids, number, call.body.get("shipping_provider_id"))


@endpoint("POST", "/fulfillment/202610/orders/{order_id}/packages", scope=SCOPE)
def mark_shipped_list(call, order_id):
    """The newer form: units and tracking numbers as lists of objects."""
    rows = body_value(call.body, "order_line_list", list, [])
    ids = [row.get("order_line_id") for row in rows]
    number, provider = _listed(call)
    return _mark(call, order_id, ids, number, provider)


def _listed(call):
    """Return the one tracking number and carrier of `shipping_info_list`."""
    infos = body_value(call.body, "shipping_info_list", list, [])
    if len(infos) != 1:
        raise parameter("ShippingInfoList is invalid, allowed count: 1.")
    return infos[0].get("tracking_number"), infos[0].get("shipping_provider_id")


def _mark(call, order_id, ids, number, provider_id):
    """Check and make one package.

    :raise ApiError: 21008106 not in this market, 21008111, what `check_shippable` and
        `check_tracking` refuse, 21011048 lines of a split order not named, 21008099
    """
    order = own_order(call, order_id)
    if not call.shop.market.marks_as_shipped:
        raise business(21008106)
    check_shippable(order)
    if order.doc.get("shipping_type") != "SELLER":
        raise business(21011004)
    if not ids and len([p for p in order.packages if p.status == "TO_FULFILL"]) > 1:
        raise business(21011048)
    open_lines = [
        line["id"]
        for line in active_lines(order)
        if line["display_status"] not in SHIPPED
    ]
    chosen = ids or open_lines
    if not open_lines or not set(chosen) <= set(open_lines):
        known = {line["id"] for line in order.lines}
        if set(chosen) <= known or not open_lines:
            raise business(21008099)
        raise parameter("OrderLineItemIds is invalid")
    provider = check_tracking(call, number, provider_id, order)
    package = _package_of(call, order, chosen)
    ship(call.box, package, number, provider)
    return {
        "order_id": order.id,
        "order_line_item_ids": chosen,
        "package_id": package.id,
    }


def _package_of(call, order, line_ids):
    """Return a package of exactly `line_ids`, taken out of the open ones."""
    for package in order.packages:
        if package.status != "TO_FULFILL":
            continue
        if set(package.line_ids) == set(line_ids):
            return package
        package.line_ids = [i for i in package.line_ids if i not in line_ids]
        if not package.line_ids:
            order.doc["packages"].remove({"id": package.id})
            del order.shop.packages[package.id]
    if len(line_ids) < len(active_lines(order)):
        order.doc["split_or_combine_tag"] = "SPLIT"
    return add_package(call.box, order, line_ids, call.now)


@endpoint(
    "POST",
    "/fulfillment/202309/packages/{package_id}/shipping_info/update",
    scope=SCOPE,
)
def update_package(call, package_id):
    """Change the tracking number of a package shipped by the seller, once."""
    number = body_value(call.body, "tracking_number", str)
    package = own_package(call, package_id)
    return _update(call, package, number, call.body.get("shipping_provider_id"))


@endpoint(
    "POST",
    "/fulfillment/202610/packages/{package_id}/shipping_info/update",
    scope=SCOPE,
)
def update_package_list(call, package_id):
    """The newer form, with a list of tracking numbers."""
    return _update(call, own_package(call, package_id), *_listed(call))


@endpoint(
    "POST",
    "/fulfillment/202309/orders/{order_id}/shipping_info/update",
    scope="seller.logistics",
)
def update_order(call, order_id):
    """The same for an order of one package."""
    order = own_order(call, order_id)
    if not order.packages:
        raise business(21011043)
    if len(order.packages) > 1:
        raise business(10007002)
    number = body_value(call.body, "tracking_number", str)
    provider = call.body.get("shipping_provider_id")
    return _update(call, order.packages[0], number, provider)


def _update(call, package, number, provider_id):
    order = package.order
    if order.fbt or order.doc.get("shipping_type") != "SELLER":
        raise business(21011004)
    if package.status == "CANCELLED":
        raise business(21011041)
    if package.ship_time is None:
        raise business(21011043)
    if package.tracking_changes:
        raise business(21011051)
    if package.ship_time + CHANGE_HOURS * HOUR < call.now:
        raise business(21011050)
    provider = check_tracking(call, number, provider_id, order)
    package.tracking_number, package.provider = number, provider
    package.tracking_changes += 1
    package.update_time = call.now
    call.shop.changed("packages")
    show_package(package)
    return {}


@endpoint(
    "GET", "/fulfillment/202309/orders/{order_id}/tracking", scope="seller.logistics"
)
def tracking(call, order_id):
    """The carrier's events, newest first, in milliseconds."""
    doc = own_order(call, order_id).doc
    events = (
        ("delivery_time", "Your package was delivered!"),
        ("collection_time", "Picked up by the carrier"),
        ("rts_time", "The seller has arranged shipment"),
    )
    return {
        "tracking": [
            {"description": text, "update_time_millis": doc[key] * 1000}
            for key, text in events
            if key in doc
        ]
    }
