"""Stock arithmetic: what may be listed on TikTok so that all of it can be shipped.

Pure functions. Every doubt lowers a quantity, none raises it.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from .. import const
from .errors import PayloadError
from .parsing import integer, lenient_rows, mapping, required_text, rows, text

_NOISE = Decimal("0.000001")  # what floats of Odoo may be off: 2.9999999 is three
_HUGE = 10**12  # beyond any stock, and still exact in a float


@dataclass(frozen=True, slots=True)
class StockRow:
    """Units of one SKU in one TikTok warehouse.

    ``available`` can be sold; ``committed`` belongs to orders that have not left and
    is no part of ``available`` ("Inventory Search").
    """

    warehouse_id: str
    available: int
    committed: int


@dataclass(frozen=True, slots=True)
class SkuStock:
    """What TikTok says about the stock of one SKU."""

    product_id: str
    sku_id: str
    levels: tuple[StockRow, ...]


@dataclass(frozen=True, slots=True)
class SkuRefused:
    """Why TikTok left the stock of one SKU as it was ("Update Inventory").

    ``warehouses`` is ((warehouse id, code, message), ...), () where TikTok names none.
    """

    code: int
    message: str
    warehouses: tuple[tuple[str, int, str], ...] = ()

    @property
    def codes(self) -> tuple[int, ...]:
        """Return the codes that say why: those of the warehouses, else its own."""
        found = tuple(dict.fromkeys(code for _id, code, _text in self.warehouses))
        return found or (self.code,)

    def sentence(self) -> str:
        """Return what happened and what to do, in TikTok's words where it has some."""
        if not self.warehouses:
            return refusal_text(self.code, self.message)
        texts = (
            f"{refusal_text(code, message)} (warehouse {warehouse_id})"
            for warehouse_id, code, message in self.warehouses
        )
        return " ".join(dict.fromkeys(texts))


