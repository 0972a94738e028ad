from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import naive
from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestOrderFollow(OrderCase):
    def cancel_units(self, order_id, count=1, seller_sku=None):
        """Cancel units of an order on TikTok."""
        lines = [
            line
            for line in self.raw(order_id)["line_items"]
            if line["display_status"] != "CANCELLED"
            and seller_sku in (None, line["seller_sku"])
        ]
        for line in lines[:count]:
            self.change(order_id, cancel_line=line["id"])

    def deliver(self, order, quantity=None):
        """Validate the delivery, of a part of its first move if asked for."""
        picking = order.picking_ids.filtered(lambda picking: picking.state != "done")
        if quantity is not None:
            picking.move_ids.quantity = 0
            picking.move_ids[0].quantity = quantity
        picking.with_context(
            skip_backorder=True, tts_override=picking.ids
        ).button_validate()
        return picking

    # === CANCELLATION === #

    def test_an_order_cancelled_before_its_import_never_comes(self):
        order_id = self.place_one()
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.assertFalse(self.mirror(order_id))

    def test_an_order_cancelled_while_its_import_fails_is_settled(self):
        order_id = self.place_one()
        with (
            self.spoiled("sale.order", "action_confirm", lambda *_args: True),
            mute_logger("odoo.addons.sale_tiktok_shop.models.tts_order_outcome"),
        ):
            self.sync()
        self.assertTrue(self.issues(f"import:{order_id}"))
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.assertEqual(self.mirror(order_id).state, "skipped")
        self.assertFalse(self.sale_order(order_id))
        self.assertFalse(self.issues())

    def test_a_cancellation_cancels_the_sales_order_and_its_delivery(self):
        order_id, order = self.import_units()
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(order.picking_ids.state, "cancel")
        self.assertFalse(self.issues())

    def test_a_cancellation_cancels_a_quotation_and_closes_its_issue(self):
        order_id = self.place_units(self.unit())
        self.change(order_id, payment={"original_total_product_price": "99"})
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.state, "draft")
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.assertEqual(order.state, "cancel")
        self.assertFalse(self.issues())

    def test_a_cancellation_cancels_a_locked_order(self):
        order_id, order = self.import_units()
        order.action_lock()
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.assertEqual(order.state, "cancel")

    def test_a_cancellation_after_the_goods_left_asks_a_person(self):
        order_id, order = self.import_units()
        self.deliver(order)
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.picking_ids.state, "done")
        issue = self.issues(f"follow:{order_id}")
        self.assertIn("left", issue.reason)
        self.assertEqual(issue.activity_ids.user_id, self.shop.responsible_id)

    def test_a_cancellation_after_a_part_left_cancels_the_rest(self):
        order_id, order = self.import_units()
        done = self.deliver(order, quantity=1)
        rest = order.picking_ids - done
        self.assertNotIn(rest.state, ("done", "cancel"))
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.assertEqual(order.state, "sale")
        self.assertEqual((done.state, rest.state), ("done", "cancel"))
        self.assertEqual(self.issues(f"follow:{order_id}").picking_id, done)

    def test_a_cancellation_after_the_invoice_is_posted_asks_a_person(self):
        order_id, order = self.import_units()
        order.order_line.product_id.invoice_policy = "order"
        invoice = order._create_invoices()
        invoice.action_post()
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.picking_ids.state, "cancel")
        self.assertEqual(invoice.state, "posted")
        self.assertIn("credit note", self.issues(f"follow:{order_id}").reason)

    def test_the_issue_of_a_cancellation_closes_once_the_order_is_cancelled(self):
        order_id, order = self.import_units()
        order.order_line.product_id.invoice_policy = "order"
        invoice = order._create_invoices()
        invoice.action_post()
        self.change(order_id, status="CANCELLED")
        self.sync()
        issue = self.issues(f"follow:{order_id}")
        invoice.button_draft()
        issue.action_retry()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(issue.state, "closed")

    def test_cancelling_in_odoo_calls_nobody_and_stays(self):
        order_id, order = self.import_units()
        before = self.calls()
        order.action_cancel()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(self.calls(), before)
        self.change(order_id, status="AWAITING_COLLECTION")
        self.sync()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(len(self.mirror(order_id).sale_order_ids), 1)
        self.assertEqual(self.remote(order_id)["status"], "AWAITING_COLLECTION")

    def test_an_order_cancelled_in_odoo_takes_no_more_news_of_its_units(self):
        order_id, order = self.import_units(self.unit(quantity=2))
        order.action_cancel()
        self.cancel_units(order_id)
        self.sync()
        self.assertEqual(self.goods(order).product_uom_qty, 2)
        self.assertFalse(self.issues())

    # === SINGLE UNITS === #

    def test_a_cancelled_unit_lowers_the_line_the_demand_and_the_total(self):
        sku = self.catalogue[0]["seller_sku"]
        order_id, order = self.import_units(self.unit(quantity=3), self.unit(1))
        total = order.amount_total
        self.cancel_units(order_id, seller_sku=sku)
        self.sync()
        line = self.goods(order).filtered(
            lambda line: line.product_id == self.product()
        )
        self.assertEqual(line.product_uom_qty, 2)
        self.assertEqual(sum(line.move_ids.mapped("product_uom_qty")), 2)
        self.assertEqual(order.amount_total, total - 10)
        self.assertEqual(self.mirror(order_id).state, "done")
        self.assertFalse(self.issues())

    def test_a_cancelled_unit_of_a_locked_order_is_taken_off_and_the_lock_stays(self):
        order_id, order = self.import_units(self.unit(quantity=2))
        order.action_lock()
        self.cancel_units(order_id)
        self.sync()
        self.assertTrue(order.locked)
        self.assertEqual(self.goods(order).product_uom_qty, 1)
        self.assertEqual(self.goods(order).move_ids.product_uom_qty, 1)

    def test_a_line_whose_units_are_all_cancelled_stays_with_nothing_to_deliver(self):
        sku = self.catalogue[1]["seller_sku"]
        order_id, order = self.import_units(self.unit(), self.unit(1))
        self.cancel_units(order_id, seller_sku=sku)
        self.sync()
        line = self.goods(order).filtered(
            lambda line: line.product_id == self.product(1)
        )
        self.assertEqual(line.product_uom_qty, 0)
        self.assertEqual(set(line.move_ids.mapped("state")) - {"cancel"}, set())

    def test_a_changed_quantity_does_not_reprice_the_line(self):
        self.product().list_price = 77
        order_id, order = self.import_units(self.unit(quantity=2))
        self.cancel_units(order_id)
        self.sync()
        self.assertEqual(self.goods(order).price_unit, 10)

    def test_a_cancelled_unit_that_left_already_asks_a_person(self):
        order_id, order = self.import_units(self.unit(quantity=2))
        self.deliver(order)
        self.cancel_units(order_id)
        self.sync()
        self.assertEqual(self.goods(order).product_uom_qty, 2)
        self.assertIn("left already", self.issues(f"follow:{order_id}").reason)

    def test_a_unit_cancelled_before_the_import_is_left_out(self):
        order_id = self.place_units(self.unit(quantity=2), self.unit(1))
        self.cancel_units(order_id, seller_sku=self.catalogue[1]["seller_sku"])
        self.sync()
        order = self.sale_order(order_id)
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.goods(order).product_id, self.product())

    def test_a_quantity_raised_by_hand_survives_news_of_the_order(self):
        order_id, order = self.import_units(self.unit(quantity=2))
        self.goods(order).product_uom_qty = 5
        self.change(order_id, status="AWAITING_COLLECTION")
        self.sync()
        self.assertEqual(self.goods(order).product_uom_qty, 5)
        self.assertEqual(order.tts_status, "AWAITING_COLLECTION")

    def test_a_line_added_by_hand_survives_news_of_the_order(self):
        order_id, order = self.import_units()
        extra = self.product(2)
        order.order_line = [
            Command.create({"product_id": extra.id, "price_unit": 0, "tax_ids": False})
        ]
        self.change(order_id, status="AWAITING_COLLECTION")
        self.sync()
        self.assertIn(extra, order.order_line.product_id)
        self.assertFalse(self.issues())

    # === STATUS AND DATES === #

    def test_the_delivery_shows_tiktoks_status_in_the_promised_words(self):
        order_id, order = self.import_units()
        picking = order.picking_ids
        labels = dict(picking._fields["tts_status"]._description_selection(self.env))
        seen = [labels[picking.tts_status]]
        for status in ("AWAITING_COLLECTION", "IN_TRANSIT", "DELIVERED", "COMPLETED"):
            self.change(order_id, status=status)
            self.sync()
            self.assertEqual(order.tts_status, status)
            seen.append(labels[picking.tts_status])
        self.assertEqual(
            seen,
            [
                "Awaiting Shipment",
                "Awaiting Collection",
                "Shipped",
                "Shipped",
                "Shipped",
            ],
        )

    def test_the_delivery_of_a_cancelled_order_reads_cancelled(self):
        order_id, order = self.import_units()
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.assertEqual(order.picking_ids.tts_status, "cancelled")

    def test_a_new_deadline_reaches_order_and_delivery(self):
        order_id, order = self.import_units()
        later = self.raw(order_id)["rts_sla_time"] + 3600
        self.change(order_id, set={"rts_sla_time": later})
        self.sync()
        self.assertEqual(order.tts_ship_by, naive(later))
        self.assertEqual(order.picking_ids.tts_ship_by, naive(later))

    def test_a_new_handover_date_becomes_the_promised_date(self):
        order_id, order = self.import_units()
        later = self.raw(order_id)["tts_sla_time"] + 7200
        self.change(order_id, set={"tts_sla_time": later})
        self.sync()
        self.assertEqual(order.commitment_date, naive(later))
        self.assertEqual(order.picking_ids.date_deadline, naive(later))

    def test_an_older_version_that_arrives_late_changes_nothing(self):
        order_id, order = self.import_units()
        old = self.raw(order_id)
        self.sandbox.advance(60)
        self.change(order_id, status="AWAITING_COLLECTION")
        self.absorb(self.raw(order_id))
        self.assertEqual(self.absorb(old), {order_id: "unchanged"})
        self.assertEqual(order.tts_status, "AWAITING_COLLECTION")

    def test_an_old_cancellation_that_arrives_late_cancels_nothing(self):
        order_id, order = self.import_units()
        row = self.raw(order_id)
        old = {**row, "status": "CANCELLED", "update_time": row["update_time"] - 5}
        self.absorb(old, force=True)
        self.assertEqual(order.state, "sale")

    # === ADDRESS === #

    def test_a_new_address_moves_the_open_delivery(self):
        order_id, order = self.import_units()
        before = order.partner_shipping_id
        self.change(
            order_id,
            address={"address_line1": "9 New Road", "address_detail": "9 New Road"},
            touch=True,
        )
        row = {**self.raw(order_id), "recipient_address": self.clear_address(order_id)}
        self.absorb(row, force=True)
        self.assertNotEqual(order.partner_shipping_id, before)
        self.assertIn("9 New Road", order.partner_shipping_id.street)
        self.assertEqual(order.picking_ids.partner_id, order.partner_shipping_id)
        self.assertEqual(order.state, "sale")

    def test_a_new_address_leaves_a_done_delivery_alone(self):
        order_id, order = self.import_units()
        before = order.partner_shipping_id
        picking = self.deliver(order)
        row = self.raw(order_id)
        address = {**self.clear_address(order_id), "name": "Somebody Else"}
        self.absorb(
            {**row, "update_time": row["update_time"] + 1, "recipient_address": address}
        )
        self.assertEqual(picking.partner_id, before)

    def clear_address(self, order_id):
        return self.remote(order_id)["address"]

    # === REQUESTS === #

    def test_a_buyers_request_to_cancel_opens_an_issue_until_it_is_withdrawn(self):
        order_id, order = self.import_units()
        key = f"cancel_request:{order_id}"
        self.change(order_id, request_cancel=True)
        self.sync()
        self.assertTrue(self.issues(key))
        self.assertTrue(order.picking_ids.tts_cancel_requested)
        self.assertEqual(order.state, "sale")
        self.change(order_id, request_cancel=False)
        self.sync()
        self.assertFalse(self.issues(key))
        self.assertFalse(order.picking_ids.tts_cancel_requested)

    def test_a_request_that_comes_with_the_first_sync_opens_an_issue(self):
        order_id = self.place_one()
        self.change(order_id, request_cancel=True)
        self.sync()
        self.assertTrue(self.issues(f"cancel_request:{order_id}"))

    def test_an_accepted_request_closes_its_issue_and_cancels(self):
        order_id, order = self.import_units()
        self.change(order_id, request_cancel=True)
        self.sync()
        self.change(order_id, status="CANCELLED")
        self.sync()
        self.assertEqual(order.state, "cancel")
        self.assertFalse(self.issues())
