"""Hold Odoo's books against what the sandbox settled, without the addon's own code.

What was sold, refunded and charged is worked out here a second time, in ``Decimal``,
from the sandbox's own figures; what is booked is read from the accounts by SQL.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

# Runs one SQL statement and returns its rows, each a list of texts.
Query = Callable[[str], list[list[str]]]

ZERO = Decimal()
SALE = ("subtotal_before_discount_amount", "seller_discount_amount")
REFUND = ("refund_subtotal_before_discount_amount", "seller_discount_refund_amount")
BUYER_SHIPPING = "customer_paid_shipping_fee_amount"
# What a shop's accounts are for; each is held against the sandbox per currency.
SHARED = ("fees", "reserve", "unknown")


@dataclasses.dataclass
class Shop:
    """The money of one shop, in its currency: as TikTok tells, and as it is booked.

    ``statements`` are those that add up, ``transactions`` theirs. ``payable`` is what
    they come to, ``owed`` what of it has not been paid out. ``booked`` and ``balance``
    are the same two on the shop's intermediary account. ``wrong_entries`` names the
    statements that have no entry, more than one, or one though they do not add up.
    """

    region: str
    currency: str
    statements: list[str]
    transactions: int
    payable: Decimal
    owed: Decimal
    booked: Decimal
    balance: Decimal
    wrong_entries: list[str]

    @property
    def off(self) -> Decimal:
        """How far the intermediary account is from what TikTok still owes."""
        return abs(self.payable - self.booked) + abs(self.owed - self.balance)


@dataclasses.dataclass
class Books:
    """Everything that is compared.

    ``accounts`` are {(what, currency): (told, booked)} for each of ``SHARED``;
    ``invoices`` and ``credit_notes`` {order id: open amounts} of orders that settled,
    none where there is no such document; ``refused`` {statement id: difference} of
    those that do not add up; ``unbalanced`` the sum of all journal items.
    """

    shops: list[Shop]
    accounts: dict[tuple[str, str], tuple[Decimal, Decimal]]
    invoices: dict[str, list[Decimal]]
    credit_notes: dict[str, list[Decimal]]
    refused: dict[str, Decimal]
    unbalanced: Decimal


@dataclasses.dataclass
class Verdict:
    """The counts of the demo's line about money; amounts in one currency."""

    statements: int
    transactions: int
    payable: Decimal
    booked: Decimal
    intermediary_off: Decimal
    fees_off: Decimal
    others_off: Decimal
    paid: int
    open: int
    wrong_entries: int
    refused: list[Decimal]

    @property
    def good(self) -> bool:
        """Whether every statement is booked once, to the cent, and all is settled."""
        off = self.intermediary_off + self.fees_off + self.others_off
        bad = self.open + self.wrong_entries
        return self.statements > 0 and self.paid > 0 and not off and not bad


def judge(books: Books, rates: dict[str, str] | None = None) -> Verdict:
    """Count what the demo promises.

    :param rates: units of a currency for one of the company's; 1 where none is given.
        What is off is added up whatever the currency: it has to be nothing.
    """
    rates = rates or {}

    def total(name: str) -> Decimal:
        amounts = [
            getattr(shop, name) / Decimal(rates.get(shop.currency, "1"))
            for shop in books.shops
        ]
        return sum(amounts, ZERO).quantize(Decimal("0.01"))

    def off(*names: str) -> Decimal:
        return sum(
            (
                abs(told - booked)
                for (what, _currency), (told, booked) in books.accounts.items()
                if what in names
            ),
            ZERO,
        )

    documents = [*books.invoices.values(), *books.credit_notes.values()]
    paid = [rows for rows in documents if rows and not any(rows)]
    return Verdict(
        statements=sum(len(shop.statements) for shop in books.shops),
        transactions=sum(shop.transactions for shop in books.shops),
        payable=total("payable"),
        booked=total("booked"),
        intermediary_off=sum((shop.off for shop in books.shops), ZERO),
        fees_off=off("fees"),
        others_off=off("reserve", "unknown") + abs(books.unbalanced),
        paid=len(paid),
        open=len(documents) - len(paid),
        wrong_entries=sum(len(shop.wrong_entries) for shop in books.shops),
        refused=list(books.refused.values()),
    )


