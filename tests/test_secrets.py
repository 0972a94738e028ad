import logging
import traceback

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, file_open

from ..sandbox.server import serve_in_thread
from .common import TtsCase

SECRETS = (
    ("tts.account", "app_secret"),
    ("tts.account", "oauth_nonce"),
    ("tts.account", "token_ids"),
    ("tts.token", "access_token"),
    ("tts.token", "refresh_token"),
    ("tts.shop", "cipher"),
)
# Odoo's own log of SQL statements shows what is stored, whoever stores it.
OUTSIDE = ("odoo.sql_db",)


@tagged("post_install", "-at_install")
class TestSecrets(TtsCase):
    sandbox_options = {"orders": 0, "products": 2, "odd_skus": 0}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env,
            "tts_boss",
            groups="base.group_system,sale_tiktok_shop.group_tts_manager",
        )
        cls.account.sudo().oauth_nonce = "a-nonce-nobody-guesses"

    def known_secrets(self):
        """Return every secret value there is, with a name for each."""
        account, token = self.account.sudo(), self.account.sudo().token_ids
        values = {
            "app secret": account.app_secret,
            "access token": token.access_token,
            "refresh token": token.refresh_token,
            "cipher": self.shop.sudo().cipher,
        }
        self.assertTrue(all(values.values()))
        return values

    # === READING AND PROBING === #

    def ways_to(self, record, field):
        """Return every way through which a user reaches a field, by name."""
        return {
            "read": lambda: record.read([field]),
            "search_read": lambda: record.search_read([], [field]),
            "attribute": lambda: record[field],
            "web": lambda: record.web_read({field: {}}),
            "group": lambda: record.formatted_read_group([], [field]),
            "domain": lambda: record.search([(field, "=like", "a%")]),
            "order": lambda: record.search([], order=field),
            "write": lambda: record.write({field: "x"}),
        }

    def test_a_secret_is_reachable_for_nobody(self):
        for user in (self.boss, self.env.ref("base.user_admin"), self.low_user):
            for model, field in SECRETS:
                record = self.env[model].search([], limit=1).with_user(user)
                for name, reach in self.ways_to(record, field).items():
                    with (
                        self.subTest(user=user.login, field=field, by=name),
                        self.assertRaises(AccessError),
                    ):
                        reach()

    def test_a_secret_cannot_be_exported(self):
        for user in (self.boss, self.env.ref("base.user_admin")):
            for model, field in SECRETS:
                record = self.env[model].search([], limit=1).with_user(user)
                with (
                    self.subTest(user=user.login, field=field),
                    self.assertRaises(AccessError),
                ):
                    record.export_data([field])

    def test_a_secret_cannot_be_probed_through_another_record(self):
        for model, path in (
            ("tts.shop", "account_id.app_secret"),
            ("tts.shop", "account_id.token_ids.access_token"),
            ("tts.order", "shop_id.cipher"),
            ("sale.order", "tts_shop_id.cipher"),
            ("stock.picking", "tts_shop_id.account_id.app_secret"),
        ):
            mine = self.env[model].with_user(self.boss)
            with self.subTest(path=path), self.assertRaises(AccessError):
                mine.search([(path, "=like", "a%")])

    def test_reading_a_whole_account_or_shop_shows_no_secret(self):
        text = str(self.account.with_user(self.boss).read())
        text += str(self.shop.with_user(self.boss).read())
        for name, value in self.known_secrets().items():
            with self.subTest(secret=name):
                self.assertNotIn(value, text)

    def test_the_form_does_not_get_back_the_secret_that_was_typed(self):
        saved = self.account.with_user(self.boss).web_save(
            {"app_secret_entry": "typed-secret"},
            {"app_secret_entry": {}, "has_secret": {}},
        )
        self.assertFalse(saved[0]["app_secret_entry"])
        self.assertTrue(saved[0]["has_secret"])

    def test_a_new_account_does_not_get_back_the_secret_that_was_typed(self):
        saved = (
            self.env["tts.account"]
            .with_user(self.boss)
            .web_save(
                {"name": "New", "app_secret_entry": "typed-secret"},
                {"app_secret_entry": {}, "has_secret": {}},
            )
        )
        self.assertFalse(saved[0]["app_secret_entry"])
        self.assertTrue(saved[0]["has_secret"])

    # === WHAT IS WRITTEN DOWN === #

    def live(self):
        """Connect, sync, and fail in several ways."""
        self.place_one()
        with self.enter_registry_test_mode():
            self.account._oauth_finish(self.sandbox.accounts.new_code())
        self.sync()
        for kind in ("http_500", "html_502", "reset", "truncated_json"):
            with self.fault(kind, times=None, rate=1):
                self.sync()
        with self.fault("expired_token", times=None, rate=1):
            self.sync()
        secret = self.account.sudo().app_secret
        self.account.sudo().app_secret = "a-wrong-secret"
        self.sync()
        self.account.sudo().write({"app_secret": secret, "state": "connected"})
        self.account.sudo().token_ids.access_expires_at = fields.Datetime.now()
        with self.fault("http_500", path="/api", times=None, rate=1):
            self.sync()

    def serve(self):
        """Reach the sandbox over real HTTP, with the HTTP library's own log."""
        server = serve_in_thread(self.sandbox)
        self.addCleanup(server.shutdown)
        self.account.sandbox_url = self.sandbox.base_url
        for name in ("urllib3", "requests"):
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)
            logger.setLevel(logging.DEBUG)

    def test_no_log_shows_a_secret(self):
        self.serve()
        secrets = self.known_secrets()
        with self.assertLogs(level="DEBUG") as logs:
            self.live()
        text = "\n".join(
            f"{record.getMessage()} {record.exc_text or ''}"
            for record in logs.records
            if not record.name.startswith(OUTSIDE)
        )
        self.assertIn("/api/v2/token/get", text, "the HTTP library's log is missing")
        for name, value in (secrets | self.known_secrets()).items():
            with self.subTest(secret=name):
                self.assertNotIn(value, text)
        self.assertNotIn("a-wrong-secret", text)

    def test_no_error_shows_a_secret(self):
        secrets = self.known_secrets() | {"wrong": "a-wrong-secret"}
        self.account.sudo().app_secret = "a-wrong-secret"
        with self.assertRaises(UserError) as caught:
            self.account.action_refresh_shops()
        text = "".join(traceback.format_exception(caught.exception))
        for name, value in secrets.items():
            with self.subTest(secret=name):
                self.assertNotIn(value, text)

    def tables_with(self, value):
        """Return the tables of the whole database that hold a value somewhere."""
        self.env.flush_all()
        tables = self.env.execute_query(
            SQL("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        )
        return {
            table
            for (table,) in tables
            if self.env.execute_query(
                SQL(
                    "SELECT 1 FROM %s AS t WHERE strpos(t::text, %s) > 0 LIMIT 1",
                    SQL.identifier(table),
                    value,
                )
            )
        }

    def test_a_secret_is_stored_in_one_place_only(self):
        self.live()
        self.env.flush_all()
        secrets = self.known_secrets()
        homes = {
            "app secret": {"tts_account"},
            "access token": {"tts_token"},
            "refresh token": {"tts_token"},
            "cipher": {"tts_shop"},
        }
        for name, value in secrets.items():
            with self.subTest(secret=name):
                self.assertEqual(self.tables_with(value), homes[name])

    # === A COPY OF THE DATABASE === #

    def neutralize(self):
        self.env.flush_all()
        with file_open("sale_tiktok_shop/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()

    def test_a_neutralized_copy_holds_no_secret_anywhere(self):
        secrets = self.known_secrets() | {"nonce": self.account.sudo().oauth_nonce}
        self.neutralize()
        for name, value in secrets.items():
            with self.subTest(secret=name):
                self.assertFalse(self.tables_with(value))

    def test_a_neutralized_copy_has_no_shop_to_sync(self):
        self.shop.next_order_sync = fields.Datetime.now()
        self.assertTrue(self.env["tts.shop"]._due_shops())
        self.neutralize()
        self.assertFalse(self.env["tts.shop"]._due_shops())

    def test_a_neutralized_copy_runs_none_of_our_scheduled_actions(self):
        crons = self.env["ir.cron"].search([("name", "=like", "TikTok Shop:%")])
        self.assertGreaterEqual(len(crons), 3)
        self.neutralize()
        self.assertFalse(any(crons.mapped("active")))

    def test_neutralizing_leaves_the_scheduled_actions_of_others_alone(self):
        others = self.env["ir.cron"].search([("name", "not like", "TikTok Shop:")])
        self.neutralize()
        self.assertTrue(others)
        self.assertTrue(all(others.mapped("active")))
