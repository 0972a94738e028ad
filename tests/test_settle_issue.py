from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .settle_case import SettleCase


@tagged("post_install", "-at_install")
class TestSettleIssue(SettleCase):
    """Issues about settlements: who may try again, and where they lead."""

    def mismatch(self):
        _order_id, statement_id = self.settled_order()
        self.spoil(statement_id, "count")
        self.read_settlements()
        return self.statement(statement_id)

    def issue_of(self, statement):
        return self.issues(f"statement:{statement.remote_id}")

    def test_retrying_a_mismatch_reads_the_statement_again(self):
        statement = self.mismatch()
        self.spoil(statement.remote_id, None)
        self.issue_of(statement).with_user(self.biller).action_retry()
        self.assertEqual(statement.state, "new")
        self.run_cron("ir_cron_settlements")
        self.assertEqual(statement.state, "ready")
        self.assertFalse(self.issues())

    def test_a_clerk_tries_nothing_again_that_is_about_money(self):
        statement = self.mismatch()
        with self.assertRaises(AccessError):
            self.issue_of(statement).with_user(self.low_user).action_retry()
        self.assertEqual(statement.state, "mismatch")

    def test_an_issue_of_a_statement_leads_to_it(self):
        statement = self.mismatch()
        action = self.issue_of(statement).action_open_record()
        self.assertEqual(action["res_model"], "tts.statement")
        self.assertEqual(action["res_id"], statement.id)

    def test_retrying_a_failed_sync_makes_the_shop_due(self):
        with self.fault("http_500", path="/finance", times=99):
            self.read_settlements()
        self.issues("settlements").with_user(self.biller).action_retry()
        self.assertIn(self.shop, self.env["tts.shop"]._due_settlement_shops())

    def test_there_is_nothing_to_try_again_about_an_unknown_fee(self):
        order_id, _order = self.import_units()
        self.finance(fee={"order_id": order_id, "key": "new_fee", "amount": "-0.50"})
        self.settle(order_id)
        self.read_settlements()
        with self.assertRaisesRegex(UserError, "new_fee"):
            self.issues("fee-key:new_fee").action_retry()

    def unknown_order(self):
        self.env.cr.execute(
            "UPDATE tts_shop SET create_date = create_date - interval '1 hour'"
        )
        self.env.invalidate_all()
        order_id = self.place_units(self.unit())
        self.settle(order_id)
        self.read_settlements()
        return order_id, self.issues(f"unknown-order:{order_id}")

    def test_retrying_an_unknown_order_imports_it(self):
        order_id, issue = self.unknown_order()
        issue.with_user(self.biller).action_retry()
        self.assertTrue(self.sale_order(order_id))
        self.assertEqual(issue.state, "closed")

    def test_an_order_that_has_left_is_booked_as_unknown(self):
        order_id, issue = self.unknown_order()
        self.change(order_id, status="COMPLETED", force=True)
        with self.assertRaisesRegex(UserError, "unknown orders"):
            issue.action_retry()
        self.assertFalse(self.mirror(order_id))
