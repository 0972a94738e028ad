"""The work after the sale: answer cases, receive what comes back, credit it."""

import time
from collections import defaultdict
from datetime import datetime, timezone

from . import connect, delivery, users
from .progress import SetupError
from .web_client import WebClient

LOGIN, PASSWORD = "sales", "sales-of-the-demo"
ACTION = "ir_cron_aftersales"
CANCELLATION, RETURN = "tts.cancellation", "tts.return"
MOST_FAILURES = 3
PART = 3  # what is offered is a third of what the buyer asks for


def salesperson(client: WebClient, password: str = PASSWORD) -> WebClient:
    """Return the session of a user who sees all sales and has no other right."""
    group = "sales_team.group_sale_salesman_all_leads"
    return users.session(client, LOGIN, password, group)


# === CASES === #


def sync(client: WebClient) -> None:
    """Click Sync Orders on all shops; wait until their cases are read as well.

    :raise SetupError: with the reason, when a shop could not be read
    """
    before = _whole_second()
    connect.sync(client)
    _wait(client, before)


def read(client: WebClient) -> None:
    """Click Sync Cancellations and Returns on all shops; wait until all are read.

    :raise SetupError: with the reason, when a shop could not be read
    """
    before = _whole_second()
    _ask(client, [shop["id"] for shop in connect.shops(client)])
    _wait(client, before)


def _whole_second() -> str:
    """Return now, when the second is over in which something happened on TikTok."""
    time.sleep(1)
    return datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def _wait(client: WebClient, since: str) -> None:
    connect.wait(
        lambda: len(_unread(client, since)),
        "reading cancellations and returns",
        nudge=lambda: _ask(client, _unread(client, since)),
    )


def _ask(client: WebClient, shops: list[int]) -> None:
    if shops:
        client.call("tts.shop", "action_sync_aftersales", shops)


def _unread(client: WebClient, since: str) -> list[int]:
    """Return the shops that were not read since then."""
    fields = ["name", "last_aftersale_sync", "last_aftersale_error"]
    shops = client.read("tts.shop", [], [*fields, "aftersale_failure_count"])
    for shop in shops:
        if shop["aftersale_failure_count"] >= MOST_FAILURES:
            raise SetupError(f"{shop['name']}: {shop['last_aftersale_error']}")
    return [row["id"] for row in shops if (row["last_aftersale_sync"] or "") < since]


def ids(session: WebClient, model: str, remote_ids: list[str]) -> dict[str, int]:
    """Return Odoo's ids of these cases: {TikTok's id: Odoo's}.

    :raise SetupError: when one is not there
    """
    domain = [("remote_id", "in", remote_ids)]
    rows = session.read(model, domain, ["remote_id"])
    found = {row["remote_id"]: row["id"] for row in rows}
    if missing := set(remote_ids) - set(found):
        raise SetupError(f"not in Odoo: {', '.join(sorted(missing))}")
    return found


# === ANSWERS === #


def accept(session: WebClient, requests: list[str]) -> None:
    """Select requests to cancel, click Accept, and send the answer."""
    found = list(ids(session, CANCELLATION, requests).values())
    _send(session, session.call(CANCELLATION, "action_accept", found)["res_id"])


def decline(session: WebClient, requests: list[str]) -> None:
    """Select the requests of each shop, click Decline, and send the answer.

    TikTok's reasons are not the same in all markets.
    """
    by_shop = defaultdict(list)
    domain = [("remote_id", "in", requests)]
    for row in session.read(CANCELLATION, domain, ["shop_id"]):
        by_shop[row["shop_id"][0]].append(row["id"])
    for mine in by_shop.values():
        _send(session, session.call(CANCELLATION, "action_decline", mine)["res_id"])


