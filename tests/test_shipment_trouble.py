from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .shipment_case import ShipmentCase


@tagged("post_install", "-at_install")
class TestShipmentTrouble(ShipmentCase):
    """Requests of one delivery, or about one parcel, that get into each other's way."""

    def test_a_taken_package_hides_no_refused_one_of_its_delivery(self):
        picking = self.deliver(self.unit(), self.unit(1))
        with self.shop._client() as client:
            ids = sorted(picking.tts_order_id._unit_skus())
            client.split(self.order_id, {"1": ids[:1], "2": ids[1:]})
        self.sync()
        first, second = picking.tts_package_ids.filtered(lambda row: not row.is_gone)
        self.refuse(11021010, first)
        self.arrange(picking)
        self.send()
        self.assertEqual(first.status, "TO_FULFILL")
        self.assertEqual(second.status, "PROCESSING")
        self.assertIn("postal code", self.ship_issue(picking).reason)
        self.assertEqual(picking.tts_shipment_state, "failed")

    def test_a_delivery_deleted_while_others_are_sent_stops_nobody(self):
        first, second = self.deliver(), self.deliver()
        shipments = self.arrange(first | second)
        self.refuse(11021010, first.tts_package_ids, times=9)
        first.action_cancel()
        first.unlink()
        self.send()
        self.assertEqual(shipments.exists().state, "done")
        self.assertFalse(self.shop.last_delivery_error)

    def test_a_combined_parcel_waits_for_the_request_of_each_of_its_buyers(self):
        first, second = self.deliver(), self.deliver()
        package = second.tts_package_ids
        package.order_ids |= first.tts_order_id
        first.tts_order_id.cancel_requested = True
        with self.assertRaisesRegex(UserError, first.tts_order_id.remote_id):
            self.arrange(second)

    def test_two_packages_of_a_delivery_are_retried_together(self):
        picking = self.deliver(self.unit(), self.unit(1))
        with self.shop._client() as client:
            ids = sorted(picking.tts_order_id._unit_skus())
            client.split(self.order_id, {"1": ids[:1], "2": ids[1:]})
        self.sync()
        for package in picking.tts_package_ids.filtered(lambda row: not row.is_gone):
            self.refuse(11021010, package)
        shipments = self.arrange(picking)
        self.send()
        self.assertEqual(shipments.mapped("state"), ["failed", "failed"])
        shipments.action_retry()
        self.send()
        self.assertEqual(shipments.mapped("state"), ["done", "done"])


