from odoo.tests import Form, tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestDeliveryAddress(OrderCase):
    """A new address reaches the parcel, or the clerk who has it labelled already."""

    def setUp(self):
        super().setUp()
        self.order_id = self.place_units(self.unit(), shipping_type="TIKTOK")
        self.sync()
        self.order = self.sale_order(self.order_id)
        self.picking = self.order.picking_ids
        self.tell(self.clear())

    def clear(self, **values):
        """Return the order's address as a seller who ships himself sees it."""
        return {**self.remote(self.order_id)["address"], **values}

    def masked(self, **values):
        return {**self.raw(self.order_id)["recipient_address"], **values}

    def tell(self, address, **values):
        """Let TikTok tell this address of the order."""
        self.sandbox.advance(60)
        row = self.raw(self.order_id)
        row["update_time"] = int(self.sandbox.now())
        self.absorb({**row, "recipient_address": address, **values}, force=True)

    def label(self):
        """Have the shipment arranged and the label stored."""
        package = self.picking.tts_package_ids
        self.control("POST", f"/packages/{package.remote_id}", {"status": "ship"})
        payload = self.mirror(self.order_id).payload
        self.tell(payload["recipient_address"])
        self.assertEqual(package.status, "PROCESSING")
        package.label_state = "done"

    def move(self, street="9 New Road"):
        address = self.clear(address_line1=street, address_detail=street)
        self.tell(address)

    def notes(self):
        return " ".join(self.picking.message_ids.mapped("body"))

    def key(self):
        return f"address:{self.order_id}"

    def test_an_address_that_changes_before_the_label_is_noted_on_the_delivery(self):
        self.move()
        self.assertIn("9 New Road", self.picking.partner_id.street)
        self.assertIn("→", self.notes())
        self.assertIn("9 New Road", self.notes())
        self.assertFalse(self.picking.tts_address_held)

    def test_an_address_that_changes_after_the_label_holds_the_delivery(self):
        before = self.picking.partner_id
        self.label()
        self.move()
        self.assertTrue(self.picking.tts_address_held)
        self.assertEqual(self.picking.partner_id, before)
        self.assertIn("9 New Road", self.picking.tts_address_new)
        self.assertNotIn("9 New Road", self.picking.tts_address_old)
        self.assertEqual(self.issues(self.key()).picking_id, self.picking)

    def test_a_clerk_sees_both_addresses_on_the_delivery(self):
        self.label()
        self.move()
        form = Form(self.picking.with_user(self.low_user))
        self.assertIn("9 New Road", form.tts_address_new)
        self.assertTrue(form.tts_address_old)

    def test_a_held_delivery_is_not_validated_silently(self):
        self.label()
        self.move()
        action = self.picking.button_validate()
        self.assertEqual(action["res_model"], "tts.validate")
        self.assertIn("address", self.picking.tts_blocking_text)

    def test_the_new_address_is_used_with_a_new_label(self):
        self.label()
        self.move()
        self.picking.with_user(self.low_user).action_tts_use_new_address()
        self.assertIn("9 New Road", self.picking.partner_id.street)
        self.assertEqual(self.picking.tts_package_ids.label_state, "due")
        self.assertFalse(self.picking.tts_address_held)
        self.assertFalse(self.issues(self.key()))
        self.assertIn("new address holds", self.notes())

    def test_the_old_address_is_kept_for_good(self):
        before = self.picking.partner_id
        self.label()
        self.move()
        self.picking.with_user(self.low_user).action_tts_keep_old_address()
        self.assertFalse(self.picking.tts_address_held)
        self.assertFalse(self.issues(self.key()))
        self.mirror(self.order_id).error_message = "failed for another reason"
        self.move()
        self.assertEqual(self.picking.partner_id, before)
        self.assertEqual(self.picking.tts_package_ids.label_state, "done")

    def test_an_address_that_changes_back_lets_the_delivery_go(self):
        self.label()
        self.move()
        self.tell(self.clear())
        self.assertFalse(self.picking.tts_address_held)
        self.assertFalse(self.issues(self.key()))

    def test_a_second_change_is_shown_beside_the_address_on_the_label(self):
        self.label()
        old = self.clear()["address_line1"]
        self.move()
        self.move("10 Newer Road")
        self.assertIn("10 Newer Road", self.picking.tts_address_new)
        self.assertNotIn("Road", self.picking.tts_address_old.replace(old, ""))

    def test_a_masked_address_that_changes_after_the_label_is_told_too(self):
        self.tell(self.masked())
        self.tell(self.masked(address_detail="BL**** 1", address_line1="BL**** 1"))
        self.label()
        self.tell(self.masked(address_detail="QR**** 2", address_line1="QR**** 2"))
        self.assertTrue(self.picking.tts_address_held)
        self.picking.action_tts_use_new_address()
        self.assertEqual(self.picking.tts_package_ids.label_state, "due")

    def test_a_mask_of_another_length_is_no_other_address(self):
        self.tell(self.masked(name="A***"))
        self.label()
        self.tell(self.masked(name="A*****"))
        self.assertFalse(self.picking.tts_address_held)

    def test_a_masked_address_after_a_clear_one_holds_nothing(self):
        self.label()
        before = self.picking.partner_id
        self.tell(self.masked())
        self.assertFalse(self.picking.tts_address_held)
        self.assertEqual(self.picking.partner_id, before)

    def test_a_parcel_that_left_holds_nothing_any_more(self):
        self.label()
        self.move()
        self.tell(self.clear(address_line1="9 New Road"), status="IN_TRANSIT")
        self.assertFalse(self.picking.tts_address_held)
        self.assertFalse(self.issues(self.key()))

    def test_a_cancelled_order_holds_nothing_any_more(self):
        self.label()
        self.move()
        self.change(self.order_id, status="CANCELLED")
        self.absorb(self.raw(self.order_id))
        self.assertFalse(self.picking.tts_address_held)
        self.assertFalse(self.issues(self.key()))
