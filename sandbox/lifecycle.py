"""The status machine of orders: who may follow whom, and what moves along.

Source: TikTok Shop Partner API docs, "Order status and life cycle".
"""

from . import carriage
from .carriage import close, follow
from .errors import business
from .parcels import active_lines, leave, open_packages, regroup
from .reserve import balance
from .timeline import (
    DAY,
    HOUR,
    PACKAGE_STATUS,
    SHIPPED,
    add_package,
    cancel_line,
    new_tracking,
    show_package,
)

TRANSITIONS = {
    "UNPAID": ("ON_HOLD", "AWAITING_SHIPMENT", "CANCELLED"),
    "ON_HOLD": ("AWAITING_SHIPMENT", "CANCELLED"),
    "AWAITING_SHIPMENT": ("AWAITING_COLLECTION", "PARTIALLY_SHIPPING", "CANCELLED"),
    "PARTIALLY_SHIPPING": ("AWAITING_COLLECTION", "CANCELLED"),
    "AWAITING_COLLECTION": ("IN_TRANSIT", "CANCELLED", "COMPLETED"),
    "IN_TRANSIT": ("DELIVERED", "CANCELLED", "COMPLETED"),
    "DELIVERED": ("COMPLETED",),
    "COMPLETED": (),
    "CANCELLED": (),
}
_HOLD = HOUR


def move(box, order, status, force=False):
    """Bring `order` to `status`, with its lines, packages, stock and times.

    :raise ValueError: when no such step exists and `force` is not set
    """
    if status not in TRANSITIONS:
        raise ValueError(f"unknown status {status!r}")
    if not force and status not in TRANSITIONS[order.status]:
        raise ValueError(f"an order cannot go from {order.status} to {status}")
    now = int(box.now())
    if status == "CANCELLED":
        cancel(box, order, "SELLER", "Out of stock")
    elif status in ("UNPAID", "ON_HOLD", "AWAITING_SHIPMENT"):
        _open(box, order, status, now)
    elif status == "PARTIALLY_SHIPPING":
        _ship_part(box, order)
    elif status == "AWAITING_COLLECTION":
        ship_order(box, order)
    else:
        _carry(box, order, status, now)
    balance(box, order)
    order.touch(now)


def _open(box, order, status, now):
    doc = order.doc
    doc["status"] = status
    if status != "UNPAID" and not doc.get("is_cod"):
        doc.setdefault("paid_time", now)
    for line in active_lines(order):
        line["display_status"] = status
    before = order.shop.market.packs_before_shipping(doc["shipping_type"], order.fbt)
    if status != "UNPAID" and before and not doc.get("packages"):
        add_package(box, order, [line["id"] for line in order.lines], now)
    if status == "AWAITING_SHIPMENT":
        created = doc["create_time"]
        doc["rts_sla_time"] = created + 2 * DAY
        doc["tts_sla_time"] = created + 3 * DAY
        doc["shipping_due_time"] = created + 4 * DAY
        doc["collection_due_time"] = created + 5 * DAY
        doc["delivery_due_time"] = created + 20 * DAY
        for package in order.packages:
            show_package(package)


def ship_order(box, order):
    """Ship everything of `order` that is not shipped yet."""
    open_lines = [
        line["id"]
        for line in active_lines(order)
        if line["display_status"] not in SHIPPED and not line.get("package_id")
    ]
    if open_lines:
        order.doc["status"] = "AWAITING_SHIPMENT"
        add_package(box, order, open_lines, box.now())
    for package in open_packages(order):
        ship(box, package)


def _ship_part(box, order):
    lines = active_lines(order)
    first = [line["id"] for line in lines if line["sku_id"] == lines[0]["sku_id"]]
    rest = [line["id"] for line in lines if line["id"] not in first]
    if not rest:
        raise ValueError("an order of one SKU cannot be shipped in part")
    ship(box, regroup(box, [order], [first, rest])[0])


