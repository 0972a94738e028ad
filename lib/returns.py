"""Returns, refunds, replacements and exchanges: TikTok's answers, typed.

See ``aftersales`` for what holds for all values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from .aftersales import (
    Action,
    CaseLine,
    RefundAmount,
    opened_case,
    optional_flag,
    parse_actions,
    parse_line,
    parse_refund,
)
from .errors import PayloadError
from .money import ZERO, optional_amount, required_amount
from .parsing import (
    flag,
    identifier,
    instant,
    lenient_rows,
    mapping,
    required_instant,
    required_text,
    rows,
    text,
)

REFUND = "REFUND"
RETURN_AND_REFUND = "RETURN_AND_REFUND"
REPLACEMENT = "REPLACEMENT"
EXCHANGE = "EXCHANGE"
PARTIAL_REFUND = "PARTIAL_REFUND"
TYPES = (REFUND, RETURN_AND_REFUND, REPLACEMENT, EXCHANGE)


class Money(NamedTuple):
    """An amount in ``currency`` (ISO 4217)."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Discounts:
    """Discounts on what is refunded, by who had paid for them."""

    currency: str
    product_seller: Decimal
    product_platform: Decimal
    shipping_seller: Decimal
    shipping_platform: Decimal


@dataclass(frozen=True, slots=True)
class ReturnShipping:
    """What sending the goods back costs, by who pays for it."""

    currency: str
    seller_paid: Decimal
    platform_paid: Decimal
    buyer_paid: Decimal


@dataclass(frozen=True, slots=True)
class Return:
    """One return case: a refund, a return, a replacement or an exchange.

    ``type`` is one of ``TYPES``, ``status`` as in ``aftersale_rules``, ``arbitration``
    IN_PROGRESS, SUPPORT_BUYER, SUPPORT_SELLER, CLOSED or "". Booleans that TikTok
    leaves out are None where that differs from no. ``previous_id`` and ``next_id`` lead
    along a request that the buyer edited. ``proposed_type`` is PARTIAL_REFUND while or
    after the seller offers ``partial_refund``; ``is_offer_rejected`` is False until the
    buyer has answered, too. Source: Partner API, "Search Returns".
    """

    id: str
    order_id: str
    type: str
    status: str
    arbitration: str
    role: str
    reason: str
    reason_text: str
    create_time: datetime
    update_time: datetime
    actions: tuple[Action, ...]
    refund: RefundAmount | None
    discounts: Discounts | None
    return_shipping: ReturnShipping | None
    lines: tuple[CaseLine, ...]
    shipment_type: str
    handover_method: str
    return_method: str
    document_type: str
    tracking_number: str
    provider_id: str
    provider_name: str
    warehouse_address: str
    previous_id: str
    next_id: str
    is_combined: bool
    combined_id: str
    can_buyer_keep_item: bool | None
    proposed_type: str
    partial_refund: Money | None
    is_offer_rejected: bool | None
    is_quick_refund: bool


@dataclass(frozen=True, slots=True)
class ReturnRecord:
    """What happened in a return case; images and videos are URLs."""

    event: str
    role: str
    description: str
    reason_text: str
    note: str
    images: tuple[str, ...]
    videos: tuple[str, ...]
    time: datetime | None


def parse_return(raw) -> Return:
    """Return a row of "Search Returns".

    :raise PayloadError: without id, order, type, status or times, with a line that
        names no unit, or with an amount that cannot be read
    """
    raw, path = opened_case(raw, "return", "return_id")
    lines = rows(raw.get("return_line_items"), f"{path}return_line_items")
    return Return(
        id=required_text(raw, "return_id", f"{path}return_id"),
        order_id=required_text(raw, "order_id", f"{path}order_id"),
        type=required_text(raw, "return_type", f"{path}return_type"),
        status=required_text(raw, "return_status", f"{path}return_status"),
        arbitration=text(raw.get("arbitration_status")),
        role=text(raw.get("role")),
        reason=text(raw.get("return_reason")),
        reason_text=text(raw.get("return_reason_text")),
        create_time=required_instant(raw, "create_time", f"{path}create_time"),
        update_time=required_instant(raw, "update_time", f"{path}update_time"),
        actions=parse_actions(raw, path),
        refund=parse_refund(raw.get("refund_amount"), f"{path}refund_amount"),
        discounts=_discounts(raw, path),
        return_shipping=_return_shipping(raw, path),
        lines=tuple(
            parse_line(row, "return", f"{path}return_line_items[{index}].")
            for index, row in enumerate(lines)
        ),
        **_shipment(raw),
        **_chain(raw),
        **_offer(raw, path),
        is_quick_refund=flag(raw.get("is_quick_refund")),
    )


