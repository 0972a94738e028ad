from odoo import fields, models


class TtsShop(models.Model):
    """Money: when orders are invoiced, and where statements are booked."""

    _inherit = "tts.shop"

    settlement_sync = fields.Boolean(
        string="Read Settlements Automatically",
        default=True,
        help="Statements, payouts and forecasts, once a day.",
    )
    next_settlement_sync = fields.Datetime(copy=False, readonly=True, index=True)
    statement_cursor = fields.Datetime(
        string="Statements Read Until",
        copy=False,
        help="Every statement up to this time is in Odoo. Set it back and save to read "
        "older ones.",
    )
    settlement_failure_count = fields.Integer(readonly=True, copy=False)
    last_settlement_error = fields.Char(readonly=True, copy=False)
    last_settlement_sync = fields.Datetime(readonly=True, copy=False)
    invoice_policy = fields.Selection(
        [
            ("manual", "By hand"),
            ("shipped", "When shipped"),
            ("settled", "When settled"),
        ],
        string="Create Invoices",
        required=True,
        default="manual",
        help="When shipped: as soon as the goods have left. When settled: just before "
        "the statement is booked.",
    )
    booking_policy = fields.Selection(
        [("manual", "By hand"), ("automatic", "Automatically")],
        string="Book Statements",
        required=True,
        default="manual",
        help="Automatically: every statement that adds up is posted as soon as it is "
        "read.",
    )
    payment_journal_id = fields.Many2one(
        "account.journal",
        string="Payments Journal",
        check_company=True,
        copy=False,
        domain="[('type', '=', 'bank')]",
        help="Payments of TikTok's invoices and the entries of statements.",
    )
    intermediary_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        copy=False,
        domain="[('reconcile', '=', True), "
        "('account_type', 'not in', ('asset_receivable', 'liability_payable'))]",
        help="What TikTok owes: statements raise it, payouts lower it.",
    )
    reserve_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        copy=False,
        help="What TikTok holds back for a while.",
    )
    unknown_account_id = fields.Many2one(
        "account.account",
        string="Unknown Orders Account",
        check_company=True,
        copy=False,
        domain="[('reconcile', '=', True), "
        "('account_type', 'not in', ('asset_receivable', 'liability_payable'))]",
        help="Settled amounts of orders that are not in Odoo, until they are.",
    )
    bill_journal_id = fields.Many2one(
        "account.journal",
        string="Fee Bills Journal",
        check_company=True,
        copy=False,
        domain="[('type', '=', 'purchase')]",
    )
    fee_partner_id = fields.Many2one(
        "res.partner",
        string="Fee Vendor",
        check_company=True,
        help="Who charges the fees: TikTok.",
    )
    fee_account_ids = fields.One2many(
        "tts.fee.account", "shop_id", string="Fee Accounts", copy=False
    )
    statement_ids = fields.One2many("tts.statement", "shop_id", string="Statements")
