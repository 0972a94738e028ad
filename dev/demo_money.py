"""The demo's part about money: orders settle, and the books say the same as TikTok."""

import dataclasses
import time
from collections.abc import Collection
from decimal import Decimal

from . import connect, door, money, server, settle
from .progress import SetupError, say, step
from .web_client import WebClient

GONE = ("IN_TRANSIT", "DELIVERED")
INVOICING = ("shipped", "settled", "manual")
BOOKING = ("automatic", "manual")
RESERVES = ("GB", "US")
ADJUSTMENTS = (
    ("PLATFORM_PENALTY", -3),
    ("Violation fee （settlement fee）", -2),
    ("LOGISTICS_REIMBURSEMENT", 4),
    ("COMET_SURCHARGE", -1),  # a type that nobody knows
)
NEW_FEE = "comet_handling_fee_amount"
# How much of the shop's least amounts something special is worth.
REFUNDED = 2


@dataclasses.dataclass
class Scene:
    """What happens to one shop; order ids are TikTok's.

    ``first`` and ``second`` are the orders of its statements, ``whole`` one of
    ``first`` that is refunded before it settles, ``later`` one that is refunded for
    ``amount`` afterwards, ``late`` one whose invoice is forgotten, and ``by_hand`` one
    whose payment may be registered by hand; each may be missing.
    """

    shop: dict
    row: dict
    unit: Decimal
    first: list[str]
    second: list[str]
    whole: str = ""
    later: str = ""
    amount: Decimal = Decimal()
    late: str = ""
    by_hand: str = ""

    @property
    def id(self) -> str:
        """TikTok's id of the shop."""
        return self.shop["id"]


def show(
    client: WebClient, sandbox: server.SandboxServer, others: Collection[str] = ()
) -> None:
    """Let an accountant close the month: invoices, statements, payouts.

    :param others: ids of orders that are left for later.
    """
    accountant = money.accountant(client)
    shops = connect.shops(client)
    with step(f"Set Up TikTok Payments of {len(shops)} shops"):
        money.enter_rates(client)
        money.set_up(client, _policies(shops))
    scenes = _scenes(client, sandbox, shops, others)
    with step("orders are completed, refunded and settled; payouts leave"):
        for number, scene in enumerate(scenes):
            _settle_first(sandbox, scene, number)
            if number % 2 == 0:
                _settle_second(sandbox, scene, number)
        _spoil(sandbox, scenes)
        _pay(sandbox, scenes)
        time.sleep(1)  # TikTok tells times in whole seconds; this one is not over yet
        connect.sync(client)
    _invoice(client, accountant, scenes)
    _book(client, accountant)
    _come_late(accountant, scenes)
    reach_the_bank(client, accountant)


def _policies(shops: list[dict]) -> dict[int, dict]:
    """Let shops differ in when they invoice, and in who books."""
    return {
        shop["id"]: {
            "invoice_policy": INVOICING[number % len(INVOICING)],
            "booking_policy": BOOKING[number % len(BOOKING)],
        }
        for number, shop in enumerate(shops)
    }


# === AT TIKTOK === #


def _scenes(
    client: WebClient,
    sandbox: server.SandboxServer,
    shops: list[dict],
    others: Collection[str],
) -> list[Scene]:
    """Choose what happens to which orders, of those that left and are in Odoo."""
    state = door.state(sandbox, "shops", "orders")
    sold = [("state", "=", "sale"), ("tts_order_id", "!=", False)]
    rows = client.read("sale.order", sold, ["client_order_ref"], order="id")
    rows = [row for row in rows if row["client_order_ref"] not in others]
    gone: dict[str, list[str]] = {shop["id"]: [] for shop in state["shops"]}
    for row in rows:
        order = state["orders"][row["client_order_ref"]]
        if order["status"] in GONE and not order["broken"] and _worth(order["raw"]):
            gone[order["shop_id"]].append(row["client_order_ref"])
    by_remote_id = {row["remote_id"]: row for row in shops}
    scenes = []
    for shop in state["shops"]:
        orders = gone[shop["id"]]
        if orders:
            unit = _unit([state["orders"][order_id]["raw"] for order_id in orders])
            scenes.append(_scene(shop, by_remote_id[shop["id"]], orders, unit))
    return scenes


