"""One step of the benchmark in a process of its own.

``python -m benchmarks.worker STEP DATABASE SANDBOX_URL``: prints JSON.
"""

import argparse
import json
import sys

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

from . import facts, labels, listings, profile, sales, settlements, stage
from .floor import Floor
from .gauge import Gauge

BATCH = 50
CRON_RUNS = 200


def stage_addon(env, url):
    """Connect a shop, with products."""
    stage.connect(env, url)
    stage.create_products(env, url)


def stage_plain(env, url):
    """Create the same products without the addon."""
    stage.create_products(env, url)
    stage.create_trade(env, "MYR")


def connector(env, _rows):
    """Import by the scheduled action, as Odoo runs it."""
    cron = env.ref("sale_tiktok_shop.ir_cron_sync_orders")
    shop = env["tts.shop"].search([], limit=1)

    def work():
        for _run in range(CRON_RUNS):
            if cron.method_direct_trigger() is not True:
                raise RuntimeError("the scheduled action failed; see the log")
            env.cr.commit()
            if shop.last_success or shop.failure_count:
                break
        if shop.failure_count:
            raise RuntimeError(shop.last_error)

    return work


def resync(env, rows):
    """Read everything again, nothing having changed."""
    shop = env["tts.shop"].search([], limit=1)
    shop.write({"last_success": False, "last_order_sync": False})
    env.cr.commit()
    return connector(env, rows)


def floor(env, rows):
    """Import by plain calls, in batches."""
    plain = Floor(env, rows)
    return lambda: plain.run(BATCH)


def one_by_one(env, rows):
    """Import by plain calls, one order per transaction."""
    plain = Floor(env, rows)
    return lambda: plain.run(1)


STAGES = {
    "stage_addon": stage_addon,
    "stage_plain": stage_plain,
    "stage_listings": listings.prepare,
    "stage_settlements": settlements.prepare,
}
# Stages that make as many records as they are told.
COUNTED = {
    "stage_labels": labels.prepare,
    "stage_sales": sales.prepare,
}
MEASURES = {
    "connector": connector,
    "floor": floor,
    "one_by_one": one_by_one,
    "resync": resync,
}


FIGURES = {
    "listings": listings.measure,
    "labels": labels.measure,
    "settlements": settlements.measure,
    "sales": sales.measure,
}
OVER_HTTP = ("connector", "resync")


def served(url):
    """Return the orders of the sandbox as it serves them."""
    orders = stage.door(url, "/state")["orders"]
    return [order["raw"] for order in orders.values()]


def measure(env, step, url, with_profile):
    """Run one measure; return its numbers and what it made."""
    # The connector reads over HTTP: orders held beside it would count as its memory.
    rows = [] if step in OVER_HTTP else served(url)
    if "tts.account" in env:
        # The port is another each time.
        env["tts.account"].search([]).sandbox_url = url
    work = MEASURES[step](env, rows)
    env.cr.commit()
    with profile.watch(with_profile) as watched, Gauge() as gauge:
        work()
    found = facts.read(env)
    rows = rows or served(url)
    return gauge.result() | {
        "orders": len(rows),
        "profile": watched,
        "problems": list(facts.problems(found, rows))[:5],
        "facts": found,
    }


def main():
    """Do the step named on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=[*STAGES, *COUNTED, *MEASURES, *FIGURES])
    parser.add_argument("database")
    parser.add_argument("url")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--count", type=int, default=0)
    arguments = parser.parse_args()
    config.parse_config(["-d", arguments.database, "--log-level=warn"])
    registry = Registry(arguments.database)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        if arguments.step in STAGES:
            STAGES[arguments.step](env, arguments.url)
            answer = {}
        elif arguments.step in COUNTED:
            COUNTED[arguments.step](env, arguments.url, arguments.count)
            answer = {}
        elif arguments.step in FIGURES:
            answer = FIGURES[arguments.step](env, arguments.url)
        else:
            answer = measure(env, arguments.step, arguments.url, arguments.profile)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
