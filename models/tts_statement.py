from odoo import api, fields, models

from .. import const

UNKNOWN_STATUS = "UNKNOWN"
# States in which a statement waits to be booked.
BOOKABLE = ("ready", "error")


class TtsStatement(models.Model):
    """What TikTok settled with a shop on one day, and what became of it in the books.

    Amounts carry TikTok's sign: what the seller gets is positive.
    """

    _name = "tts.statement"
    _description = "TikTok Shop Statement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "statement_time desc, id desc"
    _rec_name = "remote_id"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "tts.shop", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="shop_id.company_id", store=True, precompute=True, index=True
    )
    remote_id = fields.Char(string="Statement ID", required=True, readonly=True)
    statement_time = fields.Datetime(string="Made On", readonly=True, index=True)
    date = fields.Date(
        string="Accounting Date",
        help="The day on which it is booked. Change it when that day is locked.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    currency_rate = fields.Float(
        digits=0,
        compute="_compute_currency_rate",
        store=True,
        precompute=True,
        help="From the currency of the company, on the accounting date.",
    )
    amount_settlement = fields.Monetary(string="Settlement", readonly=True)
    amount_revenue = fields.Monetary(string="Sales", readonly=True)
    amount_shipping = fields.Monetary(string="Shipping Costs", readonly=True)
    amount_fee = fields.Monetary(string="Fees and Taxes", readonly=True)
    amount_adjustment = fields.Monetary(string="Adjustments", readonly=True)
    amount_reserve = fields.Monetary(
        string="Reserve",
        readonly=True,
        help="Held back by TikTok (negative) or released (positive).",
    )
    amount_payable = fields.Monetary(
        string="To Be Paid Out",
        readonly=True,
        help="Settlement and reserve together: what TikTok pays for this day.",
    )
    payment_status = fields.Selection(
        [*const.STATEMENT_STATUSES, (UNKNOWN_STATUS, "Unknown")], readonly=True
    )
    remote_payment_status = fields.Char(
        string="Payment Status as Sent", readonly=True, help="TikTok's own word."
    )
    payment_remote_id = fields.Char(
        string="Payment ID", readonly=True, index="btree_not_null"
    )
    payment_time = fields.Datetime(string="Paid On", readonly=True)
    digest = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("new", "To Read"),
            ("ready", "To Book"),
            ("mismatch", "Does Not Add Up"),
            ("error", "Cannot Be Booked"),
            ("booked", "Booked"),
            ("empty", "Nothing to Book"),
        ],
        required=True,
        default="new",
        readonly=True,
        index=True,
        tracking=True,
    )
    difference = fields.Monetary(
        readonly=True, help="What the transactions come to, less what TikTok says."
    )
    error_message = fields.Text(string="Why Not", readonly=True)
    attempt_count = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True)
    told_count = fields.Integer(
        string="Transactions on TikTok", readonly=True, help="As TikTok counts them."
    )
    transaction_ids = fields.One2many(
        "tts.transaction", "statement_id", string="Transactions", readonly=True
    )
    transaction_count = fields.Integer(compute="_compute_transaction_count")
    payout_id = fields.Many2one(
        "tts.payout",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_ids = fields.One2many(
        "account.move", "tts_statement_id", string="Journal Entries", readonly=True
    )
    move_id = fields.Many2one(
        "account.move",
        string="Settlement Entry",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    bill_id = fields.Many2one(
        "account.move",
        string="Vendor Bill",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )

    _remote_uniq = models.UniqueIndex(
        "(shop_id, remote_id)", "This TikTok statement is already in Odoo."
    )

    @api.depends("currency_id", "company_id", "date", "state")
    def _compute_currency_rate(self):
        """Booking is another time to look: rates come late, and the books have it."""
        for statement in self:
            company = statement.company_id
            statement.currency_rate = self.env["res.currency"]._get_conversion_rate(
                from_currency=company.currency_id,
                to_currency=statement.currency_id or company.currency_id,
                company=company,
                date=statement.date or fields.Date.context_today(statement),
            )

    @api.depends("transaction_ids")
    def _compute_transaction_count(self):
        counts = dict(
            self.env["tts.transaction"]._read_group(
                [("statement_id", "in", self.ids)], ["statement_id"], ["__count"]
            )
        )
        for statement in self:
            statement.transaction_count = counts.get(statement, 0)

    @api.model
    def _status_value(self, remote_status):
        """Map TikTok's word to our selection; words we do not know stay readable."""
        known = dict(const.STATEMENT_STATUSES)
        return remote_status if remote_status in known else UNKNOWN_STATUS
