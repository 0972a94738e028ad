from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..dev import reconcile


def order(**payment):
    """Return an order of two units, 10.00 each with 1.00 off, and 3.50 shipping."""
    unit = {"original_price": "10.00", "seller_discount": "1.00"}
    return {
        "status": "AWAITING_SHIPMENT",
        "payment": {
            "currency": "MYR",
            "original_total_product_price": "20.00",
            "seller_discount": "2.00",
            "shipping_fee": "3.5",
            **payment,
        },
        "line_items": [
            {**unit, "display_status": "AWAITING_SHIPMENT"},
            {**unit, "display_status": "AWAITING_SHIPMENT"},
        ],
    }


def sold(amount=21.5, state="sale", currency="MYR"):
    return {"state": state, "amount_total": amount, "currency_id": [1, currency]}


def row(*sale_orders, status="AWAITING_SHIPMENT", broken="", mirror=None):
    expected = None if broken else Decimal("21.5")
    return reconcile.Row(
        "577", "MY", status, broken, expected, "MYR", list(sale_orders), mirror
    )


@tagged("post_install", "-at_install")
class TestReconcile(BaseCase):
    """The demo's own count must notice everything that it says is zero."""

    def judge(self, *rows):
        return reconcile.judge(list(rows))

    def test_an_order_that_is_there_once_and_to_the_cent_is_good(self):
        self.assertTrue(self.judge(row(sold())).good)

    def test_no_order_at_all_is_not_good(self):
        self.assertFalse(self.judge().good)

    def test_an_order_without_a_sales_order_is_missing(self):
        verdict = self.judge(row(sold()), row())
        self.assertEqual((verdict.missing, verdict.good), (1, False))

    def test_a_quotation_is_not_yet_in_odoo(self):
        verdict = self.judge(row(sold(state="draft")))
        self.assertEqual((verdict.in_odoo, verdict.missing), (0, 1))

    def test_an_order_with_two_sales_orders_is_duplicated(self):
        verdict = self.judge(row(sold(), sold()))
        self.assertEqual((verdict.duplicated, verdict.good), (1, False))

    def test_a_cent_too_much_is_a_difference(self):
        verdict = self.judge(row(sold(amount=21.51)))
        self.assertEqual((verdict.differing, verdict.good), (1, False))

    def test_the_same_amount_in_another_currency_is_a_difference(self):
        self.assertEqual(self.judge(row(sold(currency="USD"))).differing, 1)

    def test_an_order_that_need_not_be_shipped_is_not_missed(self):
        verdict = self.judge(row(sold()), row(status="UNPAID"))
        self.assertEqual((verdict.to_ship, verdict.missing), (1, 0))

    def test_a_broken_order_counts_apart_when_it_has_an_issue(self):
        listed = row(broken="no_payment", mirror={"issue_ids": [1]})
        verdict = self.judge(row(sold()), listed)
        self.assertEqual((verdict.to_ship, verdict.broken), (1, 1))
        self.assertTrue(verdict.good)

    def test_a_broken_order_that_is_nowhere_is_not_good(self):
        self.assertFalse(self.judge(row(sold()), row(broken="no_payment")).good)

    def test_an_order_earns_prices_less_own_discount_plus_shipping(self):
        self.assertEqual(reconcile.expected_total(order()), Decimal("21.5"))

    def test_a_cancelled_unit_is_taken_off(self):
        partly = order()
        partly["line_items"][0]["display_status"] = "CANCELLED"
        self.assertEqual(reconcile.expected_total(partly), Decimal("12.5"))
