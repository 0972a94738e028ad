"""The calls about products and their stock.

Rows come back as raw dicts; ``catalogue`` and ``inventory`` read them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .. import const
from .calls import Calls, chunks, distinct, listing, segment
from .errors import Rejected
from .inventory import SkuRefused, parse_refusals
from .walk import Page

SEARCH_PATH = "/product/202502/products/search"


@dataclass(frozen=True, slots=True)
class ProductPage(Page):
    """One page of products; ``resume`` is where to go on after it, "" at the end."""

    resume: str


class CatalogueCalls(Calls):
    """Products, and what can be sold of them."""

    def product_pages(
        self,
        *,
        status=None,
        seller_skus=(),
        update_time_ge=None,
        update_time_le=None,
        page_size=const.PRODUCT_PAGE_SIZE,
        resume="",
    ) -> Iterator[ProductPage]:
        """Yield the listings of the shop ("Search Products"), each product once.

        Both times are inclusive, in Unix seconds; at most ten ``seller_skus``. TikTok
        shows no more than 10,000 results, so a larger shop is read in periods of
        creation; ``total_count`` is then that of the shop, or None.

        A reading that stopped goes on where it was with the ``resume`` of its last
        page and the same filters; products at the seam may come twice.
        """
        body = {
            "status": status or const.PRODUCT_STATUS_ALL,
            "seller_skus": list(seller_skus),
            "update_time_ge": update_time_ge,
            "update_time_le": update_time_le,
        }

        def search(token, period):
            query = {"page_size": page_size, "page_token": token}
            wanted = {key: value for key, value in (body | period).items() if value}
            return self._page(SEARCH_PATH, query, wanted, "products")

        return _Slices(self, search, resume).pages()

    def products_by_sku(self, sku_ids) -> list[dict]:
        """Return the products that have these SKUs, each once ("Search Products").

        Unknown and deleted ones are left out. They come as in a search: without
        images, barcodes and sales attributes.
        """

        def ask(chunk):
            body = {"status": const.PRODUCT_STATUS_ALL, "sku_ids": chunk}
            query = {"page_size": const.PRODUCT_PAGE_SIZE}
            return self._page(SEARCH_PATH, query, body, "products").rows

        found = {}
        for chunk in chunks(distinct(sku_ids), const.PRODUCT_SEARCH_IDS):
            for row in self._halving(ask, chunk, const.UNKNOWN_ID_CODES):
                if isinstance(row, dict):
                    found[str(row.get("id"))] = row
        return list(found.values())

    def product_detail(self, product_id) -> dict:
        """Return one listing with everything about it ("Get Product").

        :raise Rejected: when it does not exist (``const.PRODUCT_UNKNOWN_CODES``)
        """
        return self._request("GET", f"/product/202309/products/{segment(product_id)}")

    def inventory(self, product_ids=(), sku_ids=()) -> list[dict]:
        """Return stock per product, SKU and warehouse ("Inventory Search").

        A product may come in several rows, each with other SKUs;
        ``inventory.parse_inventory`` reads them. Unknown ids are left out.
        """
        found = []
        for key, ids, most in (
            ("product_ids", product_ids, const.INVENTORY_PRODUCT_IDS),
            ("sku_ids", sku_ids, const.INVENTORY_SKU_IDS),
        ):

            def ask(chunk, key=key):
                path = "/product/202309/inventory/search"
                data = self._request("POST", path, body={key: chunk}, idempotent=True)
                return listing(data, "inventory")

            for chunk in chunks(distinct(ids), most):
                found += self._halving(ask, chunk, const.UNKNOWN_ID_CODES)
        return found

    def update_inventory(
        self, product_id, skus: Mapping[str, Mapping[str, int]]
    ) -> dict[str, SkuRefused]:
        """Set what can be sold of SKUs of one product ("Update Inventory").

        ``skus`` is {sku id: {warehouse id: units}} with *all* warehouses of each SKU.
        Quantities are absolute, so the call is repeated when no answer comes. Returns
        the SKUs that TikTok refused, {} when it took all.

        :raise Rejected: when TikTok refuses all of them at once
        """
        body = {
            "skus": [
                {
                    "id": str(sku_id),
                    "inventory": [
                        {"warehouse_id": str(warehouse_id), "quantity": int(units)}
                        for warehouse_id, units in levels.items()
                    ],
                }
                for sku_id, levels in skus.items()
            ]
        }
        path = f"/product/202309/products/{segment(product_id)}/inventory/update"
        data = self._request("POST", path, body=body, idempotent=True)
        return parse_refusals(data, [str(sku_id) for sku_id in skus])


class _Slices:
    """A product search, cut into periods of creation where it is too long.

    The time of creation never changes, so that pages do not shift while they are read.
    A period is (first, last) second and the token of its next page; both edges of all
    time are left open.
    """

    def __init__(self, calls, search, resume):
        self._calls = calls
        self._search = search
        self._oldest = const.OLDEST_PRODUCT
        newest = max(int(calls._clock()), self._oldest + 1)
        # The end of all time must stay where it was: page tokens hold the filters.
        self._newest, self._total, self._periods = (
            json.loads(resume)
            if resume
            else (newest, None, [(self._oldest, newest, "")])
        )
        self._seen = set()

    def pages(self):
        """Yield the pages of all periods, newest first, without repeating a product."""
        while self._periods:
            first, last, start = self._periods.pop()
            try:
                yield from self._period(first, last, start)
            except _TooLong:
                middle = (first + last) // 2
                self._periods += [(first, middle, ""), (middle + 1, last, "")]

    def _mark(self, first, last, token):
        """Return where to go on after a page of a period."""
        left = [*self._periods, (first, last, token)] if token else self._periods
        return json.dumps([self._newest, self._total, left]) if left else ""

    def _period(self, first, last, start):
        can_split = first < last

        def fetch(token):
            try:
                page = self._search(token or start, self._filter(first, last))
            except Rejected as refused:
                if refused.code == const.CODE_TOO_MANY_PRODUCTS and can_split:
                    raise _TooLong from None
                raise
            if can_split and (page.total_count or 0) > const.PRODUCT_RESULTS:
                self._total = max(self._total or 0, page.total_count)
                raise _TooLong
            return page

        is_whole = (first, last) == (self._oldest, self._newest)
        for page in self._calls._pages(fetch):
            rows = [row for row in page.rows if self._is_new(row)]
            total = page.total_count if is_whole else self._total
            if rows:
                token = page.next_page_token
                yield ProductPage(rows, token, total, self._mark(first, last, token))

    def _filter(self, first, last):
        return {
            "create_time_ge": first if first > self._oldest else None,
            "create_time_le": last if last < self._newest else None,
        }

    def _is_new(self, row):
        """Tell whether no other period brought the product; rows without id are new."""
        product_id = row.get("id") if isinstance(row, dict) else None
        if not product_id:
            return True
        if str(product_id) in self._seen:
            return False
        self._seen.add(str(product_id))
        return True


class _TooLong(Exception):
    """A period holds more products than TikTok shows."""
