"""``make serve``: Odoo with the addon in the browser, connected to a sandbox."""

import json
import os
import signal
import time

from . import (
    aftersales,
    catalogue,
    connect,
    database,
    delivery,
    door,
    environment,
    goods,
    money,
    paths,
    serve_aftersales,
    serve_delivery,
    serve_money,
    server,
)
from .progress import say, step
from .web_client import WebClient

DATABASE = "tts_serve"
PORT = 8069
SANDBOX_PORT = 8090
# Something to do by hand: seller SKUs that no product carries, and one that two do.
UNKNOWN = ("LMP01-STD", "STA01-STD")
AMBIGUOUS = "MUG01-STD"
SALES, CLERK = aftersales.LOGIN, delivery.LOGIN
SANDBOX = ("--market", "MY,ID,US,DE", "--orders", "120", "--broken", "4")


def main(arguments: list[str]) -> int:
    """Serve until Ctrl-C; ``--fresh`` starts with a new database."""
    # Both servers end with this process, also when it is not Ctrl-C that ends it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    env = environment.ensure()
    port, sandbox_port = _port("ODOO_PORT", PORT), _port("SANDBOX_PORT", SANDBOX_PORT)
    if "--fresh" in arguments or not database.exists(env, DATABASE):
        database.fresh(env, DATABASE)
    else:
        with step("updating the addon in the database of the last time"):
            database.odoo(env, DATABASE, "-u", paths.MODULE)
    odoo = server.OdooServer(env, DATABASE, port=port, cron_threads=1)
    redirect = ("--redirect-url", odoo.url + connect.CALLBACK)
    sandbox = server.SandboxServer(env, sandbox_port, (*SANDBOX, *redirect))
    with sandbox, odoo:
        _connect(odoo, sandbox)
        _tell(odoo, sandbox)
        _wait(odoo, sandbox)
    return 0


def _connect(odoo: server.OdooServer, sandbox: server.SandboxServer) -> None:
    """Connect Odoo to the sandbox, start the first order sync, match the catalogues.

    A sandbox that was started again knows no token of the last time.
    """
    client = WebClient(odoo.url)
    client.log_in("admin", "admin")
    with step("connecting Odoo to the sandbox"):
        state = door.state(sandbox, "shops", "products", raw=False)
        goods.create(client, state, unknown=UNKNOWN)
        goods.create_twin(client, AMBIGUOUS)
        serve_delivery.prepare(sandbox)
        money.enter_rates(client)
        connect.authorize(client, json.loads(sandbox.hello()))
        connect.start_sync(client)
    with step("matching the catalogues"):
        shops = [shop["id"] for shop in connect.shops(client)]
        catalogue.apply(client, catalogue.preview(client, shops))
        client.call("tts.shop", "write", shops[:1], {"stock_sync": True})
    with step("a day in the warehouse: labels, a failed pick-up, a changed address"):
        connect.sync(client)
        serve_delivery.trouble(client, sandbox)
    if not serve_money.is_there(client):
        with step("a month at the accountant's: statements, payouts, forecasts"):
            serve_money.prepare(client, sandbox)
    if not serve_aftersales.is_there(client):
        with step("weeks of orders, and what buyers cancel and send back"):
            serve_aftersales.prepare(client, sandbox)


def _port(variable: str, default: int) -> int:
    return int(os.environ.get(variable) or default)


def _tell(odoo: server.OdooServer, sandbox: server.SandboxServer) -> None:
    say(f"\nOdoo:    {odoo.url}/odoo/tiktok-shops   (admin / admin)")
    say(f"         {odoo.url}/odoo/tiktok-deadlines   ({CLERK} / {CLERK})")
    say(f"         {odoo.url}/odoo/tiktok-after-sales   ({SALES} / {SALES})")
    say(f"         {odoo.url}/odoo/tiktok-returns")
    say(f"         {odoo.url}/odoo/dashboards   (TikTok Shop)")
    say(f"         Invoicing > TikTok Shop   ({money.LOGIN} / {money.LOGIN})")
    say(f"Sandbox: {sandbox.url}   (in place of TikTok Shop)")
    say(
        "Each shop has listings without a product: choose theirs under TikTok Listings."
    )
    say("The first shop sets its quantities on TikTok, the others when you let them.")
    say(f"\nLogs: {odoo.log}\nCtrl-C stops both.")


def _wait(*processes: server.Process) -> None:
    try:
        while all(process.process.poll() is None for process in processes):
            time.sleep(0.5)
        say("one of them has ended by itself; see its log")
    except KeyboardInterrupt:
        say("\nstopping")
