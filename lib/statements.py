"""Statements and what they consist of: TikTok's answers, typed.

Amounts have TikTok's sign: what the seller gets is positive, costs are negative. Times
are aware UTC datetimes or None, absent texts are "". Words of TikTok's are kept as
they came, also when they are new. What is paid lives beside it and is offered from
here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from .errors import PayloadError
from .fees import (
    BEFORE_PIT_KEY,
    COLUMNS,
    FEE_SECTION,
    REVENUE_SECTION,
    SHIPPING_SECTION,
    TAX_SECTION,
)
from .money import (
    ZERO,
    amount_or_none,
    optional_amount,
    parse_amount,
    required_amount,
)
from .parsing import (
    identifier,
    instant,
    integer,
    mapping,
    opened,
    required_instant,
    required_text,
    text,
)
from .payouts import (
    Estimate,
    Payment,
    Withdrawal,
    parse_estimate,
    parse_payment,
    parse_withdrawal,
)

__all__ = [
    "ADJUSTMENT",
    "ORDER",
    "RESERVE",
    "Estimate",
    "OrderTransactions",
    "Part",
    "Payment",
    "SkuTransaction",
    "Statement",
    "StatementTotals",
    "Transaction",
    "Withdrawal",
    "parse_estimate",
    "parse_order_transactions",
    "parse_payment",
    "parse_statement",
    "parse_totals",
    "parse_transaction",
    "parse_withdrawal",
]

ORDER, ADJUSTMENT, RESERVE = "order", "adjustment", "reserve"


@dataclass(frozen=True, slots=True)
class Statement:
    """The head of a statement: one shop, one day.

    ``fee`` holds the shipping costs as well where ``shipping`` is None (South-East
    Asia); ``net_sales`` is None there too. ``payment_status`` is PAID, PROCESSING,
    FAILED or SETTLED.
    """

    id: str
    time: datetime
    currency: str
    settlement: Decimal
    revenue: Decimal
    fee: Decimal
    adjustment: Decimal
    shipping: Decimal | None
    net_sales: Decimal | None
    payment_status: str
    payment_id: str
    payment_time: datetime | None


@dataclass(frozen=True, slots=True)
class StatementTotals:
    """What the transactions of a statement come to, says TikTok beside them.

    ``payable`` is settlement + reserve; ``count`` is None when not told.
    """

    id: str
    currency: str
    status: str
    payable: Decimal
    settlement: Decimal
    reserve: Decimal
    revenue: Decimal
    shipping: Decimal
    fee_tax: Decimal
    adjustment: Decimal
    count: int | None


class Part(NamedTuple):
    """One amount of a breakdown; ``section`` is one of ``fees.SECTIONS``."""

    section: str
    key: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction of a statement, unique by ``id``.

    ``kind`` is "order", "adjustment" or "reserve"; ``type`` is TikTok's word: ORDER,
    RESERVE or the type of the adjustment. ``order_id`` is that of an order, the one an
    adjustment or reserve is about, or "". ``breakdown`` holds the amounts that are not
    zero, ``sections`` which breakdowns came at all. ``reserve_status`` is COLLECTED or
    RELEASED, ``release_time`` TikTok's text. The last three are for information: they
    are part of no sum.
    """

    id: str
    type: str
    kind: str
    order_id: str
    order_create_time: datetime | None
    adjustment_id: str
    reserve_id: str
    reserve_status: str
    release_time: str
    settlement: Decimal
    revenue: Decimal
    shipping: Decimal
    fee_tax: Decimal
    adjustment: Decimal
    reserve: Decimal
    breakdown: tuple[Part, ...]
    sections: tuple[str, ...]
    customer_payment: Decimal
    customer_refund: Decimal
    platform_discount: Decimal

    def parts_of(self, column) -> tuple[Part, ...]:
        """Return the parts that a column ("revenue", "shipping", "fee_tax") sums up.

        The affiliate commission before income tax explains the one beside it, so it
        only counts where the column does not add up without it.
        """
        sections = COLUMNS[column]
        parts = tuple(part for part in self.breakdown if part.section in sections)
        added = tuple(part for part in parts if part.key != BEFORE_PIT_KEY)
        if len(added) < len(parts):
            told = getattr(self, column)
            if sum((part.amount for part in added), ZERO) == told:
                return added
            if sum((part.amount for part in parts), ZERO) == told:
                return parts
        return added


