from odoo.tests import tagged

from .order_case import OrderCase

CLEAR = {
    "name": "Ali Baba",
    "phone_number": "+60123456789",
    "region_code": "MY",
    "postal_code": "50000",
    "address_line1": "1 Jalan Ampang",
}
MASKED = {**CLEAR, "name": "A***", "address_line1": "*** Jalan"}


@tagged("post_install", "-at_install")
class TestOrderByHand(OrderCase):
    """What people do in Odoo, and news from TikTok that come afterwards."""

    def import_row(self, address=None):
        """Import an order with this address; return its row and its sales order."""
        order_id = self.place_units(self.unit(quantity=2))
        row = self.raw(order_id)
        if address:
            row = {**row, "recipient_address": address}
        self.absorb(row)
        return row, self.sale_order(order_id)

    def news(self, row, **values):
        """Have TikTok tell a newer version of an order."""
        row = {**row, "update_time": row["update_time"] + 5, **values}
        self.absorb(row)
        return row

    def dearer(self, row):
        goods = row["payment"]["original_total_product_price"]
        return {
            **row["payment"],
            "original_total_product_price": str(float(goods) + 13),
        }

    def news_that_fail(self, row, **values):
        """Have Odoo fail to follow a newer version of an order."""
        with self.spoiled("tts.order", "_follow_lines", lambda *_args: True):
            return self.news(row, **values)

    # === ADDRESS === #

    def test_a_delivery_address_chosen_by_hand_survives_news_of_the_order(self):
        row, order = self.import_row(CLEAR)
        order.partner_shipping_id = order.partner_id
        self.news(row, status="AWAITING_COLLECTION")
        self.assertEqual(order.partner_shipping_id, order.partner_id)

    def test_a_masked_name_that_a_person_wrote_out_survives_news_of_the_order(self):
        row, order = self.import_row(MASKED)
        order.partner_shipping_id.write({"name": "Ali Baba", "city": "Ipoh"})
        self.news(row, status="AWAITING_COLLECTION")
        self.assertEqual(order.partner_shipping_id.name, "Ali Baba")
        self.assertEqual(order.partner_shipping_id.city, "Ipoh")

    def test_a_name_that_a_person_wrote_out_survives_another_mask(self):
        row, order = self.import_row(MASKED)
        order.partner_shipping_id.name = "Ali Baba"
        self.news(row, recipient_address={**MASKED, "name": "***"})
        self.assertEqual(order.partner_shipping_id.name, "Ali Baba")

    def test_another_mask_takes_the_place_of_a_mask(self):
        row, order = self.import_row(MASKED)
        self.news(row, recipient_address={**MASKED, "name": "B***"})
        self.assertEqual(order.partner_shipping_id.name, "B***")

    # === WHAT COULD NOT BE FOLLOWED === #

    def test_a_total_that_moved_while_odoo_could_not_follow_is_reported_later(self):
        row, order = self.import_row()
        row = self.news_that_fail(row, payment=self.dearer(row))
        self.absorb(row, force=True)
        self.assertTrue(self.issues(f"total:{order.client_order_ref}"))
        self.assertEqual(order.tts_order_id.state, "review")

    def test_a_new_address_reaches_an_order_that_cannot_be_followed(self):
        row, order = self.import_row(CLEAR)
        moved = {**CLEAR, "address_line1": "9 New Road"}
        self.news_that_fail(row, recipient_address=moved)
        self.assertTrue(self.issues(f"follow:{order.client_order_ref}"))
        self.assertEqual(order.picking_ids.partner_id.street, "9 New Road")

    def test_a_new_deadline_reaches_an_order_that_cannot_be_followed(self):
        row, order = self.import_row()
        before = order.commitment_date
        self.news_that_fail(row, tts_sla_time=row["tts_sla_time"] + 7200)
        self.assertEqual((order.commitment_date - before).total_seconds(), 7200)

    # === CANCELLED BY HAND === #

    def test_a_quotation_that_a_person_cancelled_is_to_be_checked_no_longer(self):
        order_id = self.place_units(self.unit())
        row = self.raw(order_id)
        row = {**row, "payment": self.dearer(row)}
        self.absorb(row)
        order = self.sale_order(order_id)
        self.assertEqual(order.state, "draft")
        order._action_cancel()
        self.absorb(row, force=True)
        self.assertEqual(order.state, "cancel")
        self.assertEqual(order.tts_order_id.state, "done")
        self.assertFalse(order.tts_order_id.next_retry)
        self.assertFalse(self.issues(f"total:{order_id}"))

    def cancel_after_request(self):
        """Have the buyer ask to cancel, and a person cancel in Odoo at once."""
        row, order = self.import_row()
        row = self.news(row, is_buyer_request_cancel=True)
        self.assertTrue(self.issues(f"cancel_request:{row['id']}"))
        order._action_cancel()
        return row

    def test_a_request_answered_in_odoo_first_closes_once_tiktok_cancels(self):
        row = self.cancel_after_request()
        self.news(row, status="CANCELLED")
        self.assertFalse(self.issues())

    def test_a_request_withdrawn_after_odoo_cancelled_closes(self):
        row = self.cancel_after_request()
        self.news(row, is_buyer_request_cancel=False)
        self.assertFalse(self.issues())
