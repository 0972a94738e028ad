from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib.client import TikTokClient
from ..lib.errors import Rejected
from ..models.tts_shop_sync import Interrupted
from .catalogue_case import CatalogueCase

RUN_LOG = "odoo.addons.sale_tiktok_shop.models.tts_catalogue_sync_run"
CRON = "ir_cron_sync_catalogue"


@tagged("post_install", "-at_install")
class TestCatalogueSync(CatalogueCase):
    # === PREVIEW AND APPLY === #

    def test_a_sync_shows_what_it_would_match_and_changes_no_link(self):
        product = self.make_product("TS-1")
        found, lost = self.offer("TS-1", "TS-2")
        sync = self.sync_catalogue(apply=False)
        self.assertEqual(sync.state, "preview")
        self.assertEqual((sync.seller_sku_count, sync.unmatched_count), (1, 1))
        lines = {line.sku_remote_id: line for line in sync.line_ids}
        self.assertEqual(lines[found].product_id, product)
        self.assertEqual(lines[lost].action, "unmatched")
        self.assertIn("TS-2", lines[lost].reason)
        self.assertFalse(self.listing(found).product_id)

    def test_applying_links_what_was_found(self):
        product = self.make_product("TS-1")
        [found] = self.offer("TS-1")
        sync = self.sync_catalogue()
        self.assertEqual((sync.state, sync.error_message), ("done", False))
        listing = self.listing(found)
        self.assertEqual(listing.product_id, product)
        self.assertEqual(listing.match_state, "seller_sku")
        self.assertEqual(sync.line_ids.outcome, "done")
        self.assertTrue(self.shop.last_catalogue_sync)

    def test_discarding_leaves_everything_as_it_is(self):
        self.make_product("TS-1")
        [found] = self.offer("TS-1")
        sync = self.sync_catalogue(apply=False)
        sync.action_discard()
        self.run_cron(CRON)
        self.assertEqual(sync.state, "discarded")
        self.assertFalse(self.listing(found).product_id)

    def test_nothing_more_is_done_for_a_sync_that_is_discarded_while_it_runs(self):
        sync = self.ask_sync()
        sync.action_discard()
        with self.assertRaises(Interrupted):
            sync._transact(lambda: self.fail("a piece of work was begun"))

    def test_what_a_person_chose_meanwhile_is_left(self):
        self.make_product("TS-1")
        mine = self.make_product("MINE")
        [found] = self.offer("TS-1")
        sync = self.sync_catalogue(apply=False)
        self.listing(found).product_id = mine
        sync.action_apply()
        self.run_cron(CRON)
        self.assertEqual(self.listing(found).product_id, mine)
        self.assertEqual(sync.line_ids.outcome, "kept")
        self.assertTrue(sync.line_ids.message)

    def test_a_product_that_was_archived_meanwhile_is_not_linked(self):
        product = self.make_product("TS-1")
        [found] = self.offer("TS-1")
        sync = self.sync_catalogue(apply=False)
        product.active = False
        sync.action_apply()
        self.run_cron(CRON)
        self.assertFalse(self.listing(found).product_id)

    def test_each_kind_of_result_is_counted(self):
        for reference in ("A", "B", "B"):
            self.make_product(reference)
        kept, _two, _none, ignored = self.offer("A", "B", "C", "D")
        self.sync_catalogue()
        [by_id] = self.offer("E")
        self.make_product(by_id)
        self.offer("C")
        self.listing(ignored).action_ignore()
        sync = self.sync_catalogue(apply=False)
        self.assertRecordValues(
            sync,
            [
                {
                    "product_count": 3,
                    "listing_count": 6,
                    "kept_count": 1,
                    "tiktok_id_count": 1,
                    "seller_sku_count": 0,
                    "ambiguous_count": 1,
                    "unmatched_count": 2,
                    "ignored_count": 1,
                    "duplicate_count": 2,
                    "gone_count": 0,
                }
            ],
        )
        self.assertEqual(self.listing(kept).match_state, "seller_sku")

    def test_a_sync_that_finds_nothing_to_decide_is_done_at_once(self):
        self.offer("TS-2")
        sync = self.sync_catalogue(apply=False)
        self.assertEqual(sync.state, "done")
        self.assertEqual(sync.line_ids.outcome, "kept")

    def test_an_empty_shop_is_read_to_its_end(self):
        sync = self.sync_catalogue(apply=False)
        self.assertEqual((sync.state, sync.progress), ("done", 100))

    def test_a_sync_that_is_done_cannot_be_applied_again(self):
        self.offer("TS-2")
        sync = self.sync_catalogue()
        with self.assertRaisesRegex(UserError, "again"):
            sync.action_apply()

    def test_asking_twice_starts_one_sync(self):
        self.assertEqual(self.ask_sync(), self.ask_sync())

    def test_asking_again_discards_a_preview_nobody_applied(self):
        self.make_product("TS-1")
        self.offer("TS-1")
        old = self.sync_catalogue(apply=False)
        new = self.ask_sync()
        self.assertNotEqual(old, new)
        self.assertEqual(old.state, "discarded")

    def test_a_disconnected_shop_is_refused_with_what_to_do(self):
        self.account.state = "disconnected"
        with self.assertRaisesRegex(UserError, "Re-Authorize"):
            self.shop.action_sync_catalogue()

    # === GONE === #

    def test_a_product_that_is_gone_is_marked_and_keeps_its_link(self):
        product = self.make_product("TS-1")
        [found] = self.offer("TS-1")
        self.sync_catalogue()
        self.change_product(status="DELETED")
        sync = self.sync_catalogue()
        self.assertEqual(sync.gone_count, 1)
        self.assertTrue(self.listing(found).gone)
        self.assertEqual(self.listing(found).product_id, product)

    def test_a_product_that_comes_back_is_listed_again(self):
        [found] = self.offer("TS-1")
        self.sync_catalogue()
        self.change_product(status="DELETED")
        self.sync_catalogue()
        self.change_product(status="ACTIVATE")
        self.sync_catalogue()
        self.assertFalse(self.listing(found).gone)

    def test_a_variant_that_is_gone_does_not_take_the_others_with_it(self):
        first, second = self.offer("TS-1", "TS-2")
        self.sync_catalogue()
        self.change_sku(first, delete=True)
        self.sync_catalogue()
        self.assertTrue(self.listing(first).gone)
        self.assertFalse(self.listing(second).gone)

    def test_a_product_that_slipped_through_the_pages_is_not_gone(self):
        [found] = self.offer("TS-1")
        self.sync_catalogue()
        with patch.object(
            TikTokClient, "product_pages", lambda _client, **_o: iter(())
        ):
            sync = self.sync_catalogue()
        self.assertEqual(sync.state, "done")
        self.assertFalse(self.listing(found).gone)

    # === FAILURE === #

    def test_a_failed_reading_says_why_and_goes_on_where_it_stopped(self):
        for number in range(4):
            self.offer(f"TS-{number}")
        with self.fail_page(3):
            sync = self.sync_catalogue(apply=False)
        self.assertEqual((sync.state, sync.product_count), ("failed", 2))
        self.assertIn("line is dead", sync.error_message)
        issue = self.issues("catalogue")
        self.assertEqual(issue.category, "connection")
        sync.action_run_again()
        self.run_cron(CRON)
        self.assertEqual((sync.state, sync.product_count), ("done", 4))
        self.assertEqual(len(self.shop.listing_ids), 4)
        self.assertFalse(self.issues("catalogue"))

    def test_retry_of_the_issue_lets_the_sync_go_on(self):
        self.offer("TS-1")
        with self.fail_page(1):
            sync = self.sync_catalogue(apply=False)
        self.issues("catalogue").action_retry()
        self.run_cron(CRON)
        self.assertEqual(sync.state, "done")

    def test_a_mark_that_tiktok_forgot_means_from_the_start(self):
        for number in range(4):
            self.offer(f"TS-{number}")
        with self.fail_page(3):
            sync = self.sync_catalogue(apply=False)
        sync.action_run_again()
        with self.fail_page(1, Rejected("PageToken is invalid", code=36009004)):
            self.run_cron(CRON)
        self.assertEqual((sync.state, sync.product_count), ("done", 4))

    def test_a_refused_first_page_fails(self):
        self.offer("TS-1")
        with self.fail_page(1, Rejected("No", code=36009004)):
            sync = self.sync_catalogue(apply=False)
        self.assertEqual(sync.state, "failed")

    def test_a_limit_of_calls_is_waited_for_and_is_no_failure(self):
        self.offer("TS-1")
        with self.fault("rate_limit", path="/product", times=50):
            sync = self.sync_catalogue(apply=False)
        self.assertEqual(sync.state, "reading")
        self.assertGreater(sync.next_try, fields.Datetime.now())
        self.assertFalse(self.issues("catalogue"))
        sync.next_try = fields.Datetime.now() - timedelta(seconds=1)
        self.run_cron(CRON)
        self.assertEqual(sync.state, "done")

    def test_a_dead_connection_is_one_issue_of_the_account(self):
        self.offer("TS-1")
        self.sandbox.accounts.access.clear()
        self.sandbox.accounts.refresh.clear()
        sync = self.sync_catalogue(apply=False)
        self.assertEqual(sync.state, "failed")
        self.assertEqual(self.account.state, "disconnected")
        self.assertFalse(self.issues("catalogue"))

    @mute_logger(RUN_LOG)
    def test_a_sync_that_fails_stops_no_other(self):
        self.offer("TS-1")
        broken = self.env["tts.catalogue.sync"].create({"shop_id": self.shop.id})
        other = self.env["tts.catalogue.sync"].create({"shop_id": self.shop.id})
        with self.spoiled("tts.catalogue.sync", "_run", lambda sync: sync == broken):
            self.run_cron(CRON)
        self.assertEqual((broken.state, other.state), ("failed", "done"))
        self.assertIn("spoiled", broken.error_message)

    def test_a_sync_waits_for_the_worker_that_has_the_catalogue(self):
        self.make_product("TS-1")
        self.offer("TS-1")
        busy = patch.object(type(self.shop), "_take_catalogue", lambda _shop: False)
        with busy:
            sync = self.ask_sync()
            self.assertEqual(self.run_cron(CRON), 0)
        self.assertEqual(sync.state, "waiting")
        self.run_cron(CRON)
        self.assertEqual(sync.state, "preview")

    def test_a_sync_that_has_no_time_goes_on_with_the_next_run(self):
        for number in range(5):
            self.make_product(f"TS-{number}")
            self.offer(f"TS-{number}")
        cron = type(self.env["ir.cron"])
        original = cron._commit_progress

        def hurry(records, *args, **kwargs):
            original(records, *args, **kwargs)
            return 0

        sync = self.ask_sync()
        with self.small_products_pages(), patch.object(cron, "_commit_progress", hurry):
            self.run_cron(CRON)
        self.assertEqual(sync.state, "preview")
        self.assertEqual((sync.product_count, sync.line_count), (5, 5))

    # === WHAT THE BUTTONS SHOW === #

    def shown(self, sync, name):
        action = sync.with_context(tts_show=name).action_view_lines()
        return self.env[action["res_model"]].search(action["domain"])

    def test_the_counts_of_a_preview_open_its_rows(self):
        self.make_product("TS-1")
        found, lost = self.offer("TS-1", "TS-2")
        sync = self.sync_catalogue(apply=False)
        self.assertEqual(self.shown(sync, "seller_sku").sku_remote_id, found)
        self.assertEqual(self.shown(sync, "unmatched").sku_remote_id, lost)

    def test_the_counts_of_a_daily_sync_open_the_listings(self):
        self.make_product("TS-1")
        self.offer("TS-1")
        self.shop.catalogue_sync = True
        self.run_cron(CRON)
        sync = self.shop.catalogue_sync_ids
        action = sync.with_context(tts_show="seller_sku").action_view_lines()
        self.assertEqual(action["res_model"], "tts.listing")
        self.assertIn("search_default_seller_sku", action["context"])

    def test_what_is_archived_is_left_alone_until_it_is_taken_back(self):
        self.offer("TS-1")
        for record in (self.shop, self.account):
            with self.subTest(model=record._name):
                sync = self.ask_sync()
                record.active = False
                self.run_cron(CRON)
                self.assertEqual(sync.state, "waiting")
                self.assertFalse(self.shop._with_due_details())
                record.active = True
                self.run_cron(CRON)
                self.assertEqual(sync.state, "done")

    def test_a_row_opens_its_listing(self):
        [lost] = self.offer("TS-2")
        sync = self.sync_catalogue()
        action = sync.line_ids.action_open()
        self.assertEqual(action["res_id"], self.listing(lost).id)
