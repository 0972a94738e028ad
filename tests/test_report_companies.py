from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .report_case import AFFILIATE, COMMISSION, ReportCase


@tagged("post_install", "-at_install")
class TestReportCurrency(ReportCase):
    """A shop that sells in another currency than its company's."""

    markets = ("MY",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ringgit = cls.env.ref("base.MYR")
        cls.today = fields.Date.today()
        cls.ringgit.rate_ids.unlink()
        cls.set_rate(cls.ringgit, 4.0, cls.today - timedelta(days=400))

    @classmethod
    def set_rate(cls, currency, rate, day, company=None):
        currency.active = True
        return cls.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "company_id": (company or cls.company).id,
                "name": day,
                "rate": rate,
            }
        )

    def test_an_order_is_converted_at_its_own_rate(self):
        _order_id, order = self.import_units(self.unit(quantity=2))
        self.set_rate(self.ringgit, 9.0, self.today + timedelta(days=1))
        self.assertEqual(order.currency_rate, 4)
        self.assert_total(self.of(order), sales=5, sales_untaxed=5)
        self.assertEqual(self.report().currency_id, self.company.currency_id)

    def test_a_statement_is_converted_at_the_rate_of_its_accounting_date(self):
        order_id, order = self.import_units(self.unit())
        statement = self.make_statement(
            self.order_row(order_id, "10.00", fees={COMMISSION: "-1.00"}),
            self.adjustment_row("8.00"),
        )
        self.assertEqual(statement.currency_rate, 4)
        self.assert_total(platform_fees=-0.25, adjustments=2)
        self.set_rate(self.ringgit, 2.0, self.today + timedelta(days=3))
        statement.date = self.today + timedelta(days=3)
        self.assert_total(platform_fees=-0.5, adjustments=4)

    def test_booking_looks_up_the_rate_again(self):
        statement = self.make_statement(self.adjustment_row("8.00"))
        self.assert_total(adjustments=2)
        self.ringgit.rate_ids.rate = 2.0
        self.assert_total(adjustments=2)
        self.book(statement)
        self.assert_total(adjustments=4)

    def test_the_cost_is_in_the_currency_of_the_company_already(self):
        _order_id, order = self.import_units(self.unit(quantity=2))
        self.assert_total(
            self.of(order), cost=round(2 * self.product().standard_price, 2)
        )

    def test_where_tiktok_keeps_a_balance_the_statement_is_the_payout(self):
        order_id, order = self.import_units(self.unit())
        statement = self.make_statement(self.order_row(order_id, "10.00"))
        statement.statement_time = order.date_order + timedelta(days=5)
        self.assertAlmostEqual(self.report(self.of(order)).days_to_payout, 5)


