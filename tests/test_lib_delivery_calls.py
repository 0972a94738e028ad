"""Each call about deliveries: what is sent, what is read, what may be repeated."""

import json
from datetime import datetime, timezone
from decimal import Decimal

import requests

from odoo.tests import tagged

from ..lib.delivery_calls import Dimension, ShipRow, Weight
from ..lib.errors import PayloadError, Rejected, Unreachable
from ..lib.packages import PackageGroup
from ..lib.signing import sign
from .lib_http import SECRET, ClientCase, query_of, refusal, success

START = 1767232800
PATH = "/fulfillment/202309"


@tagged("post_install", "-at_install")
class DeliveryCase(ClientCase):
    def path(self, index=-1):
        return self.sent[index].path_url.partition("?")[0]

    def body(self, index=-1):
        return json.loads(self.sent[index].body)


@tagged("post_install", "-at_install")
class TestReading(DeliveryCase):
    def test_packages_are_searched_by_update_time_in_pages_of_fifty(self):
        row = {"id": "1", "status": "PROCESSING", "update_time": 50}
        client = self.client(success({"packages": [row], "total_count": 1}))
        [page] = client.package_pages(10, 99)
        self.assertEqual((page.rows, page.done_until), ([row], 99))
        self.assertEqual(self.path(), f"{PATH}/packages/search")
        self.assertEqual(self.body(), {"update_time_ge": 10, "update_time_lt": 99})
        query = query_of(self.sent[0])
        self.assertEqual(query["page_size"], "50")
        self.assertEqual((query["sort_field"], query["sort_order"]), WALK_ORDER)

    def test_packages_that_change_meanwhile_are_not_lost(self):
        rows = [{"id": str(i), "update_time": 10 + i} for i in range(4)]
        served = [rows[:2], rows[1:3], rows[2:]]

        def serve(request):
            page = served[len(self.sent) - 1]
            token = "more" if page is not served[-1] else ""
            return success({"packages": page, "next_page_token": token})

        pages = self.client(serve).package_pages(10, 99)
        self.assertEqual([row for page in pages for row in page.rows], rows)
        self.assertEqual(self.body(1)["update_time_ge"], 11)

    def test_a_listing_that_contradicts_itself_speaks_of_packages(self):
        def serve(_request):
            return success({"packages": [{"id": "1", "update_time": 1}]})

        with self.assertRaises(Unreachable) as caught:
            list(self.client(serve).package_pages(10, 99))
        self.assertIn("packages that are older", str(caught.exception))

    def test_a_detail_is_typed(self):
        raw = {"package_id": "7", "package_status": "PROCESSING"}
        package = self.client(success(raw)).package_detail("7")
        self.assertEqual((package.id, package.has_detail), ("7", True))
        self.assertEqual(self.path(), f"{PATH}/packages/7")

    def test_an_id_never_leaves_its_place_in_the_path(self):
        self.client(success({})).handover_slots("../../order?x=1")
        self.assertEqual(
            self.path(), f"{PATH}/packages/..%2F..%2Forder%3Fx%3D1/handover_time_slots"
        )

    def test_a_document_is_asked_for_by_kind_sheet_and_format(self):
        answer = success({"doc_url": "https://x/y", "tracking_number": "A1"})
        document = self.client(answer).document("7", "SHIPPING_LABEL", "A5", "ZPL")
        self.assertEqual((document.url, document.tracking_number), DOCUMENT)
        query = query_of(self.sent[0])
        self.assertEqual(query["document_type"], "SHIPPING_LABEL")
        self.assertEqual((query["document_size"], query["document_format"]), SHEET)

    def test_what_is_not_chosen_is_left_to_tiktok(self):
        self.client(success({"doc_url": "https://x/y"})).document("7", "HAZMAT_LABEL")
        self.assertNotIn("document_size", query_of(self.sent[0]))

    def test_an_answer_without_a_link_is_no_document(self):
        with self.assertRaises(PayloadError):
            self.client(success({"doc_url": ""})).document("7", "SHIPPING_LABEL")

    def test_a_label_in_the_making_is_the_callers_to_wait_for(self):
        for code in (11034037, 11034023):
            for status in (200, 500):
                with self.subTest(code), self.assertRaises(Rejected) as caught:
                    client = self.client(refusal(code, status=status))
                    client.document("7", "SHIPPING_LABEL")
                self.assertEqual(caught.exception.code, code)
                self.assertEqual(self.naps, [])

    def test_tracking_counts_in_milliseconds(self):
        rows = [
            {"description": "Out", "update_time_millis": 1767225600000},
            {"description": "Here", "action_code": 50601},
        ]
        first, second = self.client(success({"tracking": rows})).tracking("5")
        self.assertEqual(first.time, datetime(2026, 1, 1, tzinfo=timezone.utc))
        self.assertEqual((second.time, second.action_code), (None, 50601))