def answer_returns(session: WebClient, decisions: dict[str, str]) -> None:
    """Click Answer on returns one by one; an offer is a part of what is asked for.

    :param decisions: {TikTok's id of the return: the decision}
    :raise SetupError: when the dialog does not offer a decision
    """
    found = ids(session, RETURN, list(decisions))
    domain = [("id", "in", list(found.values()))]
    rows = session.read(RETURN, domain, ["amount_goods"])
    amounts = {row["id"]: row["amount_goods"] for row in rows}
    for remote_id, decision in decisions.items():
        case, values = found[remote_id], {}
        if decision.startswith("OFFER"):
            values["amount"] = float(max(amounts[case] // PART, 1))
        wizard = session.call(RETURN, "action_answer", [case])["res_id"]
        _send(session, wizard, decision, values)


def _send(
    session: WebClient, wizard: int, decision: str = "", values: dict | None = None
) -> None:
    """Choose in the dialog: a decision, TikTok's first reason where one is needed."""
    values = values or {}
    fields = ["kind", "decision_key", "needs_reason"]
    mine = [("wizard_id", "=", wizard)]
    choices = session.read("tts.answer.choice", mine, fields, order="id")
    if not decision:
        row = session.read("tts.answer.wizard", [("id", "=", wizard)], ["decision_key"])
        decision = row[0]["decision_key"]
    offered = [row for row in choices if row["kind"] == "decision"]
    chosen = next((row for row in offered if row["decision_key"] == decision), None)
    if not chosen:
        told = ", ".join(row["decision_key"] for row in offered)
        raise SetupError(f"the dialog offers {told}, and no {decision}")
    values["decision_id"] = chosen["id"]
    if chosen["needs_reason"]:
        values["reason_id"] = next(
            row["id"]
            for row in choices
            if row["kind"] == "reason" and row["decision_key"] in (False, decision)
        )
    session.call("tts.answer.wizard", "write", [wizard], values)
    session.call("tts.answer.wizard", "action_answer", [wizard])


def wait(client: WebClient) -> None:
    """Wait until TikTok has been told every answer, but those whose fate is unknown.

    :raise SetupError: with TikTok's reason, when an answer is refused
    """
    connect.wait(
        lambda: _unsent(client),
        "answering cases",
        nudge=lambda: _try_again(client),
    )


def _try_again(client: WebClient) -> None:
    """Let the minutes pass after which a shop is asked again that did not answer."""
    failed = [("aftersale_failure_count", ">", 0)]
    _ask(client, client.call("tts.shop", "search", failed))
    connect.run(client, ACTION)


def _unsent(client: WebClient) -> int:
    failed = [("state", "=", "failed")]
    for row in client.read("tts.answer", failed, ["display_name", "error"]):
        raise SetupError(f"{row['display_name']} is not answered: {row['error']}")
    return client.call("tts.answer", "search_count", [("state", "=", "waiting")])


def unknown(client: WebClient) -> int:
    """Return how many answers left of which nobody knows whether they arrived."""
    return client.call("tts.answer", "search_count", [("state", "=", "sending")])


# === GOODS === #


def to_receive(session: WebClient) -> list[dict]:
    """Return the returns of goods that wait for a clerk."""
    domain = [
        ("tts_return_id", "!=", False),
        ("state", "not in", ["done", "cancel"]),
    ]
    return session.read("stock.picking", domain, ["tts_return_id"], order="id")


def receive(clerk: WebClient, pickings: list[int]) -> None:
    """Select returns that came and click Validate."""
    if pickings:
        clerk.call(
            "stock.picking", "button_validate", pickings, context=delivery.VALIDATE
        )


def inspect(clerk: WebClient, picking: int, scrapped: int = 0) -> None:
    """Click Inspect on a return: so many units are scrapped, the others restocked."""
    action = clerk.call("stock.picking", "action_open_tts_inspect", [picking])
    wizard = action["res_id"]
    mine = [("inspect_id", "=", wizard)]
    for row in clerk.read("tts.inspect.line", mine, ["quantity"]):
        bad = min(scrapped, row["quantity"])
        values = {"quantity_scrap": bad, "quantity_restock": row["quantity"] - bad}
        clerk.call("tts.inspect.line", "write", [row["id"]], values)
        scrapped -= bad
    clerk.call("tts.inspect", "action_inspect", [wizard])


# === CREDIT NOTES === #


def drafts(session: WebClient) -> list[int]:
    """Return the credit notes that were proposed and wait to be posted."""
    domain = [("tts_return_id", "!=", False), ("state", "=", "draft")]
    return [row["id"] for row in session.read("account.move", domain, ["id"])]


def post(session: WebClient) -> int:
    """Select the credit notes that were proposed and click Post; return how many."""
    found = drafts(session)
    if found:
        session.call("account.move", "action_post", found)
    return len(found)
