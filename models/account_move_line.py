from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    tts_transaction_id = fields.Many2one(
        "tts.transaction",
        string="TikTok Transaction",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
