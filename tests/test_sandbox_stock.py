"""The stock of the sandbox: what orders hold, and what an update may set."""

from odoo.tests import BaseCase, tagged

from .sandbox_client import SandboxClient

SEARCH = ("POST", "/product/202309/inventory/search")


class StockCase(BaseCase):
    """A sandbox with two SKUs of one product made to measure."""

    def setUp(self):
        super().setUp()
        self.client = SandboxClient(orders=0, markets=["MY", "US"])
        names = ("main", "north", "returns", "FBT")
        self.ids = {
            name: row["id"]
            for name, row in zip(names, self.client.shop.warehouses, strict=True)
        }
        skus = [
            {"seller_sku": "ONE", "stock": {"main": 10, "north": 4}},
            {"seller_sku": "TWO", "stock": {"main": 5}},
        ]
        made = self.client.door("POST", "/products", {"title": "T", "skus": skus})
        self.product, (self.one, self.two) = made["id"], made["sku_ids"]

    def stock(self, sku_id, name="main"):
        """Return (available, committed) of a SKU in a warehouse."""
        rows = self.client.door("GET", "/state?only=inventory")["inventory"]
        row = rows[sku_id][self.ids[name]]
        return row["available"], row["committed"]

    def oversold(self):
        return self.client.door("GET", "/state?only=oversold")["oversold"]

    def order(self, sku_id, quantity, **more):
        lines = [{"sku_id": sku_id, "quantity": quantity}]
        return self.client.place(line_items=lines, **more)

    def change(self, order_id, **body):
        return self.client.door("POST", f"/orders/{order_id}", body)

    def set_sku(self, sku_id, **body):
        return self.client.door("POST", f"/skus/{sku_id}", body)

    def update(self, *rows, product=None):
        """Send an update of (SKU id, {warehouse: quantity}); return the answer."""
        path = f"/product/202309/products/{product or self.product}/inventory/update"
        skus = [
            {
                "id": sku_id,
                "inventory": [
                    {"warehouse_id": self.ids.get(name, name), "quantity": units}
                    for name, units in levels.items()
                ],
            }
            for sku_id, levels in rows
        ]
        return self.client.call("POST", path, body={"skus": skus})[1]

    def code(self, *rows, **more):
        return self.update(*rows, **more)["code"]


