from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .shipment_case import ShipmentCase


@tagged("post_install", "-at_install")
class TestDeliveryPickup(ShipmentCase):
    """Parcels that stay although they were arranged, and parcels that get lost."""

    def setUp(self):
        super().setUp()
        self.picking = self.deliver(self.unit(), self.unit(1))
        self.package = self.picking.tts_package_ids

    def tell(self, status, **values):
        """Let the carrier do something with the package."""
        path = f"/packages/{self.package.remote_id}"
        self.control("POST", path, {"status": status, **values})

    def follow(self):
        """Read what packages do, some days after they were arranged."""
        self.env["tts.package"].search([]).detail_at = False
        self.shop.next_delivery_sync = False
        self.send()

    def wait_in_vain(self, reason=""):
        """Arrange the shipment, and have nobody come."""
        self.tell("ship")
        self.sync()
        self.tell("pickup_failed", reason=reason)
        self.follow()

    def key(self, kind="pickup"):
        return f"{kind}:{self.package.remote_id}"

    def test_a_parcel_that_nobody_took_is_told_and_comes_back_on_the_list(self):
        self.wait_in_vain()
        self.assertEqual(self.picking.tts_status, "pickup_failed")
        issue = self.issues(self.key())
        self.assertEqual(issue.picking_id, self.picking)
        self.assertEqual(issue.activity_ids.user_id, self.shop.responsible_id)

    def test_a_done_delivery_whose_parcel_stays_comes_back_on_the_list(self):
        self.tell("ship")
        self.sync()
        self.picking.button_validate()
        self.tell("pickup_failed", reason="PACKAGE_SCRAP")
        self.follow()
        self.assertEqual(self.picking.state, "done")
        self.assertEqual(self.picking.tts_status, "pickup_failed")
        self.assertIn("PACKAGE_SCRAP", self.issues(self.key()).reason)

    def test_the_carriers_scan_heals_a_failed_pickup(self):
        self.wait_in_vain()
        self.tell("collect")
        self.follow()
        self.assertEqual(self.picking.tts_status, "shipped")
        self.assertFalse(self.issues(self.key()))

    def test_a_new_appointment_heals_a_failed_pickup(self):
        self.wait_in_vain()
        self.tell("reschedule")
        self.follow()
        self.assertEqual(self.picking.tts_status, "awaiting_collection")
        self.assertFalse(self.issues(self.key()))

    def test_a_parcel_that_waits_for_its_shipment_again_was_not_collected(self):
        self.tell("ship")
        self.sync()
        self.package.shipped_at -= timedelta(days=1)
        row = self.raw(self.order_id)
        for line in row["line_items"]:
            line["package_status"] = "TO_FULFILL"
        row.update(status="AWAITING_SHIPMENT", update_time=row["update_time"] + 60)
        self.absorb(row)
        self.assertEqual(self.package.status, "TO_FULFILL")
        self.assertTrue(self.package.pickup_failed)
        self.assertTrue(self.issues(self.key()))
        self.package.write({"status": "PROCESSING"})
        self.package._follow_status()
        self.assertFalse(self.package.pickup_failed)
        self.assertFalse(self.issues(self.key()))

    def test_a_parcel_of_a_cancelled_order_is_asked_for_no_more(self):
        self.wait_in_vain()
        row = self.raw(self.order_id)
        row.update(status="CANCELLED", update_time=row["update_time"] + 60, packages=[])
        for line in row["line_items"]:
            line.update(package_id="", package_status="")
        self.absorb(row)
        self.assertEqual(self.package.status, "CANCELLED")
        self.assertFalse(self.package.pickup_failed)
        self.assertFalse(self.issues(self.key()))

    def test_a_package_is_asked_after_when_its_carrier_is_late(self):
        self.tell("ship")
        self.sync()
        now = fields.Datetime.now()
        recent = {"detail_at": now - timedelta(hours=7), "shipped_at": now}
        self.package.write({**recent, "pickup_end": False})
        self.assertFalse(self.shop._packages_to_ask())
        self.package.pickup_end = now - timedelta(minutes=1)
        self.assertEqual(self.shop._packages_to_ask(), self.package)
        self.package.detail_at = now - timedelta(hours=5)
        self.assertFalse(self.shop._packages_to_ask())

    def test_a_package_arranged_in_seller_center_is_asked_for_its_handover_once(self):
        self.tell("ship")
        self.sync()
        self.assertEqual(self.shop._packages_to_ask(), self.package)
        self.send()
        self.assertTrue(self.package.detail_at)
        self.assertFalse(self.shop._packages_to_ask())

    def test_a_package_that_the_carrier_lost_is_named(self):
        self.tell("ship")
        self.sync()
        self.tell("lost", reason="PACKAGE_LOST")
        self.shop.next_delivery_sync = False
        self.send()
        issue = self.issues(self.key("lost"))
        self.assertIn(self.package.remote_id, issue.name)
        self.assertIn("PACKAGE_LOST", issue.reason)

    def test_one_package_that_cannot_be_read_stops_no_other(self):
        self.tell("ship")
        self.sync()
        gone = self.env["tts.package"].create(
            {
                "shop_id": self.shop.id,
                "remote_id": "999",
                "status": "PROCESSING",
                "order_ids": self.package.order_ids.ids,
            }
        )
        self.send()
        self.assertTrue(gone.detail_at)
        self.assertTrue(self.package.handover_method or self.package.sub_status)
