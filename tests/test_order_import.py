from decimal import Decimal

from odoo.tests import tagged

from .common import TtsCase, naive


@tagged("post_install", "-at_install")
class TestOrderImport(TtsCase):
    def test_an_order_to_ship_becomes_a_confirmed_sales_order_with_a_delivery(self):
        order_id = self.place_one()
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.picking_ids.mapped("state"), ["assigned"])
        self.assertEqual(order.client_order_ref, order_id)

    def test_the_total_is_tiktoks_to_the_cent(self):
        ids = self.place(12)
        self.sync()
        for order_id in ids:
            payment = self.remote(order_id)["raw"]["payment"]
            expected = (
                Decimal(payment["original_total_product_price"])
                - Decimal(payment["seller_discount"])
                + Decimal(payment["shipping_fee"])
            )
            order = self.sale_order(order_id)
            self.assertEqual(Decimal(f"{order.amount_total:.2f}"), expected)

    def test_the_order_keeps_the_date_on_which_tiktok_took_it(self):
        order_id = self.place_one()
        self.sync()
        created = self.remote(order_id)["raw"]["create_time"]
        self.assertEqual(self.sale_order(order_id).date_order, naive(created))
