from datetime import timedelta

from odoo import fields, sql_db
from odoo.tests import tagged

from ..models.tts_shop_delivery import DELIVERY_LOCK_SPACE
from .shipment_case import ShipmentCase

SHIP_PATH = "/fulfillment/202309/packages/ship"


@tagged("post_install", "-at_install")
class TestShipmentRefusal(ShipmentCase):
    """What each refusal of TikTok's leads to."""

    def refused(self, code, **values):
        """Arrange a delivery that TikTok refuses to ship once."""
        self.picking = self.deliver()
        self.refuse(code, **values)
        self.shipment = self.arrange(self.picking)
        self.send()
        return self.shipment

    def test_shipped_already_counts_as_done(self):
        shipment = self.refused(21011040)
        self.assertEqual(shipment.state, "done")
        self.assertEqual(self.picking.tts_status, "awaiting_collection")
        self.assertFalse(self.ship_issue(self.picking))

    def test_an_open_request_lets_the_shipment_wait_and_warns(self):
        shipment = self.refused(21011007)
        self.assertEqual(shipment.state, "waiting")
        self.assertGreater(
            shipment.next_try, fields.Datetime.now() + timedelta(minutes=20)
        )
        self.assertIn("Do not ship it", self.ship_issue(self.picking).hint)

    def test_a_request_that_was_rejected_lets_the_shipment_go(self):
        shipment = self.refused(21011007)
        self.make_due(shipment)
        self.send()
        self.assertEqual(shipment.state, "done")
        self.assertFalse(self.ship_issue(self.picking))

    def test_a_request_seen_before_sending_keeps_the_call_back(self):
        picking = self.deliver()
        shipment = self.arrange(picking)
        self.change(self.order_id, request_cancel=True)
        self.send()
        self.assertEqual(shipment.state, "waiting")
        self.assertFalse(self.calls("packages/ship"))
        self.assertTrue(self.issues(f"cancel_request:{self.order_id}"))

    def test_a_cancelled_order_cancels_its_shipment(self):
        picking = self.deliver()
        shipment = self.arrange(picking)
        self.change(self.order_id, status="CANCELLED")
        self.send()
        self.assertEqual(shipment.state, "cancelled")
        self.assertEqual(picking.state, "cancel")
        self.assertFalse(self.calls("packages/ship"))

    def test_a_refusal_as_cancelled_cancels_the_shipment(self):
        shipment = self.refused(21011041)
        self.assertEqual(shipment.state, "cancelled")
        self.assertEqual(shipment.code, 21011041)

    def test_an_order_on_hold_waits_without_asking_anybody(self):
        shipment = self.refused(21011044)
        self.assertEqual(shipment.state, "waiting")
        self.assertFalse(self.ship_issue(self.picking))
        self.make_due(shipment)
        self.send()
        self.assertEqual(shipment.state, "done")

    def test_packages_that_changed_have_to_be_arranged_anew(self):
        shipment = self.refused(21011028)
        self.assertEqual(shipment.state, "failed")
        self.assertIn("Arrange Shipment again", self.ship_issue(self.picking).hint)

    def test_orders_of_tiktoks_warehouse_are_left_alone(self):
        shipment = self.refused(21008025)
        self.assertEqual(shipment.state, "cancelled")
        self.assertTrue(self.ship_issue(self.picking))

    def test_a_missing_invoice_asks_for_it(self):
        self.assertEqual(self.refused(21004019).state, "failed")
        self.assertIn("invoice", self.ship_issue(self.picking).hint)

    def test_an_address_nobody_serves_asks_for_another(self):
        self.assertEqual(self.refused(11021010).state, "failed")
        self.assertIn("address", self.ship_issue(self.picking).hint)

    def test_what_must_travel_alone_asks_for_a_split(self):
        self.assertEqual(self.refused(11006013).state, "failed")
        self.assertIn("Split the delivery", self.ship_issue(self.picking).hint)

    def test_a_slot_that_is_over_asks_for_another(self):
        self.assertEqual(self.refused(21011053).state, "failed")
        self.assertIn("pick-up slot", self.ship_issue(self.picking).hint)

    def test_a_refusal_nobody_knows_names_its_code(self):
        self.assertEqual(self.refused(29999999, call="ship").state, "failed")
        self.assertIn("29999999", self.ship_issue(self.picking).reason)

    def test_trouble_that_passes_is_tried_again(self):
        shipment = self.refused(21042001)
        self.assertEqual(shipment.state, "waiting")
        self.assertFalse(self.ship_issue(self.picking))
        self.make_due(shipment)
        self.send()
        self.assertEqual(shipment.state, "done")
        self.assertEqual(self.shipped_times(), [1])

    def test_trouble_that_does_not_pass_is_told_somebody(self):
        shipment = self.refused(21042001, times=9)
        for _try in range(3):
            self.assertFalse(self.ship_issue(self.picking))
            self.make_due(shipment)
            self.send()
        self.assertIn("by itself", self.ship_issue(self.picking).hint)
        self.assertEqual(shipment.state, "waiting")

    def test_a_refusal_stops_no_other_delivery(self):
        other = self.deliver()
        self.arrange(other)
        shipment = self.refused(11021010)
        self.assertEqual(shipment.state, "failed")
        self.assertEqual(other.tts_shipment_ids.state, "done")

    def test_the_issue_names_delivery_and_order(self):
        self.refused(11021010)
        issue = self.ship_issue(self.picking)
        self.assertEqual(issue.picking_id, self.picking)
        self.assertEqual(issue.order_id.remote_id, self.order_id)
        self.assertEqual(issue.category, "label")

    def test_the_delivery_shows_why_it_is_not_arranged(self):
        self.refused(11021010)
        self.assertEqual(self.picking.tts_shipment_state, "failed")
        self.assertIn("postal code", self.picking.tts_shipment_error)

    def test_retry_on_the_issue_sends_it_again_and_closes_it(self):
        self.refused(11021010)
        issue = self.ship_issue(self.picking)
        issue.with_user(self.low_user).action_retry()
        self.send()
        self.assertEqual(issue.state, "closed")
        self.assertEqual(self.shipped_times(), [1])

    def test_send_again_on_the_request_sends_it_again(self):
        shipment = self.refused(11021010)
        shipment.with_user(self.low_user).action_retry()
        self.send()
        self.assertEqual(shipment.state, "done")

    def test_a_request_that_was_taken_back_is_not_sent(self):
        shipment = self.arrange(self.deliver())
        shipment.with_user(self.low_user).action_cancel()
        self.send()
        self.assertEqual(shipment.state, "cancelled")
        self.assertEqual(self.shipped_times(), [0])


