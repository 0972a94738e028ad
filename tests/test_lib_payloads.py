"""Orders, shops and products as TikTok sends them, and as it might."""

import copy
import dataclasses
from datetime import datetime, timezone
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..lib.errors import PayloadError
from ..lib.payloads import (
    is_masked_text,
    parse_address,
    parse_order,
    parse_product,
    parse_shop,
)
from .lib_http import case, fixture

BASE = "577087614418520388"
ORDERS = {
    row["id"]: row
    for found in fixture("order.detail")["cases"]
    for row in (found["response"].get("data") or {}).get("orders", [])
}


def raw_order(order_id=BASE, **changes):
    """Return a recorded order with top-level keys replaced."""
    return {**copy.deepcopy(ORDERS[order_id]), **changes}


@tagged("post_install", "-at_install")
class TestOrder(BaseCase):
    def assertProblem(self, raw, path):
        with self.assertRaises(PayloadError) as caught:
            parse_order(raw)
        self.assertEqual(caught.exception.path, path)
        self.assertTrue(caught.exception.problem)

    def test_every_recorded_order_can_be_read(self):
        for order_id, raw in ORDERS.items():
            with self.subTest(order_id):
                order = parse_order(raw)
                self.assertEqual(order.id, order_id)
                self.assertEqual(len(order.lines), len(raw["line_items"]))

    def test_an_order_says_what_was_bought_by_whom(self):
        order = parse_order(raw_order())
        self.assertEqual(order.status, "AWAITING_SHIPMENT")
        self.assertEqual(order.buyer_id, "7494845267308520388")
        self.assertEqual(order.buyer_message, "Please pack well")
        self.assertEqual(order.payment_method, "Touch 'n Go eWallet")
        self.assertEqual(order.package_ids, ("1153132168123843201",))
        self.assertEqual(order.delivery_option_id, "7091146663229654785")
        self.assertEqual(order.shipping_provider, "TT Virtual express")
        self.assertEqual(order.warehouse_id, "7068517275539719942")

    def test_times_are_aware_and_in_utc(self):
        order = parse_order(raw_order())
        moment = datetime(2026, 1, 1, tzinfo=timezone.utc)
        self.assertEqual(order.create_time, moment)
        self.assertEqual(order.rts_sla_time.utcoffset().total_seconds(), 0)

    def test_absent_times_are_none(self):
        order = parse_order(raw_order("577087614418520390"))
        self.assertIsNone(order.paid_time)
        self.assertIsNone(order.delivery_due_time)

    def test_times_that_mean_nothing_are_none(self):
        for value in (0, -1, "", None, "soon", True, 604800, 1767225600000, [], {}):
            order = parse_order(raw_order(rts_sla_time=value))
            self.assertIsNone(order.rts_sla_time, value)

    def test_the_payment_block_is_decimal(self):
        payment = parse_order(raw_order()).payment
        self.assertEqual(payment.currency, "MYR")
        self.assertEqual(payment.original_total_product_price, Decimal("174.7"))
        self.assertEqual(payment.shipping_fee_platform_discount, Decimal(4))
        self.assertEqual(payment.total_amount, Decimal("164.6"))

    def test_market_fees_are_kept_by_name(self):
        payment = parse_order(raw_order("580193230867950001")).payment
        others = dict(payment.others)
        self.assertEqual(others["buyer_service_fee"], Decimal(1000))
        self.assertEqual(others["shipping_insurance_fee"], Decimal(600))

    def test_units_keep_their_own_ids_and_discounts(self):
        lines = parse_order(raw_order()).lines
        self.assertEqual(len({line.id for line in lines}), 4)
        self.assertEqual(lines[0].original_price, Decimal("39.9"))
        self.assertEqual(lines[0].seller_discount, Decimal(4))
        self.assertEqual(lines[0].platform_discount, Decimal(1))
        self.assertEqual(lines[0].seller_sku, "TS-BLK-M")

    def test_the_parts_of_a_bundle_are_kept(self):
        [line] = parse_order(raw_order("577087614418520402")).lines
        parts = [(part.seller_sku, part.count) for part in line.bundle_parts]
        self.assertEqual(parts, [("TS-BLK-M", 1), ("BOT-750", 1)])

    def test_gifts_and_samples_stay_free(self):
        order = parse_order(raw_order("577087614418520401"))
        self.assertTrue(order.lines[1].is_gift)
        self.assertEqual(order.lines[1].original_price, 0)
        self.assertTrue(order.is_sample)

    def test_who_fulfils_decides_whether_stock_moves(self):
        self.assertTrue(parse_order(raw_order("576500998877660001")).is_fbt)
        self.assertFalse(parse_order(raw_order()).is_fbt)
        dilayani = raw_order(fulfillment_type="FULFILLMENT_BY_DILAYANI_TOKOPEDIA")
        self.assertTrue(parse_order(dilayani).is_fbt)

    def test_cancelled_units_are_not_active(self):
        for status in ("CANCELLED", "CANCEL"):
            raw = raw_order()
            raw["line_items"][1]["display_status"] = status
            order = parse_order(raw)
            self.assertTrue(order.lines[1].is_cancelled)
            self.assertEqual(len(order.active_lines), 3)

    def test_tokopedia_orders_are_known_by_their_platform(self):
        order = parse_order(raw_order("580193230867950001"))
        self.assertEqual(order.commerce_platform, "TOKOPEDIA")

    def test_an_order_cannot_be_changed(self):
        with self.assertRaises(dataclasses.FrozenInstanceError):
            parse_order(raw_order()).status = "CANCELLED"

    def test_parsing_leaves_the_raw_order_alone(self):
        raw = raw_order()
        parse_order(raw)
        self.assertEqual(raw, ORDERS[BASE])

    def test_new_keys_and_words_are_accepted(self):
        raw = raw_order(status="TELEPORTED", brand_new={"a": [1]}, order_type="X")
        raw["line_items"][0]["display_status"] = "TO_SHIP"
        raw["payment"]["moon_tax"] = "1"
        order = parse_order(raw)
        self.assertEqual((order.status, order.order_type), ("TELEPORTED", "X"))

    def test_absent_null_empty_text_and_empty_list_are_alike(self):
        keys = ("packages", "seller_note", "paid_time", "user_id", "tracking_number")
        keys += ("is_cod", "recipient_address", "delivery_option_id")
        bare = raw_order()
        for key in keys:
            bare.pop(key, None)
        expected = parse_order(bare)
        for nothing in (None, "", []):
            raw = raw_order(**dict.fromkeys(keys, nothing))
            self.assertEqual(parse_order(raw), expected)

    def test_booleans_may_be_text(self):
        for value, expected in (("true ", True), ("false", False), ("", False)):
            self.assertIs(parse_order(raw_order(is_cod=value)).is_cod, expected)

    def test_ids_may_be_numbers(self):
        raw = raw_order(id=577087614418520388, user_id=7494845267308520388)
        raw["line_items"][0]["sku_id"] = 1729592969712207101
        order = parse_order(raw)
        self.assertEqual(order.id, "577087614418520388")
        self.assertEqual(order.buyer_id, "7494845267308520388")
        self.assertEqual(order.lines[0].sku_id, "1729592969712207101")

    def test_a_seller_sku_loses_the_blanks_around_it(self):
        for typed in (" TS-1", "TS-1\u200b ", "\ufeffTS-1\n"):
            with self.subTest(typed=typed):
                raw = raw_order()
                raw["line_items"][0]["seller_sku"] = typed
                self.assertEqual(parse_order(raw).lines[0].seller_sku, "TS-1")

    def test_texts_that_a_database_cannot_hold_are_cleaned(self):
        order = parse_order(raw_order(buyer_message="a\0b\ud800c Hàng ✓"))
        self.assertEqual(order.buyer_message, "ab?c Hàng ✓")

    def test_what_is_required_is_named_when_missing(self):
        for key in ("id", "status", "create_time", "update_time"):
            for nothing in (None, "", []):
                self.assertProblem(raw_order(**{key: nothing}), key)
        self.assertProblem(raw_order(payment=None), "payment.currency")
        self.assertProblem(raw_order(line_items=[]), "line_items")

    def test_a_missing_amount_is_named_with_its_place(self):
        raw = raw_order()
        del raw["payment"]["original_total_product_price"]
        self.assertProblem(raw, "payment.original_total_product_price")
        for key in ("id", "sku_id", "original_price"):
            raw = raw_order()
            raw["line_items"][2][key] = ""
            self.assertProblem(raw, f"line_items[2].{key}")

    def test_an_unreadable_amount_is_never_guessed(self):
        for value in ("abc", "NaN", "1,5", "1e9", 1.5, True, ["1"]):
            raw = raw_order()
            raw["payment"]["shipping_fee"] = value
            self.assertProblem(raw, "payment.shipping_fee")
            raw = raw_order()
            raw["line_items"][0]["seller_discount"] = value
            self.assertProblem(raw, "line_items[0].seller_discount")

    def test_things_of_another_shape_are_named(self):
        self.assertProblem([1], "order")
        self.assertProblem(raw_order(payment="x"), "payment")
        self.assertProblem(raw_order(line_items="x"), "line_items")
        lines = [*raw_order()["line_items"], 7]
        self.assertProblem(raw_order(line_items=lines), "line_items[4]")

    def test_a_line_that_comes_twice_is_named(self):
        raw = raw_order()
        raw["line_items"].append(copy.deepcopy(raw["line_items"][0]))
        self.assertProblem(raw, "line_items[4].id")

    def test_two_currencies_in_one_order_are_named(self):
        raw = raw_order()
        raw["line_items"][3]["currency"] = "SGD"
        self.assertProblem(raw, "line_items[3].currency")

    def test_lines_without_currency_have_that_of_the_order(self):
        raw = raw_order()
        del raw["line_items"][0]["currency"]
        self.assertEqual(parse_order(raw).lines[0].currency, "MYR")


