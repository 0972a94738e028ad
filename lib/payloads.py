"""Orders as typed values: tolerant of what TikTok adds, strict on what money needs.

Shops, products and addresses live beside it and are offered from here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .. import const
from .address import Address, is_masked_text, parse_address
from .catalogue import (
    BundlePart,
    Product,
    ShopInfo,
    Sku,
    StockLevel,
    parse_bundle_parts,
    parse_product,
    parse_shop,
)
from .errors import PayloadError
from .money import OTHER_KEYS, optional_amount, parse_amount
from .parsing import (
    flag,
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

__all__ = [
    "Address",
    "BundlePart",
    "LineItem",
    "Order",
    "Payment",
    "Product",
    "ShopInfo",
    "Sku",
    "StockLevel",
    "is_masked_text",
    "parse_address",
    "parse_order",
    "parse_product",
    "parse_shop",
]


@dataclass(frozen=True, slots=True)
class Payment:
    """The payment block of an order: amounts in ``currency`` (ISO 4217), 0 if absent.

    ``others`` is ((key, amount), ...) of taxes and market fees that came, see
    ``money.OTHER_KEYS``. Source: Partner API, "Get Order Detail".
    """

    currency: str
    original_total_product_price: Decimal
    seller_discount: Decimal
    platform_discount: Decimal
    sub_total: Decimal
    original_shipping_fee: Decimal
    shipping_fee_seller_discount: Decimal
    shipping_fee_platform_discount: Decimal
    shipping_fee_cofunded_discount: Decimal
    shipping_fee: Decimal
    total_amount: Decimal
    others: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class LineItem:
    """One unit sold. Prices and discounts are per unit, in ``currency``."""

    id: str
    product_id: str
    sku_id: str
    seller_sku: str
    product_name: str
    sku_name: str
    sku_image: str
    original_price: Decimal
    seller_discount: Decimal
    platform_discount: Decimal
    sale_price: Decimal
    currency: str
    is_gift: bool
    display_status: str
    is_cancelled: bool
    package_id: str
    package_status: str
    cancel_reason: str
    cancel_user: str
    tracking_number: str
    shipping_provider_id: str
    shipping_provider_name: str
    bundle_parts: tuple[BundlePart, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """One order. Times are aware UTC datetimes or None, absent texts are "".

    ``buyer_id`` is the only stable key of a buyer; ``status`` and the other words of
    TikTok's are kept as they came, also when they are new. The lower
    ``fulfillment_priority_level``, the sooner it has to leave; None where TikTok has
    no such programme.
    """

    id: str
    status: str
    order_type: str
    create_time: datetime
    update_time: datetime
    paid_time: datetime | None
    buyer_id: str
    buyer_email: str
    buyer_nickname: str
    buyer_message: str
    seller_note: str
    payment: Payment
    payment_method: str
    is_cod: bool
    address: Address | None
    has_updated_address: bool
    lines: tuple[LineItem, ...]
    package_ids: tuple[str, ...]
    fulfillment_type: str
    shipping_type: str
    delivery_option_id: str
    delivery_option_name: str
    shipping_provider: str
    shipping_provider_id: str
    tracking_number: str
    warehouse_id: str
    commerce_platform: str
    is_sample: bool
    is_replacement: bool
    is_exchange: bool
    origin_id: str
    is_buyer_request_cancel: bool
    cancel_reason: str
    cancel_initiator: str
    rts_sla_time: datetime | None
    tts_sla_time: datetime | None
    shipping_due_time: datetime | None
    collection_due_time: datetime | None
    delivery_due_time: datetime | None
    rts_time: datetime | None
    collection_time: datetime | None
    delivery_time: datetime | None
    delivery_type: str
    split_or_combine_tag: str
    need_upload_invoice: str
    fulfillment_priority_level: int | None
    is_on_hold: bool

    @property
    def is_fbt(self) -> bool:
        """Tell whether TikTok or Tokopedia ships: the seller's stock does not move."""
        return self.fulfillment_type in const.FBT_TYPES

    @property
    def active_lines(self) -> tuple[LineItem, ...]:
        """Return the units that are not cancelled."""
        return tuple(line for line in self.lines if not line.is_cancelled)


def parse_order(raw) -> Order:
    """Return an order of "Get Order List" or "Get Order Detail" as an Order.

    :raise PayloadError: where id, status, a time, an amount or a line is missing or
        cannot be read; its path names the place
    """
    raw = mapping(raw, "order")
    payment = _parse_payment(raw.get("payment"))
    return Order(
        id=required_text(raw, "id", "id"),
        status=required_text(raw, "status", "status"),
        create_time=required_instant(raw, "create_time", "create_time"),
        update_time=required_instant(raw, "update_time", "update_time"),
        payment=payment,
        address=parse_address(raw.get("recipient_address")),
        lines=_parse_lines(raw.get("line_items"), payment.currency),
        package_ids=_package_ids(raw.get("packages")),
        origin_id=_origin_id(raw),
        fulfillment_priority_level=integer(
            raw.get("fulfillment_priority_level"), default=None
        ),
        **{name: text(raw.get(key)) for name, key in _ORDER_TEXTS},
        **{name: flag(raw.get(key)) for name, key in _ORDER_FLAGS},
        **{key: instant(raw.get(key)) for key in _ORDER_TIMES},
    )


