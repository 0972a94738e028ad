from odoo.exceptions import UserError
from odoo.tests import tagged

from .label_case import LabelCase
from .shipment_case import ShipmentCase


@tagged("post_install", "-at_install")
class TestShipmentSteps(ShipmentCase):
    """Shipments in warehouses where goods are picked before they are delivered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.warehouse_id.delivery_steps = "pick_ship"

    def leaving(self):
        """Return the delivery of the last order that goods leave with."""
        pickings = self.sale_order(self.order_id).picking_ids
        return pickings.filtered(lambda row: row.picking_type_code == "outgoing")

    def test_a_shipment_is_arranged_from_the_first_step(self):
        picking = self.deliver()
        self.assertEqual(picking.picking_type_code, "internal")
        self.arrange(picking)
        self.send()
        self.assertEqual(self.shipped_times(), [1])

    def test_the_delivery_that_is_born_has_the_package_and_its_number(self):
        picking = self.deliver()
        package = picking.tts_package_ids
        self.arrange(picking)
        self.send()
        self.validate(picking)
        self.assertEqual(self.leaving().tts_package_ids, package)
        self.assertTrue(package.tracking_number)
        self.assertEqual(self.leaving().carrier_tracking_ref, package.tracking_number)

    def test_what_was_asked_from_the_first_step_goes_on_with_the_delivery(self):
        picking = self.deliver()
        shipment = self.arrange(picking)
        self.validate(picking)
        self.assertEqual(shipment.picking_id, self.leaving())
        self.assertFalse(self.arrange(self.leaving()))
        self.send()
        self.assertEqual(self.shipped_times(), [1])

    def test_the_issue_of_the_first_step_goes_on_with_the_delivery(self):
        picking = self.deliver()
        self.refuse(11021010)
        self.arrange(picking)
        self.send()
        issue = self.ship_issue(picking)
        self.validate(picking)
        self.assertEqual(issue.picking_id, self.leaving())
        self.arrange(self.leaving())
        self.send()
        self.assertEqual(issue.state, "closed")

    def test_a_step_whose_goods_went_on_sends_the_clerk_there(self):
        picking = self.deliver()
        self.validate(picking)
        with self.assertRaisesRegex(UserError, "in the next step"):
            self.arrange(picking)

    def test_a_first_step_that_is_validated_marks_nothing_as_shipped(self):
        self.shop.ship_on_validate = True
        picking = self.deliver(shipping_type="SELLER")
        self.own_carrier(picking)
        self.validate(picking)
        self.assertFalse(picking.tts_shipment_ids)
        self.own_carrier(self.leaving())
        self.validate(self.leaving())
        self.send()
        self.assertEqual(self.shipped_times(), [1])


@tagged("post_install", "-at_install")
class TestLabelSteps(LabelCase):
    """Labels in warehouses where goods are picked before they are delivered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.warehouse_id.delivery_steps = "pick_ship"

    def test_the_delivery_that_is_born_has_the_label_of_the_first_step(self):
        _order_id, order = self.import_arranged()
        picking = order.picking_ids
        self.fetch()
        self.assertTrue(picking.tts_label_ids)
        for move in picking.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        picking.button_validate()
        leaving = order.picking_ids - picking
        self.assertEqual(leaving.tts_label_state, "done")
        self.assertEqual(
            leaving.tts_label_ids.mapped("checksum"),
            leaving.tts_package_ids.label_attachment_id.mapped("checksum"),
        )
        self.assertIn("label", " ".join(leaving.message_ids.mapped("body")))