@tagged("post_install", "-at_install")
class TestAddress(BaseCase):
    CLEAR = {
        "name": "Ana Lim",
        "first_name": "Ana",
        "last_name": "Lim",
        "phone_number": "(+60)1112345687",
        "region_code": "MY",
        "postal_code": "40000",
        "full_address": "Malaysia, Selangor, 12, Jalan Satu",
        "address_detail": "12, Jalan Satu",
    }

    def address(self, **changes):
        return parse_address({**self.CLEAR, **changes})

    def test_levels_become_state_city_and_districts(self):
        address = parse_order(raw_order()).address
        self.assertEqual(address.state, "Selangor")
        self.assertEqual(address.city, "Petaling")
        self.assertEqual(address.districts, ("Shah Alam",))
        brazil = parse_order(raw_order("576800556677880001")).address
        self.assertEqual(brazil.state_code, "SP")

    def test_levels_may_come_in_any_order(self):
        rows = [
            {"address_level": level, "address_name": name}
            for level, name in (("L4", "d"), ("l1", "a"), ("L3", "c"), ("x", "?"))
        ]
        address = self.address(district_info=[*rows, None])
        self.assertEqual((address.state, address.districts), ("a", ("c", "d")))

    def test_the_keys_without_values_are_no_address(self):
        order = parse_order(raw_order("577087614418520390"))
        self.assertIsNone(order.address)

    def test_what_is_no_object_is_no_address(self):
        for raw in (None, "", [], "street"):
            self.assertIsNone(parse_address(raw))

    def test_a_detail_that_only_joins_the_lines_is_left_out(self):
        address = parse_order(raw_order("577310259911246001")).address
        self.assertEqual(address.lines, ("100 Example Pkwy", "Apt 4"))
        same = self.address(address_line1="12, Jalan Satu", address_line2="")
        self.assertEqual(same.lines, ("12, Jalan Satu",))

    def test_a_detail_that_says_more_comes_first(self):
        address = self.address(address_detail="Building 8", address_line1="Main St 1")
        self.assertEqual(address.lines, ("Building 8", "Main St 1"))

    def test_lines_that_repeat_come_once(self):
        lines = {f"address_line{n}": "Main St 1" for n in (1, 2, 3)}
        address = self.address(address_detail="", **lines)
        self.assertEqual(address.lines, ("Main St 1",))

    def test_a_clear_address_is_not_masked(self):
        address = self.address()
        self.assertEqual((address.is_masked, address.masked_fields), (False, ()))

    def test_masked_parts_are_named(self):
        for key, field in (
            ("name", "name"),
            ("phone_number", "phone"),
            ("postal_code", "postal_code"),
            ("address_detail", "lines"),
        ):
            address = self.address(**{key: "A*** b"})
            self.assertTrue(address.is_masked)
            self.assertEqual(address.masked_fields, (field,))

    def test_two_names_make_one_when_the_whole_is_missing(self):
        self.assertEqual(self.address(name="").name, "Ana Lim")

    def test_texts_are_masked_when_something_is_starred(self):
        self.assertTrue(is_masked_text("Ja*** ***"))
        for clear in ("Jalan", "", None):
            self.assertFalse(is_masked_text(clear))


