"""Warehouses and shipping providers as typed values."""

from __future__ import annotations

from dataclasses import dataclass

from .. import const
from .parsing import flag, required_text, text


@dataclass(frozen=True, slots=True)
class Warehouse:
    """One of the seller's warehouses; ``kind`` and ``status`` are TikTok's words."""

    id: str
    name: str
    kind: str
    status: str
    is_default: bool
    is_for_returns: bool


@dataclass(frozen=True, slots=True)
class NamedId:
    """A delivery option or a shipping provider; ``name`` is its id when it has none."""

    id: str
    name: str


def parse_warehouse(raw) -> Warehouse:
    """Return an element of ``warehouses`` of "Get Warehouse List".

    :raise PayloadError: without id
    """
    warehouse_id = required_text(raw, "id", "warehouse.id")
    return Warehouse(
        id=warehouse_id,
        name=text(raw.get("name")) or warehouse_id,
        kind=text(raw.get("sub_type")),
        status=text(raw.get("effect_status")),
        is_default=flag(raw.get("is_default")),
        is_for_returns=raw.get("type") == const.RETURN_WAREHOUSE,
    )


def parse_named_id(raw, what) -> NamedId:
    """Return a row of "Get Warehouse Delivery Options" or "Get Shipping Providers".

    :param str what: what it is, for the error's path
    :raise PayloadError: without id
    """
    remote_id = required_text(raw, "id", f"{what}.id")
    return NamedId(remote_id, text(raw.get("name")) or remote_id)
