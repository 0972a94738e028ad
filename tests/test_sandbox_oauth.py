"""Consent, codes and tokens of the sandbox."""

import json
from urllib.parse import parse_qs, urlsplit

from odoo.tests import BaseCase, tagged

from .sandbox_client import NOW, SandboxClient

SHOPS = ("GET", "/authorization/202309/shops")
SEARCH = ("POST", "/order/202309/orders/search")
PAGE = {"page_size": 20}


@tagged("post_install", "-at_install")
class TestSandboxAuthorization(BaseCase):
    def setUp(self):
        super().setUp()
        self.client = SandboxClient(orders=5)

    def tokens(self, kind, **values):
        query = {"app_key": self.client.key, "app_secret": self.client.secret, **values}
        reply = self.client.send("GET", f"/api/v2/token/{kind}", query)
        return json.loads(reply.body)

    def exchange(self, code):
        return self.tokens("get", auth_code=code, grant_type="authorized_code")

    def renew(self, token):
        return self.tokens("refresh", refresh_token=token, grant_type="refresh_token")

    def consent(self, **query):
        values = {"service_id": self.client.box.accounts.service_id, **query}
        return self.client.send("GET", "/open/authorize", values)

    def decided(self, **query):
        location = self.consent(**query).headers["Location"]
        return {k: v[0] for k, v in parse_qs(urlsplit(location).query).items()}

    def test_the_consent_page_offers_both_answers(self):
        text = self.consent(state="s1").body.decode()
        self.assertIn("Authorize", text)
        self.assertIn("auto=deny", text)

    def test_consent_sends_code_and_state_to_the_redirect_url_of_the_app(self):
        url = "http://127.0.0.1:1/back"
        self.client.door("POST", "/consent", {"redirect_url": url})
        reply = self.consent(state="s&1", auto="accept")
        self.assertEqual(reply.status, 302)
        self.assertTrue(reply.headers["Location"].startswith(f"{url}?"))
        self.assertEqual(self.decided(state="s&1", auto="accept")["state"], "s&1")

    def test_a_refusal_carries_the_word_null(self):
        self.assertEqual(
            self.decided(state="s1", auto="deny"),
            {"code": "null", "error": "auth_denied", "state": "s1"},
        )

    def test_the_older_consent_link_names_the_app_key(self):
        query = {"app_key": self.client.key, "auto": "accept"}
        reply = self.client.send("GET", "/oauth/authorize", query)
        self.assertEqual(reply.status, 302)

    def test_a_code_works_once(self):
        code = self.decided(auto="accept")["code"]
        self.assertEqual(self.exchange(code)["code"], 0)
        self.assertEqual(self.exchange(code)["code"], 36004004)

    def test_a_code_dies_after_thirty_minutes(self):
        code = self.decided(auto="accept")["code"]
        self.client.door("POST", "/clock", {"advance": 30 * 60 + 1})
        self.assertEqual(self.exchange(code)["code"], 36004004)

    def test_expiries_are_points_in_time(self):
        data = self.exchange(self.decided(auto="accept")["code"])["data"]
        self.assertEqual(data["access_token_expire_in"], NOW + 7 * 86400)
        self.assertGreater(data["refresh_token_expire_in"], NOW + 300 * 86400)

    def test_the_spelling_of_the_grant_type_matters(self):
        code = self.decided(auto="accept")["code"]
        answer = self.tokens("get", auth_code=code, grant_type="authorization_code")
        self.assertEqual(answer["code"], 36009004)

    def test_a_wrong_secret_gets_no_token(self):
        code = self.decided(auto="accept")["code"]
        answer = self.tokens(
            "get", auth_code=code, grant_type="authorized_code", app_secret="0"
        )
        self.assertEqual(answer["code"], 36009004)

    def test_an_access_token_expires_after_seven_days(self):
        self.client.door("POST", "/clock", {"advance": 7 * 86400})
        answer = self.client.call(*SHOPS, cipher=None)
        self.assertEqual((answer[0], answer[1]["code"]), (401, 105002))

    def test_a_refresh_replaces_the_refresh_token(self):
        data = self.renew(self.client.refresh)["data"]
        self.assertNotEqual(data["refresh_token"], self.client.refresh)
        self.assertEqual(self.renew(self.client.refresh)["code"], 36004004)
        self.assertEqual(self.renew(data["refresh_token"])["code"], 0)

    def test_the_old_access_token_outlives_a_refresh(self):
        self.renew(self.client.refresh)
        self.assertEqual(self.client.code(*SHOPS, cipher=None), 0)

    def test_a_refresh_can_revoke_the_old_access_token(self):
        client = self.client = SandboxClient(orders=1, revoke_old=True)
        self.renew(client.refresh)
        self.assertEqual(client.code(*SHOPS, cipher=None), 36009004)

    def test_a_refresh_can_keep_its_token(self):
        client = self.client = SandboxClient(orders=1, rotate_refresh=False)
        data = self.renew(client.refresh)["data"]
        self.assertEqual(data["refresh_token"], client.refresh)

    def test_a_scope_counts_from_the_next_consent(self):
        scopes = ["seller.authorization.info"]
        self.client.door("POST", "/consent", {"scopes": scopes})
        self.assertEqual(self.client.code(*SEARCH, PAGE), 0)
        data = self.exchange(self.decided(auto="accept")["code"])["data"]
        answer = self.client.call(*SEARCH, PAGE, token=data["access_token"])
        self.assertEqual((answer[0], answer[1]["code"]), (403, 105005))
