"""Refunds: what the buyer of an order gets back, whole or in part."""

from .ledger import Pending
from .places import only
from .sale import Refund, by_sku, minor, sold_lines
from .settlement import ledger_of, midnight


def refund(box, order, body):
    """Refund `order`: `amount` of its goods, its `lines` (ids), or all that is left.

    With `shipping` what the buyer paid for that goes back too. A refund before the
    order settles comes into that transaction, a later one waits for a transaction of
    its own.

    :raise ValueError: for more than is left, another unit, nothing to refund
    """
    only(body, "amount", "lines", "shipping")
    ledger = ledger_of(box, order.shop)
    row = _refund(box, order, body)
    if body.get("shipping"):
        paid = minor(order, order.doc["payment"], "shipping_fee")
        row.shipping = paid - sum(earlier.shipping for earlier in order.refunds)
    if not (row.goods or row.listed or row.shipping):
        raise ValueError(f"order {order.id} has nothing left to refund")
    order.refunds.append(row)
    if order.id in ledger.sales:
        due = midnight(box.now())
        ledger.waiting.append(Pending("refund", due, order.id, row))
        ledger.next_due = min(ledger.next_due, due)
    order.shop.changed("orders")
    return row


def _refund(box, order, body):
    now, market = int(box.now()), order.shop.market
    lines = sold_lines(order)
    left = sum(
        minor(order, line, "original_price") - minor(order, line, "seller_discount")
        for line in lines
    ) - sum(row.goods for row in order.refunds)
    if "amount" in body:
        amount = market.minor(float(body["amount"]))
        if not 0 < amount <= left:
            raise ValueError(f"order {order.id} has {market.money(left)} to refund")
        return Refund(now, amount, 0, 0, 0, ())
    gone = {line_id for row in order.refunds for line_id in row.line_ids}
    free = {line["id"]: line for line in lines if line["id"] not in gone}
    ids = body.get("lines", list(free))
    if len(set(ids)) < len(ids) or not set(ids) <= set(free):
        raise ValueError(f"order {order.id} has no open lines {', '.join(ids)}")
    row = _of_lines(now, order, [free[line_id] for line_id in ids])
    by_amount = sum(row.listed for row in order.refunds if not row.line_ids)
    over = max(0, row.goods - left)
    if over and "lines" in body:
        raise ValueError(f"order {order.id} has {market.money(left)} to refund")
    if by_amount and over:
        row.listed -= over
        _lower(row.lines, over)
    return row


def _of_lines(now, order, lines):
    rows = by_sku(order, lines)
    return Refund(
        now,
        sum(row[2] for row in rows.values()),
        sum(row[3] for row in rows.values()),
        sum(minor(order, line, "platform_discount") for line in lines),
        0,
        tuple(line["id"] for line in lines),
        {sku_id: row[1:] for sku_id, row in rows.items()},
    )


def _lower(lines, over):
    """Take what was refunded as an amount before off the list prices."""
    for row in lines.values():
        taken = min(over, row[1])
        row[1] -= taken
        over -= taken
