import logging
from datetime import timedelta

from odoo import fields, models

from .. import const
from ..lib.errors import PayloadError, RateLimited, TikTokError, Unauthorized
from ..lib.inventory import Target, offers, parse_inventory, uncovered
from ..lib.parsing import lenient_rows
from ..utils import to_epoch
from .tts_stock_plan import Comparison, Plan

_logger = logging.getLogger(__name__)

# Orders are asked for from the cursor on; a cursor this old means that nobody reads
# them, and that what Odoo knows of them is worth nothing here.
OLDEST_CURSOR = timedelta(days=1)
OVERLAP = timedelta(seconds=const.OVERLAP_SECONDS)
# A window may end in the time to come here, as no cursor follows it: clocks differ.
AHEAD = timedelta(minutes=10)


class TtsShop(models.Model):
    """Comparing: what should be listed, and what is."""

    _inherit = "tts.shop"

    def _compare_stock(self, client, listings, are_all=False):
        """Work out what these listings should have, and read what they have.

        The order of events is what makes it safe. This transaction sees Odoo as it was
        before TikTok is asked for its stock, and TikTok's orders are asked for after
        it. So every unit that TikTok had committed is either held back by an order that
        Odoo had, and that TikTok still waits for, or it is kept back here.

        :param client: an open client of this shop
        :param listings: `tts.listing` of this shop
        :param bool are_all: whether these are all listings of this shop
        :return: a `Comparison`
        :raise TikTokError: the stock could not be read, or nothing more can be asked
        """
        plans = {row.id: Plan(row, skipped=row._why_not_pushed()) for row in listings}
        listings = listings.filtered(lambda row: row.product_id and not row.gone)
        # What other listings of the same products keep back has to be as fresh.
        family = self.env["tts.stock.signal"]._family(listings.product_id.ids)
        context = listings
        if not are_all:
            context |= self._siblings(listings, family)
        for sibling in context - listings:
            plans[sibling.id] = Plan(sibling, is_only_read=True)
        read = [plans[listing.id] for listing in context]
        places = self._read_stock(client, read)
        covered = self._covered_units(read, self._orders_that_left(client))
        stored, kept = self._stored_levels(context, family)
        for plan in read:
            plan.uncovered = _uncovered(plan, covered, places, stored)
            plan.wanted_before = _wanted_before(plan, places, stored)
        _keep_back(kept, read, places)
        self._want([plan for plan in read if plan.is_open], places, kept)
        return Comparison(list(plans.values()), places, stored)

    def _siblings(self, listings, family):
        """Find the other listings of this shop that sell from the same stock.

        :param family: ids of the products that do
        """
        return self.env["tts.listing"].search_fetch(
            [
                ("shop_id", "=", self.id),
                ("product_id", "in", family),
                ("gone", "=", False),
                ("id", "not in", listings.ids),
            ],
            listings._stock_fields(),
        )

    # === WHAT TIKTOK SAYS === #

    def _read_stock(self, client, plans):
        """Put what TikTok has of these listings into their plans.

        :return: {TikTok warehouse id: `Place`}
        """
        stocks, unreadable = {}, {}
        sku_ids = [plan.listing.sku_remote_id for plan in plans]
        for row in client.inventory(sku_ids=sku_ids):
            for sku_id, part in _apart(row):
                try:
                    stocks |= {stock.sku_id: stock for stock in parse_inventory([part])}
                except PayloadError as error:
                    unreadable[sku_id] = str(error)
        for plan in plans:
            sku_id = plan.listing.sku_remote_id
            plan.stock = stocks.get(sku_id)
            if not plan.stock and not plan.skipped:
                plan.problem = unreadable.get(sku_id, "")
                if not plan.problem:
                    plan.skipped = self.env._("TikTok shows no stock of this SKU.")
        return self._places(
            {row.warehouse_id for stock in stocks.values() for row in stock.levels}
        )

    def _places(self, remote_ids):
        """Find TikTok's warehouses by their ids, and learn about new ones.

        One that TikTok does not name among the shop's is none that Odoo could set.

        :return: {TikTok warehouse id: `Place`}
        """
        places = self._stock_places()
        if remote_ids <= places.keys():
            return places
        self._learn_places(remote_ids)
        return self._stock_places()

    def _learn_places(self, remote_ids):
        """Read the shop's warehouses again; whichever is missing then is TikTok's."""
        try:
            self._pull_warehouses()
        except TikTokError as error:
            if isinstance(error, RateLimited | Unauthorized):
                raise
            _logger.info("TikTok Shop %s: its warehouses: %s", self.id, error)
        known = set(self.warehouse_ids.mapped("remote_id"))
        self.env["tts.warehouse"].create(
            [
                {
                    "shop_id": self.id,
                    "remote_id": remote_id,
                    "name": self.env._("Kept by TikTok (%s)", remote_id),
                    "kind": const.FBT_WAREHOUSE,
                }
                for remote_id in sorted(remote_ids - known)
            ]
        )

    def _orders_that_left(self, client):
        """Ask which orders TikTok no longer waits for, and Odoo may not know of yet.

        :return: the ids of orders that changed since orders were last read and are not
            to be shipped, and of such line items of others; None when they cannot be
            asked for
        """
        now = fields.Datetime.now()
        since = self.last_order_sync
        if not since or since < now - OLDEST_CURSOR:
            return None
        left = set()
        try:
            for page in client.order_pages(
                to_epoch(since - OVERLAP), to_epoch(now + AHEAD)
            ):
                for row in page.rows:
                    left |= _left_of(row)
        except (RateLimited, Unauthorized):
            raise
        except TikTokError as error:
            _logger.info("TikTok Shop %s: its orders: %s", self.id, error)
            return None
        return left

    # === WHAT ODOO WANTS === #

    def _want(self, plans, places, kept):
        """Put what should be listed into these plans."""
        warehouses = self.env["stock.warehouse"].browse(
            dict.fromkeys(
                key
                for place in places.values()
                if place.takes_part
                for key in (*place.counts, place.ships_from)
            )
        )
        products = self.env["product.product"].union(
            *(plan.listing.product_id for plan in plans)
        )
        parts = self._parts_of_kits(products | _products_of(products, kept))
        promised = self._promised(products, warehouses, kept, parts)
        uncounted = _uncounted(products, parts)
        for plan in plans:
            product = plan.listing.product_id
            plan.skipped = self._why_not_wanted(plan, places, product in uncounted)
            if plan.skipped:
                continue
            units = {key: promised[product.id, key] for key in warehouses.ids}
            targets = _targets(plan.stock, places)
            plan.wanted = offers(targets, units, plan.listing._stock_rule())
            plan.odoo_quantity = sum(
                plan.wanted[target.warehouse_id]
                for target in targets
                if target.takes_part
            )

    def _why_not_wanted(self, plan, places, is_uncounted):
        """Tell why Odoo has no quantity for a listing, "" when it has one."""
        if is_uncounted:
            return self.env._(
                "Odoo does not count the stock of %s. Tick Track Inventory on it.",
                plan.listing.product_id.display_name,
            )
        found = [places[row.warehouse_id] for row in plan.stock.levels]
        if not found:
            return self.env._("TikTok assigns no warehouse to this SKU.")
        if all(place.is_fbt for place in found):
            return self.env._("TikTok counts the stock of its own warehouses.")
        if not any(place.takes_part for place in found):
            return self.env._(
                "None of its TikTok warehouses is marked Push Stock in the shop."
            )
        return ""


