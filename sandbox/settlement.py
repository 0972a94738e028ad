"""When and how orders settle: what waits, and the statement it comes into.

A completed order settles into the statement of the next 00:00 UTC. A statement is
written once: whatever happens to its orders later comes into a later one. Source:
TikTok Shop Partner API docs, Finance reference: Get Statements.
"""

import random

from .fees import RATES
from .ledger import DAY, RESERVE, Ledger, Pending, Transaction
from .sale import given_back, sale

RESERVE_RATE, RESERVE_DAYS = 10, 7
ADJUSTMENTS = (
    ("PLATFORM_REIMBURSEMENT", 1),
    ("LOGISTICS_REIMBURSEMENT", 1),
    ("PLATFORM_PENALTY", -1),
    ("GMV_PAYMENT_FOR_ADS", -1),
    ("SHIPPING_FEE_ADJUSTMENT", -1),
    ("PLATFORM_COMMISSION_ADJUSTMENT", 1),
    ("Violation fee （settlement fee）", -1),
    ("REBATE", 1),
    ("CUSTOMER_SERVICE_COMPENSATION", -1),
    ("PLATFORM_COMPENSATION", 1),
    ("DEDUCTIONS_INCURRED_BY_SELLER", -1),
    ("COFUNDED_CREATOR_REWARDS", -1),
    ("SHIPPING_FEE_COMPENSATION", 1),
    ("Bill payment （negative balance）", -1),
    ("PROMOTION_ADJUSTMENT", 1),
    ("PLATFORM_COMMISSION_COMPENSATION", 1),
    ("SHIPPING_FEE_REBATE", 1),
    ("SAMPLE_SHIPPING_FEE", -1),
    ("STAMP_DUTY", -1),
    ("FBT_WAREHOUSE_SERVICE_FEE", -1),
    ("SELLER_MISSION_REWARD", 1),
    ("CHARGE_BACK", -1),
    ("Violation fee （credit card）", -1),
    ("OTHER_ADJUSTMENT", 1),
)


def midnight(time):
    """Return the 00:00 UTC that follows `time`."""
    return int(time) // DAY * DAY + DAY


def open_ledgers(box):
    """Give every shop an empty ledger; ids stay unique after that."""
    for number, shop in enumerate(box.shops.values()):
        shop.ledger = Ledger(shop, number, box.taken)


def ledger_of(box, shop):
    """Return the ledger of `shop` after what was due by now has settled."""
    from .payouts import pay_due

    ledger, now = shop.ledger, int(box.now())
    if ledger.seen != shop.order_changes or ledger.next_due <= now:
        while _settle_due(ledger, now):
            pass
        ledger.seen = shop.order_changes
    pay_due(ledger, now)
    return ledger


def _settle_due(ledger, now):
    """Make the statement of the first day with something due; whether there was one."""
    orders = [(midnight(o.completed), o) for o in completed(ledger)]
    dues = [day for day, _order in orders] + [row.due for row in ledger.waiting]
    ledger.next_due = min([day for day in dues if day > now], default=midnight(now))
    day = min((day for day in dues if day <= now), default=None)
    if day is None:
        return False
    free = ledger.free_day(day)
    if free > now:
        ledger.next_due = min(ledger.next_due, free)
        return False
    chosen = [order for due, order in orders if due <= day]
    waiting = [row for row in ledger.waiting if row.due <= day]
    write(ledger, free, chosen, waiting, natural=True)
    return True


def completed(ledger):
    """Return the completed orders that have not settled; note when they completed."""
    found = []
    for order in ledger.shop.orders.values():
        if order.status != "COMPLETED" or order.id in ledger.sales or order.broken:
            continue
        if order.id in ledger.odd:
            continue
        order.completed = order.completed or order.update_time
        found.append(order)
    return found


