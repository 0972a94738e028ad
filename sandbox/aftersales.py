"""The clock of after-sales, and what every call of it checks first.

Source: TikTok Shop Partner API docs, Return and Refund reference.
"""

from dataclasses import dataclass
from functools import wraps

from .cancellations import follow
from .errors import business, gateway, parameter
from .router import endpoint

SCOPE = "seller.return_refund.basic"
BASE = "/return_refund"
LONGEST_KEY = 255


@dataclass
class Settings:
    """What the control door sets for all shops.

    :ivar generation: the newest version that is served, "" for all
    :ivar missing: what newer paths answer: an unknown "path" or an invalid "version"
    :ivar turn: how often the reasons were renamed beside the clock
    :ivar keys: {(shop id, path, idempotency key): answer}
    """

    started: int
    generation: str = ""
    missing: str = "path"
    turn: int = 0
    keys: dict = None


def up_to_date(box, shop):
    """Follow the orders that changed, and let happen what is due by now."""
    _follow(box, shop)
    now = int(box.now())
    while True:
        due = [case for case in shop.open_cases.values() if case.due <= now]
        if not due:
            break
        case = min(due, key=lambda case: (case.due, case.id))
        when, case.due = case.due, None
        shop.open_cases.pop(case.id, None)
        case.lapse(box, when)
    _follow(box, shop)


def _follow(box, shop):
    stale = shop.stale
    shop.stale = set()
    orders = shop.orders.values() if stale is None else stale
    for order in sorted(orders, key=lambda order: order.id):
        if shop.orders.get(order.id) is order:
            follow(box, order)


def forget(shop):
    """Forget every case of `shop`."""
    for cases in (shop.cancellations, shop.returns, shop.open_cases):
        cases.clear()
    shop.stale = set()
    shop.changed("cancellations")
    shop.changed("returns")


def served(method, *paths):
    """Register an endpoint below `BASE` on each of `paths`, newest generation and all.

    :raise ApiError: 36009009 or 36009014 for a generation the door switched off
    """

    def register(function):
        @endpoint(method, *(BASE + path for path in paths), scope=SCOPE)
        @wraps(function)
        def answer(call, **values):
            settings = call.box.aftersales
            version = call.path.split("/")[2]
            if settings.generation and version > settings.generation:
                raise gateway(settings.missing)
            up_to_date(call.box, call.shop)
            return function(call, **values)

        return answer

    return register


def version_of(call):
    """Return the version in the path of a call."""
    return call.path.split("/")[2]


def own_case(call, case_id, kinds=("cancellations", "returns")):
    """Return a cancellation or return of the shop of the call.

    :raise ApiError: 25007006 of nobody, 25020005 of another shop
    """
    for kind in kinds:
        if case_id in getattr(call.shop, kind):
            return getattr(call.shop, kind)[case_id]
    others = call.box.shops.values()
    strange = any(case_id in getattr(shop, kind) for shop in others for kind in kinds)
    raise business(25020005 if strange else 25007006)


def own_order(call, order_id):
    """Return an order of the shop of the call.

    :raise ApiError: as `own_case`
    """
    order = call.shop.orders.get(order_id)
    if order is None:
        raise business(25020005 if call.box.order(order_id) else 25007006)
    return order


def once(call, work):
    """Return what `work` returns; a repeated idempotency key gets the first answer.

    Refused calls are not kept: a key may be used again after them.
    """
    key = call.query.get("idempotency_key")
    if not key:
        return work()
    if len(key) > LONGEST_KEY:
        raise parameter(f"IdempotencyKey is invalid, maximum length: {LONGEST_KEY}.")
    kept = call.box.aftersales.keys
    name = call.shop.id, call.path, key
    if name not in kept:
        kept[name] = work()
    return kept[name]
