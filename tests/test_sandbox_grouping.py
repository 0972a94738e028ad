"""Orders of the sandbox in several packages, and several orders in one."""

from odoo.tests import tagged

from .sandbox_case import ORDERS, PACKAGES, PackagesCase


@tagged("post_install", "-at_install")
class TestSandboxSplit(PackagesCase):
    def test_a_split_replaces_the_package(self):
        self.open()
        order_id, old = self.placed(counts=(2, 1))
        before = self.order(order_id)["update_time"]
        self.later(60)
        first, second, third = self.lines(order_id)
        new = self.split_up(order_id, [first, second], [third])
        order = self.order(order_id)
        self.assertNotIn(old, self.client.shop.packages)
        self.assertEqual([row["id"] for row in order["packages"]], new)
        self.assertEqual(order["split_or_combine_tag"], "SPLIT")
        self.assertGreater(order["update_time"], before)
        self.assertEqual(
            [line["package_id"] for line in order["line_items"]],
            [new[0], new[0], new[1]],
        )

    def test_units_of_one_sku_stay_together_in_south_east_asia(self):
        self.open()
        order_id = self.place(counts=(2, 1))
        first, second, third = self.lines(order_id)
        self.assertEqual(
            self.split(order_id, [first], [second, third])["code"], 21011035
        )

    def test_units_of_one_sku_part_elsewhere(self):
        for market, shipping in (("GB", "TIKTOK"), ("US", "SELLER")):
            self.open(market)
            order_id = self.place(shipping, counts=(2,))
            first, second = self.lines(order_id)
            self.assertEqual(len(self.split_up(order_id, [first], [second])), 2)

    def test_groups_hold_every_open_unit_once(self):
        self.open()
        order_id = self.place(counts=(1, 1))
        first, second = self.lines(order_id)
        for groups in (
            ([first],),
            ([first], [first]),
            ([first, second],),
            ([first], [second], []),
            ([first], [second, "1"]),
        ):
            self.assertEqual(self.split(order_id, *groups)["code"], 21011005)

    def test_what_is_shipped_or_asked_back_is_not_split(self):
        self.open()
        for change in ({"status": "AWAITING_COLLECTION"}, {"request_cancel": True}):
            order_id = self.place(counts=(1, 1))
            first, second = self.lines(order_id)
            self.change(order_id, **change)
            self.assertEqual(self.split(order_id, [first], [second])["code"], 21011035)

    def test_the_newer_groups_are_understood(self):
        self.open("GB")
        order_id = self.place(counts=(2,))
        rows = [
            {"id": line_id, "order_line_list": [{"order_line_id": line_id}]}
            for line_id in self.lines(order_id)
        ]
        data = self.post(f"{ORDERS}/{order_id}/split", splittable_groups_v2=rows)
        names = [row["splittable_group_id"] for row in data["packages"]]
        self.assertEqual(names, self.lines(order_id))

    def test_attributes_say_what_can_and_what_must_be_split(self):
        self.open()
        single, mixed, gone = (
            self.place(),
            self.place(counts=(2, 1)),
            self.place(counts=(1, 1), status="CANCELLED"),
        )
        self.change(mixed, must_split=2)
        query = {"order_ids": f"{single},{mixed},{gone}"}
        path = f"{ORDERS}/split_attributes"
        rows = self.client.data("GET", path, query)["split_attributes"]
        self.assertEqual([row["can_split"] for row in rows], [False, True, False])
        self.assertEqual([row["must_split"] for row in rows], [False, True, False])
        self.assertEqual(rows[1]["must_split_reasons"][0]["max_count"], "2")
        self.assertEqual(rows[2]["reason"], "Order has been canceled")

    def test_too_many_units_in_a_package_are_not_shipped(self):
        self.open()
        order_id, package_id = self.placed(counts=(2, 1))
        self.change(order_id, must_split=2)
        self.assertEqual(self.ship(package_id), 11006013)
        first, second, third = self.lines(order_id)
        for new in self.split_up(order_id, [first, second], [third]):
            self.assertEqual(self.ship(new), 0)

    def test_a_split_order_ships_package_by_package(self):
        self.open()
        order_id = self.place(counts=(1, 1))
        packages = self.split_up(order_id, *([i] for i in self.lines(order_id)))
        found = []
        for package_id in packages:
            self.ship(package_id)
            found.append(self.order(order_id)["status"])
        self.assertEqual(found, ["PARTIALLY_SHIPPING", "AWAITING_COLLECTION"])

    def test_an_order_is_on_its_way_when_all_packages_are(self):
        self.open()
        order_id = self.place(counts=(1, 1))
        packages = self.split_up(order_id, *([i] for i in self.lines(order_id)))
        found = []
        for step in ("ship", "collect", "deliver"):
            for package_id in packages:
                self.door(package_id, status=step)
                found.append(self.order(order_id)["status"])
        self.assertEqual(
            found,
            [
                "PARTIALLY_SHIPPING",
                "AWAITING_COLLECTION",
                "AWAITING_COLLECTION",
                "IN_TRANSIT",
                "IN_TRANSIT",
                "DELIVERED",
            ],
        )


