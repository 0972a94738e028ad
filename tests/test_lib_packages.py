"""Packages as TikTok shows them: in orders, in searches, and one by one."""

import copy
from datetime import datetime, timezone
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..lib.errors import PayloadError
from ..lib.packages import (
    epoch,
    packages_of,
    parse_package,
    parse_service,
    parse_ship_errors,
    parse_slots,
)
from ..lib.payloads import parse_order
from .lib_http import fixture

ORDERS = {
    row["id"]: row
    for found in fixture("order.detail")["cases"]
    for row in (found["response"].get("data") or {}).get("orders", [])
}
WAITING = "577087614418520388"
ARRANGED = "577087614418520392"
SPLIT = next(i for i, row in ORDERS.items() if len(row.get("packages") or []) == 2)
NINE = datetime(2026, 1, 1, 9, tzinfo=timezone.utc)
NINE_SECONDS = 1767258000
ROW = {
    "id": "1153132168123843220",
    "status": "TO_FULFILL",
    "orders": [{"id": "1"}, {"id": "2"}],
    "order_line_item_ids": ["11", "21", "21"],
    "create_time": NINE_SECONDS,
    "update_time": NINE_SECONDS,
    "tracking_number": " ABC ",
    "shipping_provider_id": "7",
    "shipping_provider_name": "J&T Express",
}
DETAIL = {
    "package_id": "1153132168123843204",
    "package_status": "PROCESSING",
    "package_sub_status": "RTS",
    "split_and_combine_tag": "DEFAULT",
    "shipping_type": "TIKTOK",
    "handover_method": "PICKUP",
    "pickup_slot": {"start_time": NINE_SECONDS, "end_time": NINE_SECONDS + 3600},
    "ship_exception_reason": "PACKAGE_LOST",
    "warehouse_id": "9",
}


def order(order_id, **changes):
    """Return a recorded order with top-level keys replaced."""
    return parse_order({**copy.deepcopy(ORDERS[order_id]), **changes})


def order_without(order_id, *keys, **changes):
    """Return a recorded order whose lines lack these keys."""
    raw = {**copy.deepcopy(ORDERS[order_id]), **changes}
    for line in raw["line_items"]:
        for key in keys:
            line.pop(key, None)
    return parse_order(raw)


@tagged("post_install", "-at_install")
class TestPackage(BaseCase):
    def test_a_row_of_a_search_is_read(self):
        package = parse_package(ROW)
        self.assertEqual((package.id, package.status), (ROW["id"], "TO_FULFILL"))
        self.assertEqual(package.order_ids, ("1", "2"))
        self.assertEqual(package.line_item_ids, ("11", "21"))
        self.assertEqual(package.tracking_number, "ABC")
        self.assertEqual(package.provider_name, "J&T Express")
        self.assertEqual(package.update_time, NINE)
        self.assertFalse(package.has_detail)

    def test_a_detail_names_id_and_status_its_own_way(self):
        package = parse_package(DETAIL)
        self.assertEqual(package.id, "1153132168123843204")
        self.assertEqual((package.status, package.sub_status), ("PROCESSING", "RTS"))
        self.assertTrue(package.has_detail)

    def test_a_detail_tells_handover_exception_and_warehouse(self):
        package = parse_package(DETAIL)
        self.assertEqual(package.handover_method, "PICKUP")
        self.assertEqual(package.pickup_start, NINE)
        self.assertEqual((package.pickup_end - NINE).total_seconds(), 3600)
        self.assertEqual(package.exception, "PACKAGE_LOST")
        self.assertEqual((package.warehouse_id, package.shipping_type), ("9", "TIKTOK"))

    def test_a_package_that_is_whole_has_no_tag(self):
        self.assertEqual(parse_package(DETAIL).split_or_combine, "")

    def test_a_package_without_id_or_status_is_refused(self):
        for raw, path in (
            ({**ROW, "id": ""}, "package.id"),
            ({**ROW, "status": None}, "package.status"),
            ({"package_id": "1"}, "package.package_status"),
            ({}, "package.id"),
            (["x"], "package"),
        ):
            with self.subTest(path), self.assertRaises(PayloadError) as caught:
                parse_package(raw)
            self.assertEqual(caught.exception.path, path)

    def test_senseless_optional_values_are_absent(self):
        package = parse_package(
            {**ROW, "orders": "x", "order_line_item_ids": "12", "update_time": "soon"}
        )
        self.assertEqual((package.order_ids, package.line_item_ids), ((), ()))
        self.assertIsNone(package.update_time)


