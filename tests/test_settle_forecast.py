from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .settle_case import SettleCase


@tagged("post_install", "-at_install")
class TestSettleForecast(SettleCase):
    """What TikTok expects, and what arrived and is not paid."""

    def forecast(self, order_id):
        return self.env["tts.unsettled"].search([("order_remote_id", "=", order_id)])

    def on_its_way(self, status="IN_TRANSIT"):
        order_id, _order = self.import_units()
        self.change(order_id, status=status, force=True)
        self.sync()
        return order_id

    def test_what_is_on_its_way_is_expected(self):
        order_id = self.on_its_way()
        self.read_settlements()
        row = self.forecast(order_id)
        self.assertEqual(row.order_id, self.mirror(order_id))
        self.assertGreater(row.amount_settlement, 0)
        self.assertIn("elivered", row.expected_text)
        self.assertFalse(row.expected_date)

    def test_what_arrived_has_its_day(self):
        order_id = self.on_its_way("DELIVERED")
        self.read_settlements()
        self.assertGreater(self.forecast(order_id).expected_date, fields.Date.today())

    def test_a_forecast_is_no_transaction_and_vanishes_with_its_statement(self):
        order_id = self.on_its_way("DELIVERED")
        self.read_settlements()
        self.assertFalse(self.transactions(order_id))
        expected = self.forecast(order_id).amount_settlement
        self.settle(order_id)
        self.read_settlements()
        self.assertFalse(self.forecast(order_id))
        row = self.transactions(order_id)
        if row.amount_forecast:  # only where TikTok keeps the id
            self.assertEqual(row.amount_forecast, expected)

    def test_a_forecast_that_changes_is_the_same_row(self):
        order_id = self.on_its_way()
        self.read_settlements()
        row = self.forecast(order_id)
        self.change(order_id, status="DELIVERED", force=True)
        self.read_settlements()
        self.assertEqual(self.forecast(order_id), row)
        self.assertTrue(row.expected_date)

    def test_forecasts_stay_when_they_cannot_be_read(self):
        order_id = self.on_its_way()
        self.read_settlements()
        with self.fault("http_500", path="/finance/202507", times=9):
            self.read_settlements()
        self.assertTrue(self.forecast(order_id))
        self.assertEqual(self.shop.settlement_failure_count, 1)

    # === COMPLETED, NOT PAID === #

    def unpaid(self, *ages):
        domain = [("shop_id", "=", self.shop.id), ("settled_at", "=", False)]
        if ages:
            domain.append(("unpaid_age", "in", ages))
        return self.env["tts.order"].search(domain)

    def completed_order(self, days=0):
        order_id = self.on_its_way("COMPLETED")
        order = self.mirror(order_id)
        if days:
            order.completed_at = fields.Datetime.now() - timedelta(days=days, hours=1)
        return order

    def test_an_order_remembers_when_it_was_completed(self):
        order = self.completed_order()
        self.assertEqual(order.completed_at, order.remote_update_time)
        first = order.completed_at = order.completed_at - timedelta(days=3)
        row = self.raw(order.remote_id)
        row["update_time"] += 60
        self.absorb(row)
        self.assertEqual(order.completed_at, first)

    def test_an_order_on_its_way_is_not_unpaid(self):
        order = self.mirror(self.on_its_way())
        self.assertFalse(order.unpaid_age)
        self.assertFalse(order.unpaid_since)

    def test_ages_have_their_buckets(self):
        order = self.completed_order()
        for days, age in (
            (0, "week"),
            (7, "week"),
            (8, "fortnight"),
            (14, "fortnight"),
            (15, "month"),
            (30, "month"),
            (31, "months"),
            (60, "months"),
            (61, "older"),
            (400, "older"),
        ):
            with self.subTest(days=days):
                since = fields.Datetime.now() - timedelta(days=days, hours=1)
                order.completed_at = since
                self.assertEqual(order.unpaid_days, days)
                self.assertEqual(order.unpaid_age, age)
                self.assertEqual(self.unpaid(age), order)
                [(found, count)] = self.env["tts.order"]._read_group(
                    [("id", "=", order.id)], ["unpaid_age"], ["__count"]
                )
                self.assertEqual((found, count), (age, 1))

    def test_an_order_known_before_it_was_completed_ages_from_its_last_change(self):
        order = self.completed_order()
        order.completed_at = False
        order.remote_update_time = fields.Datetime.now() - timedelta(days=20)
        self.assertEqual(order.unpaid_age, "month")
        self.assertEqual(self.unpaid("month"), order)

    def test_groups_stand_in_the_order_of_age(self):
        for days in (100, 1, 20):
            self.completed_order(days)
        groups = self.env["tts.order"].formatted_read_group(
            [("shop_id", "=", self.shop.id)], ["unpaid_age"], ["__count"]
        )
        found = [group["unpaid_age"] for group in groups if group["__count"]]
        self.assertEqual(found, ["week", "month", "older"])

    def test_a_settled_order_is_in_no_bucket(self):
        order = self.completed_order(20)
        self.assertEqual(self.shop.unpaid_count, 1)
        self.settle(order.remote_id)
        self.read_settlements()
        self.assertFalse(order.unpaid_age)
        self.assertFalse(self.unpaid())
        self.shop.invalidate_recordset()
        self.assertEqual(self.shop.unpaid_count, 0)
