from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestDeliveryGuard(OrderCase):
    """No delivery is validated silently that TikTok wants to stay."""

    def ask_to_cancel(self):
        """Import an order whose buyer asks to cancel it; return its delivery."""
        order_id, order = self.import_units()
        self.change(order_id, request_cancel=True)
        self.sync()
        return order.picking_ids

    def wizard(self, action):
        """Open the wizard an action leads to, as the web client does."""
        self.assertEqual(action["res_model"], "tts.validate")
        return (
            self.env["tts.validate"]
            .with_context(**action["context"])
            .browse(action["res_id"])
        )

    def test_a_delivery_that_nothing_is_against_is_validated_at_once(self):
        _order_id, order = self.import_units()
        self.assertIs(order.picking_ids.button_validate(), True)
        self.assertEqual(order.picking_ids.state, "done")

    def test_a_request_to_cancel_is_told_before_the_delivery_is_validated(self):
        picking = self.ask_to_cancel()
        wizard = self.wizard(picking.button_validate())
        self.assertNotEqual(picking.state, "done")
        self.assertEqual(wizard.blocked_ids, picking)
        self.assertIn("asks to cancel", picking.tts_blocking_text)
        self.assertIn(picking.name, picking.tts_blocking_text)

    def test_an_order_on_hold_keeps_its_delivery(self):
        _order_id, order = self.import_units()
        order.tts_order_id.status = "ON_HOLD"
        wizard = self.wizard(order.picking_ids.button_validate())
        self.assertIn("holds order", wizard.blocked_ids.tts_blocking_text)

    def test_an_order_cancelled_on_tiktok_keeps_a_delivery_that_is_open_again(self):
        order_id, order = self.import_units()
        order.tts_order_id.status = "CANCELLED"
        self.assertIn(order_id, order.picking_ids.tts_blocking_text)
        self.wizard(order.picking_ids.button_validate())

    def test_whoever_overrides_gives_a_reason(self):
        picking = self.ask_to_cancel()
        wizard = self.wizard(picking.button_validate())
        wizard.reason = "  "
        with self.assertRaisesRegex(UserError, picking.name):
            wizard.action_validate_anyway()
        self.assertNotEqual(picking.state, "done")

    def test_the_reason_and_the_name_of_whoever_overrides_are_kept(self):
        picking = self.ask_to_cancel()
        wizard = self.wizard(picking.button_validate())
        with Form(wizard) as form:
            form.reason = "The buyer called back"
        wizard.action_validate_anyway()
        self.assertEqual(picking.state, "done")
        note = picking.message_ids.filtered(
            lambda message: "The buyer called back" in (message.body or "")
        )
        self.assertIn("asks to cancel", note.body)
        self.assertEqual(note.author_id, self.env.user.partner_id)

    def test_the_others_of_a_selection_are_validated_without_the_blocked_one(self):
        picking = self.ask_to_cancel()
        _order_id, other = self.import_units(self.unit(2))
        wizard = self.wizard((picking | other.picking_ids).button_validate())
        self.assertEqual(wizard.other_count, 1)
        wizard.action_validate_others()
        self.assertEqual(other.picking_ids.state, "done")
        self.assertNotEqual(picking.state, "done")

    def test_what_validates_by_itself_is_refused_with_the_reason(self):
        picking = self.ask_to_cancel()
        with self.assertRaisesRegex(UserError, "asks to cancel"):
            picking._action_done()

    def test_a_delivery_that_is_blocked_asks_before_its_backorder(self):
        picking = self.ask_to_cancel()
        picking.move_ids[0].quantity = picking.move_ids[0].product_uom_qty
        picking.move_ids[0].picked = True
        picking.move_ids[1].quantity = 0
        wizard = self.wizard(picking.button_validate())
        wizard.reason = "Agreed"
        action = wizard.action_validate_anyway()
        self.assertEqual(action["res_model"], "stock.backorder.confirmation")
        backorder = Form.from_action(self.env, action).save()
        backorder.with_context(**action["context"]).process()
        self.assertEqual(picking.state, "done")

    def test_the_backorder_of_the_others_is_asked_for_without_the_blocked_one(self):
        picking = self.ask_to_cancel()
        _order_id, other = self.import_units(self.unit(2), self.unit(3))
        part = other.picking_ids
        part.move_ids[1].quantity = 0
        wizard = self.wizard((picking | part).button_validate())
        action = wizard.action_validate_others()
        self.assertEqual(action["res_model"], "stock.backorder.confirmation")
        backorder = Form.from_action(self.env, action).save()
        self.assertEqual(backorder.pick_ids, part)
        backorder.with_context(**action["context"]).process()
        self.assertEqual(part.state, "done")
        self.assertNotEqual(picking.state, "done")

    def test_units_that_tiktok_keeps_together_are_told_before_they_part(self):
        _order_id, order = self.import_units(self.unit(quantity=2))
        order.picking_ids.move_ids.quantity = 1
        wizard = self.wizard(order.picking_ids.button_validate())
        self.assertIn("one package", wizard.blocked_ids.tts_blocking_text)

    def test_a_clerk_without_sales_rights_is_told_and_may_override(self):
        picking = self.ask_to_cancel().with_user(self.low_user)
        wizard = self.wizard(picking.button_validate()).with_user(self.low_user)
        self.assertIn("asks to cancel", wizard.blocked_ids.tts_blocking_text)
        wizard.reason = "Agreed"
        wizard.action_validate_anyway()
        self.assertEqual(picking.state, "done")

    def test_deliveries_of_no_shop_are_validated_as_ever(self):
        product = self.product()
        kind = self.shop.warehouse_id.out_type_id
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "location_id": kind.default_location_src_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    Command.create({"product_id": product.id, "product_uom_qty": 1}),
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        self.assertIs(picking.button_validate(), True)