@tagged("post_install", "-at_install")
class TestPackagesOfOrder(BaseCase):
    def test_an_order_shows_its_package(self):
        [package] = packages_of(order(ARRANGED))
        self.assertEqual(package.id, "1153132168123843204")
        self.assertEqual(package.status, "PROCESSING")
        self.assertEqual(package.order_ids, (ARRANGED,))
        self.assertEqual(len(package.line_item_ids), 2)
        self.assertEqual(package.tracking_number, "MYTT00012345678")
        self.assertEqual(package.provider_name, "J&T Express")
        self.assertEqual(package.shipping_type, "TIKTOK")

    def test_a_split_order_shows_both_packages_with_their_own_lines(self):
        first, second = packages_of(order(SPLIT))
        self.assertEqual((first.status, second.status), ("PROCESSING", "TO_FULFILL"))
        self.assertEqual(first.split_or_combine, "SPLIT")
        self.assertFalse(set(first.line_item_ids) & set(second.line_item_ids))
        self.assertEqual(second.tracking_number, "")

    def test_of_two_packages_none_has_the_number_of_the_order(self):
        changes = {"tracking_number": "X1", "shipping_provider": "DHL"}
        _first, second = packages_of(order(SPLIT, **changes))
        self.assertEqual((second.tracking_number, second.provider_name), ("", ""))

    def test_an_order_without_packages_shows_none(self):
        self.assertEqual(
            packages_of(order_without(WAITING, "package_id", packages=[])), ()
        )

    def test_a_package_that_only_the_lines_name_is_shown(self):
        [package] = packages_of(order(WAITING, packages=None))
        self.assertEqual(package.id, "1153132168123843201")

    def test_units_without_a_package_belong_to_the_only_one(self):
        found = order_without(WAITING, "package_id")
        [package] = packages_of(found)
        self.assertEqual(package.line_item_ids, tuple(line.id for line in found.lines))

    def test_a_status_the_lines_do_not_tell_is_that_of_the_order(self):
        found = order_without(
            ARRANGED, "package_status", "display_status", status="IN_TRANSIT"
        )
        self.assertEqual(packages_of(found)[0].status, "FULFILLING")

    def test_the_only_package_has_the_number_and_carrier_of_the_order(self):
        found = order_without(
            ARRANGED,
            "tracking_number",
            "shipping_provider_id",
            "shipping_provider_name",
            tracking_number="X1",
            shipping_provider="DHL",
            shipping_provider_id="5",
        )
        [package] = packages_of(found)
        self.assertEqual(package.tracking_number, "X1")
        self.assertEqual((package.provider_id, package.provider_name), ("5", "DHL"))

    def test_a_cancelled_unit_does_not_speak_for_its_package(self):
        raw = copy.deepcopy(ORDERS[ARRANGED])
        raw["line_items"][0] |= {
            "display_status": "CANCELLED",
            "package_status": "CANCELLED",
        }
        [package] = packages_of(parse_order(raw))
        self.assertEqual(package.status, "PROCESSING")

    def test_a_combined_order_says_combine_like_its_package(self):
        [package] = packages_of(order(WAITING, split_or_combine_tag="COMBINED"))
        self.assertEqual(package.split_or_combine, "COMBINE")

    def test_what_deliveries_need_of_an_order_is_read(self):
        found = order(
            WAITING,
            rts_time=NINE_SECONDS,
            delivery_type="HOME_DELIVERY",
            need_upload_invoice="NEED_INVOICE",
            fulfillment_priority_level=400,
            is_on_hold_order=True,
        )
        self.assertEqual(found.rts_time, NINE)
        self.assertIsNone(found.collection_time)
        self.assertEqual(found.delivery_type, "HOME_DELIVERY")
        self.assertEqual(found.need_upload_invoice, "NEED_INVOICE")
        self.assertEqual(found.fulfillment_priority_level, 400)
        self.assertTrue(found.is_on_hold)

    def test_an_order_without_a_programme_has_no_priority(self):
        found = order(WAITING, fulfillment_priority_level=None)
        self.assertIsNone(found.fulfillment_priority_level)


@tagged("post_install", "-at_install")
class TestAnswers(BaseCase):
    def test_both_spellings_of_an_available_slot_are_read(self):
        times = {"start_time": NINE_SECONDS, "end_time": NINE_SECONDS + 60}
        found = parse_slots(
            {
                "can_pickup": True,
                "pickup_slots": [
                    {**times, "avaliable": True},
                    {**times, "available": True},
                    {**times, "avaliable": False},
                    times,
                ],
            }
        )
        available = [slot.is_available for slot in found.slots]
        self.assertEqual(available, [True, True, False, False])
        self.assertTrue(found.can_pickup)
        self.assertFalse(found.can_drop_off)

    def test_a_slot_without_times_is_left_out(self):
        found = parse_slots({"pickup_slots": [{"start_time": NINE_SECONDS}]})
        self.assertEqual(found.slots, ())

    def test_a_service_has_its_price_to_the_cent(self):
        service = parse_service({"id": "1", "price": "4.35", "currency": "USD"})
        self.assertEqual(service.price, Decimal("4.35"))
        self.assertEqual(service.name, "1")
        self.assertIsNone(service.earliest_days)

    def test_a_service_without_a_price_is_refused(self):
        with self.assertRaises(PayloadError):
            parse_service({"id": "1", "currency": "USD"})

    def test_a_refused_package_says_what_to_do(self):
        row = {"code": 21011044, "message": "hold", "detail": {"package_id": "1"}}
        [error] = parse_ship_errors({"errors": [row]})
        self.assertEqual((error.package_id, error.code), ("1", 21011044))
        self.assertIn("on hold, because the buyer", error.message)
        self.assertIn("TikTok says: hold (code 21011044)", error.message)

    def test_a_refusal_of_an_unnamed_package_makes_the_answer_unusable(self):
        for errors in ([{"code": 1}], ["x"], "x"):
            with self.subTest(errors), self.assertRaises(PayloadError):
                parse_ship_errors({"errors": errors})

    def test_a_time_without_zone_is_utc(self):
        self.assertEqual(epoch(datetime(2026, 1, 1, 9)), NINE_SECONDS)
        self.assertEqual(epoch(NINE), NINE_SECONDS)
        self.assertEqual(epoch(NINE_SECONDS), NINE_SECONDS)
