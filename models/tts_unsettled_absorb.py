import logging
from datetime import timedelta

from odoo import api, fields, models

from ..utils import naive
from .tts_transaction_absorb import differs_from

_logger = logging.getLogger(__name__)

# Nothing waits longer than this for its settlement.
LONGEST_WAIT = timedelta(days=180)


class TtsUnsettled(models.Model):
    """Absorbing forecasts."""

    _inherit = "tts.unsettled"

    @api.model
    def _replace(self, shop, rows):
        """Let the forecasts of a shop be these, and no others.

        :param rows: list of `lib.statements.Estimate`, all that TikTok has
        """
        rows = {row.id: row for row in rows}
        known = {
            record.remote_id: record
            for record in self.search([("shop_id", "=", shop.id)])
        }
        self.union(*(known[key] for key in known.keys() - rows.keys())).unlink()
        orders = self.env["tts.transaction"]._orders_of(shop, rows.values())
        currencies = self.env["tts.statement"]._tts_currencies(
            {row.currency for row in rows.values()}
        )
        to_create = []
        for remote_id, row in rows.items():
            values = self._prepare_values(shop, row, orders, currencies)
            if remote_id not in known:
                to_create.append(values | {"shop_id": shop.id, "remote_id": remote_id})
                continue
            record = known[remote_id]
            news = {
                name: value
                for name, value in values.items()
                if differs_from(record[name], value)
            }
            if news:
                record.write(news)
        self.create(to_create)

    @api.model
    def _prepare_values(self, shop, row, orders, currencies):
        order = orders.get(row.order_id)
        return {
            "remote_type": row.type or False,
            "order_remote_id": row.order_id or False,
            "order_id": order.id if order else False,
            "currency_id": currencies[row.currency].id,
            "amount_settlement": float(row.settlement),
            "amount_revenue": float(row.revenue),
            "amount_shipping": float(row.shipping),
            "amount_fee": float(row.fee_tax),
            "amount_adjustment": float(row.adjustment),
            "expected_date": shop._payout_date(row.estimated_time) or False,
            "expected_text": row.estimated_text or False,
            "reason": row.reason or False,
            "order_create_time": naive(row.order_create_time),
            "delivery_time": naive(row.delivery_time),
        }


class TtsShop(models.Model):
    """Reading what TikTok expects to settle."""

    _inherit = "tts.shop"

    def _read_unsettled(self, client):
        """Read all forecasts; they take the place of the last ones when all are here.

        :return: True
        """
        now = fields.Datetime.now()
        rows = []
        for page in client.unsettled_pages(now - LONGEST_WAIT, now):
            rows += page.rows
            for problem in page.problems:
                _logger.warning("TikTok Shop %s: a forecast: %s", self.id, problem)
        self._take_settlements()
        self.env["tts.unsettled"]._replace(self, rows)
        return True
