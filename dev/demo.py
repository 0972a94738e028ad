"""``make demo``: sell on a sandbox of TikTok Shop, sync with Odoo, count the result.

Real servers, real HTTP, the real scheduled actions; nothing stays behind.
"""

import functools
import json
import os
import signal
import sys
from datetime import datetime, timedelta, timezone

from . import (
    catalogue,
    connect,
    database,
    demo_aftersales,
    demo_delivery,
    demo_money,
    demo_report,
    demo_stock,
    door,
    environment,
    goods,
    reconcile,
    reconcile_catalogue,
    server,
)
from .progress import SetupError, say, step
from .web_client import WebClient

# The seller of this market has no product in Odoo yet.
EMPTY = "US"
SANDBOX = (
    *("--market", "all", "--orders", "200", "--broken", "6"),
    *("--products", "20", "--own-skus", EMPTY),
)


def main(arguments: list[str]) -> int:
    """Run the demo; ``arguments`` replace the sandbox's options.

    :return: 0 when every order to ship is in Odoo once and to the cent, every SKU has
        its product, TikTok lists what can be shipped, every parcel has its number and
        label, and the books say what TikTok settled.
    """
    env = environment.ensure()
    name = f"tts_demo_{os.getpid()}"
    try:
        database.fresh(env, name)
        return _show(env, name, tuple(arguments) or SANDBOX)
    finally:
        database.drop(env, name)


def _show(env: environment.Env, name: str, options: tuple[str, ...]) -> int:
    # Two threads: orders and stock do not wait for the reading of catalogues.
    odoo = server.OdooServer(env, name, cron_threads=2)
    redirect = ("--redirect-url", odoo.url + connect.CALLBACK)
    sandbox = server.SandboxServer(env, options=(*options, *redirect))
    with sandbox, odoo:
        say(f"   sandbox of TikTok Shop: {sandbox.url}\n   Odoo: {odoo.url}")
        client = WebClient(odoo.url)
        client.log_in("admin", "admin")
        state = door.state(sandbox, "shops", "products", "orders", raw=False)
        say(f"   {len(state['orders'])} orders in {len(state['shops'])} shops")
        _connect(client, sandbox, state)
        _sync_orders(client)
        _sync_catalogues(client)
        _sync_again(client)
        demo_stock.show(client, sandbox)
        kept = demo_aftersales.sell(sandbox)
        to_ship = reconcile.to_ship(door.state(sandbox, "orders", raw=False))
        demo_delivery.show(client, sandbox)
        demo_money.show(client, sandbox, kept)
        query = functools.partial(database.rows, env, name)
        demo_aftersales.show(client, sandbox, kept, query)
        return demo_report.report(client, sandbox, to_ship, query)


def _connect(client: WebClient, sandbox: server.SandboxServer, state: dict) -> None:
    empty = tuple(shop["id"] for shop in state["shops"] if shop["region"] == EMPTY)
    with step(f"products in Odoo for the seller SKUs, with stock; none for {EMPTY}"):
        say(f"   {len(goods.create(client, state, empty))} products")
    with step("authorizing on the consent page"):
        connect.authorize(client, json.loads(sandbox.hello()))
    say("   connected: " + ", ".join(row["name"] for row in connect.shops(client)))


# === ORDERS === #


def _sync_orders(client: WebClient) -> None:
    with step("Sync Orders, by the scheduled action"):
        connect.sync(client)
    say(
        f"   {_orders(client)} sales orders, "
        f"{_default_lines(client)} lines with the default product"
    )


def _sync_again(client: WebClient) -> None:
    """Sync the same days once more, which must change nothing."""
    before = _orders(client)
    since = datetime.now(timezone.utc) - timedelta(days=15)
    with step("Sync Orders of the same 15 days once more"):
        connect.sync(client, again_from=since.strftime("%Y-%m-%d %H:%M:%S"))
    say(f"   {_orders(client) - before} more sales orders")


def _orders(client: WebClient) -> int:
    return client.call("sale.order", "search_count", [("tts_order_id", "!=", False)])


def _default_lines(client: WebClient) -> int:
    return len(reconcile_catalogue.sold_as_default(client))


# === CATALOGUE === #


def _sync_catalogues(client: WebClient) -> None:
    """Read all catalogues, match what can be matched, create what is missing."""
    shops = connect.shops(client)
    with step("Sync Product Catalogue of all shops"):
        syncs = catalogue.preview(client, [shop["id"] for shop in shops])
    demo_report.print_previews(syncs)
    with step("Apply"):
        catalogue.apply(client, syncs)
    empty = [shop["id"] for shop in shops if shop["region"] == EMPTY]
    with step(f"Create Odoo Products of {EMPTY}, with variants and images"):
        rows = [
            row for shop in empty for row in catalogue.create_products(client, shop)
        ]
    products = {row["product_id"][0] for row in rows if row["product_id"]}
    say(f"   {len(rows)} listings, {len(products)} products with stock now")
    goods.stock_up(client, sorted(products))
    with step("open orders get the products of their SKUs"):
        catalogue.wait_for_repairs(client)
    say(f"   {_default_lines(client)} lines with the default product")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        say(f"\nerror: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        say("\nstopped")
        sys.exit(130)
