"""Unit lines into order lines."""

import dataclasses
from collections import Counter
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..lib.grouping import group_units
from ..lib.money import line_total
from ..lib.payloads import parse_order
from .test_lib_payloads import raw_order

UNIT = parse_order(raw_order()).lines[0]
CENTS = st.integers(0, 300).map(lambda cents: Decimal(cents) / 100)


def numbered(units):
    """Return the units with ids of their own."""
    return [
        dataclasses.replace(unit, id=f"line-{number}")
        for number, unit in enumerate(units)
    ]


UNITS = st.lists(
    st.builds(
        lambda **values: dataclasses.replace(UNIT, **values),
        sku_id=st.sampled_from(["A", "B", "C"]),
        original_price=CENTS,
        seller_discount=st.sampled_from([Decimal(0), Decimal("0.01")]),
        platform_discount=CENTS,
        is_gift=st.booleans(),
    ),
    max_size=30,
).map(numbered)
thorough = settings(max_examples=100, deadline=None, database=None, derandomize=True)


@tagged("post_install", "-at_install")
class TestGrouping(BaseCase):
    def test_equal_units_become_one_line(self):
        shirts, bottle = group_units(parse_order(raw_order()).lines)
        self.assertEqual((shirts.quantity, bottle.quantity), (3, 1))
        self.assertEqual(shirts.unit_price, Decimal("35.9"))
        self.assertEqual(shirts.seller_discount, 12)
        self.assertEqual(shirts.platform_discount, 3)
        self.assertEqual(shirts.seller_sku, "TS-BLK-M")
        self.assertEqual(len(shirts.line_ids), 3)

    def group_pair(self, **changes):
        return group_units(numbered([UNIT, dataclasses.replace(UNIT, **changes)]))

    def test_another_net_price_is_another_line(self):
        self.assertEqual(len(self.group_pair(seller_discount=Decimal(5))), 2)

    def test_another_sku_is_another_line(self):
        self.assertEqual(len(self.group_pair(sku_id="other")), 2)

    def test_a_gift_is_another_line(self):
        self.assertEqual(len(self.group_pair(is_gift=True)), 2)

    def test_the_platforms_discount_is_no_price(self):
        [group] = self.group_pair(platform_discount=Decimal(7))
        self.assertEqual(group.platform_discount, 8)

    def test_the_same_net_price_written_otherwise_is_the_same_line(self):
        self.assertEqual(len(self.group_pair(original_price=Decimal("39.900"))), 1)

    def test_no_units_are_no_lines(self):
        self.assertEqual(group_units([]), ())

    @thorough
    @given(UNITS)
    def test_no_unit_is_lost_or_counted_twice(self, units):
        ids = [i for group in group_units(units) for i in group.line_ids]
        self.assertEqual(Counter(ids), Counter(unit.id for unit in units))
        for group in group_units(units):
            self.assertEqual(group.quantity, len(group.line_ids))

    @thorough
    @given(UNITS)
    def test_the_sums_are_exact(self, units):
        groups = group_units(units)
        self.assertEqual(
            sum(group.unit_price * group.quantity for group in groups),
            line_total(units),
        )
        for name in ("seller_discount", "platform_discount"):
            self.assertEqual(
                sum(getattr(group, name) for group in groups),
                sum(getattr(unit, name) for unit in units),
            )

    @thorough
    @given(UNITS)
    def test_no_two_lines_could_be_one(self, units):
        keys = [(g.sku_id, g.unit_price, g.is_gift) for g in group_units(units)]
        self.assertEqual(len(keys), len(set(keys)))

    @thorough
    @given(UNITS, st.randoms(use_true_random=False))
    def test_the_order_of_the_units_changes_no_total(self, units, random):
        def totals(lines):
            return {
                (g.sku_id, g.unit_price, g.is_gift): (g.quantity, g.platform_discount)
                for g in group_units(lines)
            }

        mixed = list(units)
        random.shuffle(mixed)
        self.assertEqual(totals(mixed), totals(units))

    @thorough
    @given(UNITS)
    def test_lines_come_in_the_order_of_their_first_unit(self, units):
        positions = {unit.id: number for number, unit in enumerate(units)}
        first = [positions[group.line_ids[0]] for group in group_units(units)]
        self.assertEqual(first, sorted(first))
