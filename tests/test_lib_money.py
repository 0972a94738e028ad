"""Amounts and the identities between them."""

import copy
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..lib.errors import PayloadError
from ..lib.money import (
    check_lines,
    expected_total,
    is_representable,
    line_total,
    order_amounts,
    parse_amount,
    quantum,
)
from ..lib.payloads import parse_order
from .test_lib_payloads import BASE, ORDERS, raw_order

INDONESIA = "580193230867950001"
AMERICA = "577310259911246001"


@tagged("post_install", "-at_install")
class TestAmount(BaseCase):
    def test_plain_decimals_are_read_as_they_are(self):
        for value in ("39.9", "50", "-1.36", "0.00", "168000", "+4", " 4.90 "):
            self.assertEqual(str(parse_amount(value, "p")), str(Decimal(value.strip())))

    def test_whole_numbers_are_read(self):
        self.assertEqual(parse_amount(39, "p"), Decimal(39))

    def test_everything_else_is_refused_with_its_place(self):
        refused = ("", " ", "abc", "NaN", "Infinity", "-inf", "1e5", "1E-400", "1,000")
        refused += ("1.", ".5", "1.5.5", "٣", "--1", "9" * 16, "0." + "0" * 9)
        refused += (1.5, float("nan"), True, None, [], {}, Decimal(1), 10**15)
        for value in refused:
            with self.subTest(value=value):
                with self.assertRaises(PayloadError) as caught:
                    parse_amount(value, "payment.tax")
                self.assertEqual(caught.exception.path, "payment.tax")

    @settings(max_examples=100, deadline=None, database=None, derandomize=True)
    @given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
    def test_reading_what_was_written_loses_nothing(self, amount):
        self.assertEqual(parse_amount(f"{amount:f}", "p"), amount)

    def test_the_smallest_step_depends_on_the_currency(self):
        for currency in ("JPY", "VND", "IDR"):
            self.assertEqual(quantum(currency), 1)
        self.assertEqual(quantum("MYR"), Decimal("0.01"))

    def test_a_fraction_of_the_smallest_step_is_noticed(self):
        self.assertTrue(is_representable(Decimal("100.00"), "JPY"))
        self.assertFalse(is_representable(Decimal("100.50"), "JPY"))
        self.assertFalse(is_representable(Decimal("1.005"), "MYR"))


@tagged("post_install", "-at_install")
class TestOrderAmounts(BaseCase):
    def test_an_order_is_worth_what_the_seller_gets(self):
        amounts = order_amounts(parse_order(raw_order()))
        self.assertEqual(amounts.goods, Decimal("174.7"))
        self.assertEqual(amounts.order_total, Decimal("167.6"))
        self.assertEqual(amounts.platform_discount, 3)
        self.assertEqual(amounts.buyer_paid, Decimal("164.6"))
        self.assertEqual(amounts.shipping, Decimal("4.9"))

    def test_every_recorded_total_is_explained(self):
        for order_id, raw in ORDERS.items():
            with self.subTest(order_id):
                self.assertEqual(order_amounts(parse_order(raw)).unexplained, 0)

    def test_tax_that_tiktok_keeps_is_not_the_sellers(self):
        amounts = order_amounts(parse_order(raw_order(AMERICA)))
        self.assertEqual(amounts.order_total, Decimal("39.98"))
        self.assertEqual(amounts.buyer_paid, Decimal("43.48"))

    def test_the_parts_of_a_tax_are_not_counted_beside_it(self):
        raw = raw_order(AMERICA)
        del raw["payment"]["tax"]
        self.assertEqual(order_amounts(parse_order(raw)).unexplained, 0)

    def test_buyer_fees_are_not_the_sellers(self):
        amounts = order_amounts(parse_order(raw_order(INDONESIA)))
        self.assertEqual(amounts.order_total, Decimal(70000))
        self.assertEqual(amounts.explained, Decimal(69100))

    def test_what_no_key_explains_is_shown(self):
        raw = raw_order()
        raw["payment"]["total_amount"] = "165.6"
        self.assertEqual(order_amounts(parse_order(raw)).unexplained, 1)

    def test_a_discount_of_the_payment_provider_lowers_what_was_paid(self):
        raw = raw_order()
        raw["payment"]["payment_platform_discount"] = "2"
        raw["payment"]["total_amount"] = "162.6"
        self.assertEqual(order_amounts(parse_order(raw)).unexplained, 0)


@tagged("post_install", "-at_install")
class TestLines(BaseCase):
    def cancelled(self, *indexes, lower_block_by=None):
        raw = raw_order()
        for index in indexes:
            raw["line_items"][index]["display_status"] = "CANCELLED"
        if lower_block_by:
            block = raw["payment"]
            goods = Decimal(block["original_total_product_price"])
            block["original_total_product_price"] = str(goods - lower_block_by)
        return parse_order(raw)

    def test_recorded_lines_agree_with_their_payment_block(self):
        for order_id, raw in ORDERS.items():
            with self.subTest(order_id):
                self.assertEqual(check_lines(parse_order(raw)), 0)

    def test_a_missing_unit_shows_as_its_price(self):
        raw = copy.deepcopy(ORDERS[BASE])
        raw["line_items"].pop()
        self.assertEqual(check_lines(parse_order(raw)), 55)

    def test_lines_are_worth_their_price_less_the_sellers_discount(self):
        order = parse_order(raw_order())
        self.assertEqual(line_total(order.lines), Decimal("162.7"))

    def test_a_whole_order_totals_its_payment_block(self):
        order = parse_order(raw_order())
        self.assertEqual(expected_total(order), order_amounts(order).order_total)

    def test_cancelled_units_are_taken_off_a_block_that_still_holds_them(self):
        order = self.cancelled(3)
        self.assertEqual(expected_total(order), Decimal("112.6"))

    def test_a_block_that_was_lowered_already_is_not_lowered_again(self):
        order = self.cancelled(3, lower_block_by=55)
        self.assertEqual(expected_total(order), Decimal("112.6"))

    def test_a_block_that_contradicts_its_lines_is_returned_as_it_is(self):
        order = self.cancelled(3, lower_block_by=20)
        self.assertEqual(expected_total(order), Decimal("147.6"))
        active = line_total(order.active_lines) + order.payment.shipping_fee
        self.assertNotEqual(expected_total(order), active)

    def test_nothing_is_rounded_to_fit(self):
        raw = raw_order()
        raw["payment"]["shipping_fee"] = "4.905"
        self.assertEqual(expected_total(parse_order(raw)), Decimal("167.605"))
