"""The accountant's work: set up, invoice, read statements, book, match the bank."""

import time
from collections import defaultdict
from datetime import datetime, timedelta, timezone

from . import connect, users
from .progress import SetupError
from .web_client import WebClient

PATIENCE = 60  # seconds for the scheduled action to end what it is at
LOGIN, PASSWORD = "accountant", "accountant-of-the-demo"
SETTLEMENTS, INVOICES = "ir_cron_settlements", "ir_cron_invoices"
# Units of each currency for one of the company's, US dollars.
RATES = {
    "BRL": "5.4",
    "EUR": "0.92",
    "GBP": "0.78",
    "IDR": "16000",
    "JPY": "150",
    "MXN": "18.5",
    "MYR": "4.4",
    "PHP": "57",
    "SAR": "3.75",
    "SGD": "1.34",
    "THB": "34",
    "VND": "25000",
}


def accountant(client: WebClient, password: str = PASSWORD) -> WebClient:
    """Return the session of a user who has Invoicing's basic rights and no other."""
    return users.session(client, LOGIN, password, "account.group_account_basic")


# === SET UP === #


def set_up(client: WebClient, policies: dict[int, dict]) -> None:
    """Click Set Up TikTok Payments on shops and choose how they work.

    :param policies: {shop id: its invoice and booking policy}.
    """
    client.call("tts.shop", "action_set_up_money", list(policies))
    for shop, policy in policies.items():
        client.call("tts.shop", "write", [shop], policy)


def enter_rates(client: WebClient, days: int = 90) -> None:
    """Enter an exchange rate for each currency that shops sell in, once.

    Also of those that nobody uses yet: the first order activates them.
    """
    domain = [
        ("name", "in", list(RATES)),
        ("rate_ids", "=", False),
        ("active", "in", [True, False]),
    ]
    day = (datetime.now(timezone.utc) - timedelta(days=days)).strftime("%Y-%m-%d")
    values = [
        {
            "currency_id": row["id"],
            "name": day,
            "company_rate": float(RATES[row["name"]]),
        }
        for row in client.read("res.currency", domain, ["name"])
    ]
    client.call("res.currency.rate", "create", values)


def bank_journals(client: WebClient, currencies: set[str]) -> dict[str, int]:
    """Return a bank account in each of these currencies, created if needed."""
    ids = {
        row["name"]: row["id"]
        for row in client.read(
            "res.currency", [("name", "in", list(currencies))], ["name"]
        )
    }
    names = {currency: f"Bank {currency}" for currency in sorted(ids)}
    known = {
        row["name"]: row["id"]
        for row in client.read(
            "account.journal", [("name", "in", list(names.values()))], ["name"]
        )
    }
    fresh = [currency for currency, name in names.items() if name not in known]
    values = [
        {
            "name": names[currency],
            "code": f"B{currency}",
            "type": "bank",
            "currency_id": ids[currency],
        }
        for currency in fresh
    ]
    made = client.call("account.journal", "create", values) if values else []
    found = dict(zip(fresh, made, strict=True))
    return {
        currency: known.get(name) or found[currency] for currency, name in names.items()
    }


# === INVOICES === #


def invoice_shipped(client: WebClient) -> None:
    """Let the scheduled action invoice what has left."""
    connect.run(client, INVOICES)


def orders(client: WebClient, remote_ids: list[str]) -> dict[str, int]:
    """Return Odoo's ids of these TikTok orders."""
    domain = [("remote_id", "in", remote_ids)]
    rows = client.read("tts.order", domain, ["remote_id"])
    return {row["remote_id"]: row["id"] for row in rows}


def create_invoices(session: WebClient, remote_ids: list[str]) -> None:
    """Select TikTok orders and click Create TikTok Invoices."""
    ids = list(orders(session, remote_ids).values())
    session.call("tts.order", "action_create_invoices", ids)


def invoices(session: WebClient, remote_ids: list[str]) -> dict[str, int]:
    """Return the posted customer invoice of each of these TikTok orders."""
    domain = [
        ("tts_order_id.remote_id", "in", remote_ids),
        ("move_type", "=", "out_invoice"),
        ("state", "=", "posted"),
    ]
    rows = session.read("account.move", domain, ["tts_order_id"])
    names = {id_: remote for remote, id_ in orders(session, remote_ids).items()}
    return {names[row["tts_order_id"][0]]: row["id"] for row in rows}


def credit(session: WebClient, invoice: int, amount: float | None = None) -> None:
    """Post a credit note of a whole invoice, or of an amount of its first line."""
    context = {"active_model": "account.move", "active_ids": [invoice]}
    (row,) = session.read("account.move", [("id", "=", invoice)], ["journal_id"])
    values = {"journal_id": row["journal_id"][0], "reason": "Refunded on TikTok Shop"}
    (wizard,) = session.call(
        "account.move.reversal", "create", [values], context=context
    )
    session.call("account.move.reversal", "refund_moves", [wizard], context=context)
    (note,) = session.read(
        "account.move",
        [("reversed_entry_id", "=", invoice), ("state", "=", "draft")],
        ["invoice_line_ids"],
    )
    if amount is not None:
        first, *others = note["invoice_line_ids"]
        price = {"quantity": 1, "price_unit": amount, "discount": 0}
        lines = [(1, first, price), *((2, line) for line in others)]
        values = {"invoice_line_ids": lines}
        session.call("account.move", "write", [note["id"]], values)
    session.call("account.move", "action_post", [note["id"]])


