"""``make demo``: sell on a sandbox of TikTok Shop, sync to Odoo, count what arrived.

Real servers, real HTTP, the real scheduled action; nothing stays behind.
"""

import json
import os
import signal
import sys
import textwrap
from datetime import datetime, timedelta, timezone

from . import connect, database, environment, reconcile, server
from .progress import SetupError, say, step
from .web_client import WebClient

SANDBOX = ("--market", "all", "--orders", "200", "--broken", "6")


def main(arguments: list[str]) -> int:
    """Run the demo; ``arguments`` replace the sandbox's options.

    :return: 0 when every order to ship is in Odoo once and to the cent.
    """
    env = environment.ensure()
    name = f"tts_demo_{os.getpid()}"
    try:
        database.fresh(env, name)
        return _show(env, name, tuple(arguments) or SANDBOX)
    finally:
        database.drop(env, name)


def _show(env: environment.Env, name: str, options: tuple[str, ...]) -> int:
    odoo = server.OdooServer(env, name, cron_threads=1)
    redirect = ("--redirect-url", odoo.url + connect.CALLBACK)
    sandbox = server.SandboxServer(env, options=(*options, *redirect))
    with sandbox, odoo:
        say(f"   sandbox of TikTok Shop: {sandbox.url}\n   Odoo: {odoo.url}")
        client = WebClient(odoo.url)
        client.log_in("admin", "admin")
        _connect(client, sandbox)
        state = _sync(client, sandbox)
        found = reconcile.rows(client, state)
        return _report(client, found)


def _connect(client: WebClient, sandbox: server.SandboxServer) -> None:
    state = connect.sandbox_state(sandbox, raw=False)
    say(f"   {len(state['orders'])} orders in {len(state['shops'])} shops")
    with step("products in Odoo for the seller SKUs, with stock"):
        say(f"   {connect.create_products(client, state)} products")
    with step("authorizing on the consent page"):
        connect.authorize(client, json.loads(sandbox.hello()))
    say("   connected: " + ", ".join(row["name"] for row in connect.shops(client)))


def _sync(client: WebClient, sandbox: server.SandboxServer) -> dict:
    """Sync, then sync the same days again, which must change nothing.

    :return: the sandbox's state as it was between the two.
    """
    with step("Sync Orders, by the scheduled action"):
        connect.sync(client)
    first = client.call("sale.order", "search_count", [("tts_order_id", "!=", False)])
    say(f"   {first} sales orders")
    state = connect.sandbox_state(sandbox)
    since = datetime.now(timezone.utc) - timedelta(days=15)
    with step("the same 15 days once more"):
        connect.sync(client, again_from=since.strftime("%Y-%m-%d %H:%M:%S"))
    again = client.call("sale.order", "search_count", [("tts_order_id", "!=", False)])
    say(f"   {again - first} more sales orders")
    return state


def _report(client: WebClient, found: list[reconcile.Row]) -> int:
    print()
    print(reconcile.table(found, "region", "market"))
    print()
    print(reconcile.table(found, "status", "status on TikTok Shop"))
    _print_issues(client)
    verdict = reconcile.judge(found)
    print(
        f"\nbroken on purpose: {verdict.broken} orders, "
        f"{verdict.broken - verdict.unlisted} of them in the list of issues"
    )
    print(
        f"demo: {verdict.to_ship} orders to ship on TikTok Shop, "
        f"{verdict.in_odoo} in Odoo, {verdict.missing} missing, "
        f"{verdict.duplicated} duplicated, {verdict.differing} amounts differing",
        flush=True,
    )
    return 0 if verdict.good else 1


def _print_issues(client: WebClient) -> None:
    fields = ["name", "reason", "shop_id"]
    issues = client.read("tts.issue", [("state", "=", "open")], fields, order="key")
    print(f"\nissues: {len(issues)}")
    for issue in issues:
        print(f"  {issue['shop_id'][1]}: {issue['name']}")
        print(textwrap.indent(textwrap.fill(issue["reason"] or "", 84), "      "))


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
