"""The demo's part about stock: goods come and go, and TikTok lists what is there."""

import time

from . import connect, door, goods, reconcile_catalogue, reconcile_stock, server, stock
from .progress import say, step
from .web_client import WebClient

# The markets whose shops push, and the rules they push by; none: all there is.
RULES: dict[str, dict] = {
    "MY": {},
    "TH": {"stock_buffer": 5},
    "VN": {"stock_maximum": 30},
    "SG": {"stock_share": 50.0},
    "US": {},
    "DE": {},
}
BUYERS = 12
RECEIVED = 40
PATIENCE = 60  # seconds: the promise for a change in the warehouse


def show(client: WebClient, sandbox: server.SandboxServer) -> None:
    """Push all stock, let goods move in Odoo and on TikTok, and push again."""
    shops = connect.shops(client)
    rules = {row["id"]: RULES[row["region"]] for row in shops if row["region"] in RULES}
    rules = rules or {row["id"]: {} for row in shops}
    with step(f"Push Stock Automatically, switched on for {len(rules)} shops"):
        stock.switch_on(client, rules)
        settle(client, sandbox)
    say(f"   {_updates(sandbox)} quantities sent, {_told(client, sandbox)}")
    _move_goods(client, sandbox)
    _let_buyers_buy(client, sandbox)
    before = _updates(sandbox)
    with step("Sync Inventory once more, with nothing to do"):
        stock.compare(client)
    say(f"   {_updates(sandbox) - before} quantities sent")


def _move_goods(client: WebClient, sandbox: server.SandboxServer) -> None:
    """Receive, sell and deliver in Odoo; nobody clicks anything about TikTok."""
    levels = _levels(client, sandbox)
    by_product = {level.sku.product: level for level in levels}
    by_stock = sorted(by_product, key=lambda product: by_product[product].shippable)
    sold_out, plenty = by_stock[0], by_stock[-1]
    units = int(by_product[plenty].shippable)
    before = _updates(sandbox)
    with step(f"in Odoo: {RECEIVED} units received, {units} sold, an order shipped"):
        goods.receive(client, sold_out, RECEIVED)
        goods.sell(client, plenty, units)
        _ship_one(client, sandbox)
        seconds = settle(client, sandbox)
    sent = _updates(sandbox) - before
    say(f"   {sent} quantities sent within {seconds:.1f} s, {_told(client, sandbox)}")


def _let_buyers_buy(client: WebClient, sandbox: server.SandboxServer) -> None:
    before = _updates(sandbox)
    door.post(sandbox, "/orders", count=BUYERS, in_stock=True, ordinary=True)
    time.sleep(1)  # TikTok tells times in whole seconds; this one is not over yet
    with step(f"{BUYERS} buyers order on TikTok Shop; Sync Orders, Sync Inventory"):
        connect.sync(client)
        stock.compare(client)
        # What one shop sold lowers what the others may list.
        settle(client, sandbox)
    say(f"   {_updates(sandbox) - before} quantities sent, {_told(client, sandbox)}")


def _ship_one(client: WebClient, sandbox: server.SandboxServer) -> None:
    """Deliver one TikTok order that is reserved, in Odoo and on TikTok Shop."""
    ready = [
        ("state", "=", "assigned"),
        ("picking_type_code", "=", "outgoing"),
        ("sale_id.tts_order_id.status", "=", "AWAITING_COLLECTION"),
    ]
    fields = ["sale_id"]
    for picking in client.read("stock.picking", ready, fields, order="id", limit=1):
        goods.deliver(client, [picking["id"]])
        sold = [("id", "=", picking["sale_id"][0])]
        (order,) = client.read("sale.order", sold, ["client_order_ref"])
        path = f"/orders/{order['client_order_ref']}"
        door.post(sandbox, path, status="IN_TRANSIT")


def plenty(state: dict, shop_id: str) -> list[str]:
    """Return the seller SKUs of a shop of which most is available, most first."""
    found = [
        (sum(row["available"] for row in stock.values()), sku["seller_sku"])
        for product in state["products"].values()
        if product["shop_id"] == shop_id
        for sku in product["skus"]
        if sku["seller_sku"] and not sku["parts"]
        for stock in [state["inventory"][sku["id"]]]
    ]
    return [sku for _units, sku in sorted(found, reverse=True)]


def settle(client: WebClient, sandbox: server.SandboxServer) -> float:
    """Wait until TikTok lists what Odoo can ship; return the seconds it took."""
    start = time.monotonic()
    while not reconcile_stock.judge(_levels(client, sandbox)).good:
        if time.monotonic() - start > PATIENCE:
            break  # the count at the end says what is wrong
        time.sleep(1)
    return time.monotonic() - start


def _levels(client: WebClient, sandbox: server.SandboxServer) -> list:
    state = door.state(sandbox, "shops", "products", "orders", "inventory")
    found = reconcile_catalogue.skus(client, state)
    return reconcile_stock.levels(client, state, found)


def _told(client: WebClient, sandbox: server.SandboxServer) -> str:
    verdict = reconcile_stock.judge(_levels(client, sandbox))
    return f"{verdict.counted - verdict.differing} of {verdict.counted} in step"


def _updates(sandbox: server.SandboxServer) -> int:
    updates = door.state(sandbox, "stock_updates")["stock_updates"]
    return updates[-1]["number"] if updates else 0
