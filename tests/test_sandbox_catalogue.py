"""The catalogue of the sandbox: big ones, images, and what the door changes."""

import io
from collections import Counter
from urllib.parse import urlsplit

from PIL import Image

from odoo.tests import BaseCase, tagged
from odoo.tools.barcode import check_barcode_encoding

from ..sandbox import bulk
from ..sandbox.http import Request
from .sandbox_client import SandboxClient

SEARCH = ("POST", "/product/202502/products/search")


class CatalogueCase(BaseCase):
    def pages(self, client, **body):
        """Return every product of a search."""
        found, token = [], None
        while True:
            query = {"page_size": 100, **({"page_token": token} if token else {})}
            data = client.data(*SEARCH, query, body)
            found += data["products"]
            token = data["next_page_token"]
            if not token:
                return found

    def detail(self, client, product_id):
        return client.data("GET", f"/product/202309/products/{product_id}")


@tagged("post_install", "-at_install")
class TestSandboxBigCatalogue(CatalogueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = SandboxClient(orders=0, products=0, skus=10_000)
        cls.skus = list(cls.client.shop.skus.values())

    def test_it_has_exactly_the_skus_it_is_asked_for(self):
        found = self.pages(self.client)
        self.assertEqual(sum(len(row["skus"]) for row in found), 10_000)

    def test_the_keys_of_a_sku_follow_from_its_number(self):
        for number, sku in enumerate(self.skus, 1):
            self.assertEqual(sku.seller_sku, bulk.seller_sku(number))
            self.assertEqual(sku.barcode, bulk.barcode(number))
        self.assertEqual(self.skus[0].seller_sku, "SB-000001")

    def test_its_barcodes_are_valid_and_every_fourth_is_missing(self):
        codes = [sku.barcode for sku in self.skus if sku.barcode]
        self.assertEqual(len(set(codes)), 7_500)
        self.assertTrue(all(check_barcode_encoding(code, "ean13") for code in codes))

    def test_some_seller_skus_are_missing_and_some_repeat_in_another_product(self):
        owners = {}
        for sku in self.skus:
            owners.setdefault(sku.seller_sku, []).append(sku.product.id)
        self.assertEqual(len(owners.pop("")), 200)
        twice = [ids for ids in owners.values() if len(ids) > 1]
        self.assertEqual(len(twice), 100)
        self.assertTrue(all(first != second for first, second in twice))

    def test_its_stock_lies_in_several_warehouses(self):
        places = Counter(tuple(sku.stock) for sku in self.skus)
        main, north, _returns, fbt = (w["id"] for w in self.client.shop.warehouses)
        expected = {(main,), (main, north), (main, north, fbt), (fbt,)}
        self.assertEqual(set(places), expected)

    def test_it_fills_up_beside_an_ordinary_catalogue(self):
        shop = SandboxClient(orders=0, products=8, skus=300).shop
        self.assertEqual(len(shop.skus), 300)
        seller_skus = [sku.seller_sku for sku in shop.skus.values()]
        self.assertIn("TEE01-BLK-M", seller_skus)
        self.assertIn("SB-000001", seller_skus)

    def test_a_search_of_more_than_10000_products_has_to_be_cut_by_time(self):
        client = SandboxClient(orders=0, products=10_400)
        query = {"page_size": 100}
        self.assertEqual(client.code(*SEARCH, query, {}), 12052180)
        times = sorted(p.create_time for p in client.shop.products.values())
        middle = times[len(times) // 2]
        first = self.pages(client, create_time_le=middle)
        second = self.pages(client, create_time_ge=middle + 1)
        ids = [row["id"] for row in first + second]
        self.assertEqual(len(ids), 10_400)
        self.assertEqual(set(ids), set(client.shop.products))


@tagged("post_install", "-at_install")
class TestSandboxOwnSkus(BaseCase):
    def test_a_shop_can_have_seller_skus_that_no_other_shop_has(self):
        client = SandboxClient(
            markets=["MY", "US"], own_skus=["US"], orders=10, odd_skus=0
        )
        state = client.box.control("GET", "/state")
        american = {sku for sku in self.seller_skus(state) if sku.startswith("US-")}
        self.assertEqual(len(american) * 2, len(self.seller_skus(state)))
        sold = {
            line["seller_sku"]
            for order in state["orders"].values()
            for line in order["raw"]["line_items"]
        }
        self.assertTrue(sold & american)
        self.assertFalse(sold - self.seller_skus(state))

    def seller_skus(self, state):
        products = state["products"].values()
        return {sku["seller_sku"] for product in products for sku in product["skus"]}


@tagged("post_install", "-at_install")
class TestSandboxImages(CatalogueCase):
    def setUp(self):
        super().setUp()
        self.client = SandboxClient(orders=0)

    def image(self, url):
        """Return the picture behind a URL, which nothing signs."""
        parts = urlsplit(url)
        reply = self.client.box.handle(Request("GET", parts.path, parts.query))
        self.assertEqual(reply.headers["Content-Type"], "image/png")
        picture = Image.open(io.BytesIO(reply.body))
        picture.load()
        return picture

    def test_a_product_has_an_image_of_the_size_it_tells(self):
        product_id = next(iter(self.client.shop.products))
        (shown,) = self.detail(self.client, product_id)["main_images"]
        self.assertTrue(shown["urls"][0].startswith(self.client.box.base_url))
        size = (shown["width"], shown["height"])
        self.assertEqual(self.image(shown["urls"][0]).size, size)
        self.assertEqual(self.image(shown["thumb_urls"][0]).size, (60, 60))

    def test_every_colour_has_an_image_of_its_own(self):
        product_id = next(iter(self.client.shop.products))
        skus = self.detail(self.client, product_id)["skus"]
        urls = {
            row["sales_attributes"][0]["value_name"]: row["sales_attributes"][0][
                "sku_img"
            ]["urls"][0]
            for row in skus
        }
        pictures = {name: self.image(url).tobytes() for name, url in urls.items()}
        self.assertEqual(set(pictures), {"Black", "White"})
        self.assertNotEqual(pictures["Black"], pictures["White"])

    def test_a_new_image_has_a_new_uri(self):
        product_id = next(iter(self.client.shop.products))
        before = self.detail(self.client, product_id)["main_images"][0]["uri"]
        self.client.door("POST", f"/products/{product_id}", {"image": "other"})
        after = self.detail(self.client, product_id)["main_images"][0]["uri"]
        self.assertNotEqual(before, after)

    def test_other_paths_hold_no_image(self):
        for path in ("/_image/", "/_image/a.jpg", "/_image/a/b.png"):
            with self.subTest(path):
                self.assertEqual(self.client.send("GET", path).status, 404)

    def test_an_image_can_fail_like_any_call(self):
        fault = {"kind": "http_500", "path": "/_image"}
        self.client.door("POST", "/faults", fault)
        self.assertEqual(self.client.send("GET", "/_image/a.png").status, 500)


@tagged("post_install", "-at_install")
class TestSandboxGoods(CatalogueCase):
    def setUp(self):
        super().setUp()
        self.client = SandboxClient(orders=0, products=2)

    def make(self, **body):
        return self.client.door("POST", "/products", {"title": "Cap", **body})

    def change(self, product_id, **body):
        return self.client.door("POST", f"/products/{product_id}", body)

    def test_a_product_is_made_to_measure(self):
        sku = {
            "seller_sku": "CAP-R",
            "price": "12.5",
            "attributes": {"Color": "Red", "Size": "M"},
            "barcode": "4006381333931",
            "stock": {"main": 3, "north": 0},
        }
        made = self.make(skus=[sku])
        shown = self.detail(self.client, made["id"])
        (row,) = shown["skus"]
        self.assertEqual((shown["title"], shown["status"]), ("Cap", "ACTIVATE"))
        self.assertEqual(row["seller_sku"], "CAP-R")
        self.assertEqual(row["price"]["sale_price"], "12.5")
        self.assertEqual(row["identifier_code"]["code"], "4006381333931")
        values = [item["value_name"] for item in row["sales_attributes"]]
        self.assertEqual(values, ["Red", "M"])
        self.assertEqual([item["quantity"] for item in row["inventory"]], [3, 0])

    def test_a_change_shows_and_moves_the_update_time(self):
        made = self.make(create_time=1_700_000_000, update_time=1_700_000_000)
        (sku_id,) = made["sku_ids"]
        row = {"id": sku_id, "seller_sku": "NEW", "price": "3"}
        self.change(made["id"], title="Hat", skus=[row, {"seller_sku": "MORE"}])
        shown = self.detail(self.client, made["id"])
        self.assertEqual(shown["title"], "Hat")
        self.assertEqual([s["seller_sku"] for s in shown["skus"]], ["NEW", "MORE"])
        self.assertEqual(shown["update_time"], int(self.client.box.now()))

    def test_a_change_may_hide_from_the_update_time(self):
        made = self.make(update_time=1_700_000_000)
        self.change(made["id"], title="Hat", touch=False)
        shown = self.detail(self.client, made["id"])
        self.assertEqual(shown["update_time"], 1_700_000_000)

    def test_a_deleted_product_can_be_recovered_and_one_taken_out_cannot(self):
        made = self.make()
        self.change(made["id"], status="DELETED")
        ids = [row["id"] for row in self.pages(self.client)]
        self.assertNotIn(made["id"], ids)
        self.assertEqual(self.detail(self.client, made["id"])["status"], "DELETED")
        self.change(made["id"], delete=True)
        path = f"/product/202309/products/{made['id']}"
        self.assertEqual(self.client.code("GET", path), 12052032)

    def test_a_deleted_sku_leaves_its_product(self):
        made = self.make(skus=[{"seller_sku": "A"}, {"seller_sku": "B"}])
        self.client.door("POST", f"/skus/{made['sku_ids'][0]}", {"delete": True})
        shown = self.detail(self.client, made["id"])
        self.assertEqual([row["seller_sku"] for row in shown["skus"]], ["B"])

    def test_a_new_warehouse_can_hold_stock(self):
        place = self.client.door("POST", "/warehouses", {"name": "MY south"})
        made = self.make(skus=[{"stock": {"south": 4}}])
        (row,) = self.detail(self.client, made["id"])["skus"]
        expected = [{"warehouse_id": place["id"], "quantity": 4}]
        self.assertEqual(row["inventory"], expected)
        rows = self.client.data("GET", "/logistics/202309/warehouses")["warehouses"]
        self.assertIn(place["id"], [row["id"] for row in rows])

    def test_shared_stock_shows_in_the_product(self):
        made = self.make(lock="shared_source")
        (row,) = self.detail(self.client, made["id"])["skus"]
        self.assertEqual(row["global_listing_policy"]["inventory_type"], "SHARED")

    def test_a_request_nobody_understands_is_refused(self):
        for path, body in (
            ("/products", {"titel": "Cap"}),
            ("/products", {"lock": "rust"}),
            ("/products", {"skus": [{"stock": {"moon": 1}}]}),
            ("/products", {"skus": [{"stock": -1}]}),
            ("/warehouses", {"role": "SHED"}),
        ):
            with self.subTest(body), self.assertRaises(ValueError):
                self.client.door("POST", path, body)
        for path in ("/products/1", "/skus/1", "/skus/1/stock", "/warehouses/1"):
            with self.subTest(path), self.assertRaises(KeyError):
                self.client.door("POST", path, {})