@tagged("post_install", "-at_install")
class TestNumberTrouble(ShipmentCase):
    """Parcels of own carriers whose tracking number is told by several people."""

    shipping_type = "SELLER"

    def arranged_elsewhere(self):
        """Deliver a parcel that somebody arranged with another number meanwhile."""
        picking = self.deliver()
        self.own_carrier(picking, "OURS-1234")
        shipment = self.arrange(picking)
        with self.shop._client() as client:
            provider = self.provider().remote_id
            client.ship_package(
                picking.tts_package_ids.remote_id,
                tracking_number="THEIRS-5678",
                provider_id=provider,
            )
        return picking, shipment

    def assert_both_named(self, picking):
        issue = self.ship_issue(picking)
        self.assertIn("THEIRS-5678", issue.name)
        self.assertIn("OURS-1234", issue.name)

    def test_a_parcel_arranged_elsewhere_with_another_number_names_both(self):
        picking, shipment = self.arranged_elsewhere()
        self.send()
        self.assertEqual(shipment.state, "done")
        self.assert_both_named(picking)

    def test_a_refusal_as_shipped_already_is_done_with_the_number_tiktok_has(self):
        picking = self.deliver()
        self.own_carrier(picking, "OURS-1234")
        shipment = self.arrange(picking)

        package = picking.tts_package_ids.remote_id
        provider = self.provider().remote_id
        send = self.border.send

        def send_later(request, **options):
            if request.url.split("?")[0].endswith("/packages/ship"):
                with (
                    self.shop._client() as client,
                    patch.object(self.border, "send", send),
                ):
                    client.ship_package(
                        package, tracking_number="THEIRS-5678", provider_id=provider
                    )
            return send(request, **options)

        with patch.object(self.border, "send", send_later):
            self.send()
        self.assertEqual(self.shipped_times(), [1])
        self.assertEqual(shipment.state, "done")
        self.assert_both_named(picking)

    def test_a_number_that_was_retried_late_does_not_replace_a_newer_one(self):
        picking = self.deliver()
        self.own_carrier(picking, "FIRST-1")
        self.arrange(picking)
        self.send()
        self.refuse(21011025, picking.tts_package_ids, call="update")
        picking.carrier_tracking_ref = "WRONG-2"
        self.send()
        wrong = picking.tts_shipment_ids[:1]
        self.assertEqual(wrong.state, "failed")
        picking.carrier_tracking_ref = "RIGHT-3"
        self.send()
        self.assertEqual(self.packages()[0]["tracking_number"], "RIGHT-3")
        wrong.action_retry()
        self.send()
        self.assertEqual(wrong.state, "cancelled")
        self.assertEqual(self.packages()[0]["tracking_number"], "RIGHT-3")

    def test_a_number_corrected_while_it_is_being_told_is_told_afterwards(self):
        picking = self.deliver()
        self.own_carrier(picking, "FIRST-1")
        shipment = self.arrange(picking)
        path = "/fulfillment/202309/packages/ship"
        with self.fault("timeout", path=path, times=9, after=True):
            self.send()
        self.assertEqual(shipment.state, "sending")
        picking.carrier_tracking_ref = "SECOND-2"
        for _run in range(2):
            self.make_due(picking.tts_shipment_ids)
            self.send()
        self.assertEqual(self.packages()[0]["tracking_number"], "SECOND-2")
        self.assertEqual(picking.carrier_tracking_ref, "SECOND-2")


@tagged("post_install", "-at_install")
class TestBuyTrouble(ShipmentCase):
    """Labels that cost money."""

    markets = ("US",)

    def test_a_bought_package_that_tiktok_does_not_show_yet_is_kept(self):
        picking = self.deliver()
        before = self.raw(self.order_id)
        self.arrange(picking)
        self.send()
        package = picking.tts_package_ids
        before["update_time"] += 1000
        for line in before["line_items"]:
            line.pop("package_id", None)
        self.absorb(before)
        self.assertEqual(picking.tts_order_id.payload, before)
        self.assertFalse(package.is_gone)
        with self.assertRaisesRegex(UserError, "is arranged"):
            self.arrange(picking)

    def test_a_label_is_not_bought_for_units_that_a_backorder_took(self):
        picking = self.deliver(self.unit(quantity=3))
        shipment = self.arrange(picking)
        self.validate(picking, 1)
        self.send()
        self.assertEqual(shipment.state, "done")
        self.assertEqual(len(self.sandbox.purchases[0]["line_ids"]), 1)

    def test_a_part_that_is_bought_before_the_other_is_not_bought_again(self):
        picking = self.deliver(self.unit(quantity=2))
        self.validate(picking, 1)
        backorder = picking.backorder_ids
        self.arrange(backorder)
        self.send()
        with self.assertRaisesRegex(UserError, "is arranged"):
            self.arrange(backorder)
        self.arrange(picking)
        self.send()
        bought = [key for row in self.sandbox.purchases for key in row["line_ids"]]
        self.assertEqual(len(bought), 2)
        self.assertEqual(len(set(bought)), 2)
        self.assertNotEqual(picking.tts_package_ids, backorder.tts_package_ids)

    def test_a_cancelled_label_can_be_bought_anew(self):
        picking = self.deliver()
        self.arrange(picking)
        self.send()
        picking.tts_package_ids.write({"status": "CANCELLED"})
        self.assertTrue(self.arrange(picking))
