from odoo import api, fields, models
from odoo.fields import Domain


class AccountBankStatementLine(models.Model):
    """Bank transactions that payouts of TikTok arrive with."""

    _inherit = "account.bank.statement.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `account` to look for payouts soon among new transactions."""
        lines = super().create(vals_list)
        payouts_sudo = self.env["tts.payout"].sudo()
        awaited = payouts_sudo._awaited_domain() & Domain(
            "company_id", "in", lines.company_id.ids
        )
        if lines and payouts_sudo.search_count(awaited, limit=1):
            self.env["tts.shop"]._trigger_invoices()
        return lines

    @api.depends("date", "amount", "payment_ref", "partner_name")
    @api.depends_context("tts_describe")
    def _compute_display_name(self):
        """Override of `base` to tell apart what a payout may have arrived with."""
        result = super()._compute_display_name()
        if self.env.context.get("tts_describe"):
            for line in self:
                amount = line.currency_id.format(line.amount)
                texts = (line.payment_ref, line.partner_name, line.display_name)
                parts = [fields.Date.to_string(line.date), amount, *texts]
                line.display_name = " | ".join(part for part in parts if part)
        return result

    def _tts_amounts(self):
        """Return what this transaction is worth: (currency, smallest units) each."""
        pairs = [(self.currency_id, self.amount)]
        if self.foreign_currency_id:
            pairs.append((self.foreign_currency_id, self.amount_currency))
        return {
            (currency, round(amount * 10**currency.decimal_places))
            for currency, amount in pairs
        }

    def _tts_counterpart(self):
        """Return what stands against the bank account in a matched transaction.

        :return: none while it is not matched, or when that was undone
        """
        if not self:
            return self.move_id.line_ids
        _liquidity, suspense, other = self._seek_for_lines()
        return other.browse() if suspense else other

    def _tts_set_foreign(self, currency, amount):
        """Tell a transaction what it was worth before TikTok or the bank exchanged it.

        :return: whether that was needed
        """
        self.ensure_one()
        if currency in (self.currency_id, self.foreign_currency_id) or not amount:
            return False
        # The sign is the bank's: TikTok writes some amounts without one.
        signed = abs(amount) if self.amount > 0 else -abs(amount)
        self.write({"foreign_currency_id": currency.id, "amount_currency": signed})
        return True

    def _tts_move_suspense(self, shop):
        """Move the suspense line of a transaction to a shop's intermediary account."""
        _liquidity, suspense, _other = self._seek_for_lines()
        suspense.with_context(skip_readonly_check=True).write(
            {
                "account_id": shop.intermediary_account_id.id,
                "partner_id": shop.fee_partner_id.id,
            }
        )
