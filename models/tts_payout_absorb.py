from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import formatLang

from .. import const
from ..utils import naive
from .tts_statement_absorb import FIRST_STATEMENTS, PAYMENT_PATIENCE

BROKEN_PAYOUTS_KEY = "broken-payouts"
PAYOUT_OVERLAP = timedelta(days=30)
KINDS = {
    "WITHDRAW": "withdraw",
    "SETTLE": "settle",
    "REVERSE": "reverse",
}
# Only these reach the bank, or come back from it.
BANK_KINDS = ("payment", "withdraw", "reverse")
PAID_WORDS = ("PAID", "SUCCESS", "RECEIVED", "PROCESSED")
FAILED_WORDS = ("FAILED", "REVERSED", "EXCEPTION", "CLOSED")


class TtsPayout(models.Model):
    """Absorbing payments and withdrawals."""

    _inherit = "tts.payout"

    @api.model
    def _absorb_payments(self, shop, rows):
        """Create and update payments.

        :param rows: list of `lib.statements.Payment`
        """
        codes = {row.currency for row in rows} | {
            row.before_exchange_currency for row in rows
        }
        currencies = self.env["tts.statement"]._tts_currencies(codes)
        return self._absorb_values(
            shop, [self._prepare_payment(shop, row, currencies) for row in rows]
        )

    @api.model
    def _absorb_withdrawals(self, shop, rows):
        """Create and update movements on the balance at TikTok.

        :param rows: list of `lib.statements.Withdrawal`
        """
        currencies = self.env["tts.statement"]._tts_currencies(
            {row.currency for row in rows}
        )
        return self._absorb_values(
            shop, [self._prepare_withdrawal(shop, row, currencies) for row in rows]
        )

    @api.model
    def _prepare_payment(self, shop, row, currencies):
        state = _state(row.status)
        return {
            "remote_id": row.id,
            "kind": "payment",
            "remote_type": False,
            "remote_status": row.status or False,
            # Some answers say when it was paid before they say that it was.
            "state": "paid" if state == "open" and row.paid_time else state,
            "create_time": naive(row.create_time),
            "paid_time": naive(row.paid_time),
            "date": shop._payout_date(row.paid_time or row.create_time),
            "currency_id": currencies[row.currency].id,
            "amount": float(row.amount),
            "settlement_currency_id": currencies[row.before_exchange_currency].id,
            "amount_settlement": float(row.before_exchange),
            "exchange_rate": str(row.exchange_rate) if row.exchange_rate else False,
            "bank_account": row.bank_account or False,
        }

    @api.model
    def _prepare_withdrawal(self, shop, row, currencies):
        """What a movement on the balance makes of a payout.

        The sign of an amount is not documented ("Get Withdrawals"): what is withdrawn
        comes into the bank, what is returned leaves it.
        """
        kind = KINDS.get(row.type, "other")
        amount = float(abs(row.amount)) * (-1 if kind == "reverse" else 1)
        currency = currencies[row.currency].id
        is_paid = _state(row.status) == "paid"
        return {
            "remote_id": row.id,
            "kind": kind,
            "remote_type": row.type,
            "remote_status": row.status or False,
            "state": _state(row.status) if kind in BANK_KINDS else "none",
            "create_time": naive(row.create_time),
            "paid_time": naive(row.create_time) if is_paid else False,
            "date": shop._payout_date(row.create_time),
            "currency_id": currency,
            "amount": amount if kind in BANK_KINDS else float(row.amount),
            "settlement_currency_id": currency,
            "amount_settlement": amount if kind in BANK_KINDS else float(row.amount),
            "exchange_rate": False,
            "bank_account": False,
        }

    @api.model
    def _absorb_values(self, shop, vals_list):
        """Create and update payouts, and tell of those that failed."""
        rows = {(values["kind"], values["remote_id"]): values for values in vals_list}
        known = {
            (payout.kind, payout.remote_id): payout
            for payout in self.search(
                [
                    ("shop_id", "=", shop.id),
                    ("remote_id", "in", [remote_id for _kind, remote_id in rows]),
                ]
            )
        }
        changed = self.browse()
        to_create = []
        for key, values in rows.items():
            if key not in known:
                to_create.append(values | {"shop_id": shop.id})
            elif news := known[key]._news(values):
                known[key].write(news)
                changed |= known[key]
        changed |= self.create(to_create)
        changed._follow_state()
        return self.union(*known.values()) | changed

    def _news(self, values):
        """Return the values that differ from what is known.

        What lies in the bank stays there, whatever TikTok says of it later.
        """
        self.ensure_one()
        news = {}
        for name, value in values.items():
            known = self[name].id if self._fields[name].relational else self[name]
            if (known or False) != (value or False):
                news[name] = value
        if self.state == "matched":
            news.pop("state", None)
        return news

    def _follow_state(self):
        """Raise or close the issues of these payouts."""
        for shop, payouts in self.grouped("shop_id").items():
            failed = payouts.filtered(lambda row: row.remote_status in FAILED_WORDS)
            failed = failed.filtered(lambda row: row.kind in BANK_KINDS)
            for payout in failed:
                payout._note_failed()
            healthy = (payouts - failed).mapped("remote_id")
            self.env["tts.issue"]._close(shop, [f"payout:{key}" for key in healthy])

    def _link_statements(self):
        """Link the statements that name these payouts."""
        if not self:
            return
        self.env["tts.statement"].search(
            [
                ("shop_id", "in", self.shop_id.ids),
                ("payment_remote_id", "in", self.mapped("remote_id")),
                ("payout_id", "=", False),
            ]
        )._link_payouts()

    def _note_failed(self):
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"payout:{self.remote_id}",
            category="settlement",
            name=self.env._("Payout %s failed", self.remote_id),
            reason=self.env._(
                "%(amount)s of %(date)s did not reach the bank account %(account)s. "
                "TikTok says: %(status)s.",
                amount=formatLang(self.env, self.amount, currency_obj=self.currency_id),
                date=self.date,
                account=self.bank_account or "",
                status=self.remote_status,
            ),
            hint=self.env._(
                "Check the bank account under Finance in Seller Center. This issue "
                "closes as soon as TikTok pays it; the money is still on the "
                "intermediary account."
            ),
            reference=self.remote_id,
        )


