"""What is left to do after the sale in ``make serve``, and what sold over the weeks."""

import itertools
import time
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from . import (
    aftersales,
    cases,
    connect,
    delivery,
    demo_stock,
    door,
    money,
    server,
    settle,
)
from .web_client import WebClient

# How long ago orders of a shop were placed: more of them of late.
AGES = (82, 77, 71, 64, 58, 51, 45, 40, 36, 31, 27, 24, 21, 17, 14, 12, 9, 7, 5, 3)
SETTLED = 14  # so many of them, the first, have been settled
PER_STATEMENT = 5
COST = (4.5, 7.0, 2.5, 11.0, 5.5)  # of a unit, in the company's currency
NOTE = "The seam came open on the second day, see the photos."
HOUR = 3600


class Plot(NamedTuple):
    """A return, what is answered to it in Odoo, and what others do then.

    ``hours`` are left of the time to answer, None for all of it.
    """

    kind: str
    answer: str = ""
    steps: tuple[str, ...] = ()
    hours: int | None = None
    photos: int = 0
    options: tuple[tuple[str, object], ...] = ()


RETURN, REFUND, REPLACEMENT = "RETURN_AND_REFUND", "REFUND", "REPLACEMENT"
_REASON = "ecom_order_delivered_refund_and_return_reason_{}"
DAMAGED = (("reason", _REASON.format("damaged")),)
UNWANTED = (("reason", _REASON.format("no_longer_needed")),)
PLOTS = (
    Plot(RETURN, hours=7, photos=2, options=DAMAGED),
    Plot(RETURN, "APPROVE_RETURN", ("ship_back",), options=UNWANTED),
    Plot(REFUND, "APPROVE_REFUND"),
    Plot(REPLACEMENT, "APPROVE_REPLACEMENT", options=(("keep_item", True),)),
    Plot(RETURN, "APPROVE_RETURN", ("ship_back", "arrive"), None, 1, DAMAGED),
    Plot(REFUND, hours=30),
    Plot(RETURN, "REJECT_RETURN", ("arbitrate",), photos=1),
    Plot(REFUND, "OFFER_PARTIAL_REFUND"),
    Plot(REPLACEMENT, hours=20, photos=1),
    Plot(RETURN, "APPROVE_RETURN", options=UNWANTED),
    Plot(RETURN, "DIRECT_REFUND", options=(("shipping", True),)),
    Plot(RETURN, "REJECT_RETURN", options=UNWANTED),
)
# Who cancels at once, and why.
CANCELLED = (
    ("SELLER", "seller_cancel_reason_out_of_stock"),
    ("SYSTEM", "system_cancel_order_reason_shipping_timeout"),
)
# Hours that are left to answer requests to cancel, and why their buyers ask.
REQUESTED = ((3, "better_price"), (27, "no_longer_needed"), (44, "wrong_delivery_info"))
CANCEL_REASON = "ecom_order_to_ship_canceled_reason_{}"


def is_there(client: WebClient) -> bool:
    """Tell whether an earlier run has brought all this."""
    return bool(client.call(aftersales.RETURN, "search_count", []))


def prepare(client: WebClient, sandbox: server.SandboxServer) -> None:
    """Let weeks of orders pass, and buyers ask for all kinds of things.

    :raise SetupError: when something could not be read, answered or booked
    """
    sales = aftersales.salesperson(client, aftersales.LOGIN)
    clerk = delivery.clerk(client, delivery.LOGIN)
    accountant = money.accountant(client, money.LOGIN)
    _enter_costs(client)
    sold = _sell(client, clerk, sandbox)
    _settle(client, accountant, sandbox, sold)
    returns = _return(client, accountant, sandbox, sold)
    requests = _ask_to_cancel(sandbox)
    aftersales.sync(client)
    _answer(client, sales, requests, returns)
    for case, plot in returns.items():
        for what in plot.steps:
            cases.step(sandbox, case, what)
    aftersales.read(client)
    _receive(clerk, sandbox)
    connect.sync(client)  # the new order of a replacement came


# === WEEKS OF ORDERS === #


def _enter_costs(client: WebClient) -> None:
    """Let products cost something, so that there is a margin to see."""
    domain = [("is_storable", "=", True), ("standard_price", "=", 0)]
    ids = client.call("product.product", "search", domain)
    for number, cost in enumerate(COST):
        mine = ids[number :: len(COST)]
        client.call("product.product", "write", mine, {"standard_price": cost})


def _sell(
    client: WebClient, clerk: WebClient, sandbox: server.SandboxServer
) -> dict[str, list[str]]:
    """Sell over the last months; all of it has left and arrived.

    :return: {TikTok's id of the shop: ids of its orders, the oldest first}
    """
    state = door.state(sandbox, "shops", "products", "inventory")
    now, sold = int(time.time()), {}
    for number, shop in enumerate(state["shops"]):
        skus = itertools.cycle(demo_stock.plenty(state, shop["id"])[:9])
        sold[shop["id"]] = [
            _place(sandbox, shop["id"], now - (age * 24 + number * 31) * HOUR, sku, age)
            for age, sku in zip(AGES, skus, strict=False)
        ]
    time.sleep(1)  # TikTok tells times in whole seconds; this one is not over yet
    connect.sync(client)
    ids = [order_id for mine in sold.values() for order_id in mine]
    for order_id in ids:
        door.post(sandbox, f"/orders/{order_id}", status="DELIVERED", force=True)
    time.sleep(1)
    connect.sync(client)
    domain = [("sale_id.client_order_ref", "in", ids), ("state", "=", "assigned")]
    delivery.validate(clerk, client.call("stock.picking", "search", domain))
    for number, age in enumerate(AGES):
        _leave(client, [mine[number] for mine in sold.values()], age - 1 - age % 2)
    return sold