def write(ledger, day, orders, waiting, natural=False):
    """Write the statement of `day` from orders and from what waits; return it.

    :param natural: with what happens by itself: adjustments, reserves; and none is
        written (None) when nothing is in it
    """
    sold = [_settle(ledger, order) for order in orders]
    rows = sorted(filter(None, sold), key=lambda row: (row.time, row.id))
    for one in waiting:
        ledger.waiting.remove(one)
        rows.append(_MAKE[one.kind](ledger, one, day))
    if natural:
        _adjust(ledger, day, rows)
        _reserve(ledger, day, rows)
        if not rows:
            return None
    return ledger.add(day, rows)


def _settle(ledger, order):
    """Return the transaction of an order, None for one that no amounts can be had of.

    The control door makes such orders on request.
    """
    try:
        row = sale(ledger, order, ledger.order_number(order.id))
    except (KeyError, TypeError, ValueError):
        ledger.odd.add(order.id)
        return None
    ledger.sales[order.id] = row
    ledger.fees.pop(order.id, None)
    for refund in order.refunds:
        refund.settled = True
    return row


def _refunded(ledger, one, _day):
    order = ledger.shop.orders[one.order_id]
    row = given_back(ledger, order, one.about, ledger.next_number())
    ledger.fees.pop(order.id, None)
    one.about.settled = True
    return row


def _adjusted(ledger, one, day):
    about = one.about
    return Transaction(
        about.get("id") or ledger.next_number(),
        about["type"],
        day,
        one.order_id,
        adjustment=about["amount"],
        adjustment_id=about.get("adjustment_id") or ledger.next_number(),
    )


def _reserved(ledger, one, day):
    """Collect a reserve, or release it when it is collected."""
    reserve = one.about
    collected = reserve["status"] != "COLLECTED"
    reserve["status"] = "COLLECTED" if collected else "RELEASED"
    return Transaction(
        ledger.next_number(),
        "RESERVE",
        day,
        one.order_id,
        reserve=-reserve["amount"] if collected else reserve["amount"],
        reserve_id=reserve["id"],
        reserve_status=reserve["status"],
        release_time=reserve["release_time"],
    )


_MAKE = {"refund": _refunded, "adjustment": _adjusted, "reserve": _reserved}


def new_reserve(ledger, amount, order_id, day):
    """Keep and return a reserve that is still to be collected on `day`."""
    number = ledger.claim(RESERVE, ledger.number * 10**6 + len(ledger.reserves))
    reserve = {
        "id": number,
        "order_id": order_id,
        "amount": amount,
        "status": "",
        "release_time": day + RESERVE_DAYS * DAY,
    }
    ledger.reserves[number] = reserve
    return reserve


def _adjust(ledger, day, rows):
    """Adjust something every third day, each time another thing."""
    if day // DAY % 3 or not rows:
        return
    turn = day // DAY // 3
    kind, sign = ADJUSTMENTS[turn % len(ADJUSTMENTS)]
    order_id = rows[0].order_id if turn % 2 else ""
    market = ledger.shop.market
    amount = sign * market.minor(market.prices[0])
    one = Pending("adjustment", day, order_id, {"type": kind, "amount": amount})
    rows.append(_adjusted(ledger, one, day))


def _reserve(ledger, day, rows):
    """Keep a part of some settlements back for a week (GB, US)."""
    if not RATES[ledger.shop.market.code].reserves:
        return
    for row in [row for row in rows if row.type == "ORDER" and row.amount > 0]:
        order = ledger.shop.orders[row.order_id]
        if order.plain or random.Random(int(row.id)).random() >= 0.15:
            continue
        kept = row.amount * RESERVE_RATE // 100
        if not kept:
            continue
        reserve = new_reserve(ledger, kept, row.order_id, day)
        rows.append(_reserved(ledger, Pending("", day, row.order_id, reserve), day))
        due = reserve["release_time"]
        ledger.waiting.append(Pending("reserve", due, row.order_id, reserve))
