from odoo import fields, models


class TtsUnsettled(models.Model):
    """What TikTok expects to settle: a forecast, never booked.

    A row vanishes as soon as its statement is made.
    """

    _name = "tts.unsettled"
    _description = "TikTok Shop Settlement Forecast"
    _order = "expected_date, id"
    _rec_name = "remote_id"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "tts.shop", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="shop_id.company_id", store=True, precompute=True, index=True
    )
    remote_id = fields.Char(string="Transaction ID", required=True, readonly=True)
    remote_type = fields.Char(string="Type", readonly=True)
    order_remote_id = fields.Char(string="Order ID", readonly=True)
    order_id = fields.Many2one(
        "tts.order",
        string="TikTok Order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_settlement = fields.Monetary(string="Expected", readonly=True)
    amount_revenue = fields.Monetary(string="Sales", readonly=True)
    amount_shipping = fields.Monetary(string="Shipping Costs", readonly=True)
    amount_fee = fields.Monetary(string="Fees and Taxes", readonly=True)
    amount_adjustment = fields.Monetary(string="Adjustments", readonly=True)
    expected_date = fields.Date(readonly=True, index=True)
    expected_text = fields.Char(string="Expected When", readonly=True)
    reason = fields.Char(string="Why Not Yet", readonly=True)
    order_create_time = fields.Datetime(string="Ordered On", readonly=True)
    delivery_time = fields.Datetime(string="Delivered On", readonly=True)

    _remote_uniq = models.UniqueIndex(
        "(shop_id, remote_id)", "This forecast is already in Odoo."
    )
