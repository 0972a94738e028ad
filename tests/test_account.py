from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import TtsCase


@tagged("post_install", "-at_install")
class TestAccount(TtsCase):
    sandbox_options = {"orders": 0, "products": 1, "odd_skus": 0}

    def keep_authorized(self):
        """Run the scheduled action as Odoo runs it."""
        cron = self.env.ref("sale_tiktok_shop.ir_cron_authorizations")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def end_in(self, **delta):
        end = fields.Datetime.now() + timedelta(**delta)
        self.account.sudo().token_ids.refresh_expires_at = end

    # === KEYS === #

    def test_authorizing_without_keys_names_the_missing_ones(self):
        account = self.env["tts.account"].create({"name": "Empty", "app_key": "k"})
        with self.assertRaisesRegex(UserError, "Service ID, App Secret"):
            account.action_authorize()

    def test_a_typed_secret_is_kept_and_not_shown_again(self):
        account = self.env["tts.account"].create({"name": "New"})
        with Form(account) as form:
            form.app_secret_entry = " typed-secret "
        self.assertEqual(account.sudo().app_secret, "typed-secret")
        self.assertFalse(account.app_secret_entry)

    def test_saving_the_form_without_typing_keeps_the_secret(self):
        before = self.account.sudo().app_secret
        with Form(self.account) as form:
            form.name = "Renamed"
        self.assertEqual(self.account.sudo().app_secret, before)

    def test_us_sellers_are_sent_to_the_consent_page_of_the_us(self):
        self.account.write({"sandbox_url": False, "block": "US"})
        url = self.account.action_authorize()["url"]
        self.assertTrue(url.startswith("https://services.us.tiktokshop.com/open/"))

    def test_other_sellers_are_sent_to_the_consent_page_of_the_world(self):
        self.account.write({"sandbox_url": False, "block": "ROW"})
        url = self.account.action_authorize()["url"]
        self.assertTrue(url.startswith("https://services.tiktokshop.com/open/"))

    # === SANDBOX ADDRESS === #

    def test_a_sandbox_may_be_reached_over_https(self):
        self.account.sandbox_url = "https://sandbox.example.com"
        self.assertTrue(self.account.sandbox_url)

    def test_a_sandbox_on_this_machine_may_be_reached_over_http(self):
        for url in ("http://localhost:8090", "http://127.0.0.1:1", "http://[::1]:9"):
            with self.subTest(url=url):
                self.account.sandbox_url = url

    def test_a_sandbox_elsewhere_is_refused_over_http(self):
        for url in (
            "http://sandbox.example.com",
            "http://localhost.example.com",
            "http://127.0.0.1@example.com",
            "ftp://localhost",
            "localhost:8090",
            "https://",
            "http://[",
        ):
            with self.subTest(url=url), self.assertRaises(ValidationError):
                self.account.sandbox_url = url

    def test_an_account_with_shops_stays_in_its_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaisesRegex(ValidationError, "another company"):
            self.account.company_id = other

    # === SCOPES === #

    def test_missing_permissions_are_named(self):
        scopes = set(self.sandbox.accounts.scopes) - {"seller.finance.info"}
        self.account.granted_scopes = sorted(scopes)
        self.assertEqual(self.account.missing_scopes, "Statements and payouts")

    def test_no_permission_is_missing_when_all_were_granted(self):
        self.account.granted_scopes = list(self.sandbox.accounts.scopes)
        self.assertFalse(self.account.missing_scopes)

    # === THE END OF AN AUTHORIZATION === #

    def test_the_responsible_is_warned_a_month_before_the_end(self):
        self.end_in(days=29)
        self.keep_authorized()
        activity = self.account.activity_ids
        self.assertEqual(activity.user_id, self.account.responsible_id)
        self.assertIn("ends soon", activity.summary)

    def test_nobody_is_warned_earlier(self):
        self.end_in(days=31)
        self.keep_authorized()
        self.assertFalse(self.account.activity_ids)

    def test_the_warning_is_given_once(self):
        self.end_in(days=29)
        self.keep_authorized()
        self.keep_authorized()
        self.assertEqual(len(self.account.activity_ids), 1)

    def test_a_warning_that_was_marked_done_does_not_come_back(self):
        self.end_in(days=29)
        self.keep_authorized()
        self.account.activity_ids.action_feedback()
        self.keep_authorized()
        self.assertFalse(self.account.activity_ids)

    def test_a_new_authorization_takes_the_warning_away(self):
        self.end_in(days=29)
        self.keep_authorized()
        code = self.sandbox.accounts.new_code()
        with self.enter_registry_test_mode():
            self.account._oauth_finish(code)
        self.assertFalse(self.account.activity_ids)

    # === TROUBLE === #

    def test_one_account_in_trouble_stops_no_other(self):
        self.account.sudo().token_ids.access_expires_at = fields.Datetime.now()
        other = self.account.copy({"name": "Other", "state": "connected"})
        self.env["tts.token"].create({"account_id": other.id})
        self.account.sudo().app_secret = "wrong"
        self.end_in(days=29)
        alive = self.connect_again("Third")
        self.keep_authorized()
        self.assertEqual(self.account.state, "disconnected")
        self.assertTrue(alive.activity_ids)

    def connect_again(self, name):
        """Return a second connected account whose authorization ends soon."""
        account = self.account.copy({"name": name, "state": "connected"})
        now = fields.Datetime.now()
        self.env["tts.token"].create(
            {
                "account_id": account.id,
                "access_token": "alive",
                "access_expires_at": now + timedelta(days=5),
                "refresh_expires_at": now + timedelta(days=5),
            }
        )
        return account

    def test_trouble_that_passed_is_not_shown_any_longer(self):
        self.account.last_message = "TikTok Shop could not be reached"
        self.keep_authorized()
        self.assertFalse(self.account.last_message)

    def test_refreshing_the_shops_tells_what_tiktok_said(self):
        with (
            self.fault("http_500", path="/authorization", times=9),
            self.assertRaisesRegex(UserError, "My app.*internal error"),
        ):
            self.account.action_refresh_shops()

    def test_refreshing_the_shops_counts_them(self):
        message = self.account.action_refresh_shops()["params"]["message"]
        self.assertEqual(message, "1 shops found.")

    def test_a_copy_holds_no_credentials(self):
        copy = self.account.copy().sudo()
        self.assertFalse(
            copy.app_key
            or copy.app_secret
            or copy.oauth_nonce
            or copy.token_ids
            or copy.shop_ids
            or copy.open_id
            or copy.sandbox_url
        )
        self.assertEqual(copy.state, "new")

    def test_a_clerk_may_not_refresh_the_shops(self):
        with self.assertRaises(AccessError):
            self.account.with_user(self.low_user).action_refresh_shops()