@dataclass(frozen=True, slots=True)
class Rule:
    """How much of what can be promised a shop lists.

    In each TikTok warehouse ``buffer`` units are kept back, and of the rest ``share``
    percent are listed; of a listing at most ``maximum`` units, 0 or None is no maximum.
    A share above 100 counts as 100, a buffer below 0 as 0: no rule lists more than
    there is.
    """

    buffer: float = 0
    share: float = 100
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One TikTok warehouse of a listing, and the Odoo warehouses that count for it.

    ``available`` is what TikTok has on sale there now. A warehouse that does not take
    part keeps it. The keys are the caller's: ids, records, texts. ``ships_from`` is
    where its orders are to be shipped from, counted or not.
    """

    warehouse_id: Hashable
    sources: tuple[Hashable, ...]
    available: int = 0
    takes_part: bool = True
    ships_from: Hashable = None


def parse_inventory(raw_rows: Iterable[dict]) -> tuple[SkuStock, ...]:
    """Return the SKUs of the rows of ``TikTokClient.inventory``, each once.

    Source: Partner API, "Inventory Search".

    :raise PayloadError: for a missing id, a number that is none, or a negative one
    """
    found = {}
    for index, raw in enumerate(raw_rows):
        path = f"inventory[{index}]"
        raw = mapping(raw, path)
        product_id = required_text(raw, "product_id", f"{path}.product_id")
        for number, sku in enumerate(rows(raw.get("skus"), f"{path}.skus")):
            stock = _sku_stock(product_id, sku, f"{path}.skus[{number}]")
            found[stock.sku_id] = stock
    return tuple(found.values())


def parse_refusals(data: dict, sku_ids: Sequence[str]) -> dict[str, SkuRefused]:
    """Return the refused SKUs of an inventory update of ``sku_ids``, {} if none.

    An error that names no SKU of the call, or that cannot be read, counts for all of
    them: none of them is known to be accepted. Source: Partner API, "Update Inventory"
    (``data.errors``).
    """
    found = {}
    errors = data.get("errors") or []
    for row in errors if isinstance(errors, list) else [errors]:
        row = row if isinstance(row, dict) else {"message": text(row)}
        detail = row.get("detail")
        detail = detail if isinstance(detail, dict) else {}
        refused = SkuRefused(
            code=integer(row.get("code")),
            message=text(row.get("message")),
            warehouses=tuple(
                (
                    text(extra.get("warehouse_id")),
                    integer(extra.get("code")),
                    text(extra.get("message")),
                )
                for extra in lenient_rows(detail.get("extra_errors"))
            ),
        )
        named = text(detail.get("sku_id"))
        for sku_id in [named] if named in sku_ids else sku_ids:
            found.setdefault(sku_id, refused)
    return found


def uncovered(committed: float, covered: float) -> float:
    """Return how many units sold on TikTok no order in Odoo accounts for yet.

    ``committed`` is TikTok's count of units in unshipped orders, ``covered`` those of
    them that confirmed orders in Odoo hold. Never negative.
    """
    return max(0, committed - covered)


def listed(promised: float, rule: Rule) -> int:
    """Return the units to list when ``promised`` units can be promised.

    Floored, never below 0, never above 99,999. Quantities that are no numbers list
    nothing.
    """
    left = _exact(promised) - max(_exact(rule.buffer), Decimal(0))
    share = min(max(_exact(rule.share), Decimal(0)), Decimal(100))
    quantity = max(left, Decimal(0)) * share / 100
    quantity = int(quantity.quantize(_NOISE).to_integral_value(rounding=ROUND_FLOOR))
    most = min(rule.maximum or const.MOST_LISTED, const.MOST_LISTED)
    return max(0, min(quantity, most))


def offers(
    targets: Sequence[Target], promised: Mapping[Hashable, float], rule: Rule
) -> dict[Hashable, int]:
    """Return the units to list per TikTok warehouse of one listing.

    ``promised`` is what can be promised per Odoo warehouse. Each of them is offered
    once, in the first target that counts it, so the default warehouse comes first.
    Where more is promised than there is, the lack lowers the targets that count that
    warehouse or ship from it. Buffer and share hold for each TikTok warehouse, the
    maximum for all of them. Leave out those that TikTok fulfils itself: they cannot be
    written.
    """
    found, spent = {}, set()
    lacks = {key: -units for key, units in promised.items() if units < 0}
    left = rule.maximum or const.MOST_LISTED * len(targets)
    for target in targets:
        if not target.takes_part:
            found[target.warehouse_id] = min(
                max(target.available, 0), const.MOST_LISTED
            )
            continue
        sources = [key for key in dict.fromkeys(target.sources) if key not in spent]
        spent.update(sources)
        there = sum(max(promised.get(key, 0), 0) for key in sources)
        for key in dict.fromkeys((*target.sources, target.ships_from)):
            paid = min(there, lacks.get(key, 0))
            there -= paid
            lacks[key] = lacks.get(key, 0) - paid
        found[target.warehouse_id] = min(listed(there, rule), left)
        left -= found[target.warehouse_id]
    return found


def refusal_text(code: int, message: str = "") -> str:
    """Return what a refused stock update means and what to do about it.

    ``message`` is TikTok's own text, shown where we know no better one.
    """
    if sentence := const.ERROR_SENTENCES.get(code):
        return f"{sentence} (code {code})"
    said = f": {message.rstrip('.')}." if message else "."
    return (
        f"TikTok Shop refused the quantity{said} Look at the product in Seller Center, "
        f"then sync the inventory again. (code {code})"
    )


def _sku_stock(product_id, raw, path):
    levels = rows(raw.get("warehouse_inventory"), f"{path}.warehouse_inventory")
    return SkuStock(
        product_id=product_id,
        sku_id=required_text(raw, "id", f"{path}.id"),
        levels=tuple(
            _stock_row(level, f"{path}.warehouse_inventory[{index}]")
            for index, level in enumerate(levels)
        ),
    )


def _stock_row(raw, path):
    return StockRow(
        warehouse_id=required_text(raw, "warehouse_id", f"{path}.warehouse_id"),
        available=_units(raw, "available_quantity", path),
        committed=_units(raw, "committed_quantity", path),
    )


def _units(raw, key, path):
    """Return a count of units; absent is 0, as TikTok leaves empty values out."""
    value = raw.get(key)
    if value is None or value == "":
        return 0
    units = None if isinstance(value, bool) else integer(value, None)
    if units is None or units < 0:
        raise PayloadError(f"{path}.{key}", "is not a number of units")
    return units


def _exact(value):
    """Return a number as a Decimal without the noise of floats; 0 when it is none."""
    number = float(value or 0)
    if not math.isfinite(number):
        return Decimal(0)
    return Decimal(repr(max(-_HUGE, min(number, _HUGE)))).quantize(_NOISE)
