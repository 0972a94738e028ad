from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .catalogue_case import CatalogueCase


@tagged("post_install", "-at_install")
class TestListing(CatalogueCase):
    # === BY HAND === #

    def test_a_product_chosen_by_a_person_is_kept_by_all_matching(self):
        self.make_product("A")
        mine = self.make_product("MINE")
        listing = self.make_listing(seller_sku="A")
        listing.product_id = mine
        self.assertEqual(listing.match_state, "hand")
        self.assertIn(self.env.user.display_name, listing.match_reason)
        self.match(listing)
        self.assertEqual((listing.product_id, listing.match_state), (mine, "hand"))

    def test_a_choice_by_hand_has_open_orders_repaired(self):
        listing = self.make_listing(seller_sku="A")
        listing.product_id = self.make_product("MINE")
        self.assertTrue(listing.to_heal)

    def test_a_product_that_was_taken_off_does_not_come_back(self):
        product = self.make_product("A")
        listing = self.make_listing(seller_sku="A")
        self.match(listing)
        listing.product_id = False
        self.match(listing)
        self.assertFalse(listing.product_id)
        self.assertEqual(listing.refused_product_id, product)
        self.assertIn("taken off", listing.match_reason)

    def test_match_again_gives_a_product_that_was_taken_off_another_chance(self):
        product = self.make_product("A")
        listing = self.make_listing(seller_sku="A")
        self.match(listing)
        listing.product_id = False
        action = listing.action_match_again()
        self.assertEqual(listing.product_id, product)
        self.assertIn("1 of 1", action["params"]["message"])

    def test_match_again_leaves_a_choice_by_hand(self):
        mine = self.make_product("MINE")
        self.make_product("A")
        listing = self.make_listing(seller_sku="A")
        listing.product_id = mine
        listing.action_match_again()
        self.assertEqual(listing.product_id, mine)

    def test_an_ignored_listing_has_no_product_and_gets_none(self):
        self.make_product("A")
        listing = self.make_listing(seller_sku="A")
        self.match(listing)
        listing.action_ignore()
        self.assertFalse(listing.product_id)
        self.assertEqual(self.match(listing), "ignored")
        self.assertFalse(listing.product_id)

    def test_ignoring_a_listing_closes_its_issue(self):
        listing = self.make_listing("1", seller_sku="A")
        issue = self.env["tts.issue"]._raise(
            self.shop, "sku:1", category="product", name="SKU A has no product"
        )
        listing.action_ignore()
        self.assertEqual(issue.state, "closed")

    def test_an_ignored_listing_is_matched_when_it_counts_again(self):
        product = self.make_product("A")
        listing = self.make_listing(seller_sku="A")
        listing.action_ignore()
        listing.action_take_into_account()
        self.assertEqual(listing.product_id, product)

    def test_taking_into_account_again_leaves_other_listings(self):
        mine = self.make_product("MINE")
        listing = self.make_listing(seller_sku="A")
        listing.product_id = mine
        listing.action_take_into_account()
        self.assertEqual((listing.product_id, listing.match_state), (mine, "hand"))

    def test_a_manager_chooses_the_product_in_the_form(self):
        manager = new_test_user(
            self.env, "tts_boss", groups="sale_tiktok_shop.group_tts_manager"
        )
        product = self.make_product("MINE")
        listing = self.make_listing(seller_sku="A")
        with Form(listing.with_user(manager)) as form:
            form.product_id = product
        self.assertEqual((listing.product_id, listing.match_state), (product, "hand"))
        self.assertIn(manager.display_name, listing.match_reason)

    def test_a_clerk_cannot_choose_the_product(self):
        listing = self.make_listing(seller_sku="A")
        with self.assertRaises(AccessError):
            listing.with_user(self.low_user).product_id = self.make_product("MINE")

    def test_a_product_that_only_stands_in_is_refused(self):
        listing = self.make_listing()
        shop = self.shop
        for product in (shop.default_product_id, shop.shipping_product_id):
            with (
                self.subTest(product=product.name),
                self.assertRaisesRegex(UserError, "stands in"),
            ):
                listing.product_id = product

    def test_a_combo_is_refused_with_the_reason(self):
        part = self.make_product("PART")
        choice = self.env["product.combo"].create(
            {
                "name": "Choice",
                "combo_item_ids": [Command.create({"product_id": part.id})],
            }
        )
        combo = self.make_product(
            "SET", type="combo", combo_ids=[Command.link(choice.id)]
        )
        with self.assertRaisesRegex(UserError, "combo"):
            self.make_listing().product_id = combo

    def test_a_product_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Other"})
        product = self.make_product("A", company_id=company.id)
        listing = self.make_listing()
        with self.assertRaises(UserError):
            listing.product_id = product

    # === DATABASE === #

    def test_the_database_refuses_a_second_listing_of_a_sku(self):
        self.make_listing("1")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.make_listing("1")
            self.env.flush_all()

    def test_a_product_of_a_listing_cannot_be_deleted(self):
        product = self.make_product("A")
        self.match(self.make_listing(seller_sku="A", title="Red Shirt"))
        for record in (product, product.product_tmpl_id):
            with (
                self.subTest(model=record._name),
                self.assertRaisesRegex(UserError, "Red Shirt"),
            ):
                record.unlink()

    # === LABELS AND COUNTS === #

    def test_a_listing_is_called_by_its_title_and_variation(self):
        listing = self.make_listing("1", title="Shirt", variation="Black, M")
        self.assertEqual(listing.display_name, "Shirt (Black, M)")
        bare = self.make_listing("2")
        self.assertEqual(bare.display_name, "2")

    def test_the_coverage_of_a_shop_counts_what_should_have_a_product(self):
        self.make_product("A")
        for number, sku in enumerate("ABC"):
            self.make_listing(str(number), seller_sku=sku)
        self.make_listing("7").action_ignore()
        self.make_listing("8").gone = True
        self.match(self.shop.listing_ids)
        self.assertEqual(self.shop.listing_count, 3)
        self.assertEqual(self.shop.unmatched_count, 2)
        self.assertEqual(self.shop.sku_coverage, 33.3)

    def test_a_shop_without_listings_has_no_coverage(self):
        self.assertEqual((self.shop.listing_count, self.shop.sku_coverage), (0, 0))

    def test_almost_all_is_not_all(self):
        product = self.make_product("A")
        self.env["tts.listing"].create(
            [
                {
                    "shop_id": self.shop.id,
                    "sku_remote_id": str(number),
                    "product_id": product.id if number else False,
                    "match_state": "hand" if number else "unmatched",
                }
                for number in range(2000)
            ]
        )
        self.assertEqual(self.shop.sku_coverage, 99.9)

    def test_a_product_opens_its_listings(self):
        product = self.make_product("A")
        listing = self.make_listing(seller_sku="A")
        self.match(listing)
        for record in (product, product.product_tmpl_id):
            with self.subTest(model=record._name):
                self.assertEqual(record.tts_listing_count, 1)
                action = record.action_view_tts_listings()
                found = self.env["tts.listing"].search(action["domain"])
                self.assertEqual(found, listing)

    def test_listings_with_due_details_can_be_searched(self):
        due = self.make_listing("1", remote_update_epoch=2, detail_epoch=1)
        read = self.make_listing("2", remote_update_epoch=2, detail_epoch=2)
        domain = [("is_detail_due", "=", True), ("id", "in", (due | read).ids)]
        self.assertEqual(self.env["tts.listing"].search(domain), due)
        self.assertEqual((due | read).filtered_domain(domain), due)


