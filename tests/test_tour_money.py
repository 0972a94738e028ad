from odoo.fields import Domain
from odoo.tests import new_test_user, tagged

from .money_case import MoneyCase
from .settle_case import DAY
from .test_tour import TourCase


@tagged("post_install", "-at_install")
class TestMoneyTour(TourCase):
    """An accountant walks from a shop without accounts to a payout in the bank."""

    markets = ("US",)

    def setUp(self):
        super().setUp()
        MoneyCase.give_chart(self.env.company)
        self.account = self.connect()
        self.account.sandbox_url = self.sandbox.base_url
        self.shop = self.account.shop_ids
        groups = "account.group_account_manager,account.group_account_user"
        self.accountant = new_test_user(self.env, "tts_closes", groups=groups)
        self.paid = self.settle(20)
        self.control("POST", f"/finance/{self.settle(10)}", {"spoil": "head"})

    def settle(self, days_ago):
        """Let an order come, arrive and settle; return the id of the statement."""
        order_id = self.place_one({"line_items": [{"seller_sku": self.sku()}]})
        self.sync()
        self.change(order_id, status="COMPLETED", force=True)
        day = int(self.sandbox.now()) - days_ago * DAY
        asked = {"order_ids": [order_id], "day": day}
        return self.control("POST", "/finance/settle", asked)["statement_id"]

    def sku(self):
        return self.products[0].default_code

    def walk(self, path, name):
        self.tour(path, name, login=self.accountant.login)
        self.env.invalidate_all()

    def test_an_accountant_closes_the_month(self):
        self.walk(f"/odoo/tiktok-shops/{self.shop.id}", "tts_set_up_money")
        self.run_cron("ir_cron_settlements")
        self.shop.order_ids.sale_order_ids._tts_create_invoices(force=True)
        self.walk("/odoo/tiktok-statements", "tts_book_statements")
        statement = self.shop.statement_ids.filtered(
            lambda row: row.remote_id == self.paid
        )
        self.assertEqual(statement.state, "booked")
        settled = statement.transaction_ids.order_id.invoice_ids
        self.assertEqual(settled.payment_state, "paid")
        self.reach_the_bank(statement.payout_id)
        self.walk("/odoo/tiktok-payouts", "tts_payout_in_bank")
        lines = self.env["account.move.line"].search(
            Domain("account_id", "=", self.shop.intermediary_account_id.id)
            & Domain("parent_state", "=", "posted")
        )
        self.assertFalse(round(sum(lines.mapped("balance")), 2))

    def reach_the_bank(self, payout):
        """Have the bank report the money, as that of a payment institute."""
        self.assertTrue(payout.paid_time)
        bank = self.env["account.journal"].create(
            {"name": "House Bank", "type": "bank", "code": "HOUSE"}
        )
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": bank.id,
                "date": payout.date,
                "amount": payout.amount,
                "payment_ref": "Transfer of a payment institute",
            }
        )
        self.run_cron("ir_cron_invoices")
