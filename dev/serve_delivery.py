"""What a warehouse clerk finds to do in ``make serve``: deadlines, labels, trouble."""

import time
from datetime import datetime, timedelta, timezone

from . import connect, delivery, door, server
from .web_client import WebClient

WAITING = ("AWAITING_SHIPMENT", "AWAITING_COLLECTION")
NEW_ADDRESS = {"address_line1": "9 New Road", "address_detail": "9 New Road"}


def prepare(sandbox: server.SandboxServer) -> None:
    """Spread the deadlines of all orders that wait, before Odoo reads them."""
    orders = door.state(sandbox, "orders")["orders"]
    waiting = [key for key, row in orders.items() if row["status"] in WAITING]
    moments = _moments(datetime.now(timezone.utc))
    for number, order_id in enumerate(waiting):
        ship_by = moments[number % len(moments)]
        deadlines = {
            "rts_sla_time": int(ship_by.timestamp()),
            "tts_sla_time": int(ship_by.timestamp()),
            "shipping_due_time": int((ship_by + timedelta(days=2)).timestamp()),
        }
        door.post(sandbox, f"/orders/{order_id}", set=deadlines)


def _moments(now: datetime) -> list[datetime]:
    """Return deadlines of all kinds: late, today, tomorrow, later; most are later."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    return [
        tomorrow + timedelta(hours=16),
        now - timedelta(hours=5),
        now + (tomorrow - now) / 2,
        midnight + timedelta(days=2, hours=14),
        tomorrow + timedelta(hours=11),
        midnight + timedelta(days=3, hours=18),
        now + (tomorrow - now) * 0.8,
        midnight + timedelta(days=4, hours=10),
    ]


def trouble(client: WebClient, sandbox: server.SandboxServer) -> None:
    """Let a pick-up fail, a buyer ask to cancel, and another one move house.

    :raise SetupError: when labels or packages could not be read
    """
    orders = door.state(sandbox, "orders")["orders"]
    plain = {key: row for key, row in orders.items() if _is_plain(row)}
    asked = _first(plain, "AWAITING_COLLECTION", "TIKTOK")
    failed = _first(plain, "AWAITING_SHIPMENT", "TIKTOK")
    # Of a parcel that TikTok's carrier has, it does not tell the address in clear.
    moved = _first(plain, "AWAITING_COLLECTION", "SELLER")
    (package,) = orders[failed]["packages"]
    door.post(sandbox, f"/packages/{package}", status="ship")
    _sync(client)
    door.post(sandbox, f"/orders/{moved}", address=NEW_ADDRESS, touch=True)
    door.post(sandbox, f"/orders/{asked}", request_cancel=True)
    door.post(sandbox, f"/packages/{package}", status="pickup_failed")
    _sync(client)
    delivery.follow(client)


def _is_plain(order: dict) -> bool:
    return (
        not (order["fbt"] or order["broken"])
        and not order["raw"]["is_buyer_request_cancel"]
        and len(order["packages"]) == 1
    )


def _first(orders: dict, status: str, shipping: str) -> str:
    """Return the id of the first order in this status that is shipped this way."""
    return next(
        key
        for key, row in orders.items()
        if (row["status"], row["raw"]["shipping_type"]) == (status, shipping)
    )


def _sync(client: WebClient) -> None:
    time.sleep(1)  # TikTok tells times in whole seconds; this one is not over yet
    connect.sync(client)
    delivery.wait(client)
