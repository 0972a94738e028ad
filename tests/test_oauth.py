from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import requests

from odoo import http
from odoo.tests import HttpCase, freeze_time, new_test_user, tagged
from odoo.tools.misc import hash_sign

from ..models.tts_account import CALLBACK_PATH
from ..models.tts_account_oauth import STATE_SCOPE
from .common import BASE_URL, TtsMixin

GROUP = "sale_tiktok_shop.group_tts_manager"


class OAuthCase(TtsMixin, HttpCase):
    """A seller at the consent page, and a browser that comes back to Odoo."""

    sandbox_options = {"orders": 0, "products": 1, "odd_skus": 0}
    markets = ("MY", "GB")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_sandbox()
        cls.other_company = cls.env["res.company"].create({"name": "Other company"})
        cls.user = new_test_user(cls.env, "tts_boss", groups=GROUP)
        cls.colleague = new_test_user(cls.env, "tts_colleague", groups=GROUP)
        cls.clerk = new_test_user(cls.env, "tts_clerk", groups="stock.group_stock_user")
        cls.account = cls.create_account("My app")

    @classmethod
    def create_account(cls, name, **values):
        given = cls.sandbox.credentials
        keys = {
            "service_id": given["service_id"],
            "app_key": given["app_key"],
            "app_secret_entry": given["app_secret"],
            "sandbox_url": BASE_URL,
        }
        account = cls.env["tts.account"].create(
            {"name": name, "company_id": cls.env.company.id} | keys | values
        )
        return account.with_user(cls.user)

    def setUp(self):
        super().setUp()
        self.control("POST", "/consent", {"redirect_url": self.callback_url()})
        self.authenticate("tts_boss", "tts_boss")

    def callback_url(self):
        return self.base_url() + CALLBACK_PATH

    def consent(self, decision, url=None, account=None):
        """Click on TikTok's consent page; return the address it sends back to."""
        url = url or (account or self.account).action_authorize()["url"]
        session = requests.Session()
        answer = session.get(f"{url}&auto={decision}", allow_redirects=False)
        self.assertEqual(answer.status_code, 302)
        return answer.headers["Location"]

    def come_back(self, url):
        answer = self.url_open(url, allow_redirects=False)
        self.env.invalidate_all()
        return answer

    def walk(self, decision="accept", account=None):
        """Authorize from the first click to the last redirect."""
        return self.come_back(self.consent(decision, account=account))

    def assertNotConnected(self, account=None):
        account = (account or self.account).sudo()
        self.assertNotEqual(account.state, "connected")
        self.assertFalse(account.token_ids)