@tagged("post_install", "-at_install")
class TestShipping(DeliveryCase):
    def test_tiktok_shipping_with_a_slot(self):
        slot = (datetime(2026, 1, 1, 2), START + 60)
        self.client(success({})).ship_package(
            "7", handover_method="PICKUP", pickup_slot=slot
        )
        self.assertEqual(self.path(), f"{PATH}/packages/7/ship")
        self.assertEqual(
            self.body(),
            {
                "handover_method": "PICKUP",
                "pickup_slot": {"start_time": START, "end_time": START + 60},
            },
        )

    def test_an_own_carrier_is_named_with_its_number(self):
        self.client(success({})).ship_package(
            "7", tracking_number=" POS1 ", provider_id=69
        )
        own = {"tracking_number": "POS1", "shipping_provider_id": "69"}
        self.assertEqual(self.body(), {"self_shipment": own})

    def test_nothing_chosen_is_an_empty_body_that_is_signed(self):
        self.client(success({})).ship_package("7")
        [request] = self.sent
        self.assertEqual(request.body, b"{}")
        query = query_of(request)
        path = f"{PATH}/packages/7/ship"
        self.assertEqual(query["sign"], sign(SECRET, path, query, b"{}"))

    def test_shipping_is_repeated_because_it_cannot_happen_twice(self):
        client = self.client(requests.ReadTimeout(), refusal(21008099))
        with self.assertRaises(Rejected) as caught:
            client.ship_package("7")
        self.assertEqual(caught.exception.code, 21008099)
        self.assertEqual(len(self.sent), 2)

    def test_a_batch_returns_those_refused(self):
        error = {"code": 21008099, "message": "no", "detail": {"package_id": "2"}}
        client = self.client(success({"errors": [error]}))
        rows = [ShipRow("1", "DROP_OFF"), ShipRow("2", None, None, "N1", "69")]
        [refused] = client.ship_packages(rows)
        self.assertEqual((refused.package_id, refused.code), ("2", 21008099))
        own = {"tracking_number": "N1", "shipping_provider_id": "69"}
        self.assertEqual(
            self.body()["packages"],
            [
                {"id": "1", "handover_method": "DROP_OFF"},
                {"id": "2", "self_shipment": own},
            ],
        )

    def test_a_batch_that_all_went_returns_nothing(self):
        self.assertEqual(self.client(success({})).ship_packages([ShipRow("1")]), ())

    def test_a_batch_is_never_cut_behind_the_callers_back(self):
        for rows in ([], [ShipRow(str(i)) for i in range(51)]):
            with self.assertRaises(ValueError):
                self.client().ship_packages(rows)
            self.assertEqual(self.sent, [])

    def test_a_parcel_is_told_with_its_units(self):
        raw = {"package_id": "8", "warning": {"message": "two carriers"}}
        client = self.client(success(raw))
        self.assertEqual(
            client.mark_shipped("5", ["51", "52"], "N1", "69"), ("8", "two carriers")
        )
        self.assertEqual(self.path(), f"{PATH}/orders/5/packages")
        self.assertEqual(
            self.body(),
            {
                "tracking_number": "N1",
                "shipping_provider_id": "69",
                "order_line_item_ids": ["51", "52"],
            },
        )

    def test_a_parcel_without_named_units_takes_all(self):
        client = self.client(success({"package_id": "8"}))
        self.assertEqual(client.mark_shipped("5", None, "N1", "69").warning, "")
        self.assertNotIn("order_line_item_ids", self.body())

    def test_a_changed_number_goes_to_the_package(self):
        self.client(success({})).update_tracking("7", "N2", "69")
        self.assertEqual(self.path(), f"{PATH}/packages/7/shipping_info/update")
        own = {"tracking_number": "N2", "shipping_provider_id": "69"}
        self.assertEqual(self.body(), own)

    def test_what_could_happen_twice_is_sent_once(self):
        groups = [PackageGroup("1", ("5", "6"))]
        for name, call in (
            ("mark", lambda c: c.mark_shipped("5", [], "N1", "69")),
            ("retrack", lambda c: c.update_tracking("7", "N1", "69")),
            ("buy", lambda c: c.create_package("5")),
            ("split", lambda c: c.split("5", {"1": ["51"]})),
            ("combine", lambda c: c.combine(groups)),
            ("uncombine", lambda c: c.uncombine("7", ["5"])),
        ):
            with self.subTest(name), self.assertRaises(Unreachable):
                call(self.client(requests.ReadTimeout()))
            self.assertEqual(len(self.sent), 1)


