from odoo.tests import new_test_user, tagged

from .test_tour import TourCase


@tagged("post_install", "-at_install")
class TestDashboardTour(TourCase):
    """A sales manager looks at the dashboard before and after the first order."""

    def setUp(self):
        super().setUp()
        self.account = self.connect()
        self.shop = self.account.shop_ids
        self.shop.name = "Contoh Outfitters"
        self.boss = new_test_user(
            self.env, "tts_sales_boss", groups="sales_team.group_sale_manager"
        )

    def walk(self, name):
        self.tour("/odoo/dashboards", name, login=self.boss.login)

    def test_before_the_first_order_it_shows_a_sample(self):
        self.assertFalse(self.env["tts.order"].search([]))
        self.walk("tts_dashboard_sample")

    def test_it_shows_sales_and_leads_to_what_is_behind_them(self):
        self.place_one({"line_items": [{"seller_sku": self.products[0].default_code}]})
        self.sync()
        self.assertEqual(self.shop.order_ids.sale_order_ids.state, "sale")
        self.walk("tts_dashboard")
