import pathlib
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.tts_shop_stock_push import STOCK_LOCK_SPACE
from .stock_case import StockCase

NEUTRALIZE = pathlib.Path(__file__).parents[1] / "data" / "neutralize.sql"
LOG = "odoo.addons.sale_tiktok_shop.models.tts_shop_stock"


@tagged("post_install", "-at_install")
class TestStockTrouble(StockCase):
    """Lost answers, limits, dead tokens, other workers: nothing is lost or doubled."""

    def setUp(self):
        super().setUp()
        self.set_in_odoo(self.product(), 10)

    def wakings(self):
        cron = self.env.ref("sale_tiktok_shop.ir_cron_push_stock")
        now = fields.Datetime.now()
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        return [row.call_at for row in triggers if row.call_at > now]

    def recover(self):
        self.shop.write({"next_stock_sync": False})
        self.run_cron("ir_cron_push_stock")

    # === THE NETWORK === #

    def test_a_lost_answer_is_healed_by_the_next_comparison(self):
        with self.fault("reset", path="/product", times=30, after=True):
            self.push()
        self.assertEqual(self.shop.stock_failure_count, 1)
        self.assertTrue(self.shop.last_stock_error)
        self.recover()
        self.assertEqual(self.on_tiktok(self.listing()), 10)
        self.assertEqual(self.shop.stock_failure_count, 0)
        self.assertFalse(self.shop.last_stock_error)

    def test_an_update_that_was_taken_without_an_answer_is_not_taken_for_a_failure(
        self,
    ):
        self.push()
        self.set_in_odoo(self.product(), 6)
        path = f"/product/202309/products/{self.listing().product_remote_id}"
        with self.fault("timeout", path=path, times=1, after=True):
            self.push()
        self.assertEqual(self.on_tiktok(self.listing()), 6)
        self.assertEqual(self.listing().push_state, "step")

    def test_what_was_taken_before_a_failure_is_noted(self):
        refused = self.listing(-1)
        path = f"/product/202309/products/{refused.product_remote_id}"
        with self.fault("http_500", path=path, rate=1):
            self.push()
        taken = self.listings.filtered(lambda row: row.push_state == "step")
        self.assertTrue(taken)
        for listing in taken.filtered("pushed_at"):
            self.assertEqual(listing.pushed_quantity, listing.odoo_quantity)
        self.assertEqual(refused.push_state, "due")
        self.assertEqual(self.shop.stock_failure_count, 1)
        self.assertEqual(self.shop.health, "retrying")
        issue = self.issues("stock_sync")
        self.assertEqual(issue.category, "stock")
        self.assertEqual(issue.next_retry, self.shop.next_stock_sync)

    def test_a_push_that_could_not_be_looked_at_again_stays_due(self):
        self.push()
        self.set_in_odoo(self.product(), 6)
        original = type(self.shop)._verify_stock

        def fail_to_look(shop, client, sent, refused):
            with self.fault("http_500", path="/product", rate=1):
                return original(shop, client, sent, refused)

        with patch.object(type(self.shop), "_verify_stock", fail_to_look):
            self.push()
        self.assertEqual(self.on_tiktok(self.listing()), 6)
        self.assertEqual(self.listing().push_state, "due")
        self.assertTrue(self.wakings())

    def test_too_many_requests_set_the_next_try_without_hammering(self):
        with self.fault("rate_limit", path="/product", rate=1):
            self.assertEqual(self.push(), 0)
        self.assertLessEqual(self.calls("/product"), 8)
        wait = self.shop.next_stock_sync - fields.Datetime.now()
        self.assertGreater(wait, timedelta(seconds=20))
        self.assertLess(wait, timedelta(minutes=6))
        self.assertTrue(self.wakings())

    def test_a_shop_that_failed_is_left_alone_until_its_next_try(self):
        with self.fault("http_500", path="/product", rate=1):
            self.push()
        before = self.calls()
        self.set_in_odoo(self.product(), 3)
        self.push_signalled()
        self.assertEqual(self.calls(), before)

    def test_waiting_grows_with_each_failure(self):
        waits = []
        with self.fault("http_500", path="/product", rate=1):
            for _time in range(3):
                self.recover()
                waits.append(self.shop.next_stock_sync - fields.Datetime.now())
        self.assertGreater(waits[1], waits[0] * 1.5)
        self.assertGreater(waits[2], waits[1] * 1.5)
        self.assertEqual(self.issues("stock_sync").count, 3)

    def test_waiting_never_grows_beyond_the_time_between_comparisons(self):
        self.shop.stock_failure_count = 8
        with self.fault("http_500", path="/product", rate=1):
            self.shop.next_stock_sync = False
            self.run_cron("ir_cron_push_stock")
        wait = self.shop.next_stock_sync - fields.Datetime.now()
        self.assertLessEqual(wait, timedelta(minutes=30))

    def test_an_expired_token_is_renewed_on_the_way(self):
        with self.fault("expired_token", rate=1):
            self.push()
        self.assertEqual(self.on_tiktok(self.listing()), 10)

    def test_a_dead_token_disconnects_the_account_and_opens_one_issue(self):
        self.sandbox.accounts.access.clear()
        self.sandbox.accounts.refresh.clear()
        self.push()
        self.assertEqual(self.account.state, "disconnected")
        self.assertFalse(self.issues("stock_sync"))
        before = self.calls()
        self.recover()
        self.assertEqual(self.calls(), before)

    def test_a_shop_that_is_connected_again_is_compared_at_once(self):
        self.push()
        self.shop.write(
            {
                "stock_failure_count": 3,
                "next_stock_sync": fields.Datetime.now() + timedelta(hours=5),
            }
        )
        self.set_on_tiktok(self.listing(), 99)
        self.shop._reconnected()
        self.run_cron("ir_cron_push_stock")
        self.assertEqual(self.on_tiktok(self.listing()), 10)

    @mute_logger(LOG)
    def test_whatever_goes_wrong_is_kept_on_the_shop(self):
        with self.spoiled("tts.shop", "_promised", lambda *_args: True):
            self.assertEqual(self.push(), 0)
        self.assertIn("spoiled", self.shop.last_stock_error)
        self.assertTrue(self.issues("stock_sync"))
        self.recover()
        self.assertFalse(self.issues("stock_sync"))

    # === OTHER WORKERS === #

    @contextmanager
    def other_worker(self):
        """Hold the lock of the shop's stock on another connection."""
        with self.registry._db.cursor() as cr:
            cr.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)", (STOCK_LOCK_SPACE, self.shop.id)
            )
            yield
            cr.rollback()

    def test_a_shop_that_another_worker_has_is_no_failure_and_comes_back(self):
        with self.other_worker():
            self.push()
        self.assertEqual(self.calls("/product"), 0)
        self.assertFalse(self.shop.stock_failure_count)
        self.assertTrue(self.wakings())

    def test_notes_that_meet_a_conflict_leave_the_listing_due(self):
        def meddle(*_args, **_more):
            raise SerializationFailure()

        with patch.object(type(self.shop), "_note_levels", meddle):
            self.push()
        self.assertFalse(self.shop.stock_failure_count)
        self.assertEqual(self.listing().push_state, "waiting")
        self.assertTrue(self.wakings())
        self.recover()
        self.assertEqual(self.listing().push_state, "step")

    def test_a_comparison_that_is_cut_short_goes_on_where_it_stopped(self):
        Cron, Shop = type(self.env["ir.cron"]), type(self.shop)
        commit, go_through, parts = Cron._commit_progress, Shop._go_through, []

        def out_of_time(cron, *args, **kwargs):
            commit(cron, *args, **kwargs)
            return 0.0

        def watch(shop, client, listings, **options):
            if not options.get("is_push"):
                parts.append(listings.ids)
            return go_through(shop, client, listings, **options)

        with (
            patch("odoo.addons.sale_tiktok_shop.models.tts_shop_stock_push.PART", 5),
            patch.object(Cron, "_commit_progress", out_of_time),
            patch.object(Shop, "_go_through", watch),
        ):
            self.push()
        compared = [number for part in parts for number in part]
        self.assertEqual(sorted(compared), sorted(self.listings.ids))
        self.assertGreater(len(parts), 2)
        self.assertFalse(self.shop.stock_cursor)
        self.assertEqual(self.on_tiktok(self.listing()), 10)

    # === PEOPLE === #

    def test_a_sku_whose_product_is_not_known_yet_is_pushed_all_the_same(self):
        self.push()
        self.listing().write({"product_remote_id": False, "push_state": "due"})
        self.set_in_odoo(self.product(), 4)
        self.push_signalled()
        self.assertEqual(self.on_tiktok(self.listing()), 4)

    def test_a_shop_that_does_not_push_is_never_called(self):
        self.shop.stock_sync = False
        self.run_cron("ir_cron_push_stock")
        self.assertEqual(self.calls(), 0)

    def test_sync_inventory_pushes_a_shop_once_that_does_not_push_by_itself(self):
        self.shop.stock_sync = False
        action = self.shop.action_sync_inventory()
        self.assertEqual(action["params"]["type"], "info")
        self.run_cron("ir_cron_push_stock")
        self.assertEqual(self.on_tiktok(self.listing()), 10)
        self.assertTrue(self.shop.last_stock_sync)
        before = self.calls()
        self.set_in_odoo(self.product(), 3)
        self.push_signalled()
        self.assertEqual(self.calls(), before)

    def test_sync_inventory_of_a_disconnected_shop_says_what_to_do(self):
        self.account.state = "disconnected"
        with self.assertRaisesRegex(UserError, "Re-Authorize"):
            self.shop.action_sync_inventory()

    def test_only_managers_sync_the_inventory(self):
        user = new_test_user(
            self.env, "tts_reader", groups="sale_tiktok_shop.group_tts_user"
        )
        with self.assertRaises(AccessError):
            self.shop.with_user(user).action_sync_inventory()

    def test_a_copy_of_the_database_never_pushes(self):
        self.push()
        self.set_in_odoo(self.product(), 3)
        self.env.cr.precommit.run()
        before = self.calls()
        self.env.flush_all()
        self.env.cr.execute(NEUTRALIZE.read_text())
        self.env.invalidate_all()
        cron = self.env.ref("sale_tiktok_shop.ir_cron_push_stock")
        self.assertFalse(cron.active)
        self.assertFalse(self.shop.stock_sync)
        self.assertFalse(self.env["tts.stock.signal"].search([]))
        self.run_cron("ir_cron_push_stock")
        self.assertEqual(self.calls(), before)


@tagged("post_install", "-at_install")
class TestStockOfASecondCompany(StockCase):
    @classmethod
    def connect(cls, company=None, user=None):
        """Override to connect the shop in a company of its own."""
        cls.company = cls.env["res.company"].create({"name": "Second company"})
        return super().connect(company=cls.company)

    def test_a_second_company_pushes_its_own_stock(self):
        first = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        self.assertEqual(self.shop.warehouse_id.company_id, self.company)
        self.set_in_odoo(self.product(), 9, first)
        self.set_in_odoo(self.product(), 55)
        self.push()
        self.assertEqual(self.on_tiktok(self.listing()), 55)
