from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .. import const
from ..lib.client import TikTokClient
from ..lib.errors import Unauthorized, Unreachable
from .order_case import OrderCase

DAY = 24 * 3600
SYNC_LOG = "odoo.addons.sale_tiktok_shop.models.tts_shop_sync"


class CronCase(OrderCase):
    def due(self, shop=None):
        """Make a shop due, whatever it waits for."""
        (shop or self.shop).next_order_sync = fields.Datetime.now() - timedelta(hours=1)

    def place_aged(self, seconds, **values):
        """Place an order that changed for the last time so many seconds ago."""
        moment = int(self.sandbox.now()) - seconds
        return self.place_rest(create_time=moment, update_time=moment, **values)

    @contextmanager
    def small_pages(self, size=2):
        """Let a page hold so few orders that a handful fills many."""
        with patch.object(TikTokClient.order_pages, "__defaults__", (size,)):
            yield

    @contextmanager
    def failing_search(self, *numbers):
        """Let searches with these numbers, counted from 1, fail; yield the bodies."""
        original, asked = TikTokClient.search_orders, []

        def search(client, **query):
            asked.append(query)
            if len(asked) in numbers:
                raise Unreachable("The line is dead.")
            return original(client, **query)

        with patch.object(TikTokClient, "search_orders", search):
            yield asked


