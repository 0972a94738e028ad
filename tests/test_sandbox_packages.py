"""Packages of the sandbox: slots, splitting, combining, carriers."""

from odoo.tests import BaseCase, tagged

from .sandbox_client import NOW, SandboxClient

PACKAGES = "/fulfillment/202309/packages"
ORDERS = "/fulfillment/202309/orders"


class PackagesCase(BaseCase):
    """A sandbox of one market, and short ways to ship there."""

    def open(self, market="MY", **options):
        options.setdefault("orders", 0)
        options.setdefault("odd_skus", 0)
        self.client = SandboxClient(markets=[market], **options)
        self.sku, self.other = [
            sku for sku in self.client.shop.skus.values() if not sku.parts
        ][:2]

    def place(self, shipping="TIKTOK", counts=(1,), **more):
        """Place an order of the first SKUs and return its id."""
        skus = (self.sku, self.other)
        rows = [
            {"sku_id": sku.id, "quantity": count}
            for sku, count in zip(skus, counts, strict=False)
        ]
        return self.client.place(shipping_type=shipping, line_items=rows, **more)

    def placed(self, shipping="TIKTOK", counts=(1,), **more):
        """Place an order and return its id and that of its package."""
        order_id = self.place(shipping, counts, **more)
        return order_id, self.client.packages(order_id)[0]

    def order(self, order_id):
        return self.client.box.order(order_id).served()

    def lines(self, order_id):
        return [line["id"] for line in self.order(order_id)["line_items"]]

    def post(self, path, **body):
        return self.client.data("POST", path, body=body)

    def refusal(self, path, **body):
        return self.client.code("POST", path, body=body)

    def ship(self, package_id, **body):
        return self.refusal(f"{PACKAGES}/{package_id}/ship", **body)

    def detail(self, package_id):
        return self.client.data("GET", f"{PACKAGES}/{package_id}")

    def door(self, package_id, **body):
        return self.client.door("POST", f"/packages/{package_id}", body)

    def change(self, order_id, **body):
        return self.client.door("POST", f"/orders/{order_id}", body)

    def later(self, seconds):
        self.client.door("POST", "/clock", {"advance": seconds})

    def carrier(self):
        return self.client.shop.delivery_options[1]["carriers"][0]["id"]

    def split(self, order_id, *groups):
        rows = [
            {"id": str(number), "order_line_item_ids": ids}
            for number, ids in enumerate(groups)
        ]
        path = f"{ORDERS}/{order_id}/split"
        return self.client.call("POST", path, body={"splittable_groups": rows})[1]

    def split_up(self, order_id, *groups):
        """Split and return the new package ids."""
        answer = self.split(order_id, *groups)
        return [row["id"] for row in answer["data"]["packages"]]

    def neighbours(self, count=2, **more):
        """Place orders of one buyer and one address."""
        address = {
            "name": "Same Buyer",
            "full_address": "1 Same Street",
            "postal_code": "1",
        }
        more.setdefault("user_id", "7494845267308520001")
        return [self.place(recipient_address=address, **more) for _n in range(count)]

    def offers(self):
        path = "/fulfillment/202309/combinable_packages/search"
        return self.client.data("GET", path, {"page_size": 50})["combinable_packages"]

    def combined(self, **more):
        """Return the ids of two orders and of the package they share."""
        order_ids = self.neighbours(**more)
        (offer,) = self.offers()
        data = self.post(f"{PACKAGES}/combine", combinable_packages=[offer])
        return order_ids, data["packages"][0]["id"]


