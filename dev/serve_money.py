"""What an accountant finds in ``make serve``: statements, payouts, what is not paid."""

import time
from datetime import datetime, timedelta, timezone

from . import connect, door, money, server, settle
from .web_client import WebClient

ORDERS = 8  # more of each shop, over which money is told
SETTLED, LATER = slice(0, 4), slice(4, 6)
# How long ago orders arrived that nobody has paid.
AGES = (3, 11, 24, 45, 80, 5, 19, 66)
POLICY = {"invoice_policy": "settled", "booking_policy": "manual"}
RATES = {"commission": 6.0, "transaction": 2.0, "affiliate": 3.0}


def is_there(client: WebClient) -> bool:
    """Tell whether an earlier run has brought all this."""
    booked = [("state", "=", "booked")]
    return bool(client.call("tts.statement", "search_count", booked))


def prepare(client: WebClient, sandbox: server.SandboxServer) -> None:
    """Let a month of money pass: some of it booked, some of it left to do.

    :raise SetupError: when settlements could not be read, or not be booked.
    """
    accountant = money.accountant(client, money.LOGIN)
    shops = connect.shops(client)
    money.set_up(client, {shop["id"]: POLICY for shop in shops})
    _expect_fees(client, shops[0]["id"])
    orders = _sell(client, sandbox, shops)
    first = [_settle_first(sandbox, shop, orders) for shop in shops]
    for number, shop in enumerate(shops):
        _settle_second(sandbox, shop, orders, number)
    _pay(sandbox, shops)
    _sync(client)
    _grow_old(client, orders)
    money.read_settlements(accountant, client)
    money.book(accountant, _statements(accountant, first))
    payouts = money.awaited(accountant)
    money.bank_lines(client, accountant, payouts[: -(-len(payouts) // 2)])
    money.match(client, accountant)


def _expect_fees(client: WebClient, shop: int) -> None:
    """Let a shop expect some fees, so that others differ."""
    for group, rate in RATES.items():
        domain = [("shop_id", "=", shop), ("group", "=", group)]
        ids = [row["id"] for row in client.read("tts.fee.account", domain, ["id"])]
        client.call("tts.fee.account", "write", ids, {"expected_rate": rate})


# === AT TIKTOK === #


def _sell(
    client: WebClient, sandbox: server.SandboxServer, shops: list[dict]
) -> dict[str, list[str]]:
    """Place and carry orders beside those the warehouse works on.

    :return: {TikTok's id of the shop: those of its orders}
    """
    order = {"status": "AWAITING_SHIPMENT", "ordinary": True, "in_stock": True}
    orders = {
        shop["remote_id"]: door.post(
            sandbox, "/orders", shop_id=shop["remote_id"], count=ORDERS, **order
        )["ids"]
        for shop in shops
    }
    _sync(client)
    for order_id in [order_id for ids in orders.values() for order_id in ids]:
        door.post(sandbox, f"/orders/{order_id}", status="DELIVERED", force=True)
    return orders


def _sync(client: WebClient) -> None:
    time.sleep(1)  # TikTok tells times in whole seconds; this one is not over yet
    connect.sync(client)


def _settle_first(sandbox: server.SandboxServer, shop: dict, orders: dict) -> str:
    """Make the statement that is booked, with an order that Odoo never had."""
    shop_id = shop["remote_id"]
    mine = orders[shop_id][SETTLED]
    settle.complete(sandbox, mine)
    order = {"shop_id": shop_id, "order": {"status": "COMPLETED"}}
    unknown = door.post(sandbox, "/orders", **order)["ids"]
    fee = {"order_id": mine[0], "key": "comet_handling_fee_amount", "amount": "-1"}
    settle.change(sandbox, shop_id, fee=fee)
    if shop["region"] in ("GB", "US"):
        reserve = {"amount": "2", "order_id": mine[1]}
        settle.change(sandbox, shop_id, reserve=reserve)
    return settle.settle(sandbox, shop_id, range(6, 30), [*mine, *unknown])


def _settle_second(
    sandbox: server.SandboxServer, shop: dict, orders: dict, number: int
) -> None:
    """Make a statement that is left to do: to book, not adding up, or empty."""
    shop_id = shop["remote_id"]
    mine = orders[shop_id][LATER]
    if number % 4 == 3:
        settle.settle(sandbox, shop_id, range(3, 6), [])
    refunded = orders[shop_id][0]
    door.post(sandbox, f"/orders/{refunded}", refund={"amount": "1"})
    adjust = {"type": "COMET_SURCHARGE", "amount": "-2"}
    settle.change(sandbox, shop_id, adjust=adjust)
    settle.complete(sandbox, mine)
    made = settle.settle(sandbox, shop_id, (1, 2, 0, 3, 4, 5), [refunded, *mine])
    if number % 4 == 2:
        settle.spoil(sandbox, made)


def _pay(sandbox: server.SandboxServer, shops: list[dict]) -> None:
    """Let a payment fail; withdraw what lies in balances, one of them in vain."""
    finance = door.state(sandbox, "finance")["finance"]
    failed = False
    for shop in shops:
        mine = finance[shop["remote_id"]]
        for row in mine["withdrawals"]:
            if row["type"] == "SETTLE" and row["status"] == "SUCCESS":
                amount = row["amount"]
                settle.change(sandbox, shop["remote_id"], withdraw=amount)
        if mine["withdrawals"]:
            refused = {"withdraw": "5", "status": "FAILED"}
            settle.change(sandbox, shop["remote_id"], **refused)
        open_ = [row for row in mine["payments"] if row["status"] == "PROCESSING"]
        if open_ and not failed:
            path = f"/finance/{open_[0]['statement_ids'][0]}"
            door.post(sandbox, path, payment_status="FAILED")
            failed = True


# === IN ODOO === #


def _grow_old(client: WebClient, orders: dict[str, list[str]]) -> None:
    """Let orders that nobody has paid be as old as they would be in a true shop."""
    open_ = [order_id for ids in orders.values() for order_id in ids[LATER.stop :]]
    for number, row in enumerate(money.orders(client, open_).values()):
        past = timedelta(days=AGES[number % len(AGES)])
        moment = (datetime.now(timezone.utc) - past).strftime("%Y-%m-%d %H:%M:%S")
        client.call("tts.order", "write", [row], {"completed_at": moment})


def _statements(session: WebClient, remote_ids: list[str]) -> list[int]:
    domain = [("remote_id", "in", remote_ids), ("state", "=", "ready")]
    return [row["id"] for row in session.read("tts.statement", domain, ["id"])]
