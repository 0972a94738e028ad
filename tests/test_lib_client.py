"""One call to TikTok Shop: what is sent, what is tried again, what is raised."""

import json
from unittest.mock import patch

import requests
from requests.adapters import HTTPAdapter

from odoo.tests import tagged

from ..lib.client import TikTokClient
from ..lib.errors import (
    PayloadError,
    RateLimited,
    Rejected,
    TikTokError,
    Unauthorized,
    Unreachable,
)
from ..lib.session import new_session
from ..lib.signing import sign
from .lib_http import (
    CIPHER,
    KEY,
    NOW,
    SECRET,
    TOKEN,
    ClientCase,
    ScriptedSession,
    answer,
    fixture,
    query_of,
    refusal,
    sample,
    success,
)


@tagged("post_install", "-at_install")
class TestRequest(ClientCase):
    def test_a_shop_call_carries_cipher_token_and_signature(self):
        self.client(success({"warehouses": []})).warehouses()
        [request] = self.sent
        query = query_of(request)
        self.assertEqual(query["shop_cipher"], CIPHER)
        self.assertEqual(query["app_key"], KEY)
        self.assertEqual(query["timestamp"], str(NOW))
        self.assertEqual(
            query["sign"], sign(SECRET, "/logistics/202309/warehouses", query)
        )
        self.assertEqual(request.headers["x-tts-access-token"], TOKEN)

    def test_authorized_shops_are_asked_without_a_cipher(self):
        client = self.client(sample("authorization.shops", "cross-border-two-shops"))
        shops = client.authorized_shops()
        self.assertNotIn("shop_cipher", query_of(self.sent[0]))
        self.assertEqual([shop.region for shop in shops], ["GB", "MY"])
        self.assertEqual(shops[0].cipher, "GCP_SAMPLEcipherGB0001")

    def test_the_body_that_is_sent_is_the_body_that_is_signed(self):
        self.client(success({})).search_orders(
            update_time_ge=1, update_time_lt=2, status="AWAITING_SHIPMENT"
        )
        [request] = self.sent
        path = "/order/202309/orders/search"
        query = query_of(request)
        self.assertEqual(query["sign"], sign(SECRET, path, query, request.body))
        self.assertEqual(
            json.loads(request.body),
            {
                "update_time_ge": 1,
                "update_time_lt": 2,
                "order_status": "AWAITING_SHIPMENT",
            },
        )

    def test_a_search_pages_in_the_query_and_leaves_empty_values_out(self):
        self.client(success({})).search_orders(update_time_ge=1, update_time_lt=2)
        query = query_of(self.sent[0])
        self.assertNotIn("page_token", query)
        self.assertEqual(query["page_size"], "100")
        self.assertEqual(
            (query["sort_field"], query["sort_order"]), ("update_time", "ASC")
        )

    def test_a_page_token_survives_its_special_characters(self):
        token = "b2Zmc2V0PTUwJnRzPTE3NjcyMjU2MDA+/w=="
        self.client(success({})).search_orders(
            update_time_ge=1, update_time_lt=2, page_token=token
        )
        self.assertEqual(query_of(self.sent[0])["page_token"], token)

    def test_missing_orders_are_an_empty_page(self):
        client = self.client(sample("order.search", "no-match"))
        page = client.search_orders(update_time_ge=1, update_time_lt=2)
        self.assertEqual((page.rows, page.next_page_token), ([], ""))

    def test_numbers_with_a_fraction_stay_text(self):
        body = (
            b'{"code":0,"data":{"warehouses":[{"id":1729592969712207008,"v":39.90}]}}'
        )
        [row] = self.client(answer(body)).warehouses()
        self.assertEqual(row, {"id": 1729592969712207008, "v": "39.90"})

    def test_redirects_are_not_followed(self):
        client = self.client(answer(b"", 302, {"Location": "https://evil.example"}))
        with self.assertRaises(Unreachable):
            client._request("POST", "/x")
        self.assertFalse(self.session.options[0]["allow_redirects"])

    def test_a_timeout_is_one_number(self):
        self.client(success({})).warehouses()
        self.assertEqual(self.session.options[0]["timeout"], 30)

    def test_an_own_session_gives_up_a_dead_host_sooner(self):
        adapter = new_session().get_adapter("https://tiktok.example.com")
        with patch.object(HTTPAdapter, "send") as send:
            adapter.send(None, timeout=30)
        self.assertEqual(send.call_args.kwargs["timeout"], (5, 30))

    def test_a_session_that_was_given_stays_open(self):
        with self.client():
            pass
        self.assertFalse(self.session.is_closed)

    def test_an_own_session_is_closed(self):
        client = TikTokClient(KEY, SECRET, TOKEN)
        client._session = session = ScriptedSession([])
        with client:
            pass
        self.assertTrue(session.is_closed)


