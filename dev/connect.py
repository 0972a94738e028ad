"""Connect a running Odoo to a running sandbox, the way a shop manager does.

Nothing is written behind Odoo's back: log in, fill in the account, click Authorize,
agree on the consent page, come back, click Sync Orders.
"""

import contextlib
import time
from collections.abc import Callable
from datetime import datetime, timezone

from .progress import SetupError, say
from .web_client import WebClient

CALLBACK = "/tts/oauth/callback"
ACCOUNT = "Sandbox"
TIMEOUT = 600
NUDGE_AFTER = 5


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
    wait(
        lambda: _left(client),
        "the order sync",
        "shops",
        lambda: start_sync(client, True),
    )


def start_sync(client: WebClient, again: bool = False) -> None:
    """Click Sync Orders on all shops; ``again``: on those that still wait."""
    ids = [shop["id"] for shop in shops(client) if not (again and _is_through(shop))]
    if ids:
        client.call("tts.shop", "action_sync_orders", ids)


def run(client: WebClient, action: str) -> None:
    """Run one of our scheduled actions by hand, unless it runs already.

    :param action: its XML id without the module.
    """
    xml_id = [("module", "=", "sale_tiktok_shop"), ("name", "=", action)]
    (row,) = client.read("ir.model.data", xml_id, ["res_id"])
    with contextlib.suppress(SetupError):
        client.call("ir.cron", "method_direct_trigger", [row["res_id"]])


def wait(
    left: Callable[[], int],
    what: str,
    unit: str = "",
    nudge: Callable[[], None] = lambda: None,
) -> None:
    """Wait until ``left`` returns 0.

    :param unit: what it counts; told as it becomes less, silent when empty.
    :param nudge: called when nothing has moved for a while: scheduled actions that
        get in each other's way try again after a minute, which nobody has to wait for.
    :raise SetupError: when it takes too long.
    """
    deadline, moved = time.monotonic() + TIMEOUT, time.monotonic()
    least = None
    while count := left():
        if least is not None and count < least:
            moved = time.monotonic()
            if unit:
                say(f"   {count} {unit} to go")
        least = count if least is None else min(count, least)
        if time.monotonic() > deadline:
            raise SetupError(f"{what} did not end within {TIMEOUT} s")
        if time.monotonic() - moved > NUDGE_AFTER:
            nudge()
            moved = time.monotonic()
        time.sleep(0.5)


def _left(client: WebClient) -> int:
    return sum(not _is_through(shop) for shop in shops(client))


def _is_through(shop: dict) -> bool:
    """Tell whether the scheduled action is done with this shop.

    :raise SetupError: when the shop could not be read.
    """
    if shop["failure_count"]:
        raise SetupError(f"{shop['name']} could not be read: {shop['last_error']}")
    # A shop that is through plans its next sync; until then it is due.
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    return (shop["next_order_sync"] or "") > now
