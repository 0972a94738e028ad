from odoo.exceptions import UserError
from odoo.tests import tagged

from .shipment_case import ShipmentCase


@tagged("post_install", "-at_install")
class TestShipment(ShipmentCase):
    """Arranging shipments where TikTok chooses the carrier."""

    def test_an_arranged_delivery_waits_for_its_carrier(self):
        picking = self.deliver()
        shipment = self.arrange(picking)
        self.assertEqual(shipment.kind, "ship")
        self.send()
        self.assertEqual(shipment.state, "done")
        self.assertEqual(picking.tts_package_ids.status, "PROCESSING")
        self.assertEqual(picking.tts_status, "awaiting_collection")
        self.assertEqual(self.shipped_times(), [1])

    def test_nothing_is_told_before_the_scheduled_action(self):
        self.arrange(self.deliver())
        self.assertFalse(self.calls("/ship"))

    def test_a_second_click_asks_for_nothing(self):
        picking = self.deliver()
        self.arrange(picking)
        self.assertFalse(self.arrange(picking))
        self.send()
        self.assertEqual(self.shipped_times(), [1])

    def test_an_arranged_delivery_cannot_be_arranged_again(self):
        picking = self.deliver()
        self.arrange(picking)
        self.send()
        with self.assertRaisesRegex(UserError, "is arranged"):
            self.arrange(picking)

    def test_the_delivery_says_who_asked(self):
        picking = self.deliver()
        self.arrange(picking.with_user(self.low_user))
        self.send()
        notes = " ".join(picking.message_ids.mapped("body"))
        self.assertIn(f"as {self.low_user.name} asked", notes)

    def test_the_label_is_due_once_the_shipment_is_arranged(self):
        picking = self.deliver()
        self.shop.label_fetch = True
        self.arrange(picking)
        self.assertEqual(picking.tts_package_ids.label_state, "none")
        self.send()
        self.assertNotEqual(picking.tts_package_ids.label_state, "none")

    def test_a_delivery_that_is_being_arranged_says_so(self):
        picking = self.deliver()
        self.assertFalse(picking.tts_shipment_state)
        self.arrange(picking)
        self.assertEqual(picking.tts_shipment_state, "open")
        self.send()
        self.assertFalse(picking.tts_shipment_state)

    def test_what_was_arranged_in_seller_center_is_not_arranged_again(self):
        picking = self.deliver()
        shipment = self.arrange(picking)
        package = picking.tts_package_ids.remote_id
        self.control("POST", f"/packages/{package}", {"status": "ship"})
        self.send()
        self.assertEqual(shipment.state, "done")
        self.assertFalse(self.calls("packages/ship"))

    def test_a_delivery_without_tiktok_order_is_refused(self):
        picking = self.deliver().copy()
        picking.move_ids.sale_line_id = False
        with self.assertRaisesRegex(UserError, "delivers no TikTok order"):
            self.arrange(picking)

    def test_one_that_cannot_be_arranged_keeps_all_from_being_stored(self):
        first, second = self.deliver(), self.deliver()
        self.arrange(second)
        self.send()
        with self.assertRaises(UserError):
            self.arrange(first | second)
        self.assertFalse(first.tts_shipment_ids)

    # === MANY === #

    def test_one_call_ships_fifty_packages_with_few_statements_each(self):
        row = {"line_items": [self.unit()], "shipping_type": "TIKTOK"}
        ids = [self.place_one(row) for _number in range(110)]
        self.sync()
        orders = self.env["tts.order"].search([("remote_id", "in", ids)])
        shipments = self.arrange(orders.sale_order_ids.picking_ids)
        self.assertEqual(len(shipments), 110)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.send()
        self.assertLess((self.env.cr.sql_log_count - before) / 110, 18)
        self.assertEqual(set(shipments.mapped("state")), {"done"})
        self.assertEqual(self.calls("packages/ship"), 3)
        self.assertEqual(set(self.shipped_times()), {1})

    # === COMBINED === #

    def test_a_combined_package_is_shipped_once_for_all_its_deliveries(self):
        buyer = {"user_id": "777", "recipient_address": {"name": "Same Person"}}
        rows = [{"line_items": [self.unit()], "shipping_type": "TIKTOK"} for _ in "12"]
        ids = [self.place_one(row | buyer) for row in rows]
        address = self.sandbox.shops[self.shop.remote_id].orders[ids[0]].address
        orders = self.sandbox.shops[self.shop.remote_id].orders
        orders[ids[1]].address = dict(address)
        for key in ("warehouse_id", "delivery_option_id"):
            orders[ids[1]].doc[key] = orders[ids[0]].doc.get(key)
        with self.shop._client() as client:
            groups = list(client.combinable())
            client.combine(groups)
        self.sync()
        pickings = self.env["tts.order"].search([("remote_id", "in", ids)])
        pickings = pickings.sale_order_ids.picking_ids
        self.assertEqual(len(pickings), 2)
        self.assertEqual(len(pickings.tts_package_ids), 1)
        shipments = self.arrange(pickings)
        self.assertEqual(len(shipments), 2)
        self.send()
        self.assertEqual(shipments.mapped("state"), ["done", "done"])
        self.assertEqual(self.shipped_times(), [1])
        self.assertEqual(self.packages()[0]["ship_calls"], 1)


