from odoo import fields, models


class TtsTransaction(models.Model):
    """One line of a statement: an order, an adjustment or a reserve.

    Amounts carry TikTok's sign: what the seller gets is positive. `amount_sale` and
    `amount_refund` settle invoices and credit notes, the groups are fees; together
    with adjustment and reserve they make the payable amount.
    """

    _name = "tts.transaction"
    _description = "TikTok Shop Transaction"
    _order = "statement_time desc, id"
    _rec_name = "remote_id"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "tts.shop", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="shop_id.company_id", store=True, precompute=True, index=True
    )
    statement_id = fields.Many2one(
        "tts.statement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    statement_time = fields.Datetime(
        related="statement_id.statement_time",
        string="Settled On",
        store=True,
        precompute=True,
        index=True,
    )
    statement_state = fields.Selection(
        related="statement_id.state", string="Statement Status"
    )
    remote_id = fields.Char(string="Transaction ID", required=True, readonly=True)
    kind = fields.Selection(
        [("order", "Order"), ("adjustment", "Adjustment"), ("reserve", "Reserve")],
        required=True,
        readonly=True,
        index=True,
    )
    remote_type = fields.Char(string="Type", readonly=True, help="TikTok's own word.")
    order_remote_id = fields.Char(
        string="Order ID", readonly=True, index="btree_not_null"
    )
    order_id = fields.Many2one(
        "tts.order",
        string="TikTok Order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    sale_order_id = fields.Many2one(related="order_id.sale_order_id")
    order_create_time = fields.Datetime(string="Ordered On", readonly=True)
    reserve_remote_id = fields.Char(string="Reserve ID", readonly=True)
    reserve_status = fields.Char(readonly=True)
    release_time = fields.Char(string="Release Expected", readonly=True)

    currency_id = fields.Many2one(related="statement_id.currency_id", store=True)
    amount_payable = fields.Monetary(string="Total", readonly=True)
    amount_sale = fields.Monetary(
        string="Sale",
        readonly=True,
        help="List price less the seller's discount, and the shipping fee that the "
        "buyer paid: it settles the invoice.",
    )
    amount_refund = fields.Monetary(
        string="Refund", readonly=True, help="It settles the credit note."
    )
    amount_commission = fields.Monetary(string="Commission", readonly=True)
    amount_transaction = fields.Monetary(string="Transaction Fees", readonly=True)
    amount_affiliate = fields.Monetary(string="Affiliates", readonly=True)
    amount_ads = fields.Monetary(string="Ads", readonly=True)
    amount_programme = fields.Monetary(string="Programmes", readonly=True)
    amount_shipping = fields.Monetary(string="Shipping", readonly=True)
    amount_tax = fields.Monetary(string="Taxes Withheld", readonly=True)
    amount_other = fields.Monetary(string="Other Fees", readonly=True)
    amount_fees = fields.Monetary(
        string="All Fees", readonly=True, help="The sum of all fee groups."
    )
    amount_adjustment = fields.Monetary(string="Adjustment", readonly=True)
    adjustment_group = fields.Char(readonly=True)
    amount_reserve = fields.Monetary(string="Reserve", readonly=True)
    amount_customer_payment = fields.Monetary(
        string="Buyer Paid", readonly=True, help="For information."
    )
    amount_platform_discount = fields.Monetary(
        string="Platform Discount", readonly=True, help="For information."
    )
    breakdown = fields.Json(
        readonly=True, help="Everything that is not zero, by TikTok's own keys."
    )
    unknown_keys = fields.Json(readonly=True)
    settle_state = fields.Selection(
        [
            ("none", "Nothing to Settle"),
            ("unbooked", "Not Booked"),
            ("unknown", "Order Unknown"),
            ("waiting", "Waits for Invoice"),
            ("partial", "Differs from Invoice"),
            ("settled", "Invoice Settled"),
        ],
        string="Settlement",
        required=True,
        default="unbooked",
        readonly=True,
        index=True,
    )
    expected_fees = fields.Monetary(string="Fees Expected", readonly=True)
    fee_difference = fields.Monetary(
        readonly=True, help="The fees taken, less those expected. Negative: more taken."
    )
    fee_differs = fields.Boolean(readonly=True, index=True)
    move_line_ids = fields.One2many(
        "account.move.line", "tts_transaction_id", string="Journal Items", readonly=True
    )

    _remote_uniq = models.UniqueIndex(
        "(shop_id, remote_id)", "This TikTok transaction is already in Odoo."
    )
