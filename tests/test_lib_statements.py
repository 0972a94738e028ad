"""Statements, transactions, payments and forecasts as TikTok sends them."""

import copy
from datetime import datetime, timezone
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..lib.errors import PayloadError
from ..lib.statements import (
    Part,
    parse_estimate,
    parse_order_transactions,
    parse_payment,
    parse_statement,
    parse_totals,
    parse_transaction,
    parse_withdrawal,
)
from .lib_http import case
from .settlement_make import adjustment, order, reserve

CHRISTMAS = datetime(2025, 12, 25, tzinfo=timezone.utc)


def data(name, case_name="success"):
    """Return the data of a recorded answer."""
    return copy.deepcopy(case(name, case_name)["response"]["data"])


@tagged("post_install", "-at_install")
class ParseCase(BaseCase):
    def assert_refused(self, parse, raw, path):
        with self.subTest(path), self.assertRaises(PayloadError) as caught:
            parse(raw)
        self.assertEqual(caught.exception.path, path)


@tagged("post_install", "-at_install")
class TestStatement(ParseCase):
    def setUp(self):
        super().setUp()
        self.raw = data("finance.statements")["statements"][0]

    def test_a_recorded_statement_is_read(self):
        found = parse_statement(self.raw)
        self.assertEqual(found.id, "7238804564097517339")
        self.assertEqual((found.time, found.currency), (CHRISTMAS, "MYR"))
        self.assertEqual(found.settlement, Decimal("85.79"))
        self.assertEqual(found.revenue, Decimal("90.9"))
        self.assertEqual(found.fee, Decimal("-12.61"))
        self.assertEqual(found.adjustment, Decimal("7.5"))
        self.assertEqual(found.payment_status, "SETTLED")
        self.assertEqual(found.payment_id, "3459275187040258849")
        self.assertEqual(found.payment_time.day, 26)

    def test_a_statement_of_south_east_asia_tells_no_shipping(self):
        found = parse_statement(self.raw)
        self.assertIsNone(found.shipping)
        self.assertIsNone(found.net_sales)

    def test_a_statement_elsewhere_tells_shipping_and_net_sales(self):
        [raw] = data("finance.statements", "us-with-net-sales")["statements"]
        found = parse_statement(raw)
        self.assertEqual((found.shipping, found.net_sales), (-10, 100))
        self.assertIsNone(found.payment_time)

    def test_an_unpaid_statement_has_no_payment(self):
        found = parse_statement(data("finance.statements")["statements"][1])
        self.assertEqual((found.payment_id, found.payment_time), ("", None))
        self.assertEqual(found.settlement, 0)

    def test_ids_that_come_as_numbers_are_texts(self):
        found = parse_statement({**self.raw, "id": 72, "payment_id": 34})
        self.assertEqual((found.id, found.payment_id), ("72", "34"))

    def test_a_status_tiktok_adds_is_kept(self):
        found = parse_statement({**self.raw, "payment_status": "ON_ICE"})
        self.assertEqual(found.payment_status, "ON_ICE")

    def test_what_cannot_be_read_is_named(self):
        prefix = "statement[7238804564097517339]"
        self.assert_refused(parse_statement, {**self.raw, "id": ""}, "statement.id")
        self.assert_refused(parse_statement, ["x"], "statement")
        for key, value in (
            ("statement_time", "soon"),
            ("currency", None),
            ("settlement_amount", ""),
            ("settlement_amount", "1e5"),
            ("revenue_amount", "a lot"),
            ("shipping_cost_amount", []),
        ):
            raw = {**self.raw, key: value}
            self.assert_refused(parse_statement, raw, f"{prefix}.{key}")


