from odoo import models
from odoo.tools import SQL

from .. import const
from .tts_sale_report import GOODS

# A line item's part of what belongs to its order; equal parts where all are free.
SHARE = SQL(
    "(CASE WHEN total.sales <> 0 THEN l.price_total / total.sales "
    "ELSE 1.0 / total.lines END)"
)
# From the order's currency to the user's, and from its company's.
RATE = SQL("(account_currency_table.rate / COALESCE(NULLIF(s.currency_rate, 0), 1.0))")
COMPANY_RATE = SQL("account_currency_table.rate")

# Line items without product have no unit.
FACTOR = SQL("COALESCE(u.factor / NULLIF(pu.factor, 0), 1)")
UNITS = SQL("l.product_uom_qty * %s", FACTOR)
DELIVERED = SQL("COALESCE(l.qty_delivered, 0) * %s", FACTOR)
# Parts of a kit leave in place of what was sold, and their units are others.
IS_KIT = SQL(
    "(moved.first_product <> l.product_id OR moved.last_product <> l.product_id)"
)
KITS_BACK = SQL(
    "(CASE WHEN COALESCE(moved.units_in, 0) = 0 THEN 0 "
    "WHEN moved.units_in >= moved.units_out THEN %s "
    "ELSE %s * moved.units_in / (moved.units_out - moved.units_in) END)",
    UNITS,
    DELIVERED,
)
BACK = SQL(
    "(CASE WHEN %s THEN %s ELSE COALESCE(moved.units_in, 0) END)", IS_KIT, KITS_BACK
)
LEFT = SQL(
    "(CASE WHEN %s THEN %s + %s ELSE COALESCE(moved.units_out, 0) END)",
    IS_KIT,
    DELIVERED,
    KITS_BACK,
)
COST = SQL(
    "(COALESCE(moved.value, 0) + COALESCE(lost.value, 0) + GREATEST(%s - %s, 0) "
    "* COALESCE((p.standard_price ->> s.company_id::text)::numeric, 0))",
    UNITS,
    LEFT,
)


