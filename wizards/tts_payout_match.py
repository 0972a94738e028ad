from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class TtsPayoutMatch(models.TransientModel):
    """Lets a person choose the bank transaction that a payout arrived with."""

    _name = "tts.payout.match"
    _description = "Match a TikTok Payout"
    _check_company_auto = True

    payout_id = fields.Many2one("tts.payout", required=True, readonly=True)
    shop_id = fields.Many2one(related="payout_id.shop_id")
    company_id = fields.Many2one(
        related="payout_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="payout_id.currency_id")
    amount = fields.Monetary(related="payout_id.amount")
    date = fields.Date(related="payout_id.date")
    candidate_ids = fields.Many2many(
        "account.bank.statement.line", compute="_compute_candidate_ids"
    )
    show_all = fields.Boolean(
        string="Show All Open Transactions",
        help="Of any amount and day: when the bank has taken a fee, or was late.",
    )
    bank_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Bank Transaction",
        check_company=True,
        domain="[('id', 'in', candidate_ids)]",
    )
    differs = fields.Boolean(compute="_compute_differs")

    @api.depends("payout_id", "show_all")
    def _compute_candidate_ids(self):
        for wizard in self:
            payout = wizard.payout_id.sudo()
            if not payout:
                wizard.candidate_ids = False
            elif wizard.show_all:
                wizard.candidate_ids = (
                    self.env["account.bank.statement.line"]
                    .search(
                        payout._bank_lines_domain()
                        & Domain("amount", ">" if payout.amount > 0 else "<", 0),
                        order="date desc, id desc",
                    )
                    .ids
                )
            else:
                wizard.candidate_ids = payout._fits()[payout].ids

    @api.depends("bank_line_id")
    def _compute_differs(self):
        for wizard in self:
            line, payout = wizard.bank_line_id, wizard.payout_id.sudo()
            wizard.differs = (
                bool(line) and payout._bank_amount() not in line._tts_amounts()
            )

    def action_match(self):
        """Match the payout with the chosen bank transaction.

        :raise UserError: none was chosen, or it cannot be matched any more
        """
        self.ensure_one()
        self.payout_id.check_access("write")
        if not self.bank_line_id:
            raise UserError(
                self.env._(
                    "Choose the bank transaction that payout %s arrived with. If there "
                    "is none, import the bank statement first.",
                    self.payout_id.remote_id,
                )
            )
        self.bank_line_id.check_access("read")
        self.payout_id.sudo()._match(self.bank_line_id.sudo())
        return {"type": "ir.actions.act_window_close"}
