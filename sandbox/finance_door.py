"""What the control door does to the money of a shop."""

from .ledger import DAY, Pending
from .payouts import make_payment, payment_status, set_status, withdraw
from .places import find_shop, one_of, only
from .sale import Refund
from .settlement import completed, ledger_of, midnight, new_reserve, write
from .spoil import check

_KEYS = (
    "shop_id",
    "adjust",
    "reserve",
    "fee",
    "pay",
    "withdraw",
    "negative",
    "type",
    "status",
    "currency",
    "exchange_rate",
)
STATUSES = ("PAID", "PROCESSING", "FAILED", "SETTLED")


def change_finance(box, body, _values=None):
    """Let something happen to the money of a shop; return the ids of what was made.

    `adjust` {"type", "amount", "order_id"?} and `reserve` {"amount", "order_id"?} or
    {"release": id} wait for the next statement, `fee` {"order_id", "key", "amount"} for
    the next transaction of that order. `pay` [statement ids] pays them at once and
    together (`status`, `currency`, `exchange_rate`); `withdraw` an amount (`type`,
    `status`, `negative`) moves the seller's balance.

    :raise KeyError: for an unknown shop, order, statement or reserve
    :raise ValueError: for what is paid or released already
    """
    only(body, *_KEYS)
    shop = _shop_of(box, body)
    ledger = ledger_of(box, shop)
    answer = {"shop_id": shop.id}
    for key, change in _CHANGES.items():
        if key in body:
            answer |= change(box, ledger, body)
    return answer


def _shop_of(box, body):
    """Return the shop named, that of an order or statement named, or the first one."""
    if body.get("shop_id"):
        return find_shop(box, body)
    for key in ("adjust", "reserve", "fee"):
        order_id = (body.get(key) or {}).get("order_id")
        if order_id and box.order(order_id):
            return box.order(order_id).shop
    for shop in box.shops.values():
        if set(body.get("pay") or ()) & set(shop.ledger.statements):
            return shop
    return find_shop(box, body)


def _amount(ledger, row):
    return ledger.shop.market.minor(float(row["amount"]))


def _wait(box, ledger, kind, order_id, about):
    due = midnight(box.now())
    ledger.waiting.append(Pending(kind, due, order_id, about))
    ledger.next_due = min(ledger.next_due, due)


def _adjust(box, ledger, body):
    row = body["adjust"]
    only(row, "type", "amount", "order_id")
    about = {
        "type": str(row["type"]),
        "amount": _amount(ledger, row),
        "id": ledger.next_number(),
        "adjustment_id": ledger.next_number(),
    }
    _wait(box, ledger, "adjustment", str(row.get("order_id") or ""), about)
    return {"transaction_id": about["id"], "adjustment_id": about["adjustment_id"]}


def _reserve(box, ledger, body):
    """Collect a reserve with the next statement, or release one."""
    row = body["reserve"]
    only(row, "amount", "order_id", "release")
    if "release" not in row:
        order_id = str(row.get("order_id") or "")
        day = midnight(box.now())
        reserve = new_reserve(ledger, _amount(ledger, row), order_id, day)
        _wait(box, ledger, "reserve", order_id, reserve)
        return {"reserve_id": reserve["id"]}
    reserve = ledger.reserves[row["release"]]
    waiting = [one for one in ledger.waiting if one.about is reserve]
    if reserve["status"] == "RELEASED" or (waiting and not reserve["status"]):
        raise ValueError(f"the reserve {reserve['id']} cannot be released now")
    for one in waiting:
        ledger.waiting.remove(one)
    _wait(box, ledger, "reserve", reserve["order_id"], reserve)
    return {"reserve_id": reserve["id"]}


def _fee(_box, ledger, body):
    row = body["fee"]
    only(row, "order_id", "key", "amount")
    order = ledger.shop.orders[row["order_id"]]
    ledger.fees.setdefault(order.id, {})[str(row["key"])] = _amount(ledger, row)
    order.touch()
    return {}


def _pay(box, ledger, body):
    statements = [ledger.statements[number] for number in body["pay"]]
    paid = [row.id for row in statements if row.payment is not None]
    if paid or not statements:
        raise ValueError(f"paid already, or nothing to pay: {', '.join(paid)}")
    status = one_of(body.get("status", "PAID"), STATUSES[:3], "status")
    currency, rate = body.get("currency"), body.get("exchange_rate", "1.000000")
    payment = make_payment(ledger, statements, box.now(), status, currency, rate)
    payment.automatic = False
    return {"payment_id": payment.id}


