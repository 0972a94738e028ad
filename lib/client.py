"""The calls of the TikTok Shop Partner API that the connector makes, one method each.

Rows come back as raw dicts; ``payloads`` reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from .. import const
from .catalogue import ShopInfo, parse_shop
from .errors import PayloadError, Rejected
from .parsing import integer, lenient_rows, text
from .transport import Transport
from .walk import OrderPage, Page, walk_orders, walk_pages

__all__ = ["OrderPage", "Page", "TikTokClient"]


class TikTokClient(Transport):
    """Calls TikTok Shop for one account, and for one shop when given its cipher.

    All methods read. Each may raise any of the errors in ``errors``; the parameters of
    the constructor are those of ``Transport``.
    """

    def authorized_shops(self) -> tuple[ShopInfo, ...]:
        """Return the shops the seller has authorized ("Get Authorized Shops")."""
        data = self._request("GET", "/authorization/202309/shops", shop=False)
        return tuple(parse_shop(row) for row in _list(data, "shops"))

    def search_orders(
        self,
        *,
        update_time_ge,
        update_time_lt,
        status=None,
        page_size=const.ORDER_PAGE_SIZE,
        page_token=None,
    ) -> Page:
        """Return one page of orders by update time ascending ("Get Order List").

        ``update_time_ge`` is inclusive, ``update_time_lt`` is not; Unix seconds.
        """
        body = {
            "update_time_ge": int(update_time_ge),
            "update_time_lt": int(update_time_lt),
        }
        if status:
            body["order_status"] = status
        query = {
            "page_size": page_size,
            "page_token": page_token,
            "sort_field": "update_time",
            "sort_order": "ASC",
        }
        path = "/order/202309/orders/search"
        return self._page(path, query, body, "orders")

    def order_pages(
        self, update_time_ge, update_time_lt, page_size=const.ORDER_PAGE_SIZE
    ) -> Iterator[OrderPage]:
        """Yield the orders of a window of update times, each once, oldest first.

        No order is lost when others change meanwhile, see ``walk``. The window is in
        Unix seconds; its end should not lie in the future.
        """

        def fetch(ge, token):
            return self.search_orders(
                update_time_ge=ge,
                update_time_lt=update_time_lt,
                page_size=page_size,
                page_token=token,
            )

        start, end = int(update_time_ge), int(update_time_lt)
        return walk_orders(fetch, start, end, self._sleep)

    def order_details(self, ids) -> list[dict]:
        """Return the orders with these ids, in their order ("Get Order Detail").

        Unknown ones and those of other sellers are left out.
        """
        wanted = list(dict.fromkeys(str(order_id) for order_id in ids if order_id))
        found = {}
        for chunk in _chunks(wanted, const.ORDER_DETAIL_IDS):
            for row in self._details(chunk):
                found[text(row.get("id"))] = row
        return [found[order_id] for order_id in wanted if order_id in found]

    def product_pages(
        self,
        *,
        status=None,
        seller_skus=(),
        update_time_ge=None,
        update_time_le=None,
        page_size=const.PRODUCT_PAGE_SIZE,
    ) -> Iterator[Page]:
        """Yield the listings of the shop ("Search Products"), at most 10,000.

        Both times are inclusive, in Unix seconds; at most ten ``seller_skus``.
        """
        body = {
            "status": status or const.PRODUCT_STATUS_ALL,
            "seller_skus": list(seller_skus),
            "update_time_ge": update_time_ge,
            "update_time_le": update_time_le,
        }
        body = {key: value for key, value in body.items() if value}

        def fetch(token):
            query = {"page_size": page_size, "page_token": token}
            path = "/product/202502/products/search"
            return self._page(path, query, body, "products")

        return self._pages(fetch)

    def product_detail(self, product_id) -> dict:
        """Return one listing with everything about it ("Get Product").

        :raise Rejected: when it does not exist (``const.PRODUCT_UNKNOWN_CODES``)
        """
        return self._request("GET", f"/product/202309/products/{_segment(product_id)}")

    def inventory(self, product_ids) -> list[dict]:
        """Return stock per product, SKU and warehouse ("Inventory Search")."""
        wanted = list(dict.fromkeys(str(product_id) for product_id in product_ids))
        found = []
        for chunk in _chunks(wanted, const.INVENTORY_PRODUCT_IDS):
            data = self._request(
                "POST",
                "/product/202309/inventory/search",
                body={"product_ids": chunk},
                idempotent=True,
            )
            found += _list(data, "inventory")
        return found

    def warehouses(self) -> list[dict]:
        """Return the shop's warehouses, for sales and for returns."""
        data = self._request("GET", "/logistics/202309/warehouses")
        return _list(data, "warehouses")

    def delivery_options(self, warehouse_id) -> list[dict]:
        """Return the delivery options of a warehouse."""
        path = f"/logistics/202309/warehouses/{_segment(warehouse_id)}/delivery_options"
        return _list(self._request("GET", path), "delivery_options")

    def shipping_providers(self, delivery_option_id) -> list[dict]:
        """Return the carriers a seller may choose for a delivery option, often none."""
        option = _segment(delivery_option_id)
        path = f"/logistics/202309/delivery_options/{option}/shipping_providers"
        try:
            return _list(self._request("GET", path), "shipping_providers")
        except Rejected as refused:
            # Refused instead of answered with an empty list: what TikTok ships, and
            # what the shop has not subscribed to.
            if refused.code not in const.NO_PROVIDER_CODES:
                raise
        return []

    def _details(self, ids):
        """Return the orders of one chunk, halving it while TikTok refuses it.

        Whether an unknown id fails the whole call is not documented; halves find it
        with few calls, and it hides no other order.
        """
        query = {"ids": ids}
        try:
            data = self._request("GET", "/order/202507/orders", query=query)
        except Rejected as refused:
            if refused.code in const.GATEWAY_CODES:
                raise
        else:
            return [row for row in _list(data, "orders") if isinstance(row, dict)]
        if len(ids) == 1:
            return []
        middle = len(ids) // 2
        return self._details(ids[:middle]) + self._details(ids[middle:])

    def _page(self, path, query, body, key):
        """Return one page of a search, which TikTok wants as a POST."""
        data = self._request("POST", path, query=query, body=body, idempotent=True)
        rows = data.get(key) or []
        if not isinstance(rows, list):
            raise PayloadError(f"data.{key}", "is not a list")
        total = integer(data.get("total_count"), default=None)
        return Page(rows, text(data.get("next_page_token")), total)

    def _pages(self, fetch):
        """Yield the pages of ``fetch(page_token)``, see ``walk.walk_pages``."""
        return walk_pages(fetch)


def _list(data, key):
    return lenient_rows(data.get(key))


def _chunks(items, size):
    return (items[start : start + size] for start in range(0, len(items), size))


def _segment(value):
    """Return an id as one segment of a path, whatever it holds."""
    return quote(str(value), safe="")
