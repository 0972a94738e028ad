from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .money_case import MoneyCase


@tagged("post_install", "-at_install")
class TestBookingCurrency(MoneyCase):
    """A shop whose currency is not the company's."""

    markets = ("MY",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ringgit = cls.env.ref("base.MYR")
        cls.set_rate(4.37, fields.Date.today() - timedelta(days=400))

    @classmethod
    def set_rate(cls, rate, day):
        cls.ringgit.active = True
        cls.env["res.currency.rate"].search(
            [("currency_id", "=", cls.ringgit.id), ("name", "=", day)]
        ).unlink()
        cls.env["res.currency.rate"].create(
            {
                "currency_id": cls.ringgit.id,
                "company_id": cls.company.id,
                "name": day,
                "rate": rate,
            }
        )

    def test_the_company_is_in_another_currency(self):
        self.assertNotEqual(self.company.currency_id, self.ringgit)

    def test_an_entry_balances_in_both_currencies(self):
        order_id, order, invoice = self.sold()
        rows = [
            self.order_row(f"57700000000000{number:04}", f"{number}.37")
            for number in range(1, 40)
        ]
        statement = self.book(
            self.make_statement(
                self.order_row(order_id, order.amount_total, fees={"x_fee": "-1.11"}),
                *rows,
            )
        )
        lines = statement.move_id.line_ids
        self.assertEqual(lines.currency_id, self.ringgit)
        self.assertEqual(round(sum(lines.mapped("balance")), 2), 0.0)
        self.assertEqual(round(sum(lines.mapped("amount_currency")), 2), 0.0)
        self.assertEqual(
            self.balance(self.shop.intermediary_account_id, currency=True),
            statement.amount_payable,
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(statement.bill_id.payment_state, "paid")

    def test_a_currency_without_any_rate_is_not_booked_as_if_it_were_ours(self):
        (self.ringgit | self.company.currency_id).rate_ids.unlink()
        statement = self.make_statement(self.adjustment_row("10.00"))
        self.assertFalse(statement._book())
        self.assertIn("no exchange rate for MYR", statement.error_message)

    def test_a_rate_that_moved_makes_an_exchange_difference_of_odoo(self):
        order_id, order, invoice = self.sold()
        statement = self.make_statement(self.order_row(order_id, order.amount_total))
        statement.date = fields.Date.today() + timedelta(days=3)
        self.set_rate(4.80, statement.date)
        self.book(statement)
        self.assertEqual(invoice.payment_state, "paid")
        line = statement.transaction_ids.move_line_ids
        receivable = self.env["account.move.line"].search(
            [
                ("partner_id", "=", line.partner_id.id),
                ("account_id", "=", line.account_id.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertEqual(round(sum(receivable.mapped("balance")), 2), 0.0)
        self.assertTrue(statement.move_id.line_ids.matched_debit_ids.exchange_move_id)

    def test_an_amount_too_small_for_the_rounding_has_a_line_beside_it(self):
        self.set_rate(4000.0, fields.Date.today())
        rows = [
            self.order_row(f"57700000000000{number:04}", "24.00")
            for number in range(1, 30)
        ]
        statement = self.book(
            self.make_statement(*rows, self.adjustment_row("-695.99", "OTHER_PENALTY"))
        )
        lines = self.line(statement, self.shop.intermediary_account_id)
        self.assertEqual(round(sum(lines.mapped("amount_currency")), 2), 0.01)
        self.assertEqual(
            round(sum(statement.move_id.line_ids.mapped("balance")), 2), 0.0
        )

    def test_an_unknown_order_is_moved_without_an_exchange_difference(self):
        order_id = self.place_units(self.unit(original_price="30.00"))
        statement = self.book(self.make_statement(self.order_row(order_id, "30.00")))
        self.set_rate(4.99, fields.Date.today() + timedelta(days=1))
        self.sync()
        self.assertEqual(self.balance(self.shop.unknown_account_id), 0.0)
        self.assertEqual(self.balance(self.shop.unknown_account_id, currency=True), 0.0)
        self.assertEqual(statement.transaction_ids.settle_state, "waiting")


@tagged("post_install", "-at_install")
class TestBookingCompany(MoneyCase):
    """Two companies, each with its own books."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create(
            {"name": "Other", "currency_id": cls.env.ref("base.EUR").id}
        )
        cls.give_chart(cls.other)
        cls.env.user.company_ids = [Command.link(cls.other.id)]

    def test_each_company_has_accounts_of_its_own(self):
        shop = self.connect_other(self.other)
        shop.action_set_up_money()
        self.assertFalse(
            shop.fee_account_ids.account_id & self.shop.fee_account_ids.account_id
        )
        self.assertEqual(shop.payment_journal_id.company_id, self.other)

    def test_a_statement_is_booked_in_the_company_of_its_shop(self):
        shop = self.connect_other(self.other)
        shop.action_set_up_money()
        statement = self.make_statement(
            self.order_row("576000000000000066", "20.00", fees={"x_fee": "-1.00"}),
            shop=shop,
        )
        self.book(statement)
        for move in (statement.move_id, statement.bill_id):
            self.assertEqual(move.company_id, self.other)
        self.assertEqual(self.balance(shop.intermediary_account_id, currency=True), 19)
