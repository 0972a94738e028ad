"""Whether a statement adds up: its head, its transactions and their breakdowns.

Source: Partner API, Finance reference. Costs are negative in all its samples while its
printed formulas subtract them, so that both forms are recognized.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

from . import fees as keys
from .money import ZERO
from .settlement_errors import (
    Difference,
    DoubleTransaction,
    MixedCurrencies,
    NotAddingUp,
)
from .statements import Part, Statement, StatementTotals, Transaction

# What the columns are called in sentences.
NAMES = {
    "settlement": "the settlement",
    "revenue": "the revenue",
    "shipping": "the shipping costs",
    "fee_tax": "the fees and taxes",
    "adjustment": "the adjustments",
    "reserve": "the reserve",
}
# The signs of (costs, adjustments): as they are, as the printed formula subtracts
# them, and with positive costs beside adjustments as they are.
FORMS = ((1, 1), (-1, -1), (-1, 1))


def verify(
    statement: Statement, totals: StatementTotals, transactions: Sequence[Transaction]
) -> tuple[Statement, StatementTotals, tuple[Transaction, ...]]:
    """Return the three with costs negative, when they may be booked.

    :raise MixedCurrencies: when head and transactions are in different currencies
    :raise DoubleTransaction: when a transaction comes twice
    :raise NotAddingUp: when amounts contradict each other
    """
    if statement.currency != totals.currency:
        raise MixedCurrencies(statement.id, (statement.currency, totals.currency))
    seen = set()
    for transaction in transactions:
        if transaction.id in seen:
            raise DoubleTransaction(statement.id, transaction.id)
        seen.add(transaction.id)
    found = _fitting(statement, totals, transactions)
    if found is None:
        raise NotAddingUp(statement.id, check(statement, totals, transactions))
    return found


def check(
    statement: Statement, totals: StatementTotals, transactions: Sequence[Transaction]
) -> list[Difference]:
    """Return where amounts contradict each other, [] when everything adds up.

    Costs have to be negative, see ``normalized``. Currencies and double transactions
    are the matter of ``verify``.
    """
    return [
        *_transactions_against_totals(totals, transactions),
        *_totals_within(totals),
        *_head_against_totals(statement, totals),
        *(found for one in transactions for found in _transaction_within(one)),
    ]


def normalized(
    statement: Statement, totals: StatementTotals, transactions: Sequence[Transaction]
) -> tuple[Statement, StatementTotals, tuple[Transaction, ...]]:
    """Return the three with costs negative, turned round where they came positive.

    What fits neither form is returned as it came. The head comes from another call
    than the rest, so it may have another form.
    """
    found = _fitting(statement, totals, transactions)
    return found or (statement, totals, tuple(transactions))


def _fitting(statement, totals, transactions):
    """Return the three in the first form in which they add up, None in none."""
    transactions = tuple(transactions)
    if not check(statement, totals, transactions):
        return statement, totals, transactions
    heads = [turned_head(statement, form) for form in FORMS]
    details = [turned_details(totals, transactions, form) for form in FORMS]
    for head, (sums, rows) in product(
        [head for head in heads if _head_fits(head)],
        [found for found in details if not _totals_within(found[0])],
    ):
        if not check(head, sums, rows):
            return head, sums, rows
    return None


def turned_head(statement, form):
    """Return a statement's head with its signs as ``form`` says."""
    costs, adjustments = form
    return replace(
        statement,
        fee=statement.fee * costs,
        shipping=None if statement.shipping is None else statement.shipping * costs,
        adjustment=statement.adjustment * adjustments,
    )


def turned_details(totals, transactions, form):
    """Return (totals, transactions) with their signs as ``form`` says."""
    if form == FORMS[0]:
        return totals, transactions
    return _turned(totals, form), tuple(_turned(one, form) for one in transactions)


