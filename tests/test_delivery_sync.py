from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestDeliverySync(OrderCase):
    """The scheduled action that follows deliveries."""

    def deliver(self):
        """Run it as if it were time to."""
        self.shop.write({"next_delivery_sync": False, "delivery_failure_count": 0})
        return self.run_cron("ir_cron_deliveries")

    def test_a_tracking_number_corrected_in_seller_center_reaches_the_delivery(self):
        order_id, order = self.import_units()
        self.change(order_id, status="AWAITING_COLLECTION")
        self.sync()
        package = self.mirror(order_id).package_ids
        self.control(
            "POST",
            f"/packages/{package.remote_id}",
            {"tracking_number": "CORRECTED0001"},
        )
        self.deliver()
        self.assertEqual(order.picking_ids.carrier_tracking_ref, "CORRECTED0001")

    def test_an_address_that_moves_no_update_time_is_found(self):
        order_id, order = self.import_units()
        mirror = self.mirror(order_id)
        self.change(order_id, address={"address_detail": "99 New Street"}, touch=False)
        mirror.read_at = fields.Datetime.now() - timedelta(hours=1)
        self.deliver()
        self.assertIn("99", mirror.payload["recipient_address"]["address_detail"])

    def test_an_order_read_a_moment_ago_is_not_read_again(self):
        self.import_units()
        before = self.calls("/order/202507/orders")
        self.deliver()
        self.assertEqual(self.calls("/order/202507/orders"), before)

    def test_orders_that_left_are_not_read_again(self):
        order_id, _order = self.import_units()
        self.change(order_id, status="IN_TRANSIT", force=True)
        self.sync()
        self.mirror(order_id).read_at = fields.Datetime.now() - timedelta(hours=1)
        before = self.calls("/order/202507/orders")
        self.deliver()
        self.assertEqual(self.calls("/order/202507/orders"), before)

    def test_a_shop_that_fails_waits_and_says_why(self):
        self.import_units()
        with self.fault("http_500", path="/fulfillment", times=9):
            self.deliver()
        self.assertEqual(self.shop.delivery_failure_count, 1)
        self.assertEqual(self.shop.health, "retrying")
        self.assertGreater(self.shop.next_delivery_sync, fields.Datetime.now())
        self.assertTrue(self.issues("deliveries"))

    def test_a_shop_that_works_again_closes_its_issue(self):
        self.import_units()
        with self.fault("http_500", path="/fulfillment", times=9):
            self.deliver()
        self.deliver()
        self.assertFalse(self.shop.delivery_failure_count)
        self.assertFalse(self.issues("deliveries"))

    def test_one_step_that_fails_keeps_no_other_from_its_turn(self):
        order_id, _order = self.import_units()
        mirror = self.mirror(order_id)
        self.change(order_id, address={"address_detail": "99 New Street"}, touch=False)
        mirror.read_at = fields.Datetime.now() - timedelta(hours=1)
        with self.fault("http_500", path="/fulfillment", times=9):
            self.deliver()
        self.assertIn("99", mirror.payload["recipient_address"]["address_detail"])
        self.assertEqual(self.shop.delivery_failure_count, 1)

    def test_packages_of_unknown_orders_are_left_alone(self):
        order_id = self.place_units(self.unit())
        self.deliver()
        self.assertFalse(self.env["tts.package"].search([]))
        self.assertFalse(self.mirror(order_id))

    def test_a_shop_that_another_worker_has_waits_a_minute(self):
        self.import_units()
        lock = "SELECT pg_advisory_lock(%s, %s)"
        with self.registry.cursor() as other:
            other.execute(lock, (0x7478, self.shop.id))
            self.deliver()
            other.execute("SELECT pg_advisory_unlock_all()")
        self.assertFalse(self.shop.delivery_failure_count)
        self.assertFalse(self.shop.package_cursor)

    def test_packages_are_read_from_where_the_last_run_stopped(self):
        self.import_units()
        self.deliver()
        first = self.shop.package_cursor
        self.assertTrue(first)
        self.deliver()
        self.assertGreaterEqual(self.shop.package_cursor, first)
