from odoo.tests import tagged

from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestStockPush(StockCase):
    def test_tiktok_gets_what_lies_in_the_warehouse(self):
        self.set_in_odoo(self.product(), 7)
        self.push()
        self.assertEqual(self.on_tiktok(self.listing()), 7)
        self.assertEqual(self.listing().push_state, "step")
