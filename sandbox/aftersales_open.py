"""Opening a return: who may ask for what, when, and for which units.

Source: TikTok Shop Partner API docs, "Return and Refund API overview": who may request
what in which status of the order.
"""

from .aftersales_refund import refunded
from .errors import business
from .parcels import active_lines
from .returns import Return

_UNDER_WAY = ("AWAITING_COLLECTION", "IN_TRANSIT")


def free_lines(order):
    """Return the units of `order` that no case is about and that were not refunded."""
    taken = refunded(order)
    for case in order.returns:
        if case.open or case.granted:
            taken.update(case.line_ids)
    return [line for line in active_lines(order) if line["id"] not in taken]


def refuse_opening(order, kind, role):
    """Refuse a request that cannot be made now.

    :raise ApiError: 25001051 completed or cancelled, 25001011 every unit is in a case,
        25001010 or was refunded, 25001003 another status
    """
    if order.status in ("COMPLETED", "CANCELLED"):
        raise business(25001051)
    if order.status not in _allowed(order.shop.market, kind, role):
        raise business(25001003)
    if not free_lines(order):
        busy = any(case.open for case in order.returns)
        raise business(25001011 if busy else 25001010)


def _allowed(market, kind, role):
    """Return the statuses of an order in which `role` may request `kind`."""
    if kind == "REFUND":
        return (*_UNDER_WAY, "DELIVERED")
    if kind == "EXCHANGE" and market.block not in ("US", "UK"):
        return ()
    if kind == "RETURN_AND_REFUND" and market.block == "US":
        return ("IN_TRANSIT", "DELIVERED")
    return ("DELIVERED",) if kind != "REPLACEMENT" or role == "BUYER" else ()


def open_return(box, order, kind, lines, reason, role, when, **record):
    """Make and return a case of `lines`, with its first record.

    :param reason: (name, text)
    :param record: `note`, `images`, `videos` of the record
    """
    case = Return(box, order, kind, lines, reason, role, when)
    who = "Customer" if role == "BUYER" else role.capitalize()
    what = {"REFUND": "refund", "REPLACEMENT": "replacement", "EXCHANGE": "exchange"}
    event = f"ORDER_{'REFUND' if kind == 'REFUND' else 'RETURN'}"
    text = f"{who} submitted a {what.get(kind, 'return')} request"
    case.note(event, role, text, when, **record)
    return case
