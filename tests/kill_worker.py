"""An Odoo process that may be killed at any moment: what `test_kill` kills.

Like Odoo's own server with workers, one process loads the registry and forks a child
for each piece of work. It reads JSON lines and answers each with one.
"""

# Its output is its answer, and each piece of work is a transaction of its own.
# pylint: disable=print-used,invalid-commit
import contextlib
import faulthandler
import json
import logging
import os
import signal
import sys
import time
import traceback
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api, fields, sql_db
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tools import config

CRON = "sale_tiktok_shop.ir_cron_sync_orders"
DELIVERIES = "sale_tiktok_shop.ir_cron_deliveries"
AFTERSALES = "sale_tiktok_shop.ir_cron_aftersales"
PAUSE = 0.05
# Small pages, so that a kill after each of their steps does not take hours.
PAGE_SIZE = 10


def set_up(registry, task):
    """Connect the sandbox's shop, create its products, copy the scheduled action."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        _connect(env, task["keys"])
        _create_products(env, task["skus"])
        env.ref(CRON).copy()


def _connect(env, keys):
    account = env["tts.account"].create(
        {
            "name": "Killed",
            "service_id": keys["service_id"],
            "app_key": keys["app_key"],
            "app_secret_entry": keys["app_secret"],
            "sandbox_url": keys["base_url"],
            "state": "connected",
        }
    )
    now = fields.Datetime.now()
    env["tts.token"].create(
        {
            "account_id": account.id,
            "access_token": keys["access_token"],
            "refresh_token": keys["refresh_token"],
            "access_expires_at": now + timedelta(days=7),
            "refresh_expires_at": now + timedelta(days=300),
        }
    )
    account._pull_shops()


def _create_products(env, skus):
    products = env["product.product"].create(
        [
            {
                "name": sku,
                "default_code": sku,
                "type": "consu",
                "is_storable": True,
                "taxes_id": False,
            }
            for sku in skus
        ]
    )
    location = env["tts.shop"].search([]).warehouse_id.lot_stock_id
    for product in products:
        env["stock.quant"]._update_available_quantity(product, location, 100_000)
    env.company.account_sale_tax_id = False


def sync(registry, task):
    """Run the scheduled action, again and again, until the shop is through.

    :param task: `copy`: which of the two scheduled actions; `moment`: die at this
        statement or commit; `locked`: whether workers exclude each other
    """
    from odoo.addons.sale_tiktok_shop.lib.client import TikTokClient

    TikTokClient.order_pages.__defaults__ = (PAGE_SIZE,)
    locked = task.get("locked", True)
    if not locked:
        # Nor does the cursor, a row that both would write, keep them apart.
        registry["tts.shop"]._take = lambda self: True
        registry["tts.shop"]._move_cursor = lambda self, done_until: None
    if task.get("moment"):
        _die_at(task["moment"])
    through = False
    while not through:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            crons = env["ir.cron"].search(
                [("code", "=", env.ref(CRON).code)], order="id"
            )
            try:
                crons[task.get("copy", 0)].method_direct_trigger()
                cr.commit()
                through = _is_through(env["tts.shop"].search([]), locked)
                cr.commit()
            except (OperationalError, UserError):
                # What a killed worker held is free as soon as the server notices.
                cr.rollback()
        time.sleep(PAUSE)


def _is_through(shop, locked):
    """Tell whether the shop is in step; make it due again where a failure may be."""
    if shop.failure_count and locked:
        raise AssertionError(shop.last_error)
    if shop.failure_count:
        shop.write({"failure_count": 0, "next_order_sync": False})
    return bool(shop.last_success)


def arrange(registry, task):
    """Ask for the shipment of every delivery that can be arranged."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        for picking in env["stock.picking"].search(
            [("tts_status", "=", "awaiting_shipment")]
        ):
            with contextlib.suppress(UserError):
                picking._tts_arrange()


def ship(registry, task):
    """Run the scheduled action of deliveries until nothing waits for it.

    :param task: `moment`: die at this statement or commit
    """
    if task.get("moment"):
        _die_at(task["moment"])
    waiting = True
    while waiting:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            try:
                env.ref(DELIVERIES).method_direct_trigger()
                cr.commit()
            except (OperationalError, UserError):
                cr.rollback()
            env["tts.shop"].search([]).delivery_failure_count = 0
            waiting = _waits(env)
        time.sleep(PAUSE)


def answer(registry, task):
    """Accept every request to cancel that was read."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        cases = env["tts.cancellation"].search([("can_answer", "=", True)])
        cases._answer("APPROVE_REQUEST_CANCEL")


def aftersales(registry, task):
    """Read cancellations, and answer until nothing waits.

    :param task: `moment`: die at this statement or commit
    """
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["tts.shop"].search([]).next_aftersale_sync = fields.Datetime.now()
    if task.get("moment"):
        _die_at(task["moment"])
    waiting = True
    while waiting:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            try:
                env.ref(AFTERSALES).method_direct_trigger()
                cr.commit()
            except (OperationalError, UserError):
                cr.rollback()
            shop = env["tts.shop"].search([])
            shop.aftersale_failure_count = 0
            waiting = env["tts.answer"].search_count(
                [("state", "in", ("waiting", "sending"))]
            ) or not all(shop.mapped("cancellation_cursor"))
        time.sleep(PAUSE)


def _waits(env):
    """Whether something is left to do now: a killed worker may have been in the way."""
    shipments = env["tts.shipment"].search_count(
        [("state", "in", ("waiting", "sending"))]
    )
    now = fields.Datetime.now()
    return shipments + env["tts.package"].search_count([("next_label_try", "<=", now)])


def _die_at(moment):
    """Kill this process at its n-th moment: before a statement or after a commit."""
    left = moment

    def tick():
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    execute, commit = sql_db.Cursor.execute, sql_db.Cursor.commit

    def counted_execute(cursor, *arguments, **options):
        tick()
        return execute(cursor, *arguments, **options)

    def counted_commit(cursor):
        result = commit(cursor)
        tick()
        return result

    sql_db.Cursor.execute, sql_db.Cursor.commit = counted_execute, counted_commit


def _tell(record):
    """Put how a job failed into our log, and keep it from Odoo's answer to a person.

    That answer is made of an exception; a job that was killed too often has none.
    """
    if record.levelno >= logging.ERROR:
        print(logging.Formatter().format(record), file=sys.stderr, flush=True)
    return False


def fork(work, registry, task):
    """Do `work` in a child with connections of its own; return the child's id."""
    sql_db.close_all()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work(registry, task)
        code = 0
    except BaseException:  # whatever it is, the parent's loop is not ours to go on with
        traceback.print_exc()
    finally:
        os._exit(code)


WORKS = {
    work.__name__: work for work in (set_up, sync, arrange, ship, answer, aftersales)
}


def main():
    """Answer {"do": "set_up" | "sync" | ... | "wait"} with {"pid"} or {"status"}."""
    # Whoever loses patience asks where we are; children inherit the answer.
    faulthandler.register(signal.SIGUSR1)
    config.parse_config(sys.argv[1:])
    logging.getLogger("odoo.addons.base.models.ir_cron").addFilter(_tell)
    registry = Registry(config["db_name"][0])
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        if task["do"] == "wait":
            _pid, status = os.waitpid(task["pid"], 0)
            answer = {"status": os.waitstatus_to_exitcode(status)}
        else:
            work = WORKS[task["do"]]
            answer = {"pid": fork(work, registry, task)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
