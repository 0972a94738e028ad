from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestStockOrders(StockCase):
    """What is sold on TikTok and not in Odoo yet is kept back, and once only."""

    def setUp(self):
        super().setUp()
        self.set_in_odoo(self.product(), 10)
        self.push()

    def buy(self, units=3, number=0, place=None, **values):
        """Have a buyer order units from a warehouse; return the order's id."""
        return self.place_one(
            {
                "warehouse_id": (place or self.main).remote_id,
                "line_items": [self.unit(number, quantity=units)],
            },
            **values,
        )

    def kept_back(self, listing=None):
        return sum((listing or self.listing()).level_ids.mapped("uncovered_quantity"))

    def assertListed(self, units, listing=None, place=None):
        self.assertEqual(self.on_tiktok(listing or self.listing(), place), units)

    def push_again(self):
        """Push when orders were not read a moment ago."""
        self.later()
        self.push()

    # === BEFORE ODOO HAS THEM === #

    def test_unpaid_orders_are_kept_back(self):
        self.buy(status="UNPAID")
        self.push_again()
        self.assertListed(7)
        self.assertEqual(self.kept_back(), 3)

    def test_orders_on_hold_are_kept_back(self):
        self.buy(status="ON_HOLD")
        self.push_again()
        self.assertListed(7)

    def test_orders_are_read_before_stock_is_pushed(self):
        order_id = self.buy()
        self.set_in_odoo(self.product(), 9)
        self.push_again()
        self.assertEqual(self.sale_order(order_id).state, "sale")
        self.assertListed(6)
        self.assertEqual(self.kept_back(), 0)

    def test_a_shop_whose_orders_nobody_reads_keeps_them_back_all_the_same(self):
        self.shop.order_sync = False
        order_id = self.buy()
        self.push_again()
        self.assertFalse(self.sale_order(order_id))
        self.assertListed(7)

    def test_orders_that_cannot_be_imported_are_kept_back(self):
        with self.spoiled("sale.order", "action_confirm", lambda _orders: True):
            order_id = self.buy()
            self.set_in_odoo(self.product(), 9)
            self.push_again()
        self.assertEqual(self.mirror(order_id).state, "error")
        self.assertListed(6)

    def test_what_was_sold_as_the_default_product_is_kept_back(self):
        listing = self.listing()
        listing.product_id = False
        self.product().default_code = False
        order_id = self.buy()
        self.sync()
        self.assertNotIn(
            self.product(), self.sale_order(order_id).order_line.product_id
        )
        listing.product_id = self.product()
        self.push_again()
        self.assertListed(7)
        self.assertEqual(self.kept_back(), 3)

    def test_what_is_kept_back_in_one_warehouse_is_not_listed_in_another(self):
        self.buy(place=self.north, status="UNPAID")
        self.push_again()
        self.assertListed(7)

    def test_an_order_that_got_its_product_later_counts_once(self):
        product, listing = self.product(), self.listing()
        product.default_code = False
        listing.product_id = False
        order_id = self.buy()
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(self.goods(order).product_id, self.shop.default_product_id)
        listing.product_id = product
        self.run_cron("ir_cron_heal_orders")
        self.assertEqual(self.goods(order).product_id, product)
        self.push_again()
        self.assertEqual(self.kept_back(), 0)
        self.assertListed(7)

    # === IN ODOO === #

    def test_an_order_in_odoo_lowers_the_quantity_once(self):
        self.buy()
        self.sync()
        self.push_again()
        self.assertListed(7)
        self.assertEqual(self.kept_back(), 0)

    def test_a_delivered_order_lowers_the_quantity_once(self):
        order_id = self.buy()
        self.sync()
        self.sale_order(order_id).picking_ids.button_validate()
        self.assertEqual(self.product().qty_available, 7)
        self.push_again()
        self.assertListed(7)
        self.change(order_id, status="AWAITING_COLLECTION")
        self.change(order_id, status="IN_TRANSIT")
        self.sync()
        self.push_again()
        self.assertListed(7)

    def test_a_parcel_that_left_covers_no_other_order(self):
        gone = self.buy()
        self.sync()
        self.sale_order(gone).picking_ids.button_validate()
        self.change(gone, status="AWAITING_COLLECTION")
        self.sync()
        # TikTok commits these, and the others no more; Odoo has not heard of either.
        self.change(gone, status="IN_TRANSIT")
        self.buy(2, status="UNPAID")
        self.shop.last_success = fields.Datetime.now()
        self.push()
        self.assertEqual(self.mirror(gone).status, "AWAITING_COLLECTION")
        self.assertListed(5)

    def test_a_delivery_that_was_cancelled_by_hand_keeps_its_units_back(self):
        order_id = self.buy()
        self.sync()
        self.sale_order(order_id).picking_ids.action_cancel()
        self.push_again()
        self.assertListed(7)
        self.assertEqual(self.kept_back(), 3)

    def test_an_order_that_was_cancelled_by_hand_keeps_its_units_back(self):
        order_id = self.buy()
        self.sync()
        self.sale_order(order_id)._action_cancel()
        self.push_again()
        self.assertListed(7)

    def test_a_cancelled_order_gives_its_units_back(self):
        order_id = self.buy()
        self.sync()
        self.push_again()
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.push_again()
        self.assertListed(10)

    def test_units_sold_in_several_steps_lower_the_quantity_once(self):
        self.shop.warehouse_id.delivery_steps = "pick_ship"
        order_id = self.buy()
        self.sync()
        order = self.sale_order(order_id)
        self.push_again()
        self.assertListed(7)
        order.picking_ids.filtered(
            lambda row: row.state == "assigned"
        ).button_validate()
        self.push_again()
        self.assertListed(7)
        self.assertEqual(self.kept_back(), 0)

    def test_more_units_on_the_line_than_were_sold_cover_no_other_order(self):
        order_id = self.buy()
        self.sync()
        line = self.goods(self.sale_order(order_id))
        self.sale_order(order_id)._tts_write_unlocked(line, {"product_uom_qty": 5})
        self.buy(2, status="UNPAID")
        self.push_again()
        self.assertListed(3)

    # === WHEN ORDERS CANNOT BE READ === #

    def test_when_orders_cannot_be_read_all_that_is_sold_is_kept_back(self):
        self.buy()
        self.sync()
        with self.fault("http_500", path="/order", rate=1):
            self.push_again()
        self.assertEqual(self.kept_back(), 3)
        self.assertListed(4)
        self.assertFalse(self.shop.stock_failure_count)
        self.shop.write({"failure_count": 0, "next_order_sync": False})
        self.push_again()
        self.assertListed(7)

    def test_orders_that_were_read_long_ago_cover_nothing(self):
        self.buy()
        self.sync()
        self.shop.order_sync = False
        self.shop.write(
            {
                "last_order_sync": fields.Datetime.now() - timedelta(days=2),
                "next_order_sync": False,
            }
        )
        self.push_again()
        self.assertListed(4)

    # === BETWEEN READING AND SETTING === #

    def test_what_is_sold_while_quantities_travel_is_taken_off_again(self):
        self.set_in_odoo(self.product(), 12)
        send, done = self.border.send, []

        def sell_first(request, **options):
            if "inventory/update" in request.url and not done:
                done.append(self.buy(2, status="UNPAID"))
            return send(request, **options)

        self.border.send = sell_first
        self.addCleanup(self.border.__dict__.pop, "send", None)
        self.push_again()
        self.assertTrue(done)
        self.assertListed(12)
        self.assertEqual(self.listing().push_state, "due")
        self.run_cron("ir_cron_push_stock")
        self.assertListed(10)
        self.assertEqual(self.listing().push_state, "step")


