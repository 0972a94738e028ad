"""Cancellations and returns as TikTok sends them, in both generations."""

import copy
from datetime import datetime, timezone
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..lib.aftersales import (
    Action,
    RejectReason,
    parse_cancellation,
    parse_eligibility,
    parse_order_eligibility,
    parse_reasons,
    parse_refund,
)
from ..lib.errors import PayloadError
from ..lib.returns import Money, parse_record, parse_return
from .lib_http import case


def data(name, case_name="success"):
    """Return the data of a recorded answer."""
    return copy.deepcopy(case(f"aftersale.{name}", case_name)["response"]["data"])


def cancellations(generation=""):
    return data(f"cancellations_search{generation}")["cancellations"]


def returns(generation=""):
    return data(f"returns_search{generation}")["return_orders"]


@tagged("post_install", "-at_install")
class ParseCase(BaseCase):
    def assert_refused(self, parse, raw, path):
        with self.subTest(path), self.assertRaises(PayloadError) as caught:
            parse(raw)
        self.assertEqual(caught.exception.path, path)


@tagged("post_install", "-at_install")
class TestCancellation(ParseCase):
    def setUp(self):
        super().setUp()
        self.raw = cancellations()[0]
        self.prefix = "cancellation[4035318504086604100]"

    def test_a_recorded_request_is_read(self):
        found = parse_cancellation(self.raw)
        self.assertEqual(found.id, "4035318504086604100")
        self.assertEqual(found.order_id, "577087614418520400")
        self.assertEqual((found.type, found.role), ("BUYER_CANCEL", "BUYER"))
        self.assertEqual(found.status, "CANCELLATION_REQUEST_PENDING")
        self.assertTrue(found.reason.endswith("created_by_mistakes"))
        self.assertEqual(found.reason_text, "Order created by mistake")
        created = datetime(2025, 12, 31, 21, tzinfo=timezone.utc)
        self.assertEqual((found.create_time, found.update_time), (created, created))
        deadline = datetime(2026, 1, 2, 21, tzinfo=timezone.utc)
        self.assertEqual(
            found.actions, (Action("SELLER_RESPOND_BUYER_CANCEL", deadline),)
        )

    def test_its_amounts_and_units_are_read(self):
        found = parse_cancellation(self.raw)
        self.assertEqual(found.refund.currency, "MYR")
        self.assertEqual(found.refund.total, Decimal("48.8"))
        self.assertEqual(found.refund.subtotal, Decimal("39.9"))
        self.assertEqual(found.refund.shipping, Decimal("8.9"))
        [line] = found.lines
        self.assertEqual(line.id, "4035227913481100000")
        self.assertEqual(line.order_line_item_id, "577087614418710101")
        self.assertEqual((line.seller_sku, line.sku_name), ("TS-BLK-L", "Black, L"))
        self.assertEqual(line.refund, found.refund)
        self.assertTrue(line.image_url.startswith("https://p16-oec-sg."))

    def test_a_cancellation_without_a_next_step_has_no_action(self):
        found = parse_cancellation(cancellations()[1])
        self.assertEqual(found.actions, ())
        self.assertEqual(found.status, "CANCELLATION_REQUEST_COMPLETE")

    def test_both_generations_differ_only_in_what_the_newer_one_adds(self):
        for old, new in zip(cancellations(), cancellations("_202602"), strict=True):
            self.assertIsNone(parse_cancellation(old).should_replenish)
            told = new.pop("should_replenish_stock")
            self.assertEqual(parse_cancellation(new), parse_cancellation(old))
            again = parse_cancellation({**new, "should_replenish_stock": told})
            self.assertIs(again.should_replenish, told)

    def test_the_parts_of_a_bundle_are_read(self):
        self.raw["cancel_line_items"][0]["cancel_sub_line_items"] = [
            {
                "cancel_sub_line_item_id": "71",
                "sub_order_line_item_id": 72,
                "sku_id": "73",
                "seller_sku": " PART ",
                "refund_amount": {"currency": "MYR", "refund_total": "10"},
            }
        ]
        [line] = parse_cancellation(self.raw).lines
        [part] = line.sub_lines
        self.assertEqual((part.id, part.sub_order_line_item_id), ("71", "72"))
        self.assertEqual(part.order_line_item_id, line.order_line_item_id)
        self.assertEqual((part.seller_sku, part.refund.total), ("PART", 10))

    def test_words_tiktok_adds_are_kept(self):
        raw = {
            **self.raw,
            "cancel_type": "REQUEST_CANCEL_REFUND",
            "cancel_status": "ON_ICE",
            "role": "ROBOT",
        }
        found = parse_cancellation(raw)
        self.assertEqual(
            (found.type, found.status, found.role),
            ("REQUEST_CANCEL_REFUND", "ON_ICE", "ROBOT"),
        )

    def test_a_cancellation_before_payment_may_tell_no_amount(self):
        found = parse_cancellation({**self.raw, "refund_amount": {}})
        self.assertIsNone(found.refund)

    def test_what_cannot_be_read_is_named(self):
        self.assert_refused(parse_cancellation, ["x"], "cancellation")
        self.assert_refused(
            parse_cancellation, {**self.raw, "cancel_id": ""}, "cancellation.cancel_id"
        )
        for key, value, rest in (
            ("order_id", None, ""),
            ("cancel_type", "", ""),
            ("cancel_status", {}, ""),
            ("create_time", "soon", ""),
            ("update_time", 0, ""),
            ("cancel_line_items", "x", ""),
            ("cancel_line_items", [{}], "[0].order_line_item_id"),
            (
                "cancel_line_items",
                [{"order_line_item_id": "1"}],
                "[0].cancel_line_item_id",
            ),
            ("seller_next_action_response", "x", ""),
            ("seller_next_action_response", [{}], "[0].action"),
            ("refund_amount", "48.8", ""),
            ("refund_amount", {"refund_total": "1"}, ".currency"),
            ("refund_amount", {"currency": "MYR"}, ".refund_total"),
            (
                "refund_amount",
                {"currency": "MYR", "refund_total": "1e3"},
                ".refund_total",
            ),
        ):
            raw = {**self.raw, key: value}
            self.assert_refused(parse_cancellation, raw, f"{self.prefix}.{key}{rest}")


