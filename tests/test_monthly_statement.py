"""The monthly statement: its numbers, what it names, and who may print it."""

from datetime import date, datetime
from decimal import Decimal

from freezegun import freeze_time
from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..lib.monthly import Balance, Month, exact
from .payout_case import PayoutCase

REPORT = "sale_tiktok_shop.action_report_monthly_statement"
COMMISSION = {"platform_commission_amount": "-3.00"}
MARCH, APRIL = Month(2025, 3), Month(2025, 4)


@tagged("post_install", "-at_install")
class TestMonthlyStatement(PayoutCase):
    """What happened in March and April of a year that is over."""

    def setUp(self):
        super().setUp()
        self.env.company.partner_id.tz = "UTC"

    # === WHAT HAPPENED === #

    def statement_of(self, day, sale="30.00", fees=None, shop=None, **options):
        row = self.order_row(self.new_id(), sale=sale, fees=fees or COMMISSION)
        rows = [row, *options.pop("rows", ())]
        return self.make_statement(*rows, day=day, shop=shop, **options)

    def payout_of(self, amount, day, *statements, **values):
        moment = datetime(day.year, day.month, day.day, 12)
        times = {"date": day, "create_time": moment, "paid_time": moment}
        return self.payout(amount, *statements, **{**times, **values})

    def section(self, month, shop=None):
        [section] = (shop or self.shop)._month_sections(month)
        return section

    def balance(self, month, shop=None):
        return self.section(month, shop)["balance"]

    def warnings(self, month):
        return "\n".join(self.section(month)["warnings"])

    def wizard(self, *shops, user=None, month=MARCH):
        shops = self.shop.union(*shops)
        return (
            self.env["tts.monthly.statement"]
            .with_user(user or self.biller)
            .create({"shop_ids": [Command.set(shops.ids)], "month": str(month)})
        )

    def printed(self, wizard):
        """Return what is printed, as an element."""
        report = self.env["ir.actions.report"].with_user(wizard.env.user)
        body, _kind = report.with_context(
            allowed_company_ids=wizard.env.user.company_ids.ids
        )._render_qweb_html(REPORT, wizard.ids)
        return html.fromstring(body)

    def cell(self, page, name):
        """Return the amount of a line of the balance."""
        [row] = page.xpath(f"//table[@name='money']//tr[@name='{name}']")
        return row.xpath("td")[-1].text_content().strip()

    # === BALANCES === #

    def test_the_parts_of_a_month_are_those_of_its_transactions(self):
        fees = COMMISSION | {"affiliate_commission_amount": "-1.25"}
        self.statement_of(
            date(2025, 3, 3),
            fees=fees,
            rows=[
                self.order_row(self.new_id(), refund="-8.00"),
                self.adjustment_row("2.00"),
                self.reserve_row("-4.00"),
                self.reserve_row("1.50", status="RELEASED"),
            ],
        )
        self.statement_of(date(2025, 3, 31), sale="10.05")
        self.statement_of(date(2025, 4, 1), sale="99.00")
        section = self.section(MARCH)
        parts = {name: str(amount) for name, amount in section["parts"].items()}
        self.assertEqual(parts["amount_sale"], "40.05")
        self.assertEqual(parts["amount_refund"], "-8.00")
        self.assertEqual(parts["amount_commission"], "-6.00")
        self.assertEqual(parts["amount_affiliate"], "-1.25")
        self.assertEqual(parts["amount_adjustment"], "2.00")
        self.assertEqual(parts["amount_collected"], "-4.00")
        self.assertEqual(parts["amount_released"], "1.50")
        self.assertEqual(section["balance"].payable, Decimal("24.30"))
        self.assertEqual(sum(section["parts"].values()), Decimal("24.30"))

    def test_what_a_month_closes_with_opens_the_next(self):
        first = self.statement_of(date(2025, 3, 10))
        self.payout_of(20, date(2025, 3, 15), first)
        self.statement_of(date(2025, 4, 10), sale="50.00")
        self.payout_of(7, date(2025, 4, 11), first)
        march, april = self.balance(MARCH), self.balance(APRIL)
        self.assertEqual(march, Balance(0, 27, 20, 7))
        self.assertEqual(april, Balance(7, 47, 7, 47))
        self.assertFalse(march.gap or april.gap)

    def test_what_is_of_the_first_day_of_a_month_is_of_that_month(self):
        first = self.statement_of(date(2025, 3, 1))
        self.statement_of(date(2025, 3, 31), sale="50.00")
        self.statement_of(date(2025, 4, 1), sale="10.00")
        self.payout_of(27, date(2025, 3, 31), first)
        self.payout_of(47, date(2025, 4, 1), first)
        self.assertEqual(self.balance(MARCH), Balance(0, 74, 27, 47))
        self.assertEqual(self.balance(APRIL), Balance(47, 7, 47, 7))

    def test_a_payout_that_failed_or_is_on_its_way_is_still_owed(self):
        first = self.statement_of(date(2025, 3, 10))
        self.payout_of(27, date(2025, 3, 12), first, state="failed")
        self.payout_of(27, date(2025, 3, 14), first, state="open")
        self.assertEqual(self.balance(MARCH).closing, 27)
        self.assertIn("failed", self.warnings(MARCH))

    def test_a_withdrawal_that_came_back_is_owed_again(self):
        self.statement_of(date(2025, 3, 10))
        self.payout_of(27, date(2025, 3, 12), kind="withdraw")
        self.payout_of(-27, date(2025, 3, 13), kind="reverse")
        self.payout_of(27, date(2025, 3, 11), kind="settle", state="none")
        self.assertEqual(self.balance(MARCH), Balance(0, 27, 0, 27))

    def test_a_payout_from_before_the_first_statement_is_named_not_counted(self):
        self.statement_of(date(2025, 3, 10))
        old = self.payout_of(500, date(2025, 3, 9))
        self.assertEqual(self.balance(MARCH).closing, 27)
        self.assertIn(old.remote_id, self.warnings(MARCH))

    def test_currencies_are_told_apart(self):
        self.statement_of(date(2025, 3, 10))
        other = self.statement_of(date(2025, 3, 11), sale="100.00")
        other.currency_id = self.env.ref("base.EUR")
        sections = self.shop._month_sections(MARCH)
        closing = {row["currency"].name: row["balance"].closing for row in sections}
        self.assertEqual(closing, {"USD": Decimal(27), "EUR": Decimal(97)})

    def test_a_gap_is_what_the_closing_balance_has_too_much(self):
        self.assertEqual(Balance(1, 5, 2, 7).gap, 3)
        section = {"balance": Balance(*map(Decimal, (1, 5, 2, 7)))}
        section["currency"] = self.env.ref("base.USD")
        [sentence] = self.shop._warn_of_gap(section)
        self.assertIn("3.00", sentence)

    # === WHAT IS NAMED === #

    def test_a_statement_that_does_not_add_up_is_named(self):
        statement = self.statement_of(date(2025, 3, 10), spoil="0.50")
        statement.state = "mismatch"
        page = self.printed(self.wizard())
        [box] = page.xpath("//div[@name='warnings']")
        self.assertIn(statement.remote_id, box.text_content())
        self.assertIn("does not add up", box.text_content())
        self.assertEqual(self.cell(page, "unexplained"), "0.50")
        self.assertEqual(self.cell(page, "payable"), "27.50")

    def test_a_statement_that_is_not_booked_is_named_in_this_month_and_the_next(self):
        statement = self.statement_of(date(2025, 3, 10))
        self.assertIn(statement.remote_id, self.warnings(MARCH))
        self.assertIn(statement.remote_id, self.warnings(APRIL))

    def test_what_is_booked_and_in_the_bank_is_not_named(self):
        statement = self.booked(day=date(2025, 3, 10))
        payable = statement.amount_payable
        self.payout_of(payable, date(2025, 3, 12), statement, state="matched")
        self.assertFalse(self.warnings(MARCH))
        page = self.printed(self.wizard())
        [table] = page.xpath("//table[@name='statements']")
        self.assertIn(statement.move_id.name, table.text_content())
        self.assertIn("Booked", table.text_content())

    def test_a_payout_that_the_bank_does_not_know_is_named(self):
        statement = self.statement_of(date(2025, 3, 10))
        payout = self.payout_of(27, date(2025, 3, 12), statement)
        self.assertRegex(
            self.warnings(MARCH),
            rf"not found in the bank, \$.27\.00 together: {payout.remote_id}\.",
        )

    def test_a_statement_without_a_day_is_named_in_every_month(self):
        statement = self.statement_of(date(2025, 3, 10))
        statement.date = False
        page = self.printed(self.wizard())
        [box] = page.xpath("//div[@name='strays']")
        self.assertIn(statement.remote_id, box.text_content())

    # === ORDERS === #

    def test_orders_not_paid_are_counted_as_they_were_at_the_end(self):
        self.statement_of(date(2025, 3, 10))
        orders = self.env["tts.order"]
        for day in (date(2025, 3, 1), date(2025, 3, 30), date(2025, 4, 2)):
            order_id, _order = self.import_units(self.unit(original_price="12.00"))
            order = self.mirror(order_id)
            order.write({"status": "COMPLETED", "completed_at": day})
            orders += order
        unpaid = self.section(MARCH)["unpaid"]
        counts = [row["count"] for row in unpaid["rows"]]
        self.assertEqual(counts, [1, 0, 0, 1, 0])
        amount = sum(orders[:2].mapped("amount_order"))
        self.assertEqual(unpaid["amount"], exact(amount, 2))

    def test_an_order_paid_in_the_next_month_was_not_paid_at_the_end(self):
        order_id, _order = self.import_units(self.unit(original_price="12.00"))
        order = self.mirror(order_id)
        order.write({"status": "COMPLETED", "completed_at": date(2025, 3, 20)})
        row = self.order_row(order_id, sale="12.00")
        self.make_statement(row, day=date(2025, 4, 2))
        self.assertEqual(self.section(MARCH)["unpaid"]["count"], 1)
        self.assertEqual(self.section(APRIL)["unpaid"]["count"], 0)
        self.assertEqual(self.section(APRIL)["orders"]["settled"], 1)

    # === THE PAPER === #

    def test_the_paper_tells_the_balance_and_that_it_was_checked(self):
        statement = self.statement_of(date(2025, 3, 10), sale="1234.50")
        self.payout_of(1000, date(2025, 3, 12), statement)
        page = self.printed(self.wizard())
        names = ("opening", "sales", "amount_commission", "payable", "paid", "closing")
        told = [self.cell(page, name) for name in names]
        self.assertEqual(
            told, ["0.00", "1,234.50", "-3.00", "1,231.50", "-1,000.00", "231.50"]
        )
        [check] = page.xpath("//div[@name='check']")
        self.assertIn("Checked", check.text_content())

    def test_an_empty_month_says_so(self):
        page = self.printed(self.wizard())
        self.assertIn("Nothing happened in March 2025", page.text_content())

    def test_a_month_with_a_balance_alone_says_so(self):
        self.statement_of(date(2025, 3, 10))
        page = self.printed(self.wizard(month=APRIL))
        [sentence] = page.xpath("//p[@name='empty']")
        self.assertIn("no statement and no payout in April", sentence.text_content())
        self.assertEqual(self.cell(page, "closing"), "27.00")

    def test_each_company_sees_its_own_shop_alone(self):
        company = self.env["res.company"].create({"name": "Elsewhere Ltd"})
        other = self.connect_other(company)
        statement = self.statement_of(date(2025, 3, 10), sale="77.00", shop=other)
        self.assertFalse(self.shop._month_sections(MARCH))
        self.assertEqual(self.balance(MARCH, other).closing, 74)
        wizard = self.wizard(other, user=self.env.user)
        with self.assertRaises(AccessError):
            self.printed(wizard.with_user(self.biller))
        self.biller.company_ids += company
        page = self.printed(self.wizard(other))
        self.assertIn(statement.remote_id, page.text_content())
        self.assertIn("Elsewhere Ltd", page.text_content())

    # === THE WIZARD === #

    def test_the_wizard_asks_for_last_month_of_all_shops(self):
        with freeze_time("2025-04-14"):
            wizard = self.env["tts.monthly.statement"].with_user(self.biller).new({})
            self.assertEqual(
                (wizard.month, wizard.shop_ids.ids), ("2025-03", self.shop.ids)
            )
            labels = dict(wizard._month_choices())
        self.assertEqual(labels["2025-03"], "March 2025")
        self.assertEqual(labels["2025-04"], "April 2025 (so far)")

    def test_the_wizard_prints_a_pdf_of_its_shops(self):
        wizard = self.wizard()
        action = wizard.action_print()
        self.assertEqual(action["report_type"], "qweb-pdf")
        self.assertEqual(action["context"]["active_ids"], wizard.ids)

    def test_the_wizard_of_a_shop_is_about_that_shop_alone(self):
        self.connect_other(self.company)
        wizard = self.env["tts.monthly.statement"].with_user(self.biller)
        form = Form(wizard.with_context(default_shop_ids=self.shop.ids))
        self.assertEqual(form.save()._shops(), self.shop)

    def test_shops_of_a_company_are_one_document_and_start_on_a_page_each(self):
        other = self.connect_other(self.company)
        page = self.printed(self.wizard(other))
        [article] = page.find_class("article")
        breaks = [part.get("style") for part in article.find_class("tts_month")]
        self.assertEqual(breaks, [None, "page-break-before: always;"])

    def test_the_wizard_wants_a_shop(self):
        wizard = self.wizard()
        wizard.shop_ids = False
        with self.assertRaisesRegex(UserError, "Choose the shops"):
            wizard.action_print()

    def test_who_is_not_from_billing_is_refused(self):
        seller = new_test_user(
            self.env, "tts_sells", groups="sales_team.group_sale_salesman"
        )
        with self.assertRaises(AccessError):
            self.wizard(user=seller)
        with self.assertRaises(AccessError):
            self.printed(self.wizard().with_user(seller))


@tagged("post_install", "-at_install")
class TestMonth(PayoutCase):
    """Months and amounts by themselves."""

    def test_a_month_ends_where_the_next_begins(self):
        december = Month.parse("2024-12")
        self.assertEqual(december.after, date(2025, 1, 1))
        self.assertEqual(december.last, date(2024, 12, 31))
        self.assertEqual(str(december.shifted(-12)), "2023-12")
        with self.assertRaises(ValueError):
            Month.parse("2024-13")

    def test_amounts_are_exact(self):
        self.assertEqual(sum(exact(0.1, 2) for _number in range(3)), Decimal("0.30"))
        self.assertEqual(exact(None, 0), 0)

    def test_a_month_ends_at_midnight_in_the_time_zone_of_the_company(self):
        self.company.partner_id.tz = "America/New_York"
        self.assertEqual(self.shop._month_end(MARCH), datetime(2025, 4, 1, 4))
        self.assertEqual(self.shop._month_end(Month(2025, 1)), datetime(2025, 2, 1, 5))
