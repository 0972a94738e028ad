from unittest.mock import patch

from odoo import fields
from odoo.tests import Form, tagged

from ..lib.client import TikTokClient
from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestStockLimits(StockCase):
    """Whatever becomes of a delivery, what was sold once is not listed again."""

    def setUp(self):
        super().setUp()
        self.set_in_odoo(self.product(), 10)
        self.push()

    def buy(self, units=3, place=None, **values):
        """Have a buyer order units from a warehouse; return the order's id."""
        return self.place_one(
            {
                "warehouse_id": (place or self.main).remote_id,
                "line_items": [self.unit(quantity=units)],
            },
            **values,
        )

    def sell(self, units=3):
        """Sell units on TikTok; return the order's id and its sales order."""
        order_id = self.buy(units)
        self.sync()
        return order_id, self.sale_order(order_id)

    def bring_back(self, picking, units):
        """Put delivered units back on the shelf."""
        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_id=picking.id, active_model=picking._name
            )
        ).save()
        wizard.product_return_moves.quantity = units
        back = self.env[picking._name].browse(wizard.action_create_returns()["res_id"])
        back.button_validate()

    def push_again(self):
        """Push when orders were not read a moment ago."""
        self.later()
        self.push()

    def assertListed(self, units, place=None):
        self.assertEqual(self.on_tiktok(self.listing(), place), units)

    # === DELIVERIES THAT WENT ANOTHER WAY === #

    def test_units_that_came_back_are_kept_for_the_order_that_waits_for_them(self):
        _order_id, order = self.sell()
        order.picking_ids.button_validate()
        self.bring_back(order.picking_ids, 3)
        self.assertEqual(self.product().qty_available, 10)
        self.push_again()
        self.assertListed(7)

    def test_units_that_came_back_in_part_are_kept_for_the_order(self):
        _order_id, order = self.sell()
        order.picking_ids.button_validate()
        self.bring_back(order.picking_ids, 1)
        self.push_again()
        self.assertListed(7)

    def deliver_one_of(self, order, **context):
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.with_context(
            skip_backorder=True, tts_override=picking.ids, **context
        ).button_validate()
        self.assertEqual(self.product().qty_available, 9)

    def test_a_delivery_cut_short_keeps_the_rest_back(self):
        _order_id, order = self.sell()
        self.deliver_one_of(order, picking_ids_not_to_backorder=order.picking_ids.ids)
        self.assertEqual(order.picking_ids.move_ids.mapped("state"), ["done"])
        self.push_again()
        self.assertListed(7)

    def test_a_backorder_lowers_the_quantity_once(self):
        _order_id, order = self.sell()
        self.deliver_one_of(order)
        self.assertEqual(len(order.picking_ids), 2)
        self.push_again()
        self.assertListed(7)

    def test_a_last_step_that_was_cancelled_keeps_its_units_back(self):
        self.shop.warehouse_id.delivery_steps = "pick_ship"
        _order_id, order = self.sell()
        for step in ("button_validate", "action_cancel"):
            ready = order.picking_ids.filtered(lambda row: row.state == "assigned")
            getattr(ready, step)()
        self.push_again()
        self.assertListed(7)

    def test_units_cancelled_after_their_delivery_cover_no_other_order(self):
        order_id, order = self.sell()
        order.picking_ids.button_validate()
        self.change(order_id, cancel_line=self.raw(order_id)["line_items"][0]["id"])
        self.buy(1, status="UNPAID")
        self.shop.last_success = fields.Datetime.now()  # Odoo has heard of neither
        self.push()
        self.assertListed(6)

    def test_units_lost_after_they_were_sold_are_not_listed(self):
        self.sell()
        self.set_in_odoo(self.product(), 0)
        self.push_again()
        self.assertListed(0)

    def test_what_an_unread_listing_keeps_back_is_not_listed_for_its_twin(self):
        twin = self.listing(1)
        twin.product_id = self.product()
        self.buy(3, status="UNPAID")
        self.push_again()
        mine, ask = self.listing().sku_remote_id, TikTokClient.inventory

        def forget(client, product_ids=(), sku_ids=()):
            return ask(client, sku_ids=[key for key in sku_ids if key != mine])

        with patch.object(TikTokClient, "inventory", forget):
            self.push_again()
        self.assertEqual(self.on_tiktok(twin), 7)

    # === WAREHOUSES THAT COUNT, AND WAREHOUSES THAT SHIP === #

    def count_another(self, place, units):
        """Have a place of TikTok count a warehouse that its orders do not ship from."""
        other = self.make_warehouse()
        self.set_in_odoo(self.product(), units, other)
        place.stock_warehouse_ids = other
        self.set_in_odoo(self.product(), 0)

    def test_what_is_missing_where_orders_ship_from_is_not_listed_elsewhere(self):
        self.count_another(self.north, 10)
        self.push()
        self.assertListed(10, self.north)
        self.buy(4, self.north)
        self.push_again()
        self.assertListed(6, self.north)

    def test_what_is_kept_back_in_a_warehouse_nobody_counts_is_not_listed(self):
        self.count_another(self.main, 10)
        self.north.stock_sync = False
        self.buy(4, self.main, status="UNPAID")
        self.push_again()
        self.assertListed(6)

    def test_the_maximum_holds_for_all_warehouses_of_a_listing(self):
        self.north.warehouse_id = self.make_warehouse()
        self.set_in_odoo(self.product(), 10, self.north.warehouse_id)
        self.shop.stock_maximum = 14
        self.push()
        self.assertListed(10)
        self.assertListed(4, self.north)

    def test_goods_on_their_way_to_another_warehouse_are_listed_in_neither(self):
        home, away = self.shop.warehouse_id, self.make_warehouse()
        self.north.warehouse_id = away
        places = {
            "location_id": home.lot_stock_id.id,
            "location_dest_id": away.lot_stock_id.id,
        }
        units = {"product_id": self.product().id, "product_uom_qty": 4}
        transfer = self.env["stock.picking"].create(
            {
                "picking_type_id": home.int_type_id.id,
                "move_ids": [(0, 0, units | places)],
                **places,
            }
        )
        transfer.action_confirm()
        self.push_again()
        self.assertListed(6)
        self.assertListed(0, self.north)
        transfer.action_assign()
        transfer.button_validate()
        self.push_again()
        self.assertListed(6)
        self.assertListed(4, self.north)