def ship(box, package, tracking="", provider=None, handover=None):
    """Ship one package with all its orders: it waits for its carrier."""
    shop, now = package.shop, int(box.now())
    package.status = "PROCESSING"
    package.update_time = package.ship_time = now
    package.provider = provider or shop.delivery_options[0]["carriers"][0]
    package.tracking_number = tracking or new_tracking(box, shop)
    package.handover = handover
    package.events.append((now, "arranged"))
    shop.changed("packages")
    for order in package.orders:
        if order.status in ("UNPAID", "ON_HOLD"):
            order.doc["status"] = "AWAITING_SHIPMENT"
    show_package(package, "AWAITING_COLLECTION")
    for order in package.orders:
        follow(order, now)
        order.touch(now)


def _carry(box, order, status, now):
    """Let the carrier, or the end of the after-sales window, move an order."""
    if any(package.ship_time is None for package in order.packages) or not (
        order.packages
    ):
        ship_order(box, order)
    doc, stage = order.doc, PACKAGE_STATUS[status]
    event = {"FULFILLING": "collected", "COMPLETED": "delivered"}[stage]
    for package in order.packages:
        if package.status in (stage, "CANCELLED"):
            continue
        carriage.set_status(package, stage, now, event)
        show_package(package, "IN_TRANSIT" if stage == "FULFILLING" else "DELIVERED")
        for other in package.orders:
            follow(other, now)
            balance(box, other)
            other.touch(now)
    doc["status"] = status
    for line in active_lines(order):
        line["display_status"] = status
    if status in carriage.TIMES:
        doc[carriage.TIMES[status]] = now


def cancel(box, order, who, reason):
    """Cancel the whole order."""
    now = int(box.now())
    for line in active_lines(order):
        cancel_line(line, who, reason)
        if "package_id" in line:
            line["package_status"] = "CANCELLED"
    for package in order.packages:
        if len(package.orders) > 1:
            leave(package, order)
        else:
            carriage.set_status(package, "CANCELLED", now)
    close(order, who, reason, now)
    balance(box, order)
    order.touch(now)


def cancel_one(box, order, line_id, who="BUYER", reason="No longer needed"):
    """Cancel one unit; the last one cancels the order.

    The payment block stays as it was paid.

    :raise ValueError: when the order has no such open unit
    """
    lines = active_lines(order)
    line = next((row for row in lines if row["id"] == line_id), None)
    if line is None:
        raise ValueError(f"order {order.id} has no open line {line_id}")
    if len(lines) == 1:
        return cancel(box, order, who, reason)
    cancel_line(line, who, reason)
    now = int(box.now())
    for package in order.packages:
        if line_id in package.line_ids:
            _cancel_empty(package, line, now)
    follow(order, now)
    balance(box, order)
    return order.touch(now)


def _cancel_empty(package, line, now):
    """Cancel a package whose last unit was cancelled."""
    if all(row["display_status"] == "CANCELLED" for row in package.lines()):
        carriage.set_status(package, "CANCELLED", now)
        line["package_status"] = "CANCELLED"


def tick(box):
    """Let happen what is due: the end of holds."""
    now = int(box.now())
    for shop in box.shops.values():
        for order in list(shop.orders.values()):
            doc = order.doc
            if order.status == "ON_HOLD" and doc.get("paid_time", now) + _HOLD <= now:
                move(box, order, "AWAITING_SHIPMENT")


def check_shippable(order, request=21008044):
    """Refuse what may not be shipped now.

    :param request: the code for an open request of the buyer
    :raise ApiError: that, 21008025 not the seller's, 21011041 cancelled, 21011044 on
        hold
    """
    if order.fbt:
        raise business(21008025)
    if order.status == "CANCELLED":
        raise business(21011041)
    if order.status in ("ON_HOLD", "UNPAID"):
        raise business(21011044)
    if order.doc.get("is_buyer_request_cancel"):
        raise business(request)
