"""What the tests of settlements have in common: orders that TikTok settled."""

import time
from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from .order_case import OrderCase

DAY = 86400


class SettleCase(OrderCase):
    """A connected shop whose orders settle, and somebody from billing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.biller = new_test_user(
            cls.env, "tts_biller", groups="account.group_account_invoice"
        )

    def complete(self, *order_ids):
        """Let these orders arrive and their after-sales time pass."""
        for order_id in order_ids:
            self.change(order_id, status="COMPLETED", force=True)

    def settle(self, *order_ids, days_ago=10, **values):
        """Have orders settled into the statement of a day; return its id.

        The next free day is taken when that day has one already.
        """
        asked = {"day": int(time.time()) - days_ago * DAY, **values}
        if order_ids:
            asked["order_ids"] = list(order_ids)
        return self.control("POST", "/finance/settle", asked)["statement_id"]

    def finance(self, **values):
        """Let something happen to the money of the shop, see the control door."""
        return self.control("POST", "/finance", values)

    def adjust(self, kind, amount, **values):
        self.finance(adjust={"type": kind, "amount": amount, **values})

    def settled_order(self, *units):
        """Return the id of an imported order, and the one of its statement."""
        order_id, _order = self.import_units(*units)
        return order_id, self.settle(order_id)

    def spoil(self, statement_id, kind):
        self.control("POST", f"/finance/{statement_id}", {"spoil": kind})

    def read_settlements(self):
        """Run the scheduled action as if it were time to."""
        self.shop.write({"next_settlement_sync": False, "settlement_failure_count": 0})
        return self.run_cron("ir_cron_settlements")

    def read_again(self, statement):
        """Let the next reading of a statement be now."""
        statement.next_try = fields.Datetime.now() - timedelta(minutes=1)
        return self.read_settlements()

    def told(self, statement_id):
        """Return a statement as the sandbox's own books have it."""
        finance = self.control("GET", "/state?only=finance")["finance"]
        [found] = [
            row
            for row in finance[self.shop.remote_id]["statements"]
            if row["id"] == statement_id
        ]
        return found

    def statement(self, remote_id=None):
        domain = [("remote_id", "=", remote_id)] if remote_id else []
        return self.env["tts.statement"].search(
            [("shop_id", "=", self.shop.id), *domain]
        )

    def transactions(self, order_id=None):
        domain = [("order_remote_id", "=", order_id)] if order_id else []
        return self.env["tts.transaction"].search(
            [("shop_id", "=", self.shop.id), *domain]
        )
