"""Cancellations of the sandbox: requests, who cancels what, and finding them."""

from odoo.tests import tagged

from .sandbox_aftersale_case import (
    BASE,
    CANCEL,
    DAY,
    HOUR,
    PACKED,
    STOCK,
    CancelCase,
)
from .sandbox_client import NOW


@tagged("post_install", "-at_install")
class TestSandboxRequest(CancelCase):
    def setUp(self):
        super().setUp()
        self.open()

    def test_a_request_waits_two_days_for_the_seller(self):
        order_id, case_id = self.asked()
        row = self.cancellation(case_id)
        self.assertEqual(row["cancel_type"], "BUYER_CANCEL")
        self.assertEqual(row["cancel_status"], f"{CANCEL}PENDING")
        self.assertEqual(row["role"], "BUYER")
        self.assertEqual(
            row["seller_next_action_response"],
            [{"action": "SELLER_RESPOND_BUYER_CANCEL", "deadline": NOW + 2 * DAY}],
        )
        self.assertTrue(self.order(order_id).doc["is_buyer_request_cancel"])

    def test_the_whole_payment_goes_back(self):
        order_id, case_id = self.asked(counts=(2, 1))
        row, paid = self.cancellation(case_id), self.order(order_id).doc["payment"]
        amount = row["refund_amount"]
        self.assertEqual(amount["refund_total"], paid["total_amount"])
        self.assertEqual(amount["refund_shipping_fee"], paid["shipping_fee"])
        self.assertEqual(len(row["cancel_line_items"]), 3)
        total = sum(
            float(line["refund_amount"]["refund_total"])
            for line in row["cancel_line_items"]
        )
        self.assertAlmostEqual(total, float(paid["total_amount"]))

    def test_an_accepted_request_cancels_and_pays_back(self):
        before = self.available()
        order_id, case_id = self.asked()
        self.assertEqual(self.available(), before - 1)
        self.assertEqual(self.answer(case_id), 0)
        doc = self.order(order_id).doc
        self.assertEqual(
            (doc["status"], doc["cancellation_initiator"]), ("CANCELLED", "BUYER")
        )
        self.assertFalse(doc["is_buyer_request_cancel"])
        self.assertEqual(self.available(), before)
        row = self.cancellation(case_id)
        self.assertEqual(row["cancel_status"], f"{CANCEL}SUCCESS")
        self.assertTrue(row["should_replenish_stock"])
        self.assertNotIn("seller_next_action_response", row)
        self.later(HOUR)
        self.assertEqual(
            self.cancellation(case_id)["cancel_status"], f"{CANCEL}COMPLETE"
        )

    def test_a_declined_request_leaves_the_order_to_ship(self):
        order_id, case_id = self.asked()
        code = self.answer(case_id, "reject", reject_reason=PACKED, comment="Packed")
        self.assertEqual(code, 0)
        self.assertEqual(self.cancellation(case_id)["cancel_status"], f"{CANCEL}CANCEL")
        doc = self.order(order_id).doc
        self.assertEqual(doc["status"], "AWAITING_SHIPMENT")
        self.assertFalse(doc["is_buyer_request_cancel"])
        self.later(3 * DAY)
        self.assertEqual(self.order(order_id).status, "AWAITING_SHIPMENT")

    def test_silence_is_consent_at_the_deadline_and_not_before(self):
        order_id, case_id = self.asked()
        self.later(2 * DAY - 1)
        self.assertEqual(self.order(order_id).status, "AWAITING_SHIPMENT")
        self.later(1)
        self.assertEqual(self.order(order_id).status, "CANCELLED")
        row = self.cancellation(case_id)
        self.assertEqual(row["cancel_status"], f"{CANCEL}SUCCESS")
        self.assertEqual(row["update_time"], NOW + 2 * DAY)
        self.assertEqual(self.state("cancellations")[case_id]["answers"], {})

    def test_a_deadline_can_be_brought_near(self):
        order_id = self.place()
        self.ask(order_id, deadline=NOW + 60)
        self.later(60)
        self.assertEqual(self.order(order_id).status, "CANCELLED")

    def test_a_parcel_that_left_meanwhile_is_not_stopped(self):
        order_id, case_id = self.asked()
        self.change(order_id, status="IN_TRANSIT", force=True)
        self.assertEqual(self.answer(case_id), 25001045)
        self.later(2 * DAY)
        self.assertEqual(self.order(order_id).status, "IN_TRANSIT")
        self.assertEqual(self.cancellation(case_id)["cancel_status"], f"{CANCEL}CANCEL")

    def test_a_request_for_some_units_cancels_those(self):
        order_id = self.place(counts=(3,))
        first = self.lines(order_id)[0]
        case_id = self.ask(order_id, lines=[first])
        row = self.cancellation(case_id)
        self.assertEqual(row["refund_amount"]["refund_shipping_fee"], "0")
        self.assertEqual(self.answer(case_id), 0)
        order = self.order(order_id)
        states = [line["display_status"] for line in order.lines]
        self.assertEqual(states.count("CANCELLED"), 1)
        self.assertEqual(order.status, "AWAITING_SHIPMENT")
        self.assertFalse(order.doc["is_buyer_request_cancel"])

    def test_the_last_unit_takes_the_shipping_fee_along(self):
        order_id = self.place(counts=(2,))
        first, second = self.lines(order_id)
        self.answer(self.ask(order_id, lines=[first]))
        case_id = self.ask(order_id, lines=[second])
        self.answer(case_id)
        paid = self.order(order_id).doc["payment"]
        rows = [self.cancellation(i) for i in self.change(order_id)["cancellations"]]
        totals = [float(row["refund_amount"]["refund_total"]) for row in rows]
        self.assertAlmostEqual(sum(totals), float(paid["total_amount"]))

    def test_a_request_withdrawn_by_either_door_is_closed(self):
        for withdraw in (
            lambda order_id, case_id: self.step(case_id, "withdraw", "cancellations"),
            lambda order_id, case_id: self.change(order_id, request_cancel=False),
        ):
            order_id, case_id = self.asked()
            withdraw(order_id, case_id)
            row = self.state("cancellations")[case_id]
            self.assertEqual(
                (row["status"], row["closed_by"]), (f"{CANCEL}CANCEL", "buyer")
            )
            self.assertFalse(self.order(order_id).doc["is_buyer_request_cancel"])

    def test_the_older_switch_makes_a_request(self):
        order_id = self.place()
        [case_id] = self.change(order_id, request_cancel=True)["cancellations"]
        self.assertEqual(
            self.cancellation(case_id)["cancel_status"], f"{CANCEL}PENDING"
        )

    def test_the_older_generation_does_not_tell_about_stock(self):
        _order_id, case_id = self.asked()
        row = self.cancellation(case_id, "202309")
        self.assertNotIn("should_replenish_stock", row)
        self.assertFalse(self.cancellation(case_id)["should_replenish_stock"])

    def test_the_parts_of_a_bundle_come_with_the_newer_generation(self):
        bundle = next(sku for sku in self.client.shop.skus.values() if sku.parts)
        parts = [{"sku_id": part.id, "sku_count": n} for part, n in bundle.parts]
        row = {"sku_id": bundle.id, "combined_listing_skus": parts}
        order_id = self.client.place(line_items=[row])
        case_id = self.ask(order_id)
        [line] = self.cancellation(case_id)["cancel_line_items"]
        parts = line["cancel_sub_line_items"]
        self.assertEqual(
            [row["sku_id"] for row in parts], [part.id for part, _n in bundle.parts]
        )
        [line] = self.cancellation(case_id, "202309")["cancel_line_items"]
        self.assertNotIn("cancel_sub_line_items", line)