class TtsShop(models.Model):
    """Reading what TikTok paid out."""

    _inherit = "tts.shop"

    def _read_payouts(self, client):
        """Read payments, or withdrawals where the market has those instead.

        :return: False when time is up before the end
        """
        now = fields.Datetime.now()
        since = self._payouts_since(now)
        has_balance = self.region in const.BALANCE_REGIONS
        pages = client.withdrawal_pages if has_balance else client.payment_pages
        Payout, problems = self.env["tts.payout"], []
        for page in pages(since, now):
            self._take_settlements()
            problems += page.problems
            if has_balance:
                payouts = Payout._absorb_withdrawals(self, page.rows)
            else:
                payouts = Payout._absorb_payments(self, page.rows)
            payouts._link_statements()
            if not self.env["ir.cron"]._commit_progress():
                return False
        self._take_settlements()
        self._note_broken_payouts(problems)
        return True

    def _payouts_since(self, now):
        """Return from when on payouts may be new, or have news."""
        since = (self.last_settlement_sync or now - FIRST_STATEMENTS) - PAYOUT_OVERLAP
        old = now - PAYMENT_PATIENCE
        waiting = self.env["tts.payout"].search(
            [
                ("shop_id", "=", self.id),
                ("state", "in", ("open", "failed")),
                ("create_time", ">=", old),
            ],
            order="create_time, id",
            limit=1,
        )
        named = self.env["tts.statement"].search(
            [
                ("shop_id", "=", self.id),
                ("payment_remote_id", "!=", False),
                ("payout_id", "=", False),
            ],
            order="statement_time, id",
            limit=1,
        )
        known = [row for row in (waiting.create_time, named.statement_time) if row]
        return min([since, *known])

    def _payout_date(self, moment):
        zone = self._money_zone()
        return (
            moment
            and fields.Datetime.context_timestamp(
                self.with_context(tz=zone), naive(moment)
            ).date()
        )

    def _note_broken_payouts(self, problems):
        """Show a person the payouts that cannot be read, for as long as they come."""
        if not problems:
            self.env["tts.issue"]._close(self, [BROKEN_PAYOUTS_KEY])
            return
        self.env["tts.issue"]._raise(
            self,
            BROKEN_PAYOUTS_KEY,
            category="settlement",
            name=self.env._("A payout of %s cannot be read", self.name),
            reason="\n".join(str(problem) for problem in problems[:10]),
            hint=self.env._(
                "TikTok sent it in a form that cannot be trusted. The others were "
                "read; this one is tried again daily. Compare the payouts in Seller "
                "Center with Odoo."
            ),
        )


def _state(word):
    """Return the state of a payout from TikTok's word for it."""
    if word in FAILED_WORDS:
        return "failed"
    return "paid" if word in PAID_WORDS else "open"
