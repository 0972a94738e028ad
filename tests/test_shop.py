from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import TtsCase

SYNC_CRON = "sale_tiktok_shop.ir_cron_sync_orders"


@tagged("post_install", "-at_install")
class TestShop(TtsCase, CronMixinCase):
    sandbox_options = {"orders": 0, "products": 1, "odd_skus": 0}
    markets = ("MY", "GB")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Other company"})
        cls.env.user.company_ids |= cls.other_company

    def release_shops(self):
        """Forget the shops, so that another account can have them."""
        self.account.shop_ids.unlink()

    # === WHAT A SHOP STARTS WITH === #

    def test_every_shop_of_the_authorization_appears(self):
        ids = {shop["id"] for shop in self.sandbox.credentials["shops"]}
        self.assertEqual(set(self.account.shop_ids.mapped("remote_id")), ids)

    def test_a_shop_prices_in_the_currency_of_its_market(self):
        currencies = {
            shop.region: shop.pricelist_id.currency_id.name
            for shop in self.account.shop_ids
        }
        self.assertEqual(currencies, {"MY": "MYR", "GB": "GBP"})

    def test_a_shop_of_a_second_company_takes_that_companys_records(self):
        self.release_shops()
        account = self.connect(company=self.other_company)
        shop = account.shop_ids[0]
        self.assertEqual(shop.company_id, self.other_company)
        for field in (
            "warehouse_id",
            "pricelist_id",
            "default_product_id",
            "shipping_product_id",
            "carrier_id",
        ):
            with self.subTest(field=field):
                self.assertEqual(shop[field].company_id, self.other_company)

    def test_the_us_market_leaves_the_tax_to_tiktok(self):
        values = self.shop._prepare_market_values(self.env.company, "US")
        self.assertEqual(values["tax_policy"], "remitted")

    def test_reading_the_shops_again_creates_nothing(self):
        before = self.env["tts.shop"].search_count([])
        self.account._pull_shops()
        self.assertEqual(self.env["tts.shop"].search_count([]), before)

    def test_reading_the_shops_again_keeps_what_a_person_chose(self):
        self.shop.write({"name": "Ours", "tax_policy": "remitted"})
        self.account._pull_shops()
        self.assertEqual(self.shop.name, "Ours")
        self.assertEqual(self.shop.tax_policy, "remitted")

    # === ONE SHOP, ONCE === #

    def test_the_database_refuses_the_same_shop_twice(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.shop.copy({"remote_id": self.shop.remote_id})

    def test_a_shop_that_another_company_holds_is_refused_with_an_issue(self):
        account = self.connect(company=self.other_company)
        self.assertFalse(account.shop_ids)
        issues = self.issues(f"shop_taken:{self.shop.remote_id}")
        self.assertEqual(issues.account_id, account)
        self.assertEqual(issues.company_id, self.other_company)

    def test_a_shop_moves_when_the_other_account_was_archived(self):
        self.account.active = False
        account = self.connect()
        self.assertEqual(self.shop.account_id, account)

    def test_a_shop_never_moves_to_another_company(self):
        self.account.active = False
        self.connect(company=self.other_company)
        self.assertEqual(self.shop.account_id, self.account)

    def test_the_issue_of_a_taken_shop_closes_once_it_moved(self):
        account = self.connect()
        issue = self.issues(f"shop_taken:{self.shop.remote_id}")
        self.account.active = False
        issue.action_retry()
        self.assertEqual(issue.state, "closed")
        self.assertEqual(self.shop.account_id, account)

    def test_a_duplicated_shop_has_neither_credentials_nor_a_remote_id(self):
        copy = self.shop.copy().sudo()
        self.assertFalse(copy.cipher or copy.remote_id or copy.code)

    def test_a_duplicated_shop_is_never_due(self):
        copy = self.shop.copy()
        self.assertNotIn(copy, self.env["tts.shop"]._due_shops())

    # === FOLLOW-UP === #

    def test_setting_last_order_sync_back_wakes_the_scheduled_action(self):
        with self.capture_triggers(SYNC_CRON) as capture, Form(self.shop) as form:
            form.last_order_sync = "2026-01-01 00:00:00"
        self.assertEqual(len(capture.records), 1)
        self.assertIn(self.shop, self.env["tts.shop"]._due_shops())

    def test_changing_something_else_wakes_nothing(self):
        with self.capture_triggers(SYNC_CRON) as capture, Form(self.shop) as form:
            form.name = "Renamed"
        self.assertFalse(capture.records)

    def test_sync_orders_wakes_the_scheduled_action(self):
        with self.capture_triggers(SYNC_CRON) as capture:
            self.shop.action_sync_orders()
        self.assertEqual(len(capture.records), 1)

    def test_sync_orders_of_a_disconnected_shop_says_what_to_do(self):
        self.account.state = "disconnected"
        with self.assertRaisesRegex(UserError, "My app and click Re-Authorize"):
            self.shop.action_sync_orders()

    def test_a_clerk_cannot_make_a_shop_sync(self):
        for name in ("action_sync_orders", "action_pull_settings"):
            with self.subTest(button=name), self.assertRaises(AccessError):
                getattr(self.shop.with_user(self.low_user), name)()
