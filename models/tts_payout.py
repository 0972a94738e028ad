from odoo import api, fields, models
from odoo.tools import formatLang


class TtsPayout(models.Model):
    """Money on its way from TikTok to the bank, and the bank line it arrived with.

    Payments in most markets; withdrawals in South East Asia, where settled money first
    lies in the seller's balance.
    """

    _name = "tts.payout"
    _description = "TikTok Shop Payout"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _rec_name = "remote_id"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "tts.shop", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="shop_id.company_id", store=True, precompute=True, index=True
    )
    remote_id = fields.Char(string="Payout ID", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("payment", "Payment"),
            ("withdraw", "Withdrawal"),
            ("settle", "Into Balance"),
            ("reverse", "Withdrawal Returned"),
            ("other", "Other"),
        ],
        required=True,
        readonly=True,
        index=True,
        help="Into Balance: a settled statement that can be withdrawn from now on; no "
        "money reaches the bank with it.",
    )
    remote_type = fields.Char(string="Type as Sent", readonly=True)
    remote_status = fields.Char(string="Status as Sent", readonly=True)
    state = fields.Selection(
        [
            ("open", "On Its Way"),
            ("paid", "Paid Out"),
            ("matched", "In the Bank"),
            ("failed", "Failed"),
            ("none", "No Bank Movement"),
        ],
        required=True,
        default="open",
        readonly=True,
        index=True,
        tracking=True,
    )
    create_time = fields.Datetime(string="Started On", readonly=True)
    paid_time = fields.Datetime(string="Paid On", readonly=True)
    date = fields.Date(
        readonly=True, index=True, help="The day it was paid, else the day it began."
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(
        readonly=True, help="What reaches the bank, in the currency of the bank."
    )
    settlement_currency_id = fields.Many2one("res.currency", readonly=True)
    amount_settlement = fields.Monetary(
        string="In the Shop's Currency",
        currency_field="settlement_currency_id",
        readonly=True,
        help="What is taken from the balance, before any exchange.",
    )
    exchange_rate = fields.Char(readonly=True)
    bank_account = fields.Char(readonly=True, help="Its last digits, as TikTok shows.")
    statement_ids = fields.One2many(
        "tts.statement", "payout_id", string="Statements", readonly=True
    )
    bank_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Bank Transaction",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )

    _remote_uniq = models.UniqueIndex(
        "(shop_id, kind, remote_id)", "This TikTok payout is already in Odoo."
    )

    @api.depends("remote_id", "amount", "currency_id")
    @api.depends_context("tts_show_amount")
    def _compute_display_name(self):
        """In the calendar, tell what arrives rather than TikTok's number for it."""
        if not self.env.context.get("tts_show_amount"):
            return super()._compute_display_name()
        for payout in self:
            payout.display_name = formatLang(
                self.env, payout.amount, currency_obj=payout.currency_id
            )
        return None