@tagged("post_install", "-at_install")
class TestShop(BaseCase):
    RAW = case("authorization.shops", "one-shop")["response"]["data"]["shops"][0]

    def test_a_shop_is_read(self):
        shop = parse_shop(self.RAW)
        self.assertEqual((shop.id, shop.region), ("7494049642642441621", "MY"))
        self.assertEqual((shop.seller_type, shop.code), ("LOCAL", "MYLCBV7TRKQ2"))

    def test_a_shop_hides_its_cipher(self):
        self.assertNotIn(self.RAW["cipher"], repr(parse_shop(self.RAW)))

    def test_a_shop_without_cipher_is_refused(self):
        with self.assertRaises(PayloadError) as caught:
            parse_shop({**self.RAW, "cipher": ""})
        self.assertEqual(caught.exception.path, "shop.cipher")


@tagged("post_install", "-at_install")
class TestProduct(BaseCase):
    def detail(self, name="two-skus-two-warehouses"):
        return case("product.detail", name)["response"]["data"]

    def found(self, name):
        return case("product.search", name)["response"]["data"]["products"]

    def test_a_product_has_its_skus(self):
        product = parse_product(self.detail())
        self.assertEqual(product.title, "Cotton T-Shirt Basic")
        self.assertEqual([sku.seller_sku for sku in product.skus][0], "TS-BLK-M")
        self.assertEqual(product.skus[0].name, "Black, M")
        self.assertEqual(product.skus[0].identifier_code, "09550012345671")
        self.assertTrue(product.image_url.startswith("https://"))

    def test_stock_is_kept_per_warehouse(self):
        levels = parse_product(self.detail()).skus[0].stock
        self.assertEqual([level.quantity for level in levels], [120, 30])

    def test_search_and_detail_agree_on_the_price(self):
        in_search = parse_product(self.found("page-1-of-2")[0])
        in_detail = parse_product(self.detail())
        self.assertEqual(in_search.skus[0].price, Decimal("39.9"))
        self.assertEqual(in_search.skus[0].price, in_detail.skus[0].price)

    def test_a_bundle_knows_its_parts(self):
        product = parse_product(self.detail("virtual-bundle"))
        self.assertTrue(product.is_bundle)
        self.assertEqual(len(product.skus[0].bundle_parts), 2)

    def test_a_sku_without_seller_sku_has_none(self):
        skus = [
            sku
            for name in ("page-1-of-2", "page-2-of-2")
            for raw in self.found(name)
            for sku in parse_product(raw).skus
        ]
        self.assertIn("", [sku.seller_sku for sku in skus])

    def test_a_listing_on_tokopedia_only_has_that_status(self):
        [raw] = self.found("id-tokopedia-listing")
        del raw["status"]
        product = parse_product(raw)
        self.assertEqual(product.status, "ACTIVATE")
        self.assertEqual(product.platform_statuses, (("TOKOPEDIA", "ACTIVATE"),))

    def test_a_sku_without_id_is_named(self):
        raw = self.detail()
        raw["skus"][1]["id"] = None
        with self.assertRaises(PayloadError) as caught:
            parse_product(raw)
        self.assertEqual(caught.exception.path, "skus[1].id")

    def test_a_product_without_price_has_none(self):
        raw = self.detail()
        raw["skus"][0]["price"] = None
        self.assertIsNone(parse_product(raw).skus[0].price)
