from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ..lib.statements import Statement, StatementTotals
from ..utils import naive
from .tts_shop_sync import Interrupted

FIRST_STATEMENTS = timedelta(days=60)
STATEMENT_OVERLAP = timedelta(days=3)
# A payment that takes longer than this is no longer looked for.
PAYMENT_PATIENCE = timedelta(days=90)
FINAL_STATUSES = ("PAID", "SETTLED")
UNREAD_STATES = ("new", "mismatch")
BROKEN_KEY = "broken-statements"
# Which amounts of a head tell that TikTok changed a statement.
HEAD_AMOUNTS = ("settlement", "revenue", "fee", "adjustment", "shipping")
TOTAL_AMOUNTS = (
    "payable",
    "settlement",
    "reserve",
    "revenue",
    "shipping",
    "fee_tax",
    "adjustment",
)


class TtsStatement(models.Model):
    """Absorbing the heads of statements."""

    _inherit = "tts.statement"

    told = fields.Json(
        readonly=True, copy=False, help="The amounts to the last digit, as TikTok says."
    )

    @api.model
    def _awaited_shops(self):
        """Return the shops with a statement whose time has come again."""
        now = fields.Datetime.now()
        groups = self._read_group(
            Domain("state", "=", "new")
            & (Domain("next_try", "=", False) | Domain("next_try", "<=", now))
            | Domain("state", "in", ("mismatch", "error"))
            & Domain("next_try", "<=", now),
            ["shop_id"],
        )
        return self.env["tts.shop"].union(*(shop for [shop] in groups))

    # === HEADS === #

    @api.model
    def _absorb_heads(self, shop, heads):
        """Create and update statements; booked ones keep their amounts.

        :param heads: list of `lib.statements.Statement`
        :return: the statements
        """
        heads = {head.id: head for head in heads}
        known = {
            statement.remote_id: statement
            for statement in self.search(
                [("shop_id", "=", shop.id), ("remote_id", "in", list(heads))]
            )
        }
        currencies = self._tts_currencies({head.currency for head in heads.values()})
        to_create, healthy, found = [], [], self.browse()
        for remote_id, head in heads.items():
            currency = currencies[head.currency]
            if remote_id not in known:
                to_create.append(self._prepare_new_values(shop, head, currency))
                continue
            statement = known[remote_id]
            found |= statement
            if statement._absorb_head(head, currency) and statement.state == "booked":
                healthy.append(f"statement:{remote_id}")
        if healthy:
            self.env["tts.issue"]._close(shop, healthy)
        found |= self.create(to_create)
        found._link_payouts()
        return found

    @api.model
    def _tts_currencies(self, codes):
        """Find currencies by their codes, and activate those that are used now.

        :return: {ISO code: `res.currency`, empty when Odoo has none}
        """
        found = self.env["res.currency"]._tts_by_code(codes)
        for currency in found.values():
            if currency and not currency.active:
                currency.sudo().active = True
        return found

    @api.model
    def _prepare_new_values(self, shop, head, currency):
        return {
            "shop_id": shop.id,
            "remote_id": head.id,
            "statement_time": naive(head.time),
            "date": shop._statement_date(head.time),
            **self._prepare_head_amounts(head, currency),
            **self._prepare_payment_values(head),
        }

    @api.model
    def _prepare_head_amounts(self, head, currency):
        """What a head says of money; its transactions tell the rest."""
        shipping = head.shipping or Decimal()
        return {
            "currency_id": currency.id,
            "amount_settlement": float(head.settlement),
            "amount_payable": float(head.settlement),
            "amount_revenue": float(head.revenue),
            "amount_fee": float(head.fee),
            "amount_shipping": float(shipping),
            "amount_adjustment": float(head.adjustment),
            "digest": _digest(head),
            "told": {"head": _texts(head, HEAD_AMOUNTS) | {"currency": head.currency}},
        }

    @api.model
    def _prepare_payment_values(self, head):
        return {
            "payment_status": self._status_value(head.payment_status),
            "remote_payment_status": head.payment_status or False,
            "payment_remote_id": head.payment_id or False,
            "payment_time": naive(head.payment_time),
        }

    def _absorb_head(self, head, currency):
        """Update one statement.

        :return: whether its amounts are what they were
        """
        values = self._prepare_payment_values(head)
        news = {
            name: value
            for name, value in values.items()
            if (self[name] or False) != value
        }
        if "payment_remote_id" in news:
            news["payout_id"] = False  # what failed is paid anew, by another payment
        same = self.digest == _digest(head)
        if not same and self.state == "booked":
            self._note_changed(head)
        elif not same:
            news |= self._prepare_head_amounts(head, currency)
            news |= {"state": "new", "next_try": False, "attempt_count": 0}
        if news:
            self.write(news)
        return same

    def _note_changed(self, head):
        """Tell that TikTok changed what is in the books already; nothing is touched."""
        digits = self.currency_id.decimal_places
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"statement:{self.remote_id}",
            category="settlement",
            name=self.env._("Statement %s changed after it was booked", self.remote_id),
            reason=self.env._(
                "It settled %(before)s %(currency)s when it was booked; TikTok says "
                "%(now)s %(code)s now.",
                before=f"{self.amount_settlement:.{digits}f}",
                currency=self.currency_id.name,
                now=head.settlement,
                code=head.currency,
            ),
            hint=self.env._(
                "The booked entry was left as it is. Compare the statement in Seller "
                "Center; if TikTok is right, click Reverse on the statement, then "
                "Read Again, and book it anew."
            ),
            reference=self.remote_id,
        )

    def _link_payouts(self):
        """Link these statements to the payouts that they name."""
        waiting = self.filtered(lambda row: row.payment_remote_id and not row.payout_id)
        if not waiting:
            return
        payouts = {
            (payout.shop_id.id, payout.remote_id): payout
            for payout in self.env["tts.payout"].search(
                [
                    ("shop_id", "in", waiting.shop_id.ids),
                    ("remote_id", "in", waiting.mapped("payment_remote_id")),
                ]
            )
        }
        for statement in waiting:
            key = (statement.shop_id.id, statement.payment_remote_id)
            if key in payouts:
                statement.payout_id = payouts[key]

    # === AS LIB WANTS THEM === #

    def _to_lib(self):
        """Return this statement as `lib.settlement` wants it, to the last digit.

        :return: (`Statement`, `StatementTotals`, list of `Transaction`)
        """
        totals = self.told["totals"]
        told = StatementTotals(
            id=self.remote_id,
            currency=totals["currency"],
            status="",
            count=totals.get("count"),
            **{name: Decimal(totals[name]) for name in TOTAL_AMOUNTS},
        )
        rows = [row._to_lib() for row in self.transaction_ids]
        return self._head_to_lib(), told, rows

    def _head_to_lib(self):
        """Return the head of this statement as a `lib.statements.Statement`."""
        told = self.told["head"]
        amounts = {
            name: None if told[name] is None else Decimal(told[name])
            for name in HEAD_AMOUNTS
        }
        return Statement(
            id=self.remote_id,
            time=self.statement_time,
            currency=told["currency"],
            net_sales=None,
            payment_status=self.remote_payment_status or "",
            payment_id=self.payment_remote_id or "",
            payment_time=self.payment_time or None,
            **amounts,
        )

    def _store_told(self, head, totals):
        """Keep the amounts that the check found, of head and transactions.

        :param head: a `Statement`, turned round where it was subtractive
        :param totals: its `StatementTotals`
        """
        told = _texts(totals, TOTAL_AMOUNTS)
        told |= {"currency": totals.currency, "count": totals.count}
        self.write(
            {
                "amount_settlement": float(totals.settlement),
                "amount_revenue": float(totals.revenue),
                "amount_shipping": float(totals.shipping),
                "amount_fee": float(totals.fee_tax),
                "amount_adjustment": float(totals.adjustment),
                "amount_reserve": float(totals.reserve),
                "amount_payable": float(totals.payable),
                "told_count": totals.count or 0,
                "told": {
                    "head": _texts(head, HEAD_AMOUNTS) | {"currency": head.currency},
                    "totals": told,
                },
            }
        )


