"""The consent page and the two token calls."""

import logging
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlsplit

import requests

from odoo.tests import BaseCase, tagged

from ..lib.errors import (
    PayloadError,
    RateLimited,
    Rejected,
    TikTokError,
    Unauthorized,
    Unreachable,
)
from ..lib.oauth import authorize_url, exchange_code, refresh_tokens
from .lib_http import (
    KEY,
    SECRET,
    ScriptedSession,
    answer,
    case,
    query_of,
    refusal,
    sample,
)

CODE = "ROW_SAMPLE_auth_code"
REFRESH = "ROW_SAMPLE_refresh_0001"


def tokens(**changes):
    body = case("auth.token_get", "success")["response"]
    body["data"].update(changes)
    return answer(body)


@tagged("post_install", "-at_install")
class TestOauth(BaseCase):
    def exchange(self, found, code=CODE):
        self.session = ScriptedSession([found])
        return exchange_code(KEY, SECRET, code, session=self.session)

    def refresh(self, found):
        self.session = ScriptedSession([found])
        return refresh_tokens(KEY, SECRET, REFRESH, session=self.session)

    def test_the_consent_page_is_that_of_the_block(self):
        world = urlsplit(authorize_url("123", "a state/+"))
        self.assertEqual(world.netloc, "services.tiktokshop.com")
        query = parse_qs(world.query)
        self.assertEqual(query, {"service_id": ["123"], "state": ["a state/+"]})
        america = urlsplit(authorize_url("123", "s", block="US"))
        self.assertEqual(america.netloc, "services.us.tiktokshop.com")

    def test_a_base_url_replaces_every_host(self):
        base = "http://localhost:8071/"
        page = authorize_url("1", "s", base_url=base)
        self.assertTrue(page.startswith("http://localhost:8071/open/authorize?"))
        session = ScriptedSession([tokens()])
        exchange_code(KEY, SECRET, CODE, base_url=base, session=session)
        self.assertTrue(
            session.sent[0].url.startswith("http://localhost:8071/api/v2/token/get?")
        )

    def test_a_code_is_exchanged_as_documented(self):
        self.exchange(tokens())
        [request] = self.session.sent
        expected = case("auth.token_get", "success")["request"]["query"]
        self.assertEqual(query_of(request), expected)
        self.assertEqual(request.method, "GET")
        self.assertNotIn("sign", query_of(request))

    def test_a_refresh_is_asked_as_documented(self):
        self.refresh(sample("auth.token_refresh", "success"))
        expected = case("auth.token_refresh", "success")["request"]["query"]
        self.assertEqual(query_of(self.session.sent[0]), expected)

    def test_the_answer_becomes_a_token_set(self):
        found = self.exchange(tokens())
        self.assertEqual(found.access_token, "ROW_SAMPLE_access_0001")
        self.assertEqual(found.refresh_token, REFRESH)
        self.assertEqual(found.seller_name, "Contoh Outfitters MY")
        self.assertEqual(found.seller_base_region, "MY")
        self.assertEqual(found.user_type, 0)
        self.assertIn("seller.order.info", found.granted_scopes)

    def test_expiries_are_moments_in_utc(self):
        found = self.exchange(tokens())
        expected = datetime.fromtimestamp(1767830400, timezone.utc)
        self.assertEqual(found.access_expires_at, expected)
        self.assertEqual(found.refresh_expires_at.utcoffset().total_seconds(), 0)

    def test_a_duration_is_not_taken_for_an_expiry(self):
        with self.assertRaises(PayloadError) as caught:
            self.exchange(tokens(access_token_expire_in=604800))
        self.assertEqual(caught.exception.path, "access_token_expire_in")

    def test_absent_scopes_are_no_scopes(self):
        self.assertEqual(self.exchange(tokens(granted_scopes=None)).granted_scopes, ())

    def test_a_missing_token_is_named(self):
        with self.assertRaises(PayloadError) as caught:
            self.exchange(tokens(refresh_token=""))
        self.assertEqual(caught.exception.path, "refresh_token")

    def test_creators_are_refused(self):
        with self.assertRaisesRegex(Rejected, "not a seller account"):
            self.exchange(tokens(user_type=1))

    def test_a_refused_code_names_the_reason(self):
        with self.assertRaisesRegex(Rejected, "already used.*invalid auth code") as c:
            self.exchange(sample("auth.token_get", "auth-code-used-or-expired"))
        self.assertEqual(c.exception.code, 36004004)
        self.assertEqual(c.exception.request_id, "202601010800000101890810281E0E")

    def test_a_refused_consent_asks_nothing(self):
        for code in ("null", "", None):
            with self.assertRaisesRegex(Rejected, "refused the authorization"):
                self.exchange(tokens(), code=code)
            self.assertFalse(self.session.sent)

    def test_a_refused_refresh_asks_to_connect_again(self):
        with self.assertRaisesRegex(Unauthorized, "connect the account") as caught:
            self.refresh(refusal(36004005, "invalid refresh token"))
        self.assertEqual(caught.exception.kind, "token")
        self.assertEqual(caught.exception.code, 36004005)

    def test_a_throttled_refresh_is_not_taken_for_a_refused_one(self):
        with self.assertRaises(RateLimited):
            self.refresh(sample("errors.common", "rate-limit"))

    def test_a_failing_server_is_not_taken_for_a_refused_refresh(self):
        for found in (
            answer(b"<html>bad gateway</html>", 502),
            sample("errors.common", "internal-error"),
            answer(b"", 302, {"Location": "https://elsewhere.example.com"}),
        ):
            with self.assertRaises(Unreachable):
                self.refresh(found)

    def test_a_refresh_is_asked_only_once(self):
        with self.assertRaises(Unreachable):
            self.refresh(requests.ConnectionError("lost"))
        self.assertEqual(len(self.session.sent), 1)

    def test_redirects_are_not_followed(self):
        self.exchange(tokens())
        self.assertFalse(self.session.options[0]["allow_redirects"])

    def test_no_failure_shows_a_secret(self):
        url = f"https://x/api?app_secret={SECRET}&refresh_token={REFRESH}"
        for found in (
            requests.ConnectionError(f"Max retries exceeded with url: {url}"),
            requests.exceptions.InvalidURL(url),
            refusal(36004005, f"bad {REFRESH} for {SECRET}"),
            refusal(36009004, f"Invalid credentials. {url}"),
            answer(url.encode(), 500),
        ):
            with self.assertRaises(TikTokError) as caught:
                self.refresh(found)
            self.assertHidden(caught.exception)

    def assertHidden(self, error):
        while error:
            shown = f"{error!s} {error!r} {error.args}"
            self.assertNotIn(SECRET, shown)
            self.assertNotIn(REFRESH, shown)
            error = error.__cause__ or error.__context__

    def test_the_token_set_hides_its_tokens(self):
        found = self.exchange(tokens())
        for shown in (repr(found), str(found), f"{found}"):
            self.assertNotIn(found.access_token, shown)
            self.assertNotIn(found.refresh_token, shown)

    def test_the_log_of_the_http_library_hides_secrets(self):
        self.exchange(tokens())
        logger = logging.getLogger("urllib3.connectionpool")
        with self.assertLogs(logger, "DEBUG") as logs:
            logger.debug('%s "GET %s" %s', "host", f"/t?app_secret={SECRET}&a=1", 200)
        self.assertEqual(
            logs.output[0].split(":", 2)[2], 'host "GET /t?app_secret=***&a=1" 200'
        )
