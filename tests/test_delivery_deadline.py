from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .order_case import OrderCase

KIND = "sale_tiktok_shop.mail_activity_type_deadline"


@tagged("post_install", "-at_install")
class TestDeliveryDeadline(OrderCase):
    """People are told before a deadline is missed, once."""

    def delivery(self, hours=1, user=None):
        """Import an order that has to leave within this time."""
        _order_id, order = self.import_units()
        order.tts_order_id.ship_by = fields.Datetime.now() + timedelta(hours=hours)
        order.picking_ids.user_id = user
        return order.picking_ids

    def warn(self):
        self.shop._warn_of_deadlines(None)

    def warnings(self, record):
        return record.activity_search([KIND])

    def test_whoever_is_responsible_for_a_delivery_is_told_once(self):
        picking = self.delivery(user=self.low_user)
        self.warn()
        self.warn()
        activity = self.warnings(picking)
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.low_user)
        self.assertIn(picking.name, activity.summary)
        self.assertFalse(self.warnings(self.shop))

    def test_all_other_deliveries_make_one_activity_of_the_shop(self):
        self.delivery()
        self.warn()
        self.delivery()
        self.warn()
        activity = self.warnings(self.shop)
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.shop.responsible_id)
        self.assertTrue(activity.summary.startswith("2 deliveries"))

    def test_a_deadline_that_is_far_away_warns_nobody(self):
        self.delivery(hours=30)
        self.warn()
        self.assertFalse(self.warnings(self.shop))

    def test_a_shop_that_wants_no_warnings_gets_none(self):
        self.shop.deadline_warning = 0
        self.delivery(hours=-1)
        self.warn()
        self.assertFalse(self.warnings(self.shop))

    def test_the_warnings_go_when_the_deliveries_are_gone(self):
        mine, other = self.delivery(user=self.low_user), self.delivery()
        self.warn()
        for picking in (mine, other):
            picking.tts_package_ids.status = "FULFILLING"
        self.warn()
        self.assertFalse(self.warnings(mine))
        self.assertFalse(self.warnings(self.shop))

    def test_a_warning_marked_as_done_does_not_come_back(self):
        picking = self.delivery(user=self.low_user)
        self.delivery()
        self.warn()
        for record in (picking, self.shop):
            record.activity_feedback([KIND])
        self.warn()
        self.assertFalse(self.warnings(picking) | self.warnings(self.shop))

    def test_whoever_takes_a_delivery_over_is_warned_too(self):
        picking = self.delivery()
        self.warn()
        self.assertTrue(self.warnings(self.shop))
        picking.user_id = self.low_user
        self.warn()
        self.assertEqual(self.warnings(picking).user_id, self.low_user)
        picking.user_id = self.salesman
        self.warn()
        self.assertEqual(self.warnings(picking).user_id, self.salesman)
        picking.user_id = False
        self.warn()
        self.assertFalse(self.warnings(picking))
        self.assertTrue(self.warnings(self.shop))

    def test_another_deadline_warns_anew(self):
        picking = self.delivery(user=self.low_user)
        self.warn()
        picking.activity_feedback([KIND])
        picking.tts_order_id.ship_by += timedelta(hours=1)
        self.warn()
        self.assertTrue(self.warnings(picking))

    def test_the_scheduled_action_warns(self):
        self.delivery(hours=2)
        self.shop.label_fetch = False
        self.run_cron("ir_cron_deliveries")
        self.assertTrue(self.warnings(self.shop))
