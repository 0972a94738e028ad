from odoo import models
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from .tts_shop_month import PAYOUT_CURRENCY

MOST_NAMED = 5
UNBOOKED_STATES = ("new", "ready", "mismatch", "error")


class TtsShop(models.Model):
    """What keeps a month from being closed, in sentences that name it."""

    _inherit = "tts.shop"

    def _month_warnings(self, month, section):
        """Return what the accountant has to look at, each a sentence.

        :param dict section: of `_month_sections`, complete but for its warnings
        """
        return [
            *self._warn_of_gap(section),
            *self._warn_of_statements(section),
            *self._warn_of_payouts(section),
            *self._warn_of_orders(section["orders"]),
            *self._warn_of_earlier(month, section["currency"]),
        ]

    def _warn_of_gap(self, section):
        balance = section["balance"]
        if not balance.gap:
            return
        yield self.env._(
            "The closing balance is not what opening balance, payable and payouts come "
            "to: it has %s too much. Somebody changed statements or payouts while this "
            "was printed; print it again.",
            self._money_text(balance.gap, section["currency"]),
        )

    def _warn_of_statements(self, section):
        rows = section["statements"]
        for row in rows:
            if row["statement"].state in ("new", "mismatch", "error"):
                yield self._warn_of_statement(row)
        ready = [row for row in rows if row["statement"].state == "ready"]
        if ready:
            yield self.env._(
                "Statements that are not booked, %(amount)s together: %(names)s. Click "
                "Book on them.",
                amount=self._money_text(
                    sum(row["payable"] for row in ready), section["currency"]
                ),
                names=", ".join(row["statement"].remote_id for row in ready),
            )

    def _warn_of_statement(self, row):
        """Say why a statement is not in the books."""
        statement = row["statement"]
        named = {
            "statement": statement.remote_id,
            "date": format_date(self.env, statement.date),
            "amount": self._money_text(row["payable"], statement.currency_id),
        }
        if statement.state == "mismatch":
            text = self.env._(
                "Statement %(statement)s of %(date)s over %(amount)s does not add up "
                "and is not booked: %(reason)s Compare it in Seller Center, then click "
                "Read Again on it.",
                reason=statement.error_message
                or self.env._(
                    "its transactions leave %s unexplained.",
                    self._money_text(row["unexplained"], statement.currency_id),
                ),
                **named,
            )
        elif statement.state == "new":
            text = self.env._(
                "The transactions of statement %(statement)s of %(date)s are not read "
                "yet: its %(amount)s are what TikTok announced, before any reserve. "
                "Print this again when they are read.",
                **named,
            )
        else:
            text = self.env._(
                "Statement %(statement)s of %(date)s over %(amount)s cannot be booked: "
                "%(reason)s",
                reason=statement.error_message or "",
                **named,
            )
        return text

    def _warn_of_payouts(self, section):
        for row in section["payouts"]:
            payout = row["payout"]
            named = {
                "payout": payout.remote_id,
                "date": format_date(self.env, payout.date),
                "amount": self._money_text(row["amount"], section["currency"]),
            }
            if payout.state == "failed":
                yield self.env._(
                    "Payout %(payout)s of %(date)s over %(amount)s failed: TikTok "
                    "still owes it. Check the bank account under Finance in Seller "
                    "Center.",
                    **named,
                )
            elif not row["is_ours"]:
                yield self.env._(
                    "Payout %(payout)s of %(date)s over %(amount)s is older than the "
                    "first statement in Odoo: it is not counted.",
                    **named,
                )
            elif payout.kind == "payment" and not payout.sudo().statement_ids:
                yield self.env._(
                    "Payout %(payout)s of %(date)s over %(amount)s names no statement "
                    "that is in Odoo: it may have paid what was settled before the "
                    "first one.",
                    **named,
                )
        yield from self._warn_of_missing(section)

    def _warn_of_missing(self, section):
        """Name the payouts that no bank transaction was found for."""
        rows = [
            row
            for row in section["payouts"]
            if row["is_ours"] and row["payout"].state == "paid"
        ]
        if rows:
            yield self.env._(
                "Payouts that are not found in the bank, %(amount)s together: "
                "%(names)s. Import the bank statement, or click Match Bank Transaction "
                "on them.",
                amount=self._money_text(
                    sum(row["amount"] for row in rows), section["currency"]
                ),
                names=", ".join(row["payout"].remote_id for row in rows),
            )

    def _warn_of_orders(self, counts):
        if counts["unknown"]:
            yield self.env._(
                "Settled orders that are not in Odoo: %s. They are under Settled, "
                "Order Unknown.",
                counts["unknown"],
            )
        if counts["waiting"]:
            yield self.env._(
                "Settled orders that wait for their invoice: %s.", counts["waiting"]
            )
        if counts["partial"]:
            yield self.env._(
                "Settled orders whose settlement differs from their invoice: %s.",
                counts["partial"],
            )

    def _warn_of_earlier(self, month, currency):
        """Name what months before left behind: it is in the opening balance."""
        past = Domain("date", "<", month.first)
        statements = self.env["tts.statement"].search(
            self._statements_domain(currency)
            & past
            & Domain("state", "in", UNBOOKED_STATES),
            order="date, id",
        )
        if statements:
            yield self.env._(
                "Statements of earlier months that are not booked: %s.",
                self._names_of(statements),
            )
        since = self._money_since(currency)
        payouts = self.env["tts.payout"].search(
            self._payouts_domain(currency)
            & past
            & Domain("state", "=", "paid")
            & Domain("date", ">=", since or month.first),
            order="date, id",
        )
        if payouts:
            yield self.env._(
                "Payouts of earlier months that are not found in the bank: %s.",
                self._names_of(payouts),
            )

    def _month_strays(self):
        """Return sentences on what no month can count: no day, or no currency.

        They are the same in every month, until somebody mends them.
        """
        self.ensure_one()
        mine = Domain("shop_id", "=", self.id)
        undated = self.env["tts.statement"].search(mine & Domain("date", "=", False))
        sentences = []
        if undated:
            sentences.append(
                self.env._(
                    "Statements without an Accounting Date are in no month: %s. Set "
                    "one on each.",
                    self._names_of(undated),
                )
            )
        nameless = mine & Domain("currency_id", "=", False)
        statements = self.env["tts.statement"].search(nameless)
        if statements:
            sentences.append(
                self.env._(
                    "Statements in a currency that Odoo does not know are not counted: "
                    "%s. Create the currency, then click Read Again on them.",
                    self._names_of(statements),
                )
            )
        payouts = self.env["tts.payout"].search(
            mine
            & Domain("kind", "!=", "settle")
            & (Domain(PAYOUT_CURRENCY, "=", False) | Domain("date", "=", False))
        )
        if payouts:
            sentences.append(
                self.env._(
                    "Payouts without a day, or in a currency that Odoo does not know, "
                    "are not counted: %s.",
                    self._names_of(payouts),
                )
            )
        return sentences

    # === WORDS === #

    def _names_of(self, records):
        """Return TikTok's numbers of some records, and how many there are more."""
        names = ", ".join(records[:MOST_NAMED].mapped("remote_id"))
        more = len(records) - MOST_NAMED
        if more <= 0:
            return names
        return self.env._("%(names)s and %(more)s more", names=names, more=more)

    def _money_text(self, amount, currency):
        return formatLang(self.env, float(amount), currency_obj=currency)