class TtsSaleReport(models.Model):
    """The query behind the analysis.

    Nothing at its top level groups, sorts or numbers rows, and what is summed up per
    order or line item is joined laterally, from the left. So PostgreSQL applies
    filters to the tables themselves, sums up for the rows that are looked at only, and
    leaves out all that nobody asks for: sales per day read neither transactions nor
    stock moves. Keep it so.
    """

    _inherit = "tts.sale.report"

    _depends = {
        "sale.order": [
            *("company_id", "currency_rate", "date_order", "state", "team_id"),
            *("tts_order_id", "tts_shop_id"),
        ],
        "sale.order.line": [
            *("display_type", "is_delivery", "is_downpayment", "order_id"),
            *("price_subtotal", "price_total", "product_id", "product_uom_id"),
            *("product_uom_qty", "qty_delivered", "tts_platform_discount"),
            *("tts_refund_amount", "tts_seller_discount"),
        ],
        "tts.order": ["amount_platform_discount", "amount_seller_discount", "is_fbt"],
        "tts.shop": ["region", "team_id"],
        "stock.move": [
            *("date", "is_dropship", "is_in", "is_out", "product_id", "product_uom"),
            *("quantity", "sale_line_id", "state", "tts_scrapped_line_id", "value"),
        ],
        "product.product": ["product_tmpl_id", "standard_price"],
        "product.template": ["categ_id", "uom_id"],
        "uom.uom": ["factor"],
    }

    @property
    def _table_query(self):
        currencies = self.env["res.currency"]._get_simple_currency_table(
            self.env.companies
        )
        columns = self._dimensions() | self._measures()
        others = self._other_dimensions() | self._other_measures()
        return SQL(
            "%s UNION ALL %s",
            self._query_line_items(columns, currencies),
            self._query_other_money(
                {name: others.get(name, SQL("NULL")) for name in columns}, currencies
            ),
        )

    # === LINE ITEMS === #

    def _query_line_items(self, columns, currencies):
        """One row per line item of confirmed orders.

        :param columns: {name: SQL}
        :param currencies: SQL of the table that leads to the user's currency
        """
        return SQL(
            """
            SELECT %(columns)s
              FROM sale_order_line l
              JOIN sale_order s ON s.id = l.order_id
              JOIN %(currencies)s ON account_currency_table.company_id = s.company_id
              LEFT JOIN tts_order o ON o.id = s.tts_order_id
              LEFT JOIN tts_shop shop ON shop.id = s.tts_shop_id
              LEFT JOIN product_product p ON p.id = l.product_id
              LEFT JOIN product_template t ON t.id = p.product_tmpl_id
              LEFT JOIN uom_uom u ON u.id = l.product_uom_id
              LEFT JOIN uom_uom pu ON pu.id = t.uom_id
              LEFT JOIN LATERAL (%(totals)s) total ON TRUE
              LEFT JOIN LATERAL (%(money)s) money ON TRUE
              LEFT JOIN LATERAL (%(moves)s) moved ON TRUE
              LEFT JOIN LATERAL (%(lost)s) lost ON TRUE
             WHERE s.tts_order_id IS NOT NULL
               AND s.state = 'sale'
               AND %(goods)s
            """,
            columns=self._listed(columns),
            currencies=currencies,
            totals=self._query_order_totals(),
            money=self._query_order_money(),
            moves=self._query_moves(),
            lost=self._query_lost(),
            goods=GOODS,
        )

    def _listed(self, columns):
        """Return the SQL of columns: {name: SQL}."""
        return SQL(", ").join(
            SQL("%s AS %s", column, SQL.identifier(name))
            for name, column in columns.items()
        )

    def _query_order_totals(self):
        """What the shares of an order's line items are parts of."""
        return SQL(
            """
            SELECT COUNT(*) FILTER (WHERE %(goods)s) AS lines,
                   SUM(l.price_total) FILTER (WHERE %(goods)s) AS sales,
                   SUM(l.tts_seller_discount) FILTER (WHERE %(goods)s)
                       AS seller_discount,
                   SUM(l.tts_platform_discount) FILTER (WHERE %(goods)s)
                       AS platform_discount,
                   SUM(l.tts_refund_amount) FILTER (WHERE %(goods)s) AS refunds,
                   SUM(l.price_total) FILTER (WHERE l.is_delivery) AS shipping,
                   SUM(l.price_subtotal) FILTER (WHERE l.is_delivery)
                       AS shipping_untaxed
              FROM sale_order_line l
             WHERE l.order_id = s.id
            """,
            goods=GOODS,
        )

    def _query_moves(self):
        """What left the company and came back for a line item, in its product's unit.

        Between warehouses, and before the door, nothing is in or out.
        """
        return SQL(
            """
            SELECT MIN(m.product_id) AS first_product,
                   MAX(m.product_id) AS last_product,
                   SUM(%(units)s) FILTER (WHERE m.is_out) AS units_out,
                   SUM(%(units)s) FILTER (WHERE m.is_in) AS units_in,
                   SUM(CASE WHEN m.is_in THEN -m.value ELSE m.value END)
                       FILTER (WHERE m.is_in OR m.is_out) AS value,
                   MIN(m.date) FILTER (WHERE m.is_out OR m.is_dropship) AS shipped_at
              FROM stock_move m
             WHERE m.sale_line_id = l.id
               AND m.state = 'done'
            """,
            units=SQL(
                "CASE WHEN m.product_uom = t.uom_id THEN m.quantity "
                "ELSE m.quantity / pu.factor * (SELECT mu.factor FROM uom_uom mu "
                "WHERE mu.id = m.product_uom) END"
            ),
        )

    def _query_lost(self):
        """What came back of a line item and was scrapped."""
        return SQL(
            """
            SELECT SUM(m.value) AS value
              FROM stock_move m
             WHERE m.tts_scrapped_line_id = l.id
               AND m.state = 'done'
            """
        )

    # === COLUMNS === #

    def _dimensions(self):
        """Return what line items are grouped by: {field: SQL}."""
        return {
            "id": SQL("l.id"),
            "shop_id": SQL("s.tts_shop_id"),
            "company_id": SQL("s.company_id"),
            "team_id": SQL("s.team_id"),
            "order_id": SQL("s.id"),
            "tts_order_id": SQL("s.tts_order_id"),
            "product_id": SQL("l.product_id"),
            "product_tmpl_id": SQL("p.product_tmpl_id"),
            "categ_id": SQL("t.categ_id"),
            "date": SQL("s.date_order"),
            "region": SQL("shop.region"),
            "fulfilment": SQL(
                "CASE WHEN o.is_fbt THEN 'tiktok'::varchar ELSE 'seller'::varchar END"
            ),
            "currency_id": SQL("%s", self.env.company.currency_id.id),
        }

    def _measures(self):
        """Return what is summed up of line items: {field: SQL}."""
        shared = self._shared_measures()
        cost = SQL("%s * %s", COST, COMPANY_RATE)
        margin = self._margin(shared["refunds"], cost)
        untaxed = SQL("l.price_subtotal * %s", RATE)
        paid_at = SQL(
            "CASE WHEN shop.region IN %s THEN money.settled_at ELSE money.paid_at END",
            const.BALANCE_REGIONS,
        )
        return {
            "order_count": SQL("s.id"),
            "units": UNITS,
            "units_returned": BACK,
            "sales": SQL("l.price_total * %s", RATE),
            "sales_untaxed": untaxed,
            **shared,
            "cost": cost,
            "margin": margin,
            "margin_rate": SQL("(%s) / NULLIF(%s, 0)", margin, untaxed),
            "days_to_ship": self._days_until(SQL("moved.shipped_at")),
            "days_to_payout": self._days_until(paid_at),
        }

    def _shared_measures(self):
        """Return the parts of what belongs to whole orders: {field: SQL}."""
        money = {
            name: SQL("money.%s", SQL.identifier(name))
            for name in ("platform_fees", "affiliate", "adjustments")
        }
        return {
            "seller_discount": self._shared(
                SQL("o.amount_seller_discount"), RATE, "seller_discount"
            ),
            "platform_discount": self._shared(
                SQL("o.amount_platform_discount"), RATE, "platform_discount"
            ),
            "shipping": self._shared(SQL("total.shipping"), RATE),
            **{
                name: self._shared(amount, COMPANY_RATE)
                for name, amount in money.items()
            },
            "refunds": self._shared(
                SQL("money.refunds"), COMPANY_RATE, "refunds", "refund_amount"
            ),
        }

    def _shared(self, amount, rate, total=None, own=None):
        """Return the SQL of a line item's part of an amount of its order.

        :param total: the total of what is known of each line item, which takes the
            place of its price
        :param own: what is known of it, without prefix; by default as the total
        """
        share = SHARE
        if total:
            share = SQL(
                "(CASE WHEN total.%(total)s <> 0 "
                "THEN COALESCE(l.%(own)s, 0) / total.%(total)s ELSE %(share)s END)",
                total=SQL.identifier(total),
                own=SQL.identifier(f"tts_{own or total}"),
                share=SHARE,
            )
        return SQL("(COALESCE(%s, 0) * %s * %s)", amount, share, rate)

    def _margin(self, refunds, cost):
        """Return the SQL of what is left of it all.

        A refund gives back as much tax as its line item holds.
        """
        return SQL(
            "l.price_subtotal * %(rate)s + %(shipping)s + %(charges)s - %(cost)s"
            " + %(refunds)s * COALESCE(l.price_subtotal / NULLIF(l.price_total, 0), 1)",
            rate=RATE,
            shipping=self._shared(SQL("total.shipping_untaxed"), RATE),
            charges=self._shared(SQL("money.charges"), COMPANY_RATE),
            refunds=refunds,
            cost=cost,
        )

    def _days_until(self, moment):
        """Return the SQL of the days from the order until a moment."""
        return SQL("EXTRACT(EPOCH FROM (%s) - s.date_order) / 86400", moment)
