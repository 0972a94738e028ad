from collections import defaultdict
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytz

from odoo import fields, models
from odoo.fields import Domain

from ..lib.monthly import Balance, exact
from ..utils import naive
from .tts_order_unpaid import AGES, ARRIVED, arrived
from .tts_payout_absorb import BANK_KINDS
from .tts_transaction_absorb import FEE_FIELDS

# A payout that is on its way, or has failed, is still owed.
PAID_STATES = ("paid", "matched")
# In these states nobody has found that the transactions are what the statement says.
UNPROVED_STATES = ("new", "mismatch")
SALES = ("amount_sale", "amount_refund")
FEES = tuple(f"amount_{group}" for group in FEE_FIELDS)
# Everything that makes the payable amount of a transaction.
RESERVES = ("amount_collected", "amount_released")
PARTS = (*SALES, *FEES, "amount_adjustment", *RESERVES)
PAYOUT_CURRENCY = "settlement_currency_id"


class TtsShop(models.Model):
    """A month of a shop's money, as its accountant wants to see it.

    Days are those of the statements' accounting dates and of the payouts, both in the
    company's time zone. All amounts are `Decimal`, with TikTok's sign.
    """

    _inherit = "tts.shop"

    def _month_sections(self, month):
        """Return what happened in a month: a dictionary for each currency.

        :param month: a `lib.monthly.Month`
        """
        self.ensure_one()
        shop = self.with_company(self.company_id)
        sections = [
            shop._month_section(month, currency)
            for currency in shop._month_currencies(month)
        ]
        return [section for section in sections if section["is_shown"]]

    def _month_currencies(self, month):
        """Return the currencies in which this shop had any money until then."""
        mine = Domain("shop_id", "=", self.id) & Domain("date", "<", month.after)
        pairs = (("tts.statement", "currency_id"), ("tts.payout", PAYOUT_CURRENCY))
        found = self.env["res.currency"]
        for model, field in pairs:
            groups = self.env[model]._read_group(mine, [field])
            found = found.union(*(currency for [currency] in groups))
        unpaid = self.env["tts.order"]._read_group(
            self._unpaid_domain(month), ["currency_id"]
        )
        found = found.union(*(currency for [currency] in unpaid))
        own = self.company_id.currency_id
        return found.sorted(lambda currency: (currency != own, currency.name))

    def _month_section(self, month, currency):
        """Return a month in one currency."""
        since = self._money_since(currency)
        statements = self.env["tts.statement"].search(
            self._statements_domain(currency) & _within(month),
            order="date, statement_time, id",
        )
        payouts = self.env["tts.payout"].search(
            self._payouts_domain(currency) & _within(month), order="date, id"
        )
        rows = [_payout_row(payout, since) for payout in payouts]
        lines = self._month_statement_rows(statements)
        section = {
            "currency": currency,
            "since": since,
            "balance": Balance(
                opening=self._money_owed(currency, month.first),
                payable=_sum(row["payable"] for row in lines),
                paid=_sum(row["amount"] for row in rows if row["is_counted"]),
                closing=self._money_owed(currency, month.after),
            ),
            "parts": {part: _sum(row[part] for row in lines) for part in PARTS},
            "rounding": _sum(row["rounding"] for row in lines),
            "unexplained": _sum(row["unexplained"] for row in lines),
            "statements": lines,
            "payouts": rows,
            "orders": self._month_orders(statements),
            "unpaid": self._month_unpaid(month, currency),
        }
        section["fee_lines"] = self._month_fee_lines(section["parts"])
        section["fees"] = _sum(amount for _name, _label, amount in section["fee_lines"])
        section["is_empty"] = not (lines or rows)
        balance = section["balance"]
        section["is_shown"] = bool(
            lines or rows or balance.opening or section["unpaid"]["count"]
        )
        section["warnings"] = self._month_warnings(month, section)
        return section

    def _month_fee_lines(self, parts):
        """Return (field, what people call it, amount) of each group of fees."""
        labels = self.env["tts.transaction"].fields_get(FEES, ["string"])
        return [(name, labels[name]["string"], parts[name]) for name in FEES]

    # === BALANCE === #

    def _statements_domain(self, currency):
        return Domain("shop_id", "=", self.id) & Domain("currency_id", "=", currency.id)

    def _payouts_domain(self, currency):
        """What reaches a bank; what only moves within TikTok pays nothing out."""
        return (
            Domain("shop_id", "=", self.id)
            & Domain(PAYOUT_CURRENCY, "=", currency.id)
            & Domain("kind", "in", BANK_KINDS)
        )

    def _money_since(self, currency):
        """Return the day of the first statement in Odoo.

        Payouts are read from longer ago; those before that day paid statements that
        Odoo never had.
        """
        [[since]] = self.env["tts.statement"]._read_group(
            self._statements_domain(currency), [], ["date:min"]
        )
        return since

    def _money_owed(self, currency, before):
        """Return what TikTok owed at the start of a day."""
        past = Domain("date", "<", before)
        [[payable]] = self.env["tts.statement"]._read_group(
            self._statements_domain(currency) & past, [], ["amount_payable:sum"]
        )
        paid = 0.0
        if since := self._money_since(currency):
            [[paid]] = self.env["tts.payout"]._read_group(
                self._payouts_domain(currency)
                & past
                & Domain("date", ">=", since)
                & Domain("state", "in", PAID_STATES),
                [],
                ["amount_settlement:sum"],
            )
        places = currency.decimal_places
        return exact(payable, places) - exact(paid, places)

    # === STATEMENTS === #

    def _month_statement_rows(self, statements):
        """Return a dictionary for each statement: its parts, and what they leave."""
        parts = self._month_parts(statements)
        rows = []
        for statement in statements:
            mine = parts[statement]
            payable = exact(
                statement.amount_payable, statement.currency_id.decimal_places
            )
            rest = payable - _sum(mine.values())
            is_proved = statement.state not in UNPROVED_STATES
            rows.append(
                {part: mine.get(part, Decimal()) for part in PARTS}
                | {
                    "statement": statement,
                    "payable": payable,
                    "sales": _sum(mine.get(name, 0) for name in SALES),
                    "fees": _sum(mine.get(name, 0) for name in FEES),
                    "reserve": _sum(mine.get(name, 0) for name in RESERVES),
                    "rounding": rest if is_proved else Decimal(),
                    "unexplained": Decimal() if is_proved else rest,
                }
            )
        return rows

    def _month_parts(self, statements):
        """Return what the transactions of statements are for.

        :return: {statement: {part: `Decimal`}}
        """
        found = defaultdict(dict)
        names = (*SALES, *FEES, "amount_adjustment")
        mine = Domain("statement_id", "in", statements.ids)
        Transaction = self.env["tts.transaction"]
        for statement, *amounts in Transaction._read_group(
            mine, ["statement_id"], [f"{name}:sum" for name in names]
        ):
            places = statement.currency_id.decimal_places
            found[statement] = {
                name: exact(amount, places)
                for name, amount in zip(names, amounts, strict=True)
            }
        for name, operator in zip(RESERVES, ("<", ">"), strict=True):
            for statement, amount in Transaction._read_group(
                mine & Domain("amount_reserve", operator, 0),
                ["statement_id"],
                ["amount_reserve:sum"],
            ):
                places = statement.currency_id.decimal_places
                found[statement][name] = exact(amount, places)
        return found

    # === ORDERS === #

    def _month_orders(self, statements):
        """Count the orders that statements settle."""
        Transaction = self.env["tts.transaction"]
        mine = Domain("statement_id", "in", statements.ids)
        mine &= Domain("kind", "=", "order")
        counted = {
            "settled": Domain.TRUE,
            "refunded": Domain("amount_refund", "!=", 0),
            "unknown": Domain("order_id", "=", False),
            "waiting": Domain("settle_state", "=", "waiting"),
            "partial": Domain("settle_state", "=", "partial"),
        }
        counts = {}
        for name, domain in counted.items():
            [[counts[name]]] = Transaction._read_group(
                mine & domain, [], ["order_remote_id:count_distinct"]
            )
        return counts

    def _month_end(self, month):
        """Return the moment at which a month ends for the books, naive UTC."""
        midnight = datetime.combine(month.after, time())
        there = pytz.timezone(self._money_zone()).localize(midnight)
        return naive(there.astimezone(pytz.utc))

    def _unpaid_domain(self, month):
        """The orders that had arrived by the end of a month, and were not settled."""
        settled = Domain("kind", "=", "order")
        settled &= Domain("statement_id.date", "<", month.after)
        return (
            Domain("shop_id", "=", self.id)
            & Domain("status", "in", ARRIVED)
            & arrived("<", self._month_end(month))
            & Domain("transaction_ids", "not any", settled)
        )

    def _month_unpaid(self, month, currency):
        """Count the orders not paid at the end of a month, by how old they were."""
        Order = self.env["tts.order"]
        end = min(self._month_end(month), fields.Datetime.now())
        mine = self._unpaid_domain(month) & Domain("currency_id", "=", currency.id)
        rows = []
        for key, label in Order._fields["unpaid_age"]._description_selection(self.env):
            [[count, amount]] = Order._read_group(
                mine & _aged(key, end), [], ["__count", "amount_order:sum"]
            )
            amount = exact(amount, currency.decimal_places)
            rows.append({"label": label, "count": count, "amount": amount})
        return {
            "rows": rows,
            "count": sum(row["count"] for row in rows),
            "amount": _sum(row["amount"] for row in rows),
        }


def _within(month):
    return Domain("date", ">=", month.first) & Domain("date", "<", month.after)


def _sum(amounts):
    return sum(amounts, Decimal())


def _payout_row(payout, since):
    """Return how a payout counts; one from before the first statement does not."""
    places = payout.settlement_currency_id.decimal_places
    is_ours = bool(since) and payout.date >= since
    return {
        "payout": payout,
        "amount": exact(payout.amount_settlement, places),
        "is_ours": is_ours,
        "is_counted": is_ours and payout.state in PAID_STATES,
    }


def _aged(key, end):
    """Return the domain of orders of an age at a moment."""
    [[start, until]] = [age[2:] for age in AGES if age[0] == key]
    domain = Domain.TRUE
    if start is not None:
        domain &= arrived("<=", end - timedelta(days=start))
    if until is not None:
        domain &= arrived(">", end - timedelta(days=until + 1))
    return domain