@tagged("post_install", "-at_install")
class TestShipmentInterrupted(ShipmentCase):
    """Answers that are lost, workers that die, workers that meet."""

    def test_a_shipment_whose_answer_is_lost_is_not_shipped_twice(self):
        picking = self.deliver()
        shipment = self.arrange(picking)
        with self.fault("reset", path=SHIP_PATH, times=9, after=True):
            self.send()
        self.assertEqual(shipment.state, "sending")
        self.make_due(shipment)
        self.send()
        self.assertEqual(shipment.state, "done")
        self.assertEqual(self.shipped_times(), [1])

    def test_a_worker_that_died_before_the_call_leaves_nothing_unsent(self):
        shipment = self.arrange(self.deliver())
        shipment._note_sending()
        self.send()
        self.assertEqual(shipment.state, "done")
        self.assertEqual(self.shipped_times(), [1])

    def test_a_worker_that_died_after_the_call_ships_nothing_twice(self):
        picking = self.deliver()
        shipment = self.arrange(picking)
        shipment._note_sending()
        with self.shop._client() as client:
            client.ship_package(picking.tts_package_ids.remote_id)
        self.send()
        self.assertEqual(shipment.state, "done")
        self.assertEqual(self.packages()[0]["ship_calls"], 1)

    def test_a_rate_limit_leaves_the_rest_waiting(self):
        shipment = self.arrange(self.deliver())
        with self.fault("rate_limit", path=SHIP_PATH, times=9):
            self.send()
        self.assertEqual(shipment.state, "waiting")
        self.make_due(shipment)
        self.send()
        self.assertEqual(shipment.state, "done")

    def test_while_another_worker_sends_nobody_else_does(self):
        shipment = self.arrange(self.deliver())
        with sql_db.db_connect(self.env.cr.dbname).cursor() as other:
            other.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)",
                (DELIVERY_LOCK_SPACE, self.shop.id),
            )
            self.send()
            self.assertEqual(shipment.state, "waiting")
            self.assertFalse(self.calls("packages/ship"))
        self.send()
        self.assertEqual(shipment.state, "done")