@tagged("post_install", "-at_install")
class TestReportTaxes(ReportCase):
    """A market whose prices hold a tax."""

    markets = ("GB",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # One of the company's currency, so that nothing is converted.
        pound = cls.env.ref("base.GBP")
        cls.env["res.currency.rate"].search([("currency_id", "=", pound.id)]).rate = 1
        cls.shop.tax_ids = cls.env["account.tax"].create(
            {
                "name": "VAT 20%",
                "amount": 20,
                "price_include_override": "tax_included",
                "type_tax_use": "sale",
            }
        )

    def test_sales_and_shipping_hold_their_tax_and_the_margin_does_not(self):
        order_id, order = self.import_units(self.unit(original_price="12.00"))
        self.product().standard_price = 3
        self.make_statement(
            self.order_row(order_id, "12.00", fees={COMMISSION: "-1.00"})
        )
        found = self.total(self.of(order))
        shipping = order.order_line.filtered("is_delivery")
        self.assertEqual((found["sales"], found["sales_untaxed"]), (12, 10))
        self.assertEqual(found["shipping"], round(shipping.price_total, 2))
        self.assertEqual(
            found["margin"], round(10 + shipping.price_subtotal - 1 - 3, 2)
        )

    def test_a_refund_gives_its_tax_back_too(self):
        order_id, order = self.import_units(self.unit(original_price="12.00"))
        before = self.total(self.of(order))
        self.make_statement(self.order_row(order_id, "12.00", refund="-6.00"))
        after = self.total(self.of(order))
        self.assertEqual(after["refunds"], -6)
        self.assertEqual(round(after["margin"] - before["margin"], 2), -5)


@tagged("post_install", "-at_install")
class TestReportAccess(ReportCase):
    """Two companies, and who may see what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.other = cls.env["res.company"].create(
            {"name": "Other company", "currency_id": cls.euro.id}
        )
        cls.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "rate": 0.5,
                "currency_id": cls.euro.id,
                "company_id": cls.company.id,
            }
        )
        cls.env.user.company_ids |= cls.other
        cls.elsewhere = cls.connect_other(cls, cls.other)
        both = [Command.set((cls.company | cls.other).ids)]
        cls.boss = new_test_user(
            cls.env,
            "tts_boss",
            groups="sale_tiktok_shop.group_tts_manager,base.group_allow_export",
            company_ids=both,
        )

    @classmethod
    def new_id(cls):
        return str(next(cls.remote_ids))

    def as_user(self, user, companies):
        return (
            self.env["tts.sale.report"]
            .with_user(user)
            .with_context(allowed_company_ids=companies.ids)
        )

    def settle_elsewhere(self):
        """Let the other company's shop, in dollars, have an adjustment."""
        statement = self.make_statement(
            self.adjustment_row("8.00"), shop=self.elsewhere
        )
        statement.currency_rate = 2.0
        return statement

    def test_nobody_sees_the_sales_of_another_company(self):
        self.import_units(self.unit())
        self.settle_elsewhere()
        rows = self.as_user(self.boss, self.company).search([])
        self.assertEqual(rows.company_id, self.company)
        rows = self.as_user(self.boss, self.other).search([])
        self.assertEqual(rows.shop_id.sudo(), self.elsewhere)
        stranger = new_test_user(
            self.env,
            "tts_stranger",
            groups="sale_tiktok_shop.group_tts_manager",
            company_id=self.other.id,
            company_ids=[Command.set(self.other.ids)],
        )
        found = self.as_user(stranger, self.other).search([])
        self.assertFalse(found.filtered(lambda row: row.company_id != self.other))

    def test_companies_come_together_in_the_currency_of_the_user(self):
        self.import_units(self.unit(original_price="30.00"))
        self.settle_elsewhere()
        for companies, wanted in (
            (self.company | self.other, [30, 8]),
            (self.other, [0, 4]),
        ):
            Report = self.as_user(self.boss, companies)
            [[sales, adjustments]] = Report._read_group(
                [], [], ["sales:sum", "adjustments:sum"]
            )
            with self.subTest(company=companies[0].name):
                self.assertEqual([sales or 0, adjustments], wanted)
                currency = Report.search([], limit=1).currency_id
                self.assertEqual(currency, companies[0].currency_id)

    def test_who_sells_sees_sales_and_who_manages_or_bills_sees_margins(self):
        order_id, _order = self.import_units(self.unit())
        self.make_statement(
            self.order_row(
                order_id, "10.00", fees={COMMISSION: "-1.00", AFFILIATE: "-1.00"}
            )
        )
        secret = {"platform_fees", "affiliate", "adjustments", "refunds", "cost"}
        secret |= {"margin", "margin_rate"}
        manager = new_test_user(
            self.env, "tts_sales_boss", groups="sales_team.group_sale_manager"
        )
        for user, sees_all in (
            (self.salesman, False),
            (self.biller, True),
            (self.boss, True),
            (manager, True),
        ):
            Report = self.as_user(user, self.company)
            with self.subTest(user=user.login):
                self.assertEqual(round(Report.search([]).sales, 2), 10)
                found = secret & set(Report.fields_get())
                self.assertEqual(found, secret if sees_all else set())
                for view in ("pivot", "graph", "list", "search"):
                    self.assertTrue(Report.get_view(view_type=view)["arch"])

    def test_whoever_may_not_open_an_order_sees_its_sales(self):
        _order_id, order = self.import_units(self.unit())
        order.user_id = self.boss
        wanted = dict.fromkeys(
            ("order_id", "tts_order_id", "shop_id", "team_id", "product_id"),
            {"fields": {"display_name": {}}},
        )
        for user in (self.salesman, self.low_user):
            Report = self.as_user(user, self.company)
            with self.subTest(user=user.login):
                [row] = Report.web_search_read([], wanted)["records"]
                self.assertEqual(row["order_id"]["display_name"], order.name)
                [[group, sales]] = Report._read_group([], ["team_id"], ["sales:sum"])
                self.assertEqual((group.id, sales), (self.team.id, 10))

    def test_a_row_opens_its_order(self):
        _order_id, order = self.import_units(self.unit())
        self.make_statement(self.adjustment_row("8.00"))
        with_order = self.report(self.of(order))
        self.assertEqual(with_order.action_open_order()["res_id"], order.id)
        others = self.report(("order_id", "=", False))
        self.assertFalse(others.action_open_order())

    def test_rows_are_listed_and_exported(self):
        self.import_units(self.unit(), self.unit(1))
        self.make_statement(self.adjustment_row("8.00"))
        Report = self.as_user(self.boss, self.company)
        listed = Report.web_search_read([], {"date": {}, "sales": {}})
        self.assertEqual(listed["length"], 3)
        rows = Report.search([]).export_data(["date", "shop_id", "adjustments"])
        self.assertEqual(sum(row[2] for row in rows["datas"]), 8)
