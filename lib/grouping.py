"""Unit lines into order lines: TikTok sends one line item per unit sold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .money import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from .payloads import LineItem


@dataclass(frozen=True, slots=True)
class LineGroup:
    """Equal units of one order: one line of the sale order.

    ``unit_price`` is the list price minus the seller's discount, per unit, and exact:
    ``quantity * unit_price`` is the sum over the units. Both discounts are sums over
    the units. ``original_price`` and the texts are those of the first unit.
    """

    sku_id: str
    product_id: str
    seller_sku: str
    product_name: str
    sku_name: str
    unit_price: Decimal
    original_price: Decimal
    quantity: int
    is_gift: bool
    line_ids: tuple[str, ...]
    seller_discount: Decimal
    platform_discount: Decimal


def group_units(lines: Iterable[LineItem]) -> tuple[LineGroup, ...]:
    """Return the units grouped by SKU, net price and gift flag, first seen first.

    Source: Partner API, "Order API overview": ``line_items`` has one element per unit
    and no quantity.
    """
    units: dict[tuple, list[LineItem]] = {}
    for line in lines:
        net = line.original_price - line.seller_discount
        units.setdefault((line.sku_id, net, line.is_gift), []).append(line)
    return tuple(_group(net, alike) for (_sku, net, _gift), alike in units.items())


def _group(unit_price, alike):
    first = alike[0]
    return LineGroup(
        sku_id=first.sku_id,
        product_id=first.product_id,
        seller_sku=first.seller_sku,
        product_name=first.product_name,
        sku_name=first.sku_name,
        unit_price=unit_price,
        original_price=first.original_price,
        quantity=len(alike),
        is_gift=first.is_gift,
        line_ids=tuple(line.id for line in alike),
        seller_discount=sum((line.seller_discount for line in alike), ZERO),
        platform_discount=sum((line.platform_discount for line in alike), ZERO),
    )