def _shipment(raw):
    address = raw.get("return_warehouse_address")
    address = address if isinstance(address, dict) else {}
    return {
        "shipment_type": text(raw.get("shipment_type")),
        "handover_method": text(raw.get("handover_method")),
        "return_method": text(raw.get("return_method")),
        "document_type": text(raw.get("return_shipping_document_type")),
        "tracking_number": text(raw.get("return_tracking_number")).strip(),
        "provider_id": identifier(raw.get("return_provider_id")),
        "provider_name": text(raw.get("return_provider_name")),
        "warehouse_address": text(address.get("full_address")).strip(),
    }


def _chain(raw):
    return {
        "previous_id": _link(raw.get("pre_return_id")),
        "next_id": _link(raw.get("next_return_id")),
        "is_combined": flag(raw.get("is_combined_return")),
        "combined_id": _link(raw.get("combined_return_id")),
    }


def _offer(raw, path):
    found = mapping(raw.get("partial_refund"), f"{path}partial_refund")
    offer = None
    if found:
        path = f"{path}partial_refund."
        currency = required_text(found, "currency", f"{path}currency")
        offer = Money(currency, required_amount(found, "amount", path))
    return {
        "can_buyer_keep_item": optional_flag(raw.get("can_buyer_keep_item")),
        "proposed_type": text(raw.get("seller_proposed_return_type")),
        "partial_refund": offer,
        "is_offer_rejected": optional_flag(raw.get("buyer_rejected_partial_refund")),
    }


def _link(value):
    """Return the id of another case, "" for none; 0 is the id of none."""
    found = identifier(value)
    return "" if found == "0" else found


def _discounts(raw, path):
    keys = (
        "product_seller_discount",
        "product_platform_discount",
        "shipping_fee_seller_discount",
        "shipping_fee_platform_discount",
    )
    found = _summed(raw, "discount_amount", keys, path)
    return found and Discounts(*found)


def _return_shipping(raw, path):
    keys = (
        "seller_paid_return_shipping_fee",
        "platform_paid_return_shipping_fee",
        "buyer_paid_return_shipping_fee",
    )
    found = _summed(raw, "shipping_fee_amount", keys, path)
    return found and ReturnShipping(*found)


def _summed(raw, name, keys, path):
    """Return (currency, sums of ``keys``) over the rows of a list, None without rows.

    :raise PayloadError: when the rows are in several currencies or cannot be read
    """
    found = rows(raw.get(name), path + name)
    if not found:
        return None
    currency, sums = "", [ZERO] * len(keys)
    for index, row in enumerate(found):
        where = f"{path}{name}[{index}]."
        told = required_text(row, "currency", f"{where}currency")
        if currency and told != currency:
            raise PayloadError(f"{where}currency", f"is {told} and not {currency}")
        currency = told
        amounts = [optional_amount(row, key, where) for key in keys]
        sums = [sum(pair) for pair in zip(sums, amounts, strict=True)]
    return currency, *sums


def parse_record(raw) -> ReturnRecord:
    """Return an element of ``records`` of "Get Return Records"."""
    return ReturnRecord(
        event=text(raw.get("event")),
        role=text(raw.get("role")),
        description=text(raw.get("description")),
        reason_text=text(raw.get("reason_text")),
        note=text(raw.get("note")),
        images=_urls(raw.get("images")),
        videos=_urls(raw.get("videos")),
        time=instant(raw.get("create_time")),
    )


def _urls(value):
    found = (text(row.get("url")).strip() for row in lenient_rows(value))
    return tuple(url for url in found if url)