@tagged("post_install", "-at_install")
class TestCron(CronCase):
    # === CURSOR === #

    def test_a_new_shop_starts_fifteen_days_back(self):
        young, old = self.place_aged(14 * DAY), self.place_aged(16 * DAY)
        self.assertFalse(self.shop.last_order_sync)
        self.run_cron()
        self.assertTrue(self.sale_order(young))
        self.assertFalse(self.mirror(old))

    def test_a_sync_after_forty_days_reads_slices_of_at_most_fifteen_days(self):
        ids = [self.place_aged(days * DAY) for days in (39, 25, 24, 10, 0)]
        start = fields.Datetime.now() - timedelta(days=40)
        self.shop.last_order_sync = start
        with self.failing_search() as asked:
            self.run_cron()
        windows = {row["update_time_lt"]: row for row in reversed(asked)}.values()
        self.assertGreaterEqual(len(windows), 3)
        for window in windows:
            length = window["update_time_lt"] - window["update_time_ge"]
            self.assertLessEqual(length, 15 * DAY)
        for order_id in ids:
            self.assertEqual(self.sale_order(order_id).state, "sale")

    def test_slices_leave_no_gap_and_begin_before_the_cursor(self):
        until = fields.Datetime.now()
        since = until - timedelta(days=40)
        self.shop.last_order_sync = since
        slices = self.shop._slices(until)
        self.assertLess(slices[0][0], since)
        self.assertEqual(slices[-1][1], until)
        for (_start, end), (start, _end) in zip(slices, slices[1:], strict=False):
            self.assertLess(start, end)

    def test_the_cursor_ends_where_the_sync_began_in_utc(self):
        self.env.user.tz = "Asia/Kuala_Lumpur"
        before = fields.Datetime.now()
        self.run_cron()
        self.assertLessEqual(
            abs(self.shop.last_order_sync - before), timedelta(seconds=30)
        )

    def test_an_order_that_surfaces_a_little_late_is_inside_the_overlap(self):
        self.run_cron()
        order_id = self.place_aged(5 * 60)
        self.due()
        self.run_cron()
        self.assertTrue(self.sale_order(order_id))

    def test_two_syncs_within_a_second_both_look(self):
        now = fields.Datetime.now()
        self.shop.last_order_sync = now
        self.assertTrue(self.shop._slices(now))

    def test_a_last_sync_in_the_future_is_refused(self):
        with self.assertRaises(ValidationError):
            self.shop.last_order_sync = fields.Datetime.now() + timedelta(days=1)

    def test_setting_the_cursor_back_makes_the_shop_due(self):
        self.run_cron()
        order_id = self.place_aged(20 * DAY)
        self.shop.last_order_sync = fields.Datetime.now() - timedelta(days=21)
        self.run_cron()
        self.assertTrue(self.sale_order(order_id))

    def test_a_failure_on_the_second_page_keeps_the_first_and_loses_none(self):
        ids = [self.place_aged(seconds) for seconds in range(6000, 0, -1000)]
        with self.small_pages(), self.failing_search(3):
            self.run_cron()
        done = self.env["tts.order"].search([("remote_id", "in", ids)])
        self.assertEqual(set(done.mapped("remote_id")), set(ids[: len(done)]))
        self.assertIn(len(done), range(2, 5))
        reached = max(done.mapped("remote_update_time"))
        self.assertEqual(self.shop.last_order_sync, reached)
        self.assertEqual(self.shop.failure_count, 1)
        self.due()
        with self.small_pages():
            self.run_cron()
        orders = self.env["sale.order"].search([("client_order_ref", "in", ids)])
        self.assertEqual(len(orders), 6)
        self.assertFalse(self.shop.failure_count)

    @mute_logger(SYNC_LOG)
    def test_a_page_that_cannot_be_stored_does_not_move_the_cursor(self):
        self.run_cron()
        before = self.shop.last_order_sync
        self.place(2)
        self.due()
        with self.spoiled("tts.order", "_absorb", lambda *_args, **_more: True):
            self.run_cron()
        self.assertEqual(self.shop.last_order_sync, before)
        self.assertEqual(self.shop.failure_count, 1)

    def test_a_run_whose_time_is_up_after_each_page_still_arrives(self):
        ids = [self.place_aged(1) for _order in range(7)]
        Cron, original = type(self.env["ir.cron"]), None
        original = Cron._commit_progress

        def out_of_time(cron, *args, **kwargs):
            original(cron, *args, **kwargs)
            return 0.0

        with self.small_pages(3), patch.object(Cron, "_commit_progress", out_of_time):
            self.run_cron()
        found = self.env["tts.order"].search([("remote_id", "in", ids)])
        self.assertEqual(len(found), 7)

    # === FAILURES === #

    def test_a_failure_keeps_its_reason_and_opens_one_issue(self):
        with self.failing_search(*range(1, 20)):
            self.run_cron()
            self.due()
            self.run_cron()
        self.assertIn("line is dead", self.shop.last_error)
        self.assertFalse(self.shop.last_order_sync)
        issue = self.issues("connection")
        self.assertEqual((len(issue), issue.count), (1, 2))
        self.assertEqual(issue.next_retry, self.shop.next_order_sync)

    def test_waiting_grows_with_each_failure_and_ends_with_success(self):
        waits = []
        for _time in range(4):
            with self.failing_search(1):
                self.due()
                self.run_cron()
            waits.append(self.shop.next_order_sync - fields.Datetime.now())
        for shorter, longer in zip(waits, waits[1:], strict=False):
            self.assertGreater(longer, shorter * 1.5)
        self.due()
        self.run_cron()
        self.assertEqual((self.shop.failure_count, self.shop.last_error), (0, False))
        self.assertFalse(self.issues("connection"))

    def test_waiting_never_exceeds_six_hours(self):
        self.shop.failure_count = 300
        self.due()
        with self.failing_search(1):
            self.run_cron()
        wait = self.shop.next_order_sync - fields.Datetime.now()
        self.assertLessEqual(wait, timedelta(hours=6))

    def test_a_failed_shop_is_left_alone_until_its_next_try(self):
        with self.failing_search(1):
            self.run_cron()
        before = self.calls()
        self.run_cron()
        self.assertEqual(self.calls(), before)

    def test_a_failed_shop_wakes_the_scheduled_action_by_itself(self):
        with self.failing_search(1):
            self.run_cron()
        triggers = self.env["ir.cron.trigger"].search(
            [
                (
                    "cron_id",
                    "=",
                    self.env.ref("sale_tiktok_shop.ir_cron_sync_orders").id,
                ),
                ("call_at", "=", self.shop.next_order_sync),
            ]
        )
        self.assertTrue(triggers)

    def test_too_many_requests_set_the_next_try_without_hammering(self):
        with self.fault("rate_limit", path="/order", rate=1):
            self.run_cron()
        self.assertLessEqual(self.calls("orders/search"), 4)
        wait = self.shop.next_order_sync - fields.Datetime.now()
        self.assertGreater(wait, timedelta(seconds=20))
        self.assertLess(wait, timedelta(minutes=5))
        self.assertEqual(self.shop.failure_count, 1)

    def test_nothing_is_left_over_for_the_scheduled_action_after_any_failure(self):
        for kind in ("rate_limit", "http_500"):
            self.due()
            with self.fault(kind, path="/order", rate=1):
                self.assertEqual(self.run_cron(), 0)
        self.due()
        self.assertEqual(self.run_cron(), 0)

    def test_a_disconnected_account_is_not_called(self):
        self.account.state = "disconnected"
        self.place_one()
        self.run_cron()
        self.assertEqual(self.calls(), 0)

    def test_a_shop_whose_sync_is_switched_off_is_not_called(self):
        self.shop.order_sync = False
        self.run_cron()
        self.assertEqual(self.calls(), 0)

    def test_an_expired_token_is_renewed_on_the_way(self):
        order_id = self.place_one()
        with self.fault("expired_token", rate=1):
            self.run_cron()
        self.assertTrue(self.sale_order(order_id))
        self.assertEqual(self.account.state, "connected")

    # === BAD APPLES === #

    @mute_logger("odoo.addons.sale_tiktok_shop.models.tts_order_outcome")
    def test_one_order_of_twenty_that_raises_stops_no_other(self):
        ids = self.place(20, ordinary=True)
        culprit = ids[7]
        with self.spoiled(
            "sale.order",
            "action_confirm",
            lambda orders: culprit in orders.mapped("client_order_ref"),
        ):
            self.run_cron()
        mirrors = self.env["tts.order"].search([("remote_id", "in", ids)])
        self.assertEqual(len(mirrors.filtered(lambda row: row.state == "done")), 19)
        bad = self.mirror(culprit)
        self.assertEqual(bad.state, "error")
        self.assertIn("spoiled", bad.error_message)
        self.assertTrue(bad.next_retry)
        self.assertFalse(bad.sale_order_id)
        self.assertEqual(self.issues().order_id, bad)
        self.assertFalse(self.shop.failure_count)

    @mute_logger("odoo.addons.sale_tiktok_shop.models.tts_order_outcome")
    def test_a_failed_order_is_imported_by_itself_once_its_cause_is_gone(self):
        order_id = self.place_one()
        with self.spoiled("sale.order", "action_confirm", lambda _orders: True):
            self.run_cron()
        bad = self.mirror(order_id)
        bad.next_retry = fields.Datetime.now() - timedelta(minutes=1)
        self.due()
        self.run_cron()
        self.assertEqual((bad.state, bad.attempt_count), ("done", 0))
        self.assertEqual(bad.sale_order_id.state, "sale")
        self.assertFalse(self.issues())

    @mute_logger("odoo.addons.sale_tiktok_shop.models.tts_order_outcome")
    def test_a_failed_order_is_tried_later_each_time(self):
        order_id = self.place_one()
        waits = []
        with self.spoiled("sale.order", "action_confirm", lambda _orders: True):
            for _time in range(3):
                self.absorb(self.raw(order_id), force=True)
                waits.append(self.mirror(order_id).next_retry - fields.Datetime.now())
        self.assertGreater(waits[1], waits[0] * 1.5)
        self.assertGreater(waits[2], waits[1] * 1.5)
        self.assertEqual(self.issues(f"import:{order_id}").count, 3)

    def test_orders_that_cannot_be_read_hide_none_of_the_others(self):
        good = self.place(6, ordinary=True)
        bad = [
            self.place_one({"line_items": []}),
            self.place_one({"payment": None}),
        ]
        self.run_cron()
        for order_id in good:
            self.assertEqual(self.sale_order(order_id).state, "sale")
        for order_id in bad:
            self.assertEqual(self.mirror(order_id).state, "error")
            self.assertTrue(self.issues(f"import:{order_id}").reason)

    def test_an_id_that_no_database_can_be_asked_for_hides_none_of_the_others(self):
        row = self.raw(self.place_one())
        self.absorb({**row, "id": "57\ud800"}, row)
        self.assertEqual(self.sale_order(row["id"]).state, "sale")
        self.assertTrue(self.issues("nameless_order"))


