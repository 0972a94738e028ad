"""Measures of settlements: a month of statements read, booked, and read again."""

import time
from datetime import timedelta
from functools import partial

from odoo import fields
from odoo.tools import SQL

from dev import reconcile_money

from . import stage
from .copies import columns, insert
from .gauge import Gauge

DAYS = 30
DAY = 86400
CRON_RUNS = 500
# One of each is made by Odoo, the others are copies of it.
PARTNER, SALE, MIRROR, INVOICE, LINE = (
    "res_partner",
    "sale_order",
    "tts_order",
    "account_move",
    "account_move_line",
)
COPIED = (PARTNER, MIRROR, SALE, INVOICE)


def prepare(env, url):
    """Settle all orders of the sandbox in a month; give Odoo their posted invoices.

    One order is imported and invoiced, the others are copies of it in the database.
    """
    company = env.ref("base.main_company")
    company.currency_id = env.ref("base.MYR")
    company.currency_id.active = True
    shop = stage.connect(env, url)
    stage.create_products(env, url)
    shop.action_set_up_money()
    orders = stage.door(url, "/state?only=orders")["orders"]
    _settle(url, list(orders))
    rows = [order["raw"] for order in orders.values()]
    env["tts.order"]._absorb(shop, rows[:1])
    order = env["sale.order"].search([("tts_order_id", "!=", False)])
    order._tts_create_invoices(force=True)
    env.flush_all()
    _copy(env, order, rows[1:])
    # Odoo's statistics decide how it finds rows among many.
    for table in (*COPIED, LINE):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.invalidate_all()


def _settle(url, ids):
    """Have a statement of each day settle its share of the orders."""
    today = int(time.time()) // DAY * DAY
    days = min(DAYS, len(ids))
    for ago in range(days):
        body = {"order_ids": ids[ago::days], "day": today - ago * DAY}
        stage.door(url, "/finance/settle", body)


# === COPIES === #


def _copy(env, order, rows):
    """Copy an order with its buyer and invoice as often as there are others."""
    invoice = order._tts_customer_invoices()
    originals = {
        PARTNER: order.partner_invoice_id.id,
        SALE: order.id,
        MIRROR: order.tts_order_id.id,
        INVOICE: invoice.id,
    }
    _make_list(env, rows)
    number = SQL("list.number")
    remote_id, total = SQL("list.remote_id"), SQL("list.total")
    ids = {table: SQL.identifier("list", f"{table}_id") for table in COPIED}
    changes = {
        PARTNER: {
            "commercial_partner_id": ids[PARTNER],
            "tokopedia_buyer_identifier": remote_id,
        },
        SALE: {
            "name": SQL("'COPY' || %s", number),
            "client_order_ref": remote_id,
            "tts_order_id": ids[MIRROR],
            "amount_total": total,
        },
        MIRROR: {"remote_id": remote_id},
        INVOICE: {
            "name": SQL("'COPY/' || lpad(%s::text, 6, '0')", number),
            "sequence_prefix": SQL("'COPY/'"),
            "sequence_number": number,
            "ref": remote_id,
            "payment_reference": remote_id,
            "tts_order_id": ids[MIRROR],
        },
    }
    buyers = ("partner_id", "partner_invoice_id", "partner_shipping_id")
    for table in (SALE, INVOICE):
        known = columns(env, table)
        changes[table] |= {name: ids[PARTNER] for name in buyers if name in known}
    changes[INVOICE]["commercial_partner_id"] = ids[PARTNER]
    changes[INVOICE] |= _amounts(env, invoice, total)
    for table in COPIED:
        insert(env, (table, originals[table]), changes[table] | {"id": ids[table]})
    _copy_lines(env, invoice, ids, total)


def _make_list(env, rows):
    """List the orders to make, with the ids that their records are going to have."""
    env.cr.execute(
        """
        CREATE TEMPORARY TABLE list (
            number integer, remote_id varchar, total numeric,
            res_partner_id integer, sale_order_id integer,
            tts_order_id integer, account_move_id integer
        ) ON COMMIT DROP
        """
    )
    values = [
        (number, row["id"], row["payment"]["total_amount"])
        for number, row in enumerate(rows, start=1)
    ]
    env.cr.execute_values(
        "INSERT INTO list (number, remote_id, total) VALUES %s", values
    )
    for table in COPIED:
        env.cr.execute(
            SQL(
                "UPDATE list SET %s = nextval(%s)",
                SQL.identifier(f"{table}_id"),
                f"{table}_id_seq",
            )
        )


