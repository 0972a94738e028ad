"""Hold what the sandbox sold against what is in Odoo, without the addon's own code.

The amounts are computed here a second time, in ``Decimal``, from the payment blocks.
"""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Collection
from decimal import Decimal

from .web_client import WebClient

TO_SHIP = ("AWAITING_SHIPMENT", "AWAITING_COLLECTION")
OUTCOMES = ("confirmed", "quotation", "cancelled", "failed", "ignored")


@dataclasses.dataclass
class Row:
    """One TikTok order and everything in Odoo that carries its number.

    ``expected`` is what the sales order must total; absent for broken orders.
    """

    remote_id: str
    region: str
    status: str
    broken: str
    expected: Decimal | None
    currency: str
    sale_orders: list[dict]
    mirror: dict | None

    @property
    def outcome(self) -> str:
        """What became of it: one of ``OUTCOMES``."""
        states = {order["state"] for order in self.sale_orders}
        for state, outcome in (
            ("sale", "confirmed"),
            ("draft", "quotation"),
            ("cancel", "cancelled"),
        ):
            if state in states:
                return outcome
        return "failed" if self.mirror else "ignored"

    @property
    def differs(self) -> bool:
        """Whether a sales order totals anything but ``expected``."""
        return any(
            _exact(order["amount_total"]) != self.expected
            or order["currency_id"][1] != self.currency
            for order in self.sale_orders
        )


@dataclasses.dataclass
class Verdict:
    """The counts of the demo's last line; broken orders are counted apart."""

    to_ship: int
    in_odoo: int
    missing: int
    duplicated: int
    differing: int
    broken: int
    unlisted: int

    @property
    def good(self) -> bool:
        """Whether every order is there once and to the cent, and no broken one lost."""
        wrong = self.missing + self.duplicated + self.differing + self.unlisted
        return self.to_ship > 0 and self.to_ship == self.in_odoo and not wrong


def rows(client: WebClient, state: dict) -> list[Row]:
    """Read Odoo's orders and put them beside those of the sandbox's ``state``."""
    regions = {shop["id"]: shop["region"] for shop in state["shops"]}
    sale_orders = defaultdict(list)
    for order in client.read(
        "sale.order",
        [("client_order_ref", "in", list(state["orders"]))],
        ["client_order_ref", "state", "amount_total", "currency_id"],
    ):
        sale_orders[order["client_order_ref"]].append(order)
    fields = ["remote_id", "state", "issue_ids"]
    mirrors = {row["remote_id"]: row for row in client.read("tts.order", [], fields)}
    return [
        Row(
            remote_id,
            regions[order["shop_id"]],
            order["status"],
            order["broken"],
            None if order["broken"] else expected_total(order["raw"]),
            "" if order["broken"] else order["raw"]["payment"]["currency"],
            sale_orders[remote_id],
            mirrors.get(remote_id),
        )
        for remote_id, order in state["orders"].items()
    ]


def expected_total(order: dict) -> Decimal:
    """Return what the shop earns by an order: list prices less its own discount, plus
    the shipping fee, less what was cancelled of it.

    Source: Partner API, "Get Order Detail", keys of ``payment`` and ``line_items``.
    """
    payment = {
        key: value for key, value in order["payment"].items() if key != "currency"
    }
    goods = Decimal(payment["original_total_product_price"])
    total = goods - Decimal(payment["seller_discount"])
    if order["status"] != "CANCELLED":
        total -= sum(
            Decimal(line["original_price"]) - Decimal(line["seller_discount"])
            for line in order["line_items"]
            if line["display_status"] == "CANCELLED"
        )
    return total + Decimal(payment["shipping_fee"])


def _exact(amount: float) -> Decimal:
    """Return a monetary value as it is written, free of binary noise."""
    return Decimal(str(round(amount, 6)))


def to_ship(state: dict) -> set[str]:
    """Return the ids of the orders that wait to be shipped."""
    orders = state["orders"].items()
    return {remote_id for remote_id, order in orders if order["status"] in TO_SHIP}


def judge(found: list[Row], before: Collection[str] = ()) -> Verdict:
    """Count what the demo promises.

    :param before: ids of orders that waited to be shipped earlier; unless they were
        cancelled they count as well.
    """
    to_ship = [row for row in found if _is_to_ship(row, before) and not row.broken]
    in_odoo = [row for row in to_ship if row.outcome == "confirmed"]
    broken = [row for row in found if row.broken]
    return Verdict(
        to_ship=len(to_ship),
        in_odoo=len(in_odoo),
        missing=len(to_ship) - len(in_odoo),
        duplicated=sum(len(row.sale_orders) > 1 for row in found),
        differing=sum(row.differs for row in found if not row.broken),
        broken=len(broken),
        unlisted=sum(not (row.mirror and row.mirror["issue_ids"]) for row in broken),
    )


def _is_to_ship(row: Row, before: Collection[str]) -> bool:
    return row.status in TO_SHIP or (
        row.remote_id in before and row.status != "CANCELLED"
    )


def table(found: list[Row], key: str, title: str) -> str:
    """Return a text table: how many orders of each ``key`` had each outcome."""
    counts: dict[str, Counter] = defaultdict(Counter)
    for row in found:
        counts[getattr(row, key)][row.outcome] += 1
        counts["total"][row.outcome] += 1
    counts["total"] = counts.pop("total", Counter())
    lines = [f"{title:20}{'orders':>8}" + "".join(f"{o:>11}" for o in OUTCOMES)]
    for name, outcomes in counts.items():
        cells = "".join(f"{outcomes[outcome] or '-':>11}" for outcome in OUTCOMES)
        lines.append(f"{name:20}{outcomes.total():>8}{cells}")
    return "\n".join(lines)
