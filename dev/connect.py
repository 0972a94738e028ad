"""Connect a running Odoo to a running sandbox, the way a shop manager does.

Nothing is written behind Odoo's back: log in, fill in the account, click Authorize,
agree on the consent page, come back, click Sync Orders.
"""

import json
import time
import urllib.request
from datetime import datetime, timezone

from . import server
from .progress import SetupError, say
from .web_client import WebClient

CALLBACK = "/tts/oauth/callback"
ACCOUNT = "Sandbox"
STOCK = 1000
SYNC_TIMEOUT = 600


def sandbox_state(sandbox: server.SandboxServer, raw: bool = True) -> dict:
    """Return everything the sandbox knows, by its control door.

    :param raw: with the order documents.
    """
    url = f"{sandbox.url}/_sandbox/state?raw={int(raw)}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=60) as answer:
        return json.load(answer)


def create_products(client: WebClient, state: dict) -> int:
    """Create a storable product with stock for each seller SKU; return how many.

    SKUs that Odoo knows already are left alone.
    """
    names = {
        sku["seller_sku"]: product["title"]
        for product in state["products"].values()
        for sku in product["skus"]
        if sku["seller_sku"]
    }
    taken = client.read(
        "product.product", [("default_code", "in", list(names))], ["default_code"]
    )
    for row in taken:
        del names[row["default_code"]]
    if not names:
        return 0
    values = [
        {"name": name, "default_code": sku, "type": "consu", "is_storable": True}
        for sku, name in names.items()
    ]
    products = client.call("product.product", "create", values)
    _stock_up(client, products)
    return len(products)


def _stock_up(client: WebClient, products: list[int]) -> None:
    (warehouse,) = client.read("stock.warehouse", [], ["lot_stock_id"], limit=1)
    counted = [
        {
            "product_id": product,
            "location_id": warehouse["lot_stock_id"][0],
            "inventory_quantity": STOCK,
        }
        for product in products
    ]
    quants = client.call(
        "stock.quant", "create", counted, context={"inventory_mode": True}
    )
    client.call("stock.quant", "action_apply_inventory", quants)


def authorize(client: WebClient, keys: dict) -> int:
    """Take the sandbox's TikTok account through the consent page; return its id.

    The account is created unless an earlier run left it.

    :param keys: what the sandbox said about itself when it started.
    :raise SetupError: when the account is not connected in the end.
    """
    values = {
        "name": ACCOUNT,
        "service_id": keys["service_id"],
        "app_key": keys["app_key"],
        "app_secret_entry": keys["app_secret"],
        "sandbox_url": keys["base_url"],
    }
    known = client.read("tts.account", [("name", "=", ACCOUNT)], ["id"], limit=1)
    if known:
        account = known[0]["id"]
        client.call("tts.account", "write", [account], values)
    else:
        (account,) = client.call("tts.account", "create", [values])
    consent = client.call("tts.account", "action_authorize", [account])
    client.follow_link(client.get(consent["url"]), "accept")
    (row,) = client.call(
        "tts.account", "read", [account], ["state", "last_message", "shop_count"]
    )
    if row["state"] != "connected" or not row["shop_count"]:
        reason = row["last_message"] or "no reason given"
        raise SetupError(f"the TikTok account is {row['state']}: {reason}")
    return account


def shops(client: WebClient) -> list[dict]:
    """Return how each connected shop is doing."""
    fields = ["name", "region", "remote_id", "last_success", "last_error"]
    return client.read("tts.shop", [], [*fields, "failure_count", "next_order_sync"])


def sync(client: WebClient, again_from: str | None = None) -> None:
    """Click Sync Orders on all shops and wait until the scheduled action is through.

    :param again_from: set Last Order Sync back to this UTC time first.
    :raise SetupError: with TikTok's reason, or when it takes too long.
    """
    if again_from:
        ids = [shop["id"] for shop in shops(client)]
        client.call("tts.shop", "write", ids, {"last_order_sync": again_from})
    start_sync(client)
    deadline, told = time.monotonic() + SYNC_TIMEOUT, 0
    while True:
        rows = shops(client)
        through = sum(map(_is_through, rows))
        if through == len(rows):
            return
        if through > told:
            say(f"   {through} of {len(rows)} shops")
            told = through
        if time.monotonic() > deadline:
            raise SetupError(f"the sync did not end within {SYNC_TIMEOUT} s")
        time.sleep(1)


def start_sync(client: WebClient) -> None:
    """Click Sync Orders on all shops."""
    ids = [shop["id"] for shop in shops(client)]
    client.call("tts.shop", "action_sync_orders", ids)


def _is_through(shop: dict) -> bool:
    """Tell whether the scheduled action is done with this shop.

    :raise SetupError: when the shop could not be read.
    """
    if shop["failure_count"]:
        raise SetupError(f"{shop['name']} could not be read: {shop['last_error']}")
    # A shop that is through plans its next sync; until then it is due.
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    return (shop["next_order_sync"] or "") > now
