"""What TikTok pays out, and what it is going to: its answers, typed.

Amounts, times and words as in ``statements``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from .errors import PayloadError
from .money import amount_or_none, optional_amount, required_amount
from .parsing import identifier, instant, mapping, opened, required_text, text

_DAYS_AFTER_DELIVERY = re.compile(r"delivered\s*\+\s*([0-9]{1,3})\s*days?", re.I)


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment to the seller's bank account; ``paid_time`` is None while it is open.

    ``amount`` in ``currency`` is what arrives. ``before_exchange`` is that in the
    currency of the statements. ``bank_account`` shows the last four digits only.
    ``status`` is PAID, FAILED or PROCESSING.
    """

    id: str
    create_time: datetime | None
    paid_time: datetime | None
    status: str
    amount: Decimal
    currency: str
    settlement_amount: Decimal
    settlement_currency: str
    before_exchange: Decimal
    before_exchange_currency: str
    exchange_rate: Decimal | None
    bank_account: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A movement on the seller's balance at TikTok, with the sign as it came.

    ``type`` is WITHDRAW, SETTLE, TRANSFER, REVERSE or a newer word; ``status``
    PROCESSING, SUCCESS, FAILED or a newer word. That a WITHDRAW is negative is not
    documented.
    """

    id: str
    type: str
    amount: Decimal
    currency: str
    status: str
    create_time: datetime | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What TikTok expects to settle; it vanishes when it is settled. Never booked.

    ``estimated_time`` is None while it depends on a delivery that is still to come;
    ``estimated_text`` is what TikTok wrote.
    """

    id: str
    type: str
    order_id: str
    currency: str
    settlement: Decimal
    revenue: Decimal
    shipping: Decimal
    fee_tax: Decimal
    adjustment: Decimal
    estimated_time: datetime | None
    estimated_text: str
    reason: str
    order_create_time: datetime | None
    delivery_time: datetime | None


def parse_payment(raw) -> Payment:
    """Return a row of "Get Payments" (version 202605).

    :raise PayloadError: without id or amount, or with an amount that cannot be read
    """
    raw, path = opened(raw, "payment")
    amount, currency = _money(raw, "amount", path)
    if not currency:
        raise PayloadError(f"{path}amount.currency", "is missing")
    settled, settled_in = _money(raw, "settlement_amount", path, (amount, currency))
    before, before_in = _money(
        raw, "payment_amount_before_exchange", path, (amount, currency)
    )
    return Payment(
        id=required_text(raw, "id", f"{path}id"),
        create_time=instant(raw.get("create_time")),
        paid_time=instant(raw.get("paid_time")),
        status=text(raw.get("status")),
        amount=amount,
        currency=currency,
        settlement_amount=settled,
        settlement_currency=settled_in or currency,
        before_exchange=before,
        before_exchange_currency=before_in or currency,
        exchange_rate=amount_or_none(raw, "exchange_rate", path),
        bank_account=text(raw.get("bank_account")).strip(),
    )


def parse_withdrawal(raw) -> Withdrawal:
    """Return a row of "Get Withdrawals".

    :raise PayloadError: without id, type, currency or amount
    """
    raw, path = opened(raw, "withdrawal")
    return Withdrawal(
        id=required_text(raw, "id", f"{path}id"),
        type=required_text(raw, "type", f"{path}type"),
        amount=required_amount(raw, "amount", path),
        currency=required_text(raw, "currency", f"{path}currency"),
        status=text(raw.get("status")),
        create_time=instant(raw.get("create_time")),
    )


def parse_estimate(raw) -> Estimate:
    """Return a row of "Get Unsettled Transactions".

    :raise PayloadError: without id or currency, or with an amount that cannot be read
    """
    raw, path = opened(raw, "unsettled")
    written = text(raw.get("estimated_settlement")).strip()
    delivery_time = instant(raw.get("order_delivery_time"))
    return Estimate(
        id=required_text(raw, "id", f"{path}id"),
        type=text(raw.get("type")),
        order_id=identifier(raw.get("order_id"))
        or identifier(raw.get("adjustment_order_id")),
        currency=required_text(raw, "currency", f"{path}currency"),
        settlement=optional_amount(raw, "est_settlement_amount", path),
        revenue=optional_amount(raw, "est_revenue_amount", path),
        shipping=optional_amount(raw, "est_shipping_cost_amount", path),
        fee_tax=optional_amount(raw, "est_fee_tax_amount", path),
        adjustment=optional_amount(raw, "est_adjustment_amount", path),
        estimated_time=instant(written) or _after_delivery(written, delivery_time),
        estimated_text=written,
        reason=text(raw.get("unsettled_reason")),
        order_create_time=instant(raw.get("order_create_time")),
        delivery_time=delivery_time,
    )


def _money(raw, key, path, default=None):
    """Return (amount, currency) of an object with both."""
    found = mapping(raw.get(key), f"{path}{key}")
    if not found and default:
        return default
    return required_amount(found, "value", f"{path}{key}."), identifier(
        found.get("currency")
    )


def _after_delivery(written, delivery_time):
    """Return the time that "Delivered + 8 days" means once the parcel has arrived."""
    days = _DAYS_AFTER_DELIVERY.fullmatch(written)
    if not days or not delivery_time:
        return None
    return delivery_time + timedelta(days=int(days[1]))
