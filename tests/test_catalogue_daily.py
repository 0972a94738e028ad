from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..lib.client import TikTokClient
from ..lib.errors import Rejected
from .catalogue_case import CatalogueCase

CRON = "ir_cron_sync_catalogue"


@tagged("post_install", "-at_install")
class TestCatalogueDaily(CatalogueCase):
    """What the scheduled action does without being asked: syncs, and details."""

    # === DAILY === #

    def test_the_daily_sync_applies_by_itself(self):
        product = self.make_product("TS-1")
        [found] = self.offer("TS-1")
        self.shop.catalogue_sync = True
        self.run_cron(CRON)
        sync = self.shop.catalogue_sync_ids
        self.assertEqual((sync.state, sync.auto_apply), ("done", True))
        self.assertEqual(self.listing(found).product_id, product)
        self.assertFalse(sync.line_ids)

    def test_a_new_shop_is_left_to_a_person_for_a_day(self):
        self.shop.catalogue_sync = True
        self.set_age(timedelta(hours=19))
        self.run_cron(CRON)
        self.assertFalse(self.shop.catalogue_sync_ids)
        self.set_age(timedelta(hours=21))
        self.run_cron(CRON)
        self.assertEqual(self.shop.catalogue_sync_ids.state, "done")

    def test_a_shop_is_synced_once_a_day(self):
        self.shop.catalogue_sync = True
        self.run_cron(CRON)
        self.run_cron(CRON)
        self.assertEqual(len(self.shop.catalogue_sync_ids), 1)

    def test_a_shop_that_is_switched_off_or_disconnected_is_not_synced(self):
        self.run_cron(CRON)
        self.shop.catalogue_sync = True
        self.account.state = "disconnected"
        self.run_cron(CRON)
        self.assertFalse(self.shop.catalogue_sync_ids)

    def test_a_failed_daily_sync_is_tried_again_by_itself(self):
        self.offer("TS-1")
        self.shop.catalogue_sync = True
        with self.fail_page(1):
            self.run_cron(CRON)
        sync = self.shop.catalogue_sync_ids
        self.assertEqual(sync.state, "failed")
        self.assertGreater(sync.next_try, fields.Datetime.now())
        sync.next_try = fields.Datetime.now() - timedelta(seconds=1)
        self.run_cron(CRON)
        self.assertEqual((sync.state, len(self.shop.catalogue_sync_ids)), ("done", 1))

    # === DETAILS === #

    def test_details_are_read_after_the_sync_and_match_by_barcode(self):
        product = self.make_product(barcode="0955000000017")
        [found] = self.offer({"seller_sku": "TS-1", "barcode": "0955000000017"})
        self.sync_catalogue()
        listing = self.listing(found)
        self.assertEqual(
            (listing.product_id, listing.match_state), (product, "barcode")
        )
        self.assertTrue(listing.image_url)

    def test_barcodes_change_no_link_while_a_preview_waits(self):
        self.make_product("TS-1")
        product = self.make_product(barcode="0955000000017")
        self.offer("TS-1")
        [found] = self.offer({"seller_sku": "TS-2", "barcode": "0955000000017"})
        sync = self.sync_catalogue(apply=False)
        self.assertEqual(sync.state, "preview")
        self.assertTrue(self.listing(found).barcode)
        self.assertFalse(self.listing(found).product_id)
        sync.action_apply()
        self.run_cron(CRON)
        self.assertEqual(self.listing(found).product_id, product)

    def test_details_that_cannot_be_read_stop_no_other_product(self):
        [first] = self.offer("TS-1")
        broken = self.product_remote_id
        [second] = self.offer("TS-2")
        original = TikTokClient.product_detail

        def detail(client, product_id):
            if product_id == broken:
                raise Rejected("No version under review", code=12052547)
            return original(client, product_id)

        self.patch(TikTokClient, "product_detail", detail)
        self.sync_catalogue()
        self.assertFalse(self.listing(first).image_url)
        self.assertTrue(self.listing(second).image_url)
        self.assertTrue(self.issues(f"product:{broken}"))
        self.assertFalse(self.listing(first).is_detail_due)

    def test_details_wait_when_tiktok_does_not_answer(self):
        [found] = self.offer("TS-1")
        with self.fault("http_500", path="/product/202309/products", times=50):
            sync = self.sync_catalogue()
        self.assertEqual(sync.state, "done")
        self.assertTrue(self.listing(found).is_detail_due)
        self.run_cron(CRON)
        self.assertFalse(self.listing(found).is_detail_due)

    def test_details_are_read_once_while_the_product_does_not_change(self):
        self.offer("TS-1")
        self.sync_catalogue()
        before = self.calls("/product/202309/products/")
        self.sync_catalogue()
        self.assertEqual(self.calls("/product/202309/products/"), before)
