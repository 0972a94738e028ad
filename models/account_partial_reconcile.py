from odoo import api, models

from .tts_transaction_settle import SETTLING


class AccountPartialReconcile(models.Model):
    """Reconciling by hand, and undoing it, shows on TikTok's transactions."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        if not self.env.context.get(SETTLING):
            partials._tts_transactions()._refresh_settle_state()
        return partials

    def unlink(self):
        transactions = self._tts_transactions()
        result = super().unlink()
        if not self.env.context.get(SETTLING):
            transactions._refresh_settle_state()
        return result

    def _tts_transactions(self):
        """Return the transactions whose orders these reconciliations are about."""
        lines = (self.debit_move_id | self.credit_move_id).sudo()
        transactions = lines.tts_transaction_id
        orders = lines.move_id.tts_order_id
        if orders:
            transactions |= transactions.search(
                [("order_id", "in", orders.ids), ("settle_state", "!=", "unbooked")]
            )
        return transactions
