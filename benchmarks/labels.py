"""Measures of labels: fetched, merged one per page, merged on A4 sheets."""

import io
import time
from datetime import timedelta
from functools import partial

from odoo import fields
from odoo.tools.pdf import PdfReader

from . import stage
from .gauge import Gauge

CRON_RUNS = 50
PRINTS = {"print": "A6", "print_a4": "A4"}


def prepare(env, url, count):
    """Import this many orders whose shipment is arranged; their labels are due."""
    shop = stage.connect(env, url)
    stage.create_products(env, url)
    for _number in range(count):
        order = {"status": "AWAITING_COLLECTION", "shipping_type": "TIKTOK"}
        stage.door(url, "/orders", {"order": order})
    env.cr.commit()
    time.sleep(2)  # a sync leaves the present second for the next one
    cron = env.ref("sale_tiktok_shop.ir_cron_sync_orders")
    for _run in range(CRON_RUNS):
        cron.method_direct_trigger()
        env.cr.commit()
        if shop.last_success:
            break
    if env["tts.package"].search_count([]) != count:
        raise RuntimeError(shop.last_error or "the orders are not all there")
    # Only labels are measured, not what else is due every 15 minutes.
    shop.next_delivery_sync = fields.Datetime.now() + timedelta(days=1)


def measure(env, url):
    """Take all measures, one after the other, on one database.

    :return: {measure: {seconds, statements, peak_mb, labels, calls, problems}}
    """
    env["tts.account"].search([]).sandbox_url = url
    env.cr.commit()
    found = {"fetch": _measured(env, url, lambda: _fetch(env))}
    found["fetch"]["problems"] = list(_problems(env))
    for name, size in PRINTS.items():
        found[name] = _measured(env, url, partial(_print, env, size))
        found[name]["problems"] = list(_print_problems(env, size))
    return found


def _measured(env, url, work):
    env.invalidate_all()
    calls = _calls(url)
    with Gauge() as gauge:
        work()
        env.cr.commit()
    return gauge.result() | {
        "labels": env["tts.package"].search_count([]),
        "calls": _calls(url) - calls,
    }


def _calls(url):
    """Count the calls of the API, and the files that were loaded."""
    return sum(stage.door(url, "/state?only=calls")["calls"].values())


def _fetch(env):
    """Fetch by the scheduled action's own work, without Odoo's scheduler."""
    for _run in range(CRON_RUNS):
        env["tts.shop"]._cron_deliveries()
        env.cr.commit()
        if not env["tts.package"].search_count([("next_label_try", "!=", False)]):
            return
    raise RuntimeError(env["tts.shop"].search([]).last_delivery_error or "labels left")


def _print(env, size):
    pickings = env["tts.package"].search([]).picking_ids
    wizard = (
        env["tts.label.wizard"]
        .with_context(default_picking_ids=pickings.ids)
        .create({"size": size, "with_pick_list": True, "reason": "Measured"})
    )
    wizard.action_print()


def _problems(env):
    for package in env["tts.package"].search([]):
        if package.label_state != "done":
            yield f"package {package.remote_id}: {package.label_error}"
            return


def _print_problems(env, size):
    """Yield where the file that was merged last is not what it has to be."""
    record = env["tts.label.print"].search([], limit=1)
    if record.missing_count:
        yield f"{record.missing_count} labels are missing"
    reader = PdfReader(io.BytesIO(record.attachment_id.raw), strict=False)
    pages = len(reader.pages)
    least = record.label_count if size == "A6" else -(-record.label_count // 4)
    if pages != record.page_count or pages <= least:
        yield f"{pages} pages of {record.label_count} labels"
