"""Every fault the sandbox knows, on every kind of call: nothing lost, nothing twice."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_cron import SYNC_LOG, CronCase

SEARCH = "/order/202309/orders/search"
DETAILS = "/order/202507/orders"
SHOPS = "/authorization"
WAREHOUSES = "/logistics"
TOKENS = "/api/v2/token/refresh"
STOPPING = (
    "http_500",
    "html_502",
    "timeout",
    "reset",
    "truncated_json",
    "rate_limit",
)
PASSING = ("slow", "expired_token", "unknown_enum", "number_ids", "duplicate_page")


@tagged("post_install", "-at_install")
class TestFaults(CronCase):
    markets = ("MY", "TH")

    def setUp(self):
        super().setUp()
        self.other = self.account.shop_ids - self.shop

    def place_in(self, shop, count=3):
        ids = []
        for _order in range(count):
            values = {"order": {}, "shop_id": shop.remote_id}
            ids += self.control("POST", "/orders", values)["ids"]
        return ids

    def run_due(self):
        for shop in self.account.shop_ids:
            self.due(shop)
        self.run_cron()

    def check_in_step(self, msg):
        """Orders to ship in the sandbox are the sales orders of Odoo, each once."""
        to_ship = {
            order_id
            for order_id, order in self.control("GET", "/state?raw=0")["orders"].items()
            if order["status"] in ("AWAITING_SHIPMENT", "AWAITING_COLLECTION")
        }
        orders = self.env["sale.order"].search([("tts_order_id", "!=", False)])
        found = orders.mapped("client_order_ref")
        trouble = self.account.mapped("last_message") + self.account.shop_ids.mapped(
            "last_error"
        )
        self.assertEqual(sorted(found), sorted(to_ship), (msg, trouble))
        self.assertEqual(set(orders.mapped("state")) - {"sale"}, set(), msg)
        self.assertFalse(self.issues("connection"), msg)

    # === READING ORDERS === #

    @mute_logger(SYNC_LOG)
    def test_a_search_that_fails_moves_no_cursor_and_heals_by_itself(self):
        self.run_due()
        for kind in STOPPING:
            before = self.shop.last_order_sync
            self.place_in(self.shop)
            with self.fault(kind, path=SEARCH, rate=1):
                self.run_due()
            self.assertEqual(self.shop.last_order_sync, before, kind)
            self.assertEqual(self.shop.failure_count, 1, kind)
            self.assertEqual(self.account.state, "connected", kind)
            self.run_due()
            self.assertFalse(self.shop.failure_count, kind)
            self.check_in_step(kind)

    @mute_logger(SYNC_LOG)
    def test_a_search_that_fails_now_and_then_loses_and_doubles_nothing(self):
        for kind in (*STOPPING, *PASSING):
            self.place_in(self.shop, count=5)
            with self.small_pages(), self.fault(kind, path=SEARCH, rate=0.4):
                self.run_due()
            self.run_due()
            self.check_in_step(kind)

    def test_a_fault_that_a_repeated_call_cures_is_no_failure(self):
        for kind in STOPPING:
            self.place_in(self.shop, count=1)
            with self.fault(kind, path=SEARCH, times=1):
                self.run_due()
            self.assertFalse(self.shop.failure_count, kind)
            self.check_in_step(kind)

    def test_odd_answers_that_can_be_read_stop_nothing(self):
        for kind in PASSING:
            self.place_in(self.shop)
            with self.small_pages(), self.fault(kind, rate=1):
                self.run_due()
            self.run_due()
            self.check_in_step(kind)

    def test_a_shop_that_cannot_be_read_stops_no_other(self):
        self.place_in(self.shop)
        ids = self.place_in(self.other)
        with self.failing_search(1):
            self.run_due()
        failing = self.account.shop_ids.filtered("failure_count")
        self.assertEqual(len(failing), 1)
        healthy = self.account.shop_ids - failing
        self.assertTrue(healthy.last_success)
        if healthy == self.other:
            self.assertEqual(
                len(self.env["sale.order"].search([("client_order_ref", "in", ids)])), 3
            )
        self.run_due()
        self.check_in_step("after")

    # === ORDER DETAILS === #

    @mute_logger(SYNC_LOG)
    def test_details_that_fail_leave_the_order_to_the_next_retry(self):
        for kind in STOPPING:
            order_id = self.place_one({"line_items": []})
            self.run_due()
            bad = self.mirror(order_id)
            self.assertEqual(bad.state, "error")
            bad.next_retry = fields.Datetime.now() - timedelta(minutes=1)
            with self.fault(kind, path=DETAILS, rate=1):
                self.run_due()
            self.assertEqual(bad.state, "error", kind)
            good = self.raw(self.place_units(self.unit()))
            self.change(
                order_id,
                set={"line_items": good["line_items"], "payment": good["payment"]},
            )
            bad.next_retry = fields.Datetime.now() - timedelta(minutes=1)
            self.run_due()
            self.assertEqual(bad.state, "done", kind)
            self.check_in_step(kind)

    def test_a_retry_button_says_why_it_failed(self):
        order_id = self.place_one({"line_items": []})
        self.run_due()
        for kind in STOPPING:
            with (
                self.fault(kind, path=DETAILS, rate=1),
                self.assertRaises(UserError, msg=kind) as caught,
            ):
                self.issues(f"import:{order_id}").action_retry()
            self.assertIn(order_id, str(caught.exception))

    # === SHOPS, WAREHOUSES, TOKENS === #

    def test_shops_that_cannot_be_read_say_why_and_change_nothing(self):
        shops = self.account.shop_ids
        for path in (SHOPS, WAREHOUSES):
            for kind in STOPPING:
                with (
                    self.fault(kind, path=path, rate=1),
                    self.assertRaises(UserError, msg=f"{path} {kind}"),
                ):
                    self.account.action_refresh_shops()
        self.account.action_refresh_shops()
        self.assertEqual(self.account.shop_ids, shops)

    def test_a_refresh_that_fails_uses_the_old_token_while_it_lives(self):
        # A refresh whose answer is lost may have used up the refresh token: that is
        # another story, told below.
        self.patch(self.sandbox.options, "rotate_refresh", False)
        token = self.account.token_ids
        for kind in STOPPING:
            self.place_in(self.shop, count=1)
            token.access_expires_at = fields.Datetime.now() + timedelta(hours=2)
            with self.fault(kind, path=TOKENS, rate=1):
                self.run_due()
            self.assertEqual(self.account.state, "connected", kind)
            self.check_in_step(kind)

    @mute_logger(SYNC_LOG)
    def test_a_refresh_that_fails_on_a_dead_token_is_tried_again_later(self):
        self.patch(self.sandbox.options, "rotate_refresh", False)
        token = self.account.token_ids
        for kind in set(STOPPING) - {"rate_limit"}:  # which token calls never meet
            self.place_in(self.shop, count=1)
            token.access_expires_at = fields.Datetime.now() - timedelta(hours=2)
            with self.fault(kind, path=TOKENS, rate=1):
                self.run_due()
            self.assertEqual(self.account.state, "connected", kind)
            self.assertEqual(self.shop.failure_count, 1, kind)
            self.run_due()
            self.check_in_step(kind)

    @mute_logger(SYNC_LOG)
    def test_a_refresh_whose_answer_is_lost_with_the_new_token_asks_a_person(self):
        self.account.token_ids.access_expires_at = fields.Datetime.now()
        with self.fault("truncated_json", path=TOKENS, rate=1):
            self.run_due()
        self.run_due()
        self.assertEqual(self.account.state, "disconnected")
        self.assertIn("connect the account again", self.account.last_message)
