from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, models
from odoo.tools import formatLang

from ..lib.fees import adjustment_group
from ..lib.settlement import differs, fee_expectation
from .tts_transaction_absorb import FEE_FIELDS

# Orders of a moment before the shop was connected are still ours.
CONNECTION_SLACK = timedelta(minutes=10)


class TtsTransaction(models.Model):
    """What new transactions tell people: unknown fees, unknown orders, odd fees."""

    _inherit = "tts.transaction"

    def _note_fresh(self):
        """Look at transactions that were not known before."""
        self._check_fees()
        self._note_unknown_keys()
        self._note_unknown_orders()

    # === FEES === #

    def _check_fees(self):
        """Compare the fees of sales with those that their shops expect."""
        for shop, records in self.grouped("shop_id").items():
            rates = {
                row.group: (_decimal(row.expected_rate), _decimal(row.tolerance))
                for row in shop.fee_account_ids
                if row.expected_rate and row.group in FEE_FIELDS
            }
            for record in records:
                values = record._prepare_fee_values(rates)
                if any(record[name] != value for name, value in values.items()):
                    record.write(values)

    def _prepare_fee_values(self, rates):
        """Return what is expected of this transaction's fees, and whether it differs.

        :param rates: {group: (expected, tolerance)}, both in per cent of the sale
        """
        sale = _decimal(self.amount_sale)
        # Refunds give some fees back, by rules of their own.
        if not rates or sale <= 0 or self.amount_refund:
            return {"expected_fees": 0.0, "fee_difference": 0.0, "fee_differs": False}
        expected = fee_expectation(
            sale, {group: rate for group, (rate, _tolerance) in rates.items()}
        )
        found = {group: _decimal(self[f"amount_{group}"]) for group in rates}
        odd = any(
            differs({group: expected[group]}, found, sale * tolerance / 100)
            for group, (_rate, tolerance) in rates.items()
        )
        # Odoo may not know the currency yet.
        rounding = self.currency_id.round if self.currency_id else float
        total = sum(expected.values(), Decimal())
        return {
            "expected_fees": rounding(float(total)),
            "fee_difference": rounding(float(sum(found.values(), Decimal()) - total)),
            "fee_differs": odd,
        }

    # === UNKNOWN KEYS === #

    def _note_unknown_keys(self):
        """Raise one issue per fee key, or type of adjustment, that nobody knows.

        It stays open until somebody dismisses it: nothing heals it by itself.
        """
        groups = defaultdict(self.browse)
        for record in self:
            for key in record.unknown_keys or ():
                groups[key] |= record
        for key, records in groups.items():
            first = records[0]
            if first.kind == "adjustment" and not adjustment_group(key)[1]:
                first._note_unknown_adjustment(key, records)
            else:
                first._note_unknown_fee(key, records)

    def _note_unknown_fee(self, key, records):
        amount = sum((record._amount_of(key) for record in records), Decimal())
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"fee-key:{key}",
            category="settlement",
            name=self.env._("TikTok takes a fee that is not known: %s", key),
            reason=self.env._(
                "%(amount)s %(currency)s in statement %(statement)s, first in "
                "transaction %(transaction)s. It is booked with Other Fees.",
                amount=amount,
                currency=self.currency_id.name or "",
                statement=self.statement_id.remote_id,
                transaction=self.remote_id,
            ),
            hint=self.env._(
                "Look up in Seller Center what it is for. If Other Fees is the right "
                "account, click Dismiss; a later version of the connector will know it."
            ),
            reference=key,
        )

    def _note_unknown_adjustment(self, key, records):
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"adjustment:{key}",
            category="settlement",
            name=self.env._("TikTok made an adjustment that is not known: %s", key),
            reason=self.env._(
                "%(amount)s %(currency)s in statement %(statement)s, first in "
                "transaction %(transaction)s. It is booked with Other Adjustments.",
                amount=sum(_decimal(record.amount_adjustment) for record in records),
                currency=self.currency_id.name or "",
                statement=self.statement_id.remote_id,
                transaction=self.remote_id,
            ),
            hint=self.env._(
                "Look up in Seller Center what it is for. If Other Adjustments is the "
                "right account, click Dismiss."
            ),
            reference=key,
        )

    def _amount_of(self, key):
        """Return what TikTok says for one key of the breakdown."""
        return sum(
            (
                Decimal(section[key])
                for name, section in self.breakdown.items()
                if name != "columns" and key in section
            ),
            Decimal(),
        )

    # === UNKNOWN ORDERS === #

    def _note_unknown_orders(self):
        """Raise an issue per order that should be in Odoo and is not.

        Orders of the time before the shop was connected are no surprise: they are
        listed, and ask nobody.
        """
        unknown = {
            record.order_remote_id: record
            for record in self
            if record.kind == "order" and not record.order_id and record._is_our_time()
        }
        if not unknown:
            return
        Issue = self.env["tts.issue"].sudo()
        keys = {f"unknown-order:{remote_id}": row for remote_id, row in unknown.items()}
        known = Issue.search(
            [
                ("shop_id", "in", self.shop_id.ids),
                ("key", "in", list(keys)),
                ("state", "!=", "closed"),
            ]
        ).mapped("key")
        for key, record in keys.items():
            if key not in known:
                record._note_unknown_order(key)

    def _is_our_time(self):
        since = self.shop_id.create_date - CONNECTION_SLACK
        return bool(self.order_create_time and self.order_create_time >= since)

    def _note_unknown_order(self, key):
        self.env["tts.issue"]._raise(
            self.shop_id,
            key,
            category="settlement",
            name=self.env._("Settled order %s is not in Odoo", self.order_remote_id),
            reason=self.env._(
                "TikTok settled it with %(amount)s %(currency)s in statement "
                "%(statement)s.",
                amount=formatLang(
                    self.env, self.amount_payable, currency_obj=self.currency_id
                ),
                currency=self.currency_id.name or "",
                statement=self.statement_id.remote_id,
            ),
            hint=self.env._(
                "Look at the order in Seller Center and import it by its number with "
                "Resync. If it is not wanted in Odoo, book the statement: its amount "
                "waits on the account for unknown orders."
            ),
            reference=self.order_remote_id,
        )

    def _link_orders(self, orders):
        """Link transactions to orders that have come into Odoo since.

        :param orders: {remote order id: tts.order} of one shop
        """
        for record in self.filtered(lambda row: not row.order_id):
            if record.order_remote_id in orders:
                record.order_id = orders[record.order_remote_id]


class TtsFeeAccount(models.Model):
    _inherit = "tts.fee.account"

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever expects another rate sees at once which fees differ from it."""
        rows = super().create(vals_list)
        rows.shop_id._check_fees_again()
        return rows

    def write(self, vals):
        """Whoever expects another rate sees at once which fees differ from it."""
        result = super().write(vals)
        if vals.keys() & {"expected_rate", "tolerance", "group"}:
            self.shop_id._check_fees_again()
        return result

    def unlink(self):
        """What nobody expects any more differs from nothing."""
        shops = self.shop_id
        result = super().unlink()
        shops._check_fees_again()
        return result


class TtsShop(models.Model):
    _inherit = "tts.shop"

    def _check_fees_again(self):
        """Look again at the fees of everything that is not booked yet."""
        self.env["tts.transaction"].sudo().search(
            [
                ("shop_id", "in", self.ids),
                ("kind", "=", "order"),
                ("statement_id.state", "!=", "booked"),
            ]
        )._check_fees()


def _decimal(amount):
    return Decimal(str(amount))