@tagged("post_install", "-at_install")
class TestOAuth(OAuthCase):
    def test_accepting_connects_the_account(self):
        answer = self.walk()
        self.assertEqual(self.account.state, "connected")
        self.assertTrue(self.account.sudo().token_ids.access_token)
        self.assertTrue(
            answer.headers["Location"].endswith(f"/tiktok-accounts/{self.account.id}")
        )

    def test_accepting_brings_the_shops_with_their_warehouses(self):
        self.walk()
        self.assertEqual(sorted(self.account.shop_ids.mapped("region")), ["GB", "MY"])
        for shop in self.account.shop_ids:
            self.assertTrue(shop.warehouse_ids)

    def test_accepting_keeps_who_authorized_what_until_when(self):
        self.walk()
        self.assertIn("Contoh Outfitters", self.account.seller_name)
        self.assertFalse(self.account.missing_scopes)
        self.assertTrue(self.account.authorized_until)

    def test_another_seller_cannot_take_over_an_account_with_shops(self):
        self.walk()
        seller, token = self.account.seller_name, self.account.sudo().token_ids
        before = token.access_token
        self.addCleanup(setattr, self.sandbox.accounts, "open_id", self.account.open_id)
        self.sandbox.accounts.open_id = "another-seller"
        self.walk()
        self.assertEqual(token.access_token, before)
        self.assertIn(seller, self.account.last_message)

    def test_a_permission_the_app_lacks_is_shown(self):
        scopes = list(self.sandbox.accounts.scopes)
        self.addCleanup(self.control, "POST", "/consent", {"scopes": scopes})
        granted = [scope for scope in scopes if scope != "seller.finance.info"]
        self.control("POST", "/consent", {"scopes": granted})
        self.walk()
        self.assertEqual(self.account.missing_scopes, "Statements and payouts")

    def test_refusing_says_so_and_connects_nothing(self):
        self.walk("deny")
        self.assertNotConnected()
        self.assertIn("refused on TikTok (auth_denied)", self.account.last_message)

    def test_refusing_to_reauthorize_leaves_the_connection_alone(self):
        self.walk()
        token = self.account.sudo().token_ids.access_token
        self.walk("deny")
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(self.account.sudo().token_ids.access_token, token)

    def test_reauthorizing_replaces_the_tokens_and_keeps_the_shops(self):
        self.walk()
        shops, token = self.account.shop_ids, self.account.sudo().token_ids
        before = token.access_token
        self.account.sudo().state = "disconnected"
        self.walk()
        self.assertEqual(self.account.shop_ids, shops)
        self.assertNotEqual(token.access_token, before)
        self.assertEqual(self.account.state, "connected")

    def test_a_second_account_connects_beside_the_first(self):
        second = self.create_account("Second app", company_id=self.env.company.id)
        self.walk()
        self.walk(account=second)
        self.assertEqual(second.state, "connected")
        self.assertEqual(second.shop_ids.ids, [])
        self.assertEqual(len(self.issues()), 2)

    def test_a_wrong_secret_is_explained(self):
        self.account.app_secret_entry = "wrong-secret"
        self.walk()
        self.assertNotConnected()
        self.assertIn("did not accept the authorization", self.account.last_message)
        self.assertNotIn("wrong-secret", self.account.last_message)

    def test_a_code_that_is_too_old_is_explained(self):
        back = self.consent("accept")
        self.control("POST", "/clock", {"advance": 31 * 60})
        self.addCleanup(self.control, "POST", "/clock", {"advance": -31 * 60})
        self.come_back(back)
        self.assertNotConnected()
        self.assertIn("older than 30 minutes", self.account.last_message)

    def test_only_a_seller_can_be_connected(self):
        issue = self.sandbox.accounts.issue
        self.patch(
            self.sandbox.accounts,
            "issue",
            lambda *arguments: issue(*arguments) | {"user_type": 1},
        )
        self.walk()
        self.assertNotConnected()
        self.assertIn("not a seller account", self.account.last_message)

    def test_tokens_are_kept_when_the_shops_cannot_be_read(self):
        with self.fault("http_500", path="/authorization", times=9):
            self.walk()
        self.assertEqual(self.account.state, "connected")
        self.assertIn("Click Refresh Shops", self.account.last_message)


@tagged("post_install", "-at_install")
class TestOAuthState(OAuthCase):
    def sign(self, *values, scope=STATE_SCOPE, **options):
        options = options or {"expiration_hours": 1}
        return hash_sign(self.env, scope, list(values), **options)

    def back(self, state):
        code = self.sandbox.accounts.new_code()
        return f"{CALLBACK_PATH}?code={code}&state={state}"

    def nonce(self):
        self.account.action_authorize()
        return self.account.sudo().oauth_nonce

    def test_a_link_works_once(self):
        back = self.consent("accept")
        self.come_back(back)
        token = self.account.sudo().token_ids.access_token
        state = parse_qs(urlsplit(back).query)["state"][0]
        self.come_back(self.back(state))
        self.assertIn("used before", self.account.last_message)
        self.assertEqual(self.account.sudo().token_ids.access_token, token)

    def test_a_later_click_on_authorize_ends_earlier_links(self):
        back = self.consent("accept")
        self.account.action_authorize()
        self.come_back(back)
        self.assertNotConnected()

    def test_a_forged_state_is_refused(self):
        good = self.sign(self.account.id, self.user.id, self.nonce())
        flipped = good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB")
        for state in ("x", "null", "%C3%A9", "a" * 5000, "[1,2]", flipped):
            with self.subTest(state=state[:20]):
                answer = self.come_back(self.back(state))
                self.assertIn("not valid any more", answer.text)
                self.assertNotConnected()

    def test_a_state_signed_for_another_purpose_is_refused(self):
        values = (self.account.id, self.user.id, self.nonce())
        answer = self.come_back(self.back(self.sign(*values, scope="elsewhere")))
        self.assertIn("not valid any more", answer.text)
        self.assertNotConnected()

    def test_a_state_expires_after_an_hour(self):
        values = (self.account.id, self.user.id, self.nonce())
        state = self.sign(*values, expiration=timedelta(minutes=-1))
        answer = self.come_back(self.back(state))
        self.assertIn("not valid any more", answer.text)
        self.assertNotConnected()

    def test_the_link_of_authorize_expires_after_an_hour(self):
        with freeze_time("2026-01-01 10:00:00"):
            back = self.consent("accept")
        answer = self.come_back(back)
        self.assertIn("not valid any more", answer.text)

    def test_a_state_without_its_nonce_is_refused(self):
        self.account.sudo().oauth_nonce = False
        state = self.sign(self.account.id, self.user.id, False)
        self.come_back(self.back(state))
        self.assertNotConnected()

    def test_another_users_link_is_refused(self):
        back = self.consent("accept")
        self.authenticate("tts_colleague", "tts_colleague")
        answer = self.come_back(back)
        self.assertIn("started by another user", answer.text)
        self.assertNotConnected()

    def test_a_link_to_a_deleted_account_is_refused(self):
        back = self.consent("accept")
        self.account.sudo().unlink()
        self.assertIn("started by another user", self.come_back(back).text)

    def test_a_link_to_an_account_of_a_foreign_company_is_refused(self):
        back = self.consent("accept")
        self.account.sudo().company_id = self.other_company
        answer = self.come_back(back)
        self.assertIn("TikTok Shop is not connected", answer.text)
        self.assertNotConnected()

    def test_a_clerk_cannot_come_back_with_a_link(self):
        nonce = self.nonce()
        self.authenticate("tts_clerk", "tts_clerk")
        state = self.sign(self.account.id, self.clerk.id, nonce)
        answer = self.come_back(self.back(state))
        self.assertIn("TikTok Shop is not connected", answer.text)
        self.assertNotConnected()

    def test_nobody_comes_back_without_logging_in(self):
        back = self.consent("accept")
        self.authenticate(None, None)
        answer = self.come_back(back)
        self.assertIn("/web/login", answer.headers["Location"])
        self.assertNotConnected()