@tagged("post_install", "-at_install")
class TestReturn(ParseCase):
    def setUp(self):
        super().setUp()
        self.raw = returns()[1]
        self.prefix = "return[4035318504086605002]"

    def test_a_recorded_refund_waits_for_an_answer(self):
        found = parse_return(returns()[0])
        self.assertEqual(found.type, "REFUND")
        self.assertEqual(found.status, "RETURN_OR_REFUND_REQUEST_PENDING")
        [action] = found.actions
        self.assertEqual(action.name, "SELLER_RESPOND_REFUND")
        self.assertEqual(action.deadline.day, 2)
        self.assertEqual(found.refund.total, Decimal("35.9"))
        self.assertEqual((found.return_method, found.shipment_type), ("", ""))

    def test_a_recorded_return_tells_how_the_goods_come_back(self):
        found = parse_return(self.raw)
        self.assertEqual(found.order_id, "577087614418520394")
        self.assertEqual(found.status, "BUYER_SHIPPED_ITEM")
        self.assertEqual(
            (found.shipment_type, found.handover_method, found.return_method),
            ("PLATFORM", "DROP_OFF", "PLATFORM_SHIPPED"),
        )
        self.assertEqual(found.tracking_number, "MYRT00098765432")
        self.assertEqual(found.provider_name, "J&T Express")
        self.assertEqual(found.provider_id, "6841743441349706241")
        self.assertEqual(found.document_type, "SHIPPING_LABEL")
        self.assertTrue(found.warehouse_address.startswith("1 Jalan Contoh"))
        self.assertIs(found.is_combined, False)

    def test_its_amounts_are_told_by_who_pays(self):
        self.raw["discount_amount"][0] |= {
            "product_seller_discount": "1.5",
            "product_platform_discount": "2",
            "shipping_fee_seller_discount": "0.25",
            "shipping_fee_platform_discount": "3",
        }
        self.raw["shipping_fee_amount"].append(
            {
                "currency": "MYR",
                "seller_paid_return_shipping_fee": "4",
                "platform_paid_return_shipping_fee": "0.1",
            }
        )
        found = parse_return(self.raw)
        discounts, shipping = found.discounts, found.return_shipping
        self.assertEqual(discounts.product_seller, Decimal("1.5"))
        self.assertEqual(discounts.product_platform, 2)
        self.assertEqual(discounts.shipping_seller, Decimal("0.25"))
        self.assertEqual(discounts.shipping_platform, 3)
        self.assertEqual((shipping.currency, shipping.seller_paid), ("MYR", 4))
        self.assertEqual((shipping.platform_paid, shipping.buyer_paid), (9, 0))

    def test_both_generations_give_the_same(self):
        for old, new in zip(returns(), returns("_202602"), strict=True):
            self.assertEqual(parse_return(new), parse_return(old))

    def test_a_quick_refund_is_told_by_the_newer_generation(self):
        self.assertIs(parse_return(self.raw).is_quick_refund, False)
        raw = {**self.raw, "is_quick_refund": True}
        self.assertIs(parse_return(raw).is_quick_refund, True)

    def test_an_offer_of_a_part_is_read(self):
        raw = {
            **self.raw,
            "seller_proposed_return_type": "PARTIAL_REFUND",
            "partial_refund": {"currency": "MYR", "amount": "20"},
            "buyer_rejected_partial_refund": "true ",
        }
        found = parse_return(raw)
        self.assertEqual(found.proposed_type, "PARTIAL_REFUND")
        self.assertEqual(found.partial_refund, Money("MYR", Decimal(20)))
        self.assertIs(found.is_offer_rejected, True)

    def test_a_case_without_an_offer_tells_none(self):
        found = parse_return(self.raw)
        self.assertEqual((found.proposed_type, found.partial_refund), ("", None))
        self.assertIsNone(found.is_offer_rejected)
        self.assertIsNone(found.can_buyer_keep_item)

    def test_an_edited_request_names_its_neighbours(self):
        raw = {**self.raw, "pre_return_id": "7", "next_return_id": 8}
        found = parse_return(raw)
        self.assertEqual((found.previous_id, found.next_id), ("7", "8"))
        found = parse_return({**self.raw, "pre_return_id": "0"})
        self.assertEqual((found.previous_id, found.next_id), ("", ""))

    def test_a_combined_return_names_the_one_it_travels_in(self):
        raw = {**self.raw, "is_combined_return": True, "combined_return_id": "9"}
        found = parse_return(raw)
        self.assertEqual((found.is_combined, found.combined_id), (True, "9"))

    def test_arbitration_and_keeping_the_goods_are_read(self):
        raw = {
            **self.raw,
            "arbitration_status": "IN_PROGRESS",
            "can_buyer_keep_item": True,
        }
        found = parse_return(raw)
        self.assertEqual(found.arbitration, "IN_PROGRESS")
        self.assertIs(found.can_buyer_keep_item, True)

    def test_the_parts_of_a_bundle_are_read(self):
        self.raw["return_line_items"][0]["return_sub_line_items"] = [
            {"return_sub_line_item_id": "1", "order_line_item_id": "2"}
        ]
        [line] = parse_return(self.raw).lines
        [part] = line.sub_lines
        self.assertEqual((part.id, part.order_line_item_id), ("1", "2"))
        self.assertIsNone(part.refund)

    def test_what_cannot_be_read_is_named(self):
        self.assert_refused(parse_return, None, "return.return_id")
        for key, value, rest in (
            ("order_id", "", ""),
            ("return_type", None, ""),
            ("return_status", "", ""),
            ("update_time", None, ""),
            ("return_line_items", {"a": 1}, ""),
            ("return_line_items", ["x"], "[0]"),
            ("discount_amount", [{}], "[0].currency"),
            (
                "shipping_fee_amount",
                [{"currency": "MYR"}, {"currency": "USD"}],
                "[1].currency",
            ),
            (
                "discount_amount",
                [{"currency": "MYR", "product_seller_discount": 0.5}],
                "[0].product_seller_discount",
            ),
            ("partial_refund", {"amount": "1"}, ".currency"),
            ("partial_refund", {"currency": "MYR"}, ".amount"),
        ):
            raw = {**self.raw, key: value}
            self.assert_refused(parse_return, raw, f"{self.prefix}.{key}{rest}")

    def test_an_unreadable_amount_of_a_part_is_named(self):
        self.raw["return_line_items"][0]["return_sub_line_items"] = [
            {"refund_amount": {"currency": "MYR", "refund_total": "x"}}
        ]
        path = (
            f"{self.prefix}.return_line_items[0].return_sub_line_items[0]"
            ".refund_amount.refund_total"
        )
        self.assert_refused(parse_return, self.raw, path)


