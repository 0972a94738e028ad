from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .catalogue_case import CatalogueCase


@tagged("post_install", "-at_install")
class TestListingCreate(CatalogueCase):
    """The dialog and the background job that create products from listings."""

    def setUp(self):
        super().setUp()
        self.manager = new_test_user(
            self.env,
            "tts_product_manager",
            groups="sale_tiktok_shop.group_tts_manager,product.group_product_manager",
        )

    def read_catalogue(self):
        """Have all products of the sandbox as listings, without their details."""
        with self.shop._client() as client:
            rows = [row for page in client.product_pages() for row in page.rows]
        listings = self.absorb_products(*rows)
        Listing = self.env["tts.listing"]
        Listing._apply(Listing._match(self.shop, listings))
        return listings

    def offer_shirts(self, **product):
        """Offer a product of two variants; return its listings."""
        sku_ids = self.offer(
            {
                "seller_sku": "TS-BLK",
                "attributes": {"Color": "Black"},
                "barcode": "4006381333931",
                "price": "39.90",
            },
            {
                "seller_sku": "TS-WHT",
                "attributes": {"Color": "White"},
                "price": "39.90",
            },
            **product,
        )
        self.read_catalogue()
        return self.listing(sku_ids[0]) | self.listing(sku_ids[1])

    def ask(self, records, **values):
        """Open the dialog from these records as a manager; return it."""
        action = records.with_user(self.manager).action_create_products()
        self.assertEqual(action["target"], "new")
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.write(values)
        return wizard.with_user(self.manager)

    def job(self):
        return self.env["tts.catalogue.sync"].search(
            [("kind", "=", "create")], order="id desc", limit=1
        )

    def run_job(self):
        self.run_cron("ir_cron_sync_catalogue")
        return self.job()

    # === A FEW === #

    def test_few_products_are_created_at_once_and_shown(self):
        listings = self.offer_shirts()
        action = self.ask(listings).action_create()
        template = listings.product_id.product_tmpl_id
        self.assertEqual(action["res_model"], "product.template")
        self.assertEqual(action["res_id"], template.id)
        self.assertEqual(template.product_variant_count, 2)
        self.assertEqual(self.job().state, "done")
        self.assertEqual(self.job().user_id, self.manager)

    def test_barcodes_and_attributes_are_read_first(self):
        listings = self.offer_shirts()
        self.assertFalse(listings[0].barcode)
        self.ask(listings).action_create()
        products = listings.mapped("product_id")
        self.assertEqual(products[0].barcode, "4006381333931")
        self.assertEqual(
            products.product_template_attribute_value_ids.mapped("name"),
            ["Black", "White"],
        )

    def test_images_are_loaded_for_the_template_and_its_variants(self):
        listings = self.offer_shirts()
        self.ask(listings).action_create()
        first, second = listings.mapped("product_id")
        self.assertTrue(first.product_tmpl_id.image_1920)
        self.assertTrue(second.image_variant_1920)

    def test_the_image_of_a_product_without_variants_is_its_own(self):
        [sku_id] = self.offer("MUG")
        self.read_catalogue()
        self.ask(self.listing(sku_id)).action_create()
        product = self.listing(sku_id).product_id
        self.assertTrue(product.product_tmpl_id.image_1920)
        self.assertFalse(product.image_variant_1920)

    def test_images_are_left_out_where_nobody_wants_them(self):
        listings = self.offer_shirts()
        self.ask(listings, with_images=False).action_create()
        self.assertFalse(listings.product_id.product_tmpl_id.image_1920)
        self.assertFalse(self.calls("_image"))

    def test_an_image_that_cannot_be_loaded_stops_no_product(self):
        listings = self.offer_shirts()
        with self.fault("http_500", path="/_image", rate=1):
            self.ask(listings).action_create()
        self.assertEqual(len(listings.product_id), 2)
        self.assertIn("image", self.job().line_ids[0].message)

    def test_what_matches_once_its_barcode_is_known_is_not_created(self):
        product = self.make_product("OWN", barcode="4006381333931")
        listings = self.offer_shirts()
        action = self.ask(listings).action_create()
        self.assertEqual(listings[0].product_id, product)
        self.assertEqual(listings[0].match_state, "barcode")
        self.assertEqual(action["res_model"], "tts.catalogue.sync")
        self.assertEqual(self.job().line_ids.mapped("outcome"), ["kept", "done"])

    def test_a_listing_that_fails_is_shown_with_its_reason(self):
        listings = self.offer_shirts()
        self.make_product("TS-BLK", active=False)
        action = self.ask(listings).action_create()
        self.assertEqual(action["res_model"], "tts.catalogue.sync")
        self.assertEqual(self.job().line_ids.mapped("outcome"), ["failed", "done"])
        self.assertIn("archived", self.job().line_ids[0].message)

    def test_details_that_tiktok_does_not_tell_now_can_be_asked_for_again(self):
        listings = self.offer_shirts()
        with self.fault("http_500", path="/product", rate=1):
            action = self.ask(listings).action_create()
        self.assertEqual(action["res_model"], "tts.catalogue.sync")
        job = self.job()
        self.assertEqual(job.state, "failed")
        self.assertTrue(job.error_message)
        self.assertFalse(listings.product_id)
        job.action_run_again()
        self.run_job()
        self.assertEqual(job.state, "done")
        self.assertEqual(len(listings.product_id), 2)

    def test_a_catalogue_from_a_file_needs_no_connection(self):
        listing = self.make_listing(title="Mug", seller_sku="MUG", image_url="x")
        self.account.sudo().token_ids.unlink()
        self.account.state = "disconnected"
        self.ask(listing).action_create()
        self.assertEqual(listing.product_id.default_code, "MUG")

    def test_a_disconnected_shop_whose_details_are_due_says_so(self):
        listings = self.offer_shirts()
        self.account.state = "disconnected"
        with self.assertRaisesRegex(UserError, "Re-Authorize"):
            self.ask(listings).action_create()
        self.assertFalse(listings.product_id)

    # === MANY === #

    def test_many_products_are_created_in_the_background(self):
        for number in range(21):
            self.offer(f"SKU-{number}")
        listings = self.read_catalogue()
        action = self.ask(listings, with_images=False).action_create()
        self.assertEqual(action["res_model"], "tts.catalogue.sync")
        self.assertEqual(self.job().state, "waiting")
        self.assertFalse(listings.product_id)
        job = self.run_job()
        self.assertEqual((job.state, job.progress), ("done", 100))
        self.assertEqual(len(listings.product_id), 21)
        self.assertEqual(set(job.line_ids.mapped("outcome")), {"done"})

    def test_a_job_that_stops_in_the_middle_is_continued(self):
        for number in range(3):
            self.offer(f"SKU-{number}")
        listings = self.read_catalogue()
        job = self.env["tts.catalogue.sync"]._create_job(self.shop, listings, {})
        with (
            self.spoiled(
                "tts.listing",
                "_create_products_apart",
                lambda family, *_a: "SKU-1" in family.mapped("seller_sku"),
            ),
            self.assertLogs("odoo.addons.sale_tiktok_shop", "ERROR"),
        ):
            self.run_job()
        self.assertEqual(job.state, "failed")
        done = listings.filtered("product_id")
        self.assertTrue(0 < len(done) < 3)
        products = done.product_id
        job.action_run_again()
        self.run_job()
        self.assertEqual(job.state, "done")
        self.assertEqual(len(listings.product_id), 3)
        self.assertEqual(done.product_id, products)

    def test_while_the_catalogue_is_read_products_wait_for_the_background(self):
        listings = self.offer_shirts()
        wizard = self.ask(listings)
        owner = type(self.env["tts.shop"])
        with patch.object(owner, "_take_catalogue", lambda _shop: False):
            wizard.action_create()
        self.assertEqual(self.job().state, "waiting")
        self.assertFalse(listings.product_id)
        self.assertEqual(self.run_job().state, "done")
        self.assertEqual(len(listings.product_id), 2)

    def test_everything_unmatched_is_created_in_one_step(self):
        self.make_product("KNOWN")
        for reference in ("A", "B", "KNOWN"):
            self.offer(reference)
        listings = self.read_catalogue()
        ignored = listings.filtered(lambda listing: listing.seller_sku == "B")
        ignored.action_ignore()
        wizard = self.ask(self.shop)
        self.assertEqual((wizard.product_count, wizard.listing_count), (1, 1))
        wizard.action_create()
        created = listings.product_id.mapped("default_code")
        self.assertEqual(sorted(created), ["A", "KNOWN"])

    def test_a_job_without_lines_takes_all_unmatched_listings(self):
        self.offer("A")
        self.offer("B")
        listings = self.read_catalogue()
        job = self.env["tts.catalogue.sync"]._create_job(
            self.shop, self.env["tts.listing"], {}
        )
        self.run_job()
        self.assertEqual(job.line_ids.listing_id, listings)
        self.assertEqual(len(listings.product_id), 2)

    # === THE DIALOG === #

    def test_the_dialog_counts_what_will_happen(self):
        listings = self.offer_shirts()
        [sku_id] = self.offer("MUG")
        self.read_catalogue()
        self.listing(sku_id).is_bundle = True
        wizard = self.ask(listings | self.listing(sku_id))
        counts = (wizard.product_count, wizard.listing_count, wizard.refused_count)
        self.assertEqual(counts, (1, 2, 1))
        with Form(wizard) as form:
            form.is_storable = False
        self.assertFalse(wizard.is_storable)

    def test_listings_of_several_shops_are_refused(self):
        listings = self.offer_shirts()
        other = self.shop.copy({"name": "Other", "remote_id": "other"})
        listings |= self.make_listing(shop_id=other.id)
        with self.assertRaisesRegex(UserError, "several shops"):
            listings.action_create_products()

    def test_listings_that_have_their_product_are_refused(self):
        listing = self.make_listing(product_id=self.make_product().id)
        with self.assertRaisesRegex(UserError, "already"):
            listing.action_create_products()

    def test_a_shop_without_unmatched_listings_says_so(self):
        with self.assertRaisesRegex(UserError, "no listing"):
            self.shop.action_create_products()

    def test_somebody_who_may_not_create_products_cannot(self):
        listings = self.offer_shirts()
        wizard = self.ask(listings)
        self.manager.group_ids -= self.env.ref("product.group_product_manager")
        with self.assertRaises(AccessError):
            wizard.action_create()
        self.assertFalse(self.job())