@tagged("post_install", "-at_install")
class TestLabelsAndGroups(DeliveryCase):
    WEIGHT = Weight(0.8, "POUND")
    SIZE = Dimension(10.0, Decimal("8.50"), "2", "INCH")
    MEASURES = {
        "weight": {"value": "0.8", "unit": "POUND"},
        "dimension": {"length": "10", "width": "8.5", "height": "2", "unit": "INCH"},
    }

    def test_services_are_asked_for_units_and_measures(self):
        row = {"id": "1", "price": "4.35", "currency": "USD", "is_default": True}
        client = self.client(success({"shipping_services": [row]}))
        [service] = client.shipping_services("5", ["51"], self.WEIGHT, self.SIZE)
        self.assertEqual((service.price, service.is_default), (Decimal("4.35"), True))
        self.assertEqual(self.path(), f"{PATH}/orders/5/shipping_services/query")
        self.assertEqual(self.body(), {"order_line_item_ids": ["51"], **self.MEASURES})

    def test_the_label_of_a_whole_order_is_bought(self):
        client = self.client(success({"package_id": "8"}))
        found = client.create_package(
            "5", service_id="1", weight=self.WEIGHT, dimension=self.SIZE
        )
        self.assertEqual(found, "8")
        self.assertEqual(self.path(), "/fulfillment/202512/packages")
        self.assertEqual(
            self.body(),
            {
                "ship_type": "1",
                "order_id": "5",
                "shipping_service_id": "1",
                **self.MEASURES,
            },
        )

    def test_the_label_of_some_units_names_them(self):
        client = self.client(success({"package_id": "8"}))
        client.create_package("5", line_item_ids=["51"])
        lines = [{"order_line_id": "51"}]
        self.assertEqual(
            self.body(),
            {"ship_type": "2", "order_id": "5", "order_line_item": lines},
        )

    def test_orders_tiktok_does_not_tell_about_hide_no_others(self):
        def serve(request):
            ids = query_of(request)["order_ids"].split(",")
            if "2" in ids:
                return refusal(21008111)
            return success(
                {"split_attributes": [{"order_id": i, "can_split": True} for i in ids]}
            )

        found = self.client(serve).split_checks(["1", "2", "3"])
        self.assertEqual([check.order_id for check in found], ["1", "3"])
        self.assertTrue(found[0].can_split)
        self.assertFalse(found[0].must_split)

    def test_a_split_brings_the_package_of_each_group(self):
        made = [{"splittable_group_id": "b", "id": "2"}]
        made.append({"splittable_group_id": "a", "id": "1"})
        client = self.client(success({"packages": made}))
        found = client.split("5", {"a": ["51"], "b": ["52", "53"]})
        self.assertEqual(found, {"a": "1", "b": "2"})
        self.assertEqual(
            self.body()["splittable_groups"],
            [
                {"id": "a", "order_line_item_ids": ["51"]},
                {"id": "b", "order_line_item_ids": ["52", "53"]},
            ],
        )

    def test_a_split_that_hides_a_package_is_not_believed(self):
        client = self.client(success({"packages": []}))
        with self.assertRaises(PayloadError):
            client.split("5", {"a": ["51"]})

    def test_combining_takes_what_can_be_combined(self):
        row = {"id": "1", "order_ids": ["5", "6"]}
        more = {"combinable_packages": [row], "next_page_token": "x"}
        client = self.client(
            success(more),
            success({"combinable_packages": [{"id": "2", "order_ids": ["7"]}]}),
            success({"packages": [{"id": "9", "order_ids": ["5", "6"]}]}),
        )
        groups = list(client.combinable())
        self.assertEqual([group.package_id for group in groups], ["1", "2"])
        combined = client.combine(groups[:1])
        self.assertEqual(combined.packages, (PackageGroup("9", ("5", "6")),))
        self.assertEqual(combined.errors, ())
        self.assertEqual(self.body(), {"combinable_packages": [row]})

    def test_an_order_taken_out_gets_a_package_of_its_own(self):
        client = self.client(success({"packages": [{"id": "9", "order_ids": ["6"]}]}))
        self.assertEqual(client.uncombine("1", ["6"]), (PackageGroup("9", ("6",)),))
        self.assertEqual(self.path(), f"{PATH}/packages/1/uncombine")
        self.assertEqual(self.body(), {"order_ids": ["6"]})


WALK_ORDER = ("update_time", "ASC")
DOCUMENT = ("https://x/y", "A1")
SHEET = ("A5", "ZPL")
