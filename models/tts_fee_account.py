from odoo import fields, models

from .. import const


class TtsFeeAccount(models.Model):
    """Where one kind of fee of a shop is booked, and how much it should be."""

    _name = "tts.fee.account"
    _description = "TikTok Shop Fee Account"
    _order = "shop_id, sequence, id"
    _rec_name = "group"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "tts.shop", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(
        related="shop_id.company_id", store=True, precompute=True, index=True
    )
    sequence = fields.Integer(default=10)
    group = fields.Selection(const.FEE_GROUPS, string="Kind", required=True)
    account_id = fields.Many2one(
        "account.account", check_company=True, ondelete="restrict"
    )
    expected_rate = fields.Float(
        string="Expected %",
        digits=(6, 3),
        help="Of the sale. Fees that differ from it are listed; 0 expects nothing.",
    )
    tolerance = fields.Float(
        string="Tolerance %",
        digits=(6, 3),
        default=0.5,
        help="How far, in per cent of the sale, a fee may be from the expected one.",
    )

    _group_uniq = models.UniqueIndex(
        '(shop_id, "group")', "This kind of fee already has its account."
    )