@dataclass(frozen=True, slots=True)
class SkuTransaction:
    """What one SKU of an order settled for in one statement."""

    statement_id: str
    sku_id: str
    sku_name: str
    product_name: str
    quantity: int
    settlement: Decimal
    revenue: Decimal
    shipping: Decimal
    fee_tax: Decimal
    breakdown: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class OrderTransactions:
    """Everything that an order settled for until now; no rows before it settles."""

    order_id: str
    currency: str
    settlement: Decimal
    revenue: Decimal
    shipping: Decimal
    fee_tax: Decimal
    rows: tuple[SkuTransaction, ...]


def parse_statement(raw) -> Statement:
    """Return a row of "Get Statements".

    :raise PayloadError: without id, time, currency or settlement amount, or with an
        amount that cannot be read
    """
    raw, path = opened(raw, "statement")
    return Statement(
        id=required_text(raw, "id", f"{path}id"),
        time=required_instant(raw, "statement_time", f"{path}statement_time"),
        currency=required_text(raw, "currency", f"{path}currency"),
        settlement=required_amount(raw, "settlement_amount", path),
        revenue=optional_amount(raw, "revenue_amount", path),
        fee=optional_amount(raw, "fee_amount", path),
        adjustment=optional_amount(raw, "adjustment_amount", path),
        shipping=amount_or_none(raw, "shipping_cost_amount", path),
        net_sales=amount_or_none(raw, "net_sales_amount", path),
        payment_status=text(raw.get("payment_status")),
        payment_id=identifier(raw.get("payment_id")),
        payment_time=instant(raw.get("payment_time")),
    )


def parse_totals(data) -> StatementTotals:
    """Return the head of the data of "Get Transactions by Statement".

    :raise PayloadError: without id, currency or settlement amount, or with an amount
        that cannot be read
    """
    raw, path = opened(data, "statement")
    parts_path = f"{path}total_settlement_breakdown"
    parts = mapping(raw.get("total_settlement_breakdown"), parts_path)
    settlement = required_amount(raw, "total_settlement_amount", path)
    reserve = optional_amount(raw, "total_reserve_amount", path)
    payable = amount_or_none(raw, "payable_amount", path)

    def part(key):
        return optional_amount(parts, key, f"{parts_path}.")

    return StatementTotals(
        id=required_text(raw, "id", f"{path}id"),
        currency=required_text(raw, "currency", f"{path}currency"),
        status=text(raw.get("status")),
        payable=settlement + reserve if payable is None else payable,
        settlement=settlement,
        reserve=reserve,
        revenue=part("total_revenue_amount"),
        shipping=part("total_shipping_cost_amount"),
        fee_tax=part("total_fee_tax_amount"),
        adjustment=part("total_adjustment_amount"),
        count=integer(raw.get("total_count"), default=None),
    )


def parse_transaction(raw) -> Transaction:
    """Return an element of ``transactions`` of "Get Transactions by Statement".

    :raise PayloadError: without id or type, for an order without order id or
        settlement amount, or with an amount that cannot be read
    """
    raw, path = opened(raw, "transaction")
    kind = _kind(raw)
    told = amount_or_none(raw, "settlement_amount", path)
    if told is None and kind == ORDER:
        raise PayloadError(f"{path}settlement_amount", "is missing")
    columns = _columns(raw, path)
    adjustment = amount_or_none(raw, "adjustment_amount", path)
    if adjustment is None:
        rest = ZERO if told is None else told - sum(columns.values(), ZERO)
        adjustment = rest if kind == ADJUSTMENT else ZERO
    breakdown, sections = _breakdown(raw, path)
    return Transaction(
        id=required_text(raw, "id", f"{path}id"),
        type=required_text(raw, "type", f"{path}type"),
        kind=kind,
        order_id=_order_id(raw, kind, path),
        order_create_time=instant(raw.get("order_create_time")),
        adjustment_id=identifier(raw.get("adjustment_id")),
        reserve_id=identifier(raw.get("reserve_id")),
        reserve_status=text(raw.get("reserve_status")),
        release_time=text(raw.get("estimated_release_time")).strip(),
        settlement=sum(columns.values(), adjustment) if told is None else told,
        **columns,
        adjustment=adjustment,
        reserve=optional_amount(raw, "reserve_amount", path),
        breakdown=breakdown,
        sections=sections,
        **_informative(raw, path),
    )


