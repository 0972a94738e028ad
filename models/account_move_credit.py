from odoo import api, fields, models
from odoo.tools import float_compare

from .tts_case_credit import BILLING


class AccountMove(models.Model):
    """Credit notes of cases, at most one that counts for each."""

    _inherit = "account.move"

    tts_return_id = fields.Many2one(
        "tts.return",
        string="TikTok Return",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    tts_cancellation_id = fields.Many2one(
        "tts.cancellation",
        string="TikTok Cancellation",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )

    _tts_return_uniq = models.UniqueIndex(
        "(tts_return_id) WHERE tts_return_id IS NOT NULL AND state != 'cancel'",
        "This TikTok return already has its credit note.",
    )
    _tts_cancellation_uniq = models.UniqueIndex(
        "(tts_cancellation_id) "
        "WHERE tts_cancellation_id IS NOT NULL AND state != 'cancel'",
        "This TikTok cancellation already has its credit note.",
    )

    def action_tts_open_case(self):
        """Open the case of TikTok's that this credit note is for."""
        self.ensure_one()
        return (self.tts_return_id or self.tts_cancellation_id)._get_records_action()

    def _post(self, soft=True):
        """Override of `account` to go on with the orders and cases of credit notes."""
        posted = super()._post(soft)
        notes = posted.filtered(lambda move: move.move_type == "out_refund").sudo()
        for case in (*notes.tts_return_id, *notes.tts_cancellation_id):
            case._check_credit_notes()
        notes.tts_cancellation_id.order_id._follow_return()
        orders = (posted - notes).sudo().tts_order_id
        orders.cancellation_ids._follow_credit_again()
        return posted


class TtsOrder(models.Model):
    _inherit = "tts.order"

    move_ids = fields.One2many(
        "account.move",
        "tts_order_id",
        string="Invoices and Credit Notes",
        readonly=True,
        groups=BILLING,
    )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _tts_is_invoiced(self):
        """Whether an invoice is posted that no credit note took back in full."""
        moves = self.tts_order_id.move_ids | self.invoice_ids
        posted = moves.filtered(lambda move: move.state == "posted")
        invoiced = sum(
            move.amount_total * (1 if move.move_type == "out_invoice" else -1)
            for move in posted
            if move.move_type in ("out_invoice", "out_refund")
        )
        return self.currency_id.compare_amounts(invoiced, 0) > 0


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.depends("tts_line_ids", "tts_refund_amount")
    def _compute_qty_to_invoice(self):
        """Override of `sale`: what TikTok refunded is not to be invoiced again.

        Nor is it credited a second time, beside the credit note of its case.
        """
        result = super()._compute_qty_to_invoice()
        for line in self:
            if line.qty_to_invoice < 0 and line.tts_refund_amount:
                line.qty_to_invoice = 0
            if line.qty_to_invoice > 0 and line.tts_line_ids:
                left = max(line._tts_qty_to_invoice(), 0)
                if float_compare(line.qty_to_invoice, left, precision_digits=6) > 0:
                    line.qty_to_invoice = left
        return result
