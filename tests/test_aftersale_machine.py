import time

from hypothesis.stateful import run_state_machine_as_test

from odoo import fields
from odoo.tests import tagged

from .aftersale_machine import AftersaleMachine
from .machine import examples
from .money_case import MoneyCase
from .return_case import ReturnCase
from .settle_case import DAY


@tagged("post_install", "-at_install")
class TestAftersaleMachine(ReturnCase, MoneyCase):
    """Whatever buyers do in whatever order: goods, credits and reports agree."""

    sandbox_options = {"orders": 0, "products": 6, "odd_skus": 0}

    def leave(self, pickings):
        """Let deliveries leave; return whether all of them have."""
        waiting = pickings.filtered(lambda row: row.state not in ("done", "cancel"))
        for picking in waiting.filtered(lambda row: not row.return_id):
            if picking.tts_blocking_text:
                return False
            for move in picking.move_ids:
                move.quantity = move.product_uom_qty
            picking.button_validate()
        done = pickings.filtered(lambda row: row.state == "done" and not row.return_id)
        return bool(done)

    def receive_all(self, picking):
        self.receive(picking)

    def inspect_all(self, case, scraps):
        action = case.with_user(self.low_user).action_open_inspect()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        for line in wizard.line_ids:
            scrap = line.quantity if scraps else 0
            line.write(
                {"quantity_scrap": scrap, "quantity_restock": line.quantity - scrap}
            )
        wizard.with_user(self.low_user).action_inspect()
        self.env.invalidate_all()

    def aftersales(self):
        """Let all waiting be over, then run the scheduled action."""
        for model in ("tts.return", "tts.cancellation"):
            self.env[model].search(
                [("credit_next_try", "!=", False)]
            ).credit_next_try = fields.Datetime.now()
        return super().aftersales()

    def settle_day(self):
        """Settle all that waits into a statement of a day that is over."""
        self.control("POST", "/finance/settle", {"day": int(time.time()) - 30 * DAY})

    def read_all(self):
        """Read settlements; whatever waits for another try is tried now."""
        self.statement().filtered("next_try").next_try = fields.Datetime.now()
        # The days that are settled here lie in the past.
        self.shop.statement_cursor = False
        self.read_settlements()

    def test_goods_credits_and_reports_say_what_tiktok_says(self):
        machine = type("Machine", (AftersaleMachine,), {"case": self})
        run_state_machine_as_test(machine, settings=examples(8))
