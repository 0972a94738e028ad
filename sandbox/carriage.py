"""What the carrier does to a package, and what that makes of its orders.

Source: TikTok Shop Partner API docs, "Order status and life cycle": an order follows
the last of its packages.
"""

from .parcels import active_lines
from .reserve import balance
from .timeline import SHIPPED, cancel_line, show_package

# The time of the order that a status sets.
TIMES = {
    "AWAITING_COLLECTION": "rts_time",
    "IN_TRANSIT": "collection_time",
    "DELIVERED": "delivery_time",
}
EXCEPTIONS = (
    # The misspelling is the API's own.
    "PACKAGE_DAMAGAED",
    "PACKAGE_LOST",
    "RETURNED_TO_SHIPPER",
    "PACKAGE_SCRAP",
)


def follow(order, now):
    """Give `order` the status that its units add up to; on a change note the time."""
    states = {line["display_status"] for line in active_lines(order)}
    shipped = states.intersection(SHIPPED)
    if not shipped:
        return
    status = min(shipped, key=SHIPPED.index)
    if states - shipped:
        status = "PARTIALLY_SHIPPING"
    if status != order.status and status in TIMES:
        order.doc[TIMES[status]] = now
    order.doc["status"] = status


def collect(box, package):
    """The carrier scans the package."""
    if package.status != "PROCESSING":
        raise ValueError(f"a package cannot be collected when it is {package.status}")
    _carry(box, package, "FULFILLING", "IN_TRANSIT", "collected")


def deliver(box, package):
    """The buyer has the package."""
    if package.status == "PROCESSING":
        collect(box, package)
    if package.status != "FULFILLING":
        raise ValueError(f"a package cannot be delivered when it is {package.status}")
    _carry(box, package, "COMPLETED", "DELIVERED", "delivered")


def _carry(box, package, status, line_status, event):
    now = int(box.now())
    set_status(package, status, now, event)
    show_package(package, line_status)
    for order in package.orders:
        follow(order, now)
        balance(box, order)
        order.touch(now)


def set_status(package, status, now, event=""):
    """Move the package alone."""
    package.status, package.update_time = status, now
    package.sub_status = package.exception = ""
    if event:
        package.events.append((now, event))
    package.shop.changed("packages")


def fail_pickup(box, package, reason=""):
    """The carrier came, or should have, and does not have the package."""
    if package.status != "PROCESSING":
        raise ValueError(f"nobody collects a package that is {package.status}")
    if reason and reason not in EXCEPTIONS:
        raise ValueError(f"reason {reason!r} is none of {', '.join(EXCEPTIONS)}")
    set_status(package, "PROCESSING", int(box.now()), "pickup_failed")
    package.sub_status = "SHIP_EXCEPTION" if reason else "ISSUE"
    package.exception = reason


def reschedule(box, package):
    """The carrier will come once more."""
    if package.status != "PROCESSING":
        raise ValueError(f"nobody collects a package that is {package.status}")
    set_status(package, "PROCESSING", int(box.now()))


def lose(box, package, reason="PACKAGE_LOST"):
    """The carrier loses or breaks the package: its units are cancelled, and gone."""
    if package.status not in ("PROCESSING", "FULFILLING"):
        raise ValueError(f"no carrier has a package that is {package.status}")
    if package.status == "PROCESSING":
        collect(box, package)
    now = int(box.now())
    set_status(package, "CANCELLED", now, "lost")
    package.sub_status, package.exception = "SHIP_EXCEPTION", reason
    for line in package.lines():
        if line["display_status"] != "CANCELLED":
            cancel_line(line, "OPERATOR", "Package lost")
            line["package_status"] = "CANCELLED"
    for order in package.orders:
        if active_lines(order):
            follow(order, now)
        else:
            close(order, "OPERATOR", "Package lost", now)
        order.touch(now)


def close(order, who, reason, now):
    """Write on the head of `order` that it is cancelled."""
    order.doc.update(
        status="CANCELLED",
        cancel_time=now,
        cancel_reason=reason,
        cancellation_initiator="SYSTEM" if who == "OPERATOR" else who,
        is_buyer_request_cancel=False,
    )
