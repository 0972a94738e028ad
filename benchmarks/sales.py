"""Measures of the sales analysis: all totals by shop, product, category and day."""

from functools import partial

from odoo.tools import SQL

from . import stage
from .copies import insert
from .gauge import Gauge

DAYS = 365
PRODUCTS = 200
CATEGORIES = 10
TABLES = (
    *("tts_order", "sale_order", "sale_order_line", "stock_move"),
    *("tts_statement", "tts_transaction"),
)
TOTALS = (
    *("order_count:count_distinct", "units:sum", "units_returned:sum", "sales:sum"),
    *("sales_untaxed:sum", "seller_discount:sum", "platform_discount:sum"),
    *("shipping:sum", "platform_fees:sum", "affiliate:sum", "adjustments:sum"),
    *("refunds:sum", "cost:sum", "margin:sum", "margin_rate:avg"),
    *("days_to_ship:avg", "days_to_payout:avg"),
)
# Of Odoo's own analysis of all sales, to compare with.
STANDARD_TOTALS = (
    *("product_uom_qty:sum", "price_total:sum", "price_subtotal:sum"),
    *("qty_delivered:sum", "qty_invoiced:sum", "untaxed_amount_invoiced:sum"),
)
MONTH = [("date", ">=", "-30d")]
# What people look at: the period, the groups and the totals.
LOOKS = {
    "shop": ([], ["shop_id"], TOTALS),
    "product": ([], ["product_id"], TOTALS),
    "category": ([], ["categ_id"], TOTALS),
    "day": ([], ["date:day"], TOTALS),
    "pivot": ([], ["shop_id", "product_tmpl_id", "date:month"], TOTALS),
    "month": (MONTH, ["product_id"], TOTALS),
    "month_sales": (MONTH, ["date:day"], ("sales:sum",)),
    "sales": ([], ["date:day"], ("sales:sum",)),
    "margin": ([], ["product_id"], ("margin:sum",)),
}


# === A YEAR OF ORDERS === #


def prepare(env, url, count):
    """Fill a year with orders of two line items, delivered and settled.

    One order is imported and delivered, the others are copies of it in the database.
    """
    shop = stage.connect(env, url)
    stage.create_products(env, url)
    order = _make_order(env, url, shop)
    statement = env["tts.statement"].create(
        {
            "shop_id": shop.id,
            "remote_id": "0",
            "state": "booked",
            "currency_id": order.currency_id.id,
        }
    )
    transaction = env["tts.transaction"].create(
        {
            "shop_id": shop.id,
            "statement_id": statement.id,
            "remote_id": "0",
            "kind": "order",
            "amount_sale": 0,
            "amount_refund": 0,
            "amount_adjustment": 0,
        }
    )
    products = _make_products(env)
    env.flush_all()
    _make_lists(env, count, products.ids, env["tts.shop"].search([]).ids)
    _copy_orders(env, order)
    _copy_line_items(env, order)
    _copy_money(env, statement, transaction)
    # Odoo's statistics decide how it finds rows among many.
    for table in TABLES:
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.invalidate_all()


def _make_order(env, url, shop):
    """Import an order and deliver it."""
    orders = stage.door(url, "/state?only=orders")["orders"]
    env["tts.order"]._absorb(shop, [order["raw"] for order in orders.values()])
    order = env["sale.order"].search([("tts_order_id", "!=", False)], limit=1)
    for move in order.picking_ids.move_ids:
        move.write({"quantity": move.product_uom_qty, "picked": True})
    order.picking_ids.with_context(skip_sms=True).button_validate()
    if set(order.picking_ids.mapped("state")) != {"done"}:
        raise RuntimeError("the order that is copied was not delivered")
    return order


def _make_products(env):
    categories = env["product.category"].create(
        [{"name": f"Category {number}"} for number in range(CATEGORIES)]
    )
    return env["product.product"].create(
        [
            {
                "name": f"Product {number}",
                "is_storable": True,
                "standard_price": 1 + number % 7,
                "categ_id": categories[number % CATEGORIES].id,
            }
            for number in range(PRODUCTS)
        ]
    )


def _make_lists(env, count, products, shops):
    """List the orders and statements to make, with the ids of their records."""
    env.cr.execute(
        SQL(
            """
            CREATE TEMPORARY TABLE list ON COMMIT DROP AS
            SELECT number,
                   'R' || number AS remote_id,
                   number * 37 %% %(days)s AS day,
                   now()::timestamp - (number * 37 %% %(days)s) * interval '1 day'
                       AS moment,
                   (%(shops)s::int[])[1 + number %% %(shop_count)s] AS shop_id,
                   (%(products)s::int[])[1 + number %% %(product_count)s] AS product_0,
                   (%(products)s::int[])[1 + number * 7 %% %(product_count)s]
                       AS product_1,
                   nextval('tts_order_id_seq')::int AS tts_order_id,
                   nextval('sale_order_id_seq')::int AS sale_order_id,
                   nextval('sale_order_line_id_seq')::int AS line_0,
                   nextval('sale_order_line_id_seq')::int AS line_1
              FROM generate_series(1, %(count)s) number
            """,
            days=DAYS,
            count=count,
            shops=shops,
            shop_count=len(shops),
            products=products,
            product_count=len(products),
        )
    )
    env.cr.execute(
        """
        CREATE TEMPORARY TABLE day_list ON COMMIT DROP AS
        SELECT shop_id, day, MIN(moment) + interval '10 days' AS moment,
               nextval('tts_statement_id_seq')::int AS statement_id
          FROM list GROUP BY shop_id, day
        """
    )


