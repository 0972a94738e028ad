from odoo.tests import Form, tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestDeliveryCancel(OrderCase):
    """Cancelled on TikTok: nothing more leaves, and what has left comes back."""

    def cancel(self, order_id):
        self.change(order_id, status="CANCELLED")
        self.sync()

    def shipped_and_cancelled(self):
        """Return the delivery that left, and the issue that asks what to do."""
        order_id, order = self.import_units()
        order.picking_ids.button_validate()
        self.cancel(order_id)
        return order.picking_ids, self.issues(f"follow:{order_id}")

    def give_back(self, issue, user=None):
        """Click Create Return and validate it; return what came back."""
        action = issue.with_user(user or self.env.user).action_open_return()
        self.assertEqual(action["res_model"], "stock.return.picking")
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        result = wizard.with_user(user or self.env.user).action_create_returns()
        back = self.env["stock.picking"].browse(result["res_id"])
        back.with_user(user or self.env.user).button_validate()
        return back

    def test_a_return_is_proposed_with_what_left(self):
        picking, issue = self.shipped_and_cancelled()
        self.assertEqual(issue.picking_id, picking)
        self.assertTrue(issue.can_return)
        self.assertIn("Create Return", issue.hint)
        action = issue.action_open_return()
        wizard = Form.from_action(self.env, action).save()
        self.assertEqual(
            wizard.product_return_moves.mapped("quantity"),
            picking.move_ids.mapped("quantity"),
        )

    def test_the_issue_closes_when_the_goods_are_back(self):
        picking, issue = self.shipped_and_cancelled()
        back = self.give_back(issue)
        self.assertEqual(back.state, "done")
        self.assertEqual(issue.state, "closed")
        self.assertEqual(picking.sale_id.state, "cancel")

    def test_a_clerk_without_sales_rights_takes_the_goods_back(self):
        picking, issue = self.shipped_and_cancelled()
        self.give_back(issue, self.low_user)
        self.assertEqual(issue.state, "closed")
        self.assertEqual(picking.sale_id.state, "cancel")

    def test_goods_that_came_back_in_part_are_still_asked_for(self):
        picking, issue = self.shipped_and_cancelled()
        action = issue.action_open_return()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.product_return_moves[0].quantity = 1
        wizard.product_return_moves[1:].quantity = 0
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        back.button_validate()
        self.assertEqual(issue.state, "open")
        again = issue.action_open_return()
        wizard = self.env[again["res_model"]].browse(again["res_id"])
        self.assertEqual(
            sum(wizard.product_return_moves.mapped("quantity")),
            sum(picking.move_ids.mapped("quantity")) - 1,
        )

    def test_goods_that_are_back_and_invoiced_ask_for_a_credit_note(self):
        order_id, order = self.import_units()
        order.picking_ids.button_validate()
        order.order_line.product_id.invoice_policy = "order"
        order._create_invoices().action_post()
        self.cancel(order_id)
        issue = self.issues(f"follow:{order_id}")
        self.give_back(issue)
        self.assertEqual(issue.state, "open")
        self.assertIn("credit note", issue.reason)
        self.assertFalse(issue.can_return)

    def test_goods_that_never_come_back_are_dismissed(self):
        _picking, issue = self.shipped_and_cancelled()
        issue.action_dismiss()
        self.assertEqual(issue.state, "dismissed")

    def test_a_return_of_an_order_that_goes_on_changes_nothing(self):
        _order_id, order = self.import_units()
        order.picking_ids.button_validate()
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": order.picking_ids.id}
        )
        action = wizard.action_create_returns_all()
        self.env["stock.picking"].browse(action["res_id"]).button_validate()
        self.assertEqual(order.state, "sale")

    def test_the_return_of_single_cancelled_units_is_proposed(self):
        order_id, order = self.import_units(self.unit(quantity=3), self.unit(1))
        order.picking_ids.button_validate()
        gone = self.raw(order_id)["line_items"][0]["id"]
        self.change(order_id, cancel_line=gone)
        self.sync()
        issue = self.issues(f"follow:{order_id}")
        self.assertTrue(issue.can_return)
        self.assertEqual(issue.picking_id, order.picking_ids)
        back = self.give_back(issue, self.low_user)
        self.assertEqual(back.move_ids.product_id, self.product())
        self.assertEqual(back.move_ids.quantity, 1)
        self.assertEqual(issue.state, "closed")
        self.assertEqual(order.state, "sale")
        lines = self.goods(order).sorted("id")
        self.assertEqual(lines.mapped("product_uom_qty"), [2, 1])
        self.assertEqual(lines.mapped("qty_delivered"), [2, 1])

    def test_requests_that_wait_are_cancelled_with_the_order(self):
        order_id = self.place_units(self.unit(), shipping_type="TIKTOK")
        self.sync()
        order = self.sale_order(order_id)
        order.picking_ids._tts_arrange()
        shipments = order.picking_ids.tts_shipment_ids
        self.assertEqual(shipments.mapped("state"), ["waiting"])
        self.cancel(order_id)
        self.assertEqual(shipments.mapped("state"), ["cancelled"])

    def test_a_printed_parcel_is_to_be_taken_out(self):
        order_id, order = self.import_units()
        order.picking_ids.printed = True
        self.cancel(order_id)
        self.assertEqual(order.picking_ids.state, "cancel")
        activity = order.picking_ids.activity_ids
        self.assertIn(order.picking_ids.name, activity.summary)
        self.assertEqual(activity.user_id, self.shop.responsible_id)

    def test_a_parcel_whose_label_is_printed_is_to_be_taken_out_by_its_packer(self):
        order_id, order = self.import_units()
        order.picking_ids.user_id = self.low_user
        order.picking_ids.tts_package_ids.print_count = 1
        self.cancel(order_id)
        self.assertEqual(order.picking_ids.activity_ids.user_id, self.low_user)

    def test_a_delivery_that_nobody_printed_asks_nobody(self):
        order_id, order = self.import_units()
        self.cancel(order_id)
        self.assertFalse(order.picking_ids.activity_ids)