@tagged("post_install", "-at_install")
class TestSandboxSlots(PackagesCase):
    def slots(self, package_id):
        return self.client.data("GET", f"{PACKAGES}/{package_id}/handover_time_slots")

    def slot(self, package_id, free=True):
        rows = self.slots(package_id)["pickup_slots"]
        row = next(row for row in rows if row["avaliable"] == free)
        return {"start_time": row["start_time"], "end_time": row["end_time"]}

    def test_some_times_are_free_and_some_are_taken(self):
        self.open()
        rows = self.slots(self.placed()[1])["pickup_slots"]
        self.assertGreater(len(rows), 3)
        self.assertEqual({row["avaliable"] for row in rows}, {True, False})

    def test_the_market_decides_how_a_package_is_handed_over(self):
        for market, pickup, drop_off in (
            ("MY", True, True),
            ("SG", True, False),
            ("DE", False, True),
        ):
            self.open(market)
            data = self.slots(self.placed()[1])
            self.assertEqual(
                (data["can_pickup"], data["can_drop_off"]), (pickup, drop_off)
            )
            self.assertEqual(bool(data["pickup_slots"]), pickup)

    def test_a_parcel_of_the_seller_has_no_slots(self):
        self.open()
        _order_id, package_id = self.placed("SELLER")
        path = f"{PACKAGES}/{package_id}/handover_time_slots"
        self.assertEqual(self.client.code("GET", path), 11021009)

    def test_the_detail_shows_the_slot_that_was_booked(self):
        self.open("GB")
        package_id = self.placed()[1]
        slot = self.slot(package_id)
        code = self.ship(package_id, handover_method="PICKUP", pickup_slot=slot)
        self.assertEqual(code, 0)
        found = self.detail(package_id)
        self.assertEqual(found["handover_method"], "PICKUP")
        self.assertEqual(found["pickup_slot"], slot)

    def test_a_slot_that_is_over_is_refused(self):
        self.open()
        package_id = self.placed()[1]
        slot = self.slot(package_id)
        self.later(slot["end_time"] - NOW)
        self.assertEqual(self.ship(package_id, pickup_slot=slot), 21011053)

    def test_a_slot_that_is_taken_is_refused(self):
        self.open()
        package_id = self.placed()[1]
        slot = self.slot(package_id, free=False)
        self.assertEqual(self.ship(package_id, pickup_slot=slot), 21011054)

    def test_a_carrier_without_time_is_refused_until_it_has_some(self):
        self.open()
        package_id = self.placed()[1]
        self.door(package_id, no_slots=True)
        self.assertEqual(self.slots(package_id)["pickup_slots"], [])
        self.assertEqual(self.ship(package_id), 21011054)
        self.door(package_id, no_slots=False)
        self.assertEqual(self.ship(package_id), 0)

    def test_the_warehouse_decides_for_local_sellers_of_south_east_asia(self):
        self.open()
        package_id = self.placed()[1]
        self.ship(package_id, handover_method="DROP_OFF")
        self.assertEqual(self.detail(package_id)["handover_method"], "PICKUP")
        warehouse = self.client.shop.warehouse()["id"]
        body = {"handover": "DROP_OFF"}
        self.client.door("POST", f"/warehouses/{warehouse}", body)
        package_id = self.placed()[1]
        self.ship(package_id, handover_method="PICKUP")
        self.assertEqual(self.detail(package_id)["handover_method"], "DROP_OFF")


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


