from odoo import models
from odoo.exceptions import AccessError, UserError

from .. import const

# Income tax that TikTok keeps back for the state there is paid in advance, not lost.
WITHHOLDING_MARKETS = ("ID", "MX", "PH", "TH", "VN")
JOURNAL_CODE = "TTS"
MOST_JOURNALS = 100
# Accounts on which invoices and bills are reconciled by partner.
PARTNER_TYPES = ("asset_receivable", "liability_payable")


class MoneySetupError(UserError):
    """A journal, account or partner that booking needs is missing or unusable."""


class TtsShop(models.Model):
    """The journal and accounts that money is booked on: made by one button."""

    _inherit = "tts.shop"

    def action_set_up_money(self):
        """Create, or find, everything that booking these shops needs.

        What is there and works is kept; what is archived comes back.

        :raise AccessError: neither an administrator of TikTok nor an accountant asks
        :raise UserError: the company has no chart of accounts
        """
        self.check_access("read")
        self._check_may_set_up_money()
        for shop in self.sudo():
            shop = shop.with_company(shop.company_id)
            shop._check_chart()
            shop._set_up_accounts()
            shop._set_up_journals()
            shop._set_up_fees()

    def _check_may_set_up_money(self):
        user = self.env.user
        if not self.env.su and not (
            user.has_group("sale_tiktok_shop.group_tts_manager")
            or user.has_group("account.group_account_manager")
        ):
            raise AccessError(
                self.env._(
                    "Setting up the payments of %s is for TikTok Shop administrators "
                    "and accountants. Ask one of them.",
                    ", ".join(self.mapped("name")),
                )
            )

    def _check_chart(self):
        """Make sure that there is a chart of accounts to build on.

        :raise UserError: says where to choose one
        """
        if not self._any_account([]):
            raise UserError(
                self.env._(
                    "%(company)s has no chart of accounts. Choose a Fiscal "
                    "Localization under Invoicing > Configuration > Settings, then "
                    "click Set Up TikTok Payments of %(shop)s again.",
                    company=self.company_id.name,
                    shop=self.name,
                )
            )

    # === ACCOUNTS === #

    def _set_up_accounts(self):
        """The three accounts of the balance sheet; the first is this shop's alone."""
        self.intermediary_account_id = self._usable(
            self.intermediary_account_id
        ) or self._create_account(
            self._own_name(self.env._("TikTok Intermediary")), "asset_current", True
        )
        self.reserve_account_id = (
            self._usable(self.reserve_account_id)
            or self._other_shops().reserve_account_id.filtered(self._may_use)[:1]
            or self._create_account(self.env._("TikTok Reserve"), "asset_current")
        )
        self.unknown_account_id = (
            self._usable(self.unknown_account_id)
            or self._other_shops().unknown_account_id.filtered(self._may_use)[:1]
            or self._create_account(
                self.env._("TikTok Unknown Orders"), "liability_current", True
            )
        )
        (self.intermediary_account_id | self.unknown_account_id).filtered(
            lambda account: not account.reconcile
        ).reconcile = True

    def _create_account(self, name, account_type, reconcile=False):
        """Create an account beside others of its type."""
        like = self._any_account([("account_type", "=", account_type)])
        code = (like or self._any_account([])).code
        Account = self.env["account.account"]
        return Account.create(
            {
                "name": name,
                "code": Account._search_new_account_code(code),
                "account_type": account_type,
                "reconcile": reconcile,
                "company_ids": [(4, self.company_id.id)],
            }
        )

    def _any_account(self, domain):
        """Return the account with the highest code that fits."""
        Account = self.env["account.account"]
        company = Account._check_company_domain(self.company_id)
        return Account.search([*company, *domain], order="code desc", limit=1)

    # === JOURNALS === #

    def _set_up_journals(self):
        """The bank journal of this shop, and a journal for the bills of fees."""
        self.payment_journal_id = (
            self._usable(self.payment_journal_id) or self._create_payment_journal()
        )
        journal = self.payment_journal_id
        lines = (
            journal.inbound_payment_method_line_ids
            | journal.outbound_payment_method_line_ids
        )
        lines.filtered(
            lambda line: line.payment_account_id != self.intermediary_account_id
        ).payment_account_id = self.intermediary_account_id
        self.bill_journal_id = (
            self._usable(self.bill_journal_id)
            or self._other_shops().bill_journal_id.filtered(self._may_use)[:1]
            or self.env["account.journal"].search(
                [
                    *self.env["account.journal"]._check_company_domain(self.company_id),
                    ("type", "=", "purchase"),
                ],
                limit=1,
            )
            or self._create_journal(self.env._("TikTok Fees"), "purchase")
        )

    def _create_payment_journal(self):
        name = self._own_name(self.env._("TikTok Payments"))
        return self._create_journal(name, "bank")

    def _create_journal(self, name, journal_type):
        return self.env["account.journal"].create(
            {
                "name": name,
                "type": journal_type,
                "code": self._free_journal_code(),
                "company_id": self.company_id.id,
            }
        )

    def _free_journal_code(self):
        """Return a code of at most five letters that no journal of the company has."""
        Journal = self.env["account.journal"].with_context(active_test=False)
        taken = Journal.search(
            [
                *Journal._check_company_domain(self.company_id),
                ("code", "=like", f"{JOURNAL_CODE}%"),
            ]
        ).mapped("code")
        codes = [JOURNAL_CODE, *(f"{JOURNAL_CODE}{n}" for n in range(2, MOST_JOURNALS))]
        return next(code for code in codes if code not in taken)

    # === FEES === #

    def _set_up_fees(self):
        """The vendor who charges the fees, and an account for each kind of them."""
        self.fee_partner_id = (
            self._usable(self.fee_partner_id)
            or self._relatives().fee_partner_id.filtered("active")[:1]
            or self.env["res.partner"].create(
                {
                    "name": self.env._("TikTok Shop"),
                    "is_company": True,
                    "supplier_rank": 1,
                    "company_id": self.company_id.root_id.id,
                }
            )
        )
        rows = {row.group: row for row in self.fee_account_ids}
        for group, label in const.FEE_GROUPS:
            row = rows.get(group)
            account = self._usable(row.account_id) if row else None
            account = account or self._fee_account_for(group, label)
            if not row:
                self.env["tts.fee.account"].create(
                    {"shop_id": self.id, "group": group, "account_id": account.id}
                )
            elif row.account_id != account:
                row.account_id = account

    def _fee_account_for(self, group, label):
        """Find the account that another shop of the company has, or create one."""
        rows = self._other_shops().fee_account_ids.filtered(lambda r: r.group == group)
        return rows.account_id.filtered(self._may_use)[:1] or self._create_account(
            self.env._("TikTok: %s", self._group_label(group, label)),
            self._fee_account_type(group),
        )

    def _group_label(self, group, label):
        """Return the name of a fee group in the user's language."""
        field = self.env["tts.fee.account"]._fields["group"]
        return dict(field._description_selection(self.env)).get(group, label)

    def _fee_account_type(self, group):
        if group == "tax" and self.region in WITHHOLDING_MARKETS:
            return "asset_current"
        return "income_other" if group == "compensation" else "expense"

    # === WHAT IS THERE === #

    def _own_name(self, name):
        """Add the shop's name where the company has several shops."""
        return f"{name} {self.name}" if self._other_shops() else name

    def _other_shops(self):
        """Return the other shops of this company."""
        return self.sudo().search(
            [("company_id", "=", self.company_id.id), ("id", "!=", self.id)]
        )

    def _relatives(self):
        """Return the other shops of this company and of those it belongs with."""
        return self.sudo().search(
            [
                ("company_id", "child_of", self.company_id.root_id.id),
                ("id", "!=", self.id),
            ]
        )

    def _usable(self, record):
        """Return a record of this company, brought back when archived, else nothing."""
        if not record or not self._is_ours(record):
            return record.browse()
        if not record.active:
            record.active = True
        return record

    def _may_use(self, record):
        return record.active and self._is_ours(record)

    def _is_ours(self, record):
        domain = record._check_company_domain(self.company_id)
        return bool(record.sudo().filtered_domain(domain))

    # === CHECK === #

    def _check_money(self, groups=()):
        """Make sure that everything a booking needs is there and usable.

        :param groups: the fee groups that are booked
        :raise MoneySetupError: names the first thing that is not, and what to do
        """
        self._check_chart()
        for name in (
            "payment_journal_id",
            "intermediary_account_id",
            "reserve_account_id",
            "unknown_account_id",
            "bill_journal_id",
            "fee_partner_id",
        ):
            self._check_usable(self[name], self._fields[name]._description_string)
        for name in ("intermediary_account_id", "unknown_account_id"):
            self._check_reconcilable(self[name])
        for group in groups:
            self._fee_account(group)

    def _fee_account(self, group):
        """Return the account of a fee group.

        :raise MoneySetupError: there is none, or it cannot be used
        """
        row = self.fee_account_ids.filtered(lambda row: row.group == group)[:1]
        what = self.env._("fee account for %s", self._group_label(group, group))
        self._check_usable(row.account_id, what)
        return row.account_id

    def _check_usable(self, record, what):
        """Make sure that a record is there, active and of this company.

        :param what: its name for people, or a function of the environment
        :raise MoneySetupError: otherwise
        """
        what = what(self.env) if callable(what) else what
        if not record:
            why = self.env._("%(shop)s has no %(what)s.", shop=self.name, what=what)
        elif not record.active:
            why = self.env._(
                "The %(what)s of %(shop)s, %(name)s, is archived.",
                what=what,
                shop=self.name,
                name=record.display_name,
            )
        elif not self._is_ours(record):
            why = self.env._(
                "The %(what)s of %(shop)s, %(name)s, belongs to another company.",
                what=what,
                shop=self.name,
                name=record.display_name,
            )
        else:
            return
        raise MoneySetupError(f"{why} {self._set_up_hint()}")

    def _check_reconcilable(self, account):
        if not account.reconcile:
            why = self.env._(
                "Account %(account)s of %(shop)s does not allow reconciliation.",
                account=account.display_name,
                shop=self.name,
            )
            raise MoneySetupError(f"{why} {self._set_up_hint()}")
        if account.account_type in PARTNER_TYPES:
            raise MoneySetupError(
                self.env._(
                    "Account %(account)s of %(shop)s is for what customers or vendors "
                    "owe, so TikTok's money would be mixed up with theirs. Open the "
                    "shop's page Money and choose another one.",
                    account=account.display_name,
                    shop=self.name,
                )
            )

    def _set_up_hint(self):
        return self.env._(
            "Open the shop's page Money and choose one, or click Set Up TikTok "
            "Payments there."
        )