def _withdraw(box, ledger, body):
    amount = ledger.shop.market.minor(float(body["withdraw"]))
    row = withdraw(
        ledger,
        -amount if body.get("negative") else amount,
        str(body.get("type", "WITHDRAW")),
        str(body.get("status", "SUCCESS")),
        box.now(),
    )
    return {"withdrawal_id": row.id}


_CHANGES = {
    "adjust": _adjust,
    "reserve": _reserve,
    "fee": _fee,
    "pay": _pay,
    "withdraw": _withdraw,
}


def change_statement(box, statement_id, body):
    """Change one statement, or settle now (`settle` instead of an id).

    `spoil` (a key of `spoil.KINDS`, null undoes it) and `payment_status`, which its
    payment follows.

    :raise KeyError: for an unknown statement
    """
    if statement_id == "settle":
        return settle_now(box, body)
    only(body, "spoil", "payment_status")
    for shop in box.shops.values():
        ledger = ledger_of(box, shop)
        statement = ledger.statements.get(statement_id)
        if statement is None:
            continue
        if "spoil" in body:
            if body["spoil"]:
                check(statement, body["spoil"])
            statement.spoil = body["spoil"] or ""
        if "payment_status" in body:
            status = one_of(body["payment_status"], STATUSES, "payment_status")
            _set_payment(box, ledger, statement, status)
        return {
            "id": statement.id,
            "spoil": statement.spoil,
            "payment_status": payment_status(shop, statement),
            "payment_id": statement.payment.id if statement.payment else "",
        }
    raise KeyError(f"statement {statement_id}")


def _set_payment(box, ledger, statement, status):
    """Give a statement a payment status, and with it all that its payment pays."""
    if statement.payment is None and status != "PROCESSING":
        make_payment(ledger, [statement], box.now(), status)
    if statement.payment is not None:
        of_payment = "PAID" if status == "SETTLED" else status
        set_status(ledger, statement.payment, of_payment, box.now())
    together = statement.payment.statements if statement.payment else [statement]
    for one in together:
        one.status = status


def settle_now(box, body):
    """Settle into a statement without waiting.

    :param body: `order_ids`: these, completed or not, and refunds of them (default: all
        completed ones and all refunds); `day`: Unix time of the statement (default: the
        last 00:00 UTC), the next free one when that day has one; `shop_id`
    :return: {"statement_id", "transaction_ids"}; adjustments and reserves that wait are
        in it too, and with none of all these it is zero
    :raise KeyError: for an order of nobody
    :raise ValueError: for one that is cancelled, or settled with nothing new
    """
    only(body, "shop_id", "order_ids", "day")
    ids = body.get("order_ids")
    shop = box.order(ids[0]).shop if ids and box.order(ids[0]) else find_shop(box, body)
    ledger = ledger_of(box, shop)
    orders, waiting = _chosen(box, ledger, ids)
    day = int(body.get("day", box.now())) // DAY * DAY
    statement = write(ledger, ledger.free_day(day), orders, waiting)
    return {
        "statement_id": statement.id,
        "transaction_ids": [row.id for row in statement.rows],
    }


def _chosen(box, ledger, ids):
    """Return the orders and what waits for the statement that is made now."""
    now = int(box.now())
    waiting = [row for row in ledger.waiting if row.due <= midnight(now)]
    if ids is None:
        return completed(ledger), waiting
    orders = []
    waiting = [row for row in waiting if row.kind != "refund" or row.order_id in ids]
    refunded = {row.order_id for row in waiting if row.kind == "refund"}
    for order_id in dict.fromkeys(ids):
        if order_id not in ledger.sales:
            orders.append(_open(ledger.shop.orders[order_id]))
        elif order_id in ledger.fees and order_id not in refunded:
            # A fee alone: the transaction of a refund of nothing.
            nothing = Refund(now, 0, 0, 0, 0, ())
            ledger.waiting.append(Pending("refund", now, order_id, nothing))
            waiting.append(ledger.waiting[-1])
        elif order_id not in refunded:
            raise ValueError(f"order {order_id} has settled")
    return orders, waiting


def _open(order):
    if order.broken or order.status == "CANCELLED":
        raise ValueError(f"order {order.id} does not settle: it is {order.status}")
    return order
