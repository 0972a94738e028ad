from odoo import models
from odoo.tools import SQL

from .. import const

# Statements that were read to their end and add up.
SOUND_STATES = ("ready", "error", "booked")
GOODS = SQL(
    "l.display_type IS NULL AND l.is_delivery IS NOT TRUE "
    "AND l.is_downpayment IS NOT TRUE"
)


class TtsSaleReport(models.Model):
    """The query behind the analysis.

    Nothing at its top level groups, sorts or numbers rows, and whatever is summed up
    per order or line is joined from the left by a unique key: so PostgreSQL applies
    filters to the tables themselves, and leaves out all that nobody asks for. Keep it
    so: a chart of sales per day then reads neither transactions nor moves.
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
        "tts.statement": [
            *("currency_rate", "payment_time", "state", "statement_time"),
        ],
        "tts.transaction": [
            *("amount_adjustment", "amount_affiliate", "amount_fees"),
            *("amount_refund", "amount_sale", "order_id", "shop_id"),
            *("statement_id", "statement_time"),
        ],
        "stock.move": [
            *("date", "is_dropship", "is_in", "is_out", "product_id", "product_uom"),
            *("quantity", "sale_line_id", "state", "value"),
        ],
        "product.product": ["product_tmpl_id", "standard_price"],
        "product.template": ["categ_id", "uom_id"],
        "uom.uom": ["factor"],
    }

    @property
    def _table_query(self):
        return SQL(
            "%s UNION ALL %s", self._query_line_items(), self._query_other_money()
        )

    # === LINE ITEMS === #

    def _query_line_items(self):
        """One row per line item of confirmed orders."""
        columns = {**self._dimensions(), **self._measures()}
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
              LEFT JOIN (%(totals)s) total ON total.order_id = s.id
              LEFT JOIN (%(money)s) money ON money.order_id = s.tts_order_id
              LEFT JOIN (%(moves)s) moved ON moved.sale_line_id = l.id
             WHERE s.tts_order_id IS NOT NULL
               AND s.state = 'sale'
               AND %(goods)s
            """,
            columns=_listed(columns),
            currencies=self._currency_table(),
            totals=self._query_order_totals(),
            money=self._query_order_money(),
            moves=self._query_moves(),
            goods=GOODS,
        )

    def _currency_table(self):
        """The table that turns each company's currency into the user's."""
        return self.env["res.currency"]._get_simple_currency_table(self.env.companies)

    def _dimensions(self):
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
        # Of the order's currency, and of its company's.
        rate = SQL(
            "(account_currency_table.rate / COALESCE(NULLIF(s.currency_rate, 0), 1.0))"
        )
        company_rate = SQL("account_currency_table.rate")
        share = _share(SQL("l.price_total"), SQL("total.sales"), _EQUALLY)
        money = {
            name: SQL(
                "COALESCE(money.%s, 0) * %s * %s",
                SQL.identifier(name),
                share,
                company_rate,
            )
            for name in ("platform_fees", "affiliate", "adjustments")
        }
        refunds = SQL(
            "COALESCE(money.refunds, 0) * %s * %s",
            _share(
                SQL("COALESCE(l.tts_refund_amount, 0)"), SQL("total.refunds"), share
            ),
            company_rate,
        )
        cost = SQL("(%s) * %s", _COST, company_rate)
        margin = SQL(
            "l.price_subtotal * %(rate)s"
            " + COALESCE(total.shipping_untaxed, 0) * %(share)s * %(rate)s"
            " + %(refunds)s * COALESCE(l.price_subtotal / NULLIF(l.price_total, 0), 1)"
            " + %(fees)s - %(cost)s",
            rate=rate,
            share=share,
            refunds=refunds,
            fees=SQL(" + ").join(money.values()),
            cost=cost,
        )
        return {
            "order_count": SQL("s.id"),
            "units": _UNITS,
            "units_returned": _RETURNED,
            "sales": SQL("l.price_total * %s", rate),
            "sales_untaxed": SQL("l.price_subtotal * %s", rate),
            **{
                name: SQL(
                    "COALESCE(o.%(amount)s, 0) * %(share)s * %(rate)s",
                    amount=SQL.identifier(f"amount_{name}"),
                    share=_share(
                        SQL("COALESCE(l.%s, 0)", SQL.identifier(f"tts_{name}")),
                        SQL("total.%s", SQL.identifier(name)),
                        share,
                    ),
                    rate=rate,
                )
                for name in ("seller_discount", "platform_discount")
            },
            "shipping": SQL("COALESCE(total.shipping, 0) * %s * %s", share, rate),
            **money,
            "refunds": refunds,
            "cost": cost,
            "margin": margin,
            "margin_rate": SQL("(%s) / NULLIF(l.price_subtotal * %s, 0)", margin, rate),
            "days_to_ship": _days(SQL("moved.shipped_at")),
            "days_to_payout": _days(SQL("money.paid_at")),
        }

    def _query_order_totals(self):
        """What the shares of an order's line items are parts of."""
        return SQL(
            """
            SELECT l.order_id,
                   COUNT(*) FILTER (WHERE %(goods)s) AS lines,
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
              JOIN sale_order s ON s.id = l.order_id
             WHERE s.tts_order_id IS NOT NULL
               AND s.state = 'sale'
             GROUP BY l.order_id
            """,
            goods=GOODS,
        )

    def _query_order_money(self):
        """What was settled per order, in the currency of its company."""
        rate = SQL("COALESCE(NULLIF(st.currency_rate, 0), 1.0)")
        return SQL(
            """
            SELECT tr.order_id,
                   SUM((%(fees)s) / %(rate)s) AS platform_fees,
                   SUM(tr.amount_affiliate / %(rate)s) AS affiliate,
                   SUM(tr.amount_adjustment / %(rate)s) AS adjustments,
                   SUM(tr.amount_refund / %(rate)s) AS refunds,
                   MIN(%(paid_at)s) FILTER (WHERE tr.amount_sale > 0) AS paid_at
              FROM tts_transaction tr
              JOIN tts_statement st ON st.id = tr.statement_id
              JOIN tts_shop shop ON shop.id = tr.shop_id
             WHERE st.state IN %(states)s
               AND tr.order_id IS NOT NULL
             GROUP BY tr.order_id
            """,
            rate=rate,
            fees=_FEES,
            paid_at=SQL(
                "CASE WHEN shop.region IN %s THEN st.statement_time "
                "ELSE st.payment_time END",
                const.BALANCE_REGIONS,
            ),
            states=SOUND_STATES,
        )

    def _query_moves(self):
        """What left the company and came back per line item, in basic units."""
        return SQL(
            """
            SELECT m.sale_line_id,
                   MIN(m.product_id) AS first_product,
                   MAX(m.product_id) AS last_product,
                   SUM(m.quantity * mu.factor) FILTER (WHERE m.is_out) AS out_units,
                   SUM(m.quantity * mu.factor) FILTER (WHERE m.is_in) AS in_units,
                   SUM(CASE WHEN m.is_in THEN -m.value ELSE m.value END)
                       FILTER (WHERE m.is_in OR m.is_out) AS value,
                   MIN(m.date) FILTER (WHERE m.is_out OR m.is_dropship) AS shipped_at
              FROM stock_move m
              JOIN uom_uom mu ON mu.id = m.product_uom
             WHERE m.sale_line_id IS NOT NULL
               AND m.state = 'done'
             GROUP BY m.sale_line_id
            """
        )

    # === MONEY WITHOUT A SALES ORDER === #

    def _query_other_money(self):
        """One row per transaction that belongs to no line item of above."""
        return SQL(
            """
            SELECT %(columns)s
              FROM tts_transaction tr
              JOIN tts_statement st ON st.id = tr.statement_id
              JOIN tts_shop shop ON shop.id = tr.shop_id
              JOIN %(currencies)s
                ON account_currency_table.company_id = tr.company_id
              LEFT JOIN tts_order o ON o.id = tr.order_id
             WHERE st.state IN %(states)s
               AND (tr.amount_sale, tr.amount_refund, tr.amount_fees,
                    tr.amount_adjustment) <> (0, 0, 0, 0)
               AND NOT EXISTS (
                   SELECT
                     FROM sale_order s
                     JOIN sale_order_line l ON l.order_id = s.id
                    WHERE s.tts_order_id = tr.order_id
                      AND s.state = 'sale'
                      AND %(goods)s
               )
            """,
            columns=_listed(self._other_columns()),
            currencies=self._currency_table(),
            states=SOUND_STATES,
            goods=GOODS,
        )

    def _other_columns(self):
        """The same columns as of line items, in the same order."""
        rate = SQL(
            "(account_currency_table.rate / COALESCE(NULLIF(st.currency_rate, 0), 1.0))"
        )
        none, zero = SQL("NULL::integer"), SQL("0.0")
        amounts = {
            name: SQL("(%s) * %s", column, rate)
            for name, column in {
                "sales": SQL("tr.amount_sale"),
                "platform_fees": _FEES,
                "affiliate": SQL("tr.amount_affiliate"),
                "adjustments": SQL("tr.amount_adjustment"),
                "refunds": SQL("tr.amount_refund"),
            }.items()
        }
        margin = SQL(
            "(%s) * %s",
            SQL(
                "tr.amount_sale + tr.amount_fees + tr.amount_adjustment "
                "+ tr.amount_refund"
            ),
            rate,
        )
        dimensions = {
            "id": SQL("-tr.id"),  # those of line items are positive
            "shop_id": SQL("tr.shop_id"),
            "company_id": SQL("tr.company_id"),
            "team_id": SQL("shop.team_id"),
            "tts_order_id": SQL("tr.order_id"),
            "date": SQL("tr.statement_time"),
            "region": SQL("shop.region"),
            "fulfilment": SQL(
                "CASE WHEN o.is_fbt THEN 'tiktok'::varchar "
                "WHEN o.id IS NOT NULL THEN 'seller'::varchar END"
            ),
            "currency_id": SQL("%s", self.env.company.currency_id.id),
        }
        measures = {
            **amounts,
            "sales_untaxed": amounts["sales"],
            "order_count": none,
            "margin": margin,
            "margin_rate": SQL("(%s) / NULLIF(tr.amount_sale * %s, 0)", margin, rate),
            "days_to_ship": SQL("NULL::numeric"),
            "days_to_payout": SQL("NULL::numeric"),
        }
        return {name: dimensions.get(name, none) for name in self._dimensions()} | {
            name: measures.get(name, zero) for name in self._measures()
        }


