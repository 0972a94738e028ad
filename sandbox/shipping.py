"""Mark as shipped, and tracking numbers changed afterwards.

Source: TikTok Shop Partner API docs, Fulfillment reference: Mark Package As Shipped,
Update Package Shipping Info, Update Order Shipping Info.
"""

import re

from .errors import business, parameter
from .fulfillment import SCOPE, check_invoice, check_tracking
from .lifecycle import check_shippable, ship
from .orders import own_order
from .paging import body_value, strings
from .parcels import open_lines, open_packages, own_package, package_of
from .refusals import check
from .router import endpoint
from .timeline import HOUR, show_package

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

    :raise ApiError: 21008106 not in this market, 21008111, what `check_shippable`,
        `check_invoice` and `check_tracking` refuse, 21011004 not the seller's parcel,
        21011048 lines of a split order not named, 21011029, 21008099, 21004012
    """
    order = own_order(call, order_id)
    order.ship_calls += 1
    check("mark", order, *order.packages)
    if not call.shop.market.marks_as_shipped:
        raise business(21008106)
    check_shippable(order)
    check_invoice(order)
    if order.doc.get("shipping_type") != "SELLER":
        raise business(21011004)
    if not ids and len(open_packages(order)) > 1:
        raise business(21011048)
    chosen = chosen_lines(order, ids, 21008099)
    if isinstance(number, str) and re.search(r"[^A-Za-z0-9\-_./]", number):
        raise business(21004012)
    provider = check_tracking(call, number, provider_id, [order])
    package = package_of(call.box, [order], chosen)
    package.ship_calls += 1
    package.shipped_times += 1
    ship(call.box, package, number, provider)
    return {
        "order_id": order.id,
        "order_line_item_ids": chosen,
        "package_id": package.id,
    }


def chosen_lines(order, ids, shipped):
    """Return the named units of `order`, all that are open when none are named.

    :param shipped: the code when they have left
    :raise ApiError: that, or 21011029 for units of another order
    """
    free = open_lines(order)
    chosen = list(dict.fromkeys(ids or free))
    if not set(chosen) <= {line["id"] for line in order.lines}:
        raise business(21011029)
    if not free or not set(chosen) <= set(free):
        raise business(shipped)
    return chosen


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
    check("update", order)
    if not order.packages:
        raise business(21011043)
    if len(order.packages) > 1:
        raise business(10007002)
    number = body_value(call.body, "tracking_number", str)
    provider = call.body.get("shipping_provider_id")
    return _update(call, order.packages[0], number, provider, 21011041)


def _update(call, package, number, provider_id, cancelled=21011042):
    """Check and change a tracking number.

    :raise ApiError: 21011004 not the seller's parcel, 21011041 or 21011042 cancelled,
        21011043 not shipped, 21011030 delivered, 21011007 open request, 21011051
        changed once already, 21011050 after 72 hours, what `check_tracking` refuses
    """
    check("update", package, *package.orders)
    order = package.order
    if order.fbt or order.doc.get("shipping_type") != "SELLER":
        raise business(21011004)
    if package.status == "CANCELLED":
        raise business(cancelled)
    if package.ship_time is None:
        raise business(21011043)
    if package.status == "COMPLETED":
        raise business(21011030)
    if any(o.doc.get("is_buyer_request_cancel") for o in package.orders):
        raise business(21011007)
    if package.tracking_changes:
        raise business(21011051)
    if package.ship_time + CHANGE_HOURS * HOUR < call.now:
        raise business(21011050)
    provider = check_tracking(call, number, provider_id, package.orders)
    package.tracking_changes += 1
    renumber(package, number, provider, call.now)
    for order in package.orders:
        order.touch(call.now)
    return {}


def renumber(package, number, provider, now):
    """Give a package another tracking number, and its orders with it."""
    package.tracking_number, package.provider = number, provider
    package.update_time = now
    package.shop.changed("packages")
    show_package(package)
