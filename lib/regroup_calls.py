"""The calls that change which units share a package: splitting and combining.

What comes back is read by ``packages``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .. import const
from .calls import Calls, chunks, distinct, listing, segment
from .packages import (
    Combined,
    PackageGroup,
    SplitCheck,
    parse_groups,
    parse_ship_errors,
    parse_split_check,
)
from .parsing import required_text, text

PACKAGE_PAGE_SIZE = 50
MOST_CHECKED = 50  # ours: the documentation names no most


def package_path(package_id):
    """Return the path of a package, below which its calls are."""
    return f"/fulfillment/202309/packages/{segment(package_id)}"


def order_path(order_id):
    """Return the path of an order's fulfilment, below which its calls are."""
    return f"/fulfillment/202309/orders/{segment(order_id)}"


class RegroupCalls(Calls):
    """Splitting an order, combining orders. None that writes is ever repeated."""

    def split_checks(self, order_ids) -> tuple[SplitCheck, ...]:
        """Return which of these orders can be split ("Get Order Split Attributes").

        Orders that TikTok refuses to tell about are left out.
        """

        def ask(ids):
            path = "/fulfillment/202309/orders/split_attributes"
            data = self._request("GET", path, query={"order_ids": ids})
            return listing(data, "split_attributes")

        return tuple(
            parse_split_check(row)
            for chunk in chunks(distinct(order_ids), MOST_CHECKED)
            for row in self._halving(ask, chunk)
        )

    def split(self, order_id, groups: Mapping[str, Iterable[str]]) -> dict[str, str]:
        """Split an unshipped order; return {group: package id}.

        ``groups`` is {our own name of a group: its line item ids} with *every* line of
        the order in exactly one group. The packages it had cease to exist. Source:
        "Split Orders".

        :raise PayloadError: when a group's package is not told; the split is done then
        """
        body = {
            "splittable_groups": [
                {"id": str(group), "order_line_item_ids": distinct(line_ids)}
                for group, line_ids in groups.items()
            ]
        }
        path = f"{order_path(order_id)}/split"
        data = self._request("POST", path, body=body, idempotent=False)
        found = {
            text(row.get("splittable_group_id")): required_text(
                row, "id", "packages.id"
            )
            for row in listing(data, "packages")
        }
        return {
            str(group): required_text(found, str(group), f"packages[{group}]")
            for group in groups
        }

    def combinable(self) -> Iterator[PackageGroup]:
        """Yield what can be combined: a package that would be, and its orders.

        Source: "Search Combinable Packages".
        """
        path, token = "/fulfillment/202309/combinable_packages/search", ""
        for _ in range(const.PAGE_CAP):
            query = {"page_size": PACKAGE_PAGE_SIZE, "page_token": token}
            data = self._request("GET", path, query=query)
            yield from parse_groups(data, "combinable_packages")
            before, token = token, text(data.get("next_page_token"))
            if not token or token == before:
                return

    def combine(self, groups: Iterable[PackageGroup]) -> Combined:
        """Combine packages; what comes back has *new* package ids.

        Source: "Combine Package".
        """
        rows = [
            {"id": str(group.package_id), "order_ids": distinct(group.order_ids)}
            for group in groups
        ]
        data = self._request(
            "POST",
            "/fulfillment/202309/packages/combine",
            body={"combinable_packages": rows},
            idempotent=False,
        )
        return Combined(parse_groups(data, "packages"), parse_ship_errors(data))

    def uncombine(self, package_id, order_ids) -> tuple[PackageGroup, ...]:
        """Take orders out of a package; return the packages they got.

        Source: "Uncombine Packages".
        """
        body = {"order_ids": distinct(order_ids)}
        path = f"{package_path(package_id)}/uncombine"
        data = self._request("POST", path, body=body, idempotent=False)
        return parse_groups(data, "packages")
