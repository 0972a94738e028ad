"""The demo's part after the sale: requests, answers, goods and money that go back."""

import itertools
from typing import NamedTuple

from . import (
    aftersales,
    cases,
    connect,
    delivery,
    demo_money,
    demo_stock,
    door,
    money,
    reconcile_money,
    server,
    settle,
    stock,
)
from .progress import SetupError, say, step
from .web_client import WebClient

ORDERS = 2  # of each shop, of whose goods something comes back
REQUESTS = 1  # orders of each shop that their buyers ask to cancel
OLDER = "202309"  # the first generation of calls
PARCEL = "APPROVE_RECEIVED_PACKAGE"


class Plot(NamedTuple):
    """What happens about one return.

    ``answer`` is the decision taken in Odoo, "" when nobody answers in time; ``steps``
    what others do then, and ``again`` the decision that follows. ``comes_back``: the
    parcel does, and ``scrapped`` units of it cannot be sold again.
    """

    kind: str
    answer: str = ""
    steps: tuple[str, ...] = ()
    again: str = ""
    comes_back: bool = False
    scrapped: int = 0
    shipping: bool = False


RETURN, REFUND, REPLACEMENT = "RETURN_AND_REFUND", "REFUND", "REPLACEMENT"
PLOTS = (
    Plot(RETURN, "APPROVE_RETURN", comes_back=True, shipping=True),
    Plot(REFUND, "APPROVE_REFUND"),
    Plot(REPLACEMENT, "APPROVE_REPLACEMENT", comes_back=True),
    Plot(RETURN, "APPROVE_RETURN", comes_back=True, scrapped=1),
    Plot(REFUND, "OFFER_PARTIAL_REFUND", ("accept_offer",)),
    Plot(RETURN, "", comes_back=True),
    Plot(RETURN, "DIRECT_REFUND"),
    Plot(RETURN, "REJECT_RETURN", ("arbitrate", "support_buyer"), comes_back=True),
    Plot(REFUND, "OFFER_PARTIAL_REFUND", ("refuse_offer",), "APPROVE_REFUND"),
    Plot(RETURN, "APPROVE_RETURN+KEEP"),
    Plot(RETURN, "REJECT_RETURN"),
    Plot(RETURN, "APPROVE_RETURN", comes_back=True),
)


def sell(sandbox: server.SandboxServer) -> list[str]:
    """Have buyers order what some of them send back later; return the order ids."""
    state = door.state(sandbox, "shops", "products", "inventory")
    sold = []
    for shop in state["shops"]:
        skus = demo_stock.plenty(state, shop["id"])
        for sku in itertools.islice(itertools.cycle(skus[:ORDERS]), ORDERS):
            order = {"line_items": [{"seller_sku": sku, "quantity": 2}]}
            answer = door.post(sandbox, "/orders", shop_id=shop["id"], order=order)
            sold += answer["ids"]
    return sold


def show(
    client: WebClient,
    sandbox: server.SandboxServer,
    sold: list[str],
    query: reconcile_money.Query,
) -> None:
    """Let buyers cancel and send back, and people answer, receive and credit.

    :param sold: orders that nobody has done anything with since they left.
    """
    people = aftersales.salesperson(client), delivery.clerk(client)
    accountant = money.accountant(client)
    sold = _left(client, sandbox, sold)
    requests, returns = _ask(client, accountant, sandbox, sold)
    _answer_requests(client, people[0], sandbox, requests, query)
    _answer_returns(client, people[0], sandbox, returns)
    _bring_back(client, *people, sandbox, returns)
    _credit(client, accountant, sandbox, sold)
    with step("TikTok lists again what is back in stock"):
        connect.sync(client)  # new orders of replacements came
        stock.compare(client)
        demo_stock.settle(client, sandbox)


def _left(
    client: WebClient, sandbox: server.SandboxServer, sold: list[str]
) -> list[str]:
    """Return those of these orders that have left and are in Odoo, all delivered."""
    state = door.state(sandbox, "orders", raw=False)["orders"]
    gone = [key for key in sold if state[key]["status"] in demo_money.GONE]
    domain = [("sale_id.client_order_ref", "in", gone), ("state", "=", "done")]
    rows = client.read("stock.picking", domain, ["sale_id"])
    orders = [("id", "in", [row["sale_id"][0] for row in rows])]
    names = client.read("sale.order", orders, ["client_order_ref"], order="id")
    return [row["client_order_ref"] for row in names]


# === BUYERS ASK === #


def _ask(
    client: WebClient,
    accountant: WebClient,
    sandbox: server.SandboxServer,
    sold: list[str],
) -> tuple[list[str], dict[str, Plot]]:
    """Have buyers ask: to cancel what has not left, to return what has arrived.

    :return: the ids of the requests to cancel, and of the returns with their plots
    """
    with step("buyers ask to cancel and to return; Sync Orders"):
        requests = _ask_to_cancel(sandbox)
        for order_id in sold:
            path = f"/orders/{order_id}"
            door.post(sandbox, path, status="DELIVERED", force=True)
        invoiced = money.invoices(accountant, sold)
        money.create_invoices(accountant, [key for key in sold if key not in invoiced])
        orders = door.state(sandbox, "orders")["orders"]
        plots = itertools.cycle(PLOTS)
        returns = {}
        for number, (order_id, plot) in enumerate(zip(sold, plots, strict=False)):
            lines = [row["id"] for row in orders[order_id]["raw"]["line_items"]]
            body = {"lines": lines[: 1 + number % 2], "photos": 1}
            body["note"] = "It is not as it was described"
            body["shipping"] = plot.shipping
            case = cases.make_return(sandbox, order_id, plot.kind, **body)
            returns[case] = plot
        aftersales.sync(client)
    say(f"   {len(requests)} requests to cancel, {len(returns)} returns")
    return requests, returns


