from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    tts_order_id = fields.Many2one(
        "tts.order",
        string="TikTok Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    tts_shop_id = fields.Many2one(
        "tts.shop",
        string="TikTok Shop",
        compute="_compute_tts_shop_id",
        store=True,
        index="btree_not_null",
    )
    tts_statement_id = fields.Many2one(
        "tts.statement",
        string="TikTok Statement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    tts_booking_key = fields.Char(readonly=True, copy=False)

    _tts_booking_uniq = models.UniqueIndex(
        "(tts_booking_key) WHERE tts_booking_key IS NOT NULL",
        "This TikTok statement is already booked.",
    )

    @api.depends("tts_order_id", "tts_statement_id")
    def _compute_tts_shop_id(self):
        """Invoices have it from their order, other entries from their statement."""
        for move in self:
            move.tts_shop_id = (
                move.tts_order_id.shop_id or move.tts_statement_id.shop_id
            )
