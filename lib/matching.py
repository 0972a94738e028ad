"""Which product stands behind a listing: decided here, and nowhere else.

Pure functions over ids; ``models`` reads the products and carries decisions out.
"""

from __future__ import annotations

from dataclasses import dataclass

# What a person decided; no matching touches it.
DECIDED_STATES = ("hand", "ignored")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a listing when its product is looked for; ids, 0 for none.

    `sku_count` is the number of SKUs that its TikTok product has.
    """

    sku_id: str
    tiktok_product_id: str
    seller_sku: str
    barcode: str
    state: str
    linked: int
    refused: int
    matched_sku: str
    sku_count: int = 1


@dataclass(frozen=True, slots=True)
class Index:
    """Products that may be matched, by reference and by barcode; combos are not."""

    by_reference: dict[str, list[int]]
    by_barcode: dict[str, list[int]]
    usable: frozenset[int]


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a listing: `rule` says why, `wanted` is what was looked for."""

    state: str
    product: int = 0
    rule: str = "kept"
    wanted: str = ""
    candidates: tuple[int, ...] = ()


def decide(facts, index):
    """Return the `Decision` for a listing: two candidates are never a guess.

    What a person decided stays. So does an automatic link while its product can be
    used, unless the seller SKU changed and exactly one product carries the new one.
    """
    if facts.state in DECIDED_STATES:
        return Decision(facts.state, facts.linked)
    if facts.linked in index.usable:
        others = ()
        if facts.seller_sku != facts.matched_sku:
            others = index.by_reference.get(facts.seller_sku, ())
        if len(others) == 1:
            return Decision("seller_sku", others[0], "seller_sku", facts.seller_sku)
        return Decision(facts.state, facts.linked)
    otherwise = Decision("unmatched", 0, "archived" if facts.linked else "nothing")
    for state, rule, wanted, found in _looks(facts, index):
        candidates = tuple(product for product in found if product != facts.refused)
        if candidates and rule == "product_id" and facts.sku_count > 1:
            # Which of the variants the product is, the id does not say.
            otherwise = Decision("ambiguous", 0, "variants", wanted, candidates)
        elif len(candidates) == 1:
            return Decision(state, candidates[0], rule, wanted, candidates)
        elif candidates:
            return Decision("ambiguous", 0, rule, wanted, candidates)
    return otherwise


def _looks(facts, index):
    """Yield where to look, best first: (match state, rule, wanted, product ids)."""
    for state, rule, wanted in (
        ("seller_sku", "seller_sku", facts.seller_sku),
        ("tiktok_id", "sku_id", facts.sku_id),
        ("tiktok_id", "product_id", facts.tiktok_product_id),
    ):
        if wanted:
            yield state, rule, wanted, index.by_reference.get(wanted, ())
    if facts.barcode:
        found = {
            product
            for form in code_forms(facts.barcode)
            for product in index.by_barcode.get(form, ())
        }
        yield "barcode", "barcode", facts.barcode, sorted(found)


def code_forms(code):
    """Return how else the same GTIN is written: UPC is EAN without leading zeros."""
    if not code.isdecimal():
        return [code]
    bare = code.lstrip("0")
    return list(dict.fromkeys([code, *(bare.zfill(size) for size in (12, 13, 14))]))
