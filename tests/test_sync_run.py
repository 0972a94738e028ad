from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.tts_sync_run import AGAIN_IN
from .test_cron import DAY, CronCase


@tagged("post_install", "-at_install")
class TestSyncRun(CronCase):
    def ask(self, **values):
        """Ask for a resync as the wizard does, and return it before it runs."""
        wizard = self.env["tts.order.resync"].create(
            {"shop_id": self.shop.id, **values}
        )
        action = wizard.action_sync()
        return self.env["tts.sync.run"].browse(action["res_id"])

    def ask_ids(self, *ids):
        run = self.ask(kind="ids", remote_ids=" ".join(ids))
        self.run_cron("ir_cron_resync")
        return run

    def ask_period(self, days=30, **values):
        now = fields.Datetime.now()
        run = self.ask(
            kind="period", date_from=now - timedelta(days=days), date_to=now, **values
        )
        self.run_cron("ir_cron_resync")
        return run

    def outcome(self, run, order_id):
        return run.line_ids.filtered(lambda line: line.remote_id == order_id).outcome

    # === BY IDS === #

    def test_an_order_asked_for_by_its_number_is_imported(self):
        order_id = self.place_aged(200 * DAY)
        run = self.ask_ids(order_id)
        self.assertEqual((run.state, self.outcome(run, order_id)), ("done", "created"))
        self.assertEqual(self.sale_order(order_id).state, "sale")

    def test_numbers_may_be_separated_by_anything_and_repeated(self):
        first, second, third = self.place(3, ordinary=True)
        run = self.ask_ids(f"{first},{second};\n {third} {first}")
        self.assertEqual(run.order_count, 3)
        self.assertEqual(run.created_count, 3)

    def test_a_number_tiktok_does_not_know_is_listed_as_missing(self):
        order_id = self.place_one()
        run = self.ask_ids("576000000000000000", order_id)
        line = run.line_ids.filtered(lambda line: line.outcome == "missing")
        self.assertEqual(line.remote_id, "576000000000000000")
        self.assertIn(self.shop.name, line.message)
        self.assertEqual(self.outcome(run, order_id), "created")
        self.assertEqual(run.error_count, 1)

    def test_words_that_are_no_numbers_are_missing_and_hide_no_order(self):
        order_id = self.place_one()
        run = self.ask_ids("hello", "x" * 300, "1%2", order_id)
        self.assertEqual(run.state, "done")
        self.assertEqual(self.outcome(run, "hello"), "missing")
        self.assertEqual(self.outcome(run, order_id), "created")

    def test_an_order_that_is_not_to_be_shipped_is_listed_with_the_reason(self):
        order_id = self.place_one({"status": "UNPAID"})
        run = self.ask_ids(order_id)
        self.assertEqual(self.outcome(run, order_id), "ignored")
        self.assertIn("not paid", run.line_ids.message)
        self.assertFalse(self.mirror(order_id))

    def test_an_order_that_cannot_be_read_is_listed_with_the_reason(self):
        order_id = self.place_one({"line_items": []})
        good = self.place_one()
        run = self.ask_ids(order_id, good)
        line = run.line_ids.filtered(lambda line: line.outcome == "error")
        self.assertEqual(line.remote_id, order_id)
        self.assertIn("line_items", line.message)
        self.assertEqual(self.outcome(run, good), "created")

    def test_an_order_that_is_in_odoo_already_is_gone_through_again(self):
        order_id = self.place_one()
        self.run_cron()
        order = self.sale_order(order_id)
        run = self.ask_ids(order_id)
        self.assertEqual(self.outcome(run, order_id), "updated")
        self.assertEqual(self.mirror(order_id).sale_order_ids, order)

    def test_more_numbers_than_fit_one_call_are_all_read(self):
        ids = self.place(8, ordinary=True)
        unknown = [str(576 * 10**15 + number) for number in range(60)]
        run = self.ask_ids(*unknown, *ids)
        self.assertEqual(run.created_count, 8)
        self.assertEqual(run.error_count, 60)
        self.assertEqual(run.progress, 100)

    # === BY PERIOD === #

    def test_a_period_brings_what_changed_in_it_and_nothing_else(self):
        inside, outside = self.place_aged(20 * DAY), self.place_aged(40 * DAY)
        run = self.ask_period(days=30)
        self.assertEqual((run.state, run.progress), ("done", 100))
        self.assertTrue(self.sale_order(inside))
        self.assertFalse(self.mirror(outside))

    def test_a_period_leaves_the_cursor_of_the_shop_alone(self):
        self.place_aged(20 * DAY)
        self.run_cron()
        before = self.shop.last_order_sync
        self.ask_period()
        self.assertEqual(self.shop.last_order_sync, before)

    def test_a_failed_period_goes_on_where_it_stopped(self):
        ids = [self.place_aged(days * DAY) for days in (9, 8, 7, 6, 5, 4)]
        with self.small_pages(), self.failing_search(3):
            run = self.ask_period()
        self.assertEqual(run.state, "failed")
        self.assertIn("line is dead", run.error_message)
        self.assertTrue(0 < run.progress < 100)
        reached = run.cursor
        run.action_run_again()
        with self.small_pages(), self.failing_search() as asked:
            self.run_cron("ir_cron_resync")
        self.assertEqual(run.state, "done")
        self.assertGreaterEqual(
            asked[0]["update_time_ge"], int((reached - timedelta(hours=1)).timestamp())
        )
        orders = self.env["sale.order"].search([("client_order_ref", "in", ids)])
        self.assertEqual(len(orders), 6)
        self.assertEqual(run.created_count, 6)

    def test_a_period_that_lies_in_the_future_is_refused(self):
        now = fields.Datetime.now()
        soon, later = (now + timedelta(days=days) for days in (1, 2))
        with self.assertRaisesRegex(UserError, "begin"):
            self.ask(kind="period", date_from=soon, date_to=later)

    def test_a_period_that_ends_before_it_begins_is_refused(self):
        now = fields.Datetime.now()
        with self.assertRaises(UserError):
            self.ask(kind="period", date_from=now, date_to=now - timedelta(days=1))

    def test_no_numbers_at_all_are_refused(self):
        with self.assertRaises(UserError):
            self.ask(kind="ids", remote_ids=" \n ")

    def test_what_changed_since_the_last_sync_is_the_scheduled_actions_work(self):
        order_id = self.place_one()
        self.run_cron()
        later = self.place_one()
        self.env["tts.order.resync"].create(
            {"shop_id": self.shop.id, "kind": "due"}
        ).action_sync()
        self.run_cron()
        self.assertTrue(self.sale_order(order_id) and self.sale_order(later))

    def test_a_disconnected_shop_is_refused_with_what_to_do(self):
        self.account.state = "disconnected"
        with self.assertRaisesRegex(UserError, "Re-Authorize"):
            self.ask(kind="ids", remote_ids="1")

    def test_reading_an_order_again_that_tiktok_forgot_says_so(self):
        order_id = self.place_one()
        self.sync()
        self.empty_sandbox()
        action = self.mirror(order_id).action_retry()
        self.assertIn(order_id, action["params"]["message"])

    def test_reading_an_order_again_that_is_there_says_nothing(self):
        order_id = self.place_one()
        self.sync()
        self.assertFalse(self.mirror(order_id).action_retry())

    # === RUNS BESIDE EACH OTHER === #

    @mute_logger("odoo.addons.sale_tiktok_shop.models.tts_sync_run")
    def test_a_run_that_fails_stops_no_other(self):
        order_id = self.place_one()
        broken = self.ask(kind="ids", remote_ids="1")
        with self.spoiled("tts.sync.run", "_run", lambda run: run == broken):
            run = self.ask_ids(order_id)
        self.assertEqual((broken.state, run.state), ("failed", "done"))
        self.assertIn("spoiled", broken.error_message)

    def test_a_run_waits_for_the_worker_that_has_the_shop_without_spinning(self):
        order_id = self.place_one()
        run = self.ask(kind="ids", remote_ids=order_id)
        busy = patch.object(type(self.shop), "_take", lambda _shop: False)
        with busy:
            self.assertEqual(self.run_cron("ir_cron_resync"), 0)
        self.assertEqual(run.state, "running")
        soon = fields.Datetime.now() + AGAIN_IN
        triggers = self.env["ir.cron.trigger"].search(
            [
                ("cron_id", "=", self.env.ref("sale_tiktok_shop.ir_cron_resync").id),
                ("call_at", ">", soon - timedelta(seconds=50)),
            ]
        )
        self.assertTrue(triggers)
        self.run_cron("ir_cron_resync")
        self.assertEqual(run.state, "done")

    # === ACCESS === #

    def test_a_clerk_cannot_ask_for_a_resync(self):
        with self.assertRaises(AccessError):
            self.env["tts.order.resync"].with_user(self.low_user).create(
                {"shop_id": self.shop.id}
            )

    def test_a_user_sees_runs_and_cannot_start_them_again(self):
        user = new_test_user(
            self.env, "tts_reader", groups="sale_tiktok_shop.group_tts_user"
        )
        run = self.ask_ids("1")
        mine = run.with_user(user)
        self.assertEqual(mine.state, "done")
        with self.assertRaises(AccessError):
            mine.action_run_again()

    def test_an_administrator_of_the_connector_can_resync(self):
        manager = new_test_user(
            self.env, "tts_boss", groups="sale_tiktok_shop.group_tts_manager"
        )
        order_id = self.place_one()
        wizard = (
            self.env["tts.order.resync"]
            .with_user(manager)
            .create({"shop_id": self.shop.id, "kind": "ids", "remote_ids": order_id})
        )
        run = self.env["tts.sync.run"].browse(wizard.action_sync()["res_id"])
        self.run_cron("ir_cron_resync")
        self.assertEqual(run.user_id, manager)
        self.assertEqual(run.with_user(manager).created_count, 1)