@tagged("post_install", "-at_install")
class TestSandboxHolds(StockCase):
    def test_every_open_order_holds_its_units(self):
        for status in ("UNPAID", "ON_HOLD", "AWAITING_SHIPMENT", "AWAITING_COLLECTION"):
            with self.subTest(status):
                order_id = self.order(self.one, 3, status=status)
                self.assertEqual(self.stock(self.one), (7, 3))
                self.change(order_id, status="CANCELLED")
                self.assertEqual(self.stock(self.one), (10, 0))

    def test_units_are_held_until_they_leave(self):
        order_id = self.order(self.one, 3, status="UNPAID")
        for status in ("ON_HOLD", "AWAITING_SHIPMENT", "AWAITING_COLLECTION"):
            self.change(order_id, status=status)
            self.assertEqual(self.stock(self.one), (7, 3))
        self.change(order_id, status="IN_TRANSIT")
        self.assertEqual(self.stock(self.one), (7, 0))

    def test_what_is_cancelled_on_its_way_does_not_come_back(self):
        order_id = self.order(self.one, 3)
        self.change(order_id, status="IN_TRANSIT", force=True)
        self.change(order_id, status="CANCELLED")
        self.assertEqual(self.stock(self.one), (7, 0))

    def test_a_cancelled_unit_gives_back_itself(self):
        order_id = self.order(self.one, 3)
        line = self.client.box.order(order_id).lines[0]["id"]
        self.change(order_id, cancel_line=line)
        self.assertEqual(self.stock(self.one), (8, 2))

    def test_a_partly_shipped_order_holds_all_its_units(self):
        lines = [{"sku_id": self.one}, {"sku_id": self.two}]
        order_id = self.client.place(line_items=lines)
        self.change(order_id, status="PARTIALLY_SHIPPING")
        self.assertEqual((self.stock(self.one), self.stock(self.two)), ((9, 1), (4, 1)))

    def test_an_order_that_changes_its_warehouse_takes_its_hold_along(self):
        order_id = self.order(self.one, 2)
        self.change(order_id, set={"warehouse_id": self.ids["north"]})
        self.assertEqual(self.stock(self.one), (10, 0))
        self.assertEqual(self.stock(self.one, "north"), (2, 2))

    def test_the_ship_call_leaves_the_stock_alone(self):
        order_id = self.order(self.one, 2, shipping_type="TIKTOK")
        (package_id,) = self.client.packages(order_id)
        self.client.data(
            "POST", f"/fulfillment/202309/packages/{package_id}/ship", body={}
        )
        self.assertEqual(self.stock(self.one), (8, 2))

    def test_a_bundle_holds_its_parts(self):
        parts = [[self.one, 2], [self.two, 1]]
        skus = [{"seller_sku": "SET", "parts": parts}]
        made = self.client.door("POST", "/products", {"title": "Set", "skus": skus})
        (bundle,) = made["sku_ids"]
        self.assertEqual(self.stock(bundle), (5, 0))
        order_id = self.order(bundle, 2)
        self.assertEqual(self.stock(bundle), (3, 2))
        self.assertEqual((self.stock(self.one), self.stock(self.two)), ((6, 4), (3, 2)))
        self.change(order_id, status="CANCELLED")
        self.assertEqual(
            (self.stock(self.one), self.stock(self.two)), ((10, 0), (5, 0))
        )

    def test_units_beyond_what_is_available_are_counted(self):
        order_id = self.order(self.two, 7)
        self.assertEqual(self.stock(self.two), (0, 7))
        self.assertEqual(self.oversold(), {self.two: 2})
        self.change(order_id, status="CANCELLED")
        self.assertEqual(self.stock(self.two), (5, 0))
        self.assertEqual(self.oversold(), {self.two: 2})

    def test_a_buyer_gets_no_more_than_is_available(self):
        order = {"line_items": [{"sku_id": self.two, "quantity": 6}]}
        with self.assertRaisesRegex(ValueError, f"1 of {self.two} missing"):
            self.client.door("POST", "/orders", {"order": order, "in_stock": True})
        self.assertEqual(self.client.orders(), [])
        self.assertEqual(self.stock(self.two), (5, 0))

    def test_buyers_at_random_never_oversell(self):
        shop_id = self.client.shop.id
        body = {"count": 60, "shop_id": shop_id, "in_stock": True}
        self.client.door("POST", "/orders", body)
        self.assertEqual(self.oversold(), {})

    def test_what_tiktok_fulfils_is_held_in_its_own_warehouse(self):
        sku = next(
            s for s in self.client.shop.skus.values() if self.ids["FBT"] in s.stock
        )
        before = {name: self.stock(sku.id, name) for name in ("main", "FBT")}
        self.order(sku.id, 1, fulfillment_type="FULFILLMENT_BY_TIKTOK")
        available, committed = before["FBT"]
        self.assertEqual(self.stock(sku.id), before["main"])
        self.assertEqual(self.stock(sku.id, "FBT"), (available - 1, committed + 1))

    def test_forgotten_orders_hold_nothing(self):
        self.order(self.one, 12)
        self.client.door("DELETE", "/orders")
        self.assertEqual(self.stock(self.one), (10, 0))
        self.assertEqual((self.oversold(), self.client.orders()), ({}, []))


