from lxml import etree

from odoo.tests import Form, new_test_user, tagged

from .catalogue_case import CatalogueCase

MODULE = "sale_tiktok_shop"


@tagged("post_install", "-at_install")
class TestCatalogueViews(CatalogueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "tts_boss", groups=f"{MODULE}.group_tts_manager"
        )

    def arch(self, xmlid, user):
        view = self.env.ref(xmlid)
        model = self.env[view.model].with_user(user)
        return etree.fromstring(model.get_view(view.id)["arch"])

    def offers(self, form, label):
        """Return whether a form offers a button to its user."""
        buttons = form.xpath(f"//header//button[@string='{label}']")
        return any(button.get("invisible") != "1" for button in buttons)

    def test_managers_are_offered_to_sync_the_product_catalogue_and_clerks_not(self):
        for user, wanted in ((self.manager, True), (self.low_user, False)):
            with self.subTest(user=user.login):
                form = self.arch(f"{MODULE}.tts_shop_view_form", user)
                self.assertEqual(self.offers(form, "Sync Product Catalogue"), wanted)

    def test_listings_are_where_they_were_promised(self):
        for name, path in (
            ("tts_listing_menu", "Sales/Products/TikTok Listings"),
            ("tts_listing_config_menu", "Sales/Configuration/TikTok Shops/Listings"),
            (
                "tts_catalogue_sync_menu",
                "Sales/Configuration/TikTok Shops/Catalogue Syncs",
            ),
        ):
            with self.subTest(menu=path):
                menu = self.env.ref(f"{MODULE}.{name}")
                self.assertEqual(menu.complete_name, path)

    def test_listings_and_syncs_open_for_everybody_who_may_read_them(self):
        self.make_product("TS-1")
        self.offer("TS-1", "TS-2")
        sync = self.sync_catalogue(apply=False)
        for record in (sync, *self.shop.listing_ids):
            for user in (self.manager, self.salesman, self.low_user):
                with self.subTest(record=record, user=user.login):
                    self.assertEqual(Form(record.with_user(user)).id, record.id)

    def test_only_managers_are_offered_to_apply(self):
        for user, wanted in ((self.manager, True), (self.low_user, False)):
            with self.subTest(user=user.login):
                form = self.arch(f"{MODULE}.tts_catalogue_sync_view_form", user)
                self.assertEqual(self.offers(form, "Apply"), wanted)

    def test_products_show_their_listings_to_users_of_the_connector_only(self):
        stranger = new_test_user(
            self.env,
            "tts_buyer",
            groups="base.group_user,product.group_product_manager",
        )
        product = self.make_product("TS-1")
        self.match(self.make_listing(seller_sku="TS-1"))
        for record, view in (
            (product, "product.product_normal_form_view"),
            (product.product_tmpl_id, "product.product_template_only_form_view"),
        ):
            for user, wanted in ((self.manager, True), (stranger, False)):
                with self.subTest(model=record._name, user=user.login):
                    form = self.arch(view, user)
                    buttons = form.xpath("//button[@name='action_view_tts_listings']")
                    self.assertEqual(bool(buttons), wanted)
                    self.assertEqual(Form(record.with_user(user), view).id, record.id)

    def test_a_shop_opens_the_listings_that_need_a_person_first(self):
        self.make_listing(seller_sku="TS-1")
        action = self.shop.with_user(self.low_user).action_view_listings()
        self.assertIn("search_default_to_match", action["context"])

    def test_a_shop_that_needs_nobody_opens_all_its_listings(self):
        self.make_listing(seller_sku="TS-1").action_ignore()
        context = self.shop.action_view_listings()["context"]
        self.assertFalse([key for key in context if key.startswith("search_default")])

    def test_a_catalogue_sync_is_called_by_its_shop_and_kind(self):
        sync = self.ask_sync()
        self.assertIn(f"{self.shop.name}: Match", sync.display_name)
