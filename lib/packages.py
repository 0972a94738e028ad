"""Packages, and what the calls about deliveries answer, as typed values.

Times are aware UTC datetimes or None, absent texts are "". Words of TikTok's are kept
as they came, also when they are new.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from typing import NamedTuple

from .answers import describe
from .errors import PayloadError
from .logistics import NamedId
from .money import parse_amount
from .parsing import (
    flag,
    instant,
    integer,
    lenient_rows,
    mapping,
    required_text,
    rows,
    text,
)

SPLIT = "SPLIT"
COMBINE = "COMBINE"


@dataclass(frozen=True, slots=True)
class Package:
    """One package: what is sent in one parcel, of one order or of several.

    ``status`` is TO_FULFILL, PROCESSING, FULFILLING, COMPLETED or CANCELLED;
    ``split_or_combine`` is SPLIT, COMBINE or "". What only "Get Package Detail" tells
    is empty while ``has_detail`` is False. Read from an order, a package knows the
    lines of that order alone, and no times.
    """

    id: str
    status: str
    order_ids: tuple[str, ...]
    line_item_ids: tuple[str, ...]
    tracking_number: str
    provider_id: str
    provider_name: str
    create_time: datetime | None
    update_time: datetime | None
    sub_status: str = ""
    shipping_type: str = ""
    handover_method: str = ""
    pickup_start: datetime | None = None
    pickup_end: datetime | None = None
    exception: str = ""
    warehouse_id: str = ""
    split_or_combine: str = ""
    has_detail: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A period in which TikTok's carrier can fetch a package."""

    start: datetime
    end: datetime
    is_available: bool


@dataclass(frozen=True, slots=True)
class HandoverSlots:
    """How a package can be handed to TikTok's carrier, and when it can be fetched."""

    can_pickup: bool
    can_drop_off: bool
    can_van_collection: bool
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class ShippingService:
    """A service whose label TikTok sells for ``price`` in ``currency`` (ISO 4217).

    The days are those from shipping to delivery, None when not told.
    """

    id: str
    name: str
    price: Decimal
    currency: str
    is_default: bool
    provider_id: str
    provider_name: str
    earliest_days: int | None
    latest_days: int | None

    @property
    def provider(self) -> NamedId:
        """Return the carrier behind the service."""
        return NamedId(self.provider_id, self.provider_name)


@dataclass(frozen=True, slots=True)
class Document:
    """Where a label or slip can be fetched for 24 hours, without credentials."""

    url: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class SplitCheck:
    """Whether an order can be shipped in several packages, and whether it must be.

    ``reason`` is TikTok's text why it cannot.
    """

    order_id: str
    can_split: bool
    reason: str
    must_split: bool


@dataclass(frozen=True, slots=True)
class ShipError:
    """A package that a call about many refused; ``code`` is None when none came.

    ``message`` is for a person: what it means, what to do, and TikTok's own words.
    """

    package_id: str
    code: int | None
    message: str


@dataclass(frozen=True, slots=True)
class TrackingEvent:
    """What a carrier reported; ``action_code`` is TikTok's number for it or None."""

    time: datetime | None
    description: str
    action_code: int | None


class Marked(NamedTuple):
    """The package that "Mark Package As Shipped" made, and TikTok's warning or ""."""

    package_id: str
    warning: str


class PackageGroup(NamedTuple):
    """A package and the orders in it: what combining joins, and what it makes."""

    package_id: str
    order_ids: tuple[str, ...]


class Combined(NamedTuple):
    """The packages a call made, and those it refused to."""

    packages: tuple[PackageGroup, ...]
    errors: tuple[ShipError, ...]


