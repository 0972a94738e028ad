"""The sandbox is as strict as the gateway: signatures, checks, paging, codes."""

import json
import pathlib
from urllib.parse import parse_qsl

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
        answer = self.client.call("POST", "/return_refund/202609/aftersales/review")
        self.assertRefused(answer, 404, 36009009, "does not implement")

    def test_creating_a_product_is_beyond_the_sandbox(self):
        answer = self.client.call("POST", "/product/202309/products", body={})
        self.assertRefused(answer, 404, 36009009, "does not implement")

    def test_a_body_nobody_thought_of_is_an_internal_error(self):
        path = "/fulfillment/202309/packages/ship"
        with self.assertLogs("sandbox", "ERROR"):
            answer = self.client.call("POST", path, body={"packages": [1]})
        self.assertRefused(answer, 500, 36009003)

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
class TestSandboxChangingPages(BaseCase):
    """Orders that change between two pages, oldest update first."""

    query = {"page_size": 5, "sort_field": "update_time", "sort_order": "ASC"}

    def second_page(self, **options):
        """Return the second page expected, and the one after a change before it."""
        client = SandboxClient(orders=20, **options)
        orders = client.orders(sort_field="update_time", sort_order="ASC")
        ids = [order["id"] for order in orders]
        token = client.data(*SEARCH, self.query)["next_page_token"]
        client.door("POST", f"/orders/{ids[0]}", {"touch": True})
        data = client.data(*SEARCH, {**self.query, "page_token": token})
        return ids[5:10], [order["id"] for order in data["orders"]]

    def test_a_change_hides_no_row_when_tokens_name_rows(self):
        expected, found = self.second_page()
        self.assertEqual(found, expected)

    def test_a_change_hides_a_row_when_tokens_count_rows(self):
        expected, found = self.second_page(offset_pages=True)
        self.assertNotIn(expected[0], found)
