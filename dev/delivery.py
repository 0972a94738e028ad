"""The warehouse clerk's work: arrange shipments, print labels, validate deliveries."""

import time
from datetime import datetime, timedelta, timezone

from . import connect, users
from .progress import SetupError
from .web_client import WebClient

LOGIN, PASSWORD = "clerk", "clerk-of-the-demo"
ACTION = "ir_cron_deliveries"
OPEN_STATES = ("waiting", "sending")
# Neither questions about backorders nor text messages to buyers.
VALIDATE = {"skip_backorder": True, "cancel_backorder": False, "skip_sms": True}


def clerk(client: WebClient, password: str = PASSWORD) -> WebClient:
    """Create a user who has Inventory's rights and no other; return their session."""
    return users.session(client, LOGIN, password, "stock.group_stock_user")


def deliveries(client: WebClient, status: str, state: str = "assigned") -> list[dict]:
    """Return the deliveries with this status on TikTok and this state in Odoo."""
    domain = [("tts_status", "=", status), ("state", "=", state)]
    fields = ["name", "sale_id", "tts_label_state", "tts_cancel_requested"]
    return client.read("stock.picking", domain, fields, order="id")


def arrange(client: WebClient, pickings: list[int]) -> list[dict]:
    """Click Arrange Shipment on these deliveries, and on the dialog's button.

    Parcels of own carriers get a number of their carrier.

    :return: the dialog's rows: ``kind`` (what happens), ``problem`` (why it stays out)
    """
    dialog = client.call("stock.picking", "action_tts_arrange", pickings)
    wizard = [("arrange_id", "=", dialog["res_id"])]
    fields = ["picking_id", "shop_id", "kind", "is_own_carrier", "problem"]
    rows = client.read("tts.arrange.line", wizard, fields)
    own = [row for row in rows if row["is_own_carrier"] and not row["problem"]]
    providers = _providers(client, {row["shop_id"][0] for row in own})
    values = [
        {
            "tracking_number": f"OWN{row['picking_id'][0]:08d}",
            "provider_id": providers[row["shop_id"][0]],
        }
        for row in own
    ]
    lines = [(1, row["id"], new) for row, new in zip(own, values, strict=True)]
    client.call("tts.arrange", "write", [dialog["res_id"]], {"line_ids": lines})
    client.call("tts.arrange", "action_arrange", [dialog["res_id"]])
    return rows


def _providers(client: WebClient, shops: set[int]) -> dict[int, int]:
    """Return a shipping provider of each shop."""
    domain = [("shop_id", "in", list(shops))]
    rows = client.read("tts.provider", domain, ["shop_id"], order="id desc")
    return {row["shop_id"][0]: row["id"] for row in rows}


def wait(client: WebClient) -> None:
    """Wait until TikTok has been told everything, and all labels are stored.

    :raise SetupError: with the reason, when a request failed
    """
    for left, what in (
        (_waiting, "arranging shipments"),
        (_unlabelled, "fetching labels"),
    ):
        connect.wait(
            lambda left=left: left(client), what, nudge=lambda: _pass_time(client)
        )


def _waiting(client: WebClient) -> int:
    failed = [("state", "=", "failed")]
    for row in client.read("tts.shipment", failed, ["picking_id", "error"]):
        raise SetupError(f"{row['picking_id'][1]} is not arranged: {row['error']}")
    domain = [("state", "in", OPEN_STATES)]
    return client.call("tts.shipment", "search_count", domain)


def _unlabelled(client: WebClient) -> int:
    awaited = [("label_state", "in", ["due", "generating"]), ("is_gone", "=", False)]
    return client.call("tts.package", "search_count", awaited)


def follow(client: WebClient) -> None:
    """Let the quarter of an hour pass after which packages are looked at again.

    :raise SetupError: with the reason, when a shop could not be followed
    """
    time.sleep(1)  # TikTok tells times in whole seconds; this one is not over yet
    past = _moment(minutes=-1)
    shops = [shop["id"] for shop in connect.shops(client)]
    client.call("tts.shop", "write", shops, {"next_delivery_sync": past})
    connect.run(client, ACTION)
    due = [("id", "in", shops), ("next_delivery_sync", "<=", past)]
    connect.wait(
        lambda: client.call("tts.shop", "search_count", due),
        "following packages",
        nudge=lambda: connect.run(client, ACTION),
    )
    for shop in client.read("tts.shop", [], ["name", "last_delivery_error"]):
        if shop["last_delivery_error"]:
            raise SetupError(f"{shop['name']}: {shop['last_delivery_error']}")


def _pass_time(client: WebClient) -> None:
    """Let the minutes pass after which is tried again what went wrong."""
    past = _moment(minutes=-1)
    failed = [("delivery_failure_count", ">", 0)]
    for model, field, domain in (
        ("tts.shipment", "next_try", [("state", "in", OPEN_STATES)]),
        ("tts.shop", "next_delivery_sync", failed),
    ):
        ids = client.call(model, "search", [*domain, (field, ">", _moment())])
        if ids:
            client.call(model, "write", ids, {field: past})
    connect.run(client, ACTION)


def _moment(**delta) -> str:
    moment = datetime.now(timezone.utc) + timedelta(**delta)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def print_labels(client: WebClient, pickings: list[int]) -> bytes:
    """Select deliveries, click Fetch Shipping Label, then Print Labels.

    :return: the merged PDF, as the browser would show it
    :raise SetupError: when there is none
    """
    context = {"active_model": "stock.picking", "active_ids": pickings}
    (wizard,) = client.call("tts.label.wizard", "create", [{}], context=context)
    action = client.call("tts.label.wizard", "action_print", [wizard])
    action = action.get("params", {}).get("next", action)
    if not action.get("url"):
        raise SetupError(f"printing labels shows no file: {action.get('name')}")
    return client.get(f"{client.url}{action['url']}").content


def validate(client: WebClient, pickings: list[int]) -> int:
    """Select deliveries and click Validate; go on without those that should stay.

    :return: how many have to stay
    """
    answer = client.call("stock.picking", "button_validate", pickings, context=VALIDATE)
    if not isinstance(answer, dict) or answer.get("res_model") != "tts.validate":
        return 0
    (dialog,) = client.read(
        "tts.validate", [("id", "=", answer["res_id"])], ["blocked_ids"]
    )
    client.call(
        "tts.validate",
        "action_validate_others",
        [answer["res_id"]],
        context=answer["context"],
    )
    return len(dialog["blocked_ids"])


def validate_part(client: WebClient, picking: int) -> None:
    """Deliver the first product of a delivery; a backorder keeps the others."""
    mine = [("picking_id", "=", picking)]
    first, *others = client.read("stock.move", mine, ["id"], order="id")
    moves = [(1, first["id"], {"picked": True})]
    moves += [(1, move["id"], {"picked": False}) for move in others]
    client.call("stock.picking", "write", [picking], {"move_ids": moves})
    client.call("stock.picking", "button_validate", [picking], context=VALIDATE)
