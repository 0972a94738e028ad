from odoo import fields
from odoo.tests import new_test_user, tagged

from .money_case import MoneyCase
from .test_tour import TourCase


class AftersaleTourCase(TourCase):
    """A connected shop that sells, and the people who work after the sale."""

    markets = ("US",)

    def setUp(self):
        super().setUp()
        MoneyCase.give_chart(self.env.company)
        self.env.company.stock_text_confirmation = False  # asks before validating
        self.account = self.connect()
        self.account.sandbox_url = self.sandbox.base_url
        self.shop = self.account.shop_ids
        self.seller = self.user("tts_sells", "sales_team.group_sale_salesman_all_leads")
        self.clerk = self.user("tts_receives", "stock.group_stock_user")
        self.biller = self.user("tts_credits", "account.group_account_invoice")
        self.stock = self.shop.warehouse_id.lot_stock_id
        self.product = self.products[0]
        self.env["stock.quant"]._update_available_quantity(self.product, self.stock, 9)

    def user(self, login, groups):
        return new_test_user(self.env, login, groups=groups)

    def sell(self, units=1):
        """Return an order of some units: its id, the sales order."""
        line = {"seller_sku": self.product.default_code, "quantity": units}
        order_id = self.place_one({"line_items": [line]})
        self.sync()
        return order_id, self.sale_order(order_id)

    def aftersales(self):
        """Run the scheduled action as if it were time to."""
        now = fields.Datetime.now()
        self.shop.write({"next_aftersale_sync": now, "aftersale_failure_count": 0})
        self.run_cron("ir_cron_aftersales")

    def walk(self, user, path, name):
        self.tour(path, name, login=user.login)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestReturnTour(AftersaleTourCase):
    """A return goes from a buyer's request to a credit note."""

    def setUp(self):
        super().setUp()
        order_id, self.order = self.sell(units=2)
        picking = self.order.picking_ids
        picking.move_ids.picked = True
        picking.with_context(tts_override=picking.ids).button_validate()
        self.assertEqual(picking.state, "done")
        self.change(order_id, status="DELIVERED", force=True)
        self.sync()
        self.order._tts_create_invoices(force=True)
        body = {"order_id": order_id, "note": "The seam is open", "photos": 2}
        self.case_id = self.control("POST", "/returns", body)["id"]
        self.aftersales()
        self.case = self.env["tts.return"].search([("remote_id", "=", self.case_id)])

    def step(self, step):
        """Let somebody take a step at TikTok's; Odoo reads it."""
        self.control("POST", f"/returns/{self.case_id}", {"step": step})
        self.aftersales()

    def test_a_return_goes_from_request_to_credit_note(self):
        form = f"/odoo/tiktok-returns/{self.case.id}"
        self.walk(self.seller, "/odoo/tiktok-returns", "tts_return_granted")
        self.aftersales()
        self.step("ship_back")
        self.step("arrive")
        self.walk(self.clerk, form, "tts_return_received")
        self.assertEqual(self.on_hand(), 9 - 2 + 1)
        self.assertEqual((self.case.units_restocked, self.case.units_scrapped), (1, 1))
        self.walk(self.seller, form, "tts_parcel_accepted")
        self.aftersales()
        self.walk(self.biller, form, "tts_return_credited")
        note = self.case.credit_note_ids
        self.assertEqual((note.state, note.move_type), ("posted", "out_refund"))
        self.assertEqual(note.amount_total, self.case.amount_credit)
        self.step("complete")
        self.walk(self.seller, form, "tts_return_complete")
        told = self.control("GET", "/state?only=returns")["returns"][self.case_id]
        self.assertEqual(
            told["answers"], {"APPROVE_RETURN": 1, "APPROVE_RECEIVED_PACKAGE": 1}
        )

    def on_hand(self):
        """Return how many units can be sold."""
        return self.product.with_context(location=self.stock.id).qty_available


@tagged("post_install", "-at_install")
class TestRequestTour(AftersaleTourCase):
    """Somebody from sales answers requests to cancel where the parcel is packed."""

    def setUp(self):
        super().setUp()
        self.packer = self.user(
            "tts_packs",
            "stock.group_stock_user,sales_team.group_sale_salesman_all_leads",
        )

    def asked(self):
        """Return the delivery of an order whose buyer asks to cancel."""
        order_id, order = self.sell()
        self.change(order_id, cancel_request={})
        self.sync()
        self.aftersales()
        return order.picking_ids

    def answer(self, picking, name):
        path = f"/odoo/action-stock.action_picking_tree_all/{picking.id}"
        self.walk(self.packer, path, name)
        self.aftersales()

    def test_one_request_is_declined_and_another_accepted(self):
        kept, dropped = self.asked(), self.asked()
        self.answer(kept, "tts_delivery_declines")
        self.answer(dropped, "tts_delivery_accepts")
        self.assertEqual(kept.sale_id.state, "sale")
        self.assertFalse(kept.tts_blocking_text)
        self.assertEqual((dropped.state, dropped.sale_id.state), ("cancel", "cancel"))
        answers = self.env["tts.answer"].search([("shop_id", "=", self.shop.id)])
        self.assertEqual(
            set(answers.mapped("decision")),
            {"APPROVE_REQUEST_CANCEL", "REJECT_REQUEST_CANCEL"},
        )
