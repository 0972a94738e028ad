"""What amounts of a statement are for, and whether they add up."""

import copy
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..lib.money import ZERO
from ..lib.settlement import check, normalized, split
from ..lib.statements import parse_statement, parse_totals, parse_transaction
from .settlement_make import (
    adjustment,
    fast,
    order,
    raw_transactions,
    recorded,
    reserve,
    sale,
    statement_of,
    turned,
    typed,
)


@tagged("post_install", "-at_install")
class TestSplit(BaseCase):
    def split(self, *blocks, **changes):
        return split(parse_transaction(order(1, *blocks, **changes)))

    def test_a_sale_is_what_the_customers_invoice_comes_to(self):
        found = split(recorded()[2][0])
        self.assertEqual(found.sale, Decimal("44.8"))  # 39.9 - 4 + 8.9
        self.assertEqual(found.refund, 0)

    def test_fees_are_summed_by_group(self):
        found = split(recorded()[2][0])
        self.assertEqual(
            found.fees,
            {
                "shipping": Decimal("-8.9"),
                "commission": Decimal("-1.8"),
                "transaction": Decimal("-1.36"),
                "affiliate": Decimal("-3.59"),
                "tax": Decimal("-0.54"),
            },
        )

    def test_a_refund_is_what_the_credit_note_comes_to(self):
        found = self.split(
            {
                "refund_subtotal_before_discount_amount": -3990,
                "seller_discount_refund_amount": 400,
            },
            {"customer_paid_shipping_fee_amount": -890},
        )
        self.assertEqual((found.sale, found.refund), (0, Decimal("-44.8")))

    def test_a_sale_and_its_refund_in_one_stay_apart(self):
        found = self.split(
            {
                "subtotal_before_discount_amount": 5000,
                "refund_subtotal_before_discount_amount": -2000,
            },
            {"customer_paid_shipping_fee_amount": 500},
        )
        self.assertEqual((found.sale, found.refund), (55, -20))

    def test_fees_inside_revenue_are_fees(self):
        found = self.split(
            {"subtotal_before_discount_amount": 1000, "cod_service_fee_amount": -50}
        )
        self.assertEqual((found.sale, found.fees), (10, {"other": Decimal("-0.5")}))

    def test_an_unknown_key_is_named_and_lands_in_other(self):
        found = self.split({}, {}, {"brand_new_fee_amount": -70, "other_new": 0})
        self.assertEqual(found.fees, {"other": Decimal("-0.7")})
        self.assertEqual(found.unknown, ("brand_new_fee_amount",))

    def test_without_a_breakdown_the_columns_decide(self):
        for cents, parts in ((1000, (10, 0)), (-1000, (0, -10))):
            raw = order(
                1,
                {"subtotal_before_discount_amount": cents},
                {"actual_shipping_fee_amount": -200},
                {"platform_commission_amount": -50},
            )
            for key in ("revenue", "shipping_cost", "fee_tax"):
                del raw[f"{key}_breakdown"]
            found = split(parse_transaction(raw))
            with self.subTest(cents):
                self.assertEqual((found.sale, found.refund), parts)
                fees = {"shipping": Decimal(-2), "other": Decimal("-0.5")}
                self.assertEqual(found.fees, fees)
                self.assertEqual(found.unknown, ())

    def test_a_commission_before_tax_is_not_added(self):
        fee = {
            "affiliate_commission_amount": -90,
            "affiliate_commission_amount_before_pit": -100,
        }
        tax = {"pit_amount": -10}
        raw = order(1, {}, {}, fee, tax, fee_tax_amount="-1", settlement_amount="-1")
        found = split(parse_transaction(raw))
        self.assertEqual(sum(found.fees.values()), -1)
        self.assertEqual(found.fees["affiliate"], Decimal("-0.9"))

    def test_a_commission_before_tax_is_added_where_it_is_needed(self):
        fee = {"affiliate_commission_amount_before_pit": -100}
        found = self.split({}, {}, fee)
        self.assertEqual(found.fees, {"affiliate": Decimal(-1)})

    def test_an_adjustment_goes_to_the_group_of_its_type(self):
        found = split(parse_transaction(adjustment(1, "PLATFORM_PENALTY", -500)))
        self.assertEqual((found.adjustment_group, found.adjustment), ("penalty", -5))
        self.assertEqual((found.sale, found.fees, found.unknown), (0, {}, ()))

    def test_an_unknown_type_of_adjustment_is_named(self):
        found = split(parse_transaction(adjustment(1, "Brand （new）", -500)))
        self.assertEqual(found.adjustment_group, "adjustment")
        self.assertEqual(found.unknown, ("Brand （new）",))

    def test_a_reserve_is_neither_sale_nor_fee(self):
        found = split(parse_transaction(reserve(1, -3000)))
        self.assertEqual((found.reserve, found.sale, found.fees), (-30, 0, {}))

    @fast
    @given(raw_transactions)
    def test_the_parts_of_a_transaction_are_all_of_it(self, raw):
        for transaction in map(parse_transaction, raw):
            found = split(transaction)
            parts = found.sale + found.refund + sum(found.fees.values(), ZERO)
            parts += found.adjustment + found.reserve
            self.assertEqual(parts, transaction.settlement + transaction.reserve)


