"""The demo's part about deliveries: arranged, labelled, validated, and some trouble."""

import time
from collections import Counter

from . import connect, delivery, demo_stock, door, pdf, server, stock
from .progress import SetupError, say, step
from .web_client import WebClient

# South-East Asia, where a package exists from payment on: it can be split and combined.
MARKET = "MY"
SAME_BUYER = {
    "user_id": "7494845267308520001",
    "recipient_address": {"name": "Same Buyer", "full_address": "1 Same Street"},
}
WHAT = {
    "ship": "with TikTok's or an own carrier",
    "mark": "marked as shipped",
    "buy": "with a label that was bought",
    "split": "split",
}
SHIP = "/fulfillment/202309/packages/ship"
HEAD = "TikTok Shop sandbox: SHIPPING_LABEL"


def show(client: WebClient, sandbox: server.SandboxServer) -> None:
    """Let a clerk work through all deliveries, with what may go wrong on the way."""
    clerk = delivery.clerk(client)
    split, combined, elsewhere = _place_orders(client, sandbox)
    with step(
        "in Odoo: a part of an order is packed; Seller Center combines and ships"
    ):
        _split_and_combine(client, clerk, sandbox, split, combined)
        _sync(client)
        _ship_elsewhere(sandbox, elsewhere)
    _arrange(client, clerk, sandbox)
    failed, cancelled, asked = _trouble(client, sandbox, elsewhere)
    ready = delivery.deliveries(client, "awaiting_collection")
    _print(clerk, sandbox, ready)
    _leave(client, clerk, sandbox, ready)
    _check_trouble(client, failed, cancelled, asked)


# === ORDERS === #


def _sync(client: WebClient) -> None:
    """Sync Orders; TikTok tells times in whole seconds, so this one has to end."""
    time.sleep(1)
    connect.sync(client)


def _place_orders(client: WebClient, sandbox: server.SandboxServer) -> tuple:
    """Have buyers order what the demo does something special with.

    :return: the ids of an order to split, of two to combine, and of one that is
        shipped in Seller Center
    """
    state = door.state(sandbox, "shops", "products", "inventory")
    shop = next(row for row in state["shops"] if row["region"] == MARKET)
    skus = demo_stock.plenty(state, shop["id"])
    with step("4 buyers order; Sync Orders"):
        split = _place(sandbox, shop, skus[:2])
        combined = [_place(sandbox, shop, skus[:1], **SAME_BUYER) for _order in "12"]
        elsewhere = _place(sandbox, shop, skus[1:2])
        _sync(client)
    return split, combined, elsewhere


def _place(sandbox: server.SandboxServer, shop: dict, skus: list[str], **more) -> str:
    lines = [{"seller_sku": sku} for sku in skus]
    order = {"line_items": lines, "shipping_type": "TIKTOK", **more}
    answer = door.post(sandbox, "/orders", shop_id=shop["id"], order=order)
    return answer["ids"][0]


def _split_and_combine(
    client: WebClient,
    clerk: WebClient,
    sandbox: server.SandboxServer,
    split: str,
    combined: list[str],
) -> None:
    """Split an order by a backorder in Odoo; combine two orders in Seller Center."""
    (picking,) = _pickings(client, [split])
    delivery.validate_part(clerk, picking)
    delivery.wait(client)
    orders = door.state(sandbox, "orders", raw=False)["orders"]
    (package,) = orders[combined[0]]["packages"]
    door.post(sandbox, f"/packages/{package}", combine=combined[1:])


def _ship_elsewhere(sandbox: server.SandboxServer, order_id: str) -> None:
    """Ship in Seller Center what Odoo will be asked to ship a moment later."""
    orders = door.state(sandbox, "orders", raw=False)["orders"]
    (package,) = orders[order_id]["packages"]
    door.post(sandbox, f"/packages/{package}", status="ship")


def _pickings(client: WebClient, orders: list[str]) -> list[int]:
    """Return the deliveries of these TikTok orders that wait."""
    domain = [
        ("sale_id.client_order_ref", "in", orders),
        ("state", "not in", ["done", "cancel"]),
    ]
    return [row["id"] for row in client.read("stock.picking", domain, ["id"])]


# === SHIPMENTS === #


