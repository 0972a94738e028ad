"""What a seller gives back for a case, and which settled refund it turns up in."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..lib.aftersales import RefundAmount
from ..lib.credit import (
    Claim,
    Settled,
    UnitPrice,
    credit_due,
    match_refunds,
    share,
)
from ..lib.returns import Money
from .test_lib_aftersale_rules import cancellation, case_of

fast = settings(max_examples=150, deadline=None, database=None, derandomize=True)

GRANTED = "RETURN_OR_REFUND_REQUEST_COMPLETE"
CENTS = st.integers(1, 50_000).map(lambda cents: Decimal(cents) / 100)


def refund(subtotal, **parts):
    parts = {name: Decimal(amount) for name, amount in parts.items()}
    subtotal = Decimal(subtotal)
    return RefundAmount("MYR", subtotal + sum(parts.values()), subtotal, **parts)


def case_of_units(**subtotals):
    """Return a granted refund of units with these subtotals; None: not told."""
    [template] = case_of(2).lines[:1]
    lines = tuple(
        replace(
            template,
            order_line_item_id=unit,
            refund=None if subtotal is None else refund(subtotal),
        )
        for unit, subtotal in subtotals.items()
    )
    total = sum((Decimal(value or 0) for value in subtotals.values()), Decimal())
    return case_of(2, status=GRANTED, lines=lines, refund=refund(total))


def price(net, platform="0"):
    return UnitPrice(Decimal(net), Decimal(platform))


@tagged("post_install", "-at_install")
class TestCreditDue(BaseCase):
    def test_whole_unit_comes_back_at_its_price_with_what_tiktok_had_paid(self):
        found = credit_due(case_of_units(a="8.50"), {"a": price("10.00", "1.50")})
        self.assertEqual(found.units, {"a": Decimal("10.00")})
        self.assertEqual(found.whole, {"a"})

    def test_part_of_the_price_is_credited_as_it_is(self):
        found = credit_due(case_of_units(a="3.00"), {"a": price("10.00", "1.50")})
        self.assertEqual(found.units, {"a": Decimal("3.00")})
        self.assertFalse(found.whole)

    def test_never_more_than_the_unit_was_sold_for(self):
        found = credit_due(case_of_units(a="12.00"), {"a": price("10.00")})
        self.assertEqual(found.total, Decimal("10.00"))

    def test_taxes_and_fees_that_tiktok_keeps_are_no_part_of_it(self):
        case = replace(
            case_of_units(a="10"), refund=refund("10", tax="1", shipping="4")
        )
        found = credit_due(case, {"a": price("10.00")})
        self.assertEqual(found.total, Decimal("14.00"))
        self.assertEqual(found.shipping, Decimal("4"))

    def test_units_whose_amounts_are_not_told_share_the_total(self):
        case = case_of_units(a=None, b=None)
        prices = {"a": price("10.00"), "b": price("20.00")}
        whole = credit_due(replace(case, refund=refund("30")), prices)
        self.assertEqual(whole.whole, {"a", "b"})
        part = credit_due(replace(case, refund=refund("10")), prices)
        self.assertEqual(part.units, {"a": Decimal("3.33"), "b": Decimal("6.67")})
        self.assertFalse(part.whole)

    def test_accepted_offer_is_shared_over_the_units(self):
        case = replace(
            case_of_units(a="10", b="20"),
            proposed_type="PARTIAL_REFUND",
            partial_refund=Money("MYR", Decimal("9.99")),
        )
        prices = {"a": price("10.00"), "b": price("20.00")}
        found = credit_due(case, prices)
        self.assertEqual(found.total, Decimal("9.99"))
        self.assertFalse(found.whole)

    def test_unknown_units_are_left_out(self):
        found = credit_due(case_of_units(a="10", b="20"), {"a": price("10.00")})
        self.assertEqual(found.units, {"a": Decimal("10.00")})

    def test_nothing_is_due_before_it_is_granted(self):
        case = replace(case_of_units(a="10"), status="RETURN_OR_REFUND_REQUEST_PENDING")
        self.assertIsNone(credit_due(case, {"a": price("10.00")}))

    def test_a_replacement_is_no_refund(self):
        case = replace(case_of_units(a="10"), status="REPLACEMENT_REQUEST_COMPLETE")
        self.assertIsNone(credit_due(case, {"a": price("10.00")}))

    def test_cancellations_are_credited_the_same_way(self):
        case = cancellation(1)
        prices = {
            line.order_line_item_id: price(line.refund.subtotal) for line in case.lines
        }
        found = credit_due(case, prices)
        self.assertEqual(found.goods, case.refund.subtotal)
        self.assertEqual(len(found.whole), len(case.lines))

    @fast
    @given(CENTS, st.lists(CENTS, min_size=1, max_size=6))
    def test_shares_add_up_and_none_exceeds_its_own(self, amount, weights):
        names = {str(index): weight for index, weight in enumerate(weights)}
        found = share(amount, names, "USD")
        self.assertEqual(sum(found.values()), min(amount, sum(weights)))
        for name, part in found.items():
            self.assertTrue(0 <= part <= names[name])


@tagged("post_install", "-at_install")
class TestMatchRefunds(BaseCase):
    def claims(self, *amounts):
        return [Claim(index, Decimal(amount)) for index, amount in enumerate(amounts)]

    def refunds(self, *amounts):
        return [Settled(f"t{i}", Decimal(amount)) for i, amount in enumerate(amounts)]

    def test_each_case_turns_up_in_the_refund_of_its_amount(self):
        found = match_refunds(self.claims("5", "7"), self.refunds("7", "5"))
        self.assertEqual(found.pairs, {1: "t0", 0: "t1"})
        self.assertFalse(found.strange)

    def test_one_refund_may_pay_several_cases(self):
        found = match_refunds(self.claims("5", "7", "9"), self.refunds("16"))
        self.assertEqual(found.pairs, {1: "t0", 2: "t0"})

    def test_shipping_may_be_left_out(self):
        claim = Claim(1, Decimal("9"), Decimal("4"))
        for amount in ("9", "5"):
            self.assertTrue(match_refunds([claim], self.refunds(amount)).pairs)

    def test_refund_that_no_case_explains_is_strange(self):
        found = match_refunds(self.claims("5"), self.refunds("5.01"))
        self.assertFalse(found.pairs)
        self.assertEqual(found.strange, tuple(self.refunds("5.01")))

    def test_a_case_is_paid_once(self):
        found = match_refunds(self.claims("5"), self.refunds("5", "5"))
        self.assertEqual(found.pairs, {0: "t0"})
        self.assertEqual([row.id for row in found.strange], ["t1"])