# Fees without those of affiliates.
_FEES = SQL("tr.amount_fees - COALESCE(tr.amount_affiliate, 0)")
# Of products without unit, which is none, and of line items without product.
_FACTOR = SQL("COALESCE(u.factor / NULLIF(pu.factor, 0), 1)")
_UNITS = SQL("l.product_uom_qty * %s", _FACTOR)
_DELIVERED = SQL("COALESCE(l.qty_delivered, 0) * %s", _FACTOR)
_OUT = SQL("COALESCE(moved.out_units, 0) / COALESCE(NULLIF(pu.factor, 0), 1)")
_IN = SQL("COALESCE(moved.in_units, 0) / COALESCE(NULLIF(pu.factor, 0), 1)")
# Parts of a kit leave in place of what was sold: units are not theirs to count.
_IS_KIT = SQL(
    "(moved.first_product <> l.product_id OR moved.last_product <> l.product_id)"
)
_KITS_BACK = SQL(
    "CASE WHEN COALESCE(moved.in_units, 0) = 0 THEN 0 "
    "WHEN moved.in_units >= moved.out_units THEN %s "
    "ELSE %s * moved.in_units / (moved.out_units - moved.in_units) END",
    _UNITS,
    _DELIVERED,
)
_RETURNED = SQL("CASE WHEN %s THEN %s ELSE %s END", _IS_KIT, _KITS_BACK, _IN)
_LEFT = SQL(
    "CASE WHEN %s THEN %s + %s ELSE %s END", _IS_KIT, _DELIVERED, _KITS_BACK, _OUT
)
_COST = SQL(
    "COALESCE(moved.value, 0) + GREATEST(%s - (%s), 0) "
    "* COALESCE((p.standard_price ->> s.company_id::text)::numeric, 0)",
    _UNITS,
    _LEFT,
)
_EQUALLY = SQL("1.0 / total.lines")


def _share(part, whole, otherwise):
    """Return the SQL of a line item's share in what belongs to its order."""
    return SQL(
        "(CASE WHEN %(whole)s <> 0 THEN %(part)s / %(whole)s ELSE %(otherwise)s END)",
        part=part,
        whole=whole,
        otherwise=otherwise,
    )


def _days(moment):
    """Return the SQL of the days from the order until a moment."""
    return SQL("EXTRACT(EPOCH FROM %s - s.date_order) / 86400", moment)


def _listed(columns):
    """Return the SQL of columns: {name: SQL}."""
    return SQL(", ").join(
        SQL("%s AS %s", column, SQL.identifier(name))
        for name, column in columns.items()
    )