def _copy_orders(env, order):
    insert(
        env,
        order.tts_order_id,
        {
            "id": SQL("list.tts_order_id"),
            "shop_id": SQL("list.shop_id"),
            "remote_id": SQL("list.remote_id"),
            "is_fbt": SQL("list.number %% 5 = 0"),
        },
    )
    insert(
        env,
        order,
        {
            "id": SQL("list.sale_order_id"),
            "name": SQL("list.remote_id"),
            "client_order_ref": SQL("list.remote_id"),
            "tts_order_id": SQL("list.tts_order_id"),
            "tts_shop_id": SQL("list.shop_id"),
            "date_order": SQL("list.moment"),
        },
    )


def _copy_line_items(env, order):
    """Make two line items and the shipping of each order, and what left for them.

    One line item in thirty comes back.
    """
    shipping = order.order_line.filtered("is_delivery")
    own = {
        "id": SQL("nextval('sale_order_line_id_seq')"),
        "order_id": SQL("list.sale_order_id"),
    }
    insert(env, shipping, own)
    line = order.order_line.filtered("tts_line_ids")[0]
    amounts = ("price_unit", "price_total", "price_subtotal")
    for position in (0, 1):
        item = {
            "id": SQL.identifier("list", f"line_{position}"),
            "product_id": SQL.identifier("list", f"product_{position}"),
            "product_uom_qty": SQL("1"),
        }
        price = SQL("(5 + list.number %% 400 / 10.0 + %s)", position)
        insert(env, line, own | dict.fromkeys(amounts, price) | item)
        move = {
            "id": SQL("nextval('stock_move_id_seq')"),
            "sale_line_id": item["id"],
            "product_id": item["product_id"],
            "quantity": SQL("1"),
            "value": SQL("1 + list.number %% 7"),
            "date": SQL("list.moment + interval '1 day'"),
        }
        insert(env, line.move_ids[0], move)
        move |= {"is_in": SQL("TRUE"), "is_out": SQL("FALSE")}
        few = SQL("(SELECT * FROM list WHERE number %% 30 = 0)")
        insert(env, line.move_ids[0], move, few)


def _copy_money(env, statement, transaction):
    """Settle each order in the statement of a day, which is paid three days later."""
    insert(
        env,
        statement,
        {
            "id": SQL("list.statement_id"),
            "shop_id": SQL("list.shop_id"),
            "remote_id": SQL("'S' || list.statement_id"),
            "statement_time": SQL("list.moment"),
            "payment_time": SQL("list.moment + interval '3 days'"),
        },
        SQL("day_list"),
    )
    orders = SQL(
        "(SELECT list.*, statement_id FROM list JOIN day_list USING (shop_id, day))"
    )
    fees = SQL("-round(list.number %% 90 / 10.0, 2)")
    insert(
        env,
        transaction,
        {
            "id": SQL("nextval('tts_transaction_id_seq')"),
            "shop_id": SQL("list.shop_id"),
            "statement_id": SQL("list.statement_id"),
            "statement_time": SQL("list.moment + interval '10 days'"),
            "remote_id": SQL("list.remote_id"),
            # A few belong to orders of before the shop was connected.
            "order_id": SQL(
                "CASE WHEN list.number %% 50 > 0 THEN list.tts_order_id END"
            ),
            "order_remote_id": SQL("list.remote_id"),
            "amount_sale": SQL("11 + list.number %% 400 / 5.0"),
            "amount_refund": SQL("CASE WHEN list.number %% 30 = 0 THEN -5 ELSE 0 END"),
            "amount_fees": fees,
            "amount_affiliate": SQL("%s / 2", fees),
        },
        orders,
    )


# === MEASURES === #


def measure(env, _url):
    """Take all measures, one after the other, on one database.

    :return: {measure: {seconds, statements, peak_mb, orders, rows, groups, problems}}
    """
    Report = env["tts.sale.report"]
    size = {
        "orders": env["sale.order"].search_count([("tts_order_id", "!=", False)]),
        "rows": Report.search_count([]),
    }
    found = {}
    for name, (domain, groups, totals) in LOOKS.items():
        look = partial(Report._read_group, domain, groups, totals)
        found[name] = _measured(env, look) | size | {"problems": []}
    standard = env["sale.report"]
    look = partial(standard._read_group, [], ["product_id"], STANDARD_TOTALS)
    found["sale.report"] = _measured(env, look) | size | {"problems": []}
    found["shop"]["problems"] = list(_problems(env))
    return found


def _measured(env, look):
    env.invalidate_all()
    with Gauge() as gauge:
        groups = look()
    return gauge.result() | {"groups": len(groups)}


def _problems(env):
    """Yield where the totals are not those of orders and transactions."""
    names = ("sales", "platform_fees", "affiliate", "refunds", "units_returned")
    [found] = env["tts.sale.report"]._read_group([], [], [f"{n}:sum" for n in names])
    env.cr.execute(
        """
        SELECT (SELECT SUM(l.price_total) FROM sale_order_line l
                  JOIN sale_order s ON s.id = l.order_id
                 WHERE s.tts_order_id IS NOT NULL AND NOT l.is_delivery)
               + SUM(amount_sale) FILTER (WHERE order_id IS NULL),
               SUM(amount_fees - COALESCE(amount_affiliate, 0)),
               SUM(amount_affiliate), SUM(amount_refund),
               (SELECT COUNT(*) FROM stock_move WHERE is_in AND state = 'done'
                   AND sale_line_id IS NOT NULL)
          FROM tts_transaction
        """
    )
    for name, total, wanted in zip(names, found, env.cr.fetchone(), strict=True):
        if round(total, 2) != round(wanted, 2):
            yield f"{name} come to {total} in place of {wanted}"
