from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib.client import TikTokClient
from ..utils import from_epoch
from .catalogue_case import CatalogueCase

LATER = 1760000600
ABSORB_LOG = "odoo.addons.sale_tiktok_shop.models.tts_listing_absorb"


def row(number=1, sku=None, **values):
    """Return a raw product of one SKU as a search shows it."""
    return {
        "id": f"9{number}",
        "title": f"Shirt {number}",
        "status": "ACTIVATE",
        "update_time": 1760000000,
        "skus": [
            {
                "id": f"8{number}",
                "seller_sku": f"TS-{number}",
                "price": {"currency": "MYR", "tax_exclusive_price": "39.9"},
                "inventory": [],
                **(sku or {}),
            }
        ],
        **values,
    }


@tagged("post_install", "-at_install")
class TestListingAbsorb(CatalogueCase):
    def test_a_sku_becomes_a_listing_with_what_tiktok_says(self):
        [listing] = self.absorb_products(row())
        self.assertRecordValues(
            listing,
            [
                {
                    "sku_remote_id": "81",
                    "product_remote_id": "91",
                    "seller_sku": "TS-1",
                    "title": "Shirt 1",
                    "status": "ACTIVATE",
                    "remote_status": "ACTIVATE",
                    "price": 39.9,
                    "is_sku_active": True,
                    "gone": False,
                    "match_state": "unmatched",
                }
            ],
        )
        self.assertEqual(listing.currency_id.name, "MYR")
        self.assertTrue(listing.seen_at)
        self.assertTrue(listing.is_detail_due)

    def test_a_listing_that_is_known_follows_and_keeps_its_product(self):
        [listing] = self.absorb_products(row())
        product = self.make_product("MINE")
        listing.product_id = product
        sku = {"seller_sku": "NEW", "price": {"currency": "MYR", "sale_price": "5"}}
        [again] = self.absorb_products(row(sku=sku, status="SELLER_DEACTIVATED"))
        self.assertEqual(again, listing)
        self.assertEqual((listing.seller_sku, listing.price), ("NEW", 5))
        self.assertEqual(listing.status, "SELLER_DEACTIVATED")
        self.assertEqual(listing.product_id, product)

    def test_a_seller_sku_loses_the_blanks_around_it(self):
        [listing] = self.absorb_products(row(sku={"seller_sku": " TS-1\u200b "}))
        self.assertEqual(listing.seller_sku, "TS-1")

    def test_a_status_nobody_knows_is_kept_as_sent(self):
        [listing] = self.absorb_products(row(status="SNOOZED"))
        self.assertEqual(
            (listing.status, listing.remote_status), ("UNKNOWN", "SNOOZED")
        )

    def test_a_deleted_product_is_gone_and_comes_back_when_recovered(self):
        [listing] = self.absorb_products(row(status="DELETED"))
        self.assertTrue(listing.gone)
        self.absorb_products(row())
        self.assertFalse(listing.gone)

    def test_a_currency_nobody_knows_leaves_the_price_without_one(self):
        price = {"currency": "XYZ", "sale_price": "5"}
        [listing] = self.absorb_products(row(sku={"price": price}))
        self.assertFalse(listing.currency_id)

    def test_the_available_units_of_all_warehouses_are_shown(self):
        first, second = self.shop.warehouse_ids[:2]
        stock = [
            {"warehouse_id": first.remote_id, "quantity": 3},
            {"warehouse_id": second.remote_id, "quantity": 4},
        ]
        [listing] = self.absorb_products(row(sku={"inventory": stock}))
        self.assertEqual(listing.tiktok_quantity, 7)
        units = {
            level.warehouse_id: level.tiktok_quantity for level in listing.level_ids
        }
        self.assertEqual(units, {first: 3, second: 4})

    def test_a_product_that_comes_twice_on_a_page_is_listed_once(self):
        listings = self.absorb_products(row(), row())
        self.assertEqual(len(listings), 1)

    def test_an_older_version_that_arrives_late_changes_nothing(self):
        [listing] = self.absorb_products(row())
        self.absorb_products(row(title="Old", update_time=1750000000))
        self.assertEqual(listing.title, "Shirt 1")

    # === DETAILS === #

    def pushed(self, seconds=5, **values):
        """Return a listing whose details are read and whose stock was pushed some
        seconds after TikTok's next time of change.
        """
        [listing] = self.absorb_products(row(**values))
        listing.detail_epoch = listing.remote_update_epoch
        listing.pushed_at = from_epoch(LATER + seconds)
        return listing

    def test_a_change_by_our_own_push_asks_for_no_details(self):
        listing = self.pushed()
        self.absorb_products(row(update_time=LATER))
        self.assertEqual(listing.remote_update_epoch, LATER)
        self.assertFalse(listing.is_detail_due)

    def test_a_price_without_tax_beside_one_with_tax_is_no_change(self):
        listing = self.pushed()
        listing.price = 42
        self.absorb_products(row(update_time=LATER))
        self.assertFalse(listing.is_detail_due)

    def test_a_push_of_one_sku_explains_the_change_of_its_siblings(self):
        skus = [{"id": "81", "seller_sku": "A"}, {"id": "82", "seller_sku": "B"}]
        both = self.absorb_products(row(skus=skus))
        both.detail_epoch = 1760000000
        both[0].pushed_at = from_epoch(LATER + 5)
        self.absorb_products(row(update_time=LATER, skus=skus))
        self.assertFalse(both[1].is_detail_due)

    def test_a_change_that_no_push_explains_asks_for_details(self):
        for seconds, change in (
            (600, {}),
            (5, {"title": "New"}),
            (5, {"sku": {"seller_sku": "NEW"}}),
            (5, {"skus": [{"id": "81", "seller_sku": "TS-1"}, {"id": "82"}]}),
        ):
            with self.subTest(seconds=seconds, change=change):
                listing = self.pushed(seconds)
                self.absorb_products(row(update_time=LATER, **change))
                self.assertTrue(listing.is_detail_due)
                listing.unlink()

    def test_a_push_does_not_make_up_for_details_that_were_never_read(self):
        listing = self.pushed()
        listing.detail_epoch = 0
        self.absorb_products(row(update_time=LATER))
        self.assertTrue(listing.is_detail_due)

    # === TROUBLE === #

    def test_a_product_that_cannot_be_read_gets_an_issue_and_stops_no_other(self):
        bad = row(1, sku={"price": {"sale_price": "cheap"}})
        listings = self.absorb_products(bad, row(2))
        self.assertEqual(listings.sku_remote_id, "82")
        issue = self.issues("product:91")
        self.assertIn("price", issue.reason)
        self.assertEqual(issue.category, "product")

    def test_nonsense_instead_of_a_product_gets_an_issue(self):
        listings = self.absorb_products("nonsense", {"id": "95"}, row(2))
        self.assertEqual(listings.sku_remote_id, "82")
        self.assertTrue(self.issues("product:"))

    def test_the_issue_closes_when_the_product_can_be_read(self):
        self.absorb_products(row(1, sku={"price": {"sale_price": "cheap"}}))
        self.absorb_products(row(1))
        self.assertFalse(self.issues("product:91"))

    def test_a_known_listing_stays_as_it_was_when_its_product_cannot_be_read(self):
        [listing] = self.absorb_products(row())
        listing.seen_at = False
        self.absorb_products(row(sku={"price": {"sale_price": "cheap"}}))
        self.assertEqual(listing.price, 39.9)
        self.assertTrue(listing.seen_at)

    @mute_logger(ABSORB_LOG)
    def test_a_product_that_odoo_cannot_keep_gets_an_issue_and_stops_no_other(self):
        def is_culprit(listings, vals_list):
            return any(values["seller_sku"] == "TS-2" for values in vals_list)

        with self.spoiled("tts.listing", "create", is_culprit):
            listings = self.absorb_products(row(1), row(2), row(3))
        self.assertEqual(set(listings.mapped("sku_remote_id")), {"81", "83"})
        self.assertIn("spoiled", self.issues("product:92").reason)

    # === DETAILS === #

    def pull(self, *product_ids):
        with self.shop._client() as client:
            Listing = self.env["tts.listing"]
            return Listing._pull_details(self.shop, client, product_ids)

    def test_details_bring_image_barcode_and_attributes(self):
        [sku_id] = self.offer(
            {
                "seller_sku": "TS-1",
                "barcode": "0955000000017",
                "attributes": {"Color": "Red", "Size": "M"},
            }
        )
        self.pull(self.product_remote_id)
        listing = self.listing(sku_id)
        self.assertEqual(listing.barcode, "0955000000017")
        self.assertEqual(listing.variation, "Red, M")
        self.assertEqual(listing.sales_attributes, [["Color", "Red"], ["Size", "M"]])
        self.assertTrue(listing.image_url.startswith("http"))
        self.assertFalse(listing.is_detail_due)

    def test_a_search_leaves_what_the_details_brought(self):
        [sku_id] = self.offer({"seller_sku": "TS-1", "barcode": "0955000000017"})
        self.pull(self.product_remote_id)
        self.sync_catalogue()
        self.assertEqual(self.listing(sku_id).barcode, "0955000000017")

    def test_a_product_without_details_any_more_is_gone(self):
        listing = self.make_listing(
            "1", product_remote_id="1729000000000000000", remote_update_epoch=5
        )
        self.pull(listing.product_remote_id)
        self.assertTrue(listing.gone)
        self.assertFalse(listing.is_detail_due)

    def test_a_bundle_is_known_as_one_and_stays_one(self):
        first, second = self.offer("TS-1", "TS-2")
        [sku_id] = self.offer({"seller_sku": "SET", "parts": [[first, 1], [second, 2]]})
        self.pull(self.product_remote_id)
        self.assertTrue(self.listing(sku_id).is_bundle)
        self.sync_catalogue()
        self.assertTrue(self.listing(sku_id).is_bundle)

    def test_retry_reads_a_product_again(self):
        [sku_id] = self.offer("TS-1")
        issue = self.env["tts.issue"]._raise(
            self.shop, f"product:{self.product_remote_id}", category="product", name="n"
        )
        issue.action_retry()
        self.assertEqual(issue.state, "closed")
        self.assertEqual(self.listing(sku_id).seller_sku, "TS-1")

    def test_details_cost_a_call_per_product(self):
        self.offer("TS-1", "TS-2")
        asked = []
        original = TikTokClient.product_detail

        def detail(client, product_id):
            asked.append(product_id)
            return original(client, product_id)

        self.patch(TikTokClient, "product_detail", detail)
        listings = self.pull(self.product_remote_id)
        self.assertEqual(len(listings), 2)
        self.assertEqual(asked, [self.product_remote_id])
