import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import float_compare

from .. import const
from ..lib.catalogue import parse_product
from ..lib.errors import PayloadError, Rejected
from ..lib.inventory import SkuStock, StockRow
from ..lib.parsing import text
from ..utils import reason_of, to_epoch
from .tts_order_import import BUSY, IMPORT_CONTEXT, Conflict, is_ours

_logger = logging.getLogger(__name__)

MOST = 2**31 - 1  # what an integer column holds
# What a search says of a SKU; images, barcodes and attributes come with the details.
SEARCH_FIELDS = (
    "product_remote_id",
    "seller_sku",
    "title",
    "status",
    "remote_status",
    "is_sku_active",
    "is_bundle",
    "currency_id",
    "price",
    "remote_update_epoch",
    "gone",
    "tiktok_quantity",
)
DETAIL_FIELDS = (
    "image_url",
    "barcode",
    "sales_attributes",
    "variation",
    "detail_epoch",
)
# An update of the inventory moves a product's time of change, too. Search and details
# may name prices with and without tax: that is no change of the product.
MOVED_BY_PUSH = {"remote_update_epoch", "tiktok_quantity", "price"}
PUSH_SECONDS = 120  # between TikTok's clock when it took a push, and ours afterwards


class TtsListing(models.Model):
    """Listings follow what TikTok says; the link to a product is no part of that."""

    _inherit = "tts.listing"

    # === ROWS === #

    @api.model
    def _absorb_rows(self, shop, rows):
        """Bring raw products of a search into the listings; no bad one among them stops
        the others.

        :param list rows: product objects as TikTok sent them
        :return: the listings of all that could be read
        :raise Conflict: another worker wrote the same listings meanwhile
        """
        products, unreadable = [], {}
        for row in rows:
            try:
                products.append(self._parse_product(row))
            except PayloadError as error:
                unreadable[_id_of(row)] = error
        listings = self._absorb(shop, products)
        for product_id, error in unreadable.items():
            self._note_unreadable(shop, product_id, error)
        return listings

    @api.model
    def _parse_product(self, row):
        """Return a raw product typed.

        :raise PayloadError: whatever is wrong with it
        """
        try:
            return parse_product(row)
        except PayloadError:
            raise
        except Exception as error:
            # Nothing TikTok may send can stop the products beside it.
            _logger.exception("A TikTok Shop product cannot be read")
            raise PayloadError("product", repr(error)) from error

    # === PRODUCTS === #

    @api.model
    def _absorb(self, shop, products):
        """Create or update one listing per SKU of these products of one shop.

        :param products: typed `lib.catalogue.Product`s of a search
        :return: the listings
        :raise Conflict: another worker wrote the same listings meanwhile
        """
        return self._absorb_apart(shop, list(products), has_details=False)

    @api.model
    def _absorb_detail(self, shop, product):
        """Take over all of a product: images, barcodes and sales attributes too.

        :param product: a typed `lib.catalogue.Product` of "Get Product"
        :return: its listings
        :raise Conflict: another worker wrote the same listings meanwhile
        """
        return self._absorb_apart(shop, [product], has_details=True)

    @api.model
    def _absorb_apart(self, shop, products, has_details):
        """Upsert products; a batch that fails is split until the culprit is alone."""
        if not products:
            return self.browse()
        try:
            with self.env.cr.savepoint():
                listings = self._upsert(shop, products, has_details)
        except BUSY:
            raise
        except Exception as error:
            if is_ours(error):
                raise Conflict() from error
            if len(products) == 1:
                _logger.exception("A TikTok Shop product cannot be kept")
                self._note_unreadable(shop, products[0].id, error)
                return self.browse()
            half = len(products) // 2
            return self._absorb_apart(
                shop, products[:half], has_details
            ) | self._absorb_apart(shop, products[half:], has_details)
        self._close_unreadable(shop, products)
        return listings

    @api.model
    def _upsert(self, shop, products, has_details):
        fresh = {s.id: (product, s) for product in products for s in product.skus}
        units = list(fresh.values())
        Listing = self.with_company(shop.company_id).with_context(**IMPORT_CONTEXT)
        known = Listing.search_fetch(
            [("shop_id", "=", shop.id), ("sku_remote_id", "in", list(fresh))],
            [
                *("sku_remote_id", "pushed_at", *SEARCH_FIELDS),
                *(DETAIL_FIELDS if has_details else ["detail_epoch"]),
            ],
        )
        currencies = self._currencies({sku.currency for _p, sku in units})
        seen = {"seen_at": fields.Datetime.now()}
        known.write(seen)
        changes = {}
        for listing in known:
            product, sku = fresh.pop(listing.sku_remote_id)
            if _is_stale(listing, product):
                continue
            values = _prepare_values(product, sku, currencies, has_details)
            if listing.is_bundle:
                values.pop("is_bundle")  # a search does not tell
            changes[listing] = listing._what_changed(values)
        if not has_details:
            _keep_details(changes, {product.id for product, _sku in fresh.values()})
        for listing, changed in changes.items():
            if changed:
                listing.write(changed)
        created = Listing.create(
            [
                _prepare_values(product, sku, currencies, has_details)
                | seen
                | {
                    "shop_id": shop.id,
                    "sku_remote_id": sku.id,
                }
                for product, sku in fresh.values()
            ]
        )
        self.env.flush_all()
        self._store_levels(shop, [_stock_of(product, sku) for product, sku in units])
        return self.browse((known | created).ids)

    def _what_changed(self, values):
        """Return those of `values` that this listing does not hold yet."""
        self.ensure_one()
        changed = {}
        for name, value in values.items():
            held = self[name].id if name == "currency_id" else self[name]
            if name == "price":
                same = float_compare(held, value, precision_digits=6) == 0
            else:
                same = held == value or (not held and not value)
            if not same:
                changed[name] = value
        return changed

    @api.model
    def _currencies(self, codes):
        """Look up currencies: {ISO code: id}."""
        codes = [code for code in codes if code]
        found = self.env["res.currency"].with_context(active_test=False)
        found = found.search_fetch([("name", "in", codes)], ["name"])
        return {currency.name: currency.id for currency in found}

    # === DETAILS === #

    @api.model
    def _pull_details(self, shop, client, product_ids):
        """Read the details of products, a call each; what TikTok refuses is noted.

        :param client: an open client of the shop
        :param product_ids: TikTok's product ids
        :return: the listings that were read
        :raise TikTokError: TikTok did not answer, or not only for these products
        """
        listings = self.browse()
        for product_id in product_ids:
            try:
                product = self._parse_product(client.product_detail(product_id))
            except Rejected as error:
                self._note_no_detail(shop, product_id, error)
            except PayloadError as error:
                self._note_unreadable(shop, product_id, error)
                self._of_product(shop, product_id)._skip_detail()
            else:
                listings |= self._absorb_detail(shop, product)
                # SKUs that the product has no more would stay due for ever.
                self._of_product(shop, product_id)._skip_detail()
        return listings

    @api.model
    def _of_product(self, shop, product_id):
        return self.search(
            [("shop_id", "=", shop.id), ("product_remote_id", "=", product_id)]
        )

    def _skip_detail(self):
        """Ask for these details again only when the product changes."""
        for listing in self.filtered("is_detail_due"):
            listing.detail_epoch = listing.remote_update_epoch

    @api.model
    def _note_no_detail(self, shop, product_id, error):
        """A product that TikTok does not know is gone; other refusals are told."""
        listings = self._of_product(shop, product_id)
        listings._skip_detail()
        if error.code in const.PRODUCT_UNKNOWN_CODES:
            listings.gone = True
        else:
            self._note_unreadable(shop, product_id, error)

    # === ORDERS === #

    @api.model
    def _absorb_sold(self, shop, groups):
        """Have a listing for each SKU that orders bring and no sync has seen yet, so
        that a person can give it a product.

        :param groups: `LineGroup`s of one shop
        :raise psycopg2.IntegrityError: another worker lists the same SKUs just now
        """
        groups = {group.sku_id: group for group in groups}
        for sku_id in self._by_sku(shop, groups):
            del groups[sku_id]
        listings = self.with_context(**IMPORT_CONTEXT).create(
            [
                {
                    "shop_id": shop.id,
                    "sku_remote_id": group.sku_id,
                    "product_remote_id": group.product_id or False,
                    "seller_sku": group.seller_sku or False,
                    "title": group.product_name or False,
                    "variation": group.sku_name or False,
                    "status": "UNKNOWN",
                }
                for group in groups.values()
            ]
        )
        self._apply(self._match(shop, self.browse(listings.ids)))

    # === TROUBLE === #

    @api.model
    def _note_unreadable(self, shop, product_id, error):
        """Tell a person of a product that cannot be read; its listings stay."""
        if product_id:
            self._of_product(shop, product_id).seen_at = fields.Datetime.now()
        self.env["tts.issue"]._raise(
            shop,
            f"product:{product_id}",
            category="product",
            name=self.env._("Product %s cannot be read", product_id or "?"),
            reason=reason_of(error),
            hint=self.env._(
                "The products beside it were read. Look at it in Seller Center, then "
                "click Retry; the next sync of the catalogue reads it again, too."
            ),
            reference=product_id,
        )

    @api.model
    def _close_unreadable(self, shop, products):
        self.env["tts.issue"]._close(
            shop, [f"product:{product.id}" for product in products]
        )