def read(query: Query, state: dict) -> Books:
    """Put what the sandbox's ``state`` tells beside what is in Odoo's accounts.

    :param query: runs SQL on Odoo's database
    :param state: the parts ``shops`` and ``finance``
    """
    known = {row[0] for row in query(_KNOWN_ORDERS)}
    regions = {shop["id"]: shop["region"] for shop in state["shops"]}
    right, spoiled = _statements(state)
    entries = {ref: int(count) for ref, count in query(_ENTRIES)}
    booked = _amounts(query(_INTERMEDIARY_BOOKED))
    balances = _amounts(query(_INTERMEDIARY))
    shops = []
    for shop_id, money in state["finance"].items():
        mine = right[shop_id]
        paid = sum(_paid_out(money, spoiled[shop_id]), ZERO)
        payable = sum((Decimal(row["payable"]) for row in mine), ZERO)
        shops.append(
            Shop(
                regions[shop_id],
                money["currency"],
                [row["id"] for row in mine],
                sum(len(row["transactions"]) for row in mine),
                payable,
                payable - paid,
                # In any other currency than the shop's there must be nothing.
                _in_all(booked, shop_id, money["currency"]),
                _in_all(balances, shop_id, money["currency"]),
                _wrong_entries(mine, spoiled[shop_id], entries),
            )
        )
    settled = _settled_orders(right, known)
    return Books(
        shops,
        _accounts(query, state, right, known),
        *_documents(query, settled),
        _refused(query, spoiled),
        sum((Decimal(row[0]) for row in query(_TRIAL_BALANCE)), ZERO),
    )


