"""Whether what a case wants to pay back can be believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from .aftersales import Cancellation
from .money import ZERO
from .returns import Return


class Doubt(Enum):
    """What is wrong with a case."""

    FOREIGN_LINE = "foreign_line"  # a unit that is not of the order
    MORE_THAN_SHIPPED = "more_than_shipped"  # more units than ever left
    CURRENCY = "currency"  # not the currency of the order, or several
    TOTAL = "total"  # the units do not add up to the total
    NEGATIVE = "negative"  # an amount below zero: the buyer would pay


class RefundProblem(NamedTuple):
    """One doubt; ``line_item_ids`` are the units of the order it is about.

    ``found`` and ``expected`` are what is compared: numbers of units, currencies
    (ISO 4217) or amounts.
    """

    doubt: Doubt
    line_item_ids: tuple[str, ...] = ()
    found: Decimal | int | str | None = None
    expected: Decimal | int | str | None = None


def refund_check(
    case: Cancellation | Return, shipped_units: Mapping[str, int], currency=None
) -> tuple[RefundProblem, ...]:
    """Return what speaks against a case, () when nothing does.

    :param shipped_units: for each unit of the order (order line item id) how many of
        it have left and have not come back: 1 or 0; for a cancellation: were ordered
    :param str currency: that of the order, None when it is not known
    """
    return (
        *_quantities(case, shipped_units),
        *_currencies(case, currency),
        *_total(case),
        *_negative(case),
    )


def _quantities(case, shipped_units):
    wanted = Counter(line.order_line_item_id for line in case.lines)
    foreign = tuple(unit for unit in wanted if unit not in shipped_units)
    if foreign:
        yield RefundProblem(Doubt.FOREIGN_LINE, foreign, len(foreign), 0)
    over = {
        unit: count
        for unit, count in wanted.items()
        if unit in shipped_units and count > shipped_units[unit]
    }
    if over:
        shipped = sum(max(shipped_units[unit], 0) for unit in over)
        ids = tuple(over)
        yield RefundProblem(Doubt.MORE_THAN_SHIPPED, ids, sum(over.values()), shipped)


def _currencies(case, currency):
    """Compare every amount with the currency of the order, else of the case."""
    expected = currency or (case.refund.currency if case.refund else "")
    told = [(line.order_line_item_id, line.refund) for line in case.lines]
    told = [("", case.refund), *told]
    offer = getattr(case, "partial_refund", None)
    if offer:
        told.append(("", offer))
    found = {}
    for unit, amount in told:
        if amount and expected and amount.currency != expected:
            found.setdefault(amount.currency, []).append(unit)
    for wrong, units in found.items():
        ids = tuple(dict.fromkeys(filter(None, units)))
        yield RefundProblem(Doubt.CURRENCY, ids, wrong, expected)


def _total(case):
    """Compare the units with the total; where no unit tells an amount none is wrong."""
    amounts = [line.refund.total for line in case.lines if line.refund]
    total = case.refund.total if case.refund else ZERO
    found = sum(amounts, ZERO)
    if (amounts or not case.lines) and found != total:
        yield RefundProblem(Doubt.TOTAL, (), found, total)


def _negative(case):
    """Find amounts that the buyer would pay instead of getting them."""
    told = [case.refund, *(line.refund for line in case.lines)]
    offer = getattr(case, "partial_refund", None)
    amounts = [
        amount
        for refund in told
        if refund
        for amount in (refund.total, refund.subtotal, refund.shipping)
    ]
    lowest = min([*amounts, offer.amount if offer else ZERO])
    if lowest < ZERO:
        yield RefundProblem(Doubt.NEGATIVE, (), lowest, ZERO)
