from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..lib.client import TikTokClient
from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestStockRefusal(StockCase):
    """What TikTok does not take: told once, tried again, and no other is stopped."""

    def setUp(self):
        super().setUp()
        self.set_in_odoo(self.product(), 10)

    def set_product(self, listing=None, **values):
        """Change a product in the sandbox for the length of a test."""
        product_id = (listing or self.listing()).product_remote_id
        path = f"/products/{product_id}"
        self.control("POST", path, values)
        undo = {"status": "ACTIVATE"} if "status" in values else {"lock": None}
        self.addCleanup(self.control, "POST", path, undo)

    def issue(self, listing=None, state="open"):
        sku_id = (listing or self.listing()).sku_remote_id
        return self.issues(f"stock:{sku_id}", state=state)

    def other(self):
        """Return a listing of another TikTok product."""
        mine = self.listing().product_remote_id
        return self.listings.filtered(
            lambda row: (
                row.product_remote_id != mine and row.product_id and not row.is_bundle
            )
        )[:1]

    # === REFUSED === #

    def assertRefused(self, *words):
        """Check that listing and issue say so, and that nobody is stopped."""
        self.set_in_odoo(self.other().product_id, 4)
        self.push()
        listing = self.listing()
        self.assertEqual(listing.push_state, "error")
        for word in words:
            self.assertIn(word, listing.push_reason)
            self.assertIn(word, self.issue().reason)
        self.assertEqual(self.issue().category, "stock")
        self.assertTrue(self.issue().hint)
        self.assertEqual(self.on_tiktok(self.other()), 4)
        self.assertFalse(self.shop.stock_failure_count)
        self.assertFalse(self.shop.last_stock_sync)

    def test_a_status_that_changed_meanwhile(self):
        self.set_product(status="FREEZE")
        self.assertRefused("status", "12052901")

    def test_a_running_auction(self):
        self.set_product(lock="auction")
        self.assertRefused("auction", "12052371")

    def test_stock_that_tiktok_allocates(self):
        self.set_product(lock="allocation")
        self.assertRefused("12052037")

    def test_a_campaign_that_reserves_units(self):
        path = f"/skus/{self.listing().sku_remote_id}"
        campaign = {"quantity": 15, "campaign_name": "1.1 Sale"}
        self.control("POST", path, {"campaign": campaign})
        self.addCleanup(self.control, "POST", path, {"campaign": None})
        self.assertRefused("promotion", "12052393")

    def test_a_refusal_of_one_sku_leaves_the_others_of_its_product(self):
        path = f"/skus/{self.listing().sku_remote_id}"
        campaign = {"quantity": 15, "campaign_name": "1.1 Sale"}
        self.control("POST", path, {"campaign": campaign})
        self.addCleanup(self.control, "POST", path, {"campaign": None})
        product_id = self.listing().product_remote_id
        sisters = (
            self.listings.filtered(lambda row: row.product_remote_id == product_id)
            - self.listing()
        )
        for sister in sisters:
            self.set_in_odoo(sister.product_id, 6)
        self.push()
        self.assertEqual(self.listing().push_state, "error")
        self.assertEqual(set(sisters.mapped("push_state")), {"step"})
        self.assertEqual(self.on_tiktok(sisters[0]), 6)

    def test_a_refused_warehouse_is_named(self):
        self.push()
        path = f"/warehouses/{self.north.remote_id}"
        self.control("POST", path, {"effect": "DISABLED"})
        self.addCleanup(self.control, "POST", path, {"effect": "RESTRICTED"})
        self.set_in_odoo(self.product(), 6)
        self.push()
        self.assertIn(self.north.remote_id, self.issue().reason)
        self.assertIn("disabled", self.issue().reason)

    def test_stock_that_cannot_be_read_stops_no_other(self):
        self.push()
        self.set_in_odoo(self.product(), 6)
        self.set_in_odoo(self.other().product_id, 4)
        original, culprit = TikTokClient.inventory, self.listing().sku_remote_id

        def spoil(client, *args, **kwargs):
            rows = original(client, *args, **kwargs)
            for sku in (sku for row in rows for sku in row["skus"]):
                if sku["id"] == culprit:
                    sku["warehouse_inventory"][0]["available_quantity"] = "many"
            return rows

        self.patch(TikTokClient, "inventory", spoil)
        self.push()
        self.assertEqual(self.listing().push_state, "error")
        self.assertIn("not a number", self.issue().reason)
        self.assertEqual(self.on_tiktok(self.other()), 4)

    # === AGAIN === #

    def test_a_refused_quantity_is_not_sent_again_and_again(self):
        self.set_product(lock="auction")
        self.push()
        before = self.calls("inventory/update")
        self.later()
        self.push()
        self.assertEqual(self.calls("inventory/update"), before)
        self.assertEqual(self.issue().count, 1)
        self.assertEqual(self.listing().push_state, "error")

    def test_another_quantity_is_sent_at_once(self):
        self.set_product(lock="auction")
        self.push()
        self.set_product(lock=None)
        self.set_in_odoo(self.product(), 8)
        self.push()
        self.assertEqual(self.on_tiktok(self.listing()), 8)

    def test_the_same_units_in_another_warehouse_are_sent_at_once(self):
        self.north.warehouse_id = self.make_warehouse()
        self.set_product(lock="auction")
        self.push()
        self.set_product(lock=None)
        self.set_in_odoo(self.product(), 6)
        self.set_in_odoo(self.product(), 4, self.north.warehouse_id)
        self.push()
        self.assertEqual(self.on_tiktok(self.listing()), 6)
        self.assertEqual(self.on_tiktok(self.listing(), self.north), 4)

    def test_a_refused_quantity_is_sent_again_when_its_time_has_come(self):
        self.set_product(lock="auction")
        self.push()
        self.assertEqual(self.issue().next_retry, self.listing().next_push)
        self.set_product(lock=None)
        self.listing().next_push = fields.Datetime.now()
        self.push()
        self.assertEqual(self.on_tiktok(self.listing()), 10)
        self.assertFalse(self.issue())
        self.assertEqual(len(self.issue(state="closed")), 1)
        self.assertFalse(self.listing().push_reason)

    def test_retry_sends_it_at_once(self):
        self.set_product(lock="auction")
        self.push()
        self.set_product(lock=None)
        action = self.issue().action_retry()
        self.assertEqual(action["params"]["type"], "info")
        self.push_signalled()
        self.assertEqual(self.on_tiktok(self.listing()), 10)
        self.assertFalse(self.issue())

    def test_retry_works_for_a_shop_that_pushes_when_asked_only(self):
        self.set_product(lock="auction")
        self.push()
        self.shop.stock_sync = False
        self.set_product(lock=None)
        self.issue().action_retry()
        self.run_cron("ir_cron_push_stock")
        self.assertEqual(self.on_tiktok(self.listing()), 10)

    def test_retry_of_a_disconnected_shop_says_what_to_do(self):
        self.set_product(lock="auction")
        self.push()
        self.account.state = "disconnected"
        with self.assertRaisesRegex(UserError, "Re-Authorize"):
            self.issue().action_retry()

    # === LEFT ALONE === #

    def assertSkipped(self, word, listing=None):
        listing = listing or self.listing()
        before = self.on_tiktok(listing)
        self.push()
        self.assertEqual(listing.push_state, "skipped")
        self.assertIn(word, listing.push_reason)
        self.assertEqual(self.on_tiktok(listing), before)
        self.assertFalse(self.issue(listing))

    def test_listings_without_a_product_are_left_alone(self):
        self.listing().product_id = False
        self.assertSkipped("no product")

    def test_products_that_odoo_does_not_count_are_left_alone(self):
        self.listing().product_id = self.env["product.product"].create(
            {"name": "Voucher", "type": "consu", "is_storable": False}
        )
        self.assertSkipped("Voucher")

    def test_statuses_in_which_tiktok_takes_no_quantities_are_left_alone(self):
        for status in (
            "PLATFORM_DEACTIVATED",
            "FREEZE",
            "DELETED",
            "SCHEDULED",
            "UNKNOWN",
        ):
            with self.subTest(status=status):
                self.listing().status = status
                self.assertSkipped("status")

    def test_statuses_in_which_tiktok_takes_quantities_are_pushed(self):
        for units, status in enumerate(
            ("DRAFT", "PENDING", "FAILED", "SELLER_DEACTIVATED"), start=3
        ):
            with self.subTest(status=status):
                self.listing().status = status
                self.set_product(status=status)
                self.set_in_odoo(self.product(), units)
                self.push()
                self.assertEqual(self.on_tiktok(self.listing()), units)

    def test_listings_that_are_gone_are_left_alone(self):
        self.listing().gone = True
        self.assertSkipped("gone")

    def test_skus_that_tiktok_shows_no_stock_of_are_left_alone(self):
        listing = self.listing().copy({"sku_remote_id": "1729592969712299999"})
        self.push()
        self.assertEqual(listing.push_state, "skipped")
        self.assertIn("no stock", listing.push_reason)

    def test_virtual_bundles_are_left_alone(self):
        bundle = self.listings.filtered("is_bundle")
        self.assertTrue(bundle)
        self.push()
        self.assertEqual(bundle.push_state, "skipped")
        self.assertIn("bundle", bundle.push_reason)

    def test_stock_that_is_kept_elsewhere_is_left_alone_until_somebody_asks(self):
        self.set_product(lock="shared_source")
        self.assertSkipped("copied")
        before = self.calls("inventory/update")
        self.set_in_odoo(self.product(), 5)
        self.push()
        self.assertEqual(self.calls("inventory/update"), before)
        self.set_product(lock=None)
        self.shop.action_sync_inventory()
        self.run_cron("ir_cron_push_stock")
        self.assertEqual(self.on_tiktok(self.listing()), 5)

    def test_a_sku_that_lies_in_tiktoks_warehouses_only_is_left_alone(self):
        fbt = next(
            row["id"]
            for row in self.control("GET", "/state?raw=0")["shops"][0]["warehouses"]
            if row["role"] == "FBT"
        )
        path = f"/skus/{self.listing().sku_remote_id}"
        self.control("POST", path, {"stock": {fbt: 9}})
        self.push()
        self.assertEqual(self.listing().push_state, "skipped")
        self.assertIn("own warehouses", self.listing().push_reason)

    def test_a_sku_none_of_whose_warehouses_takes_part_is_left_alone(self):
        (self.main | self.north).stock_sync = False
        self.assertSkipped("Push Stock")

    def test_an_issue_closes_when_its_listing_is_left_alone(self):
        self.set_product(lock="auction")
        self.push()
        self.assertTrue(self.issue())
        self.listing().stock_policy = "never"
        self.push()
        self.assertFalse(self.issue())
