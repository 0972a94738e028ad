from odoo.tests import Form, tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestDeliverySteps(OrderCase):
    """Warehouses that pick, or pick and pack, before goods leave."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.warehouse_id.delivery_steps = "pick_ship"

    def board(self):
        return self.env["stock.picking"].search(
            [("tts_on_board", "=", True), ("tts_shop_id", "=", self.shop.id)]
        )

    def step(self, order, code="outgoing"):
        """Return the newest step of this kind that is not done."""
        return order.picking_ids.filtered(
            lambda picking: (
                picking.picking_type_code == code and picking.state != "done"
            )
        ).sorted("id")[-1:]

    def validate(self, picking, quantity=None):
        """Validate a step, the first move in part when a quantity is named."""
        if quantity is not None:
            picking.move_ids[0].quantity = quantity
            picking.move_ids[0].picked = True
        action = picking.button_validate()
        if action is not True:
            form = Form.from_action(self.env, action)
            form.save().with_context(**action["context"]).process()
        self.assertEqual(picking.state, "done")

    def test_goods_to_pick_are_on_the_board_until_their_delivery_is_there(self):
        order_id, order = self.import_units()
        pick = order.picking_ids
        self.assertEqual(self.board(), pick)
        self.assertTrue(pick.tts_on_board)
        self.assertEqual(pick.tts_deadline, self.mirror(order_id).ship_by)
        self.validate(pick)
        self.assertEqual(self.board(), self.step(order))
        self.assertFalse(pick.tts_on_board)

    def test_a_package_moves_on_with_its_goods(self):
        self.shop.warehouse_id.delivery_steps = "pick_pack_ship"
        order_id, order = self.import_units()
        package = self.mirror(order_id).package_ids
        pick = order.picking_ids
        self.assertEqual(package.picking_ids, pick)
        self.validate(pick)
        pack = order.picking_ids - pick
        self.assertEqual(package.picking_ids, pack)
        self.validate(pack)
        self.assertEqual(package.picking_ids, self.step(order))

    def test_a_delivery_that_is_made_otherwise_takes_the_package_along(self):
        order_id, order = self.import_units(self.unit())
        package = self.mirror(order_id).package_ids
        [move] = order.picking_ids.move_ids
        order.picking_ids.action_cancel()
        kind = self.shop.warehouse_id.out_type_id
        picking = self.env["stock.picking"].create({"picking_type_id": kind.id})
        self.env["stock.move"].create(
            {
                "picking_id": picking.id,
                "product_id": move.product_id.id,
                "product_uom_qty": 1,
                "sale_line_id": move.sale_line_id.id,
            }
        )
        self.assertEqual(package.picking_ids, picking)

    def test_goods_that_are_picked_apart_share_their_package(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        package = self.mirror(order_id).package_ids
        self.validate(order.picking_ids, 1)
        pick, delivery = self.step(order, "internal"), self.step(order)
        self.assertEqual(package.picking_ids, pick | delivery)
        self.assertEqual(len(order._tts_units()[pick]), 2)
        self.assertEqual(self.board(), pick | delivery)
        self.validate(pick)
        self.assertEqual(package.picking_ids, self.step(order))
        self.assertEqual(len(order._tts_units()[self.step(order)]), 3)

    def test_goods_are_picked_while_somebody_decides_but_do_not_leave(self):
        order_id, order = self.import_units()
        self.change(order_id, request_cancel=True)
        self.sync()
        self.validate(order.picking_ids)
        action = self.step(order).button_validate()
        self.assertEqual(action["res_model"], "tts.validate")

    def test_goods_of_a_cancelled_order_are_not_picked_silently(self):
        _order_id, order = self.import_units()
        order.tts_order_id.status = "CANCELLED"
        action = order.picking_ids.button_validate()
        self.assertEqual(action["res_model"], "tts.validate")

    def test_a_cancelled_order_stops_its_picking(self):
        order_id, order = self.import_units()
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.assertEqual(order.picking_ids.state, "cancel")
        self.assertFalse(order.picking_ids.activity_ids)

    def test_goods_that_were_picked_for_a_cancelled_order_are_to_be_put_back(self):
        order_id, order = self.import_units()
        self.validate(order.picking_ids)
        delivery = self.step(order)
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.assertEqual(delivery.state, "cancel")
        self.assertIn("put the goods back", delivery.activity_ids.note)

    def test_units_cancelled_after_they_were_picked_do_not_leave(self):
        order_id, order = self.import_units(self.unit(quantity=3))
        self.validate(order.picking_ids)
        gone = self.raw(order_id)["line_items"][0]["id"]
        self.change(order_id, cancel_line=gone)
        self.sync()
        delivery, back = self.step(order), self.step(order, "internal")
        self.assertEqual(delivery.move_ids.product_uom_qty, 2)
        self.assertEqual(back.location_dest_id, self.shop.warehouse_id.lot_stock_id)
        self.assertEqual(self.board(), delivery)
        order.tts_order_id.status = "CANCELLED"
        self.assertFalse(back.tts_blocking_text)
        self.validate(back)

    def test_an_address_that_changes_while_goods_are_picked_reaches_the_delivery(self):
        order_id = self.place_units(self.unit())
        row = self.raw(order_id)
        self.absorb(row)
        order = self.sale_order(order_id)
        row["update_time"] += 10
        row["recipient_address"] |= {
            "name": "Somebody Else",
            "address_detail": "1 Other Street",
            "full_address": "1 Other Street",
            "address_line1": "1 Other Street",
        }
        self.absorb(row)
        self.validate(order.picking_ids)
        self.assertEqual(self.step(order).partner_id, order.partner_shipping_id)
        self.assertEqual(order.partner_shipping_id.name, "Somebody Else")