@tagged("post_install", "-at_install")
class TestErrors(ClientCase):
    KINDS = {
        "bad-signature": "app",
        "sign-missing": "app",
        "app-key-unknown": "app",
        "timestamp-too-old": "clock",
        "timestamp-in-the-future": "clock",
        "access-token-missing-or-invalid": "token",
        "access-token-expired": "token",
        "scope-missing": "scope",
        "ip-not-allowed": "app",
        "shop-inactive": "inactive",
        "seller-inactive": "inactive",
        "token-of-another-shop": "token",
    }
    OTHERS = {
        "shop-cipher-missing": Rejected,
        "shop-cipher-not-expected": Rejected,
        "rate-limit": RateLimited,
        "sandbox-hour-limit": RateLimited,
        "internal-error": Unreachable,
        "timeout": Unreachable,
        "unknown-path": Rejected,
        "wrong-method": Rejected,
        "retired-version": Rejected,
        "content-type": Rejected,
    }

    def failure(self, *script, method="POST", **options):
        with self.assertRaises(TikTokError) as caught:
            self.client(*script, **options)._request(method, "/x")
        return caught.exception

    def test_every_common_error_has_a_type(self):
        names = {found["name"] for found in fixture("errors.common")["cases"]}
        self.assertEqual(names, set(self.KINDS) | set(self.OTHERS))

    def test_refused_connections_say_who_has_to_act(self):
        for name, kind in self.KINDS.items():
            with self.subTest(name):
                error = self.failure(sample("errors.common", name))
                self.assertIsInstance(error, Unauthorized)
                self.assertEqual(error.kind, kind)

    def test_the_other_errors_have_the_type_of_their_cure(self):
        for name, kind in self.OTHERS.items():
            with self.subTest(name):
                error = self.failure(sample("errors.common", name))
                self.assertIs(type(error), kind)

    def test_an_error_carries_code_request_and_both_texts(self):
        error = self.failure(refusal(10006402, "permission denied"))
        self.assertEqual((error.code, error.request_id), (10006402, "R2"))
        self.assertRegex(str(error), "belongs to this shop.*permission denied.*R2")

    def test_a_bad_parameter_is_rejected_with_the_remote_text(self):
        error = self.failure(sample("order.search", "page_size-missing"))
        self.assertIsInstance(error, Rejected)
        self.assertIn("PageSize is a required field", str(error))

    def test_answers_that_are_no_envelope_are_unreachable(self):
        for body in (
            b"<html>bad gateway</html>",
            b"",
            b"[]",
            b"null",
            b'{"code": NaN}',
            b'{"message": "no code"}',
            b'{"code": true}',
            b'{"code": 0',
            b"\xff\xfe\x00",
        ):
            with self.subTest(body):
                self.assertIsInstance(self.failure(answer(body)), Unreachable)

    def test_a_zero_code_on_a_server_error_is_no_success(self):
        error = self.failure(answer({"code": 0, "data": {}}, 503))
        self.assertIsInstance(error, Unreachable)

    def test_data_of_another_kind_is_named(self):
        self.assertIsInstance(self.failure(success([1])), PayloadError)

    def test_network_errors_are_unreachable(self):
        for error in (
            requests.ConnectTimeout("x"),
            requests.exceptions.SSLError("x"),
            requests.exceptions.ChunkedEncodingError("x"),
            ConnectionResetError("x"),
        ):
            found = self.failure(error)
            self.assertIsInstance(found, Unreachable)
            self.assertIn(type(error).__name__, str(found))

    def test_no_failure_shows_a_secret(self):
        url = f"https://x/y?sign=5dec0f11ec&app_secret={SECRET}&shop_cipher={CIPHER}"
        for found in (
            requests.ConnectionError(f"{url} {TOKEN}"),
            refusal(12345, f"{url} {TOKEN} {SECRET}"),
            refusal(105002, f"{url} {TOKEN}"),
            refusal(36009002, f"{url} {TOKEN}", 429),
            answer(url.encode(), 500),
        ):
            error = self.failure(found)
            while error:
                shown = f"{error} {error!r}"
                for secret in (SECRET, TOKEN, CIPHER, "5dec0f11ec"):
                    self.assertNotIn(secret, shown)
                error = error.__cause__ or error.__context__

    def test_the_client_does_not_show_its_secrets(self):
        shown = repr(self.client())
        for secret in (SECRET, TOKEN, CIPHER):
            self.assertNotIn(secret, shown)