@tagged("post_install", "-at_install")
class TestSandboxCancelled(CancelCase):
    def test_a_buyer_cancels_freely_in_the_first_hour(self):
        self.open()
        for status in ("UNPAID", "ON_HOLD"):
            order_id, case_id = self.asked(status=status)
            row = self.cancellation(case_id)
            self.assertEqual((row["cancel_type"], row["role"]), ("CANCEL", "BUYER"))
            self.assertEqual(self.order(order_id).status, "CANCELLED")

    def test_nobody_gets_back_what_was_not_paid(self):
        self.open()
        _order_id, case_id = self.asked(status="UNPAID")
        self.assertEqual(
            self.cancellation(case_id)["refund_amount"]["refund_total"], "0"
        )

    def test_the_seller_cancels_with_a_reason_of_the_market(self):
        self.open()
        order_id = self.place()
        data = self.cancel(order_id)["data"]
        self.assertEqual(data["cancel_status"], f"{CANCEL}SUCCESS")
        doc = self.order(order_id).doc
        self.assertEqual(
            (doc["status"], doc["cancellation_initiator"]), ("CANCELLED", "SELLER")
        )
        self.assertEqual(self.cancellation(data["cancel_id"])["role"], "SELLER")

    def test_what_cancels_at_the_control_door_is_found_with_who_and_why(self):
        self.open()
        for role, reason, text in (
            ("SELLER", STOCK, "Out of stock"),
            ("SYSTEM", "package_lost", "Package lost"),
            ("OPERATOR", "platform_cancel", "Cancelled by TikTok Shop"),
        ):
            order_id = self.place()
            body = {"role": role, "reason": reason}
            [case_id] = self.change(order_id, cancel=body)["cancellations"]
            row = self.cancellation(case_id)
            found = row["role"], row["cancel_reason"], row["cancel_reason_text"]
            self.assertEqual(found, (role, reason, text))
            self.assertEqual(self.order(order_id).status, "CANCELLED")

    def test_an_order_cancelled_in_any_other_way_has_a_cancellation_too(self):
        self.open()
        order_id = self.place(counts=(2,))
        self.change(order_id, cancel_line=self.lines(order_id)[0])
        self.change(order_id, status="CANCELLED")
        first, second = map(self.cancellation, self.change(order_id)["cancellations"])
        self.assertEqual((first["role"], second["role"]), ("BUYER", "SELLER"))
        self.assertEqual(len(second["cancel_line_items"]), 1)

    def test_a_lost_parcel_is_not_put_back_into_stock(self):
        self.open()
        order_id = self.place()
        [package_id] = self.client.packages(order_id)
        for status in ("ship", "collect", "lost"):
            self.client.door("POST", f"/packages/{package_id}", {"status": status})
        [case_id] = self.search(order_ids=[order_id])
        row = self.cancellation(case_id)
        self.assertEqual(
            (row["role"], row["cancel_reason"]), ("OPERATOR", "package_lost")
        )
        self.assertFalse(row["should_replenish_stock"])

    def test_every_cancelled_unit_of_the_start_is_in_one_cancellation(self):
        self.open("US", orders=200, broken=10)
        found = [
            line["order_line_item_id"]
            for case in self.client.shop.cancellations.values()
            if case.granted
            for line in case.serve("202602")["cancel_line_items"]
        ]
        gone = [
            line["id"]
            for order in self.client.shop.orders.values()
            if not order.broken
            for line in order.lines
            if line["display_status"] == "CANCELLED"
        ]
        self.assertTrue(gone)
        self.assertEqual(sorted(found), sorted(gone))

    def test_single_units_are_cancelled_in_the_us_and_uk(self):
        for market, reason in (("US", STOCK), ("GB", f"{STOCK}_uk")):
            self.open(market)
            order_id = self.place(counts=(2,))
            first = self.lines(order_id)[0]
            answer = self.cancel(order_id, reason, order_line_item_ids=[first])
            self.assertEqual(answer["code"], 0)
            self.assertEqual(self.order(order_id).status, "AWAITING_SHIPMENT")
            rows = [{"sku_id": self.sku.id, "quantity": 2}]
            self.assertEqual(self.cancel(order_id, reason, skus=rows)["code"], 25005011)
            rows[0]["quantity"] = 1
            self.assertEqual(self.cancel(order_id, reason, skus=rows)["code"], 0)
            self.assertEqual(self.order(order_id).status, "CANCELLED")


