"""The shop manager's work on stock: switch it on, and see that it is in step."""

from datetime import datetime, timezone

from . import connect
from .progress import SetupError
from .web_client import WebClient


def switch_on(client: WebClient, rules: dict[int, dict]) -> None:
    """Let shops push their stock by themselves, and wait until they have.

    :param rules: {shop id: its buffer, share and maximum}.
    """
    for shop, rule in rules.items():
        client.call("tts.shop", "write", [shop], {"stock_sync": True, **rule})
    wait(client)


def compare(client: WebClient) -> None:
    """Click Sync Inventory on all shops that push, and wait for the result."""
    ids = [shop["id"] for shop in _shops(client)]
    client.call("tts.shop", "action_sync_inventory", ids)
    wait(client)


def wait(client: WebClient) -> None:
    """Wait until nothing is left to compare or to push.

    :raise SetupError: with the reason, when a shop's stock could not be pushed.
    """
    connect.wait(
        lambda: _left(client),
        "the push of stock",
        nudge=lambda: connect.run(client, "ir_cron_push_stock"),
    )


def _shops(client: WebClient) -> list[dict]:
    fields = ["name", "next_stock_sync", "last_stock_error"]
    return client.read("tts.shop", [("stock_sync", "=", True)], fields)


def _left(client: WebClient) -> int:
    shops = _shops(client)
    for shop in shops:
        if shop["last_stock_error"]:
            raise SetupError(f"{shop['name']}: {shop['last_stock_error']}")
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    due = sum((shop["next_stock_sync"] or "") <= now for shop in shops)
    pending = [
        ("shop_id", "in", [shop["id"] for shop in shops]),
        ("push_state", "in", ["waiting", "due"]),
    ]
    return due + client.call("tts.listing", "search_count", pending)