@tagged("post_install", "-at_install")
class TestCronOfTwoShops(CronCase):
    markets = ("MY", "TH")

    @property
    def other(self):
        return self.account.shop_ids - self.shop

    def place_in(self, shop):
        return self.control(
            "POST", "/orders", {"order": {}, "shop_id": shop.remote_id}
        )["ids"][0]

    def test_each_shop_gets_its_own_orders(self):
        mine, theirs = self.place_in(self.shop), self.place_in(self.other)
        self.run_cron()
        self.assertEqual(self.mirror(mine).shop_id, self.shop)
        self.assertEqual(self.mirror(theirs).shop_id, self.other)

    @mute_logger(SYNC_LOG)
    def test_a_broken_shop_stops_no_other(self):
        order_id = self.place_in(self.other)
        with self.spoiled("tts.shop", "_sync_orders", lambda shop: shop == self.shop):
            self.assertEqual(self.run_cron(), 0)
        self.assertTrue(self.sale_order(order_id))
        self.assertEqual(self.shop.failure_count, 1)
        self.assertIn("spoiled", self.shop.last_error)
        self.assertFalse(self.other.failure_count)

    def test_a_second_copy_of_the_scheduled_action_works_as_an_administrator(self):
        order_id = self.place_in(self.shop)
        cron = self.env.ref("sale_tiktok_shop.ir_cron_sync_orders")
        cron.user_id = new_test_user(
            self.env, "tts_admin", groups="base.group_system,base.group_user"
        )
        self.run_cron()
        self.assertEqual(self.sale_order(order_id).state, "sale")

    def test_a_shop_the_seller_took_back_leaves_its_neighbours_connected(self):
        order_id = self.place_in(self.other)

        def refuse(shop):
            raise Unauthorized("Not this shop.", code=const.CODE_TOKEN_MISFIT)

        original = type(self.shop)._sync_orders
        with patch.object(
            type(self.shop),
            "_sync_orders",
            lambda shop: refuse(shop) if shop == self.shop else original(shop),
        ):
            self.run_cron()
        self.assertEqual(self.account.state, "connected")
        self.assertTrue(self.sale_order(order_id))
        self.assertTrue(self.issues("connection").shop_id == self.shop)

    @mute_logger(SYNC_LOG)
    def test_a_shop_whose_failure_cannot_even_be_noted_stops_no_other(self):
        mine, theirs = self.place_in(self.shop), self.place_in(self.other)
        for broken, order_id in ((self.shop, theirs), (self.other, mine)):
            for shop in self.account.shop_ids:
                self.due(shop)
            with (
                self.spoiled(
                    "tts.shop", "_sync_orders", lambda shop, it=broken: shop == it
                ),
                self.spoiled("tts.shop", "_note_failure", lambda *_args: True),
            ):
                self.run_cron()
            self.assertTrue(self.sale_order(order_id))
