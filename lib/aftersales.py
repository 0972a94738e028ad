"""Cancellations, and what they have in common with returns: TikTok's answers, typed.

Times are aware UTC datetimes or None, absent texts are "". Words of TikTok's are kept
as they came, also when they are new. Both generations of the calls (202309, 202602)
give the same values. Amounts are positive: what goes back to the buyer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from .money import ZERO, amount_or_none, optional_amount, required_amount
from .parsing import (
    flag,
    identifier,
    instant,
    integer,
    lenient_rows,
    mapping,
    reference,
    required_instant,
    required_text,
    rows,
    text,
)


class Action(NamedTuple):
    """What TikTok waits for from the seller, and until when."""

    name: str
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class RefundAmount:
    """What a buyer gets back, in ``currency`` (ISO 4217). ``total`` is all of it."""

    currency: str
    total: Decimal
    subtotal: Decimal = ZERO
    shipping: Decimal = ZERO
    tax: Decimal = ZERO
    delivery_fee: Decimal = ZERO
    service_fee: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One unit of a cancellation or return.

    ``order_line_item_id`` names the unit of the order. A virtual bundle comes with its
    parts in ``sub_lines``, each of which names its unit in ``sub_order_line_item_id``
    as well and has no parts. ``refund`` is None when not told.
    """

    id: str
    order_line_item_id: str
    sku_id: str
    seller_sku: str
    product_name: str
    sku_name: str
    image_url: str
    refund: RefundAmount | None
    sub_order_line_item_id: str = ""
    sub_lines: tuple[CaseLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Cancellation:
    """One cancellation of an order or of single units.

    ``type`` is BUYER_CANCEL (asks for an answer) or CANCEL (done by whom ``role``
    names: BUYER, SELLER, OPERATOR, SYSTEM). ``reason`` is TikTok's name for the reason,
    ``reason_text`` the same for people. ``should_replenish`` tells whether the seller
    has to put the goods back into stock, None in the older generation. Source: Partner
    API, "Search Cancellations".
    """

    id: str
    order_id: str
    type: str
    status: str
    role: str
    reason: str
    reason_text: str
    create_time: datetime
    update_time: datetime
    actions: tuple[Action, ...]
    refund: RefundAmount | None
    lines: tuple[CaseLine, ...]
    should_replenish: bool | None


class RejectReason(NamedTuple):
    """A reason to decline with: its name for the call, its text for people."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether TikTok allows a decision now; else ``code`` and ``reason`` say why not.

    ``reject_reasons`` are those a declining decision can be given. Only "Get Review
    Decision" fills what follows: the line it is about, and the least and the most that
    can be offered for each unit.
    """

    decision: str
    is_eligible: bool
    code: int | None
    reason: str
    reject_reasons: tuple[RejectReason, ...]
    line_id: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class OrderEligibility:
    """Whether the seller may start a cancellation or refund of units of one SKU.

    ``reasons`` are the names of the reasons that can be given.
    """

    sku_id: str
    request_type: str
    line_item_ids: tuple[str, ...]
    is_eligible: bool
    code: int | None
    reason: str
    reasons: tuple[str, ...]


def opened_case(value, what, key):
    """Return (the object, what the paths of its values begin with).

    :raise PayloadError: when ``value`` is no object
    """
    raw = mapping(value, what)
    number = identifier(raw.get(key))
    return raw, f"{what}[{number}]." if number else f"{what}."


def parse_cancellation(raw) -> Cancellation:
    """Return a row of "Search Cancellations".

    :raise PayloadError: without id, order, type, status or times, with a line that
        names no unit, or with an amount that cannot be read
    """
    raw, path = opened_case(raw, "cancellation", "cancel_id")
    lines = rows(raw.get("cancel_line_items"), f"{path}cancel_line_items")
    return Cancellation(
        id=required_text(raw, "cancel_id", f"{path}cancel_id"),
        order_id=required_text(raw, "order_id", f"{path}order_id"),
        type=required_text(raw, "cancel_type", f"{path}cancel_type"),
        status=required_text(raw, "cancel_status", f"{path}cancel_status"),
        role=text(raw.get("role")),
        reason=text(raw.get("cancel_reason")),
        reason_text=text(raw.get("cancel_reason_text")),
        create_time=required_instant(raw, "create_time", f"{path}create_time"),
        update_time=required_instant(raw, "update_time", f"{path}update_time"),
        actions=parse_actions(raw, path),
        refund=parse_refund(raw.get("refund_amount"), f"{path}refund_amount"),
        lines=tuple(
            parse_line(row, "cancel", f"{path}cancel_line_items[{index}].")
            for index, row in enumerate(lines)
        ),
        should_replenish=optional_flag(raw.get("should_replenish_stock")),
    )


def parse_actions(raw, path) -> tuple[Action, ...]:
    """Return ``seller_next_action_response``.

    :raise PayloadError: when it is no list of named actions: a deadline may be in it
    """
    key = "seller_next_action_response"
    return tuple(
        Action(
            required_text(row, "action", f"{path}{key}[{index}].action"),
            instant(row.get("deadline")),
        )
        for index, row in enumerate(rows(raw.get(key), path + key))
    )


def parse_refund(value, path="order_refund_amount") -> RefundAmount | None:
    """Return a block of amounts, None when absent.

    :raise PayloadError: without currency or total, or with an unreadable amount
    """
    raw = mapping(value, path)
    if not raw:
        return None
    path = f"{path}."

    def part(key):
        return optional_amount(raw, key, path)

    return RefundAmount(
        currency=required_text(raw, "currency", f"{path}currency"),
        total=required_amount(raw, "refund_total", path),
        subtotal=part("refund_subtotal"),
        shipping=part("refund_shipping_fee"),
        tax=part("refund_tax"),
        delivery_fee=part("retail_delivery_fee"),
        service_fee=part("buyer_service_fee"),
    )


def parse_line(raw, kind, path) -> CaseLine:
    """Return one unit; ``kind`` is "cancel" or "return", as its keys begin.

    :raise PayloadError: when it has no id, names no unit of the order, or has an
        amount that cannot be read
    """
    unit_id = required_text(raw, "order_line_item_id", f"{path}order_line_item_id")
    key = f"{kind}_sub_line_items"
    return _line(
        raw,
        path,
        id=required_text(raw, f"{kind}_line_item_id", f"{path}{kind}_line_item_id"),
        order_line_item_id=unit_id,
        sub_lines=tuple(
            _sub_line(row, kind, unit_id, f"{path}{key}[{index}].")
            for index, row in enumerate(rows(raw.get(key), path + key))
        ),
    )


def _sub_line(raw, kind, unit_id, path):
    return _line(
        raw,
        path,
        id=identifier(raw.get(f"{kind}_sub_line_item_id")),
        order_line_item_id=identifier(raw.get("order_line_item_id")) or unit_id,
        sub_order_line_item_id=identifier(raw.get("sub_order_line_item_id")),
    )


def _line(raw, path, **own):
    image = raw.get("product_image")
    return CaseLine(
        sku_id=identifier(raw.get("sku_id")),
        seller_sku=reference(raw.get("seller_sku")),
        product_name=text(raw.get("product_name")),
        sku_name=text(raw.get("sku_name")),
        image_url=text(image.get("url")) if isinstance(image, dict) else "",
        refund=parse_refund(raw.get("refund_amount"), f"{path}refund_amount"),
        **own,
    )


def parse_reasons(value) -> tuple[RejectReason, ...]:
    """Return reasons with name and text; those without a name are left out."""
    found = ((text(row.get("name")), row) for row in lenient_rows(value))
    return tuple(
        RejectReason(name, text(row.get("text")) or name) for name, row in found if name
    )


def parse_eligibility(raw, line_id="") -> Eligibility:
    """Return an element of ``decisions``.

    Source: Partner API, "Get Decision Eligibility" and "Get Review Decision".

    :raise PayloadError: without decision, or with an amount that cannot be read
    """
    path = "decision.partial_refund_amount_range"
    offer = mapping(raw.get("partial_refund_amount_range"), path)
    return Eligibility(
        decision=required_text(raw, "decision", "decision.decision"),
        is_eligible=flag(raw.get("eligible")),
        code=integer(raw.get("ineligible_code"), default=None),
        reason=text(raw.get("ineligible_reason")),
        reject_reasons=parse_reasons(raw.get("available_reject_reasons")),
        line_id=line_id,
        least=amount_or_none(offer, "min_amount", f"{path}."),
        most=amount_or_none(offer, "max_amount", f"{path}."),
        currency=text(offer.get("currency")),
    )


def parse_order_eligibility(data) -> tuple[OrderEligibility, ...]:
    """Return the data of "Get Aftersale Eligibility", one row per SKU and request."""
    return tuple(
        OrderEligibility(
            sku_id=identifier(sku.get("sku_id")),
            request_type=text(row.get("request_type")),
            line_item_ids=_unit_ids(row),
            is_eligible=flag(row.get("eligible")),
            code=integer(row.get("ineligible_code"), default=None),
            reason=text(row.get("ineligible_reason")),
            reasons=_texts(row.get("available_reason_names")),
        )
        for sku in lenient_rows(data.get("sku_eligibility"))
        for row in lenient_rows(sku.get("line_item_eligibility"))
    )


def optional_flag(value) -> bool | None:
    """Return ``value`` as a boolean, None when absent."""
    return None if value is None or value == "" else flag(value)


def _unit_ids(row):
    listed = lenient_rows(row.get("order_line_list"))
    ids = [identifier(unit.get("order_line_item_id")) for unit in listed]
    found = (*_texts(row.get("order_line_items_ids")), *filter(None, ids))
    return tuple(dict.fromkeys(found))


def _texts(value):
    found = value if isinstance(value, list) else ()
    return tuple(filter(None, map(identifier, found)))
