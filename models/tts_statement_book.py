from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from ..utils import toast
from .tts_order_import import BUSY, IMPORT_CONTEXT, Conflict, is_ours
from .tts_shop_accounts import MoneySetupError
from .tts_shop_sync import Interrupted
from .tts_statement import BOOKABLE
from .tts_statement_issue import MONEY_KEY

MOST_AT_ONCE = 1000  # transactions, about half a minute


class LockedPeriod(UserError):
    """The books are closed on the accounting date of a statement."""


class TtsStatement(models.Model):
    """Booking a statement: everything or nothing, and once."""

    _inherit = "tts.statement"

    is_booking_asked = fields.Boolean(
        readonly=True,
        copy=False,
        help="The scheduled action books it as soon as it can.",
    )

    @api.constrains("date")
    def _check_date(self):
        """The day of what is booked is that of its entries."""
        for statement in self:
            entry = statement.move_id
            if statement.state == "booked" and entry and statement.date != entry.date:
                raise UserError(
                    self.env._(
                        "Statement %s is booked. Reverse it before you change its "
                        "Accounting Date.",
                        statement.remote_id,
                    )
                )

    # === BUTTON === #

    def action_book(self):
        """Book these statements; one that cannot be booked keeps no other from it.

        What takes longer than a click may is left to the scheduled action.

        :return: a message with how many were booked, and why others were not
        :raise UserError: none of them can be booked now
        """
        self.check_access("write")
        statements = self.sudo().sorted(
            lambda row: (row.date or row.create_date.date(), row.id)
        )
        bookable = statements.filtered(lambda row: row.state in BOOKABLE)
        reasons = [row._why_not_bookable() for row in statements - bookable]
        if not bookable:
            raise UserError("\n".join(reasons) or self.env._("There is none to book."))
        if bookable._is_too_much():
            return bookable._ask_to_book(reasons)
        booked = self.browse()
        for statement in bookable:
            if reason := statement._book_apart():
                reasons.append(reason)
            else:
                booked |= statement
        return self._booked_toast(booked, reasons)

    def _is_too_much(self):
        """Whether booking these takes longer than a person waits."""
        connected = all(
            state == "connected" for state in self.shop_id.mapped("account_state")
        )
        many = sum(self.mapped("transaction_count")) > MOST_AT_ONCE
        return connected and many and len(self) > 1

    def _ask_to_book(self, reasons):
        """Leave these to the scheduled action, and say so."""
        self.is_booking_asked = True
        self.env["tts.shop"]._trigger_settlement()
        message = self.env._(
            "%s statements are being booked in the background. They appear as Booked "
            "within minutes; those that cannot be are in the list of issues.",
            len(self),
        )
        return toast("info", "\n".join([message, *reasons]), sticky=bool(reasons))

    @api.model
    def _awaited_shops(self):
        """Shops with a statement that somebody asked to be booked are due."""
        asked = self.search([("is_booking_asked", "=", True)])
        return super()._awaited_shops() | asked.shop_id

    def _book_apart(self):
        """Book one of several.

        :return: why it is not booked, None when it is
        """
        try:
            if self._book():
                return None
        except (LockError, Conflict):
            return self.env._(
                "Statement %s is being booked by somebody else at this moment.",
                self.remote_id,
            )
        if not self.error_message:
            return self._why_not_bookable()
        return self.env._(
            "Statement %(statement)s: %(reason)s",
            statement=self.remote_id,
            reason=self.error_message,
        )

    def _why_not_bookable(self):
        """Say why a statement that is not ready cannot be booked."""
        if self.state == "booked":
            text = self.env._("Statement %s is booked already.", self.remote_id)
        elif self.state == "mismatch":
            text = self.env._(
                "Statement %s does not add up. Click Read Again on it.", self.remote_id
            )
        elif self.state == "empty":
            text = self.env._("There is nothing to book in %s.", self.remote_id)
        else:
            text = self.env._(
                "The transactions of statement %s are not read yet. They come with the "
                "next sync of settlements.",
                self.remote_id,
            )
        return text

    def _booked_toast(self, booked, reasons):
        if not reasons:
            message = (
                self.env._("Statement %s is booked.", booked.remote_id)
                if len(booked) == 1
                else self.env._("%s statements are booked.", len(booked))
            )
            return toast("success", message)
        message = self.env._(
            "%(booked)s of %(count)s statements are booked. %(reasons)s",
            booked=len(booked),
            count=len(self),
            reasons="\n".join(reasons),
        )
        return toast("warning" if booked else "danger", message, sticky=True)

    # === BOOK === #

    def _book(self):
        """Book one statement: bill, entry and reconciliation, or nothing of it.

        A failure becomes the statement's state and an issue.

        :return: whether it is booked
        :raise LockError: somebody else is at it
        :raise Conflict, psycopg2.OperationalError: this transaction must start again
        """
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        if self.state not in BOOKABLE:
            return self.state == "booked"
        statement = self.sudo().with_company(self.company_id)
        try:
            with self.env.cr.savepoint():
                statement.with_context(**IMPORT_CONTEXT)._book_all()
        except BUSY:
            raise
        except Exception as error:
            if is_ours(error):
                raise Conflict() from error
            statement._note_not_booked(error)
            return False
        return True

    def _book_all(self):
        """Take all the steps of booking; the caller undoes them when one fails."""
        self._check_not_booked_yet()
        self.shop_id.with_company(self.company_id)._check_money()
        self._check_period()
        self._check_rate()
        self._create_settled_invoices()
        booking = self._plan_booking()
        self.shop_id._check_money(booking.groups)
        bill = self._create_bill(booking)
        entry = self._create_entry(booking, bill)
        (bill | entry)._post(soft=False)
        self._check_posted_on_date(bill | entry)
        self._note_booked(bill, entry)
        self._keep_registered(booking)
        self._settle_booking(bill, entry)

    def _check_not_booked_yet(self):
        """Make sure that nothing that is booked of this statement was overlooked.

        :raise UserError: names the entry
        """
        found = self.env["account.move"].search(
            [
                ("tts_statement_id", "=", self.id),
                ("tts_booking_key", "!=", False),
            ],
            limit=1,
        )
        if found:
            raise UserError(
                self.env._(
                    "It is booked already by %s. Reverse it first.", found.display_name
                )
            )

    def _check_period(self):
        """Make sure that the books are open on the accounting date.

        Odoo would move the entry to a later day without a word.

        :raise LockedPeriod: names the lock and what to do
        """
        if not self.date:
            raise LockedPeriod(self.env._("It has no Accounting Date. Set one."))
        shop, company = self.shop_id, self.company_id
        locks = {
            lock
            for journal in (shop.payment_journal_id, shop.bill_journal_id)
            for lock in company._get_violated_lock_dates(self.date, False, journal)
        }
        if locks:
            until, _field = max(locks)
            raise LockedPeriod(
                self.env._(
                    "The books of %(company)s are locked until %(until)s, and its "
                    "Accounting Date is %(date)s. Set another Accounting Date.",
                    company=company.name,
                    until=format_date(self.env, until),
                    date=format_date(self.env, self.date),
                )
            )

    def _check_rate(self):
        """Make sure that a foreign currency can be converted.

        Without any rate Odoo would take one for one, without a word.

        :raise UserError: names the currency and where to enter its rate
        """
        own, company = self.company_id.currency_id, self.company_id
        if self.currency_id == own:
            return
        rates = self.env["res.currency.rate"].search_count(
            [
                ("currency_id", "in", (self.currency_id | own).ids),
                ("company_id", "in", (False, company.root_id.id)),
            ],
            limit=1,
        )
        if not rates:
            raise UserError(
                self.env._(
                    "There is no exchange rate for %(currency)s to convert it to "
                    "%(own)s. Enter one under Invoicing > Configuration > Currencies.",
                    currency=self.currency_id.name,
                    own=own.name,
                )
            )

    def _check_posted_on_date(self, moves):
        """Make sure that Odoo posted everything on the accounting date.

        :raise LockedPeriod: it had reasons of its own to choose another day
        """
        for move in moves:
            if move.date != self.date:
                raise LockedPeriod(
                    self.env._(
                        "Odoo would book it on %(other)s in place of %(date)s. Set "
                        "another Accounting Date.",
                        other=format_date(self.env, move.date),
                        date=format_date(self.env, self.date),
                    )
                )

    def _create_settled_invoices(self):
        """Invoice the orders that are settled, where the shop wants that."""
        if self.shop_id.invoice_policy != "settled":
            return
        rows = self.transaction_ids.filtered(
            lambda row: row.kind == "order" and row.amount_sale
        )
        orders = rows.order_id.sale_order_id
        if orders:
            orders._tts_create_invoices(post=True, force=True)

    def _note_booked(self, bill, entry):
        """Keep what was booked, and tell it in the chatter."""
        self.write(
            {
                "state": "booked",
                "move_id": entry.id,
                "bill_id": bill.id,
                "error_message": False,
                "attempt_count": 0,
                "next_try": False,
                "difference": 0,
                "is_booking_asked": False,
                "was_reversed": False,
            }
        )
        total = formatLang(self.env, self.amount_payable, currency_obj=self.currency_id)
        links = [move._get_html_link() for move in (entry, bill) if move]
        self._log_note(self.env._("Booked %s:", total), links)
        self.env["tts.issue"]._close(self.shop_id, [f"statement:{self.remote_id}"])


