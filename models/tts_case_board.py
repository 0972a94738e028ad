from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .stock_picking_board import DUE, bounds_of, column_place
from .tts_case import NEEDS, STAGES

KINDS = [("cancellation", "Cancellation"), ("return", "Return")]
SHARED = (
    "shop_id",
    "company_id",
    "remote_id",
    "order_id",
    "order_remote_id",
    "stage",
    "need",
    "deadline",
    "can_answer",
    "reason_text",
    "currency_id",
    "amount_refund",
)


class TtsCaseBoard(models.Model):
    """The deadlines of after-sales: all that TikTok waits for, by when."""

    _name = "tts.case.board"
    _description = "TikTok Shop After-Sales Deadline"
    _auto = False
    _order = "deadline, id"
    _rec_name = "remote_id"
    _depends = {"tts.cancellation": SHARED, "tts.return": SHARED}

    kind = fields.Selection(KINDS, readonly=True)
    cancellation_id = fields.Many2one("tts.cancellation", readonly=True)
    return_id = fields.Many2one("tts.return", readonly=True)
    shop_id = fields.Many2one("tts.shop", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    remote_id = fields.Char(string="Case ID", readonly=True)
    order_id = fields.Many2one("tts.order", string="TikTok Order", readonly=True)
    order_remote_id = fields.Char(string="Order ID", readonly=True)
    sale_order_id = fields.Many2one(related="order_id.sale_order_id")
    partner_id = fields.Many2one(
        related="order_id.sale_order_id.partner_id", string="Customer"
    )
    stage = fields.Selection(STAGES, string="Status", readonly=True)
    need = fields.Selection(NEEDS, string="To Do", readonly=True)
    deadline = fields.Datetime(string="Answer By", readonly=True)
    can_answer = fields.Boolean(readonly=True)
    reason_text = fields.Char(string="Reason", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_refund = fields.Monetary(string="Buyer Gets", readonly=True)
    due = fields.Selection(
        DUE,
        string="When Due",
        compute="_compute_due",
        search="_search_due",
        group_expand=True,
    )
    answer_state = fields.Selection(
        [("open", "Being Answered"), ("failed", "Not Answered")],
        string="Answer",
        compute="_compute_answer_state",
    )

    @property
    def _table_query(self):
        """The open cases; ids of cancellations are even, those of returns odd."""
        shared = SQL(", ").join(SQL.identifier(name) for name in SHARED)
        return SQL(
            """SELECT id * 2 AS id, 'cancellation' AS kind, id AS cancellation_id,
                      NULL::integer AS return_id, %(shared)s
                 FROM tts_cancellation WHERE need IS NOT NULL
            UNION ALL
               SELECT id * 2 + 1, 'return', NULL, id, %(shared)s
                 FROM tts_return WHERE need IS NOT NULL""",
            shared=shared,
        )

    # === DUE === #

    @api.depends("deadline")
    @api.depends_context("tz")
    def _compute_due(self):
        bounds = bounds_of(self.env)
        for row in self:
            row.due = bounds.due(row.deadline)

    def _search_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        return bounds_of(self.env).domain("deadline", value)

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Override of `base` to group by a field that is not stored."""
        if groupby_spec != "due":
            return super()._read_group_groupby(alias, groupby_spec, query)
        deadline = self._field_to_sql(alias, "deadline", query)
        return bounds_of(self.env).column(deadline)

    def _read_group_orderby(self, order, groupby_terms, query):
        """Override of `base`: columns stand in the order of time."""
        if "due" not in groupby_terms:
            return super()._read_group_orderby(order, groupby_terms, query)
        terms = dict(groupby_terms)
        terms["due"] = column_place(terms["due"])
        result = super()._read_group_orderby(order, terms, query)
        # Others may add to their own terms there.
        groupby_terms.update({**terms, "due": groupby_terms["due"]})
        return result

    # === CASES === #

    @api.depends("cancellation_id.answer_state", "return_id.answer_state")
    def _compute_answer_state(self):
        for row in self:
            row.answer_state = row._case().answer_state

    def _case(self):
        """Return the cancellation or return of a row."""
        self.ensure_one()
        return self.cancellation_id or self.return_id

    def action_open_case(self):
        """Open the cancellation or return of a card."""
        return self._case()._get_records_action()

    def action_answer(self):
        """Open the wizard that asks what the case of a card is answered.

        :raise UserError: it cannot be answered from Odoo
        """
        return self._case().action_answer()


class TtsShop(models.Model):
    """What waits for an answer, on the card and the form of a shop."""

    _inherit = "tts.shop"

    to_answer_count = fields.Integer(
        string="To Answer", compute="_compute_answer_counts"
    )
    answer_late_count = fields.Integer(
        string="Answers Overdue", compute="_compute_answer_counts"
    )

    @api.depends_context("tz")
    def _compute_answer_counts(self):
        groups = (
            self.env["tts.case.board"]
            .sudo()
            ._read_group(
                Domain("shop_id", "in", self.ids), ["shop_id", "due"], ["__count"]
            )
        )
        counts = {(shop.id, due): count for shop, due, count in groups}
        for shop in self:
            mine = [count for (key, _due), count in counts.items() if key == shop.id]
            shop.to_answer_count = sum(mine)
            shop.answer_late_count = counts.get((shop.id, "late"), 0)

    def action_view_to_answer(self):
        """Open what this shop has to answer."""
        return self._open_case_board()

    def action_view_answer_late(self):
        """Open what this shop should have answered."""
        return self._open_case_board(search_default_late=1)

    def _open_case_board(self, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_case_board_action"
        )
        return action | {
            "domain": [("shop_id", "in", self.ids)],
            "context": context,
        }