@tagged("post_install", "-at_install")
class TestStockOfTwoShops(StockCase):
    markets = ("MY", "TH")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.account.shop_ids - cls.shop
        cls.other._pull_warehouses()
        cls.others = cls.list_all(cls.other)
        cls.listings |= cls.others
        cls.begin_with = cls.control("GET", "/state?only=inventory")["inventory"]

    def twin(self):
        """Return the other shop's listing of the same product."""
        product = self.listing().product_id
        return self.others.filtered(lambda row: row.product_id == product)

    def push_both(self):
        self.account.shop_ids.write({"next_stock_sync": False})
        self.run_cron("ir_cron_push_stock")

    def test_two_shops_list_the_same_stock(self):
        self.set_in_odoo(self.product(), 10)
        self.push_both()
        self.assertEqual(self.on_tiktok(self.listing()), 10)
        place = self.place_called("main", self.other)
        self.assertEqual(self.on_tiktok(self.twin(), place), 10)

    def test_what_one_shop_keeps_back_is_not_listed_in_the_other(self):
        self.set_in_odoo(self.product(), 10)
        self.push_both()
        self.place_one(
            {
                "warehouse_id": self.main.remote_id,
                "line_items": [self.unit(quantity=3)],
            },
            status="UNPAID",
            shop_id=self.shop.remote_id,
        )
        self.shop.next_stock_sync = False
        self.other.next_stock_sync = fields.Datetime.now() + timedelta(hours=1)
        self.run_cron("ir_cron_push_stock")
        self.push_signalled()
        place = self.place_called("main", self.other)
        self.assertEqual(self.on_tiktok(self.twin(), place), 7)

    def test_a_shop_with_much_to_push_keeps_no_other_waiting(self):
        self.push_both()
        shops = self.account.shop_ids
        for many, few in (shops, shops[::-1]):
            shops.listing_ids.push_state = "step"
            many.listing_ids.push_state = "due"
            few.listing_ids[:1].push_state = "due"
            self.assertEqual(shops._due_stock_shops(), few + many)

    def test_a_shop_that_fails_stops_no_other(self):
        self.set_in_odoo(self.product(), 10)
        with self.spoiled(
            "tts.shop", "_compare_stock", lambda shop, *_a, **_k: shop == self.shop
        ):
            self.push_both()
        self.assertEqual(self.shop.stock_failure_count, 1)
        self.assertIn("spoiled", self.shop.last_stock_error)
        place = self.place_called("main", self.other)
        self.assertEqual(self.on_tiktok(self.twin(), place), 10)
