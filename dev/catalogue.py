"""The shop manager's work on the catalogue: sync it, look, apply, create products."""

from . import connect
from .progress import SetupError
from .web_client import WebClient

COUNTS = (
    "product_count",
    "listing_count",
    "seller_sku_count",
    "barcode_count",
    "ambiguous_count",
    "unmatched_count",
)


def preview(client: WebClient, shops: list[int]) -> list[dict]:
    """Click Sync Product Catalogue on each shop; return the syncs, to be looked at.

    One that has nothing to change is done.

    :raise SetupError: when a catalogue could not be read.
    """
    for shop in shops:
        client.call("tts.shop", "action_sync_catalogue", [shop])
    mine = [
        ("shop_id", "in", shops),
        ("kind", "=", "match"),
        ("user_id.login", "=", "admin"),
    ]
    newest = {row["shop_id"][0]: row["id"] for row in _syncs(client, mine)}
    domain = [("id", "in", list(newest.values()))]
    connect.wait(
        lambda: _left(client, domain, "preview", "done"), "reading the catalogues"
    )
    return _syncs(client, domain)


def apply(client: WebClient, syncs: list[dict]) -> None:
    """Click Apply on each of these syncs and wait until they are done."""
    ids = [sync["id"] for sync in syncs if sync["state"] == "preview"]
    client.call("tts.catalogue.sync", "action_apply", ids)
    domain = [("id", "in", ids)]
    connect.wait(lambda: _left(client, domain, "done"), "matching the listings")


def create_products(client: WebClient, shop: int) -> list[dict]:
    """Create the products of all listings of a shop that have none.

    :return: the rows of the job: ``outcome``, ``message``, ``product_id``.
    """
    dialog = client.call("tts.shop", "action_create_products", [shop])
    client.call("tts.listing.create", "action_create", [dialog["res_id"]])
    domain = [("shop_id", "=", shop), ("kind", "=", "create")]
    connect.wait(lambda: _left(client, domain, "done"), "creating the products")
    fields = ["listing_id", "outcome", "message", "product_id"]
    jobs = [job["id"] for job in _syncs(client, domain)]
    lines = [("sync_id", "in", jobs)]
    return client.read("tts.catalogue.sync.line", lines, fields)


def wait_for_repairs(client: WebClient) -> None:
    """Wait until the open orders of matched listings are repaired."""
    waiting = [("to_heal", "=", True)]
    connect.wait(
        lambda: client.call("tts.listing", "search_count", waiting),
        "repairing open orders",
    )


def _syncs(client: WebClient, domain: list) -> list[dict]:
    fields = ["shop_id", "state", "error_message", *COUNTS]
    return client.read("tts.catalogue.sync", domain, fields, order="id")


def _left(client: WebClient, domain: list, *states: str) -> int:
    rows = _syncs(client, domain)
    for row in rows:
        if row["state"] == "failed":
            raise SetupError(f"{row['shop_id'][1]}: {row['error_message']}")
    return sum(row["state"] not in states for row in rows)
