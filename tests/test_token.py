import threading
from contextlib import contextmanager
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import tagged

from ..lib.errors import Unauthorized, Unreachable
from .common import TtsCase

REFRESH = "/api/v2/token/refresh"


@tagged("post_install", "-at_install")
class TestToken(TtsCase):
    sandbox_options = {"orders": 0, "products": 1, "odd_skus": 0}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.token = cls.account.sudo().token_ids

    def setUp(self):
        super().setUp()
        # The sandbox outlives a test, the tokens it issued in there do not.
        given = self.sandbox.accounts.issue()
        self.token.write(
            {
                "access_token": given["access_token"],
                "refresh_token": given["refresh_token"],
                "access_expires_at": fields.Datetime.now() + timedelta(days=7),
            }
        )
        self.sandbox.calls.clear()

    def refreshes(self):
        """Return how many refreshes TikTok was asked for."""
        calls = self.control("GET", "/state?raw=0")["calls"]
        return sum(count for name, count in calls.items() if REFRESH in name)

    def age(self, **left):
        self.token.access_expires_at = fields.Datetime.now() + timedelta(**left)

    def ask(self):
        with self.enter_registry_test_mode():
            token = self.token._get_access_token()
        self.env.invalidate_all()
        return token

    def test_a_fresh_token_is_used_as_it_is(self):
        before = self.token.access_token
        self.assertEqual(self.ask(), before)
        self.assertEqual(self.refreshes(), 0)

    def test_a_token_in_its_last_day_is_renewed(self):
        self.age(hours=23)
        before = self.token.access_token
        self.assertNotEqual(self.ask(), before)
        self.assertEqual(self.refreshes(), 1)

    def test_both_new_tokens_are_stored(self):
        self.age(hours=1)
        old_refresh = self.token.refresh_token
        access = self.ask()
        self.assertEqual(self.token.access_token, access)
        self.assertNotEqual(self.token.refresh_token, old_refresh)
        self.assertIn(self.token.refresh_token, self.sandbox.accounts.refresh)

    def test_tiktok_refusing_a_token_renews_it_once(self):
        with (
            self.fault("expired_token", times=None, rate=1),
            self.enter_registry_test_mode(),
        ):
            self.account._pull_shops()
        self.assertEqual(self.refreshes(), 1)

    def test_a_token_that_was_replaced_meanwhile_is_not_renewed_again(self):
        with self.enter_registry_test_mode():
            token = self.token._refresh(refused="the one before")
        self.assertEqual(token, self.token.access_token)
        self.assertEqual(self.refreshes(), 0)

    def test_an_unreachable_server_leaves_a_living_token_in_use(self):
        self.age(hours=2)
        before = self.token.access_token
        with self.fault("timeout", path=REFRESH, times=9):
            self.assertEqual(self.ask(), before)

    def test_an_unreachable_server_and_a_dead_token_end_the_call(self):
        self.age(hours=-2)
        with (
            self.fault("timeout", path=REFRESH, times=9),
            self.assertRaises(Unreachable),
        ):
            self.ask()

    def test_without_tokens_the_reason_says_what_to_do(self):
        self.token.unlink()
        with self.assertRaisesRegex(Unauthorized, "click Authorize"):
            self.account._client()

    # === A REFUSED REFRESH === #

    def refuse(self):
        """Let TikTok end the authorization, and the next sync find out."""
        self.sandbox.accounts.refresh.clear()
        self.age(hours=-1)
        self.sync()

    def test_a_refused_refresh_disconnects_the_account(self):
        self.refuse()
        self.assertEqual(self.account.state, "disconnected")
        self.assertEqual(self.shop.health, "disconnected")

    def test_a_refused_refresh_is_one_issue_with_an_activity(self):
        self.refuse()
        issue = self.issues()
        self.assertEqual(issue.mapped("key"), ["disconnected"])
        self.assertEqual(issue.activity_ids.user_id, self.account.responsible_id)

    def test_a_living_token_goes_on_when_its_renewal_is_refused(self):
        order_id = self.place_one()
        self.sandbox.accounts.refresh.clear()
        self.age(hours=2)
        self.sync()
        self.assertTrue(self.sale_order(order_id))
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(self.issues().mapped("key"), ["unrenewable"])

    def test_a_renewal_that_works_again_closes_its_issue(self):
        living = dict(self.sandbox.accounts.refresh)
        self.sandbox.accounts.refresh.clear()
        self.age(hours=2)
        self.sync()
        self.sandbox.accounts.refresh.update(living)
        self.sync()
        self.assertFalse(self.issues())

    def test_a_disconnected_shop_is_not_due(self):
        self.refuse()
        self.shop.next_order_sync = False
        self.assertNotIn(self.shop, self.env["tts.shop"]._due_shops())

    def test_authorizing_again_heals_everything(self):
        self.refuse()
        issue = self.issues()
        with self.enter_registry_test_mode():
            self.account._oauth_finish(self.sandbox.accounts.new_code())
        self.env.invalidate_all()
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(issue.state, "closed")
        self.assertFalse(issue.activity_ids)
        self.assertIn(self.shop, self.env["tts.shop"]._due_shops())


@tagged("post_install", "-at_install")
class TestTokenAcrossTransactions(TtsCase):
    """Real connections on committed rows, which are deleted again."""

    sandbox_options = {"orders": 0, "products": 1, "odd_skus": 0}

    refreshes = TestToken.refreshes

    @contextmanager
    def environment(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def setUp(self):
        super().setUp()
        given = self.sandbox.credentials | self.sandbox.accounts.issue()
        self.sandbox.calls.clear()
        with self.environment() as env:
            account = env["tts.account"].create(
                {
                    "name": "Committed",
                    "service_id": given["service_id"],
                    "app_key": given["app_key"],
                    "app_secret_entry": given["app_secret"],
                    "sandbox_url": self.account.sandbox_url,
                }
            )
            token = env["tts.token"].create(
                {
                    "account_id": account.id,
                    "access_token": given["access_token"],
                    "refresh_token": given["refresh_token"],
                    "access_expires_at": fields.Datetime.now() - timedelta(hours=1),
                }
            )
            self.account_id, self.token_id = account.id, token.id
        self.addCleanup(self.forget)

    def forget(self):
        with self.environment() as env:
            env["tts.account"].browse(self.account_id).unlink()

    def stored(self):
        with self.environment() as env:
            return env["tts.token"].browse(self.token_id).access_token

    def test_a_new_token_survives_the_rollback_of_whoever_asked_for_it(self):
        with self.environment() as env:
            token = env["tts.token"].browse(self.token_id)._get_access_token()
            env.cr.rollback()
        self.assertEqual(self.stored(), token)

    def test_the_asking_transaction_can_still_write_on_its_account(self):
        with self.environment() as env:
            account = env["tts.account"].browse(self.account_id)
            account.seller_name = "before"
            account.token_ids._get_access_token()
            account.seller_name = "after"
        with self.environment() as env:
            account = env["tts.account"].browse(self.account_id)
            self.assertEqual(account.seller_name, "after")

    def test_two_workers_at_once_renew_it_once_and_use_the_same(self):
        start, found = threading.Barrier(2), []

        def work():
            with self.environment() as env:
                token = env["tts.token"].browse(self.token_id)
                self.assertFalse(token._is_alive())
                start.wait(timeout=30)
                found.append(token._get_access_token())

        workers = [threading.Thread(target=work) for _number in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=60)
        self.assertEqual(len(found), 2)
        self.assertEqual(set(found), {self.stored()})
        self.assertEqual(self.refreshes(), 1)
