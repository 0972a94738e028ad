"""How a statement is booked: what its amounts are for, and whether they add up.

Everything is ``Decimal`` and nothing is rounded. Source: Partner API, Finance
reference: settlement = revenue + shipping cost + fees and taxes + adjustments, costs
being negative; payable = settlement + reserve.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from . import fees as keys
from .balance import check, normalized, verify
from .money import ZERO
from .settlement_errors import (
    Difference,
    DoubleTransaction,
    MixedCurrencies,
    NotAddingUp,
    NothingToBook,
    SettlementError,
    Unbalanced,
)
from .statements import ADJUSTMENT as ADJUSTMENT_KIND
from .statements import ORDER, Statement, StatementTotals, Transaction

__all__ = [
    "ADJUSTMENT",
    "FEES",
    "INTERMEDIARY",
    "REFUND",
    "RESERVE",
    "SALE",
    "UNKNOWN",
    "Difference",
    "DoubleTransaction",
    "MixedCurrencies",
    "NotAddingUp",
    "NothingToBook",
    "Plan",
    "PlanLine",
    "SettlementError",
    "Split",
    "Unbalanced",
    "check",
    "differs",
    "fee_expectation",
    "normalized",
    "plan",
    "split",
    "verify",
]

# Kinds of plan lines.
SALE = "sale"
REFUND = "refund"
UNKNOWN = "unknown"
FEES = "fees"
ADJUSTMENT = "adjustment"
RESERVE = "reserve"
INTERMEDIARY = "intermediary"


@dataclass(frozen=True, slots=True)
class Split:
    """What the amounts of one transaction are for, with TikTok's sign.

    ``sale`` is what the customer's invoice comes to: list prices - seller discount +
    shipping the buyer paid. ``refund`` is negative, as the credit note. ``fees`` holds
    the groups (``fees.FEE_GROUPS``) that are not zero. ``unknown`` are the keys, and
    for an adjustment the type, that no group is known for. Of a transaction that adds
    up, all amounts together are settlement + reserve.
    """

    sale: Decimal
    refund: Decimal
    fees: dict[str, Decimal]
    adjustment_group: str
    adjustment: Decimal
    reserve: Decimal
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of the entry; ``amount`` is positive in debit, negative in credit.

    * SALE, REFUND: the buyer's receivable of ``order_id``,
    * UNKNOWN: an order that Odoo does not know; ``group`` is "sale" or "refund",
    * FEES: the payable of the fee partner, the total of the bill,
    * ADJUSTMENT: the account of ``group``; ``label`` is TikTok's type,
    * RESERVE: the shop's reserve account; ``label`` is COLLECTED or RELEASED,
    * INTERMEDIARY: what TikTok owes.
    """

    kind: str
    amount: Decimal
    transaction_id: str = ""
    order_id: str = ""
    group: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is booked for a statement, in ``currency``.

    The amounts of ``lines`` sum to zero. ``fees`` are the lines of the bill by group,
    with TikTok's sign (costs negative), in the order of ``fees.FEE_GROUPS``.
    ``payable`` is what TikTok pays for the statement. ``unknown`` names keys and
    adjustment types that no group is known for.
    """

    currency: str
    payable: Decimal
    lines: tuple[PlanLine, ...]
    fees: dict[str, Decimal]
    unknown: tuple[str, ...]


def split(transaction: Transaction) -> Split:
    """Return what the amounts of a transaction are for.

    A column that came without a breakdown is a sale or a refund by its sign (revenue),
    shipping, or a fee of group "other".
    """
    sorter = _Sorter()
    for column, sections in keys.COLUMNS.items():
        total = getattr(transaction, column)
        if not set(sections) & set(transaction.sections):
            sorter.add_column(column, total)
            continue
        for part in transaction.parts_of(column):
            sorter.add_part(part)
    group = keys.ADJUSTMENT
    if transaction.kind == ADJUSTMENT_KIND:
        group, is_known = keys.adjustment_group(transaction.type)
        if not is_known and transaction.adjustment:
            sorter.unknown.append(transaction.type)
    return Split(
        sale=sorter.sale,
        refund=sorter.refund,
        fees={group: amount for group, amount in sorter.fees.items() if amount},
        adjustment_group=group,
        adjustment=transaction.adjustment,
        reserve=transaction.reserve,
        unknown=tuple(dict.fromkeys(sorter.unknown)),
    )


class _Sorter:
    """Sums up what goes where."""

    def __init__(self):
        self.sale = ZERO
        self.refund = ZERO
        self.fees = {}
        self.unknown = []

    def add_part(self, part):
        section, key, amount = part
        is_revenue = section == keys.REVENUE_SECTION
        is_paid = section == keys.SHIPPING_SECTION and key == keys.BUYER_SHIPPING_KEY
        if is_revenue and key in keys.REVENUE_SALE_KEYS:
            self.sale += amount
        elif is_revenue and key in keys.REVENUE_REFUND_KEYS:
            self.refund += amount
        elif is_paid:
            self._add_by_sign(amount)
        else:
            group, is_known = keys.fee_group(section, key)
            self._add_fee(group, amount)
            if not is_known:
                self.unknown.append(key)

    def add_column(self, column, amount):
        if column == keys.REVENUE_SECTION:
            self._add_by_sign(amount)
        elif column == keys.SHIPPING_SECTION:
            self._add_fee(keys.SHIPPING, amount)
        else:
            self._add_fee(keys.OTHER, amount)

    def _add_by_sign(self, amount):
        if amount > 0:
            self.sale += amount
        else:
            self.refund += amount

    def _add_fee(self, group, amount):
        self.fees[group] = self.fees.get(group, ZERO) + amount


def plan(
    statement: Statement,
    totals: StatementTotals,
    transactions: Sequence[Transaction],
    known_orders: Mapping[str, object],
    already_paid: Mapping[str, Decimal] | None = None,
) -> Plan:
    """Return how a statement is booked.

    ``known_orders`` are the ids of the orders that Odoo has. ``already_paid`` is, per
    order id, what was registered as paid onto the intermediary account before, as a
    positive amount: no more than the order's sales of this statement is left out.

    :raise SettlementError: when it must not be booked: the currencies differ, a
        transaction comes twice, it does not add up, or there is nothing in it
    """
    statement, totals, transactions = verify(statement, totals, transactions)
    planner = _Planner(known_orders, already_paid or {})
    for transaction in transactions:
        planner.add(transaction)
    lines = planner.finish(totals.payable)
    if not lines and not planner.fees:
        raise NothingToBook(statement.id)
    if rest := sum((line.amount for line in lines), ZERO):
        raise Unbalanced(statement.id, rest)
    return Plan(
        currency=totals.currency,
        payable=totals.payable,
        lines=tuple(lines),
        fees=planner.fees,
        unknown=tuple(dict.fromkeys(planner.unknown)),
    )


class _Planner:
    """Collects the lines of one entry."""

    def __init__(self, known_orders, already_paid):
        self._known = known_orders
        self._paid = dict(already_paid)
        self._fees = dict.fromkeys(keys.FEE_GROUPS, ZERO)
        self._lines = []
        self._left_out = ZERO
        self.unknown = []

    @property
    def fees(self):
        """The bill's lines by group, in a fixed order."""
        return {group: amount for group, amount in self._fees.items() if amount}

    def add(self, transaction):
        found = split(transaction)
        self.unknown += found.unknown
        if transaction.kind == ORDER and transaction.order_id in self._known:
            sale = found.sale - self._take_paid(transaction.order_id, found.sale)
            self._add(SALE, sale, transaction)
            self._add(REFUND, found.refund, transaction)
        else:
            self._add(UNKNOWN, found.sale, transaction, group=SALE)
            self._add(UNKNOWN, found.refund, transaction, group=REFUND)
        for group, amount in found.fees.items():
            self._fees[group] += amount
        self._add(
            ADJUSTMENT,
            found.adjustment,
            transaction,
            group=found.adjustment_group,
            label=transaction.type,
        )
        self._add(RESERVE, found.reserve, transaction, label=transaction.reserve_status)

    def finish(self, payable):
        """Return all lines, with those of the statement as a whole at the end."""
        self._append(FEES, -sum(self._fees.values(), ZERO))
        self._append(INTERMEDIARY, payable - self._left_out)
        return self._lines

    def _take_paid(self, order_id, sale):
        """Return what of a sale was paid before; the rest may be for a later one."""
        paid = min(self._paid.get(order_id, ZERO), sale)
        if paid <= 0:
            return ZERO
        self._paid[order_id] -= paid
        self._left_out += paid
        return paid

    def _add(self, kind, amount, transaction, **details):
        """Add a line of a transaction; ``amount`` has TikTok's sign."""
        details |= {
            "transaction_id": transaction.id,
            "order_id": transaction.order_id,
        }
        self._append(kind, -amount, **details)

    def _append(self, kind, amount, **details):
        if amount:
            self._lines.append(PlanLine(kind, amount, **details))


def fee_expectation(sale, rates: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return the fees to expect of a sale, by group and with TikTok's sign.

    ``rates`` are per cent of the sale by group, positive for a cost. Not rounded.
    """
    return {group: -(sale * rate / 100) for group, rate in rates.items()}


def differs(
    expected: Mapping[str, Decimal], found: Mapping[str, Decimal], tolerance
) -> dict[str, Decimal]:
    """Return by how much fees differ from what is expected, {} when they do not.

    Per group of ``expected``, negative when more was charged; at most ``tolerance`` is
    no difference.
    """
    differences = {
        group: found.get(group, ZERO) - amount for group, amount in expected.items()
    }
    return {
        group: difference
        for group, difference in differences.items()
        if abs(difference) > tolerance
    }