def parse_package(raw) -> Package:
    """Return a row of "Search Package" or the data of "Get Package Detail".

    The search names the package ``id`` and ``status``, the detail ``package_id`` and
    ``package_status``.

    :raise PayloadError: without id or status
    """
    raw = mapping(raw, "package")
    has_detail = "package_id" in raw
    id_key, status_key = (
        ("package_id", "package_status") if has_detail else ("id", "status")
    )
    slot = raw.get("pickup_slot")
    slot = slot if isinstance(slot, dict) else {}
    return Package(
        id=required_text(raw, id_key, f"package.{id_key}"),
        status=required_text(raw, status_key, f"package.{status_key}"),
        order_ids=_ids(row.get("id") for row in lenient_rows(raw.get("orders"))),
        line_item_ids=_ids(raw.get("order_line_item_ids")),
        tracking_number=text(raw.get("tracking_number")).strip(),
        provider_id=text(raw.get("shipping_provider_id")),
        provider_name=text(raw.get("shipping_provider_name")),
        create_time=instant(raw.get("create_time")),
        update_time=instant(raw.get("update_time")),
        sub_status=text(raw.get("package_sub_status")),
        shipping_type=text(raw.get("shipping_type")),
        handover_method=text(raw.get("handover_method")),
        pickup_start=instant(slot.get("start_time")),
        pickup_end=instant(slot.get("end_time")),
        exception=text(raw.get("ship_exception_reason")),
        warehouse_id=text(raw.get("warehouse_id")),
        split_or_combine=_tag(raw.get("split_and_combine_tag")),
        has_detail=has_detail,
    )


# What an order's status says of its packages where a line does not say it itself.
_STATUS_OF_ORDER = {
    "UNPAID": "TO_FULFILL",
    "ON_HOLD": "TO_FULFILL",
    "AWAITING_SHIPMENT": "TO_FULFILL",
    "AWAITING_COLLECTION": "PROCESSING",
    "IN_TRANSIT": "FULFILLING",
    "DELIVERED": "COMPLETED",
    "COMPLETED": "COMPLETED",
    "CANCELLED": "CANCELLED",
    "CANCEL": "CANCELLED",
}


def packages_of(order) -> tuple[Package, ...]:
    """Return the packages that an order (``payloads.Order``) shows, in its order.

    A combined package is shown with the lines of this order only. Units that no
    package is named for belong to the only package there is, else to none. A status
    that cannot be told is "". Source: Partner API, "Get Order Detail", ``packages``
    and the package keys of ``line_items``.
    """
    named = [line.package_id for line in order.lines if line.package_id]
    ids = tuple(dict.fromkeys((*order.package_ids, *named)))
    return tuple(_package_of(order, package_id, ids) for package_id in ids)


def _package_of(order, package_id, ids):
    lines = [line for line in order.lines if line.package_id == package_id]
    is_only = len(ids) == 1
    if not lines and is_only:
        lines = list(order.lines)
    told = [line for line in lines if not line.is_cancelled] or lines
    provider_id, provider_name = _provider_of(order if is_only else None, told)
    numbers = [line.tracking_number for line in told]
    numbers += [order.tracking_number] if is_only else []
    return Package(
        id=package_id,
        status=_status_of(order, told),
        order_ids=(order.id,),
        line_item_ids=tuple(line.id for line in lines),
        tracking_number=next(filter(None, map(str.strip, numbers)), ""),
        provider_id=provider_id,
        provider_name=provider_name,
        create_time=None,
        update_time=None,
        shipping_type=order.shipping_type,
        warehouse_id=order.warehouse_id,
        split_or_combine=_tag(order.split_or_combine_tag),
    )


def _provider_of(order, lines):
    for line in lines:
        if line.shipping_provider_id or line.shipping_provider_name:
            return line.shipping_provider_id, line.shipping_provider_name
    if order is None:
        return "", ""
    return order.shipping_provider_id, order.shipping_provider


def _status_of(order, lines):
    for line in lines:
        if line.package_status:
            return line.package_status
    for line in lines:
        if line.display_status in _STATUS_OF_ORDER:
            return _STATUS_OF_ORDER[line.display_status]
    return _STATUS_OF_ORDER.get(order.status, "")