@tagged("post_install", "-at_install")
class TestTotals(ParseCase):
    def test_recorded_totals_are_read(self):
        found = parse_totals(data("finance.statement_transactions"))
        self.assertEqual(found.id, "7238804564097517339")
        self.assertEqual((found.currency, found.status), ("MYR", "SETTLED"))
        self.assertEqual((found.payable, found.reserve), (Decimal("85.79"), 0))
        self.assertEqual(found.settlement, Decimal("85.79"))
        self.assertEqual(found.revenue, Decimal("90.9"))
        self.assertEqual(found.shipping, Decimal("-0.1"))
        self.assertEqual(found.fee_tax, Decimal("-12.51"))
        self.assertEqual(found.adjustment, Decimal("7.5"))
        self.assertEqual(found.count, 4)

    def test_a_payable_that_is_not_told_is_settlement_and_reserve(self):
        raw = data("finance.statement_transactions") | {"total_reserve_amount": "-5"}
        del raw["payable_amount"]
        self.assertEqual(parse_totals(raw).payable, Decimal("80.79"))

    def test_an_unreadable_total_is_named(self):
        raw = data("finance.statement_transactions")
        raw["total_settlement_breakdown"]["total_revenue_amount"] = "x"
        path = (
            "statement[7238804564097517339]"
            ".total_settlement_breakdown.total_revenue_amount"
        )
        self.assert_refused(parse_totals, raw, path)


@tagged("post_install", "-at_install")
class TestTransaction(ParseCase):
    def recorded(self):
        raw = data("finance.statement_transactions")["transactions"]
        return [parse_transaction(row) for row in raw]

    def test_the_recorded_transactions_are_two_orders_and_two_adjustments(self):
        kinds = [found.kind for found in self.recorded()]
        self.assertEqual(kinds, ["order", "order", "adjustment", "adjustment"])

    def test_a_recorded_order_is_read(self):
        found = self.recorded()[0]
        self.assertEqual(found.id, "1636700041413599201")
        self.assertEqual(found.order_id, "577087614418520395")
        self.assertEqual(found.settlement, Decimal("28.61"))
        self.assertEqual(found.revenue, Decimal("35.9"))
        self.assertEqual(found.shipping, 0)
        self.assertEqual(found.fee_tax, Decimal("-7.29"))
        self.assertEqual(found.customer_payment, Decimal("42.8"))
        self.assertEqual(found.platform_discount, Decimal(-2))
        self.assertEqual(found.order_create_time.year, 2025)

    def test_a_breakdown_holds_what_is_not_zero(self):
        found = self.recorded()[0]
        self.assertEqual(found.sections, ("revenue", "shipping", "fee", "tax"))
        self.assertEqual(len(found.breakdown), 9)
        self.assertIn(Part("tax", "sst_amount", Decimal("-0.54")), found.breakdown)

    def test_what_only_explains_is_no_part(self):
        raw = order(1, {"subtotal_before_discount_amount": 100}, {})
        raw["shipping_cost_breakdown"] = {
            "supplementary_component": {"fbm_shipping_cost_amount": "-3"}
        }
        self.assertEqual(len(parse_transaction(raw).breakdown), 1)

    def test_an_adjustment_names_the_order_it_is_about(self):
        reimbursed, penalty = self.recorded()[2:]
        self.assertEqual(reimbursed.type, "LOGISTICS_REIMBURSEMENT")
        self.assertEqual(reimbursed.adjustment, Decimal("12.5"))
        self.assertEqual(reimbursed.adjustment_id, "7238804564097517401")
        self.assertEqual(reimbursed.order_id, "577087614418520300")
        self.assertEqual(penalty.order_id, "")
        self.assertEqual((penalty.breakdown, penalty.sections), ((), ()))

    def test_an_adjustment_without_its_own_amount_is_its_settlement(self):
        raw = adjustment(1, "REBATE", 450)
        del raw["adjustment_amount"]
        self.assertEqual(parse_transaction(raw).adjustment, Decimal("4.5"))

    def test_an_adjustment_type_may_be_any_text(self):
        raw = adjustment(1, "Violation fee （credit card）", -100)
        self.assertEqual(parse_transaction(raw).type, "Violation fee （credit card）")

    def test_a_reserve_is_read(self):
        found = parse_transaction(reserve(1, -3000))
        self.assertEqual((found.kind, found.reserve), ("reserve", -30))
        self.assertEqual((found.reserve_id, found.order_id), ("R1", "O1"))
        self.assertEqual(found.reserve_status, "COLLECTED")
        self.assertEqual(found.release_time, "1769212800")
        self.assertEqual(found.settlement, 0)

    def test_an_order_without_breakdowns_has_no_sections(self):
        raw = order(1, {"subtotal_before_discount_amount": 100})
        for key in ("revenue_breakdown", "shipping_cost_breakdown"):
            del raw[key]
        raw["fee_tax_breakdown"] = None
        found = parse_transaction(raw)
        self.assertEqual((found.breakdown, found.sections), ((), ()))

    def test_an_order_by_another_name_is_an_order(self):
        raw = order(1, {"subtotal_before_discount_amount": 100}, type="ORDER_V2")
        self.assertEqual(parse_transaction(raw).kind, "order")

    def test_what_cannot_be_read_is_named(self):
        raw = order(1, {"subtotal_before_discount_amount": 100})
        self.assert_refused(parse_transaction, {**raw, "id": None}, "transaction.id")
        self.assert_refused(parse_transaction, "x", "transaction")
        blocks = {"revenue_breakdown": {"new_amount": "x"}}
        path = "transaction[T1].revenue_breakdown.new_amount"
        self.assert_refused(parse_transaction, {**raw, **blocks}, path)
        taxes = {"fee_tax_breakdown": {"tax": {"sst_amount": 1.5}}}
        path = "transaction[T1].fee_tax_breakdown.tax.sst_amount"
        self.assert_refused(parse_transaction, {**raw, **taxes}, path)
        for key, value in (
            ("type", ""),
            ("order_id", ""),
            ("settlement_amount", None),
            ("fee_tax_amount", "NaN"),
            ("shipping_cost_breakdown", "x"),
        ):
            self.assert_refused(
                parse_transaction, {**raw, key: value}, f"transaction[T1].{key}"
            )