def _origin_id(raw):
    """Return the order whose goods this one replaces or exchanges, "" without one."""
    for key in ("replaced_order_id", "exchange_source_order_id"):
        found = text(raw.get(key))
        if found not in ("", "0"):
            return found
    return ""


_ORDER_TEXTS = (
    ("order_type", "order_type"),
    ("buyer_id", "user_id"),
    ("buyer_email", "buyer_email"),
    ("buyer_nickname", "buyer_nickname"),
    ("buyer_message", "buyer_message"),
    ("seller_note", "seller_note"),
    ("payment_method", "payment_method_name"),
    ("fulfillment_type", "fulfillment_type"),
    ("shipping_type", "shipping_type"),
    ("delivery_type", "delivery_type"),
    ("split_or_combine_tag", "split_or_combine_tag"),
    ("need_upload_invoice", "need_upload_invoice"),
    ("delivery_option_id", "delivery_option_id"),
    ("delivery_option_name", "delivery_option_name"),
    ("shipping_provider", "shipping_provider"),
    ("shipping_provider_id", "shipping_provider_id"),
    ("tracking_number", "tracking_number"),
    ("warehouse_id", "warehouse_id"),
    ("commerce_platform", "commerce_platform"),
    ("cancel_reason", "cancel_reason"),
    ("cancel_initiator", "cancellation_initiator"),
)
_ORDER_FLAGS = (
    ("is_cod", "is_cod"),
    ("has_updated_address", "has_updated_recipient_address"),
    ("is_sample", "is_sample_order"),
    ("is_replacement", "is_replacement_order"),
    ("is_exchange", "is_exchange_order"),
    ("is_buyer_request_cancel", "is_buyer_request_cancel"),
    ("is_on_hold", "is_on_hold_order"),
)
_ORDER_TIMES = (
    "paid_time",
    "rts_sla_time",
    "tts_sla_time",
    "shipping_due_time",
    "collection_due_time",
    "delivery_due_time",
    "rts_time",
    "collection_time",
    "delivery_time",
)
_PAYMENT_AMOUNTS = (
    "seller_discount",
    "platform_discount",
    "sub_total",
    "original_shipping_fee",
    "shipping_fee_seller_discount",
    "shipping_fee_platform_discount",
    "shipping_fee_cofunded_discount",
    "shipping_fee",
    "total_amount",
)
_LINE_TEXTS = (
    "product_id",
    "product_name",
    "sku_name",
    "sku_image",
    "display_status",
    "package_id",
    "package_status",
    "cancel_reason",
    "cancel_user",
    "tracking_number",
    "shipping_provider_id",
    "shipping_provider_name",
)
_LINE_AMOUNTS = ("seller_discount", "platform_discount", "sale_price")


def _parse_payment(raw):
    raw = mapping(raw, "payment")
    goods_key = "original_total_product_price"
    return Payment(
        currency=required_text(raw, "currency", "payment.currency"),
        original_total_product_price=_required_amount(raw, goods_key, "payment."),
        others=tuple(
            (key, optional_amount(raw, key, "payment."))
            for key in OTHER_KEYS
            if raw.get(key) not in (None, "")
        ),
        **{key: optional_amount(raw, key, "payment.") for key in _PAYMENT_AMOUNTS},
    )


def _parse_lines(raw, currency):
    lines, seen = [], set()
    for index, row in enumerate(rows(raw, "line_items")):
        line = _parse_line(row, f"line_items[{index}].", currency)
        if line.id in seen:
            raise PayloadError(f"line_items[{index}].id", f"repeats line {line.id}")
        seen.add(line.id)
        lines.append(line)
    if not lines:
        raise PayloadError("line_items", "is empty")
    return tuple(lines)


def _parse_line(raw, path, currency):
    line_currency = text(raw.get("currency")) or currency
    if line_currency != currency:
        problem = f"is {line_currency} in an order in {currency}"
        raise PayloadError(f"{path}currency", problem)
    return LineItem(
        id=required_text(raw, "id", f"{path}id"),
        sku_id=required_text(raw, "sku_id", f"{path}sku_id"),
        original_price=_required_amount(raw, "original_price", path),
        currency=line_currency,
        is_gift=flag(raw.get("is_gift")),
        is_cancelled=raw.get("display_status") in const.CANCELLED_STATUSES,
        bundle_parts=parse_bundle_parts(raw.get("combined_listing_skus")),
        seller_sku=reference(raw.get("seller_sku")),
        **{key: text(raw.get(key)) for key in _LINE_TEXTS},
        **{key: optional_amount(raw, key, path) for key in _LINE_AMOUNTS},
    )


def _required_amount(raw, key, path):
    value = raw.get(key)
    if value is None or value == "":
        raise PayloadError(f"{path}{key}", "is missing")
    return parse_amount(value, f"{path}{key}")


def _package_ids(raw):
    ids = (text(row.get("id")) for row in lenient_rows(raw))
    return tuple(package_id for package_id in ids if package_id)