def _amounts(env, invoice, total):
    """All amounts of an invoice become the order's total; it has no taxes."""
    names = [
        name
        for name in columns(env, INVOICE)
        if name.startswith("amount_") and invoice[name]
    ]
    sign = {True: SQL(""), False: SQL("-")}
    return {name: SQL("%s%s", sign[invoice[name] > 0], total) for name in names}


def _copy_lines(env, invoice, ids, total):
    """Copy one product line and the receivable line of the invoice."""
    receivable = invoice.line_ids.filtered(
        lambda line: line.account_type == "asset_receivable"
    )
    product = invoice.line_ids.filtered("product_id")[:1]
    own = {
        "id": SQL("nextval('account_move_line_id_seq')"),
        "move_id": ids[INVOICE],
        "partner_id": ids[PARTNER],
        "move_name": SQL("'COPY/' || lpad(list.number::text, 6, '0')"),
        "ref": SQL("list.remote_id"),
    }
    debit = ("debit", "balance", "amount_currency")
    residual = ("amount_residual", "amount_residual_currency")
    minus = SQL("-%s", total)
    insert(env, receivable, own | dict.fromkeys((*debit, *residual), total))
    insert(
        env,
        product,
        own
        | {"credit": total, "balance": minus, "amount_currency": minus}
        | dict.fromkeys(("price_unit", "price_subtotal", "price_total"), total)
        | {"quantity": SQL("1")},
    )


# === MEASURES === #


def measure(env, url):
    """Take all measures, one after the other, on one database.

    :return: {measure: {seconds, statements, peak_mb, transactions, calls, problems}}
    """
    env["tts.account"].search([]).sandbox_url = url
    shop = env["tts.shop"].search([], limit=1)
    env.cr.commit()
    found = {}
    for name, work in (("read", _read), ("book", _book), ("read_again", _read)):
        found[name] = _measured(env, url, partial(work, env, shop))
    found["read"]["problems"] = []
    found["book"]["problems"] = list(_problems(env, url))
    found["read_again"]["problems"] = []
    return found


def _measured(env, url, work):
    env.invalidate_all()
    calls = _calls(url)
    with Gauge() as gauge:
        work()
        env.cr.commit()
    return gauge.result() | {
        "transactions": env["tts.transaction"].search_count([]),
        "calls": _calls(url) - calls,
    }


def _calls(url):
    return sum(stage.door(url, "/state?only=calls")["calls"].values())


def _read(env, shop):
    """Read by the scheduled action's own work, without Odoo's scheduler."""
    since = fields.Datetime.now()
    shop.write({"next_settlement_sync": since - timedelta(minutes=1)})
    env.cr.commit()
    for _run in range(CRON_RUNS):
        env["tts.shop"]._cron_settlements()
        env.cr.commit()
        if shop.last_settlement_error:
            raise RuntimeError(shop.last_settlement_error)
        if shop.next_settlement_sync > fields.Datetime.now():
            return
    raise RuntimeError("reading settlements does not come to its end")


def _book(env, shop):
    """Book all statements in the background."""
    shop.booking_policy = "automatic"
    shop._book_statements(None)


def _problems(env, url):
    """Yield where the books are not what the sandbox settled."""
    env.flush_all()
    state = stage.door(url, "/state?only=shops,finance")
    verdict = reconcile_money.judge(reconcile_money.read(partial(_query, env), state))
    if not verdict.good:
        yield str(verdict)
    wanted = sum(
        len(statement["transactions"])
        for money in state["finance"].values()
        for statement in money["statements"]
    )
    if verdict.paid != wanted:
        yield f"{verdict.paid} invoices of {wanted} orders are paid"


def _query(env, statement):
    env.cr.execute(statement)
    return [[str(value) for value in row] for row in env.cr.fetchall()]
