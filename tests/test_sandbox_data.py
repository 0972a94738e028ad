"""The orders the sandbox makes: consistent, varied, repeatable."""

from collections import Counter
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..sandbox.broken import KINDS
from ..sandbox.generator import WEIGHTS
from ..sandbox.markets import MARKETS
from .sandbox_client import SandboxClient

OPEN = ("UNPAID", "ON_HOLD", "AWAITING_SHIPMENT", "AWAITING_COLLECTION")


def total(rows, key):
    return sum(Decimal(row[key]) for row in rows)


@tagged("post_install", "-at_install")
class TestSandboxData(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = SandboxClient(markets=list(MARKETS), orders=1200, products=12)
        orders = [shop.orders.values() for shop in cls.client.box.shops.values()]
        cls.orders = [order for group in orders for order in group]
        cls.docs = [order.served() for order in cls.orders]

    def test_the_same_seed_makes_the_same_orders(self):
        first, second, other = (
            SandboxClient(seed=seed, orders=30).orders() for seed in (5, 5, 6)
        )
        self.assertEqual(first, second)
        self.assertNotEqual(first, other)

    def test_every_status_occurs(self):
        self.assertEqual({doc["status"] for doc in self.docs}, set(WEIGHTS))

    def test_payments_are_the_sums_of_their_units(self):
        for doc in self.docs:
            paid, lines = doc["payment"], doc["line_items"]
            listed = Decimal(paid["original_total_product_price"])
            self.assertEqual(listed, total(lines, "original_price"))
            for key in ("seller_discount", "platform_discount"):
                self.assertEqual(Decimal(paid[key]), total(lines, key))
            self.assertEqual(Decimal(paid["sub_total"]), total(lines, "sale_price"))

    def test_the_shipping_fee_is_what_its_discounts_leave(self):
        for doc in self.docs:
            paid = {key: doc["payment"][key] for key in doc["payment"]}
            left = (
                Decimal(paid["original_shipping_fee"])
                - Decimal(paid["shipping_fee_seller_discount"])
                - Decimal(paid["shipping_fee_platform_discount"])
            )
            self.assertEqual(left, Decimal(paid["shipping_fee"]))

    def test_money_is_written_without_padding(self):
        for doc in self.docs:
            for key, value in doc["payment"].items():
                if key != "currency":
                    plain = f"{Decimal(value).normalize():f}"
                    self.assertEqual(value, plain)

    def test_some_orders_have_several_units_of_one_sku(self):
        repeated = [
            doc
            for doc in self.docs
            if len({line["sku_id"] for line in doc["line_items"]})
            < len(doc["line_items"])
        ]
        self.assertGreater(len(repeated), 50)

    def test_every_kind_of_order_occurs(self):
        kinds = {
            "sample": lambda d: d["is_sample_order"],
            "replacement": lambda d: d["is_replacement_order"],
            "cash on delivery": lambda d: d["is_cod"],
            "split": lambda d: len(d.get("packages", ())) > 1,
            "fulfilled by TikTok": lambda d: "TIKTOK" in d["fulfillment_type"],
            "gift": lambda d: any(line["is_gift"] for line in d["line_items"]),
            "bundle": lambda d: "combined_listing_skus" in str(d),
            "cancelled in part": lambda d: (
                d["status"] == "AWAITING_SHIPMENT"
                and any(x["display_status"] == "CANCELLED" for x in d["line_items"])
            ),
            "open request": lambda d: d["is_buyer_request_cancel"],
            "unknown SKU": lambda d: "UNKNOWN-" in str(d["line_items"]),
            "US tax": lambda d: "item_tax" in str(d["line_items"]),
            "Indonesian fee": lambda d: "buyer_service_fee" in d["payment"],
        }
        for name, test in kinds.items():
            with self.subTest(name):
                self.assertTrue(any(test(doc) for doc in self.docs))

    def test_an_address_is_clear_masked_or_empty_by_the_rules(self):
        for order, doc in zip(self.orders, self.docs, strict=True):
            shown = doc["recipient_address"]
            if doc["status"] in ("UNPAID", "ON_HOLD", "CANCELLED"):
                self.assertEqual((shown["name"], shown["district_info"]), ("", []))
            elif doc["shipping_type"] == "SELLER":
                self.assertEqual(shown, order.address)
            else:
                self.assertIn("*", shown["name"])
                self.assertNotIn(order.address["address_detail"], str(shown))

    def test_us_orders_have_no_package_before_they_are_shipped(self):
        for order in self.orders:
            if order.status == "AWAITING_SHIPMENT":
                before = order.shop.market.code
                if before == "US":
                    self.assertFalse(order.packages)
                elif before == "MY":
                    self.assertTrue(order.packages)

    def test_committed_stock_is_what_open_orders_hold(self):
        shop = self.client.shop
        held = Counter()
        for order in shop.orders.values():
            warehouse = order.doc["warehouse_id"]
            for line in order.lines:
                if line["display_status"] in OPEN:
                    parts = line.get("combined_listing_skus", ())
                    for row in (line, *parts):
                        held[row["sku_id"], warehouse] += row.get("sku_count", 1)
        for sku in shop.skus.values():
            for warehouse, row in sku.stock.items():
                self.assertEqual(row[1], held[sku.id, warehouse])

    def test_nothing_lies_in_the_future(self):
        now = self.client.box.now()
        for doc in self.docs:
            for key in ("create_time", "update_time", "paid_time", "rts_time"):
                self.assertLessEqual(doc.get(key, 0), now)

    def test_a_benchmark_has_exactly_the_lines_it_asks_for(self):
        client = SandboxClient(
            orders=40, lines=2, statuses=("AWAITING_SHIPMENT",), buyers=3
        )
        orders = client.orders()
        self.assertEqual({len(order["line_items"]) for order in orders}, {2})
        self.assertEqual({order["status"] for order in orders}, {"AWAITING_SHIPMENT"})
        self.assertLessEqual(len({order["user_id"] for order in orders}), 3)

    def test_broken_orders_are_named_and_extra(self):
        client = SandboxClient(orders=10, broken=len(KINDS))
        orders = client.door("GET", "/state")["orders"]
        kinds = [row["broken"] for row in orders.values() if row["broken"]]
        self.assertEqual(sorted(kinds), sorted(KINDS))
        self.assertEqual(len(orders), 10 + len(KINDS))
        self.assertEqual(len(client.orders()), len(orders))