def _prepare_values(product, sku, currencies, has_details):
    """What a listing holds of a SKU as TikTok describes it now."""
    epoch = _epoch_of(product)
    values = {
        "product_remote_id": product.id,
        "seller_sku": sku.seller_sku or False,
        "title": product.title or False,
        "status": product.status
        if product.status in dict(const.PRODUCT_STATUSES)
        else "UNKNOWN",
        "remote_status": product.status or False,
        "is_sku_active": sku.is_active,
        "is_bundle": product.is_bundle or bool(sku.bundle_parts),
        "currency_id": currencies.get(sku.currency, False),
        "price": float(sku.price or 0),
        "remote_update_epoch": epoch,
        "gone": product.status == const.PRODUCT_DELETED,
        "tiktok_quantity": sum(level.available for level in _levels_of(sku)),
    }
    if has_details:
        values |= {
            "image_url": sku.image_url or product.image_url or False,
            "barcode": sku.identifier_code or False,
            "sales_attributes": [list(pair) for pair in sku.attributes] or False,
            "variation": sku.name or False,
            "detail_epoch": epoch,
        }
    return values


def _epoch_of(product):
    """Return when a product changed last; at least 1, which is later than never."""
    if not product.update_time:
        return 1
    return min(to_epoch(product.update_time.replace(tzinfo=None)), MOST)