def parse_order_transactions(data) -> OrderTransactions:
    """Return the data of "Get Transactions by Order"; its SKUs are read one by one.

    An order that did not settle yet has no rows and no amounts.

    :raise PayloadError: without order id, or with an amount that cannot be read
    """
    raw, path = opened(data, "order")
    found = raw.get("sku_transactions") or []
    if not isinstance(found, list):
        raise PayloadError(f"{path}sku_transactions", "is not a list")
    return OrderTransactions(
        order_id=required_text(raw, "order_id", f"{path}order_id"),
        currency=text(raw.get("currency")).strip(),
        settlement=optional_amount(raw, "settlement_amount", path),
        revenue=optional_amount(raw, "revenue_amount", path),
        shipping=optional_amount(raw, "shipping_cost_amount", path),
        fee_tax=optional_amount(raw, "fee_and_tax_amount", path),
        rows=tuple(
            _sku_transaction(row, f"{path}sku_transactions[{index}]")
            for index, row in enumerate(found)
        ),
    )


def _kind(raw):
    word = text(raw.get("type")).strip().upper()
    if word == "RESERVE":
        return RESERVE
    if word == "ORDER":
        return ORDER
    is_order = identifier(raw.get("order_id")) and not identifier(
        raw.get("adjustment_id")
    )
    return ORDER if is_order else ADJUSTMENT


def _order_id(raw, kind, path):
    if kind == ORDER:
        return required_text(raw, "order_id", f"{path}order_id")
    key = "adjustment_order_id" if kind == ADJUSTMENT else "associated_order_id"
    return identifier(raw.get(key))


def _columns(raw, path):
    return {
        "revenue": optional_amount(raw, "revenue_amount", path),
        "shipping": optional_amount(raw, "shipping_cost_amount", path),
        "fee_tax": optional_amount(raw, "fee_tax_amount", path),
    }


def _informative(raw, path):
    path = f"{path}supplementary_component"
    raw = mapping(raw.get("supplementary_component"), path)
    return {
        name: optional_amount(raw, f"{name}_amount", f"{path}.")
        for name in ("customer_payment", "customer_refund", "platform_discount")
    }


def _breakdown(raw, path):
    """Return (the parts that are not zero, the sections that came)."""
    fee_path = f"{path}fee_tax_breakdown"
    fees = mapping(raw.get("fee_tax_breakdown"), fee_path)
    found = [
        (section, mapping(holder.get(key), f"{where}{key}"), f"{where}{key}")
        for section, holder, where, key in (
            (REVENUE_SECTION, raw, path, "revenue_breakdown"),
            (SHIPPING_SECTION, raw, path, "shipping_cost_breakdown"),
            (FEE_SECTION, fees, f"{fee_path}.", "fee"),
            (TAX_SECTION, fees, f"{fee_path}.", "tax"),
        )
    ]
    parts = tuple(
        Part(section, key, amount)
        for section, values, where in found
        for key, amount in _parts(values, where)
    )
    return parts, tuple(section for section, values, _where in found if values)


def _parts(values, path):
    """Yield the amounts of a breakdown; objects in it only explain others of them."""
    for key, value in values.items():
        if value is None or value == "" or isinstance(value, dict):
            continue
        amount = parse_amount(value, f"{path}.{text(key)}")
        if amount:
            yield text(key), amount


def _sku_transaction(raw, path):
    raw = mapping(raw, path)
    path = f"{path}."
    return SkuTransaction(
        statement_id=required_text(raw, "statement_id", f"{path}statement_id"),
        sku_id=identifier(raw.get("sku_id")),
        sku_name=text(raw.get("sku_name")),
        product_name=text(raw.get("product_name")),
        quantity=integer(raw.get("quantity")),
        settlement=required_amount(raw, "settlement_amount", path),
        **_columns(raw, path),
        breakdown=_breakdown(raw, path)[0],
    )