@tagged("post_install", "-at_install")
class TestSandboxCombine(PackagesCase):
    def test_orders_of_one_buyer_and_address_are_offered_together(self):
        self.open()
        order_ids = self.neighbours()
        self.place(user_id="7494845267308520002")
        offers = self.offers()
        self.assertEqual([row["order_ids"] for row in offers], [order_ids])
        self.assertEqual(offers, self.offers())

    def test_other_addresses_and_warehouses_are_not_offered(self):
        self.open()
        first, second, third = self.neighbours(3)
        self.change(second, address={"full_address": "2 Other Street"})
        self.change(third, set={"warehouse_id": self.client.shop.warehouses[1]["id"]})
        self.assertEqual(self.offers(), [])
        self.assertEqual(self.client.box.order(first).status, "AWAITING_SHIPMENT")

    def test_a_combined_package_holds_both_orders(self):
        self.open()
        order_ids, package_id = self.combined()
        found = self.detail(package_id)
        self.assertEqual([row["id"] for row in found["orders"]], order_ids)
        self.assertEqual(found["split_and_combine_tag"], "COMBINE")
        lines = [line for order_id in order_ids for line in self.lines(order_id)]
        self.assertEqual(found["order_line_item_ids"], lines)
        for order_id in order_ids:
            order = self.order(order_id)
            self.assertEqual(order["split_or_combine_tag"], "COMBINED")
            self.assertEqual(order["packages"], [{"id": package_id}])

    def test_seller_center_combines_orders_in_one_package(self):
        self.open()
        first, second = self.neighbours()
        before = self.order(first)["packages"][0]["id"]
        combined = self.door(before, combine=[second])
        self.assertEqual(combined["order_ids"], [first, second])
        self.assertEqual(self.order(first)["packages"], self.order(second)["packages"])

    def test_shipping_it_ships_every_order_under_one_number(self):
        self.open()
        order_ids, package_id = self.combined()
        self.assertEqual(self.ship(package_id), 0)
        orders = [self.order(order_id) for order_id in order_ids]
        self.assertEqual({row["status"] for row in orders}, {"AWAITING_COLLECTION"})
        self.assertEqual(len({row["tracking_number"] for row in orders}), 1)
        self.door(package_id, status="collect")
        found = {self.order(order_id)["status"] for order_id in order_ids}
        self.assertEqual(found, {"IN_TRANSIT"})

    def test_one_open_request_holds_the_whole_package(self):
        self.open()
        order_ids, package_id = self.combined()
        self.change(order_ids[1], request_cancel=True)
        self.assertEqual(self.ship(package_id), 21008044)

    def test_a_cancelled_order_leaves_the_package_to_the_other(self):
        self.open()
        order_ids, package_id = self.combined()
        self.change(order_ids[0], status="CANCELLED")
        self.assertEqual(self.ship(package_id), 0)
        found = self.detail(package_id)
        self.assertEqual([row["id"] for row in found["orders"]], order_ids[1:])

    def test_orders_part_again(self):
        self.open()
        order_ids, package_id = self.combined()
        data = self.post(f"{PACKAGES}/{package_id}/uncombine", order_ids=order_ids[1:])
        (row,) = data["packages"]
        self.assertEqual(row["order_ids"], order_ids[1:])
        self.assertEqual(self.client.packages(order_ids[0]), [package_id])
        self.assertEqual(self.client.packages(order_ids[1]), [row["id"]])
        self.assertNotIn("split_or_combine_tag", self.order(order_ids[0]))

    def test_a_shipped_package_stays_together(self):
        self.open()
        order_ids, package_id = self.combined()
        self.ship(package_id)
        path = f"{PACKAGES}/{package_id}/uncombine"
        self.assertEqual(self.refusal(path, order_ids=order_ids), 21011005)
        self.assertEqual(self.refusal(path, order_ids=["1"]), 21011029)

    def test_offers_that_do_not_hold_are_named_one_by_one(self):
        self.open()
        order_ids = self.neighbours()
        stranger = self.place(user_id="7494845267308520002")
        (offer,) = self.offers()
        data = self.post(
            f"{PACKAGES}/combine",
            combinable_packages=[
                {"id": "1", "order_ids": order_ids},
                {"id": offer["id"], "order_ids": [order_ids[0], stranger]},
                {"id": offer["id"], "order_ids": order_ids[:1]},
            ],
        )
        codes = [row["code"] for row in data["errors"]]
        self.assertEqual(codes, [21011028, 21011031, 10007014])
        self.assertEqual(data["packages"], [])