def table(books: Books) -> str:
    """Return a text table: the statements of each shop and what is booked of them."""
    names = ("statements", "transactions", "payable", "booked", "still owed", "off")
    lines = [f"{'market':10}{'':4}" + "".join(f"{name:>16}" for name in names)]
    for shop in books.shops:
        cells = (
            *(len(shop.statements), shop.transactions),
            *(f"{shop.payable:,}", f"{shop.booked:,}", f"{shop.owed:,}", shop.off),
        )
        start = f"{shop.region:10}{shop.currency:4}"
        lines.append(start + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


# === WHAT TIKTOK TELLS === #


def _statements(state: dict) -> tuple[dict, dict]:
    """Return the statements of each shop that add up, and those that do not."""
    right, spoiled = {}, {}
    for shop_id, money in state["finance"].items():
        rows = [row for row in money["statements"] if row["transactions"]]
        right[shop_id] = [row for row in rows if not row["spoil"]]
        spoiled[shop_id] = [row for row in rows if row["spoil"]]
    return right, spoiled


def _paid_out(money: dict, spoiled: list[dict]) -> list[Decimal]:
    """Return what reached the bank, in the shop's currency; SEA shops withdraw."""
    amounts = [
        Decimal(row["payment_amount_before_exchange"]["value"])
        for row in money["payments"]
        if row["status"] == "PAID" and not money["withdrawals"]
    ]
    signs = {"WITHDRAW": 1, "REVERSE": -1}
    amounts += [
        signs[row["type"]] * abs(Decimal(row["amount"]))
        for row in money["withdrawals"]
        if row["type"] in signs and row["status"] == "SUCCESS"
    ]
    return amounts


def _parts(row: dict) -> tuple[Decimal, Decimal]:
    """Return what a transaction settles of a sale, and of a refund (negative).

    Source: Partner API, "Get Transactions by Statement", revenue and shipping keys.
    """
    revenue = row["breakdown"].get("revenue", {})
    sale = sum((Decimal(revenue.get(key, 0)) for key in SALE), ZERO)
    refund = sum((Decimal(revenue.get(key, 0)) for key in REFUND), ZERO)
    shipping = row["breakdown"].get("shipping", {}).get(BUYER_SHIPPING, 0)
    paid = Decimal(shipping)
    return sale + max(paid, ZERO), refund + min(paid, ZERO)


def _settled_orders(right: dict, known: set[str]) -> dict[str, list[Decimal]]:
    """Return {order id: [sales, refunds]} of the settled orders that Odoo has."""
    found: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for row in _transactions(right):
        if row["type"] == "ORDER" and row["order_id"] in known:
            for number, amount in enumerate(_parts(row)):
                found[row["order_id"]][number] += amount
    return found


def _transactions(right: dict) -> list[dict]:
    return [
        row
        for statements in right.values()
        for statement in statements
        for row in statement["transactions"]
    ]


# === WHAT IS BOOKED === #


def _accounts(query: Query, state: dict, right: dict, known: set[str]) -> dict:
    """Return {(what, currency): (told, booked)}, both with TikTok's sign."""
    told: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for shop_id, statements in right.items():
        currency = state["finance"][shop_id]["currency"]
        for row in _transactions({shop_id: statements}):
            sale, refund = _parts(row)
            told["fees", currency] += Decimal(row["settlement"]) - sale - refund
            told["reserve", currency] += Decimal(row["reserve"])
            if row["order_id"] not in known or row["type"] != "ORDER":
                told["unknown", currency] += sale + refund
    booked = _amounts(query(_SHARED_ACCOUNTS))
    return {
        key: (told.get(key, ZERO), -booked.get(key, ZERO))
        for key in sorted({*told, *booked})
    }


def _documents(query: Query, settled: dict) -> tuple[dict, dict]:
    """Return what is open of the invoices and credit notes of settled orders."""
    invoices = {key: [] for key, (sale, _refund) in settled.items() if sale}
    notes = {key: [] for key, (_sale, refund) in settled.items() if refund}
    by_type = {"out_invoice": invoices, "out_refund": notes}
    for order_id, move_type, residual in query(_DOCUMENTS):
        if order_id in by_type[move_type]:
            by_type[move_type][order_id].append(Decimal(residual))
    return invoices, notes


def _wrong_entries(
    right: list[dict], spoiled: list[dict], entries: dict[str, int]
) -> list[str]:
    wrong = [
        row["id"]
        for row in right
        if entries.get(row["id"], 0) != 1 and Decimal(row["payable"])
    ]
    return wrong + [row["id"] for row in spoiled if entries.get(row["id"])]


def _refused(query: Query, spoiled: dict) -> dict[str, Decimal]:
    """Return the differences that Odoo found in statements that do not add up."""
    ids = {row["id"] for rows in spoiled.values() for row in rows}
    return {
        remote_id: abs(Decimal(difference))
        for remote_id, difference in query(_REFUSED)
        if remote_id in ids
    }


def _amounts(rows: list[list[str]]) -> dict[tuple[str, str], Decimal]:
    return {(what, currency): Decimal(amount) for what, currency, amount in rows}


def _in_all(amounts: dict, what: str, currency: str) -> Decimal:
    """Return an amount in its currency; others spoil it, so that they are noticed."""
    return sum(
        (
            amount if other == currency else abs(amount)
            for (key, other), amount in amounts.items()
            if key == what
        ),
        ZERO,
    )


_KNOWN_ORDERS = """
    SELECT client_order_ref FROM sale_order WHERE client_order_ref IS NOT NULL
"""
# An entry that is one half of a reversal counts no more than its other half.
_ENTRIES = """
    SELECT move.ref, COUNT(DISTINCT move.id)
      FROM account_move move
      JOIN account_move_line line ON line.move_id = move.id
      JOIN tts_shop shop ON shop.intermediary_account_id = line.account_id
     WHERE move.state = 'posted' AND move.move_type = 'entry' AND move.ref IS NOT NULL
       AND move.statement_line_id IS NULL AND move.origin_payment_id IS NULL
       AND NOT EXISTS (SELECT FROM account_move other
                        WHERE other.reversed_entry_id = move.id
                          AND other.state = 'posted')
     GROUP BY move.ref
"""
_INTERMEDIARY = """
    SELECT shop.remote_id, currency.name, SUM(line.amount_currency)
      FROM account_move_line line
      JOIN tts_shop shop ON shop.intermediary_account_id = line.account_id
      JOIN res_currency currency ON currency.id = line.currency_id
     WHERE line.parent_state = 'posted'
     GROUP BY shop.remote_id, currency.name
"""
_INTERMEDIARY_BOOKED = _INTERMEDIARY.replace(
    "'posted'", "'posted' AND line.statement_line_id IS NULL"
)
_SHARED_ACCOUNTS = """
    SELECT own.what, currency.name, SUM(line.amount_currency)
      FROM account_move_line line
      JOIN (SELECT 'fees' AS what, account_id FROM tts_fee_account
             UNION SELECT 'reserve', reserve_account_id FROM tts_shop
             UNION SELECT 'unknown', unknown_account_id FROM tts_shop) own
        ON own.account_id = line.account_id
      JOIN res_currency currency ON currency.id = line.currency_id
     WHERE line.parent_state = 'posted'
     GROUP BY own.what, currency.name
"""
_DOCUMENTS = """
    SELECT tts_order.remote_id, move.move_type, move.amount_residual
      FROM account_move move
      JOIN tts_order ON tts_order.id = move.tts_order_id
     WHERE move.state = 'posted' AND move.move_type IN ('out_invoice', 'out_refund')
"""
_REFUSED = """
    SELECT remote_id, COALESCE(difference, 0) FROM tts_statement
     WHERE state = 'mismatch'
"""
_TRIAL_BALANCE = """
    SELECT COALESCE(SUM(balance), 0) FROM account_move_line
     WHERE parent_state = 'posted'
"""