class TtsShop(models.Model):
    """Reading the heads of statements."""

    _inherit = "tts.shop"

    def _read_statements(self, client):
        """Read the statements made since the last time, and those not paid yet.

        :return: False when time is up before the end
        :raise Interrupted: another worker has this shop, or a person set the cursor
            back: there the next run starts
        """
        now, reached = fields.Datetime.now(), self.statement_cursor
        problems = []
        for page in client.statement_pages(self._statements_since(now), now):
            self._take_settlements()
            self._stay_at(reached)
            problems += page.problems
            self.env["tts.statement"]._absorb_heads(self, page.rows)
            if not self.env["ir.cron"]._commit_progress():
                return False
        self._take_settlements()
        self._stay_at(reached)
        if problems:
            self._note_broken_statements(problems)
            return True  # the cursor waits for them
        self.env["tts.issue"]._close(self, [BROKEN_KEY])
        # Naming the next sync tells `write` that no person set the cursor back.
        self.write(
            {
                "statement_cursor": now,
                "next_settlement_sync": self.next_settlement_sync,
            }
        )
        return True

    def _stay_at(self, reached):
        if self.statement_cursor != reached:
            raise Interrupted()

    def _statements_since(self, now):
        """Return from when on statements may be new, or have news of their payment.

        Those whose transactions are read again may have another head as well.
        """
        since = now - FIRST_STATEMENTS
        if self.statement_cursor:
            since = self.statement_cursor - STATEMENT_OVERLAP
        waiting = self.env["tts.statement"].search(
            [
                ("shop_id", "=", self.id),
                ("statement_time", ">=", now - PAYMENT_PATIENCE),
                "|",
                ("payment_status", "not in", FINAL_STATUSES),
                ("state", "in", UNREAD_STATES),
            ],
            order="statement_time, id",
            limit=1,
        )
        return min(since, waiting.statement_time or since)

    def _statement_date(self, moment):
        """Return the day that a statement is about, in the company's time zone.

        It is made when its day is over: one of midnight belongs to the day before.
        """
        last = naive(moment) - timedelta(seconds=1)
        return fields.Datetime.context_timestamp(
            self.with_context(tz=self._money_zone()), last
        ).date()

    def _money_zone(self):
        """Return the name of the time zone whose days the books are kept in."""
        return self.company_id.partner_id.tz or self.responsible_id.tz or "UTC"

    def _note_broken_statements(self, problems):
        """Show a person the statements that cannot be read; they are read daily."""
        self.env["tts.issue"]._raise(
            self,
            BROKEN_KEY,
            category="settlement",
            name=self.env._("A statement of %s cannot be read", self.name),
            reason="\n".join(str(problem) for problem in problems[:10]),
            hint=self.env._(
                "TikTok sent it in a form that cannot be booked without guessing. The "
                "other statements were read; this one is tried again daily. Compare "
                "the statements in Seller Center with Odoo before you close the month."
            ),
        )


def _digest(head):
    amounts = _texts(head, HEAD_AMOUNTS)
    return " ".join([head.currency, *(str(amounts[name]) for name in HEAD_AMOUNTS)])


def _texts(thing, names):
    """Return amounts as texts without trailing zeros: {name: text, None for none}."""
    return {
        name: None if (amount := getattr(thing, name)) is None else _plain(amount)
        for name in names
    }


def _plain(amount):
    """Write an amount so that 1.50 and 1.5 are the same."""
    return f"{amount.normalize():f}" if amount else "0"
