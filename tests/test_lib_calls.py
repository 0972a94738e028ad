"""The calls the connector makes: what each asks and what it returns."""

import json

from odoo.tests import tagged

from ..lib.errors import PayloadError, Rejected, Unreachable
from ..lib.logistics import parse_named_id, parse_warehouse
from .lib_http import ClientCase, answer, case, query_of, refusal, sample, success


@tagged("post_install", "-at_install")
class TestCalls(ClientCase):
    def details(self, known, refused_code=None):
        """Return a server that knows these ids, and refuses all others if so told."""

        def serve(request):
            ids = query_of(request)["ids"].split(",")
            if refused_code and set(ids) - set(known):
                return refusal(refused_code)
            return success({"orders": [{"id": i} for i in ids if i in known]})

        return serve

    def test_details_are_asked_fifty_at_a_time(self):
        ids = [str(number) for number in range(120)]
        found = self.client(self.details(ids)).order_details(ids)
        self.assertEqual([row["id"] for row in found], ids)
        sizes = [query_of(r)["ids"].count(",") + 1 for r in self.sent]
        self.assertEqual(sizes, [50, 50, 20])

    def test_each_id_is_asked_once(self):
        self.client(self.details(["1", "2"])).order_details(["1", "", "2", "1"])
        self.assertEqual(query_of(self.sent[0])["ids"], "1,2")

    def test_an_unknown_order_that_is_skipped_hides_no_other(self):
        found = self.client(self.details(["1", "3"])).order_details(["1", "2", "3"])
        self.assertEqual([row["id"] for row in found], ["1", "3"])

    def test_an_unknown_order_that_fails_the_call_hides_no_other(self):
        ids = [str(number) for number in range(50)]
        server = self.details([i for i in ids if i != "17"], refused_code=21008111)
        found = self.client(server).order_details(ids)
        self.assertEqual(len(found), 49)
        self.assertLessEqual(len(self.sent), 13)

    def test_a_refusal_of_the_call_itself_is_raised(self):
        server = self.details([], refused_code=36009014)
        with self.assertRaises(Rejected):
            self.client(server).order_details(["1", "2"])
        self.assertEqual(len(self.sent), 1)

    def test_no_ids_ask_nothing(self):
        self.assertEqual(self.client().order_details([]), [])

    def test_products_come_page_by_page(self):
        client = self.client(
            sample("product.search", "page-1-of-2"),
            sample("product.search", "page-2-of-2"),
        )
        pages = list(client.product_pages())
        self.assertEqual(sum(len(page.rows) for page in pages), 5)
        self.assertEqual(json.loads(self.sent[0].body), {"status": "ALL"})
        token = case("product.search", "page-2-of-2")["request"]["query"]["page_token"]
        self.assertEqual(query_of(self.sent[1])["page_token"], token)

    def test_a_product_listing_that_never_ends_is_stopped(self):
        page = {"products": [{"id": "1"}], "next_page_token": "again"}
        client = self.client(lambda _request: success(page))
        with self.assertRaisesRegex(Unreachable, "never ends"):
            list(client.product_pages())
        self.assertEqual(len(self.sent), 4)

    def test_rows_that_repeat_come_once(self):
        first = {"products": [{"id": "1"}, {"id": "2"}], "next_page_token": "2"}
        second = {"products": [{"id": 2}, {"id": "3"}]}
        pages = self.client(success(first), success(second)).product_pages()
        rows = [str(row["id"]) for page in pages for row in page.rows]
        self.assertEqual(rows, ["1", "2", "3"])

    def test_a_product_is_asked_by_its_id(self):
        client = self.client(sample("product.detail", "two-skus-two-warehouses"))
        self.assertEqual(client.product_detail("17")["title"], "Cotton T-Shirt Basic")
        self.assertIn("/product/202309/products/17?", self.sent[0].url)

    def test_an_id_cannot_leave_its_place_in_the_path(self):
        self.client(success({})).product_detail("../../x?y=1")
        self.assertNotIn("x?y=1", self.sent[0].url)

    def test_stock_is_asked_a_hundred_products_at_a_time(self):
        script = [success({"inventory": [{"product_id": "1"}]}) for _ in range(2)]
        rows = self.client(*script).inventory(range(1, 151))
        self.assertEqual(len(rows), 2)
        sizes = [len(json.loads(r.body)["product_ids"]) for r in self.sent]
        self.assertEqual(sizes, [100, 50])

    def test_stock_is_asked_six_hundred_skus_at_a_time(self):
        script = [success({"inventory": [{"product_id": "1"}]}) for _ in range(2)]
        rows = self.client(*script).inventory(sku_ids=range(1, 702))
        self.assertEqual(len(rows), 2)
        bodies = [json.loads(request.body) for request in self.sent]
        self.assertEqual([list(body) for body in bodies], [["sku_ids"]] * 2)
        self.assertEqual([len(body["sku_ids"]) for body in bodies], [600, 101])

    def test_a_sku_that_fails_the_call_hides_no_other_stock(self):
        def serve(request):
            ids = json.loads(request.body)["sku_ids"]
            if "17" in ids:
                return refusal(12052556)
            return success({"inventory": [{"product_id": i} for i in ids]})

        rows = self.client(serve).inventory(sku_ids=range(1, 51))
        self.assertEqual(len(rows), 49)

    def test_a_refusal_that_is_about_no_id_is_told_at_once(self):
        with self.assertRaises(Rejected):
            self.client(refusal(12019015)).inventory(sku_ids=["1", "2"])
        self.assertEqual(len(self.sent), 1)

    def test_quantities_are_sent_with_all_warehouses(self):
        client = self.client(sample("inventory.update", "success"))
        quantities = {"7068517275539719942": 118, "7068517275539719943": 30}
        sent = client.update_inventory(
            "1729592969712207008", {"1729592969712207101": quantities}
        )
        self.assertEqual(sent, {})
        recorded = case("inventory.update", "success")["request"]["body"]
        self.assertEqual(json.loads(self.sent[0].body), recorded)
        self.assertIn("/products/1729592969712207008/inventory/up", self.sent[0].url)

    def test_a_refused_sku_comes_with_its_reason(self):
        client = self.client(sample("inventory.update", "partial-failure"))
        refused = client.update_inventory("1", {"1729592969712207102": {"7": 9}})
        self.assertEqual(list(refused), ["1729592969712207102"])
        self.assertEqual(refused["1729592969712207102"].codes, (12052097,))

    def test_a_product_that_is_refused_as_a_whole_raises_the_code(self):
        client = self.client(sample("inventory.update", "virtual-bundle"))
        with self.assertRaises(Rejected) as caught:
            client.update_inventory("1", {"2": {"7": 9}})
        self.assertEqual(caught.exception.code, 12052850)
        self.assertIn("virtual bundle", str(caught.exception))

    def test_an_update_without_an_answer_is_sent_again(self):
        client = self.client(answer(b"", 502), success({}))
        self.assertEqual(client.update_inventory("1", {"2": {"7": 9}}), {})
        self.assertEqual(self.sent[0].body, self.sent[1].body)

    def test_warehouses_options_and_carriers_are_listed(self):
        client = self.client(
            sample("logistics.warehouses", "success"),
            sample("logistics.delivery_options", "success"),
            sample("logistics.shipping_providers", "seller-shipping"),
        )
        self.assertEqual(client.warehouses()[0]["name"], "MY main")
        self.assertEqual(client.delivery_options("7")[0]["name"], "Standard Shipping")
        self.assertEqual(client.shipping_providers("9")[0]["name"], "J&T Express")
        self.assertIn("/warehouses/7/delivery_options?", self.sent[1].url)

    def test_an_option_that_tiktok_ships_has_no_carriers(self):
        client = self.client(sample("logistics.shipping_providers", "tiktok-shipping"))
        self.assertEqual(client.shipping_providers("9"), [])

    def test_an_option_the_shop_has_not_subscribed_to_has_no_carriers(self):
        client = self.client(refusal(21008116))
        self.assertEqual(client.shipping_providers("9"), [])

    def test_other_refusals_of_an_option_are_told(self):
        client = self.client(refusal(12345))
        with self.assertRaises(Rejected):
            client.shipping_providers("9")

    def test_a_warehouse_without_a_name_is_called_by_its_id(self):
        self.assertEqual(parse_warehouse({"id": 7}).name, "7")

    def test_a_warehouse_for_returns_is_told_apart(self):
        rows = ({"id": "7", "type": "RETURN_WAREHOUSE"}, {"id": "8"})
        found = [parse_warehouse(row).is_for_returns for row in rows]
        self.assertEqual(found, [True, False])

    def test_a_warehouse_or_carrier_without_an_id_is_refused(self):
        with self.assertRaisesRegex(PayloadError, "warehouse.id: is missing"):
            parse_warehouse({"name": "Main"})
        with self.assertRaisesRegex(PayloadError, "shipping_provider.id: is missing"):
            parse_named_id({"name": "J&T"}, "shipping_provider")
