from odoo.tests import tagged
from odoo.tools import mute_logger

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestOrderFollowTrouble(OrderCase):
    def test_what_nobody_foresaw_while_following_is_logged_with_its_cause(self):
        order_id, _order = self.import_units()
        self.change(order_id, status="CANCELLED")
        logger = "odoo.addons.sale_tiktok_shop.models.tts_order_outcome"
        with (
            self.spoiled("sale.order", "_action_cancel", lambda orders: True),
            self.assertLogs(logger, "ERROR") as logs,
        ):
            self.sync()
        self.assertIn("ZeroDivisionError: spoiled", logs.output[0])

    @mute_logger("odoo.addons.sale_tiktok_shop.models.tts_order_outcome")
    def test_an_order_that_cannot_be_followed_stops_no_other(self):
        ids = self.place(6, ordinary=True)
        self.sync()
        for order_id in ids:
            self.change(order_id, status="CANCELLED")
        with self.spoiled(
            "sale.order",
            "_action_cancel",
            lambda orders: orders.client_order_ref == ids[2],
        ):
            self.sync()
        states = [self.sale_order(order_id).state for order_id in ids]
        self.assertEqual(states.count("cancel"), 5)
        self.assertEqual(states[2], "sale")
        self.assertIn("spoiled", self.issues(f"follow:{ids[2]}").reason)

    @mute_logger("odoo.addons.sale_tiktok_shop.models.tts_order_outcome")
    def test_an_order_that_could_not_be_followed_is_by_the_next_retry(self):
        order_id, order = self.import_units()
        self.change(order_id, status="CANCELLED")
        with self.spoiled("sale.order", "_action_cancel", lambda orders: True):
            self.sync()
        mirror = self.mirror(order_id)
        self.assertTrue(mirror.next_retry)
        mirror.next_retry = "2020-01-01"
        self.sync()
        self.assertEqual(order.state, "cancel")
        self.assertFalse(mirror.next_retry)
        self.assertFalse(self.issues())

    @mute_logger("odoo.addons.sale_tiktok_shop.models.tts_order_outcome")
    def test_a_change_that_cannot_be_read_leaves_the_sales_order_and_an_issue(self):
        order_id, order = self.import_units()
        total = order.amount_total
        row = self.raw(order_id)
        row["line_items"][0]["original_price"] = "abc"
        row["update_time"] += 1
        self.assertEqual(self.absorb(row), {order_id: "error"})
        self.assertEqual((order.state, order.amount_total), ("sale", total))
        self.assertIn("original_price", self.issues(f"follow:{order_id}").reason)