def _ask_to_cancel(sandbox: server.SandboxServer) -> list[str]:
    """Place orders and have their buyers ask to cancel; some cancel single units."""
    requests = []
    for shop in door.state(sandbox, "shops")["shops"]:
        order = {"status": "AWAITING_SHIPMENT", "ordinary": True, "in_stock": True}
        placed = door.post(
            sandbox, "/orders", shop_id=shop["id"], count=REQUESTS, **order
        )
        requests += [cases.ask_to_cancel(sandbox, key) for key in placed["ids"]]
    return requests


# === ANSWERS === #


def _answer_requests(
    client: WebClient,
    sales: WebClient,
    sandbox: server.SandboxServer,
    requests: list[str],
    query: reconcile_money.Query,
) -> None:
    """Accept some requests, decline others; TikTok answers the last one by itself.

    The answer to the first call is lost.

    :raise SetupError: when nothing was lost, or nobody learns what became of it
    """
    *answered, late = requests
    accepted, declined = answered[::2], answered[1::2]
    cases.lose_answer(sandbox, cases.CANCELLATIONS, accepted[0])
    cases.lapse(sandbox, cases.CANCELLATIONS, late)
    with step(f"Accept {len(accepted)}, Decline {len(declined)}; one answer is lost"):
        aftersales.accept(sales, accepted)
        aftersales.decline(sales, declined)
        aftersales.wait(client)
        lost = aftersales.unknown(client)
        # Nobody waits here for the minutes until it is asked about again.
        query("UPDATE tts_answer SET next_try = NULL WHERE state = 'sending'")
        aftersales.read(client)
    left = aftersales.unknown(client)
    if lost != 1 or left:
        raise SetupError(f"{lost} answers were lost, {left} are still unknown")


def _answer_returns(
    client: WebClient,
    sales: WebClient,
    sandbox: server.SandboxServer,
    returns: dict[str, Plot],
) -> None:
    """Answer returns in Odoo, the first half by the older calls; some are missed."""
    half = len(returns) // 2
    answered = [case for case, plot in returns.items() if plot.answer]
    for case in returns.keys() - set(answered):
        cases.lapse(sandbox, cases.RETURNS, case)
    for newest, chosen in ((OLDER, answered[:half]), ("", answered[half:])):
        what = f"as in {newest}" if newest else "of today"
        with step(f"Answer {len(chosen)} returns, by the calls {what}"):
            cases.serve_generation(sandbox, newest)
            decisions = {case: returns[case].answer for case in chosen}
            aftersales.answer_returns(sales, decisions)
            aftersales.wait(client)
    cases.serve_generation(sandbox, "")


# === GOODS === #


def _bring_back(
    client: WebClient,
    sales: WebClient,
    clerk: WebClient,
    sandbox: server.SandboxServer,
    returns: dict[str, Plot],
) -> None:
    """Let buyers and TikTok go on, and parcels come back to a clerk."""
    parcels = [case for case, plot in returns.items() if plot.comes_back]
    with step(f"{len(parcels)} parcels come back, offers are taken, TikTok arbitrates"):
        for case, plot in returns.items():
            for what in plot.steps:
                cases.step(sandbox, case, what)
            if plot.comes_back:
                cases.send_back(sandbox, case)
        aftersales.read(client)
    with step("a clerk receives and inspects them"):
        _receive(clerk, returns)
    again = {case: plot.again for case, plot in returns.items() if plot.again}
    again |= dict.fromkeys(parcels, PARCEL)
    with step(f"Answer {len(again)} returns, most of them with Accept Parcel"):
        aftersales.answer_returns(sales, again)
        aftersales.wait(client)
        _complete(sandbox, list(returns)[::2])
        aftersales.read(client)


def _receive(clerk: WebClient, returns: dict[str, Plot]) -> None:
    rows = aftersales.to_receive(clerk)
    aftersales.receive(clerk, [row["id"] for row in rows])
    for row in rows:
        plot = returns[row["tts_return_id"][1]]
        aftersales.inspect(clerk, row["id"], plot.scrapped)
    say(f"   {len(rows)} returns received")


def _complete(sandbox: server.SandboxServer, some: list[str]) -> None:
    """Let the money of some returns reach their buyers."""
    state = door.state(sandbox, "returns", raw=False)["returns"]
    for case in some:
        if state[case]["status"] == "RETURN_OR_REFUND_REQUEST_SUCCESS":
            cases.step(sandbox, case, "complete")


# === MONEY === #


def _credit(
    client: WebClient,
    accountant: WebClient,
    sandbox: server.SandboxServer,
    sold: list[str],
) -> None:
    """Post what was proposed, and let TikTok settle the refunds."""
    with step("credit notes that were proposed are posted"):
        posted = aftersales.post(accountant)
    say(f"   {posted} credit notes")
    with step("the refunds are settled, and their statements booked"):
        state = door.state(sandbox, "orders", raw=False)["orders"]
        for shop in door.state(sandbox, "shops")["shops"]:
            mine = [key for key in sold if state[key]["shop_id"] == shop["id"]]
            settle.complete(
                sandbox, [key for key in mine if state[key]["status"] != "COMPLETED"]
            )
            if mine:
                # Of these days: what is older has been paid out already.
                settle.settle(sandbox, shop["id"], range(8), mine)
        money.read_settlements(accountant, client)
        money.book(accountant)
    if money.awaited(accountant):
        demo_money.reach_the_bank(client, accountant)
