"""The calls of the TikTok Shop Partner API that the connector makes, one method each.

Rows come back as raw dicts; ``payloads`` reads them.
"""

from __future__ import annotations

from collections.abc import Iterator

from .. import const
from .aftersale_calls import AftersaleCalls
from .calls import chunks, distinct, listing, segment
from .catalogue import ShopInfo, parse_shop
from .catalogue_calls import CatalogueCalls
from .delivery_calls import DeliveryCalls
from .errors import Rejected
from .finance_calls import FinanceCalls
from .invoices import InvoiceCalls
from .parsing import text
from .walk import OrderPage, Page, walk_orders

__all__ = ["OrderPage", "Page", "TikTokClient"]


class TikTokClient(
    AftersaleCalls, CatalogueCalls, DeliveryCalls, FinanceCalls, InvoiceCalls
):
    """Calls TikTok Shop for one account, and for one shop when given its cipher.

    Methods here only read. Each may raise any of the errors in
    ``errors``; the parameters of the constructor are those of ``Transport``.
    """

    def authorized_shops(self) -> tuple[ShopInfo, ...]:
        """Return the shops the seller has authorized ("Get Authorized Shops")."""
        data = self._request("GET", "/authorization/202309/shops", shop=False)
        return tuple(parse_shop(row) for row in listing(data, "shops"))

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
        wanted = distinct(ids)
        found = {}
        for chunk in chunks(wanted, const.ORDER_DETAIL_IDS):
            for row in self._halving(self._details, chunk):
                found[text(row.get("id"))] = row
        return [found[order_id] for order_id in wanted if order_id in found]

    def warehouses(self) -> list[dict]:
        """Return the shop's warehouses, for sales and for returns."""
        data = self._request("GET", "/logistics/202309/warehouses")
        return listing(data, "warehouses")

    def delivery_options(self, warehouse_id) -> list[dict]:
        """Return the delivery options of a warehouse."""
        path = f"/logistics/202309/warehouses/{segment(warehouse_id)}/delivery_options"
        return listing(self._request("GET", path), "delivery_options")

    def shipping_providers(self, delivery_option_id) -> list[dict]:
        """Return the carriers a seller may choose for a delivery option, often none."""
        option = segment(delivery_option_id)
        path = f"/logistics/202309/delivery_options/{option}/shipping_providers"
        try:
            return listing(self._request("GET", path), "shipping_providers")
        except Rejected as refused:
            # Refused instead of answered with an empty list: what TikTok ships, and
            # what the shop has not subscribed to.
            if refused.code not in const.NO_PROVIDER_CODES:
                raise
        return []

    def _details(self, ids):
        data = self._request("GET", "/order/202507/orders", query={"ids": ids})
        return listing(data, "orders")
