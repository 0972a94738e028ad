"""Stock arithmetic: never more than can be shipped, whatever the numbers."""

import math
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..lib.errors import PayloadError
from ..lib.inventory import (
    Rule,
    SkuRefused,
    Target,
    listed,
    offers,
    parse_inventory,
    parse_refusals,
    refusal_text,
    uncovered,
)
from .lib_http import case

MOST = 99_999
CODES = (
    (12019024, 12019028, 12052037, 12052048, 12052055, 12052097, 12052141, 12052371)
    + (12052393, 12052530, 12052531, 12052532, 12052533, 12052553, 12052556)
    + (12052850, 12052901, 12052921, 12052990)
)
QUANTITIES = st.floats(-10_000, 200_000) | st.integers(-10_000, 200_000)
RULES = st.builds(
    Rule,
    buffer=st.floats(-50, 500) | st.integers(-50, 500),
    share=st.floats(-20, 150) | st.integers(0, 100),
    maximum=st.none() | st.integers(0, 200_000),
)
TARGETS = st.lists(
    st.builds(
        Target,
        warehouse_id=st.integers(0, 1000),
        sources=st.lists(st.sampled_from("ABCD"), max_size=4).map(tuple),
        available=st.integers(0, MOST),
        takes_part=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda target: target.warehouse_id,
)
PROMISED = st.dictionaries(st.sampled_from("ABCD"), QUANTITIES)


def response(name, case_name):
    return case(name, case_name)["response"]["data"]


@tagged("post_install", "-at_install")
class TestListed(BaseCase):
    def test_all_that_can_be_promised_is_listed_without_a_rule(self):
        self.assertEqual(listed(7, Rule()), 7)

    def test_the_buffer_is_kept_back_before_the_share_is_taken(self):
        self.assertEqual(listed(13, Rule(buffer=3, share=50)), 5)

    def test_half_units_are_not_listed(self):
        self.assertEqual(listed(5.5, Rule()), 5)
        self.assertEqual(listed(5, Rule(share=50)), 2)

    def test_the_noise_of_floats_loses_no_unit(self):
        self.assertEqual(listed(2.9999999, Rule()), 3)
        self.assertEqual(listed(0.1 + 0.2 + 0.7, Rule()), 1)
        self.assertEqual(listed(100, Rule(share=29.0)), 29)

    def test_a_real_fraction_below_a_unit_adds_none(self):
        self.assertEqual(listed(2.999, Rule()), 2)

    def test_no_more_than_the_maximum_is_listed(self):
        self.assertEqual(listed(50, Rule(maximum=8)), 8)

    def test_a_maximum_of_zero_is_none(self):
        self.assertEqual(listed(50, Rule(maximum=0)), 50)

    def test_no_more_than_tiktok_takes_is_listed(self):
        self.assertEqual(listed(1e300, Rule()), MOST)
        self.assertEqual(listed(250_000, Rule(maximum=150_000)), MOST)

    def test_what_is_no_number_lists_nothing(self):
        for nonsense in (math.nan, math.inf, -math.inf, None, False):
            self.assertEqual(listed(nonsense, Rule()), 0)

    def test_a_wrong_rule_lists_no_more_than_there_is(self):
        self.assertEqual(listed(5, Rule(buffer=-10)), 5)
        self.assertEqual(listed(5, Rule(share=200)), 5)

    @settings(max_examples=150, deadline=None)
    @given(QUANTITIES, RULES)
    def test_never_negative_and_never_above_what_is_promised(self, promised, rule):
        quantity = listed(promised, rule)
        self.assertIsInstance(quantity, int)
        self.assertGreaterEqual(quantity, 0)
        self.assertLessEqual(quantity, MOST)
        self.assertLessEqual(quantity, max(0, Decimal(promised)) + Decimal("0.000001"))
        if rule.maximum:
            self.assertLessEqual(quantity, rule.maximum)

    @settings(max_examples=100, deadline=None)
    @given(QUANTITIES, QUANTITIES, RULES)
    def test_less_to_promise_never_lists_more(self, one, other, rule):
        low, high = sorted((one, other))
        self.assertLessEqual(listed(low, rule), listed(high, rule))


@tagged("post_install", "-at_install")
class TestOffers(BaseCase):
    def test_an_odoo_warehouse_is_offered_once_in_the_first_that_counts_it(self):
        targets = [Target("default", ("A",)), Target("second", ("A",))]
        found = offers(targets, {"A": 9}, Rule())
        self.assertEqual(found, {"default": 9, "second": 0})

    def test_several_odoo_warehouses_add_up(self):
        targets = [Target("default", ("A", "B")), Target("second", ("B", "C"))]
        found = offers(targets, {"A": 2.5, "B": 2.5, "C": 4}, Rule())
        self.assertEqual(found, {"default": 5, "second": 4})

    def test_a_lack_in_one_odoo_warehouse_lowers_what_its_target_offers(self):
        found = offers([Target("default", ("A", "B"))], {"A": -3, "B": 5}, Rule())
        self.assertEqual(found, {"default": 2})

    def test_a_warehouse_that_takes_no_part_keeps_what_it_has(self):
        targets = [Target("theirs", ("A",), available=17, takes_part=False)]
        targets.append(Target("ours", ("A",), available=1))
        found = offers(targets, {"A": 4}, Rule(buffer=1))
        self.assertEqual(found, {"theirs": 17, "ours": 3})

    def test_buffer_and_share_hold_for_each_warehouse(self):
        targets = [Target("default", ("A",)), Target("second", ("B",))]
        found = offers(targets, {"A": 6, "B": 20}, Rule(buffer=2, share=50))
        self.assertEqual(found, {"default": 2, "second": 9})

    def test_the_maximum_holds_for_all_warehouses_together(self):
        targets = [Target("default", ("A",)), Target("second", ("B",))]
        targets.append(Target("third", ("C",)))
        found = offers(targets, {"A": 6, "B": 20, "C": 5}, Rule(maximum=10))
        self.assertEqual(found, {"default": 6, "second": 4, "third": 0})

    def test_a_lack_where_orders_ship_from_lowers_what_is_counted_elsewhere(self):
        targets = [Target("default", ("A",), ships_from="A")]
        targets.append(Target("second", ("B",), ships_from="A"))
        found = offers(targets, {"A": -4, "B": 10}, Rule())
        self.assertEqual(found, {"default": 0, "second": 6})

    def test_a_lack_lowers_what_is_offered_once(self):
        targets = [Target("default", ("A", "C"), ships_from="A")]
        targets.append(Target("second", ("B",), ships_from="A"))
        found = offers(targets, {"A": -4, "B": 10, "C": 7}, Rule())
        self.assertEqual(found, {"default": 3, "second": 10})

    def test_an_unknown_odoo_warehouse_offers_nothing(self):
        self.assertEqual(
            offers([Target("default", ("X",))], {}, Rule()), {"default": 0}
        )

    @settings(max_examples=150, deadline=None)
    @given(TARGETS, PROMISED, RULES)
    def test_together_they_never_offer_more_than_there_is(
        self, targets, promised, rule
    ):
        found = offers(targets, promised, rule)
        self.assertEqual(set(found), {target.warehouse_id for target in targets})
        ours = [found[t.warehouse_id] for t in targets if t.takes_part]
        there = sum(max(0, Decimal(quantity)) for quantity in promised.values())
        self.assertLessEqual(sum(ours), there + Decimal("0.0001"))
        self.assertTrue(all(type(units) is int and units >= 0 for units in ours))
        for target in targets:
            if not target.takes_part:
                self.assertEqual(found[target.warehouse_id], target.available)


@tagged("post_install", "-at_install")
class TestUncovered(BaseCase):
    def test_units_that_no_order_in_odoo_holds_are_uncovered(self):
        self.assertEqual(uncovered(6, 4), 2)

    def test_orders_that_tiktok_no_longer_counts_free_nothing(self):
        self.assertEqual(uncovered(1, 4), 0)


@tagged("post_install", "-at_install")
class TestInventoryRows(BaseCase):
    def row(self, **level):
        level = {"warehouse_id": "7", **level}
        sku = {"id": "2", "warehouse_inventory": [level]}
        return {"product_id": "1", "skus": [sku]}

    def test_every_level_of_the_sample_is_read(self):
        rows = response("inventory.search", "by-product")["inventory"]
        first, second = parse_inventory(rows)
        self.assertEqual(first.product_id, "1729592969712207008")
        self.assertEqual(first.sku_id, "1729592969712207101")
        levels = [(row.available, row.committed) for row in first.levels]
        self.assertEqual(levels, [(120, 6), (30, 0)])
        self.assertEqual([row.available for row in second.levels], [0, 5])

    def test_numbers_as_text_are_numbers(self):
        row = self.row(available_quantity="12", committed_quantity=None)
        [stock] = parse_inventory([row])
        self.assertEqual(
            (stock.levels[0].available, stock.levels[0].committed), (12, 0)
        )

    def test_nonsense_is_no_stock(self):
        for nonsense in (-1, "many", "1.5", True, {}):
            with self.subTest(nonsense), self.assertRaises(PayloadError) as caught:
                parse_inventory([self.row(available_quantity=nonsense)])
            self.assertEqual(
                caught.exception.path,
                "inventory[0].skus[0].warehouse_inventory[0].available_quantity",
            )

    def test_a_level_without_a_warehouse_is_refused(self):
        with self.assertRaisesRegex(PayloadError, "warehouse_id: is missing"):
            parse_inventory([self.row(warehouse_id="")])


@tagged("post_install", "-at_install")
class TestRefusals(BaseCase):
    def test_a_refused_sku_names_its_warehouse_and_the_reason(self):
        sku_id, warehouse_id = "1729592969712207102", "7000000000000000001"
        data = response("inventory.update", "partial-failure")
        refused = parse_refusals(data, [sku_id, "other"])
        reason = (warehouse_id, 12052097, "The warehouse does not exist")
        expected = SkuRefused(12052990, "The check failed.", (reason,))
        self.assertEqual(refused, {sku_id: expected})
        self.assertEqual(expected.codes, (12052097,))
        self.assertIn("synchronise the catalogue", expected.sentence())
        self.assertIn(warehouse_id, expected.sentence())

    def test_an_update_without_errors_refuses_nothing(self):
        for data in ({}, {"errors": None}, {"errors": []}):
            self.assertEqual(parse_refusals(data, ["1"]), {})

    def test_an_error_that_names_no_sku_counts_for_all(self):
        data = {"errors": [{"code": 12052990, "detail": None}]}
        self.assertEqual(set(parse_refusals(data, ["1", "2"])), {"1", "2"})

    def test_errors_that_cannot_be_read_count_for_all(self):
        for errors in ("no", ["no"], {"code": 12052033}, [[]], 7, True):
            with self.subTest(errors):
                refused = parse_refusals({"errors": errors}, ["1", "2"])
                self.assertEqual(list(refused), ["1", "2"])
                self.assertIn("Look at the product", refused["1"].sentence())

    def test_no_errors_in_any_words_refuse_nothing(self):
        for nothing in (None, [], {}, ""):
            with self.subTest(nothing):
                self.assertEqual(parse_refusals({"errors": nothing}, ["1"]), {})

    def test_every_known_code_says_what_to_do(self):
        for code in CODES:
            with self.subTest(code):
                sentence = refusal_text(code, "remote words")
                self.assertNotIn("remote words", sentence)
                self.assertIn(str(code), sentence)

    def test_an_unknown_code_keeps_the_words_of_tiktok(self):
        sentence = refusal_text(99, "The moon is full.")
        self.assertIn("The moon is full", sentence)
        self.assertIn("Seller Center", sentence)
        self.assertIn("99", sentence)