def _turned(found, form):
    costs, adjustments = form
    changes = {
        "shipping": found.shipping * costs,
        "fee_tax": found.fee_tax * costs,
        "adjustment": found.adjustment * adjustments,
    }
    if isinstance(found, Transaction):
        changes["breakdown"] = tuple(
            part
            if part.section == keys.REVENUE_SECTION
            else Part(part.section, part.key, part.amount * costs)
            for part in found.breakdown
        )
    return replace(found, **changes)


def _head_fits(statement):
    shipping = statement.shipping or ZERO
    parts = statement.revenue + statement.fee + shipping + statement.adjustment
    return statement.settlement == parts


def _transactions_against_totals(totals, transactions):
    count = len(transactions)
    noun = "transaction" if count == 1 else "transactions"
    if totals.count is not None and totals.count != count:
        yield Difference(
            "the number of transactions",
            Decimal(totals.count),
            Decimal(count),
            f"There {'is' if count == 1 else 'are'} {count} {noun}, "
            f"the statement says {totals.count}.",
        )
    for column, name in NAMES.items():
        told = getattr(totals, column)
        found = sum((getattr(one, column) for one in transactions), ZERO)
        if told != found:
            what = "" if column == "settlement" else f" in {name}"
            add = "adds" if count == 1 else "add"
            yield Difference(
                f"{name} of all transactions",
                told,
                found,
                f"The {count} {noun} {add} up to {money(found)}{what}, "
                f"the statement says {money(told)}.",
            )


def _totals_within(totals):
    parts = totals.revenue + totals.shipping + totals.fee_tax + totals.adjustment
    found = []
    if totals.settlement != parts:
        sentence = (
            f"Revenue, shipping costs, fees and adjustments come to {money(parts)}, "
            f"the statement says {money(totals.settlement)}."
        )
        what = "the settlement of the statement"
        found.append(Difference(what, totals.settlement, parts, sentence))
    payable = totals.settlement + totals.reserve
    if totals.payable != payable:
        sentence = (
            f"Settlement and reserve come to {money(payable)}, "
            f"the statement says that {money(totals.payable)} is paid."
        )
        what = "the amount paid for the statement"
        found.append(Difference(what, totals.payable, payable, sentence))
    return found


def _head_against_totals(statement, totals):
    fee, pairs = totals.fee_tax, []
    if statement.shipping is None:
        fee += totals.shipping
        fee_name = "the fees, taxes and shipping costs"
    else:
        fee_name = NAMES["fee_tax"]
        pairs = [("the shipping costs", statement.shipping, totals.shipping)]
    pairs += [
        ("the settlement", statement.settlement, totals.settlement),
        ("the revenue", statement.revenue, totals.revenue),
        (fee_name, statement.fee, fee),
        ("the adjustments", statement.adjustment, totals.adjustment),
    ]
    for name, told, found in pairs:
        if told != found:
            yield Difference(
                f"{name} in the list of statements",
                told,
                found,
                f"The list of statements says {money(told)} for {name}, "
                f"the statement itself {money(found)}.",
            )


def _transaction_within(one):
    parts = one.revenue + one.shipping + one.fee_tax + one.adjustment
    if one.settlement != parts:
        yield Difference(
            "the settlement of a transaction",
            one.settlement,
            parts,
            f"Revenue, shipping costs, fees and adjustment of transaction {one.id} "
            f"come to {money(parts)}, TikTok says {money(one.settlement)}.",
            one.id,
        )
    for column, sections in keys.COLUMNS.items():
        if not set(sections) & set(one.sections):
            continue  # TikTok sent no breakdown of it
        told = getattr(one, column)
        found = sum((part.amount for part in one.parts_of(column)), ZERO)
        if told != found:
            yield Difference(
                f"the breakdown of {NAMES[column]} of a transaction",
                told,
                found,
                f"The breakdown of {NAMES[column]} of transaction {one.id} comes to "
                f"{money(found)}, TikTok says {money(told)}.",
                one.id,
            )


def money(amount):
    """Return an amount as text with two decimals, with more only where it has them."""
    digits = -amount.normalize().as_tuple().exponent
    return f"{amount:.{max(digits, 2)}f}"
