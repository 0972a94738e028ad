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
