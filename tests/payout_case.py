"""What the tests of payouts have in common: payouts, and what the bank says."""

from datetime import timedelta

from odoo import fields

from .money_case import MoneyCase


class PayoutCase(MoneyCase):
    """A shop whose payouts reach a bank."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.bank = cls.make_bank(cls.company, "Main bank", "MB1")

    @classmethod
    def make_bank(cls, company, name, code, **values):
        return cls.env["account.journal"].create(
            {
                "name": name,
                "code": code,
                "type": "bank",
                "company_id": company.id,
                **values,
            }
        )

    def payout(self, amount, *statements, days_ago=0, **values):
        """Return a payout of these statements, paid some days ago."""
        shop = values.pop("shop", self.shop)
        moment = fields.Datetime.now() - timedelta(days=days_ago)
        currency = self.env.ref("base.USD")
        payout = self.env["tts.payout"].create(
            {
                "shop_id": shop.id,
                "remote_id": self.new_id(),
                "kind": "payment",
                "state": "paid",
                "create_time": moment,
                "paid_time": moment,
                "date": moment.date(),
                "currency_id": currency.id,
                "amount": amount,
                "settlement_currency_id": currency.id,
                "amount_settlement": amount,
                **values,
            }
        )
        for statement in statements:
            statement.payout_id = payout
        return payout

    def bank_line(self, amount, days_ago=0, journal=None, **values):
        """Return a bank transaction."""
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": (journal or self.bank).id,
                "date": self.today - timedelta(days=days_ago),
                "amount": amount,
                "payment_ref": "Transfer",
                **values,
            }
        )

    def run_matching(self):
        self.run_cron("ir_cron_invoices")

    def payout_issue(self, payout):
        return self.issues(f"payout:{payout.remote_id}")

    def intermediary(self, shop=None):
        return (shop or self.shop).intermediary_account_id

    def booked(self, sale="30.00", fee="-3.00", **options):
        """Return a booked statement of one invoiced order."""
        order_id, _order, _invoice = self.sold(sale)
        fees = {"platform_commission_amount": fee}
        row = self.order_row(order_id, sale=str(_invoice.amount_total), fees=fees)
        return self.book(self.make_statement(row, **options))
