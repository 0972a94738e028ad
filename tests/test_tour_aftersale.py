from odoo.tests import new_test_user, tagged

from .test_tour import TourCase


@tagged("post_install", "-at_install")
class TestAftersaleTour(TourCase):
    """A salesperson answers what buyers ask, where they see it."""

    def setUp(self):
        super().setUp()
        self.account = self.connect()
        self.account.sandbox_url = self.sandbox.base_url
        self.shop = self.account.shop_ids
        self.salesman = new_test_user(
            self.env, "tts_answers", groups="sales_team.group_sale_salesman_all_leads"
        )
        sku = self.products[0].default_code
        self.order_id = self.place_one({"line_items": [{"seller_sku": sku}]})
        other_id = self.place_one({"line_items": [{"seller_sku": sku}]})
        self.sync()
        self.change(other_id, status="DELIVERED", force=True)
        self.control(
            "POST",
            "/returns",
            {
                "order_id": other_id,
                "type": "REFUND",
                "note": "It never came.",
                "photos": 1,
                "force": True,
            },
        )
        self.change(self.order_id, cancel_request={})
        self.sync()
        self.run_cron("ir_cron_aftersales")

    def test_a_salesperson_answers_a_request_and_a_return(self):
        order = self.sale_order(self.order_id)
        self.tour(f"/odoo/sales/{order.id}", "tts_decline_request", self.salesman.login)
        self.tour("/odoo/tiktok-after-sales", "tts_grant_refund", self.salesman.login)
        self.shop.aftersale_failure_count = 0
        self.run_cron("ir_cron_aftersales")
        answers = self.env["tts.answer"].search([("shop_id", "=", self.shop.id)])
        self.assertEqual(
            sorted(answers.mapped("decision")),
            ["APPROVE_REFUND", "REJECT_REQUEST_CANCEL"],
        )
        self.assertEqual(answers.mapped("state"), ["done", "done"])
        self.assertFalse(order.tts_cancel_requested)
