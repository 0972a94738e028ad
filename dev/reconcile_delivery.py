"""Hold TikTok's parcels against Odoo's deliveries, without the addon's own code.

A parcel is there when each of its orders has a delivery that carries its number and,
where TikTok makes one, a label that can be read and names the parcel.
"""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Callable

from .web_client import WebClient

ARRANGED = ("PROCESSING", "FULFILLING", "COMPLETED")


@dataclasses.dataclass
class Parcel:
    """One package of the sandbox that was shipped, and what Odoo has of it.

    ``deliveries`` are, for each of its orders, those that carry its number; ``files``
    the text of each file of theirs, as a list of pages. ``is_twice``: it was shipped
    or paid twice, or its units are in another parcel as well.
    """

    remote_id: str
    region: str
    number: str
    has_label: bool
    is_twice: bool
    deliveries: list[list[int]]
    files: list[list[str]]

    @property
    def is_numbered(self) -> bool:
        """Whether its number is on a delivery of each of its orders."""
        return bool(self.number) and bool(self.deliveries) and all(self.deliveries)

    @property
    def is_labelled(self) -> bool:
        """Whether a label that names it is there, where there has to be one."""
        return not self.has_label or any(
            f"Package {self.remote_id}" in page
            for pages in self.files
            for page in pages
        )

    @property
    def is_unreadable(self) -> bool:
        """Whether a file of its deliveries is no PDF with text."""
        return any(not "".join(pages).strip() for pages in self.files)


@dataclasses.dataclass
class Verdict:
    """The counts of the demo's line about deliveries.

    ``strange`` are numbers on deliveries that no parcel of their order has.
    """

    arranged: int
    in_odoo: int
    labels: int
    missing: int
    twice: int
    unreadable: int
    strange: int

    @property
    def good(self) -> bool:
        """Whether every parcel is there, and none was shipped twice."""
        bad = self.missing + self.twice + self.unreadable + self.strange
        return self.arranged > 0 and self.labels > 0 and not bad


def judge(found: list[Parcel], strange: list[str]) -> Verdict:
    """Count what the demo promises."""
    there = [parcel for parcel in found if parcel.is_numbered and parcel.is_labelled]
    return Verdict(
        arranged=len(found),
        in_odoo=len(there),
        labels=sum(parcel.has_label for parcel in there),
        missing=len(found) - len(there),
        twice=sum(parcel.is_twice for parcel in found),
        unreadable=sum(parcel.is_unreadable for parcel in found),
        strange=len(strange),
    )


def parcels(
    client: WebClient, state: dict, read: Callable[[bytes], list[str]]
) -> tuple[list[Parcel], list[str]]:
    """Put every shipped package of the sandbox's ``state`` beside Odoo's deliveries.

    Left out are packages of orders that Odoo need not know: those that TikTok stores
    and ships itself, and those that were on their way before Odoo came.

    :param read: returns the text of each page of a PDF.
    :return: the parcels, and the numbers on deliveries that are none of theirs
    """
    regions = {shop["id"]: shop["region"] for shop in state["shops"]}
    deliveries = _deliveries(client, list(state["orders"]))
    shipped = {
        remote_id: package
        for remote_id, package in state["packages"].items()
        if package["status"] in ARRANGED and _is_ours(package, state, deliveries)
    }
    files = _files(client, deliveries, read)
    twice = _twice(shipped, state["purchases"])
    rows = []
    for remote_id, package in shipped.items():
        carrying = [
            [row["id"] for row in deliveries[order_id] if _carries(row, package)]
            for order_id in package["order_ids"]
        ]
        order = state["orders"][package["order_ids"][0]]
        rows.append(
            Parcel(
                remote_id,
                regions[package["shop_id"]],
                package["tracking_number"],
                order["raw"]["shipping_type"] == "TIKTOK",
                remote_id in twice,
                carrying,
                [text for ids in carrying for id_ in ids for text in files[id_]],
            )
        )
    return rows, _strange(state["packages"], deliveries)


def _is_ours(package: dict, state: dict, deliveries: dict) -> bool:
    orders = [state["orders"][order_id] for order_id in package["order_ids"]]
    if any(order["fbt"] or order["broken"] for order in orders):
        return False
    waits = any(order["status"] == "AWAITING_COLLECTION" for order in orders)
    return waits or any(deliveries.get(id_) for id_ in package["order_ids"])


def _numbers(delivery: dict) -> list[str]:
    return [
        part for part in (delivery["carrier_tracking_ref"] or "").split(",") if part
    ]


def _carries(delivery: dict, package: dict) -> bool:
    return package["tracking_number"] in _numbers(delivery)


def _deliveries(client: WebClient, orders: list[str]) -> dict[str, list[dict]]:
    """Return the deliveries of each TikTok order that are not cancelled.

    What its buyer sends back comes in parcels of its own.
    """
    sold = client.read(
        "sale.order", [("client_order_ref", "in", orders)], ["client_order_ref"]
    )
    names = {row["id"]: row["client_order_ref"] for row in sold}
    domain = [
        ("sale_id", "in", list(names)),
        ("state", "!=", "cancel"),
        ("return_id", "=", False),
    ]
    found = defaultdict(list)
    fields = ["sale_id", "carrier_tracking_ref", "name"]
    for row in client.read("stock.picking", domain, fields):
        found[names[row["sale_id"][0]]].append(row)
    return found


def _files(
    client: WebClient, deliveries: dict, read: Callable[[bytes], list[str]]
) -> dict[int, list[list[str]]]:
    """Download the PDF files of deliveries; return the text of their pages."""
    ids = [row["id"] for rows in deliveries.values() for row in rows]
    domain = [
        ("res_model", "=", "stock.picking"),
        ("res_id", "in", ids),
        ("mimetype", "=", "application/pdf"),
    ]
    found = defaultdict(list)
    for row in client.read("ir.attachment", domain, ["res_id"]):
        content = client.get(f"{client.url}/web/content/{row['id']}").content
        found[row["res_id"]].append(read(content))
    return found


def _twice(shipped: dict, purchases: list[dict]) -> set[str]:
    """Return the packages that were shipped or bought more than once."""
    units = Counter(unit for row in shipped.values() for unit in row["line_ids"])
    bought = Counter(unit for row in purchases for unit in row["line_ids"])
    return {
        remote_id
        for remote_id, row in shipped.items()
        if row["shipped_times"] > 1
        or any(units[unit] > 1 or bought[unit] > 1 for unit in row["line_ids"])
    }


def _strange(packages: dict, deliveries: dict) -> list[str]:
    """Return the numbers on deliveries that no package of their order has."""
    known = defaultdict(set)
    for package in packages.values():
        for order_id in package["order_ids"]:
            known[order_id].add(package["tracking_number"])
    return [
        number
        for order_id, rows in deliveries.items()
        for row in rows
        for number in _numbers(row)
        if number not in known[order_id]
    ]