class TtsShop(models.Model):
    """Booking by the scheduled action."""

    _inherit = "tts.shop"

    def _book_statements(self, client):
        """Book the statements that wait for it, one by one.

        :return: False when time is up before the end
        """
        if not super()._book_statements(client):
            return False
        waiting = self._statements_to_book()
        if waiting and not self._may_book():
            return self.env["ir.cron"]._commit_progress()
        for statement in waiting:
            self._take_settlements()
            try:
                statement._book()
            except (LockError, Conflict) as error:
                raise Interrupted() from error
            if not self.env["ir.cron"]._commit_progress():
                return False
        return True

    def _statements_to_book(self):
        """Return what the shop's policy or a person wants to be booked now."""
        wanted = Domain("is_booking_asked", "=", True) & Domain("state", "in", BOOKABLE)
        if self.booking_policy == "automatic":
            due = Domain("next_try", "<=", fields.Datetime.now())
            wanted |= Domain("was_reversed", "=", False) & (
                Domain("state", "=", "ready") | Domain("state", "=", "error") & due
            )
        return self.env["tts.statement"].search(
            Domain("shop_id", "=", self.id) & wanted, order="date, statement_time, id"
        )

    def _may_book(self):
        """Whether the accounts are set up; one issue says so, not one per statement."""
        try:
            self.with_company(self.company_id)._check_money()
        except MoneySetupError as error:
            self.env["tts.issue"]._raise(
                self,
                MONEY_KEY,
                category="settlement",
                name=self.env._("No statement of %s can be booked", self.name),
                reason=str(error),
                hint=self.env._(
                    "Statements are booked by the next sync after that, or click Book "
                    "on them."
                ),
            )
            return False
        self.env["tts.issue"]._close(self, [MONEY_KEY])
        return True
