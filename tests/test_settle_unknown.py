from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .settle_case import SettleCase


@tagged("post_install", "-at_install")
class TestSettleUnknown(SettleCase):
    """Fees, adjustments and orders that nobody knows are told, and get their place."""

    def setUp(self):
        super().setUp()
        # The orders of these tests are of the time after the shop was connected.
        self.shop.account_id.flush_recordset()
        self.env.cr.execute(
            "UPDATE tts_shop SET create_date = create_date - interval '1 hour'"
        )
        self.env.invalidate_all()

    # === KEYS === #

    def settle_with_fee(self, key="brand_new_fee", amount="-0.50"):
        order_id, _order = self.import_units()
        self.finance(fee={"order_id": order_id, "key": key, "amount": amount})
        return order_id, self.settle(order_id)

    def test_an_unknown_fee_is_another_fee_with_an_issue(self):
        order_id, statement_id = self.settle_with_fee()
        self.read_settlements()
        self.assertEqual(self.statement(statement_id).state, "ready")
        row = self.transactions(order_id)
        self.assertEqual(row.amount_other, -0.5)
        self.assertEqual(row.unknown_keys, ["brand_new_fee"])
        [issue] = self.issues("fee-key:brand_new_fee")
        self.assertIn("-0.50 MYR", issue.reason.replace("-0.5 ", "-0.50 "))
        self.assertEqual(issue.reference, "brand_new_fee")

    def test_a_known_fee_asks_nobody(self):
        self.settle_with_fee("mall_service_fee_amount")
        self.read_settlements()
        self.assertFalse(self.issues())
        row = self.transactions()
        self.assertFalse(row.unknown_keys)
        self.assertEqual(row.breakdown["fee"]["mall_service_fee_amount"], "-0.5")
        self.assertLessEqual(row.amount_programme, -0.5)

    def test_one_unknown_key_is_one_issue(self):
        self.settle_with_fee()
        self.settle_with_fee()
        self.read_settlements()
        [issue] = self.issues("fee-key:brand_new_fee")
        self.assertEqual(issue.count, 2)

    def test_reading_again_does_not_ask_again(self):
        _order_id, statement_id = self.settle_with_fee()
        self.read_settlements()
        self.issues("fee-key:brand_new_fee").action_dismiss()
        self.statement(statement_id).state = "new"
        self.read_settlements()
        [issue] = self.issues("fee-key:brand_new_fee", state="dismissed")
        self.assertEqual(issue.count, 1)

    def test_an_unknown_adjustment_is_another_adjustment_with_an_issue(self):
        self.adjust("MOON_PHASE_CORRECTION", "2.00")
        self.settle(days_ago=1)
        self.read_settlements()
        row = self.transactions()
        self.assertEqual(row.adjustment_group, "adjustment")
        [issue] = self.issues("adjustment:MOON_PHASE_CORRECTION")
        self.assertIn("2.0", issue.reason)

    def test_types_with_odd_brackets_are_known(self):
        self.adjust("Violation fee （credit card）", "-2.00")
        self.settle(days_ago=1)
        self.read_settlements()
        self.assertEqual(self.transactions().adjustment_group, "penalty")
        self.assertFalse(self.issues())

    # === ORDERS === #

    def settle_unknown(self):
        """Settle an order that did not come into Odoo."""
        order_id = self.place_units(self.unit())
        return order_id, self.settle(order_id)

    def test_an_unknown_order_is_told_and_its_statement_can_be_booked(self):
        order_id, statement_id = self.settle_unknown()
        self.read_settlements()
        self.assertEqual(self.statement(statement_id).state, "ready")
        row = self.transactions(order_id)
        self.assertFalse(row.order_id)
        [issue] = self.issues(f"unknown-order:{order_id}")
        self.assertIn(statement_id, issue.reason)

    def test_an_order_of_the_time_before_the_shop_was_connected_asks_nobody(self):
        order_id = self.place_units(self.unit())
        early = fields.Datetime.now() - timedelta(days=40)
        self.change(order_id, set={"create_time": int(early.timestamp())})
        self.settle(order_id)
        self.read_settlements()
        self.assertTrue(self.transactions(order_id))
        self.assertFalse(self.issues())

    def test_an_order_that_comes_later_finds_its_settlement(self):
        order_id, _statement_id = self.settle_unknown()
        self.read_settlements()
        self.sync()
        order = self.mirror(order_id)
        self.assertEqual(self.transactions(order_id).order_id, order)
        self.assertEqual(order.amount_settled, order.amount_order)
        self.assertFalse(self.issues(f"unknown-order:{order_id}"))

    def test_booking_hears_of_an_order_that_comes_later(self):
        order_id, _statement_id = self.settle_unknown()
        self.read_settlements()
        heard = []
        owner = type(self.env["tts.transaction"])
        with patch.object(owner, "_on_order_known", lambda rows: heard.append(rows)):
            self.sync()
        self.assertEqual(heard, [self.transactions(order_id)])

    def test_an_order_comes_in_although_its_settlement_cannot_be_moved(self):
        order_id, _statement_id = self.settle_unknown()
        self.read_settlements()
        with self.spoiled("tts.transaction", "_on_order_known", lambda _rows: True):
            self.sync()
        self.assertEqual(self.sale_order(order_id).state, "sale")
        [issue] = self.issues(f"unknown-order:{order_id}")
        self.assertIn("spoiled", issue.reason)

    def test_an_order_of_another_shop_is_no_known_order(self):
        order_id, _statement_id = self.settle_unknown()
        other = self.shop.copy({"name": "Another shop", "remote_id": "1"})
        self.env["tts.order"].create({"shop_id": other.id, "remote_id": order_id})
        self.read_settlements()
        self.assertFalse(self.transactions(order_id).order_id)

    # === CURRENCIES === #

    def forget_currency(self):
        self.env["res.currency"].search([("name", "=", "MYR")]).name = "XMY"

    def test_an_unknown_order_in_an_unknown_currency_is_told(self):
        order_id, statement_id = self.settle_unknown()
        self.forget_currency()
        self.read_settlements()
        self.assertIn("MYR", self.statement(statement_id).error_message)
        self.assertTrue(self.issues(f"unknown-order:{order_id}"))

    def test_fees_in_an_unknown_currency_are_compared(self):
        order_id, statement_id = self.settled_order()
        self.expect(commission=1.0)
        self.forget_currency()
        self.read_settlements()
        self.assertIn("MYR", self.statement(statement_id).error_message)
        self.assertTrue(self.transactions(order_id).fee_differs)

    # === FEES === #

    def expect(self, **rates):
        self.shop.fee_account_ids = [
            (0, 0, {"group": group, "expected_rate": rate, "tolerance": 0.1})
            for group, rate in rates.items()
        ]

    def rate_of(self, row, group):
        return -100 * row[f"amount_{group}"] / row.amount_sale

    def test_fees_that_are_as_expected_are_not_listed(self):
        order_id, _statement_id = self.settled_order()
        self.read_settlements()
        row = self.transactions(order_id)
        self.expect(commission=self.rate_of(row, "commission"))
        self.assertFalse(row.fee_differs)
        self.assertEqual(row.expected_fees, row.amount_commission)

    def test_a_fee_that_differs_is_listed_with_its_difference(self):
        order_id, _statement_id = self.settled_order()
        self.expect(commission=1.0)
        self.read_settlements()
        row = self.transactions(order_id)
        self.assertTrue(row.fee_differs)
        self.assertAlmostEqual(row.expected_fees, -row.amount_sale / 100, 2)
        self.assertLess(row.fee_difference, 0)
        self.assertEqual(self.shop.fee_differs_count, 1)

    def test_another_expectation_is_applied_at_once(self):
        order_id, _statement_id = self.settled_order()
        self.expect(commission=1.0)
        self.read_settlements()
        self.shop.fee_account_ids.tolerance = 50
        self.assertFalse(self.transactions(order_id).fee_differs)
        self.shop.fee_account_ids.tolerance = 0.1
        self.assertTrue(self.transactions(order_id).fee_differs)

    def test_an_expectation_that_is_deleted_expects_nothing(self):
        order_id, _statement_id = self.settled_order()
        self.expect(commission=1.0)
        self.read_settlements()
        self.shop.fee_account_ids.unlink()
        self.assertFalse(self.transactions(order_id).fee_differs)

    def test_two_fees_that_outweigh_each_other_are_both_odd(self):
        order_id, _statement_id = self.settled_order()
        self.read_settlements()
        row = self.transactions(order_id)
        commission = self.rate_of(row, "commission")
        transaction = self.rate_of(row, "transaction")
        self.expect(commission=commission + 1, transaction=transaction - 1)
        self.assertTrue(row.fee_differs)