def _keep_details(changes, grown):
    """Let the details of products that only our own push changed count as read.

    :param dict changes: {listing: values to write}, completed here
    :param grown: ids of TikTok products that have a SKU nobody knew
    """
    by_product = defaultdict(list)
    for listing in changes:
        by_product[listing.product_remote_id].append(listing)
    for product_id, listings in by_product.items():
        if product_id in grown or not all(
            changes[listing].keys() <= MOVED_BY_PUSH for listing in listings
        ):
            continue
        pushes = [to_epoch(row.pushed_at) for row in listings if row.pushed_at]
        for listing in listings:
            epoch = changes[listing].get("remote_update_epoch")
            is_ours = epoch and any(abs(epoch - at) <= PUSH_SECONDS for at in pushes)
            if is_ours and not listing.is_detail_due:
                changes[listing]["detail_epoch"] = epoch


def _is_stale(listing, product):
    """An older version that arrives late says nothing new."""
    return 1 < _epoch_of(product) < listing.remote_update_epoch


def _stock_of(product, sku):
    """Return the stock a product shows: what is available; not what is committed."""
    return SkuStock(product.id, sku.id, tuple(_levels_of(sku)))


def _levels_of(sku):
    for level in sku.stock:
        units = min(max(level.quantity, 0), MOST)
        yield StockRow(level.warehouse_id, units, None)


def _id_of(row):
    return text(row.get("id")) if isinstance(row, dict) else ""