@tagged("post_install", "-at_install")
class TestOAuthFromAppStore(OAuthCase):
    """TikTok's app store sends sellers back without a state of ours."""

    def arrive(self):
        code = self.sandbox.accounts.new_code()
        return code, self.come_back(f"{CALLBACK_PATH}?app_key=x&code={code}")

    def submit(self, code, account, **values):
        data = {
            "code": code,
            "account_id": account.id,
            "csrf_token": http.Request.csrf_token(self),
        }
        answer = self.url_open(
            "/tts/oauth/finish", data=data | values, allow_redirects=False
        )
        self.env.invalidate_all()
        return answer

    def test_a_person_is_asked_for_which_account(self):
        _code, answer = self.arrive()
        self.assertIn("My app", answer.text)
        self.assertNotConnected()

    def test_the_page_does_not_pass_its_code_on(self):
        _code, answer = self.arrive()
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")

    def test_accounts_of_foreign_companies_are_not_offered(self):
        self.create_account("Foreign app", company_id=self.other_company.id)
        _code, answer = self.arrive()
        self.assertNotIn("Foreign app", answer.text)

    def test_the_chosen_account_is_connected(self):
        code, _answer = self.arrive()
        self.submit(code, self.account)
        self.assertEqual(self.account.state, "connected")

    def test_the_form_is_refused_without_its_csrf_token(self):
        code, _answer = self.arrive()
        with self.assertLogs("odoo.http", "WARNING"):
            answer = self.submit(code, self.account, csrf_token="")
        self.assertEqual(answer.status_code, 400)
        self.assertNotConnected()

    def test_an_account_of_a_foreign_company_cannot_be_chosen(self):
        foreign = self.create_account("Foreign", company_id=self.other_company.id)
        code, _answer = self.arrive()
        answer = self.submit(code, foreign)
        self.assertEqual(answer.status_code, 403)
        self.assertNotConnected(foreign)

    def test_an_account_that_is_no_number_is_refused(self):
        code, _answer = self.arrive()
        answer = self.submit(code, self.account, account_id="1 or 1")
        self.assertEqual(answer.status_code, 403)

    def test_an_account_that_does_not_exist_is_refused(self):
        code, _answer = self.arrive()
        answer = self.submit(code, self.account, account_id="99999999")
        self.assertEqual(answer.status_code, 403)

    def test_an_account_without_keys_is_explained(self):
        empty = self.create_account("Empty", app_key=False, app_secret_entry=False)
        code, _answer = self.arrive()
        self.submit(code, empty)
        self.assertNotConnected(empty)
        self.assertIn("fill in App Key, App Secret", empty.last_message)

    def test_refusing_in_the_app_store_is_explained(self):
        answer = self.come_back(f"{CALLBACK_PATH}?code=null&error=auth_denied")
        self.assertIn("refused on TikTok (auth_denied)", answer.text)

    def test_a_text_in_the_address_is_no_markup(self):
        answer = self.come_back(f"{CALLBACK_PATH}?code=null&error=<b>x</b>")
        self.assertNotIn("<b>x</b>", answer.text)

    def test_a_clerk_may_not_finish_a_connection(self):
        self.authenticate("tts_clerk", "tts_clerk")
        code, answer = self.arrive()
        self.assertEqual(answer.status_code, 403)
        self.assertEqual(self.submit(code, self.account).status_code, 403)
        self.assertNotConnected()
