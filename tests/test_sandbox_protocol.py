"""The sandbox is as strict as the gateway: signatures, checks, paging, codes."""

import json
import pathlib
from urllib.parse import parse_qs, parse_qsl, urlsplit

from odoo.tests import BaseCase, tagged

from ..sandbox import signature
from .sandbox_client import NOW, SandboxClient

VECTORS = json.loads(
    (pathlib.Path(__file__).parent / "fixtures" / "sign_vectors.json").read_text(
        encoding="utf-8"
    )
)
SHOPS = ("GET", "/authorization/202309/shops")
SEARCH = ("POST", "/order/202309/orders/search")
PAGE = {"page_size": 20}


def verify_vector(vector, given):
    """Return whether the sandbox takes `given` for the call of a vector."""
    return signature.verify(
        given,
        vector["app_secret"],
        vector["path"],
        parse_qsl(vector["wire_query"], keep_blank_values=True),
        (vector["body"] or "").encode(),
        vector["content_type"] or "",
    )


class ProtocolCase(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = SandboxClient(markets=["MY", "US"], orders=120)

    def assertRefused(self, answer, status, code, text=""):
        self.assertEqual((answer[0], answer[1]["code"]), (status, code))
        self.assertIn(text, answer[1]["message"])


@tagged("post_install", "-at_install")
class TestSandboxSignature(BaseCase):
    def test_every_recorded_signature_is_taken(self):
        for vector in VECTORS["vectors"]:
            with self.subTest(vector["id"]):
                self.assertTrue(verify_vector(vector, vector["expected_sign"]))

    def test_every_recorded_mistake_is_refused(self):
        known = {vector["id"]: vector for vector in VECTORS["vectors"]}
        for case in VECTORS["negative"]:
            if case["of"] in known:
                with self.subTest(case["id"]):
                    self.assertFalse(verify_vector(known[case["of"]], case["sign"]))


@tagged("post_install", "-at_install")
class TestSandboxGateway(ProtocolCase):
    def test_an_unknown_path_is_named(self):
        self.assertRefused(self.client.call("GET", "/order/x"), 404, 36009009)

    def test_an_endpoint_beyond_the_sandbox_says_so(self):
        answer = self.client.call("POST", "/return_refund/202309/returns/search")
        self.assertRefused(answer, 404, 36009009, "does not implement")

    def test_a_retired_version_is_named(self):
        answer = self.client.call("GET", "/finance/202309/payments")
        self.assertRefused(answer, 400, 36009014)

    def test_a_wrong_method_is_named(self):
        answer = self.client.call("GET", "/order/202309/orders/search")
        self.assertRefused(answer, 405, 36009010)

    def test_the_app_key_comes_before_the_signature(self):
        answer = self.client.call(*SHOPS, cipher=None, app_key="nobody", sign="00")
        self.assertRefused(answer, 400, 36009004, "`app_key`")

    def test_the_timestamp_comes_before_the_signature(self):
        answer = self.client.call(*SHOPS, cipher=None, timestamp=NOW - 301, sign="00")
        self.assertRefused(answer, 400, 36009004, "earlier than 5 minutes")

    def test_the_signature_comes_before_the_token(self):
        answer = self.client.call(*SHOPS, cipher=None, sign="00", token="nobody")
        self.assertRefused(answer, 401, 106001)

    def test_the_token_comes_before_the_cipher(self):
        answer = self.client.call(*SEARCH, PAGE, cipher=None, token="nobody")
        self.assertRefused(answer, 401, 36009004, "`x-tts-access-token`")

    def test_the_cipher_comes_before_the_parameters(self):
        answer = self.client.call(*SEARCH, cipher=None)
        self.assertRefused(answer, 400, 106013)

    def test_a_missing_signature_is_named(self):
        answer = self.client.call(*SHOPS, cipher=None, sign=None)
        self.assertRefused(answer, 400, 36009004, "Missing credentials")

    def test_the_timestamp_window_is_five_minutes_back_and_thirty_seconds_ahead(self):
        for shift, code in ((-300, 0), (30, 0), (-301, 36009004), (31, 36009004)):
            with self.subTest(shift):
                stamp = NOW + shift
                found = self.client.code(*SHOPS, cipher=None, timestamp=stamp)
                self.assertEqual(found, code)

    def test_a_timestamp_with_a_fraction_is_refused(self):
        answer = self.client.call(*SHOPS, cipher=None, timestamp=f"{NOW}.5")
        self.assertRefused(answer, 400, 36009004, "timestamp")

    def test_an_upper_case_signature_is_refused(self):
        values = {"app_key": self.client.key, "timestamp": str(NOW)}
        good = self.client.sign(SHOPS[1], values)
        self.assertEqual(self.client.code(*SHOPS, cipher=None, sign=good), 0)
        answer = self.client.call(*SHOPS, cipher=None, sign=good.upper())
        self.assertRefused(answer, 401, 106001)

    def test_a_cipher_is_refused_where_no_shop_is_wanted(self):
        answer = self.client.call(*SHOPS)
        self.assertRefused(answer, 400, 36009004, "Unexpected identifier")

    def test_an_unknown_cipher_is_refused(self):
        answer = self.client.call(*SEARCH, PAGE, cipher="ROW_nobody")
        self.assertRefused(answer, 400, 36009004, "`shop_cipher`")

    def test_the_old_shop_id_is_refused(self):
        answer = self.client.call(*SEARCH, {**PAGE, "shop_id": "1"})
        self.assertRefused(answer, 400, 36009004, "shop_id")

    def test_another_content_type_is_refused(self):
        headers = {"content-type": "text/plain"}
        answer = self.client.call(*SEARCH, PAGE, {}, headers=headers)
        self.assertRefused(answer, 415, 36009022)

    def test_every_answer_has_a_request_id_of_its_own(self):
        first = self.client.call(*SEARCH, PAGE)[1]["request_id"]
        self.assertNotEqual(first, self.client.call(*SEARCH)[1]["request_id"])


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


@tagged("post_install", "-at_install")
class TestSandboxSearch(ProtocolCase):
    def test_the_page_size_belongs_in_the_query(self):
        answer = self.client.call(*SEARCH, body={"page_size": 20})
        self.assertRefused(answer, 400, 36009004, "PageSize is a required field")

    def test_a_page_holds_one_to_a_hundred_orders(self):
        for size, code in ((1, 0), (100, 0), (0, 36009004), (101, 36009004)):
            with self.subTest(size):
                self.assertEqual(self.client.code(*SEARCH, {"page_size": size}), code)

    def test_a_sort_order_in_lower_case_is_refused(self):
        answer = self.client.call(*SEARCH, {**PAGE, "sort_order": "desc"})
        self.assertRefused(
            answer, 400, 36009004, "SortOrder is invalid, allowed values: ASC,DESC."
        )

    def test_a_status_as_number_is_refused_by_type(self):
        answer = self.client.call(*SEARCH, PAGE, {"order_status": 111})
        self.assertRefused(
            answer,
            400,
            36009004,
            "param order_status type invalid. actual type:int64, expected type:string",
        )

    def test_orders_come_newest_first_by_creation(self):
        times = [order["create_time"] for order in self.client.orders()]
        self.assertEqual(times, sorted(times, reverse=True))

    def test_orders_come_by_update_time_when_asked(self):
        orders = self.client.orders(sort_field="update_time", sort_order="ASC", size=7)
        times = [order["update_time"] for order in orders]
        self.assertEqual(times, sorted(times))
        self.assertEqual(len(times), len(self.client.shop.orders))

    def test_windows_include_their_start_and_exclude_their_end(self):
        times = sorted(order["update_time"] for order in self.client.orders())
        low, high = times[10], times[30]
        body = {"update_time_ge": low, "update_time_lt": high}
        found = [order["update_time"] for order in self.client.orders(body)]
        self.assertEqual(sorted(found), [t for t in times if low <= t < high])

    def test_the_status_filter_finds_nothing_else(self):
        found = self.client.orders({"order_status": "AWAITING_SHIPMENT"})
        self.assertEqual({order["status"] for order in found}, {"AWAITING_SHIPMENT"})

    def test_orders_of_one_buyer_are_found(self):
        buyer = self.client.orders()[0]["user_id"]
        found = self.client.orders({"buyer_user_id": buyer})
        self.assertEqual({order["user_id"] for order in found}, {buyer})

    def test_an_empty_answer_leaves_the_orders_out(self):
        body = {"create_time_ge": NOW + 5}
        data = self.client.data(*SEARCH, PAGE, body)
        self.assertEqual(data, {"next_page_token": "", "total_count": 0})

    def test_a_page_token_holds_characters_that_need_encoding(self):
        token = self.client.data(*SEARCH, {"page_size": 1})["next_page_token"]
        self.assertLessEqual(set("+/="), set(token))

    def test_a_page_token_is_bound_to_its_filters(self):
        token = self.client.data(*SEARCH, {"page_size": 1})["next_page_token"]
        query = {"page_size": 1, "page_token": token}
        answer = self.client.call(*SEARCH, query, {"shipping_type": "SELLER"})
        self.assertRefused(answer, 400, 36009004, "PageToken")

    def test_an_invented_page_token_is_refused(self):
        answer = self.client.call(*SEARCH, {"page_size": 1, "page_token": "b2Zm"})
        self.assertRefused(answer, 400, 36009004, "PageToken")

    def test_detail_takes_fifty_ids(self):
        ids = list(self.client.shop.orders)[:50]
        for version in ("202309", "202507"):
            path = f"/order/{version}/orders"
            data = self.client.data("GET", path, {"ids": ",".join(ids)})
            self.assertEqual([order["id"] for order in data["orders"]], ids)
        query = {"ids": ",".join([*ids, "1"])}
        self.assertEqual(self.client.code("GET", path, query), 36009004)

    def test_an_order_of_another_shop_refuses_the_detail(self):
        other = list(self.client.box.shops.values())[1]
        query = {"ids": next(iter(other.orders))}
        self.assertEqual(
            self.client.code("GET", "/order/202309/orders", query), 21008111
        )


@tagged("post_install", "-at_install")
class TestSandboxBusiness(BaseCase):
    def setUp(self):
        super().setUp()
        self.client = SandboxClient(orders=12, label_delay=1)

    def ship(self, package_id, body=None):
        path = f"/fulfillment/202309/packages/{package_id}/ship"
        return self.client.code("POST", path, body=body or {})

    def label(self, package_id):
        path = f"/fulfillment/202309/packages/{package_id}/shipping_documents"
        return self.client.call("GET", path, {"document_type": "SHIPPING_LABEL"})[1]

    def placed(self, status="AWAITING_SHIPMENT", shipping="TIKTOK", **more):
        order_id = self.client.place(status=status, shipping_type=shipping, **more)
        return order_id, self.client.packages(order_id)[0]

    def test_shipping_moves_the_order_and_gives_it_a_number(self):
        order_id, package_id = self.placed()
        self.assertEqual(self.ship(package_id), 0)
        order = self.client.box.order(order_id).served()
        self.assertEqual(order["status"], "AWAITING_COLLECTION")
        self.assertTrue(order["tracking_number"])

    def test_a_package_is_shipped_once(self):
        _order_id, package_id = self.placed()
        self.ship(package_id)
        self.assertEqual(self.ship(package_id), 21008099)

    def test_what_may_not_be_shipped_is_refused_by_its_reason(self):
        for status, more, code in (
            ("ON_HOLD", {}, 21011044),
            ("CANCELLED", {}, 21011041),
            ("AWAITING_SHIPMENT", {"is_buyer_request_cancel": True}, 21008044),
            (
                "AWAITING_SHIPMENT",
                {"fulfillment_type": "FULFILLMENT_BY_TIKTOK"},
                21008025,
            ),
        ):
            with self.subTest(code):
                self.assertEqual(self.ship(self.placed(status, **more)[1]), code)

    def test_a_parcel_of_the_seller_needs_a_known_carrier(self):
        _order_id, package_id = self.placed(shipping="SELLER")
        own = {"tracking_number": "POS123456", "shipping_provider_id": "1"}
        self.assertEqual(self.ship(package_id, {"self_shipment": own}), 21011022)
        carrier = self.client.shop.delivery_options[1]["carriers"][0]["id"]
        own["shipping_provider_id"] = carrier
        self.assertEqual(self.ship(package_id, {"self_shipment": own}), 0)

    def test_a_tracking_number_is_used_once(self):
        carrier = self.client.shop.delivery_options[1]["carriers"][0]["id"]
        own = {"tracking_number": "POS1234567", "shipping_provider_id": carrier}
        codes = [
            self.ship(self.placed(shipping="SELLER")[1], {"self_shipment": own})
            for _number in range(2)
        ]
        self.assertEqual(codes, [0, 21011025])

    def test_marking_as_shipped_is_for_other_markets(self):
        order_id, _package_id = self.placed(shipping="SELLER")
        path = f"/fulfillment/202309/orders/{order_id}/packages"
        body = {"tracking_number": "POS1", "shipping_provider_id": "1"}
        self.assertEqual(self.client.code("POST", path, body=body), 21008106)

    def test_a_label_waits_for_shipping_then_for_its_maker(self):
        _order_id, package_id = self.placed()
        self.assertEqual(self.label(package_id)["code"], 21023035)
        self.ship(package_id)
        self.assertEqual(self.label(package_id)["code"], 11034037)
        self.assertEqual(self.label(package_id)["code"], 0)

    def test_a_label_is_a_pdf_for_a_day(self):
        _order_id, package_id = self.placed()
        self.ship(package_id)
        self.label(package_id)
        url = self.label(package_id)["data"]["doc_url"]
        path = urlsplit(url).path
        self.assertTrue(self.client.send("GET", path).body.startswith(b"%PDF-1.4"))
        self.client.door("POST", "/clock", {"advance": 86400})
        self.assertEqual(self.client.send("GET", path).status, 403)

    def test_a_parcel_of_the_seller_has_no_label(self):
        _order_id, package_id = self.placed("AWAITING_COLLECTION", "SELLER")
        self.assertEqual(self.label(package_id)["code"], 21008017)

    def test_a_stock_update_needs_every_warehouse(self):
        sku = next(s for s in self.client.shop.skus.values() if len(s.stock) > 1)
        path = f"/product/202309/products/{sku.product.id}/inventory/update"
        rows = [{"warehouse_id": next(iter(sku.stock)), "quantity": 5}]
        body = {"skus": [{"id": sku.id, "inventory": rows}]}
        self.assertEqual(self.client.code("POST", path, body=body), 12019028)

    def test_zero_is_a_stock_level(self):
        sku = next(s for s in self.client.shop.skus.values() if len(s.stock) == 1)
        path = f"/product/202309/products/{sku.product.id}/inventory/update"
        body = {"skus": [{"id": sku.id, "inventory": [{"quantity": 0}]}]}
        self.assertEqual(self.client.code("POST", path, body=body), 0)
        self.assertEqual([row[0] for row in sku.stock.values()], [0])

    def test_the_stock_of_a_bundle_cannot_be_written(self):
        sku = next(s for s in self.client.shop.skus.values() if s.parts)
        path = f"/product/202309/products/{sku.product.id}/inventory/update"
        body = {"skus": [{"id": sku.id, "inventory": [{"quantity": 5}]}]}
        self.assertEqual(self.client.code("POST", path, body=body), 12052850)

    def test_a_tiktok_option_has_no_carriers(self):
        option = self.client.shop.delivery_options[0]["id"]
        path = f"/logistics/202309/delivery_options/{option}/shipping_providers"
        self.assertEqual(self.client.code("GET", path), 21008117)

    def test_statements_need_a_sort_field(self):
        answer = self.client.call("GET", "/finance/202309/statements")[1]
        self.assertIn("SortField is a required field", answer["message"])