@tagged("post_install", "-at_install")
class TestRetries(ClientCase):
    FINE = {"warehouses": [{"id": "1"}]}

    def test_a_read_survives_short_trouble(self):
        for trouble in (
            requests.ConnectionError("reset"),
            answer(b"oops", 502),
            sample("errors.common", "internal-error"),
            refusal(10002014, "Failed to get orders"),
        ):
            rows = self.client(trouble, success(self.FINE)).warehouses()
            self.assertEqual(rows, [{"id": "1"}])
            self.assertEqual(self.naps, [0.5])

    def test_a_read_gives_up_after_its_tries(self):
        script = [answer(b"", 503) for _ in range(9)]
        with self.assertRaises(Unreachable):
            self.client(*script).warehouses()
        self.assertEqual(len(self.sent), 4)

    def test_pauses_grow_and_stay_within_five_seconds(self):
        script = [answer(b"", 503) for _ in range(20)]
        with self.assertRaises(Unreachable):
            self.client(*script, tries=20, rng=lambda: 1.0).warehouses()
        self.assertEqual(self.naps, [0.75, 1.5])
        self.assertLessEqual(sum(self.naps), 5)

    def test_a_write_is_never_repeated(self):
        for trouble in (
            requests.ReadTimeout("x"),
            answer(b"", 503),
            sample("errors.common", "rate-limit"),
        ):
            with self.assertRaises(TikTokError):
                self.client(trouble, success({}))._request("POST", "/write")
            self.assertEqual(len(self.sent), 1)

    def test_a_write_that_may_be_repeated_is(self):
        client = self.client(answer(b"", 503), success({"done": 1}))
        data = client._request("POST", "/write", body={}, idempotent=True)
        self.assertEqual(data, {"done": 1})

    def test_a_refused_call_is_not_repeated(self):
        with self.assertRaises(Rejected):
            self.client(refusal(12345), success({})).warehouses()
        self.assertEqual(len(self.sent), 1)

    def test_a_short_retry_after_is_honoured(self):
        self.client(
            sample("errors.common", "rate-limit"), success(self.FINE)
        ).warehouses()
        self.assertEqual(self.naps, [1.0])

    def test_a_long_retry_after_is_the_callers(self):
        limited = refusal(36009002, "slow", 429, {"Retry-After": "120"})
        with self.assertRaises(RateLimited) as caught:
            self.client(limited, success(self.FINE)).warehouses()
        self.assertEqual(caught.exception.retry_after, 120)
        self.assertEqual(self.naps, [])

    def test_a_limit_without_a_time_is_tried_again_shortly(self):
        limited = refusal(36009002, "slow", 429)
        self.client(limited, success(self.FINE)).warehouses()
        self.assertEqual(self.naps, [0.5])

    def test_a_limit_that_is_not_json_is_a_limit(self):
        script = [answer(b"<html>", 429) for _ in range(4)]
        with self.assertRaises(RateLimited):
            self.client(*script).warehouses()

    def test_the_hourly_limit_of_a_test_shop_is_not_tried_again(self):
        limited = sample("errors.common", "sandbox-hour-limit")
        with self.assertRaises(RateLimited) as caught:
            self.client(limited, success(self.FINE)).warehouses()
        self.assertEqual(caught.exception.retry_after, 3600)

    def test_a_senseless_retry_after_is_ignored(self):
        for value in ("soon", "nan", "inf", "-inf"):
            limited = refusal(36009002, "slow", 429, {"Retry-After": value})
            self.client(limited, success(self.FINE)).warehouses()
            self.assertEqual(self.naps, [0.5])

    def test_a_retry_after_in_the_past_means_now(self):
        date = {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}
        self.client(refusal(36009002, "s", 429, date), success(self.FINE)).warehouses()
        self.assertEqual(self.naps, [0.0])

    def test_a_slow_server_is_not_asked_again(self):
        times = iter([NOW, NOW + 46])
        client = self.client(requests.ReadTimeout("x"), success(self.FINE))
        client._clock = lambda: next(times)
        with self.assertRaises(Unreachable):
            client.warehouses()
        self.assertEqual(len(self.sent), 1)

    def test_each_attempt_is_signed_anew(self):
        times = iter([NOW, NOW + 400])
        client = self.client(answer(b"", 503), success(self.FINE))
        client._signer._clock = lambda: next(times)
        client.warehouses()
        stamps = [query_of(request)["timestamp"] for request in self.sent]
        self.assertEqual(stamps, [str(NOW), str(NOW + 400)])


