"""The refund that a return brings: money of the order, settled as every refund is."""

from .aftersales_amounts import Amount, minor
from .lifecycle import move
from .parcels import active_lines
from .refunds import refund

COMPLETES = ("AWAITING_COLLECTION", "IN_TRANSIT", "DELIVERED")


def pay_back(box, case):
    """Refund the units of a case; an order that is refunded whole is completed.

    What cannot be refunded any more, because the control door did it before, is not.
    """
    order, market = case.order, case.shop.market
    if case.with_shipping:
        paid = minor(market, order.doc.get("payment"), "shipping_fee")
        paid -= sum(row.shipping for row in order.refunds)
        first = case.units[0]
        first.amount += Amount(0, max(0, paid))
    body = {"lines": case.line_ids}
    if case.reduced is not None:
        # The rest of an offer is tax, which is not the seller's.
        goods = sum(_goods(market, unit.line) for unit in case.units)
        body = {"amount": market.money(min(case.reduced, goods))}
    try:
        row = refund(box, order, {**body, "shipping": case.with_shipping})
    except (KeyError, TypeError, ValueError):
        return
    case.paid_back = case.amount.total, row.goods
    order.touch(box.now())
    gone = {line_id for row in order.refunds for line_id in row.line_ids}
    whole = {line["id"] for line in active_lines(order)} <= gone
    if whole and order.status in COMPLETES:
        move(box, order, "COMPLETED")


def _goods(market, line):
    """Return what the seller gives back for a unit."""
    return minor(market, line, "original_price") - minor(
        market, line, "seller_discount"
    )


def refunded(order):
    """Return the ids of the units that were refunded already."""
    return {line_id for row in order.refunds for line_id in row.line_ids}
