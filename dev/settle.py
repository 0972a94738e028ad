"""What the control door of a sandbox does to money: orders complete and settle."""

from collections.abc import Iterable

from . import door, server

DAY = 86400


def complete(sandbox: server.SandboxServer, orders: Iterable[str]) -> None:
    """Let orders arrive and their after-sales time pass."""
    for order_id in orders:
        door.post(sandbox, f"/orders/{order_id}", status="COMPLETED", force=True)


def settle(
    sandbox: server.SandboxServer,
    shop_id: str,
    days_ago: Iterable[int],
    orders: list[str] | None = None,
) -> str:
    """Settle into a day that has no statement yet.

    :param days_ago: the days to choose from, best first.
    :param orders: these; by default whatever is complete.
    :return: the id of the statement.
    """
    state = door.state(sandbox, "finance", "now", raw=False)
    taken = {row["time"] for row in state["finance"][shop_id]["statements"]}
    midnight = int(state["now"]) // DAY * DAY
    days = [midnight - ago * DAY for ago in days_ago]
    body: dict = {"day": next(day for day in days if day not in taken)}
    if orders is not None:
        body["order_ids"] = orders
    return door.post(sandbox, "/finance/settle", shop_id=shop_id, **body)[
        "statement_id"
    ]


def change(sandbox: server.SandboxServer, shop_id: str, **body) -> dict:
    """Let something happen to the money of a shop, such as ``adjust``."""
    return door.post(sandbox, "/finance", shop_id=shop_id, **body)


def spoil(sandbox: server.SandboxServer, statement_id: str) -> None:
    """Let a statement say a cent too much."""
    door.post(sandbox, f"/finance/{statement_id}", spoil="head")
