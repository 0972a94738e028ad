from odoo import api, models

from .. import const
from ..models.tts_order_import import IMPORT_CONTEXT

# Of a listing that TikTok's API described, a file fills these gaps only.
GAPS = ("title", "variation", "barcode", "image_url", "price")


class TtsListing(models.Model):
    """Listings from the spreadsheet of Seller Center, for shops not yet synced too."""

    _inherit = "tts.listing"

    @api.model
    def _absorb_file_rows(self, shop, rows):
        """Create or complete one listing per row of a bulk-edit export.

        A listing that a sync has read keeps what TikTok's API said.

        :param rows: `lib.bulk_edit.BulkRow`s without errors
        :return: ({TikTok SKU id: listing}, the listings that changed)
        """
        Listing = self.with_company(shop.company_id).with_context(**IMPORT_CONTEXT)
        currency = self._currency_of(shop)
        values = {row.sku_id: _prepare_values(row, currency) for row in rows}
        known = Listing.search(
            [("shop_id", "=", shop.id), ("sku_remote_id", "in", list(values))]
        )
        changed = Listing.browse()
        for listing in known:
            wanted = listing._what_file_changes(values.pop(listing.sku_remote_id))
            if wanted:
                listing.write(wanted)
                changed |= listing
        created = Listing.create(
            [
                found | {"shop_id": shop.id, "sku_remote_id": sku_id}
                for sku_id, found in values.items()
            ]
        )
        self.env.flush_all()
        listings = self.browse((known | created).ids)
        by_sku = {listing.sku_remote_id: listing for listing in listings}
        return by_sku, self.browse((changed | created).ids)

    def _what_file_changes(self, values):
        """Return those of a row's values that this listing should take over."""
        self.ensure_one()
        names = GAPS if self.remote_update_epoch else values
        wanted = {}
        for name in names:
            value, held = values.get(name), self[name]
            held = held.id if name == "currency_id" else held
            if value and held != value and not (held and self.remote_update_epoch):
                wanted[name] = value
        # A price means nothing without its currency.
        if "price" in wanted and not self.currency_id:
            wanted["currency_id"] = values["currency_id"]
        return wanted

    @api.model
    def _currency_of(self, shop):
        """Return the currency of a shop's prices: its market's, else its orders'."""
        market = const.MARKETS.get(shop.region)
        found = self.env["res.currency"].with_context(active_test=False)
        if market:
            found = found.search([("name", "=", market.currency)], limit=1)
        return found or shop.pricelist_id.currency_id or shop.company_id.currency_id


def _prepare_values(row, currency):
    """What a listing takes from a row; blanks of the file say nothing."""
    return {
        "product_remote_id": row.product_id,
        "seller_sku": row.seller_sku or False,
        "title": row.title or False,
        "variation": row.variation or False,
        "barcode": row.barcode or False,
        "status": const.PRODUCT_LIVE if row.is_live else "UNKNOWN",
        "remote_status": row.status_label or False,
        "currency_id": currency.id,
        "price": float(row.price or 0),
        "image_url": row.images[0] if row.images else False,
    }