@tagged("post_install", "-at_install")
class TestOrderTransactions(ParseCase):
    def test_a_recorded_order_has_its_skus(self):
        found = parse_order_transactions(data("finance.order_transactions"))
        self.assertEqual(found.order_id, "577087614418520395")
        self.assertEqual(found.fee_tax, Decimal("-7.29"))
        [row] = found.rows
        self.assertEqual(row.statement_id, "7238804564097517339")
        self.assertEqual((row.sku_name, row.quantity), ("Black, L", 1))
        self.assertEqual(row.settlement, Decimal("28.61"))
        self.assertEqual(len(row.breakdown), 9)

    def test_an_order_that_did_not_settle_has_no_rows(self):
        raw = data("finance.order_transactions", "not-settled-yet")
        found = parse_order_transactions(raw)
        self.assertEqual((found.rows, found.settlement), ((), 0))

    def test_an_unreadable_sku_is_named(self):
        raw = data("finance.order_transactions")
        raw["sku_transactions"][0]["revenue_amount"] = "x"
        path = "order.sku_transactions[0].revenue_amount"
        self.assert_refused(parse_order_transactions, raw, path)


@tagged("post_install", "-at_install")
class TestPayouts(ParseCase):
    def test_a_recorded_payment_is_read(self):
        [raw] = data("finance.payments")["payments"]
        found = parse_payment(raw)
        self.assertEqual((found.id, found.status), ("3458767051733897992", "PAID"))
        self.assertEqual((found.amount, found.currency), (100, "GBP"))
        self.assertEqual(found.settlement_amount, 130)
        self.assertEqual(found.before_exchange, 100)
        self.assertEqual(found.exchange_rate, 1)
        self.assertEqual(found.paid_time.day, 27)
        self.assertEqual(found.bank_account, "***********1234")

    def test_a_payment_that_is_open_has_no_time(self):
        [raw] = data("finance.payments")["payments"]
        self.assertIsNone(parse_payment({**raw, "paid_time": 0}).paid_time)

    def test_a_payment_without_exchange_is_what_it_was_before(self):
        found = parse_payment({"id": 1, "amount": {"value": 5, "currency": "EUR"}})
        self.assertEqual(found.before_exchange, 5)
        self.assertEqual(found.before_exchange_currency, "EUR")
        self.assertIsNone(found.exchange_rate)

    def test_an_unreadable_payment_is_named(self):
        for amount, path in (
            (None, "payment[1].amount.value"),
            ({"value": "x", "currency": "EUR"}, "payment[1].amount.value"),
            ({"value": "1"}, "payment[1].amount.currency"),
        ):
            self.assert_refused(parse_payment, {"id": "1", "amount": amount}, path)

    def test_recorded_withdrawals_are_read(self):
        raw = data("finance.withdrawals")["withdrawals"]
        settled, withdrawn = map(parse_withdrawal, raw)
        self.assertEqual((settled.type, settled.amount), ("SETTLE", Decimal("100.42")))
        self.assertEqual((withdrawn.id, withdrawn.amount), ("W202601010002", -100))
        self.assertEqual((withdrawn.status, withdrawn.currency), ("PROCESSING", "MYR"))

    def test_words_that_tiktok_adds_are_kept(self):
        raw = data("finance.withdrawals")["withdrawals"][0]
        found = parse_withdrawal({**raw, "type": "REWARD", "status": "INIT"})
        self.assertEqual((found.type, found.status), ("REWARD", "INIT"))

    def test_an_unreadable_withdrawal_is_named(self):
        raw = data("finance.withdrawals")["withdrawals"][0]
        prefix = f"withdrawal[{raw['id']}]"
        for key in ("amount", "currency", "type"):
            path = f"{prefix}.{key}"
            self.assert_refused(parse_withdrawal, {**raw, key: None}, path)


