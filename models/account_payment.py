from odoo import fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    tts_payout_id = fields.Many2one(
        "tts.payout",
        string="TikTok Payout",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )


class TtsPayout(models.Model):
    """Registering the payments of a payout's invoices by hand."""

    _inherit = "tts.payout"

    def action_register_payments(self):
        """Open the page that registers payments for the invoices of this payout."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Register Payments"),
            "res_model": "tts.register.payment",
            "view_mode": "form",
            "target": "new",
            "context": {"default_payout_id": self.id},
        }

    def action_open_payments(self):
        """Open the payments that were registered for this payout."""
        self.ensure_one()
        return self.payment_ids._get_records_action(name=self.env._("TikTok Payments"))

    def _orders_to_pay(self):
        """Return the orders in those statements of this payout that wait."""
        waiting = self.statement_ids.filtered(
            lambda statement: statement.state != "booked"
        )
        return waiting.transaction_ids.order_id