@tagged("post_install", "-at_install")
class TestSandboxStockUpdate(StockCase):
    def refused(self, name, sku_id=None):
        """Return the codes of (SKU, warehouse) when `name` is written too."""
        levels = {"main": 1, name: 1}
        answer = self.update((sku_id or self.two, levels))
        self.assertEqual(answer["code"], 0)
        (error,) = answer["data"]["errors"]
        (extra,) = error["detail"]["extra_errors"]
        self.assertEqual(extra["warehouse_id"], self.ids.get(name, name))
        return error["code"], extra["code"]

    def test_an_update_sets_what_is_available_and_no_more(self):
        self.order(self.one, 3)
        answer = self.update((self.one, {"main": 20, "north": 0}))
        self.assertEqual((answer["code"], answer["data"]), (0, {}))
        self.assertEqual(self.stock(self.one), (20, 3))
        self.assertEqual(self.stock(self.one, "north"), (0, 0))
        self.assertEqual(self.stock(self.two), (5, 0))

    def test_a_warehouse_that_cannot_be_written_says_why(self):
        other = list(self.client.box.shops.values())[1].warehouses[0]["id"]
        for name, code in (
            ("7000000000000000001", 12052097),
            (other, 12052530),
            ("returns", 12052532),
            ("FBT", 12052532),
        ):
            with self.subTest(code):
                self.assertEqual(self.refused(name), (12052990, code))

    def test_a_disabled_warehouse_is_refused_and_not_required(self):
        path = f"/warehouses/{self.ids['north']}"
        self.client.door("POST", path, {"effect": "DISABLED"})
        self.assertEqual(self.refused("north", self.one), (12052990, 12052531))
        self.assertEqual(self.code((self.one, {"main": 8})), 0)

    def test_a_refused_sku_leaves_the_others_to_be_written(self):
        answer = self.update((self.one, {"returns": 1}), (self.two, {"main": 8}))
        (error,) = answer["data"]["errors"]
        self.assertEqual(error["detail"]["sku_id"], self.one)
        self.assertEqual(
            (self.stock(self.one), self.stock(self.two)), ((10, 0), (8, 0))
        )

    def test_tiktoks_own_warehouse_is_not_required(self):
        self.client.door("POST", f"/skus/{self.two}/stock", {"FBT": 9})
        self.assertEqual(self.code((self.two, {"main": 8})), 0)
        self.assertEqual(self.stock(self.two, "FBT"), (9, 0))

    def test_the_warehouses_of_a_sku_are_fixed(self):
        self.assertEqual(self.code((self.one, {"main": 1})), 12019028)
        self.assertEqual(self.code((self.two, {"main": 1, "north": 1})), 12052533)

    def test_a_whole_call_is_refused_before_anything_is_written(self):
        code = self.code((self.two, {"main": 8}), (self.one, {"main": 1}))
        self.assertEqual(code, 12019028)
        self.assertEqual(self.stock(self.two), (5, 0))

    def test_a_sku_without_a_warehouse_cannot_be_updated(self):
        self.set_sku(self.two, stock={"main": None})
        self.assertEqual(self.code((self.two, {"main": 1})), 12052037)

    def test_a_locked_product_names_its_lock(self):
        for lock, code in (
            ("allocation", 12052037),
            ("auction", 12052371),
            ("shared_source", 12052921),
            ("shared_global", 12052141),
            (None, 0),
        ):
            with self.subTest(lock):
                self.client.door("POST", f"/products/{self.product}", {"lock": lock})
                self.assertEqual(self.code((self.two, {"main": 1})), code)

    def test_the_status_of_a_product_decides(self):
        for status, code in (
            ("DRAFT", 0),
            ("PENDING", 0),
            ("FAILED", 0),
            ("SELLER_DEACTIVATED", 0),
            ("PLATFORM_DEACTIVATED", 12052901),
            ("FREEZE", 12052901),
            ("DELETED", 12052901),
            ("SCHEDULED", 12052901),
        ):
            with self.subTest(status):
                path = f"/products/{self.product}"
                self.client.door("POST", path, {"status": status})
                self.assertEqual(self.code((self.two, {"main": 1})), code)

    def test_a_campaign_keeps_what_it_reserved(self):
        self.set_sku(self.one, campaign=6)
        self.assertEqual(self.code((self.one, {"main": 3, "north": 2})), 12052393)
        self.assertEqual(self.code((self.one, {"main": 3, "north": 3})), 0)

    def test_a_number_out_of_range_is_refused(self):
        self.assertEqual(self.code((self.two, {"main": 99_999})), 0)
        self.assertEqual(self.code((self.two, {"main": 100_000})), 12052055)
        self.assertEqual(self.code((self.two, {"main": -1})), 12019024)

    def test_skus_are_named_once_and_belong_to_the_product(self):
        row = (self.two, {"main": 1})
        self.assertEqual(self.code(row, row), 12052553)
        self.assertEqual(self.code(("1", {"main": 1})), 12052556)
        self.assertEqual(self.code(("", {"main": 1})), 12052036)
        self.assertEqual(self.code(), 12052902)

    def test_products_of_others_and_of_nobody_are_told_apart(self):
        other = next(iter(list(self.client.box.shops.values())[1].products))
        row = (self.two, {"main": 1})
        self.assertEqual(self.code(row, product=other), 12052048)
        self.assertEqual(self.code(row, product="1"), 12052032)

    def test_accepted_updates_are_kept_in_order(self):
        self.order(self.two, 1)
        self.update((self.two, {"main": 8}))
        self.update((self.two, {"returns": 8}))
        self.update((self.two, {"main": 6}))
        rows = self.client.door("GET", "/state?only=stock_updates")["stock_updates"]
        self.assertEqual(
            [row["levels"][self.ids["main"]] for row in rows],
            [
                {"before": 4, "quantity": 8, "committed": 1},
                {"before": 8, "quantity": 6, "committed": 1},
            ],
        )
        self.assertEqual({row["sku_id"] for row in rows}, {self.two})