@tagged("post_install", "-at_install")
class TestCheck(BaseCase):
    def test_the_recorded_statement_adds_up(self):
        self.assertEqual(check(*recorded()), [])

    @fast
    @given(raw_transactions, st.booleans())
    def test_a_statement_of_its_transactions_adds_up(self, raw, sea):
        self.assertEqual(check(*typed(raw, sea=sea)), [])

    def test_the_sentence_is_one_an_accountant_understands(self):
        statement, totals, rows = recorded()
        rows = (replace(rows[0], settlement=rows[0].settlement + Decimal("0.01")),)
        rows += recorded()[2][1:]
        first = check(statement, totals, rows)[0]
        self.assertEqual(
            first.sentence,
            "The 4 transactions add up to 85.80, the statement says 85.79.",
        )
        self.assertEqual((first.told, first.found), MISSED)
        self.assertEqual(first.amount, Decimal("0.01"))

    def test_a_changed_cent_is_found_wherever_it_is(self):
        raw = [
            sale(1, 5000, 490, 225),
            adjustment(2, "REBATE", 300),
            reserve(3, -1000),
        ]
        head, totals = statement_of(raw)
        answer = {"head": head, "totals": totals, "rows": raw}
        places = list(_amount_places(answer))
        self.assertGreater(len(places), 20)
        for place in places:
            with self.subTest(place):
                wrong = _with_another_cent(answer, place)
                self.assertTrue(
                    check(
                        parse_statement(wrong["head"]),
                        parse_totals(wrong["totals"]),
                        tuple(map(parse_transaction, wrong["rows"])),
                    )
                )

    def test_a_missing_transaction_is_found(self):
        statement, totals, rows = recorded()
        found = check(statement, totals, rows[1:])
        self.assertEqual(found[0].what, "the number of transactions")
        self.assertIn("are 3 transactions, the statement says 4", found[0].sentence)

    def test_a_missing_transaction_of_nothing_is_found(self):
        statement, totals, rows = typed([sale(1, 100), adjustment(2, "REBATE", 0)])
        self.assertEqual(len(check(statement, totals, rows[:1])), 1)

    def test_a_count_that_is_not_told_is_no_difference(self):
        statement, totals, rows = recorded()
        self.assertEqual(check(statement, replace(totals, count=None), rows), [])

    def test_a_wrong_breakdown_names_its_transaction(self):
        statement, totals, rows = recorded()
        wrong = replace(rows[1], breakdown=rows[1].breakdown[1:])
        found = check(statement, totals, (rows[0], wrong, *rows[2:]))
        self.assertEqual([one.transaction_id for one in found], [rows[1].id])
        self.assertIn("breakdown of the revenue of transaction", found[0].sentence)

    def test_a_column_without_breakdown_is_not_compared_with_one(self):
        statement, totals, rows = recorded()
        rows = tuple(replace(row, breakdown=(), sections=()) for row in rows)
        self.assertEqual(check(statement, totals, rows), [])


@tagged("post_install", "-at_install")
class TestNormalized(BaseCase):
    def test_what_adds_up_stays_as_it_is(self):
        self.assertEqual(normalized(*recorded()), recorded())

    def test_positive_costs_are_turned_round(self):
        self.assertEqual(normalized(*turned(recorded())), recorded())

    def test_positive_costs_beside_adjustments_are_turned_round(self):
        self.assertEqual(normalized(*turned(recorded(), adjustments=1)), recorded())

    def test_the_head_may_have_another_form_than_the_rest(self):
        head, _totals, _rows = recorded()
        _head, totals, rows = turned(recorded())
        self.assertEqual(normalized(head, totals, rows), recorded())

    def test_what_fits_neither_form_stays_as_it_is(self):
        statement, totals, rows = recorded()
        three = (statement, replace(totals, revenue=totals.revenue + 1), rows)
        self.assertEqual(normalized(*three), three)

    @fast
    @given(raw_transactions, st.booleans())
    def test_both_forms_are_booked_alike(self, raw, sea):
        three = typed(raw, sea=sea)
        subtractive = turned(three)
        if check(*subtractive):
            self.assertEqual(normalized(*subtractive), three)
        else:  # nothing but amounts that cancel each other out: nobody can tell
            self.assertEqual(normalized(*subtractive), subtractive)


def _amount_places(value, place=()):
    """Yield where amounts are in an answer."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, found in items:
        if isinstance(found, dict | list):
            yield from _amount_places(found, (*place, key))
        elif str(key).endswith("_amount") and key != "net_sales_amount":
            yield (*place, key)


def _with_another_cent(answer, place):
    wrong = copy.deepcopy(answer)
    holder = wrong
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = str(Decimal(holder[place[-1]]) + Decimal("0.01"))
    return wrong


MISSED = (Decimal("85.79"), Decimal("85.80"))
