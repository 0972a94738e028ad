"""The plan a statement is booked by: it balances, or it is refused."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..lib import settlement as lib
from ..lib.fees import FEE_GROUPS
from ..lib.money import ZERO
from ..lib.settlement import check, plan, split
from .settlement_make import (
    adjustment,
    fast,
    order,
    raw_transactions,
    recorded,
    reserve,
    sale,
    turned,
    typed,
)

ALL = {f"O{number}": number for number in range(20)}


def amounts(found, kind):
    """Return the amounts of the lines of one kind."""
    return [line.amount for line in found.lines if line.kind == kind]


@tagged("post_install", "-at_install")
class TestPlan(BaseCase):
    def test_the_recorded_statement_is_planned(self):
        orders = {"577087614418520395": 1, "577087614418520310": 2}
        found = plan(*recorded(), orders)
        self.assertEqual(amounts(found, lib.SALE), [Decimal("-44.8"), Decimal("-63.9")])
        self.assertEqual(amounts(found, lib.FEES), [Decimal("30.41")])
        self.assertEqual(amounts(found, lib.ADJUSTMENT), [Decimal("-12.5"), 5])
        self.assertEqual(amounts(found, lib.INTERMEDIARY), [Decimal("85.79")])
        self.assertEqual(len(found.lines), 6)
        self.assertEqual((found.payable, found.currency), (Decimal("85.79"), "MYR"))
        self.assertEqual(sum(found.fees.values()), Decimal("-30.41"))

    def test_fees_come_in_the_order_of_their_groups(self):
        found = plan(*recorded(), {})
        wanted = [group for group in FEE_GROUPS if group in found.fees]
        self.assertEqual(list(found.fees), wanted)
        self.assertEqual(len(wanted), 5)

    def test_an_order_odoo_does_not_know_has_lines_of_its_own(self):
        refund = {"refund_subtotal_before_discount_amount": -300}
        found = plan(*typed([sale(7, 1000), order(8, refund)]), {})
        lines = [line for line in found.lines if line.kind == lib.UNKNOWN]
        self.assertEqual([line.amount for line in lines], [-10, 3])
        self.assertEqual([line.group for line in lines], [lib.SALE, lib.REFUND])
        self.assertEqual([line.order_id for line in lines], ["O7", "O8"])
        self.assertEqual(amounts(found, lib.SALE), [])

    def test_a_transaction_has_a_line_for_its_sale_and_one_for_its_refund(self):
        revenue = {
            "subtotal_before_discount_amount": 5000,
            "refund_subtotal_before_discount_amount": -2000,
        }
        found = plan(*typed([order(1, revenue)]), ALL)
        self.assertEqual(amounts(found, lib.SALE), [-50])
        self.assertEqual(amounts(found, lib.REFUND), [20])
        self.assertEqual(found.lines[0].transaction_id, "T1")

    def test_a_negative_statement_takes_from_what_tiktok_owes(self):
        refund = {"refund_subtotal_before_discount_amount": -4000}
        found = plan(*typed([order(1, refund), sale(2, 1000)]), ALL)
        self.assertEqual(amounts(found, lib.INTERMEDIARY), [-30])

    def test_a_reserve_is_kept_apart(self):
        raw = [sale(1, 5000), reserve(2, -1000), reserve(3, 400, "RELEASED")]
        found = plan(*typed(raw), ALL)
        self.assertEqual(amounts(found, lib.RESERVE), [10, -4])
        self.assertEqual(amounts(found, lib.INTERMEDIARY), [44])
        labels = [line.label for line in found.lines if line.kind == lib.RESERVE]
        self.assertEqual(labels, ["COLLECTED", "RELEASED"])

    def test_adjustments_come_one_by_one_with_type_and_group(self):
        raw = [
            adjustment(1, "PLATFORM_PENALTY", -500, "O9"),
            adjustment(2, "PLATFORM_PENALTY", -100),
        ]
        found = plan(*typed(raw), {})
        lines = [line for line in found.lines if line.kind == lib.ADJUSTMENT]
        self.assertEqual([line.amount for line in lines], [5, 1])
        self.assertEqual([line.order_id for line in lines], ["O9", ""])
        self.assertEqual(lines[0].group, "penalty")
        self.assertEqual(lines[0].label, "PLATFORM_PENALTY")

    def test_unknown_keys_are_named(self):
        raw = [order(1, {}, {}, {"brand_new_fee_amount": -70}), adjustment(2, "NEW", 1)]
        self.assertEqual(plan(*typed(raw), {}).unknown, ("brand_new_fee_amount", "NEW"))

    def test_fees_that_come_to_nothing_still_make_a_bill(self):
        fee = {"platform_commission_amount": -50, "transaction_fee_amount": 50}
        found = plan(*typed([order(1, {}, {}, fee)]), {})
        self.assertEqual(found.lines, ())
        self.assertEqual(list(found.fees), ["commission", "transaction"])

    def test_positive_costs_are_booked_as_negative_ones(self):
        self.assertEqual(plan(*turned(recorded()), {}), plan(*recorded(), {}))

    @fast
    @given(raw_transactions, st.sets(st.sampled_from(sorted(ALL)[:6])), st.data())
    def test_every_plan_balances(self, raw, known, data):
        paid = {
            order_id: Decimal(data.draw(st.integers(0, 90_000))).scaleb(-2)
            for order_id in sorted(known)
        }
        three = typed(raw)
        try:
            found = plan(*three, dict.fromkeys(known), paid)
        except lib.NothingToBook:
            self.assertEqual(three[1].payable, 0)
            return
        self.assertEqual(sum((line.amount for line in found.lines), ZERO), 0)
        self.assertEqual(found.payable, three[1].payable)
        splits = [split(row) for row in three[2]]
        told = sum((sum(one.fees.values(), ZERO) for one in splits), ZERO)
        self.assertEqual(sum(found.fees.values(), ZERO), told)
        self.assertEqual(sum(amounts(found, lib.FEES), ZERO), -told)
        self.assertTrue(all(line.amount for line in found.lines))


@tagged("post_install", "-at_install")
class TestAlreadyPaid(BaseCase):
    def plan(self, raw, **paid):
        paid = {key: Decimal(str(value)) for key, value in paid.items()}
        return plan(*typed(raw), ALL, paid)

    def test_what_was_paid_before_is_left_out(self):
        found = self.plan([sale(1, 5000)], O1=20)
        self.assertEqual(amounts(found, lib.SALE), [-30])
        self.assertEqual(amounts(found, lib.INTERMEDIARY), [30])
        self.assertEqual(found.payable, 50)

    def test_a_sale_that_was_paid_in_full_has_no_line(self):
        found = self.plan([sale(1, 5000, commission=500)], O1=50)
        self.assertEqual(amounts(found, lib.SALE), [])
        self.assertEqual(amounts(found, lib.INTERMEDIARY), [-5])

    def test_no_more_is_left_out_than_the_order_sold(self):
        found = self.plan([sale(1, 5000), sale(2, 1000)], O1=80)
        self.assertEqual(amounts(found, lib.SALE), [-10])
        self.assertEqual(amounts(found, lib.INTERMEDIARY), [10])

    def test_what_was_paid_serves_the_transactions_of_an_order_in_turn(self):
        raw = [sale(1, 3000), sale(2, 2000, order_id="O1")]
        found = self.plan(raw, O1=40)
        self.assertEqual(amounts(found, lib.SALE), [-10])
        self.assertEqual(found.lines[0].transaction_id, "T2")

    def test_a_refund_is_booked_whatever_was_paid(self):
        refund = {"refund_subtotal_before_discount_amount": -2000}
        found = self.plan([order(1, refund)], O1=20)
        self.assertEqual(amounts(found, lib.REFUND), [20])

    def test_the_callers_amounts_stay_as_they_are(self):
        paid = {"O1": Decimal(20)}
        plan(*typed([sale(1, 5000)]), ALL, paid)
        self.assertEqual(paid, {"O1": 20})


@tagged("post_install", "-at_install")
class TestRefused(BaseCase):
    def assert_refused(self, kind, three, *words):
        with self.assertRaises(kind) as caught:
            plan(*three, ALL)
        error = caught.exception
        self.assertIsInstance(error, lib.SettlementError)
        self.assertEqual(error.statement_id, three[0].id)
        for word in (three[0].id, *words):
            self.assertIn(word, str(error))
        return error

    def test_a_statement_that_does_not_add_up_says_where(self):
        statement, totals, rows = recorded()
        three = (statement, totals, rows[:3])
        error = self.assert_refused(
            lib.NotAddingUp,
            three,
            "There are 3 transactions, the statement says 4.",
            "The 3 transactions add up to 90.79, the statement says 85.79.",
            "Read it from TikTok Shop again",
        )
        self.assertEqual(list(error.differences), check(*three))

    def test_many_differences_are_counted(self):
        statement, totals, rows = recorded()
        three = (statement, totals, rows[1:])
        error = self.assert_refused(lib.NotAddingUp, three)
        self.assertEqual(len(error.differences), 4)
        self.assertIn("There is 1 more difference.", str(error))

    def test_two_currencies_are_named(self):
        statement, totals, rows = recorded()
        three = (statement, replace(totals, currency="USD"), rows)
        error = self.assert_refused(lib.MixedCurrencies, three, "MYR and in USD")
        self.assertEqual(error.currencies, ("MYR", "USD"))

    def test_a_transaction_that_comes_twice_is_named(self):
        statement, totals, rows = recorded()
        three = (statement, totals, (*rows, rows[0]))
        error = self.assert_refused(lib.DoubleTransaction, three, rows[0].id)
        self.assertEqual(error.transaction_id, rows[0].id)

    def test_an_empty_statement_has_nothing_to_book(self):
        for raw in ([], [adjustment(1, "REBATE", 0)]):
            self.assert_refused(lib.NothingToBook, typed(raw), "nothing to book")

    def test_an_entry_that_does_not_balance_says_by_how_much(self):
        error = lib.Unbalanced("S1", Decimal("0.01"))
        self.assertEqual(error.rest, Decimal("0.01"))
        self.assertIn("debit and credit differ by 0.01", str(error))


@tagged("post_install", "-at_install")
class TestExpectation(BaseCase):
    RATES = {"commission": Decimal("4.5"), "transaction": Decimal("2.18")}

    def test_fees_are_expected_in_per_cent_of_the_sale(self):
        found = lib.fee_expectation(Decimal("44.8"), self.RATES)
        self.assertEqual(found["commission"], Decimal("-2.016"))
        self.assertEqual(found["transaction"], Decimal("-0.97664"))

    def test_what_is_charged_beyond_the_tolerance_differs(self):
        expected = lib.fee_expectation(Decimal(100), self.RATES)
        found = {"commission": Decimal(-5), "transaction": Decimal("-2.20")}
        differences = lib.differs(expected, found, Decimal("0.05"))
        self.assertEqual(differences, {"commission": Decimal("-0.5")})

    def test_a_fee_that_was_not_charged_differs(self):
        expected = lib.fee_expectation(Decimal(100), {"ads": Decimal(1)})
        self.assertEqual(lib.differs(expected, {}, Decimal(0)), {"ads": 1})

    def test_a_group_without_a_rate_never_differs(self):
        self.assertEqual(lib.differs({}, {"ads": Decimal(-9)}, Decimal(0)), {})