def _leave(client: WebClient, orders: list[str], days_ago: int) -> None:
    """Let parcels have left when they would have in a true shop."""
    domain = [("sale_id.client_order_ref", "in", orders), ("state", "=", "done")]
    past = datetime.now(timezone.utc) - timedelta(days=days_ago)
    values = {"date_done": past.strftime("%Y-%m-%d %H:%M:%S")}
    ids = client.call("stock.picking", "search", domain)
    client.call("stock.picking", "write", ids, values)


def _place(
    sandbox: server.SandboxServer, shop_id: str, when: int, sku: str, age: int
) -> str:
    order = {
        "create_time": when,
        "paid_time": when + 60,
        "line_items": [{"seller_sku": sku, "quantity": 1 + age % 3}],
    }
    return door.post(sandbox, "/orders", shop_id=shop_id, order=order)["ids"][0]


def _settle(
    client: WebClient,
    accountant: WebClient,
    sandbox: server.SandboxServer,
    sold: dict[str, list[str]],
) -> None:
    """Settle and book the older ones, so that fees and margins are known."""
    for shop_id, mine in sold.items():
        done = mine[:SETTLED]
        settle.complete(sandbox, done)
        for start in range(0, SETTLED, PER_STATEMENT):
            age = max(AGES[start : start + PER_STATEMENT][-1] - 7, 2)
            part = done[start : start + PER_STATEMENT]
            settle.settle(sandbox, shop_id, range(age, age + 30), part)
    connect.sync(client)
    before = money.statements(accountant)
    money.read_settlements(accountant, client, days=AGES[0])
    fresh = set(money.statements(accountant)) - set(before)
    money.book(accountant, sorted(fresh))


# === AFTER THE SALE === #


def _return(
    client: WebClient,
    accountant: WebClient,
    sandbox: server.SandboxServer,
    sold: dict[str, list[str]],
) -> dict[str, Plot]:
    """Have buyers of recent orders ask for something; return their cases."""
    recent = [mine[SETTLED:] for mine in sold.values()]
    # From all shops in turn.
    orders = [order_id for turn in zip(*recent, strict=True) for order_id in turn]
    orders = orders[: len(PLOTS)]
    money.create_invoices(accountant, orders)
    returns = {}
    for order_id, plot in zip(orders, PLOTS, strict=True):
        body: dict = {"photos": plot.photos, **dict(plot.options)}
        if plot.photos:
            body["note"] = NOTE
        if plot.hours is not None:
            body["deadline"] = int(time.time()) + plot.hours * HOUR
        case = cases.make_return(sandbox, order_id, plot.kind, **body)
        returns[case] = plot
    return returns


def _ask_to_cancel(sandbox: server.SandboxServer) -> list[str]:
    """Have orders cancelled by all kinds of people.

    :return: the ids of two requests that are to be answered: accepted, declined
    """
    shops = itertools.cycle(door.state(sandbox, "shops")["shops"])

    def place() -> str:
        order = {"status": "AWAITING_SHIPMENT", "ordinary": True, "in_stock": True}
        shop_id = next(shops)["id"]
        return door.post(sandbox, "/orders", shop_id=shop_id, **order)["ids"][0]

    for role, reason in CANCELLED:
        cases.cancel(sandbox, place(), role=role, reason=reason)
    for hours, why in REQUESTED:
        body = {"deadline": int(time.time()) + hours * HOUR}
        body["reason"] = CANCEL_REASON.format(why)
        cases.ask_to_cancel(sandbox, place(), **body)
    return [cases.ask_to_cancel(sandbox, place()) for _number in range(2)]


def _answer(
    client: WebClient,
    sales: WebClient,
    requests: list[str],
    returns: dict[str, Plot],
) -> None:
    accepted, declined = requests
    aftersales.accept(sales, [accepted])
    aftersales.decline(sales, [declined])
    answered = {case: plot.answer for case, plot in returns.items() if plot.answer}
    aftersales.answer_returns(sales, answered)
    aftersales.wait(client)


def _receive(clerk: WebClient, sandbox: server.SandboxServer) -> None:
    """Let a clerk receive what has arrived, and leave it to be inspected."""
    state = door.state(sandbox, "returns", raw=False)["returns"]
    arrived = {key for key, row in state.items() if row["arrived"]}
    rows = aftersales.to_receive(clerk)
    here = [row["id"] for row in rows if row["tts_return_id"][1] in arrived]
    aftersales.receive(clerk, here)