@tagged("post_install", "-at_install")
class TestEstimate(ParseCase):
    def setUp(self):
        super().setUp()
        self.rows = data("finance.unsettled")["transactions"]

    def test_a_recorded_forecast_is_read(self):
        found = parse_estimate(self.rows[0])
        self.assertEqual(found.order_id, "577087614418520394")
        self.assertEqual(found.settlement, Decimal("80.38"))
        self.assertEqual((found.revenue, found.fee_tax), FORECAST)
        self.assertEqual(found.reason, "Waiting for the after-sales period to end")
        self.assertEqual(found.currency, "MYR")

    def test_a_time_in_seconds_is_a_time(self):
        found = parse_estimate(self.rows[0])
        self.assertEqual(found.estimated_time.year, 2026)
        self.assertEqual(found.estimated_text, "1767571200")

    def test_days_after_delivery_are_no_time_before_it(self):
        found = parse_estimate(self.rows[1])
        self.assertIsNone(found.estimated_time)
        self.assertEqual(found.estimated_text, "Delivered + 8 days")

    def test_days_after_delivery_are_a_time_after_it(self):
        delivered = {"order_delivery_time": 1766620800}
        found = parse_estimate(self.rows[1] | delivered)
        self.assertEqual((found.estimated_time - CHRISTMAS).days, 8)

    def test_an_adjustment_to_come_names_its_order(self):
        raw = self.rows[0] | {"order_id": "", "adjustment_order_id": 57}
        self.assertEqual(parse_estimate(raw).order_id, "57")

    def test_an_unreadable_forecast_is_named(self):
        raw = self.rows[0] | {"est_fee_tax_amount": "x"}
        path = f"unsettled[{raw['id']}].est_fee_tax_amount"
        self.assert_refused(parse_estimate, raw, path)


FORECAST = (Decimal("90.9"), Decimal("-10.52"))