@tagged("post_install", "-at_install")
class TestShipmentSplit(ShipmentCase):
    """Deliveries that hold a part of a package, where TikTok splits before shipping."""

    def deliver_in_part(self, *units):
        """Deliver two SKUs, one now and one in a backorder."""
        picking = self.deliver(*units or [self.unit(), self.unit(1)])
        picking.action_assign()
        first, second = picking.move_ids
        first.write({"quantity": first.product_uom_qty, "picked": True})
        second.write({"quantity": 0, "picked": False})
        picking.with_context(skip_backorder=True).button_validate()
        return picking, picking.backorder_ids

    def test_a_backorder_splits_the_package(self):
        picking, backorder = self.deliver_in_part()
        self.assertEqual(picking.tts_shipment_ids.kind, "split")
        self.send()
        self.assertEqual(picking.tts_shipment_ids.state, "done")
        self.assertEqual(len(self.packages()), 2)
        self.assertEqual(len(picking.tts_package_ids.filtered("line_item_ids")), 1)
        self.assertFalse(
            picking.tts_package_ids & backorder.tts_package_ids,
        )

    def test_both_parts_are_shipped_after_the_split(self):
        picking, backorder = self.deliver_in_part()
        self.arrange(picking | backorder)
        self.send()
        self.assertEqual(self.shipped_times(), [1, 1])
        states = (picking | backorder).tts_shipment_ids.mapped("state")
        self.assertEqual(set(states), {"done"})

    def test_a_request_that_waits_ships_its_part_alone(self):
        picking = self.deliver(self.unit(), self.unit(1))
        shipment = self.arrange(picking)
        picking.action_assign()
        first, second = picking.move_ids
        first.write({"quantity": 1, "picked": True})
        second.write({"quantity": 0, "picked": False})
        picking.with_context(skip_backorder=True).button_validate()
        self.send()
        self.assertEqual(shipment.state, "done")
        self.assertEqual(sorted(self.shipped_times()), [0, 1])
        self.assertEqual(shipment.package_id.picking_ids, picking)

    def test_a_refused_split_ships_nothing(self):
        picking, _backorder = self.deliver_in_part()
        self.arrange(picking)
        self.refuse(21011035)
        self.send()
        states = set(picking.tts_shipment_ids.mapped("state"))
        self.assertEqual(states, {"failed"})
        self.assertEqual(self.shipped_times(), [0])
        self.assertTrue(self.ship_issue(picking))

    def test_units_of_one_sku_stay_together_in_south_east_asia(self):
        picking = self.deliver(self.unit(quantity=2))
        picking.action_assign()
        picking.move_ids.write({"quantity": 1, "picked": True})
        self.assertIn("all units of one SKU", picking._tts_split_problem())

    def test_different_skus_may_leave_apart(self):
        picking = self.deliver(self.unit(), self.unit(1))
        picking.action_assign()
        picking.move_ids[1].write({"quantity": 0})
        self.assertFalse(picking._tts_split_problem())

    def test_a_delivery_that_leaves_in_full_parts_nothing(self):
        picking = self.deliver(self.unit(quantity=2))
        picking.action_assign()
        self.assertFalse(picking._tts_split_problem())

    def test_an_arranged_package_does_not_leave_in_part(self):
        picking = self.deliver(self.unit(), self.unit(1))
        self.arrange(picking)
        self.send()
        picking.action_assign()
        picking.move_ids[1].write({"quantity": 0})
        self.assertIn("is arranged with all", picking._tts_split_problem())