def _arrange(
    client: WebClient, clerk: WebClient, sandbox: server.SandboxServer
) -> None:
    """Arrange everything at once; the answer to the first call is lost.

    :raise SetupError: when nothing was lost
    """
    waiting = delivery.deliveries(clerk, "awaiting_shipment")
    waiting += delivery.deliveries(clerk, "awaiting_shipment", state="done")
    ids = [row["id"] for row in waiting]
    door.post(sandbox, "/faults", kind="reset", path=SHIP, after=True)
    with step(f"Arrange Shipment of {len(ids)} deliveries; one answer is lost"):
        rows = delivery.arrange(clerk, ids)
        delivery.wait(client)
    if door.state(sandbox, "faults")["faults"]:
        raise SetupError("no answer was lost: the call it was meant for never came")
    counts = Counter(row["kind"] for row in rows if not row["problem"])
    told = ", ".join(f"{counts[kind]} {WHAT[kind]}" for kind in WHAT if counts[kind])
    left = sum(bool(row["problem"]) for row in rows)
    say(f"   {told}; {left} left out, whose buyers ask to cancel")


# === TROUBLE === #


def _trouble(
    client: WebClient, sandbox: server.SandboxServer, elsewhere: str
) -> tuple[int, int, int]:
    """Let a pick-up fail, an order be cancelled, and a buyer ask to cancel.

    :return: the deliveries that this happens to
    """
    (failed,) = _pickings(client, [elsewhere])
    orders = door.state(sandbox, "orders", raw=False)["orders"]
    rows = delivery.deliveries(client, "awaiting_collection")
    sold = client.read(
        "sale.order",
        [("id", "in", [row["sale_id"][0] for row in rows])],
        ["client_order_ref"],
    )
    names = {row["id"]: row["client_order_ref"] for row in sold}
    others = [row for row in rows if row["id"] != failed]
    cancelled, asked = (others[0], others[1])
    with step("a pick-up fails, an order is cancelled, a buyer asks to cancel"):
        (package,) = orders[elsewhere]["packages"]
        door.post(sandbox, f"/packages/{package}", status="pickup_failed")
        path = f"/orders/{names[cancelled['sale_id'][0]]}"
        door.post(sandbox, path, status="CANCELLED")
        path = f"/orders/{names[asked['sale_id'][0]]}"
        door.post(sandbox, path, request_cancel=True)
        _sync(client)
        delivery.follow(client)
    return failed, cancelled["id"], asked["id"]


def _check_trouble(client: WebClient, failed: int, cancelled: int, asked: int) -> None:
    """See that none of these left.

    :raise SetupError: when one of them did
    """
    expected = {
        failed: ("pickup_failed", "assigned"),
        cancelled: ("cancelled", "cancel"),
        asked: ("awaiting_collection", "assigned"),
    }
    fields = ["name", "tts_status", "state"]
    for row in client.read("stock.picking", [("id", "in", list(expected))], fields):
        found = row["tts_status"], row["state"]
        if found != expected[row["id"]]:
            raise SetupError(f"{row['name']} is {found}, not {expected[row['id']]}")


# === LABELS AND LEAVING === #


def _print(clerk: WebClient, sandbox: server.SandboxServer, ready: list[dict]) -> None:
    """Print all labels that are there, and read what came out.

    :raise SetupError: when a label is not in the print exactly once
    """
    ids = [
        row["id"]
        for row in ready
        if row["tts_label_state"] == "done" and not row["tts_cancel_requested"]
    ]
    with step(f"Fetch Shipping Label of {len(ids)} deliveries, as one PDF"):
        pages = pdf.texts(delivery.print_labels(clerk, ids))
    labels = [page for page in pages if HEAD in page]
    packages = {
        line.split()[1]
        for page in labels
        for line in page.splitlines()
        if line.startswith("Package ")
    }
    say(f"   {len(pages)} pages: {len(labels)} labels and the pick list")
    expected = _packages_of(clerk, ids)
    if len(labels) != len(expected) or packages != expected:
        raise SetupError(f"the print should hold {len(expected)} labels, once each")
    if len(pages) == len(labels):
        raise SetupError("the print holds no pick list")


def _packages_of(clerk: WebClient, pickings: list[int]) -> set[str]:
    domain = [("picking_ids", "in", pickings), ("is_gone", "=", False)]
    rows = clerk.read("tts.package", domain, ["remote_id"])
    return {row["remote_id"] for row in rows}


def _leave(
    client: WebClient,
    clerk: WebClient,
    sandbox: server.SandboxServer,
    ready: list[dict],
) -> None:
    """Validate what is ready, and let the carriers take it."""
    with step(f"Validate {len(ready)} deliveries; the carriers collect; Sync Orders"):
        stay = delivery.validate(clerk, [row["id"] for row in ready])
        left = client.read(
            "stock.picking",
            [("id", "in", [row["id"] for row in ready]), ("state", "=", "done")],
            ["id"],
        )
        for package in _packages_of(client, [row["id"] for row in left]):
            door.post(sandbox, f"/packages/{package}", status="collect")
        _sync(client)
        stock.compare(client)
        demo_stock.settle(client, sandbox)
    reasons = "goods are missing, or the buyer asks to cancel"
    say(f"   {len(left)} left, {stay} stay: {reasons}")