@tagged("post_install", "-at_install")
class TestSandboxCarriage(PackagesCase):
    def shipped(self, **more):
        order_id, package_id = self.placed(**more)
        self.ship(package_id)
        return order_id, package_id

    def events(self, order_id):
        rows = self.client.data("GET", f"{ORDERS}/{order_id}/tracking")["tracking"]
        return [row["description"] for row in rows]

    def test_a_failed_pickup_keeps_the_package_waiting(self):
        self.open()
        order_id, package_id = self.shipped()
        self.later(60)
        self.door(package_id, status="pickup_failed")
        found = self.detail(package_id)
        self.assertEqual(found["package_status"], "PROCESSING")
        self.assertEqual(found["package_sub_status"], "ISSUE")
        self.assertEqual(found["update_time"], NOW + 60)
        self.assertEqual(self.order(order_id)["status"], "AWAITING_COLLECTION")
        self.assertIn("could not collect", self.events(order_id)[0])

    def test_a_failed_pickup_can_have_a_reason(self):
        self.open()
        _order_id, package_id = self.shipped()
        self.door(package_id, status="pickup_failed", reason="PACKAGE_DAMAGAED")
        found = self.detail(package_id)
        self.assertEqual(found["package_sub_status"], "SHIP_EXCEPTION")
        self.assertEqual(found["ship_exception_reason"], "PACKAGE_DAMAGAED")

    def test_a_second_attempt_ends_the_failure(self):
        self.open()
        order_id, package_id = self.shipped()
        self.door(package_id, status="pickup_failed")
        self.door(package_id, status="collect")
        self.assertEqual(self.detail(package_id)["package_sub_status"], "TTS")
        self.assertEqual(self.order(order_id)["status"], "IN_TRANSIT")

    def test_a_lost_package_cancels_its_units_for_good(self):
        self.open()
        order_id, package_id = self.shipped()
        available = self.sku.available(self.client.shop.warehouse()["id"])
        self.door(package_id, status="lost")
        found = self.detail(package_id)
        self.assertEqual(found["package_status"], "CANCELLED")
        self.assertEqual(found["ship_exception_reason"], "PACKAGE_LOST")
        order = self.order(order_id)
        self.assertEqual(order["status"], "CANCELLED")
        self.assertEqual(order["cancellation_initiator"], "SYSTEM")
        after = self.sku.available(self.client.shop.warehouse()["id"])
        self.assertEqual(after, available)

    def test_a_number_corrected_in_seller_center_shows_on_the_package_search_only(self):
        self.open()
        order_id, package_id = self.shipped()
        before = self.order(order_id)["update_time"]
        self.later(100)
        self.door(package_id, tracking_number="CORRECTED1")
        body = {"update_time_ge": NOW + 100}
        query = {"page_size": 10}
        rows = self.client.data("POST", f"{PACKAGES}/search", query, body)["packages"]
        self.assertEqual([row["tracking_number"] for row in rows], ["CORRECTED1"])
        order = self.order(order_id)
        self.assertEqual(order["update_time"], before)
        self.assertEqual(order["line_items"][0]["tracking_number"], "CORRECTED1")

    def test_the_events_are_those_of_every_package(self):
        self.open()
        order_id = self.place(counts=(1, 1))
        first, second = self.split_up(order_id, *([i] for i in self.lines(order_id)))
        self.ship(first)
        self.later(60)
        self.door(first, status="collect")
        self.later(60)
        self.ship(second)
        arranged = "The seller has arranged shipment"
        self.assertEqual(
            self.events(order_id), [arranged, "Picked up by the carrier", arranged]
        )
        path = f"/logistics/202604/orders/{order_id}/tracking"
        rows = self.client.data("GET", path)["logistics_details"]
        self.assertEqual([len(row["track_list"]) for row in rows], [2, 1])

    def test_a_step_that_does_not_follow_is_refused(self):
        self.open()
        _order_id, package_id = self.placed()
        for step in ("collect", "deliver", "pickup_failed", "lost", "fly"):
            with self.assertRaises(ValueError):
                self.door(package_id, status=step)

    def test_the_state_counts_what_was_asked_and_what_was_shipped(self):
        self.open()
        _order_id, package_id = self.placed()
        for _number in range(3):
            self.ship(package_id)
        row = self.client.door("GET", "/state?only=packages")["packages"][package_id]
        self.assertEqual((row["ship_calls"], row["shipped_times"]), (3, 1))

    def test_shipping_in_seller_center_is_no_call(self):
        self.open()
        order_id, package_id = self.placed()
        row = self.door(package_id, status="ship")
        self.assertEqual((row["ship_calls"], row["shipped_times"]), (0, 0))
        self.assertEqual(self.order(order_id)["status"], "AWAITING_COLLECTION")