@tagged("post_install", "-at_install")
class TestSandboxStockSearch(StockCase):
    def found(self, **body):
        rows = self.client.data(*SEARCH, body=body)["inventory"]
        return {sku["id"]: sku for row in rows for sku in row["skus"]}

    def test_stock_is_found_by_sku_and_by_product(self):
        by_sku = self.found(sku_ids=[self.one, "1", self.one])
        by_product = self.found(product_ids=[self.product, "1"])
        self.assertEqual(set(by_product), {self.one, self.two})
        self.assertEqual(by_sku, {self.one: by_product[self.one]})

    def test_the_search_tells_available_from_committed(self):
        self.order(self.one, 3)
        row = self.found(sku_ids=[self.one])[self.one]
        self.assertEqual(row["total_available_quantity"], 11)
        self.assertEqual(row["total_committed_quantity"], 3)
        self.assertEqual(
            row["warehouse_inventory"][0],
            {
                "warehouse_id": self.ids["main"],
                "available_quantity": 7,
                "committed_quantity": 3,
            },
        )

    def test_a_campaign_shows_beside_the_shop(self):
        self.set_sku(self.one, campaign={"quantity": 6, "campaign_name": "Payday"})
        row = self.found(sku_ids=[self.one])[self.one]
        self.assertEqual(
            row["total_available_inventory_distribution"],
            {
                "in_shop_inventory": {"quantity": 8},
                "campaign_inventory": [{"quantity": 6, "campaign_name": "Payday"}],
            },
        )

    def test_a_search_takes_600_skus_or_100_products(self):
        ids = [str(10**18 + number) for number in range(601)]
        self.assertEqual(self.found(sku_ids=ids[:600]), {})
        self.assertEqual(self.found(product_ids=ids[:100]), {})
        for body, code in (
            ({"sku_ids": ids}, 12019015),
            ({"product_ids": ids[:101]}, 12019120),
            ({"product_ids": ["SKU-1"]}, 12019008),
        ):
            with self.subTest(code):
                self.assertEqual(self.client.code(*SEARCH, body=body), code)
