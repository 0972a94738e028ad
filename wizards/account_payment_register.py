from odoo import models

# Set while the payments of TikTok invoices are registered: hundreds at a time.
BULK = "tts_bulk_payments"


class AccountPaymentRegister(models.TransientModel):
    """Registering many payments: the same work, in few statements per payment."""

    _inherit = "account.payment.register"

    def _create_payment_vals_from_batch(self, batch_result):
        """Override of `account` to have the entries of all payments made at once.

        An empty list of write-offs makes Odoo write the entry of each one alone.
        """
        values = super()._create_payment_vals_from_batch(batch_result)
        if self.env.context.get(BULK) and not values.get("write_off_line_vals"):
            values.pop("write_off_line_vals", None)
        return values

    def _reconcile_payments(self, to_process, edit_mode=False):
        """Override of `account` to reconcile all payments at once."""
        if not self.env.context.get(BULK):
            return super()._reconcile_payments(to_process, edit_mode=edit_mode)
        plan = []
        for values in to_process:
            invoice_lines = values["to_reconcile"]
            counterpart = values["payment"].move_id.line_ids.filtered(
                lambda line, lines=invoice_lines: line.account_id in lines.account_id
            )
            plan.append((counterpart | invoice_lines).filtered(_is_open))
        self.env["account.move.line"]._reconcile_plan(plan)
        for values in to_process:
            values["to_reconcile"].move_id.matched_payment_ids += values["payment"]
        return None


def _is_open(line):
    return line.parent_state == "posted" and not line.reconciled
