from odoo.tests import tagged

from .return_case import ReturnCase
from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestReturnStock(StockCase, ReturnCase):
    """What came back is sold on TikTok once it was inspected, and not before."""

    def listed(self):
        self.push()
        return self.on_tiktok(self.listing())

    def test_received_goods_are_sold_only_after_their_inspection(self):
        case, _order = self.returned(self.unit(quantity=3))
        before = self.listed()
        self.receive(case.picking_ids)
        self.assertEqual(self.listed(), before)
        self.inspect(case, restock=2)
        self.assertEqual(self.listed(), before + 2)

    def test_the_push_is_told_of_goods_that_are_back_in_stock(self):
        case, _order = self.returned(self.unit(quantity=3))
        self.receive(case.picking_ids)
        before = self.listed()
        self.inspect(case, restock=3)
        self.push_signalled()
        self.assertEqual(self.on_tiktok(self.listing()), before + 3)

    def test_scrapped_goods_are_never_sold_again(self):
        case, _order = self.returned(self.unit(quantity=3))
        before = self.listed()
        self.receive(case.picking_ids)
        self.inspect(case, scrap=3)
        self.assertEqual(self.listed(), before)