@tagged("post_install", "-at_install")
class TestRefresh(ClientCase):
    def renew(self):
        self.renewed = getattr(self, "renewed", 0) + 1
        return f"ROW_new_{self.renewed}"

    def test_an_expired_token_is_renewed_once_and_the_call_sent_again(self):
        for name in (
            "access-token-expired",
            "access-token-missing-or-invalid",
            "token-of-another-shop",
        ):
            self.renewed = 0
            client = self.client(
                sample("errors.common", name), success({}), refresh=self.renew
            )
            client._request("POST", "/write")
            self.assertEqual(self.renewed, 1)
            used = [r.headers["x-tts-access-token"] for r in self.sent]
            self.assertEqual(used, [TOKEN, "ROW_new_1"])

    def test_the_new_token_stays_for_the_next_call(self):
        expired = sample("errors.common", "access-token-expired")
        client = self.client(expired, success({}), success({}), refresh=self.renew)
        client.warehouses()
        client.warehouses()
        self.assertEqual(self.renewed, 1)
        self.assertEqual(self.sent[2].headers["x-tts-access-token"], "ROW_new_1")

    def test_a_token_that_stays_refused_is_raised(self):
        expired = [sample("errors.common", "access-token-expired") for _ in range(3)]
        with self.assertRaises(Unauthorized):
            self.client(*expired, refresh=self.renew).warehouses()
        self.assertEqual(self.renewed, 1)
        self.assertEqual(len(self.sent), 2)

    def test_without_a_refresh_the_refusal_is_raised(self):
        with self.assertRaises(Unauthorized):
            self.client(sample("errors.common", "access-token-expired")).warehouses()

    def test_other_refusals_renew_nothing(self):
        self.renewed = 0
        for name in ("scope-missing", "bad-signature", "timestamp-too-old"):
            found = sample("errors.common", name)
            with self.assertRaises(Unauthorized):
                self.client(found, refresh=self.renew).warehouses()
        self.assertEqual(self.renewed, 0)

    def test_a_refresh_that_fails_ends_the_call(self):
        def renew():
            raise Unauthorized("connect again", kind="token")

        expired = sample("errors.common", "access-token-expired")
        with self.assertRaisesRegex(Unauthorized, "connect again"):
            self.client(expired, refresh=renew).warehouses()