@tagged("post_install", "-at_install")
class TestSandboxCancelSearch(CancelCase):
    def setUp(self):
        super().setUp()
        self.open()
        self.first_order, self.first = self.asked()
        self.later(HOUR)
        self.second_order, self.second = self.asked(status="ON_HOLD", user_id="7")

    def test_each_filter_finds_its_cases(self):
        for body, found in (
            ({}, [self.first, self.second]),
            ({"cancel_ids": [self.second, "1"]}, [self.second]),
            ({"order_ids": [self.first_order]}, [self.first]),
            ({"buyer_user_ids": ["7"]}, [self.second]),
            ({"cancel_types": ["BUYER_CANCEL"]}, [self.first]),
            ({"cancel_status": [f"{CANCEL}SUCCESS"]}, [self.second]),
            ({"create_time_ge": NOW + 1}, [self.second]),
            ({"update_time_lt": NOW + HOUR}, [self.first]),
            ({"update_time_ge": NOW, "update_time_lt": NOW}, []),
            ({"order_ids": ["577000000000000000"]}, []),
        ):
            with self.subTest(str(body)):
                self.assertEqual(self.search(**body), found)

    def test_an_update_brings_a_case_to_the_end(self):
        query = {"sort_field": "update_time"}
        self.assertEqual(self.search(query), [self.first, self.second])
        self.later(60)
        self.answer(self.first, "reject", reject_reason=PACKED)
        self.assertEqual(self.search(query), [self.second, self.first])
        query["sort_order"] = "DESC"
        self.assertEqual(self.search(query), [self.first, self.second])

    def test_pages_hold_every_case_once(self):
        ids = [self.asked()[1] for _number in range(4)]
        path = f"{BASE}/202602/cancellations/search"
        found, token = [], ""
        while True:
            query = {"page_size": 2, "page_token": token}
            data = self.client.data("POST", path, query, {})
            self.assertEqual(data["total_count"], 6)
            found += [row["cancel_id"] for row in data["cancellations"]]
            token = data["next_page_token"]
            if not token:
                break
        self.assertEqual(sorted(found), sorted([self.first, self.second, *ids]))

    def test_a_bad_parameter_is_refused(self):
        for query, body in (
            ({"page_size": 51}, {}),
            ({"sort_field": "id"}, {}),
            ({}, {"cancel_status": ["OPEN"]}),
            ({}, {"order_ids": [1]}),
            ({}, {"update_time_ge": "1"}),
        ):
            path = f"{BASE}/202602/cancellations/search"
            self.assertEqual(self.client.code("POST", path, query, body), 36009004)