@tagged("post_install", "-at_install")
class TestListingOfOrders(CatalogueCase):
    """How orders go by listings, and bring them where there are none."""

    def setUp(self):
        super().setUp()
        [self.sku_id] = self.offer("TS-1")
        self.catalogue = [{"sku_id": self.sku_id, "seller_sku": "TS-1"}]

    def sold_product(self):
        """Sell the SKU once; return the product on the sales order."""
        _order_id, order = self.import_units(self.unit())
        return self.goods(order).product_id

    def test_an_order_goes_by_the_link_before_all_references(self):
        self.make_product("TS-1", is_storable=True)
        mine = self.make_product("MINE", is_storable=True)
        self.make_listing(self.sku_id, seller_sku="TS-1").product_id = mine
        self.assertEqual(self.sold_product(), mine)

    def test_an_order_of_an_ignored_listing_takes_the_default_product_quietly(self):
        self.make_product("TS-1", is_storable=True)
        self.make_listing(self.sku_id, seller_sku="TS-1").action_ignore()
        self.assertEqual(self.sold_product(), self.shop.default_product_id)
        self.assertFalse(self.issues(f"sku:{self.sku_id}"))

    def test_an_order_does_not_take_a_product_that_was_taken_off(self):
        self.make_product("TS-1", is_storable=True)
        listing = self.make_listing(self.sku_id, seller_sku="TS-1")
        self.match(listing)
        listing.product_id = False
        self.assertEqual(self.sold_product(), self.shop.default_product_id)
        self.assertTrue(self.issues(f"sku:{self.sku_id}"))

    def test_an_order_does_not_take_a_product_of_another_company(self):
        product = self.make_product()
        self.make_listing(self.sku_id).product_id = product
        product.company_id = self.env["res.company"].create({"name": "Other"})
        self.assertEqual(self.sold_product(), self.shop.default_product_id)

    def test_an_order_does_not_take_an_archived_product(self):
        product = self.make_product("TS-1")
        listing = self.make_listing(self.sku_id, seller_sku="TS-1")
        listing.product_id = product
        product.active = False
        self.assertEqual(self.sold_product(), self.shop.default_product_id)

    def test_an_unknown_sku_of_an_order_becomes_a_listing_to_be_matched(self):
        self.sold_product()
        listing = self.listing(self.sku_id)
        self.assertEqual(listing.status, "UNKNOWN")
        self.assertEqual(listing.seller_sku, "TS-1")
        self.assertEqual(listing.match_state, "unmatched")
        self.assertTrue(listing.title)
        self.assertIn("TS-1", listing.match_reason)

    def test_a_second_order_brings_no_second_listing(self):
        self.sold_product()
        self.sold_product()
        self.assertEqual(len(self.shop.listing_ids), 1)

    def test_an_ambiguous_sku_of_an_order_becomes_an_ambiguous_listing(self):
        self.make_product("TS-1")
        self.make_product("TS-1")
        self.sold_product()
        self.assertEqual(self.listing(self.sku_id).match_state, "ambiguous")

    def test_the_sync_completes_the_listing_an_order_brought(self):
        self.sold_product()
        listing = self.listing(self.sku_id)
        self.sync_catalogue()
        self.assertEqual(listing.status, "ACTIVATE")
        self.assertEqual(listing.product_remote_id, self.product_remote_id)
        self.assertEqual(len(self.shop.listing_ids), 1)

    def test_the_issue_of_a_sku_opens_its_listing(self):
        self.sold_product()
        action = self.issues(f"sku:{self.sku_id}").action_open_record()
        self.assertEqual(action["res_model"], "tts.listing")
        self.assertEqual(action["res_id"], self.listing(self.sku_id).id)

    def test_retry_links_a_product_that_got_the_reference_and_repairs_the_order(self):
        _order_id, order = self.import_units(self.unit())
        issue = self.issues(f"sku:{self.sku_id}")
        product = self.make_product("TS-1", is_storable=True)
        issue.action_retry()
        self.assertEqual(issue.state, "closed")
        self.assertEqual(self.listing(self.sku_id).product_id, product)
        self.assertEqual(self.goods(order).product_id, product)

    def test_retry_says_what_to_do_while_no_product_fits(self):
        self.sold_product()
        with self.assertRaisesRegex(UserError, "TikTok Listings"):
            self.issues(f"sku:{self.sku_id}").action_retry()
