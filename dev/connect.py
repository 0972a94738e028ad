"""Connect a running Odoo to a running sandbox, the way a shop manager does.

Nothing is written behind Odoo's back: log in, fill in the account, click Authorize,
agree on the consent page, come back, click Sync Orders.
"""

import json
import time
import urllib.request
from datetime import datetime, timezone

from . import server
from .progress import SetupError
from .web_client import WebClient

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
    """Create a TikTok account and take it through the consent page; return its id.

    :param keys: what the sandbox said about itself when it started.
    :raise SetupError: when the account is not connected in the end.
    """
    values = {
        "name": "Sandbox",
        "service_id": keys["service_id"],
        "app_key": keys["app_key"],
        "app_secret_entry": keys["app_secret"],
        "sandbox_url": keys["base_url"],
    }
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
    ids = [shop["id"] for shop in shops(client)]
    if again_from:
        client.call("tts.shop", "write", ids, {"last_order_sync": again_from})
    client.call("tts.shop", "action_sync_orders", ids)
    deadline = time.monotonic() + SYNC_TIMEOUT
    while True:
        rows = shops(client)
        for row in rows:
            if row["failure_count"]:
                reason = row["last_error"]
                raise SetupError(f"{row['name']} could not be read: {reason}")
        # A shop that is through plans its next sync; until then it is due.
        now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
        if all((row["next_order_sync"] or "") > now for row in rows):
            return
        if time.monotonic() > deadline:
            raise SetupError(f"the sync did not end within {SYNC_TIMEOUT} s")
        time.sleep(1)