def parse_slots(raw) -> HandoverSlots:
    """Return the data of "Get Package Handover Time Slots".

    TikTok spells the key of an available slot ``avaliable``; the right spelling is
    read as well. Slots without both times are left out.
    """
    slots = []
    for row in lenient_rows(raw.get("pickup_slots")):
        start, end = instant(row.get("start_time")), instant(row.get("end_time"))
        if start and end:
            is_available = flag(row.get("avaliable", row.get("available", False)))
            slots.append(Slot(start, end, is_available))
    return HandoverSlots(
        can_pickup=flag(raw.get("can_pickup")),
        can_drop_off=flag(raw.get("can_drop_off")),
        can_van_collection=flag(raw.get("can_van_collection")),
        slots=tuple(slots),
    )


def parse_service(raw) -> ShippingService:
    """Return an element of ``shipping_services`` of "Get Eligible Shipping Service".

    :raise PayloadError: without id or currency, or with an unreadable price
    """
    service_id = required_text(raw, "id", "shipping_service.id")
    return ShippingService(
        id=service_id,
        name=text(raw.get("name")) or service_id,
        price=parse_amount(raw.get("price"), "shipping_service.price"),
        currency=required_text(raw, "currency", "shipping_service.currency"),
        is_default=flag(raw.get("is_default")),
        provider_id=text(raw.get("shipping_provider_id")),
        provider_name=text(raw.get("shipping_provider_name")),
        earliest_days=integer(raw.get("earliest_delivery_days"), default=None),
        latest_days=integer(raw.get("latest_delivery_days"), default=None),
    )


def parse_document(raw) -> Document:
    """Return the data of "Get Package Shipping Document".

    :raise PayloadError: without address
    """
    return Document(
        url=required_text(raw, "doc_url", "doc_url"),
        tracking_number=text(raw.get("tracking_number")).strip(),
    )


def parse_split_check(raw) -> SplitCheck:
    """Return an element of ``split_attributes`` of "Get Order Split Attributes".

    :raise PayloadError: without order id
    """
    return SplitCheck(
        order_id=required_text(raw, "order_id", "split_attributes.order_id"),
        can_split=flag(raw.get("can_split")),
        reason=text(raw.get("reason")),
        must_split=flag(raw.get("must_split")),
    )


def parse_ship_errors(data) -> tuple[ShipError, ...]:
    """Return ``errors`` of a call about many packages.

    :raise PayloadError: when a refusal names no package: nobody could tell any more
        which of them were shipped
    """
    found = []
    for index, row in enumerate(rows(data.get("errors"), "errors")):
        detail = row.get("detail")
        package_id = text(detail.get("package_id")) if isinstance(detail, dict) else ""
        if not package_id:
            raise PayloadError(f"errors[{index}].detail.package_id", "is missing")
        code = integer(row.get("code"), default=None)
        message = describe(code, text(row.get("message"))[:500])
        found.append(ShipError(package_id, code, message))
    return tuple(found)


def parse_groups(data, key) -> tuple[PackageGroup, ...]:
    """Return a list of packages with the orders in each; rows without id are left out.

    Source: Partner API, "Search Combinable Packages", "Combine Package", "Uncombine
    Packages".
    """
    return tuple(
        PackageGroup(text(row.get("id")), _ids(row.get("order_ids")))
        for row in lenient_rows(data.get(key))
        if text(row.get("id"))
    )


def parse_tracking(raw) -> TrackingEvent:
    """Return an element of ``tracking`` of "Get Tracking"; its times are in ms."""
    millis = integer(raw.get("update_time_millis"))
    return TrackingEvent(
        time=instant(millis // 1000),
        description=text(raw.get("description")),
        action_code=integer(raw.get("action_code"), default=None),
    )


def epoch(value) -> int:
    """Return a moment in Unix seconds; a datetime without zone is taken as UTC."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            value = value.replace(tzinfo=timezone.utc)
        return int(value.timestamp())
    return int(value)


def _tag(value):
    """Return SPLIT, COMBINE or "": the order says COMBINED, the package COMBINE."""
    value = text(value)
    if value == "COMBINED":
        return COMBINE
    return "" if value == "DEFAULT" else value


def _ids(values):
    if values is None or isinstance(values, str | dict):
        return ()
    found = (text(value) for value in values)
    return tuple(dict.fromkeys(value for value in found if value))
