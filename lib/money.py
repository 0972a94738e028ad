"""Amounts of TikTok Shop: reading them, and the identities that hold between them.

Everything is ``Decimal`` and nothing is rounded: a total that needs rounding to fit
is a contradiction that the caller must see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from .. import const
from .errors import PayloadError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .payloads import LineItem, Order

ZERO = Decimal(0)

# Plain decimals only: no exponent, no separator, no NaN, nothing beyond any market.
_AMOUNT = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,8})?")

# Payment keys beside the eleven of `Payment`, and what they do to the buyer's total.
FEE_KEYS = (
    "retail_delivery_fee",
    "small_order_fee",
    "buyer_service_fee",
    "handling_fee",
    "shipping_insurance_fee",
    "item_insurance_fee",
    "item_insurance_tax",
    "distance_shipping_fee",
    "distance_fee",
    "payment_discount_service_fee",
)
DEDUCTION_KEYS = ("payment_platform_discount",)
TAX_KEY = "tax"
TAX_PART_KEYS = ("product_tax", "shipping_fee_tax")  # parts of `tax`, not beside it
OTHER_KEYS = (TAX_KEY, *TAX_PART_KEYS, *FEE_KEYS, *DEDUCTION_KEYS)


@dataclass(frozen=True, slots=True)
class OrderAmounts:
    """The money of one order, in its currency.

    ``order_total`` is what the sale order must come to while nothing is cancelled;
    ``explained`` is the buyer's total by the known keys; ``unexplained`` is what
    TikTok says the buyer paid beyond it.
    """

    goods: Decimal
    seller_discount: Decimal
    platform_discount: Decimal
    shipping: Decimal
    order_total: Decimal
    buyer_paid: Decimal
    explained: Decimal
    unexplained: Decimal


def parse_amount(value, path):
    """Return a decimal text or an int as ``Decimal``, digits kept as they came.

    :raise PayloadError: for floats, NaN, exponents and everything else
    """
    if isinstance(value, str):
        value = value.strip()
        if _AMOUNT.fullmatch(value):
            return Decimal(value)
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        return Decimal(value)
    raise PayloadError(path, f"is not an amount: {value!r:.40}")


def optional_amount(raw, key, path):
    """Return ``raw[key]`` as ``Decimal``, zero when absent.

    :raise PayloadError: when it is there and no amount
    """
    found = amount_or_none(raw, key, path)
    return ZERO if found is None else found


def required_amount(raw, key, path):
    """Return ``raw[key]`` as ``Decimal``.

    :raise PayloadError: when it is absent or no amount
    """
    found = amount_or_none(raw, key, path)
    if found is None:
        raise PayloadError(path + key, "is missing")
    return found


def amount_or_none(raw, key, path):
    """Return ``raw[key]`` as ``Decimal``, None when absent.

    :raise PayloadError: when it is there and no amount
    """
    value = raw.get(key)
    return None if value is None or value == "" else parse_amount(value, path + key)


def quantum(currency):
    """Return the smallest step in which TikTok writes this currency."""
    return Decimal(1) if currency in const.WHOLE_UNIT_CURRENCIES else Decimal("0.01")


def is_representable(amount, currency):
    """Tell whether ``amount`` is a whole number of the currency's smallest steps."""
    return amount % quantum(currency) == 0


def line_total(lines: Iterable[LineItem]) -> Decimal:
    """Return what the seller gets for these units: list prices - seller discounts."""
    return sum((line.original_price - line.seller_discount for line in lines), ZERO)


def order_amounts(order: Order) -> OrderAmounts:
    """Return the amounts of ``order`` and how they hang together.

    Source: Partner API, "Get Order Detail", payment keys. There:
    ``sub_total = original_total_product_price - seller_discount - platform_discount``
    and ``total_amount = sub_total + shipping_fee + taxes + fees``. The platform's
    discount is paid back to the seller in the settlement, so it lowers what the buyer
    pays and not what the order is worth. That the buyer fees of Indonesia and Thailand
    are part of ``total_amount`` is not documented: hence ``unexplained``.
    """
    payment = order.payment
    order_total = _goods_net(order) + payment.shipping_fee
    explained = order_total - payment.platform_discount + _kept_by_tiktok(payment)
    return OrderAmounts(
        goods=payment.original_total_product_price,
        seller_discount=payment.seller_discount,
        platform_discount=payment.platform_discount,
        shipping=payment.shipping_fee,
        order_total=order_total,
        buyer_paid=payment.total_amount,
        explained=explained,
        unexplained=payment.total_amount - explained,
    )


def check_lines(order: Order) -> Decimal:
    """Return by how much the payment block exceeds the sum over all unit lines.

    Zero when they agree. Goods only, without shipping, cancelled units included.
    """
    return _goods_net(order) - line_total(order.lines)


def expected_total(order: Order) -> Decimal:
    """Return what the sale order must come to now, shipping included.

    Whether TikTok lowers the payment block when single units are cancelled is not
    documented. A block that equals all units still holds the cancelled ones, and they
    are taken off; a block that equals the units left was lowered already. One that is
    neither contradicts its lines: its own figure is returned, so that the difference
    shows.
    """
    net = _goods_net(order)
    everything = line_total(order.lines)
    if net == everything:
        net = line_total(order.active_lines)
    return net + order.payment.shipping_fee


def _goods_net(order):
    payment = order.payment
    return payment.original_total_product_price - payment.seller_discount


def _kept_by_tiktok(payment):
    """Return the taxes and fees in the buyer's total that never reach the seller."""
    others = dict(payment.others)
    tax = others.get(TAX_KEY) or sum(
        (others.get(key, ZERO) for key in TAX_PART_KEYS), ZERO
    )
    fees = sum((others.get(key, ZERO) for key in FEE_KEYS), ZERO)
    return tax + fees - sum((others.get(key, ZERO) for key in DEDUCTION_KEYS), ZERO)