@tagged("post_install", "-at_install")
class TestTheRest(ParseCase):
    def test_a_recorded_step_of_a_case_is_read(self):
        [raw] = data("return_records")["records"]
        found = parse_record(raw)
        self.assertEqual((found.event, found.role), ("ORDER_RETURN", "BUYER"))
        self.assertEqual(found.description, "Customer submitted a return request")
        self.assertEqual(found.note, "Received another colour")
        [image] = found.images
        self.assertTrue(image.startswith("https://"))
        self.assertEqual((found.videos, found.time.day), ((), 29))

    def test_videos_are_their_addresses(self):
        found = parse_record({"videos": [{"url": "https://x/v"}, {}, "y"]})
        self.assertEqual((found.videos, found.time), (("https://x/v",), None))

    def test_recorded_reasons_are_read(self):
        found = parse_reasons(data("reject_reasons")["reasons"])
        self.assertEqual(len(found), 4)
        name = "seller_reject_apply_product_has_been_packed"
        self.assertEqual(found[-1], RejectReason(name, "Product has been packed"))

    def test_a_reason_without_a_text_shows_its_name(self):
        found = parse_reasons([{"name": "a"}, {"text": "b"}, "c"])
        self.assertEqual(found, (RejectReason("a", "a"),))

    def test_recorded_decisions_say_what_is_allowed_and_why_not(self):
        rows = data("decision_eligibility")["decisions"]
        grant, decline, parcel = map(parse_eligibility, rows)
        self.assertTrue(grant.is_eligible)
        self.assertEqual(len(decline.reject_reasons), 1)
        self.assertFalse(parcel.is_eligible)
        self.assertEqual(
            (parcel.decision, parcel.code), ("APPROVE_RECEIVED_PACKAGE", 25020003)
        )
        self.assertEqual(parcel.reason, "decision not match reverse status")

    def test_a_decision_without_a_name_is_refused(self):
        self.assert_refused(parse_eligibility, {}, "decision.decision")

    def test_recorded_eligibility_names_units_and_reasons(self):
        found = parse_order_eligibility(data("eligibility", "seller-cancel"))
        cancel, refund = found
        self.assertEqual(cancel.request_type, "CANCEL")
        self.assertEqual(len(cancel.line_item_ids), 3)
        self.assertIn("seller_cancel_reason_out_of_stock", cancel.reasons)
        self.assertEqual((refund.is_eligible, refund.code), (False, 25001003))

    def test_a_recorded_estimate_is_read(self):
        found = parse_refund(data("refund_calculate")["order_refund_amount"])
        self.assertEqual((found.currency, found.total), ("MYR", Decimal("39.9")))
        self.assertEqual(found.service_fee, 0)