def _products_of(products, kept):
    """The products of which something is kept back, in the environment of others."""
    ids = {product_id for (product_id, _warehouse), units in kept.items() if units}
    return products.browse(ids)


def _uncounted(products, parts):
    """The products whose stock Odoo does not count; a kit has that of its parts.

    :param parts: {product id of a kit: {product id of a part: units per kit}}
    """
    return products.filtered(
        lambda product: (
            not any(
                products.browse(parts.get(product.id, product.ids)).mapped(
                    "is_storable"
                )
            )
        )
    )


def _uncovered(plan, covered, places, stored):
    """Units that TikTok committed and Odoo does not hold back: {warehouse: units}.

    Where TikTok does not tell, what was known last counts.
    """
    if not plan.stock:
        return {
            remote_id: stored[plan.listing.id, place.record_id][2]
            for remote_id, place in places.items()
            if (plan.listing.id, place.record_id) in stored
        }
    return {
        row.warehouse_id: uncovered(
            row.committed,
            covered.get((plan.listing.sku_remote_id, row.warehouse_id), 0),
        )
        for row in plan.stock.levels
    }


def _wanted_before(plan, places, stored):
    """What the last comparison wanted to list: {warehouse: units}."""
    found = {}
    for row in plan.stock.levels if plan.stock else ():
        key = plan.listing.id, places[row.warehouse_id].record_id
        if key in stored:
            found[row.warehouse_id] = stored[key][3]
    return found


def _left_of(row):
    """Return the ids of what TikTok no longer waits for: an order, or some of its line
    items.

    :param row: an order as TikTok sent it
    """
    if not isinstance(row, dict):
        return set()
    if row.get("status") not in const.TO_SHIP_STATUSES:
        return {str(row.get("id"))}
    return {
        str(item.get("id"))
        for item in lenient_rows(row.get("line_items"))
        if item.get("display_status") not in (None, "", *const.TO_SHIP_STATUSES)
    }


def _keep_back(kept, plans, places):
    """Add what is kept back for orders that Odoo does not hold back by itself.

    :param kept: {(product id, Odoo warehouse id): units}
    """
    for plan in plans:
        for remote_id, units in plan.uncovered.items():
            place = places[remote_id]
            if units and not place.is_fbt:
                key = plan.listing.product_id.id, place.ships_from
                kept[key] = kept.get(key, 0) + units


def _targets(stock, places):
    """The warehouses an update names, the default one first: it is served first."""
    rows = [(places[row.warehouse_id], row) for row in stock.levels]
    rows = [(place, row) for place, row in rows if place.is_writable]
    rows.sort(key=lambda pair: (not pair[0].is_first, pair[0].record_id))
    return [
        Target(
            row.warehouse_id,
            place.counts,
            row.available,
            place.takes_part,
            place.ships_from,
        )
        for place, row in rows
    ]


def _apart(row):
    """Yield (SKU id, row with this SKU alone): a bad one spoils no other."""
    skus = row.get("skus") if isinstance(row, dict) else None
    for sku in skus if isinstance(skus, list) else ():
        sku_id = str(sku.get("id") or "") if isinstance(sku, dict) else ""
        yield sku_id, {**row, "skus": [sku]}