def _unit(orders: list[dict]) -> Decimal:
    """Return a tenth of the least that an order is worth, in whole units, or one."""
    worth = min(map(_worth, orders))
    return max((worth / 10).quantize(Decimal(1)), Decimal(1))


def _worth(order: dict) -> Decimal:
    """Return what the goods of an order come to; some are given away."""
    return sum(
        (
            Decimal(line["original_price"]) - Decimal(line["seller_discount"])
            for line in order["line_items"]
            if line["display_status"] != "CANCELLED"
        ),
        Decimal(),
    )


def _scene(shop: dict, row: dict, orders: list[str], unit: Decimal) -> Scene:
    """Split the orders of a shop: two statements, and a few that stay open."""
    half, most = -(-len(orders) // 2), -(-len(orders) * 5 // 6)
    scene = Scene(shop, row, unit, orders[:half], orders[half:most])
    if len(scene.first) > 2:
        scene.whole = scene.first[0]
        scene.amount = REFUNDED * scene.unit
    if len(scene.first) > 3:
        scene.late = scene.by_hand = scene.first[3]
    return scene


def _settle_first(sandbox: server.SandboxServer, scene: Scene, number: int) -> None:
    """Complete and settle orders, one of them refunded, some days ago."""
    settle.complete(sandbox, scene.first)
    if scene.whole:
        door.post(sandbox, f"/orders/{scene.whole}", refund={"shipping": True})
    if number % 3 == 0:
        fee = {"order_id": scene.first[-1], "key": NEW_FEE, "amount": str(-scene.unit)}
        settle.change(sandbox, scene.id, fee=fee)
    if scene.shop["region"] in RESERVES:
        reserve = {"amount": str(scene.unit), "order_id": scene.first[0]}
        settle.change(sandbox, scene.id, reserve=reserve)
    settle.settle(sandbox, scene.id, range(5, 20))


def _settle_second(sandbox: server.SandboxServer, scene: Scene, number: int) -> None:
    """Settle later orders, an earlier one's refund and what is adjusted."""
    settle.complete(sandbox, scene.second)
    if scene.amount:
        scene.later = scene.first[1]
        refund = {"amount": str(scene.amount)}
        door.post(sandbox, f"/orders/{scene.later}", refund=refund)
    kind, units = ADJUSTMENTS[number // 2 % len(ADJUSTMENTS)]
    adjust = {"type": kind, "amount": str(units * scene.unit)}
    settle.change(sandbox, scene.id, adjust=adjust)
    # Nobody ever sees this one in Odoo: it is over when the orders are read.
    order = {"status": "COMPLETED"}
    door.post(sandbox, "/orders", shop_id=scene.id, order=order)
    settle.settle(sandbox, scene.id, (2, 1, 0, 3, 4))


def _spoil(sandbox: server.SandboxServer, scenes: list[Scene]) -> None:
    """Let one statement that is not paid yet say a cent too much."""
    finance = door.state(sandbox, "finance")["finance"]
    for scene in reversed(scenes):
        for row in finance[scene.id]["statements"]:
            has_cents = "." in row["settlement"]
            if has_cents and not row["payment_id"] and row["transactions"]:
                settle.spoil(sandbox, row["id"])
                return
    scene = scenes[-1]
    last = finance[scene.id]["statements"][-1]
    settle.spoil(sandbox, last["id"])


def _pay(sandbox: server.SandboxServer, scenes: list[Scene]) -> None:
    """Pay one statement in another currency; withdraw what lies in balances."""
    state = door.state(sandbox, "finance")["finance"]
    is_exchanged = False
    for number, scene in enumerate(scenes):
        mine = state[scene.id]
        signs = {"SETTLE": 1, "WITHDRAW": -1}
        balance = sum(
            signs[row["type"]] * Decimal(row["amount"])
            for row in mine["withdrawals"]
            if row["type"] in signs and row["status"] == "SUCCESS"
        )
        if balance > 0:
            # Some leave a part of it there.
            left = (balance / 2).quantize(Decimal(1)) if number % 3 == 1 else 0
            amount = str(balance - left)
            settle.change(sandbox, scene.id, withdraw=amount)
        open_ = [
            row["id"]
            for row in mine["statements"]
            if not row["payment_id"] and not row["spoil"] and float(row["payable"]) > 0
        ]
        is_foreign = mine["currency"] in money.RATES and not mine["withdrawals"]
        if open_ and is_foreign and not is_exchanged:
            rate = f"{1 / Decimal(money.RATES[mine['currency']]):.6f}"
            change = {"pay": open_, "currency": "USD", "exchange_rate": rate}
            settle.change(sandbox, scene.id, **change)
            is_exchanged = True


# === IN ODOO === #


def _invoice(client: WebClient, accountant: WebClient, scenes: list[Scene]) -> None:
    """Invoice by each shop's policy; one invoice is forgotten, one is paid by hand."""
    mine = [scene for scene in scenes if _policy(client, scene) == "manual"]
    forgotten = {scene.late for scene in mine[:1]}
    for scene in scenes:
        scene.late = scene.late if scene.late in forgotten else ""
    with step("invoices: when shipped, and by hand; a payment is registered by hand"):
        money.invoice_shipped(client)
        for scene in mine:
            orders = [*scene.first, *scene.second]
            orders = [order_id for order_id in orders if order_id != scene.late]
            money.create_invoices(accountant, orders)
        wanted = [order_id for scene in scenes for order_id in scene.first]
        found = money.invoices(accountant, wanted)
        paid = [s.by_hand for s in scenes if s.by_hand in found][:1]
        money.register(accountant, [found[order_id] for order_id in paid])
        for scene in [scene for scene in scenes if scene.whole in found][::2]:
            money.credit(accountant, found[scene.whole])
            scene.whole = ""
    say(f"   {len(found)} invoices of completed orders")


def _policy(client: WebClient, scene: Scene) -> str:
    fields = ["invoice_policy"]
    (row,) = client.read("tts.shop", [("id", "=", scene.row["id"])], fields)
    return row["invoice_policy"]


def _book(client: WebClient, accountant: WebClient) -> None:
    with step("Sync Settlements; where the shop wants that, statements are booked"):
        money.read_settlements(accountant, client)
    say(f"   {_told(accountant)}")
    with step("Book, for the others"):
        money.book(accountant)
    say(f"   {_told(accountant)}")


def _told(session: WebClient) -> str:
    found = money.states(session)
    names = {
        "booked": "booked",
        "ready": "to book",
        "mismatch": "not adding up",
        "empty": "empty",
    }
    told = [f"{found.pop(key)} {name}" for key, name in names.items() if key in found]
    if found:
        raise SetupError(f"statements are left: {found}")
    return "statements: " + ", ".join(told)


def _come_late(accountant: WebClient, scenes: list[Scene]) -> None:
    """Post what was forgotten, and the credit notes of refunds."""
    with step("late: an invoice, and credit notes of what was refunded"):
        money.create_invoices(accountant, [s.late for s in scenes if s.late])
        wanted = [key for scene in scenes for key in (scene.whole, scene.later) if key]
        found = money.invoices(accountant, wanted)
        for scene in scenes:
            if scene.whole:
                money.credit(accountant, found[scene.whole])
            if scene.later:
                money.credit(accountant, found[scene.later], float(scene.amount))


def reach_the_bank(client: WebClient, accountant: WebClient) -> None:
    payouts = money.awaited(accountant)
    with step(f"{len(payouts)} payouts reach the bank, in somebody else's name"):
        money.bank_lines(client, accountant, payouts)
        money.match(client, accountant)
    left = len(money.awaited(accountant))
    say(f"   {len(payouts) - left} of {len(payouts)} found and matched")
