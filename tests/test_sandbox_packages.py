"""Packages of the sandbox: how they are handed over, and what carriers do to them."""

from odoo.tests import tagged

from .sandbox_case import ORDERS, PACKAGES, PackagesCase
from .sandbox_client import NOW


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
