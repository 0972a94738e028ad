"""Workers that are killed at any moment, and two workers at once, on real processes.

Nothing here is simulated but TikTok: a database of its own, Odoo's scheduled action in
processes of its own, the sandbox behind HTTP in another.
"""

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from psycopg2.errors import UniqueViolation

from odoo import sql_db
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import config, mute_logger

ROOT = pathlib.Path(__file__).resolve().parents[1]
KILLS_AT_MOMENTS = 10
KILLS_BY_CLOCK = 3
# A page takes some 500 moments: kills fall before, in, between and after pages.
MOMENTS = 1500
SECONDS = 1.5
PATIENCE = 600


class KillCase(BaseCase):
    """A database, a sandbox and workers of their own, each in its process."""

    # Orders that were there before anything happens.
    old_orders = 12

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seed = int(os.environ.get("KILL_SEED") or random.randrange(10**6))
        cls.random = random.Random(cls.seed)
        cls.database = f"{get_db_name()}-kill"
        cls.log = tempfile.NamedTemporaryFile(suffix=".log")  # noqa: SIM115
        cls.addClassCleanup(cls.log.close)
        cls.clone_database()
        cls.start_sandbox()
        cls.start_worker()
        state = cls.door("/state?raw=0")
        skus = {
            sku["seller_sku"]
            for product in state["products"].values()
            for sku in product["skus"]
            if sku["seller_sku"]
        }
        pid = cls.ask({"do": "set_up", "keys": cls.keys, "skus": sorted(skus)})["pid"]
        assert cls.ask({"do": "wait", "pid": pid}) == {"status": 0}, cls.said()

    # === PROCESSES === #

    @classmethod
    def clone_database(cls):
        """Copy the database of the tests, in which the addon is installed."""
        sql_db.close_db(get_db_name())
        cls.drop_database()
        cls.sql(
            f'CREATE DATABASE "{cls.database}" TEMPLATE "{get_db_name()}"', "postgres"
        )
        cls.addClassCleanup(cls.drop_database)

    @classmethod
    def drop_database(cls):
        sql_db.close_db(cls.database)
        cls.sql(f'DROP DATABASE IF EXISTS "{cls.database}" WITH (FORCE)', "postgres")

    @classmethod
    def start_sandbox(cls):
        command = [sys.executable, "-m", "sandbox", "--port", "0"]
        command += ["--profile", "bench", "--orders", str(cls.old_orders)]
        command += ["--products", "12"]
        cls.sandbox = cls.start(command, cwd=ROOT)
        cls.keys = json.loads(cls.sandbox.stdout.readline())

    @classmethod
    def start_worker(cls):
        """Start the process that forks workers, with this process's configuration."""
        options = {
            "database": cls.database,
            "addons-path": ",".join(config["addons_path"]),
            "data-dir": config["data_dir"],
            "db_host": config["db_host"],
            "db_port": config["db_port"],
            "db_user": config["db_user"],
        }
        command = [sys.executable, str(ROOT / "tests/kill_worker.py")]
        command += [f"--{name}={value}" for name, value in options.items() if value]
        command += ["--log-level=error", "--db_maxconn=8"]
        password = config["db_password"]
        variables = {"PGPASSWORD": password} if password else {}
        cls.worker = cls.start(command, cwd=tempfile.gettempdir(), **variables)
        assert cls.worker.stdout.readline(), cls.said()

    @classmethod
    def start(cls, command, cwd, **variables):
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=os.environ | variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=cls.log,
            text=True,
            start_new_session=True,
        )
        cls.addClassCleanup(cls.stop, process)
        return process

    @staticmethod
    def stop(process):
        # Its children too: a session of its own is a group of its own.
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    @classmethod
    def said(cls):
        """Return the end of what the processes wrote to their log."""
        return pathlib.Path(cls.log.name).read_text(errors="replace")[-3000:]

    @classmethod
    def ask(cls, task):
        """Have the worker do something; return its answer."""
        cls.worker.stdin.write(json.dumps(task) + "\n")
        cls.worker.stdin.flush()
        guard = threading.Timer(PATIENCE, cls.lose_patience)
        guard.start()
        try:
            answer = cls.worker.stdout.readline()
        finally:
            guard.cancel()
        assert answer, f"no answer to {task}: {cls.said()}"
        return json.loads(answer)

    @classmethod
    def lose_patience(cls):
        """End the worker and its children, who tell the log where they are."""
        os.killpg(cls.worker.pid, signal.SIGUSR1)
        time.sleep(1)
        os.killpg(cls.worker.pid, signal.SIGKILL)

    @classmethod
    def door(cls, path, body=None):
        """Use the control door of the sandbox."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        url = f"{cls.keys['base_url']}/_sandbox{path}"
        data = None if body is None else json.dumps(body).encode()
        with opener.open(url, data, timeout=60) as answer:
            return json.load(answer)

    @classmethod
    def sql(cls, query, database=None):
        """Run one statement outside of a transaction; return its rows, if any."""
        with sql_db.db_connect(database or cls.database).cursor() as cr:
            connection = cr._cnx
            connection.autocommit = True
            try:
                cr.execute(query)
                return cr.fetchall() if cr.description else []
            finally:
                connection.autocommit = False

    # === WORK === #

    def place(self, count):
        """Have buyers place orders; the shop is due again."""
        self.door("/orders", {"count": count, "status": "AWAITING_SHIPMENT"})
        self.sql(
            """UPDATE tts_shop SET next_order_sync = NULL, last_success = NULL,
                                   failure_count = 0"""
        )

    def begin(self, **task):
        return self.ask({"do": "sync", **task})["pid"]

    def end(self, pid):
        """Wait for a worker; return whether it was killed."""
        status = self.ask({"do": "wait", "pid": pid})["status"]
        self.assertIn(status, (0, -signal.SIGKILL), self.said())
        return status == -signal.SIGKILL

    def finish(self):
        """Let a last worker import the rest, undisturbed."""
        # TikTok is asked for changes before the current second.
        time.sleep(1.1)
        self.place(1)
        time.sleep(1.1)
        self.assertFalse(self.end(self.begin()))

    def kill_by_clock(self, seconds):
        pid = self.begin()
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        return self.end(pid)


@tagged("post_install", "-at_install")
class TestKill(KillCase):
    # Hours apart, so that no overlap of two syncs hides an order that was passed over.
    old_orders = 120

    # === WHAT HAS TO BE TRUE === #

    def assert_complete(self):
        """Every order is in Odoo once, confirmed, reserved, and to the cent."""
        rows = [row["raw"] for row in self.door("/state")["orders"].values()]
        self.assertGreater(len(rows), self.old_orders)
        self.assertEqual(
            self.sql("SELECT remote_id, state FROM tts_order ORDER BY remote_id"),
            sorted((row["id"], "done") for row in rows),
        )
        self.assertEqual(
            self.sql(
                """SELECT client_order_ref, state, ROUND(amount_total, 2)::text,
                          (SELECT SUM(product_uom_qty)::int FROM sale_order_line
                            WHERE order_id = o.id AND NOT is_delivery)
                     FROM sale_order o ORDER BY client_order_ref"""
            ),
            sorted(
                (
                    row["id"],
                    "sale",
                    f"{float(row['payment']['total_amount']):.2f}",
                    len(row["line_items"]),
                )
                for row in rows
            ),
        )
        self.assert_deliveries(rows)
        self.assert_customers(rows)

    def assert_deliveries(self, rows):
        units = sorted((row["id"], len(row["line_items"])) for row in rows)
        self.assertEqual(
            self.sql(
                """SELECT o.client_order_ref, SUM(m.quantity)::int
                     FROM stock_picking p JOIN sale_order o ON o.id = p.sale_id
                     JOIN stock_move m ON m.picking_id = p.id
                    WHERE p.state = 'assigned'
                    GROUP BY p.id, o.client_order_ref ORDER BY o.client_order_ref"""
            ),
            units,
        )
        self.assertEqual(self.sql("SELECT COUNT(*) FROM stock_picking"), [(len(rows),)])
        self.assertEqual(
            self.sql("SELECT SUM(reserved_quantity)::int FROM stock_quant"),
            [(sum(count for _id, count in units),)],
        )

    def assert_customers(self, rows):
        self.assertEqual(
            self.sql(
                """SELECT tokopedia_buyer_identifier FROM res_partner
                    WHERE tokopedia_buyer_identifier IS NOT NULL ORDER BY 1"""
            ),
            sorted({(row["user_id"],) for row in rows}),
        )
        self.assertEqual(
            self.sql(
                """SELECT parent_id, tts_address_key FROM res_partner
                    WHERE tts_address_key IS NOT NULL
                    GROUP BY 1, 2 HAVING COUNT(*) > 1"""
            ),
            [],
        )

    # === TESTS === #

    def test_killed_workers_lose_and_duplicate_nothing(self):
        # pylint: disable-next=print-used  # whoever sees it fail needs the seed
        print(f"\nKILL_SEED={self.seed} repeats the kills at moments")
        moments = clock = 0
        for _run in range(5 * KILLS_AT_MOMENTS):
            if moments == KILLS_AT_MOMENTS:
                break
            self.place(6)
            moment = self.random.randint(1, MOMENTS)
            moments += self.end(self.begin(moment=moment))
        for _run in range(5 * KILLS_BY_CLOCK):
            if clock == KILLS_BY_CLOCK:
                break
            self.place(6)
            clock += self.kill_by_clock(self.random.uniform(0, SECONDS))
        self.assertEqual((moments, clock), (KILLS_AT_MOMENTS, KILLS_BY_CLOCK))
        self.finish()
        self.assert_complete()

    def test_two_workers_at_one_shop_import_each_order_once(self):
        self.place(40)
        workers = [self.begin(copy=0), self.begin(copy=1)]
        self.assertEqual([self.end(pid) for pid in workers], [False, False])
        self.finish()
        self.assert_complete()

    def test_two_workers_without_a_lock_import_each_order_once(self):
        self.place(40)
        workers = [self.begin(copy=copy, locked=False) for copy in (0, 1)]
        self.assertEqual([self.end(pid) for pid in workers], [False, False])
        self.finish()
        self.assert_complete()

    def test_the_database_itself_refuses_what_would_be_a_second_import(self):
        self.finish()
        for statement in (
            "UPDATE tts_order SET remote_id = '1'",
            "UPDATE sale_order SET tts_order_id = (SELECT MIN(id) FROM tts_order)",
            """UPDATE res_partner SET tokopedia_buyer_identifier = '1'
                WHERE tokopedia_buyer_identifier IS NOT NULL""",
        ):
            with self.subTest(statement), mute_logger("odoo.sql_db"):
                self.assertRaises(UniqueViolation, self.sql, statement)
