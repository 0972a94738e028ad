from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .money_case import MoneyCase


class InvoiceCase(MoneyCase):
    """A shop whose orders are invoiced."""

    def ordered(self, *units, status="IN_TRANSIT", **order):
        """Import an order that TikTok has shipped; return its sales order."""
        order_id = self.place_units(*units or [self.unit(quantity=3)], **order)
        self.sync()
        if status:
            self.change(order_id, status=status, force=True)
            self.sync()
        return self.sale_order(order_id)

    def bill(self, orders, **options):
        return orders._tts_create_invoices(**options)

    def invoice_of(self, order):
        return order._tts_customer_invoices()

    def issue_of(self, order):
        return self.issues(f"invoice:{order.tts_order_id.remote_id}")


@tagged("post_install", "-at_install")
class TestInvoiceCreate(InvoiceCase):
    # === WHAT AN INVOICE BEARS === #

    def test_an_invoice_bears_the_id_of_its_tiktok_order(self):
        order = self.ordered()
        moves, reasons = self.bill(order)
        self.assertFalse(reasons)
        remote_id = order.tts_order_id.remote_id
        self.assertEqual(moves.tts_order_id, order.tts_order_id)
        self.assertEqual(moves.tts_shop_id, self.shop)
        self.assertEqual(moves.ref, remote_id)
        self.assertEqual(moves.payment_reference, remote_id)
        self.assertEqual(moves.state, "posted")

    def test_an_invoice_is_found_by_the_id_of_its_tiktok_order(self):
        order = self.ordered()
        moves, _reasons = self.bill(order)
        found = self.env["account.move"].search(
            [("tts_order_id", "ilike", order.tts_order_id.remote_id)]
        )
        self.assertEqual(found, moves)

    def test_odoos_own_button_merges_no_two_orders_of_one_buyer(self):
        first, second = self.ordered(), self.ordered()
        second.write(
            {
                "partner_id": first.partner_id.id,
                "partner_invoice_id": first.partner_invoice_id.id,
                "partner_shipping_id": first.partner_shipping_id.id,
            }
        )
        moves = (first | second)._create_invoices()
        self.assertEqual(len(moves), 2)
        self.assertEqual(moves.tts_order_id, (first | second).tts_order_id)

    def test_orders_of_other_channels_are_merged_as_before(self):
        partner = self.env["res.partner"].create({"name": "Walk-in"})
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "order_line": [
                        Command.create(
                            {"product_id": self.product().id, "product_uom_qty": 1}
                        )
                    ],
                }
                for _index in range(2)
            ]
        )
        orders.action_confirm()
        self.assertEqual(len(orders._create_invoices()), 1)

    def test_a_credit_note_keeps_the_tiktok_order(self):
        invoice, _reasons = self.bill(self.ordered())
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        action = wizard.refund_moves()
        note = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(note.tts_order_id, invoice.tts_order_id)

    def test_a_duplicate_belongs_to_no_tiktok_order(self):
        invoice, _reasons = self.bill(self.ordered())
        self.assertFalse(invoice.copy().tts_order_id)

    # === WHICH ORDERS === #

    def test_what_has_not_left_is_named_and_not_invoiced(self):
        order = self.ordered(status=None)
        moves, reasons = self.bill(order)
        self.assertFalse(moves)
        self.assertIn("has not been shipped", reasons[order])

    def test_what_has_not_left_is_invoiced_when_it_must_be(self):
        order = self.ordered(status=None)
        moves, _reasons = self.bill(order, force=True)
        self.assertEqual(moves.amount_total, order.amount_total)

    def test_an_order_whose_delivery_is_done_is_invoiced(self):
        order = self.ordered(status=None)
        for move in order.picking_ids.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        order.picking_ids._action_done()
        moves, _reasons = self.bill(order)
        self.assertEqual(moves.amount_total, order.amount_total)

    def test_what_tiktok_ships_itself_is_invoiced_by_its_status(self):
        unit = self.unit(quantity=2)
        order = self.ordered(unit, fulfillment_type="FULFILLMENT_BY_TIKTOK")
        self.assertFalse(order.picking_ids)
        self.product().invoice_policy = "delivery"
        moves, _reasons = self.bill(order)
        self.assertEqual(moves.amount_total, order.amount_total)

    def test_goods_invoiced_on_delivery_are_invoiced_whole(self):
        self.product().invoice_policy = "delivery"
        order = self.ordered()
        moves, _reasons = self.bill(order)
        self.assertEqual(moves.amount_total, order.amount_total)

    def test_shipping_is_on_the_invoice(self):
        order = self.ordered()
        shipping = order.order_line.filtered("is_delivery")
        moves, _reasons = self.bill(order)
        self.assertGreater(shipping.price_total, 0)
        self.assertEqual(
            shipping.invoice_lines.mapped("price_total"), [shipping.price_total]
        )
        self.assertEqual(moves.amount_total, order.amount_total)

    def test_prices_with_tax_inside_come_to_the_same_total(self):
        tax = self.env["account.tax"].create(
            {
                "name": "8.25 % inside",
                "amount": 8.25,
                "price_include_override": "tax_included",
            }
        )
        self.shop.write({"tax_policy": "included", "tax_ids": tax.ids})
        order = self.ordered(self.unit(quantity=7, original_price="3.33"))
        moves, reasons = self.bill(order)
        self.assertFalse(reasons)
        self.assertEqual(moves.amount_total, order.amount_total)
        self.assertEqual(moves.invoice_line_ids.tax_ids, tax)

    def test_cancelled_units_are_not_invoiced(self):
        order_id = self.place_units(self.unit(quantity=3))
        self.sync()
        line = self.raw(order_id)["line_items"][0]["id"]
        self.change(order_id, cancel_line=line)
        self.sync()
        self.change(order_id, status="IN_TRANSIT", force=True)
        self.sync()
        order = self.sale_order(order_id)
        moves, _reasons = self.bill(order)
        self.assertEqual(moves.amount_total, order.amount_total)
        goods = moves.invoice_line_ids.filtered(
            lambda row: row.product_id == self.product()
        )
        self.assertEqual(sum(goods.mapped("quantity")), 2)

    def test_an_invoiced_order_is_fine_and_gets_no_second_invoice(self):
        order = self.ordered()
        self.bill(order)
        moves, reasons = self.bill(order)
        self.assertFalse(moves)
        self.assertFalse(reasons)

    def test_a_refunded_order_is_not_invoiced_again(self):
        order = self.ordered()
        invoice, _reasons = self.bill(order)
        self.credit(invoice)
        moves, _reasons = self.bill(order)
        self.assertFalse(moves)

    def test_a_draft_of_somebody_is_left_to_him(self):
        order = self.ordered()
        draft = order._create_invoices()
        moves, reasons = self.bill(order)
        self.assertFalse(moves)
        self.assertIn("draft invoice", reasons[order])
        self.assertEqual(draft.state, "draft")

    def test_an_order_of_another_channel_is_named(self):
        order = self.ordered().copy()
        _moves, reasons = self.bill(order)
        self.assertIn("not an order of TikTok", reasons[order])

    # === ONE BAD APPLE === #

    def test_a_failing_order_keeps_no_other_from_its_invoice(self):
        orders = self.ordered() | self.ordered() | self.ordered()
        bad = orders[1]
        with self.spoiled(
            "sale.order", "_prepare_invoice", lambda order: order.id == bad.id
        ):
            moves, reasons = self.bill(orders)
        self.assertEqual(moves.tts_order_id, (orders - bad).tts_order_id)
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.assertEqual(list(reasons), [bad])
        issue = self.issue_of(bad)
        self.assertEqual(issue.category, "settlement")
        self.assertIn("spoiled", issue.reason)

    def test_the_issue_of_a_failing_order_closes_when_it_is_invoiced(self):
        order = self.ordered()
        with self.spoiled("sale.order", "_prepare_invoice", lambda *args: True):
            self.bill(order)
        issue = self.issue_of(order)
        issue.action_retry()
        self.assertEqual(issue.state, "closed")
        self.assertEqual(self.invoice_of(order).state, "posted")

    def test_a_clerk_cannot_retry_the_issue_of_an_invoice(self):
        order = self.ordered()
        with self.spoiled("sale.order", "_prepare_invoice", lambda *args: True):
            self.bill(order)
        with self.assertRaises(AccessError):
            self.issue_of(order).with_user(self.low_user).action_retry()

    def test_an_invoice_that_is_worth_something_else_stays_a_draft(self):
        order = self.ordered()
        owner = type(self.env["sale.order.line"])
        original = owner._prepare_invoice_line

        def dearer(line, **values):
            return original(line, **values) | {"price_unit": 99}

        self.patch(owner, "_prepare_invoice_line", dearer)
        moves, reasons = self.bill(order)
        self.assertEqual(moves.state, "draft")
        self.assertIn("396.00", reasons[order])
        self.assertIn(order.tts_order_id.remote_id, self.issue_of(order).name)

    def test_the_issue_of_a_draft_closes_when_it_is_posted(self):
        order = self.ordered()
        with self.spoiled("sale.order", "_prepare_invoice", lambda *args: True):
            self.bill(order)
        order._create_invoices().action_post()
        self.run_cron("ir_cron_invoices")
        self.assertFalse(self.issue_of(order))

    # === WHEN SHIPPED === #

    def test_what_has_left_is_invoiced_by_itself_where_wanted(self):
        self.shop.invoice_policy = "shipped"
        order, waiting = self.ordered(), self.ordered(status=None)
        self.run_cron("ir_cron_invoices")
        self.assertEqual(self.invoice_of(order).state, "posted")
        self.assertFalse(self.invoice_of(waiting))

    def test_nothing_is_invoiced_by_itself_unless_wanted(self):
        order = self.ordered()
        self.run_cron("ir_cron_invoices")
        self.assertFalse(self.invoice_of(order))

    def test_a_failing_order_waits_for_its_next_try(self):
        self.shop.invoice_policy = "shipped"
        order = self.ordered()
        with self.spoiled("sale.order", "_prepare_invoice", lambda *args: True):
            self.run_cron("ir_cron_invoices")
        self.run_cron("ir_cron_invoices")
        self.assertFalse(self.invoice_of(order))
        self.issue_of(order).next_retry = fields.Datetime.now() - timedelta(hours=1)
        self.run_cron("ir_cron_invoices")
        self.assertEqual(self.invoice_of(order).state, "posted")
        self.assertFalse(self.issue_of(order))

    def test_an_invoice_bears_the_day_its_goods_left(self):
        self.shop.invoice_policy = "shipped"
        order = self.delivered_on("2025-11-04 12:00:00")
        moves, _reasons = self.bill(order)
        self.assertEqual(moves.invoice_date, date(2025, 11, 4))

    def test_goods_that_left_in_a_locked_period_are_invoiced_today(self):
        self.shop.invoice_policy = "shipped"
        order = self.delivered_on("2025-11-04 12:00:00")
        self.company.fiscalyear_lock_date = "2025-12-31"
        moves, reasons = self.bill(order)
        self.assertFalse(reasons)
        self.assertEqual(moves.invoice_date, fields.Date.context_today(order))
        self.assertEqual(moves.state, "posted")

    def delivered_on(self, moment):
        order = self.ordered(status=None)
        for move in order.picking_ids.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        order.picking_ids._action_done()
        order.picking_ids.date_done = moment
        self.env.flush_all()
        return order

    # === BUTTONS AND RIGHTS === #

    def test_the_button_counts_invoices_and_names_what_is_missing(self):
        order, waiting = self.ordered(), self.ordered(status=None)
        orders = (order | waiting).with_user(self.biller)
        action = orders.action_tts_create_invoices()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn(waiting.tts_order_id.remote_id, action["params"]["message"])
        self.assertEqual(self.invoice_of(order).state, "posted")

    def test_the_list_of_tiktok_orders_has_the_button_as_well(self):
        order = self.ordered()
        mirror = order.tts_order_id.with_user(self.biller)
        action = mirror.action_create_invoices()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(self.invoice_of(order).state, "posted")

    def test_a_clerk_invoices_nothing(self):
        order = self.ordered()
        with self.assertRaises(AccessError):
            order.with_user(self.low_user).action_tts_create_invoices()
        with self.assertRaises(AccessError):
            order.tts_order_id.with_user(self.low_user).action_create_invoices()

    def test_another_companys_orders_are_not_invoiced(self):
        order = self.ordered()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "tts_other_biller",
            groups="account.group_account_invoice",
            company_id=other.id,
        )
        with self.assertRaises(AccessError):
            order.with_user(stranger).action_tts_create_invoices()
