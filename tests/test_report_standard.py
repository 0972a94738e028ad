from odoo.fields import Command
from odoo.tests import tagged

from .report_case import ReportCase


@tagged("post_install", "-at_install")
class TestStandardReports(ReportCase):
    """TikTok's dimensions in Odoo's own analyses of sales and invoices."""

    markets = ("ID",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create({"name": "Walk-in"})

    def of_channel(self):
        """Confirm an order that has nothing to do with TikTok; return it."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [Command.create({"product_id": self.product().id})],
            }
        )
        order.action_confirm()
        return order

    def placed(self, **values):
        order_id = self.place_units(self.unit(), **values)
        self.sync()
        return self.sale_order(order_id)

    def values(self, model, domain):
        """Return what an analysis tells of rows: {(shop, marketplace, fulfilment)}."""
        self.env.flush_all()
        groups = ["tts_shop_id", "tts_marketplace", "tts_fulfilment"]
        rows = self.env[model]._read_group(domain, groups)
        return {(shop.id, *others) for shop, *others in rows}

    def test_sales_are_told_apart_by_shop_market_and_fulfilment(self):
        orders = {
            self.placed(commerce_platform="TIKTOK_SHOP"): "TikTok Shop ID seller",
            self.placed(commerce_platform="TOKOPEDIA"): "Tokopedia ID seller",
            self.placed(
                commerce_platform="TIKTOK_SHOP",
                fulfillment_type="FULFILLMENT_BY_TIKTOK",
            ): "TikTok Shop ID tiktok",
        }
        for order, wanted in orders.items():
            domain = [("name", "=", order.name)]
            place, ships = wanted.rsplit(" ", 1)
            with self.subTest(wanted=wanted):
                self.assertEqual(
                    self.values("sale.report", domain), {(self.shop.id, place, ships)}
                )

    def test_other_channels_have_none_of_it(self):
        order = self.of_channel()
        self.assertEqual(
            self.values("sale.report", [("name", "=", order.name)]),
            {(False, False, False)},
        )

    def test_sales_add_up_to_what_they_did_without_us(self):
        order = self.placed()
        self.env.flush_all()
        [[total]] = self.env["sale.report"]._read_group(
            [("tts_shop_id", "=", self.shop.id)], [], ["price_total:sum"]
        )
        self.assertAlmostEqual(total, order.amount_total / order.currency_rate, 2)

    def test_invoices_are_told_apart_in_the_same_way(self):
        order = self.placed()
        invoice = self.invoice(order)
        domain = [("move_id", "=", invoice.id)]
        self.assertEqual(
            self.values("account.invoice.report", domain),
            {(self.shop.id, "TikTok Shop ID", "seller")},
        )
        self.assertEqual(invoice.team_id, self.team)
        report = self.env["account.invoice.report"].search(domain)
        self.assertEqual(report.team_id, self.team)
        other = self.invoice_of(self.of_channel())
        self.assertEqual(
            self.values("account.invoice.report", [("move_id", "=", other.id)]),
            {(False, False, False)},
        )

    def invoice_of(self, order):
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def test_the_searches_filter_and_group_by_them(self):
        for model in ("sale.report", "account.invoice.report"):
            arch = self.env[model].get_view(view_type="search")["arch"]
            for text in ("TikTok Shop Orders", "Fulfilled by TikTok", "Marketplace"):
                with self.subTest(model=model, text=text):
                    self.assertIn(text, arch)

    def test_the_forms_offer_a_sales_team(self):
        self.shop.team_id = False
        for record, button in (
            (self.shop, "action_create_team"),
            (self.account, "action_create_teams"),
        ):
            with self.subTest(model=record._name):
                arch = record.get_view(view_type="form")["arch"]
                self.assertIn(f'name="{button}"', arch)
