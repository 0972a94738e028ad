"""Hold TikTok's SKUs against Odoo's listings, without the addon's own code.

A SKU is known when its one listing has the product that carries its seller SKU.
"""

import dataclasses
from collections import defaultdict

from .web_client import WebClient


@dataclasses.dataclass
class Sku:
    """One SKU of the sandbox and what Odoo has of it.

    ``listings`` are Odoo's listings of it; ``reference`` is the Internal Reference of
    their product, ``twins`` how many products carry that reference.
    """

    remote_id: str
    shop: str
    region: str
    seller_sku: str
    is_bundle: bool
    listings: list[dict]
    reference: str = ""
    twins: int = 0

    @property
    def product(self) -> int:
        """The id of its product in Odoo, 0 for none."""
        products = [row["product_id"] for row in self.listings if row["product_id"]]
        return products[0][0] if len(products) == 1 else 0

    @property
    def is_known(self) -> bool:
        """Whether it has a product."""
        return bool(self.product)

    @property
    def is_wrong(self) -> bool:
        """Whether it has another product than that of its seller SKU."""
        return self.is_known and self.reference != self.seller_sku

    @property
    def is_duplicated(self) -> bool:
        """Whether it is listed twice, or its product exists twice."""
        return len(self.listings) > 1 or self.twins > 1


@dataclasses.dataclass
class Verdict:
    """The counts of the demo's line about the catalogue.

    ``bundles`` and ``unexplained`` are SKUs without product, for a reason and for none;
    ``unrepaired`` are lines of orders with the default product for a SKU that is known.
    """

    skus: int
    known: int
    wrong: int
    duplicated: int
    bundles: int
    unexplained: int
    unrepaired: int

    @property
    def good(self) -> bool:
        """Whether all SKUs that can have their product have it, on orders too."""
        bad = self.wrong + self.duplicated + self.unexplained + self.unrepaired
        return self.known > 0 and not bad


def skus(client: WebClient, state: dict) -> list[Sku]:
    """Put every SKU of the sandbox's ``state`` beside its listings in Odoo."""
    regions = {shop["id"]: shop["region"] for shop in state["shops"]}
    fields = ["sku_remote_id", "product_id", "match_state", "match_reason"]
    listings = defaultdict(list)
    for row in client.read("tts.listing", [], fields):
        listings[row["sku_remote_id"]].append(row)
    references = _references(client)
    twins = defaultdict(int)
    for reference in references.values():
        twins[reference] += 1
    found = [
        Sku(
            sku["id"],
            product["shop_id"],
            regions[product["shop_id"]],
            sku["seller_sku"],
            bool(sku["parts"]),
            listings[sku["id"]],
        )
        for product in state["products"].values()
        for sku in product["skus"]
    ]
    for sku in found:
        sku.reference = references.get(sku.product, "")
        sku.twins = twins[sku.reference] if sku.reference else 0
    return found


def _references(client: WebClient) -> dict[int, str]:
    domain = [("default_code", "!=", False)]
    rows = client.read("product.product", domain, ["default_code"])
    return {row["id"]: row["default_code"] for row in rows}


def sold_as_default(client: WebClient) -> list[str]:
    """Return the SKU of each line of an order that carries the default product."""
    shops = client.read("tts.shop", [], ["default_product_id"])
    lines = [
        ("product_id", "in", [shop["default_product_id"][0] for shop in shops]),
        ("tts_sku_id", "!=", False),
        ("state", "!=", "cancel"),
    ]
    rows = client.read("sale.order.line", lines, ["tts_sku_id"])
    return [row["tts_sku_id"] for row in rows]


def judge(found: list[Sku], sold_as_default: list[str]) -> Verdict:
    """Count what the demo promises.

    A virtual bundle that Odoo does not know is explained: no product is made of it.
    """
    known = {sku.remote_id for sku in found if sku.is_known}
    return Verdict(
        skus=len(found),
        known=len(known),
        wrong=sum(sku.is_wrong for sku in found),
        duplicated=sum(sku.is_duplicated for sku in found),
        bundles=sum(sku.is_bundle and not sku.is_known for sku in found),
        unexplained=sum(not (sku.is_known or sku.is_bundle) for sku in found),
        unrepaired=sum(sku_id in known for sku_id in sold_as_default),
    )
