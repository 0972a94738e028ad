import time
from decimal import Decimal

from hypothesis.stateful import run_state_machine_as_test

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .machine import examples
from .money_case import MoneyCase
from .money_machine import MoneyMachine
from .settle_case import DAY


class MachineCase(MoneyCase):
    """Whatever happens in whatever order, the books say what TikTok says."""

    sandbox_options = {"orders": 0, "products": 6, "odd_skus": 0}
    has_reserves = True
    rate = 1.0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["account.journal"].create(
            {
                "name": "House Bank",
                "type": "bank",
                "code": "HOUSE",
                "currency_id": cls.shop.pricelist_id.currency_id.id,
            }
        )
        cls.in_bank = cls.env["tts.payout"]

    @classmethod
    def empty_sandbox(cls):
        cls.in_bank = cls.env["tts.payout"]
        return super().empty_sandbox()

    def settle_day(self):
        """Settle all that waits into a statement of a day that is over."""
        self.control("POST", "/finance/settle", {"day": int(time.time()) - 30 * DAY})

    def read_all(self):
        """Read settlements; whatever waits for another try is tried now."""
        self.statement().filtered("next_try").next_try = fields.Datetime.now()
        # The days that are settled here lie in the past.
        self.shop.statement_cursor = False
        self.read_settlements()

    def register(self, invoices):
        """Register payments of invoices as the page for it does."""
        wizard = self.env["tts.register.payment"].with_context(
            active_model="account.move", active_ids=invoices.ids
        )
        wizard.create({}).action_register()

    def is_refunded(self, order):
        """Whether all goods of an order went back, and its shipping."""
        rows = order.get("refunds") or []
        whole = sum(Decimal(row["goods"]) + Decimal(row["shipping"]) for row in rows)
        mirror = self.mirror(order["raw"]["id"])
        return whole == Decimal(f"{mirror.amount_order:.2f}")

    def pay_out(self, number):
        """TikTok pays by itself where it makes payments."""

    def arrive(self, payout):
        """The money of a payout is on a bank statement."""
        type(self).in_bank |= payout
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": payout.date,
                "amount": payout.amount,
                "payment_ref": "Transfer of a payment institute",
            }
        )

    def in_currency(self, account):
        """Return what is posted on an account, in the shop's currency."""
        rows = self.env["account.move.line"]._read_group(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")],
            [],
            ["amount_currency:sum"],
        )
        return Decimal(f"{rows[0][0] or 0:.2f}")

    def analysed(self, *names):
        """Return what measures of the analysis come to, in the shop's currency."""
        [sums] = self.env["tts.sale.report"]._read_group(
            [("shop_id", "=", self.shop.id)], [], [f"{name}:sum" for name in names]
        )
        total = sum(amount or 0 for amount in sums) * self.rate
        return Decimal(f"{total:.2f}")

    def run_machine(self):
        machine = type("Machine", (MoneyMachine,), {"case": self})
        run_state_machine_as_test(machine, settings=examples(6))


@tagged("post_install", "-at_install")
class TestMoneyMachine(MachineCase):
    """United States: payments per statement, reserves, the company's currency."""

    def test_the_books_say_what_tiktok_owes(self):
        self.run_machine()


@tagged("post_install", "-at_install")
class TestForeignMoneyMachine(MachineCase):
    """Malaysia: a foreign currency, and withdrawals of a balance."""

    markets = ("MY",)
    has_reserves = False
    rate = 4.37

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        currency = cls.shop.pricelist_id.currency_id
        currency.rate_ids.unlink()
        currency.rate_ids = [
            Command.create(
                {"name": "2020-01-01", "rate": cls.rate, "company_id": cls.company.id}
            )
        ]

    def pay_out(self, number):
        """The seller withdraws part of the balance."""
        amount = f"{1 + number % 2000 / 100:.2f}"
        self.control("POST", "/finance", {"withdraw": amount})

    def test_the_books_say_what_tiktok_owes(self):
        self.run_machine()
