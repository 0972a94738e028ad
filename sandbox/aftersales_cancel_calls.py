"""Calls about cancellations: search, cancel an order, answer a request.

Source: TikTok Shop Partner API docs, Return and Refund reference: Search
Cancellations, Cancel Order, Approve Cancellation, Reject Cancellation.
"""

from .aftersales import once, own_case, own_order, served, version_of
from .aftersales_reasons import check_cancel, check_reject
from .aftersales_search import common, listed, search
from .cancellations import (
    CLOSED,
    OPEN,
    PENDING,
    STATUSES,
    TYPES,
    approve,
    close,
    direct,
    pending,
    stoppable,
)
from .errors import business
from .paging import body_value, page_size, strings
from .parcels import active_lines
from .refusals import check

LONGEST_COMMENT, MOST_IMAGES = 500, 6


@served("POST", "/202309/cancellations/search", "/202602/cancellations/search")
def search_cancellations(call):
    """Cancellations by id, order, buyer, type, status and time."""
    body = call.body
    tests = [
        *listed(body, "cancel_ids", lambda case: case.id),
        *listed(body, "cancel_types", lambda case: case.type, TYPES),
        *listed(body, "cancel_status", lambda case: case.status, STATUSES),
        *common(body),
    ]
    size = page_size(call, 1, 50, 10)
    cases, token, count = search(call, "cancellations", size, tests)
    data = {"next_page_token": token, "total_count": count}
    if cases:
        version = version_of(call)
        data["cancellations"] = [case.serve(version) for case in cases]
    return data


@served("POST", "/202309/cancellations", "/202602/cancellations")
def cancel_order(call):
    """Cancel an order, or single units of it, as the seller."""
    order = own_order(call, body_value(call.body, "order_id", str))
    check("cancel", order)
    lines = cancellable(order, call.body)
    reason = body_value(call.body, "cancel_reason", str, "")
    check_cancel(order, reason)
    if len(lines) < len(active_lines(order)) and "out_of_stock" not in reason:
        raise business(25001021)
    case = direct(call.box, order, lines, "SELLER", reason, call.now)
    return {"cancel_id": case.id, "cancel_status": case.status}


def cancellable(order, body):
    """Return the lines of `order` that a seller's call cancels.

    :raise ApiError: see `refuse_cancel`; 25005010 single units outside of the US and
        the UK, 25005011 more units than are open, 25001001 units of another order
    """
    refuse_cancel(order)
    open_rows = list(active_lines(order))
    lines = chosen(order, body, open_rows)
    if len(lines) < len(open_rows) and order.shop.market.block not in ("US", "UK"):
        raise business(25005010)
    return lines


def refuse_cancel(order):
    """Refuse an order that the seller cannot cancel (any more).

    :raise ApiError: 25001011 cancelled or asked for already, 25001051 completed,
        25001003 unpaid or delivered, 25001045 with the carrier
    """
    if order.status == "CANCELLED" or pending(order):
        raise business(25001011)
    if order.status == "COMPLETED":
        raise business(25001051)
    if order.status in ("UNPAID", "DELIVERED"):
        raise business(25001003)
    late = order.status == "AWAITING_COLLECTION" and order.shop.market.block == "US"
    if order.status not in OPEN and not late:
        raise business(25001045)


def chosen(order, body, free):
    """Return the lines of `free` that a body names: by unit, by SKU, or all.

    :raise ApiError: 25001001 for units of another order, 25005011 for those not free
    """
    rows = body_value(body, "order_line_list", list, [])
    ids = strings(body, "order_line_item_ids")
    ids += [str(row.get("order_line_item_id")) for row in rows]
    own = {line["id"] for line in order.lines}
    if not set(ids) <= own:
        raise business(25001001)
    if ids:
        found = [line for line in free if line["id"] in ids]
        if len(found) < len(ids):
            raise business(25005011)
        return found
    skus = body_value(body, "skus", list, [])
    if not skus:
        if not free:
            raise business(25005011)
        return free
    return [line for row in skus for line in _of_sku(order, row, free)]


def _of_sku(order, row, free):
    count = body_value(row, "quantity", int, 0)
    found = [line for line in free if line.get("sku_id") == row.get("sku_id")]
    if count < 1 or not any(x.get("sku_id") == row.get("sku_id") for x in order.lines):
        raise business(25001001)
    if len(found) < count:
        raise business(25005011)
    return found[:count]


@served("POST", "/202309/cancellations/{cancel_id}/approve")
def approve_cancellation(call, cancel_id):
    """Accept a buyer's request; the order is cancelled at once."""

    def work():
        case = own_case(call, cancel_id, ("cancellations",))
        case.calls += 1
        check("approve", case)
        refuse_approval(case)
        approve(call.box, case, call.now)
        case.answers["APPROVE_REQUEST_CANCEL"] += 1
        return {}

    return once(call, work)


def refuse_approval(case):
    """Refuse to accept what is not open.

    :raise ApiError: 25011012 declined before, 25020009 over, 25001045 the carrier has
        the parcel
    """
    if case.status == CLOSED and case.closed_by != "buyer":
        raise business(25011012)
    if case.status != PENDING:
        raise business(25020009)
    if not stoppable(case.order):
        raise business(25001045)


@served("POST", "/202309/cancellations/{cancel_id}/reject")
def reject_cancellation(call, cancel_id):
    """Decline a buyer's request; the order is to be shipped."""

    def work():
        case = own_case(call, cancel_id, ("cancellations",))
        case.calls += 1
        check("reject", case)
        refuse_rejection(case)
        reason = body_value(call.body, "reject_reason", str, "")
        decision = "REJECT_REQUEST_CANCEL"
        check_reject(call.box, call.shop.market, decision, reason)
        check_proof(call.body)
        close(case, "seller", call.now)
        case.answers[decision] += 1
        return {}

    return once(call, work)


def refuse_rejection(case):
    """Refuse to decline what is not open.

    :raise ApiError: 25020010 granted before, 25011011 ended otherwise
    """
    if case.granted:
        raise business(25020010)
    if case.status != PENDING:
        raise business(25011011)


def check_proof(body):
    """Check comment and images of a rejection; return both.

    :raise ApiError: 25001001 for too many, too long, or an image without its keys
    """
    comment = body_value(body, "comment", str, "")
    images = body_value(body, "images", list, [])
    kinds = {"image_id": str, "mime_type": str, "height": int, "width": int}
    well = all(
        isinstance(row, dict)
        and all(type(row.get(key)) is kind for key, kind in kinds.items())
        for row in images
    )
    if len(comment) > LONGEST_COMMENT or len(images) > MOST_IMAGES or not well:
        raise business(25001001)
    return comment, images
