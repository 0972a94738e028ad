"""Count for each SKU what may be listed, without the addon's own code.

What can be shipped of a product is what lies in the warehouse, less what Odoo is to
deliver, less what TikTok sold and Odoo has not got. This adds it up from Odoo's quants
and moves, and from the sandbox's orders and stock.
"""

import dataclasses
import math
from collections import Counter

from . import goods
from .reconcile import TO_SHIP
from .reconcile_catalogue import Sku
from .web_client import WebClient

MOST = 99_999  # the highest quantity TikTok takes


@dataclasses.dataclass
class Level:
    """The stock of one SKU: what buyers can have, and what can be shipped.

    ``listed`` and ``wanted`` leave out what TikTok stores and ships itself; ``wanted``
    follows the shop's rule.
    """

    sku: Sku
    listed: int
    shippable: float
    wanted: int

    @property
    def is_above(self) -> bool:
        """Whether more is listed than can be shipped."""
        return self.listed > max(self.shippable, 0)

    @property
    def differs(self) -> bool:
        """Whether anything else is listed than the rule says."""
        return self.listed != self.wanted


@dataclasses.dataclass
class Verdict:
    """The counts of the demo's line about stock."""

    counted: int
    above: int
    differing: int

    @property
    def good(self) -> bool:
        """Whether TikTok lists what Odoo can ship, all of it and no more."""
        return self.counted > 0 and not self.above and not self.differing


def levels(client: WebClient, state: dict, found: list[Sku]) -> list[Level]:
    """Compute the levels of all SKUs that have a product, in shops that push.

    Left out are virtual bundles, whose stock follows their parts, and what lies with
    TikTok only.

    :param state: the sandbox's state.
    :param found: its SKUs, as :func:`reconcile_catalogue.skus` returns them.
    """
    rules = _rules(client)
    own = _own_warehouses(state)
    found = [sku for sku in found if sku.product and sku.shop in rules]
    held = _held(client, state, found, own)
    on_hand, demand = _on_hand(client), _demand(client)
    rows = []
    for sku in found:
        stock = state["inventory"][sku.remote_id]
        listed = [level["available"] for place, level in stock.items() if place in own]
        if sku.is_bundle or not listed:
            continue
        product = sku.product
        shippable = on_hand[product] - demand[product] - held[product]
        rows.append(
            Level(sku, sum(listed), shippable, wanted(shippable, rules[sku.shop]))
        )
    return rows


def wanted(shippable: float, rule: dict) -> int:
    """Return what a shop lists by its rule: buffer, share in percent, maximum."""
    share = max(shippable - rule["stock_buffer"], 0) * rule["stock_share"] / 100
    most = min(rule["stock_maximum"] or MOST, MOST)
    return min(math.floor(share + 1e-9), most)


def judge(found: list[Level]) -> Verdict:
    """Count what the demo promises."""
    return Verdict(
        counted=len(found),
        above=sum(level.is_above for level in found),
        differing=sum(level.differs for level in found),
    )


def _rules(client: WebClient) -> dict[str, dict]:
    fields = ["remote_id", "stock_buffer", "stock_share", "stock_maximum"]
    shops = client.read("tts.shop", [("stock_sync", "=", True)], fields)
    return {shop["remote_id"]: shop for shop in shops}


def _own_warehouses(state: dict) -> set[str]:
    """The warehouses that the seller ships from: not those of TikTok."""
    return {
        warehouse["id"]
        for shop in state["shops"]
        for warehouse in shop["warehouses"]
        if warehouse["role"] == "SALES_WAREHOUSE"
    }


def _held(client: WebClient, state: dict, found: list[Sku], own: set) -> Counter:
    """Units that TikTok sold and no confirmed sales order in Odoo covers."""
    orders = client.read(
        "sale.order",
        [("client_order_ref", "in", list(state["orders"])), ("state", "=", "sale")],
        ["client_order_ref"],
    )
    confirmed = {order["client_order_ref"] for order in orders}
    covered: Counter = Counter()
    for remote_id, order in state["orders"].items():
        if remote_id in confirmed and order["status"] in TO_SHIP:
            for line in order["raw"]["line_items"]:
                if line["display_status"] != "CANCELLED":
                    covered[line["sku_id"], order["raw"]["warehouse_id"]] += 1
    held: Counter = Counter()
    for sku in found:
        for place, level in state["inventory"][sku.remote_id].items():
            if place in own:
                missing = level["committed"] - covered[sku.remote_id, place]
                held[sku.product] += max(missing, 0)
    return held


def _on_hand(client: WebClient) -> Counter:
    stock = goods.warehouse(client)["lot_stock_id"][0]
    rows = client.read(
        "stock.quant", [("location_id", "child_of", stock)], ["product_id", "quantity"]
    )
    return _sum(rows, "quantity")


def _demand(client: WebClient) -> Counter:
    """What Odoo is still to deliver, reserved or not."""
    rows = client.read(
        "stock.move",
        [
            ("state", "not in", ["draft", "done", "cancel"]),
            ("location_dest_id.usage", "=", "customer"),
        ],
        ["product_id", "product_qty"],
    )
    return _sum(rows, "product_qty")


def _sum(rows: list[dict], field: str) -> Counter:
    found: Counter = Counter()
    for row in rows:
        found[row["product_id"][0]] += row[field]
    return found
