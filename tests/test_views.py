from lxml import etree

from odoo.tests import Form, new_test_user, tagged

from .common import TtsCase

MODULE = "sale_tiktok_shop"
FOREIGN_FORMS = {
    "sale.order": "sale.view_order_form",
    "stock.picking": "stock.view_picking_form",
    "res.partner": "base.view_partner_form",
}


@tagged("post_install", "-at_install")
class TestViews(TtsCase):
    sandbox_options = {"orders": 0, "products": 2, "odd_skus": 0}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "tts_boss", groups=f"{MODULE}.group_tts_manager"
        )
        cls.salesman = new_test_user(
            cls.env, "tts_seller", groups="sales_team.group_sale_salesman"
        )

    def arch(self, xmlid, user=None):
        """Return a view as a user gets it."""
        view = self.env.ref(xmlid)
        model = self.env[view.model].with_user(user or self.env.user)
        return etree.fromstring(model.get_view(view.id)["arch"])

    def actions(self):
        """Return the window actions of this addon."""
        names = self.env["ir.model.data"].search(
            [("module", "=", MODULE), ("model", "=", "ir.actions.act_window")]
        )
        return self.env["ir.actions.act_window"].browse(names.mapped("res_id"))

    # === LABELS THAT WERE PROMISED === #

    def test_shops_and_sync_orders_are_under_the_configuration_of_sales(self):
        shops = "Sales/Configuration/TikTok Shops"
        for name, path, model in (
            ("tts_menu_root", shops, "tts.shop"),
            ("tts_order_resync_menu", f"{shops}/Sync Orders", "tts.order.resync"),
        ):
            menu = self.env.ref(f"{MODULE}.{name}")
            with self.subTest(menu=path):
                self.assertEqual(menu.complete_name, path)
                self.assertEqual(menu.action.res_model, model)

    def test_accounts_are_in_the_settings_of_sales_under_connectors(self):
        form = self.arch("sale.res_config_settings_view_form")
        (button,) = form.xpath(
            "//app[@name='sale_management']//block[@title='Connectors']"
            "/setting[@string='TikTok Sync']//button[@string='TikTok Accounts']"
        )
        settings = self.env["res.config.settings"].create({})
        action = getattr(settings, button.get("name"))()
        self.assertEqual(action["res_model"], "tts.account")

    def sync_button(self, user):
        """Return whether a user sees the button on the form of a shop."""
        form = self.arch(f"{MODULE}.tts_shop_view_form", user)
        buttons = form.xpath("//header//button[@string='Sync Orders']")
        return any(button.get("invisible") != "1" for button in buttons)

    def test_the_sync_button_of_a_shop_is_for_developers(self):
        self.assertFalse(self.sync_button(self.manager))
        with self.debug_mode():
            self.assertTrue(self.sync_button(self.manager))

    def test_the_sync_button_of_a_shop_is_not_for_clerks(self):
        with self.debug_mode():
            self.assertFalse(self.sync_button(self.low_user))

    def test_last_order_sync_is_in_orders_follow_up(self):
        form = self.arch(f"{MODULE}.tts_shop_view_form")
        (field,) = form.xpath(
            "//group[@string='Orders Follow-up']/field[@name='last_order_sync']"
        )
        self.assertEqual(self.shop._fields[field.get("name")].string, "Last Order Sync")

    def test_a_shop_has_default_products(self):
        form = self.arch(f"{MODULE}.tts_shop_view_form")
        self.assertTrue(
            form.xpath(
                "//group[@string='Default Products']/field[@name='default_product_id']"
            )
        )

    def test_an_account_offers_to_authorize_and_to_reauthorize(self):
        form = self.arch(f"{MODULE}.tts_account_view_form", self.manager)
        labels = {
            button.get("string")
            for button in form.xpath("//button[@name='action_authorize']")
        }
        self.assertEqual(labels, {"Authorize", "Re-Authorize"})

    def test_a_clerk_is_not_offered_to_authorize(self):
        form = self.arch(f"{MODULE}.tts_account_view_form", self.low_user)
        self.assertFalse(form.xpath("//button[@name='action_authorize']"))

    # === EVERY VIEW OPENS === #

    def test_every_page_opens_for_whoever_may_read_it(self):
        actions = self.actions()
        self.assertGreaterEqual(len(actions), 6)
        for action in actions:
            for user in (self.manager, self.salesman, self.low_user):
                records = self.env[action.res_model].with_user(user)
                if not records.has_access("read"):
                    continue
                with self.subTest(action=action.name, user=user.login):
                    views = [(False, mode) for mode in action.view_mode.split(",")]
                    self.assertTrue(records.get_views([*views, (False, "search")]))

    def test_every_record_of_ours_opens_in_its_form(self):
        self.place_one()
        self.sync()
        run = self.env["tts.sync.run"].create(
            {"shop_id": self.shop.id, "remote_ids": "1"}
        )
        issue = self.env["tts.issue"]._raise(
            self.shop, "k", category="stock", name="It failed"
        )
        for record in (self.account, self.shop, self.shop.order_ids[0], issue, run):
            for user in (self.manager, self.salesman, self.low_user):
                with self.subTest(model=record._name, user=user.login):
                    self.assertEqual(Form(record.with_user(user)).id, record.id)

    def test_records_of_odoo_open_in_their_forms(self):
        # Odoo itself shows carriers, thus deliveries, to those who may edit contacts.
        self.low_user.group_ids |= self.env.ref("base.group_partner_manager")
        order = self.sale_order(self.place_and_sync())
        for record, user in (
            (order, self.manager),
            (order, self.salesman_of(order)),
            (order.picking_ids, self.low_user),
            (order.partner_id, self.manager),
            (order.partner_id, self.low_user),
        ):
            with self.subTest(model=record._name, user=user.login):
                view = FOREIGN_FORMS[record._name]
                form = Form(record.with_user(user), view)
                self.assertEqual(form.id, record.id)

    def place_and_sync(self):
        order_id = self.place_one()
        self.sync()
        return order_id

    def salesman_of(self, order):
        order.user_id = self.salesman
        return self.salesman

    def test_a_clerk_sees_on_the_delivery_how_the_order_stands(self):
        picking = self.sale_order(self.place_and_sync()).picking_ids
        status = picking.with_user(self.low_user).read(["tts_status", "tts_ship_by"])
        self.assertEqual(status[0]["tts_status"], "awaiting_shipment")
        self.assertTrue(status[0]["tts_ship_by"])

    def test_sync_orders_opens_on_the_shop_it_was_called_from(self):
        wizard = Form(
            self.env["tts.order.resync"]
            .with_user(self.manager)
            .with_context(active_model="tts.shop", active_id=self.shop.id)
        )
        self.assertEqual(wizard.shop_id, self.shop)
