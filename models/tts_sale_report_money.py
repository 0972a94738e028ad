from odoo import models
from odoo.tools import SQL

from .tts_sale_report import GOODS

# Statements that were read to their end and add up.
SOUND_STATES = ("ready", "error", "booked")
# From the statement's currency to its company's.
STATEMENT_RATE = SQL("COALESCE(NULLIF(st.currency_rate, 0), 1.0)")
AMOUNTS = {
    "platform_fees": SQL("(tr.amount_fees - COALESCE(tr.amount_affiliate, 0))"),
    "affiliate": SQL("tr.amount_affiliate"),
    "adjustments": SQL("tr.amount_adjustment"),
    "refunds": SQL("tr.amount_refund"),
}
# All but sales and refunds, for the margin.
CHARGES = SQL("(tr.amount_fees + COALESCE(tr.amount_adjustment, 0))")


class TtsSaleReport(models.Model):
    """What statements say, per order and of money that belongs to none."""

    _inherit = "tts.sale.report"

    _depends = {
        "tts.statement": ["currency_rate", "payment_time", "state", "statement_time"],
        "tts.transaction": [
            *("amount_adjustment", "amount_affiliate", "amount_fees"),
            *("amount_refund", "amount_sale", "company_id", "order_id", "shop_id"),
            *("statement_id", "statement_time"),
        ],
    }

    def _query_order_money(self):
        """What an order was settled for, in the currency of its company."""
        return SQL(
            """
            SELECT %(amounts)s,
                   MIN(st.payment_time) FILTER (WHERE tr.amount_sale > 0) AS paid_at,
                   MIN(st.statement_time) FILTER (WHERE tr.amount_sale > 0)
                       AS settled_at
              FROM tts_transaction tr
              JOIN tts_statement st ON st.id = tr.statement_id
             WHERE st.state IN %(states)s
               AND tr.order_id = s.tts_order_id
            """,
            amounts=self._listed(
                {
                    name: SQL("SUM(%s / %s)", amount, STATEMENT_RATE)
                    for name, amount in (AMOUNTS | {"charges": CHARGES}).items()
                }
            ),
            states=SOUND_STATES,
        )

    def _query_other_money(self, columns, currencies):
        """One row per transaction that belongs to no line item of the analysis.

        :param columns: {name: SQL}, as many as line items have
        :param currencies: SQL of the table that leads to the user's currency
        """
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
               AND (tr.amount_sale <> 0 OR tr.amount_refund <> 0
                    OR tr.amount_fees <> 0 OR tr.amount_adjustment <> 0)
               AND NOT EXISTS (
                   SELECT
                     FROM sale_order s
                     JOIN sale_order_line l ON l.order_id = s.id
                    WHERE s.tts_order_id = tr.order_id
                      AND s.state = 'sale'
                      AND %(goods)s
               )
            """,
            columns=self._listed(columns),
            currencies=currencies,
            states=SOUND_STATES,
            goods=GOODS,
        )

    def _other_dimensions(self):
        """Return what that money is grouped by: {field: SQL}."""
        return {
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

    def _other_measures(self):
        """Return what is summed up of that money: {field: SQL}.

        What was sold is unknown, what it was sold for is not: else there were fees and
        refunds of sales that the analysis has not.
        """
        rate = SQL("account_currency_table.rate / %s", STATEMENT_RATE)
        amounts = {"sales": SQL("tr.amount_sale"), **AMOUNTS}
        whole = SQL(" + ").join(
            SQL("COALESCE(%s, 0)", amount) for amount in amounts.values()
        )
        measures = {
            name: SQL("COALESCE(%s, 0) * %s", amount, rate)
            for name, amount in amounts.items()
        }
        margin = SQL("(%s) * %s", whole, rate)
        return measures | {
            "sales_untaxed": measures["sales"],
            "margin": margin,
            "margin_rate": SQL("%s / NULLIF(%s, 0)", margin, measures["sales"]),
        }
