from contextlib import contextmanager
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .settle_case import SettleCase

SETTLEMENTS_EVERY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestSettleTrouble(SettleCase):
    """A shop whose settlements cannot be read says why, and stops nobody."""

    def failed(self):
        """Check that the shop failed; return its issue."""
        self.assertEqual(self.shop.settlement_failure_count, 1)
        self.assertEqual(self.shop.health, "retrying")
        self.assertGreater(self.shop.next_settlement_sync, fields.Datetime.now())
        [issue] = self.issues("settlements")
        self.assertEqual(issue.reason, self.shop.last_settlement_error)
        return issue

    def test_an_error_of_tiktok_is_told_and_heals(self):
        with self.fault("http_500", path="/finance", times=99):
            self.read_settlements()
        self.failed()
        self.read_settlements()
        self.assertFalse(self.shop.settlement_failure_count)
        self.assertFalse(self.shop.last_settlement_error)
        self.assertFalse(self.issues())

    def test_a_page_instead_of_json_is_told(self):
        with self.fault("html_502", path="/finance", times=99):
            self.read_settlements()
        self.failed()

    def test_too_many_calls_wait_as_long_as_tiktok_says(self):
        with self.fault("rate_limit", path="/finance", times=99):
            self.read_settlements()
        self.failed()
        wait = self.shop.next_settlement_sync - fields.Datetime.now()
        self.assertLess(wait, timedelta(hours=1))

    def test_a_shop_that_fails_waits_longer_each_time(self):
        with self.fault("http_500", path="/finance", times=999):
            self.read_settlements()
            first = self.shop.next_settlement_sync - fields.Datetime.now()
            self.shop.next_settlement_sync = fields.Datetime.now()
            self.run_cron("ir_cron_settlements")
            second = self.shop.next_settlement_sync - fields.Datetime.now()
        self.assertGreater(second, first * 1.5)

    def test_a_permission_that_is_missing_is_asked_for_once_and_tried_daily(self):
        granted = self.sandbox.accounts.access
        for token in granted.values():
            self.patch_scopes(token)
        self.read_settlements()
        issue = self.failed()
        self.assertIn("seller.finance.info", issue.hint)
        wait = self.shop.next_settlement_sync - fields.Datetime.now()
        self.assertGreater(wait, timedelta(hours=23))
        self.assertEqual(self.account.state, "connected")
        order_id, _order = self.import_units()
        self.assertTrue(self.mirror(order_id))

    def patch_scopes(self, token):
        scopes = token["scopes"]
        token["scopes"] = scopes - {"seller.finance.info"}
        self.addCleanup(token.__setitem__, "scopes", scopes)

    def test_one_step_that_fails_keeps_no_other_from_its_turn(self):
        _order_id, statement_id = self.settled_order()
        with self.fault("http_500", path="/finance/202309/withdrawals", times=99):
            self.read_settlements()
        self.failed()
        self.assertEqual(self.statement(statement_id).state, "ready")
        self.assertTrue(self.calls("/orders/unsettled"))

    def test_a_statement_that_is_refused_keeps_its_reason(self):
        _order_id, statement_id = self.settled_order()
        self.read_settlements()
        statement = self.statement(statement_id)
        statement.write({"state": "new", "remote_id": "1"})
        self.read_settlements()
        self.assertEqual(statement.state, "mismatch")
        self.assertTrue(statement.error_message)
        self.assertFalse(self.shop.settlement_failure_count)

    @contextmanager
    def interrupted(self, method, error, model="tts.statement"):
        """Let a worker die in a method, once the work until there is committed."""
        owner = type(self.env[model])
        original = getattr(owner, method)

        def die(_records, *_args, **_kwargs):
            raise error

        setattr(owner, method, die)
        try:
            yield
        finally:
            setattr(owner, method, original)

    def test_a_worker_that_dies_between_pages_leaves_a_statement_to_read(self):
        order_id, statement_id = self.settled_order()
        with self.interrupted("_check_reading", OperationalError("died")):
            self.read_settlements()
        self.assertEqual(self.statement(statement_id).state, "new")
        self.assertEqual(len(self.transactions(order_id)), 1)
        self.assertFalse(self.shop.settlement_failure_count)
        self.read_settlements()
        self.assertEqual(self.statement(statement_id).state, "ready")
        self.assertEqual(len(self.transactions(order_id)), 1)
        self.assertTrue(self.mirror(order_id).settled_at)

    @mute_logger("odoo.addons.sale_tiktok_shop.models.tts_shop_steps")
    def test_what_nobody_foresaw_is_told(self):
        self.settled_order()
        with self.interrupted("_check_reading", ZeroDivisionError("odd")):
            self.read_settlements()
        self.assertIn("odd", self.failed().reason)

    def test_a_shop_that_another_worker_has_waits_a_minute(self):
        _order_id, statement_id = self.settled_order()
        with self.registry.cursor() as other:
            other.execute("SELECT pg_advisory_lock(%s, %s)", (0x7479, self.shop.id))
            self.read_settlements()
            other.execute("SELECT pg_advisory_unlock_all()")
        self.assertFalse(self.shop.settlement_failure_count)
        self.assertFalse(self.statement(statement_id))

    def test_ids_that_come_as_numbers_are_as_good(self):
        _order_id, statement_id = self.settled_order()
        with self.fault("number_ids", path="/finance", times=99):
            self.read_settlements()
        self.assertEqual(self.statement(statement_id).state, "ready")

    def test_a_statement_that_cannot_be_read_is_told_and_holds_the_cursor(self):
        _order_id, statement_id = self.settled_order()
        path = "/finance/202309/statements"
        with self.fault("unknown_enum", key="settlement_amount", path=path, times=1):
            self.read_settlements()
        self.assertFalse(self.statement(statement_id))
        self.assertFalse(self.shop.statement_cursor)
        self.assertIn("settlement_amount", self.issues("broken-statements").reason)
        self.read_settlements()
        self.assertTrue(self.statement(statement_id))
        self.assertTrue(self.shop.statement_cursor)
        self.assertFalse(self.issues())

    def test_a_transaction_that_cannot_be_read_is_told(self):
        _order_id, statement_id = self.settled_order()
        path = "/finance/202501/statements"
        with self.fault("unknown_enum", key="revenue_amount", path=path, times=1):
            self.read_settlements()
        statement = self.statement(statement_id)
        self.assertEqual(statement.state, "mismatch")
        self.assertIn("revenue_amount", statement.error_message)
        self.read_again(statement)
        self.assertEqual(statement.state, "ready")

    def test_many_transactions_come_page_by_page(self):
        for number in range(120):
            self.adjust("REBATE", f"{number + 1}.00")
        self.settle(days_ago=1)
        self.read_settlements()
        statement = self.statement()
        self.assertEqual(statement.state, "ready")
        self.assertEqual(statement.transaction_count, 120)
        self.assertGreaterEqual(self.calls("/statement_transactions"), 2)

    # === DUE === #

    def due(self):
        return self.shop in self.env["tts.shop"]._due_settlement_shops()

    def test_a_shop_is_due_once_a_day(self):
        self.read_settlements()
        wait = self.shop.next_settlement_sync - fields.Datetime.now()
        self.assertGreater(wait, SETTLEMENTS_EVERY - timedelta(minutes=5))
        self.assertFalse(self.due())

    def test_a_shop_that_is_switched_off_is_not_due(self):
        self.shop.settlement_sync = False
        self.assertFalse(self.due())

    def test_a_disconnected_shop_is_not_due_before_it_is_authorized_again(self):
        self.read_settlements()
        self.account.state = "disconnected"
        self.assertFalse(self.due())
        self.account.state = "connected"
        self.shop._reconnected()
        self.assertTrue(self.due())

    def test_a_shop_that_is_switched_off_is_read_when_somebody_asks(self):
        _order_id, statement_id = self.settled_order()
        self.shop.settlement_sync = False
        self.shop.with_user(self.biller).action_sync_settlements()
        self.assertTrue(self.due())
        self.run_cron("ir_cron_settlements")
        self.assertTrue(self.statement(statement_id))
        self.assertFalse(self.due())

    def test_administrators_and_billing_people_may_ask_and_others_may_not(self):
        boss = new_test_user(
            self.env, "tts_money_boss", groups="sale_tiktok_shop.group_tts_manager"
        )
        for user in (boss, self.biller):
            toast = self.shop.with_user(user).action_sync_settlements()
            self.assertEqual(toast["tag"], "display_notification")
        for user in (self.low_user, self.salesman):
            with self.assertRaises(AccessError):
                self.shop.with_user(user).action_sync_settlements()

    def test_nobody_asks_a_disconnected_shop(self):
        self.account.state = "disconnected"
        with self.assertRaisesRegex(UserError, "Re-Authorize"):
            self.shop.with_user(self.biller).action_sync_settlements()

    # === COMPANIES === #

    def test_the_money_of_a_shop_belongs_to_its_company(self):
        self.settled_order()
        self.read_settlements()
        other = self.env["res.company"].create({"name": "Other company"})
        stranger = new_test_user(
            self.env,
            "tts_foreign_biller",
            groups="account.group_account_invoice",
            company_id=other.id,
        )
        for model in ("tts.statement", "tts.transaction"):
            self.assertTrue(self.env[model].with_user(self.biller).search_count([]))
            self.assertFalse(self.env[model].with_user(stranger).search_count([]))

    def test_people_without_billing_rights_see_no_money(self):
        self.settled_order()
        self.read_settlements()
        for user in (self.low_user, self.salesman):
            with self.assertRaises(AccessError):
                self.statement().with_user(user).read(["amount_payable"])