def register(session: WebClient, invoice_ids: list[int]) -> None:
    """Select invoices, click Register TikTok Payment, and confirm."""
    context = {"active_model": "account.move", "active_ids": invoice_ids}
    (wizard,) = session.call("tts.register.payment", "create", [{}], context=context)
    session.call("tts.register.payment", "action_register", [wizard])


# === STATEMENTS === #


def read_settlements(session: WebClient, client: WebClient, days: int = 30) -> None:
    """Click Sync Settlements on all shops and wait until everything is read.

    :param days: how far back, whatever was read before.
    :param client: an administrator's session, to look after the scheduled action.
    :raise SetupError: with the reason, when a shop could not be read.
    """
    before = _now()
    ids = [shop["id"] for shop in connect.shops(session)]
    since = (datetime.now(timezone.utc) - timedelta(days=days)).strftime("%Y-%m-%d")
    client.call("tts.shop", "write", ids, {"statement_cursor": f"{since} 00:00:00"})
    session.call("tts.shop", "action_sync_settlements", ids)
    connect.wait(
        lambda: _unread(client, before),
        "reading settlements",
        "shops",
        lambda: connect.run(client, SETTLEMENTS),
    )


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def _unread(client: WebClient, since: str) -> int:
    fields = ["name", "last_settlement_sync", "last_settlement_error"]
    shops = client.read("tts.shop", [], fields)
    for shop in shops:
        if shop["last_settlement_error"]:
            raise SetupError(f"{shop['name']}: {shop['last_settlement_error']}")
    return sum((shop["last_settlement_sync"] or "") < since for shop in shops)


def states(client: WebClient) -> dict[str, int]:
    """Return how many statements are in each state."""
    found: dict[str, int] = defaultdict(int)
    for row in client.read("tts.statement", [], ["state"]):
        found[row["state"]] += 1
    return dict(found)


def statements(session: WebClient) -> list[int]:
    """Return the statements that are to book."""
    rows = session.read("tts.statement", [("state", "=", "ready")], ["id"])
    return [row["id"] for row in rows]


def book(session: WebClient, statements: list[int] | None = None) -> None:
    """Select statements, by default all that are to book, and click Book.

    :raise SetupError: with the reason, when one of them is not booked.
    """
    domain = [("id", "in", statements)] if statements else [("state", "=", "ready")]
    ids = [row["id"] for row in session.read("tts.statement", domain, ["id"])]
    if ids:
        session.call("tts.statement", "action_book", ids)
    left = [("id", "in", ids), ("state", "!=", "booked")]
    for row in session.read("tts.statement", left, ["remote_id", "error_message"]):
        raise SetupError(f"{row['remote_id']} is not booked: {row['error_message']}")


# === BANK === #


def bank_lines(client: WebClient, session: WebClient, payouts: list[dict]) -> None:
    """Enter what the bank tells: each payout arrived, paid by somebody else.

    :param payouts: as `awaited` returns them.
    """
    journals = bank_journals(client, {row["currency_id"][1] for row in payouts})
    lines = [
        {
            "journal_id": journals[row["currency_id"][1]],
            "date": row["date"],
            "amount": row["amount"],
            "payment_ref": f"PIPO SERVICES LTD {number:06d}",
        }
        for number, row in enumerate(payouts, start=1)
    ]
    if lines:
        session.call("account.bank.statement.line", "create", lines)


def awaited(session: WebClient) -> list[dict]:
    """Return the payouts that were paid and are not matched."""
    domain = [("state", "=", "paid"), ("kind", "in", ["payment", "withdraw"])]
    fields = ["remote_id", "amount", "currency_id", "date", "shop_id"]
    return session.read("tts.payout", domain, fields, order="date, id")


def match(client: WebClient, session: WebClient) -> None:
    """Let the scheduled action match payouts; where several fit, a person chooses."""
    connect.run(client, INVOICES)
    for payout in awaited(session):
        end = time.monotonic() + PATIENCE
        while not _try_to_choose(session, payout, is_last=time.monotonic() > end):
            time.sleep(1)


def _try_to_choose(session: WebClient, payout: dict, is_last: bool) -> bool:
    """Match a payout, unless the scheduled action is at it in the background.

    :return: whether it is matched, by whomever, or has no transaction to choose.
    :raise SetupError: when it cannot be, and it was the last try.
    """
    try:
        _choose(session, payout)
    except SetupError:
        is_matched = payout["id"] not in {row["id"] for row in awaited(session)}
        if is_last and not is_matched:
            raise
        return is_matched
    return True


def _choose(session: WebClient, payout: dict) -> None:
    """Match a payout with the first transaction that fits, if there is one."""
    values = {"payout_id": payout["id"]}
    (wizard,) = session.call("tts.payout.match", "create", [values])
    domain = [("id", "=", wizard)]
    (row,) = session.read("tts.payout.match", domain, ["candidate_ids"])
    if row["candidate_ids"]:
        line = {"bank_line_id": row["candidate_ids"][0]}
        session.call("tts.payout.match", "write", [wizard], line)
        session.call("tts.payout.match", "action_match", [wizard])
