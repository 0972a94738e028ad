from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models

from ..lib.aftersale_decisions import ALL_DECISIONS, decision_by_key


class TtsAnswer(models.Model):
    """What a person answers to a cancellation or a return."""

    _name = "tts.answer"
    _description = "TikTok Shop Answer"
    _inherit = ["tts.intent"]

    _retry_cap = timedelta(hours=2)  # the case has a deadline

    decision = fields.Selection(
        [(decision.key, decision.label) for decision in ALL_DECISIONS],
        string="Answer",
        required=True,
        readonly=True,
    )
    cancellation_id = fields.Many2one(
        "tts.cancellation",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    return_id = fields.Many2one(
        "tts.return",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    case_remote_id = fields.Char(
        string="Case ID", compute="_compute_case", store=True, precompute=True
    )
    order_id = fields.Many2one(
        "tts.order",
        string="TikTok Order",
        compute="_compute_case",
        store=True,
        precompute=True,
        ondelete="set null",
    )
    reason = fields.Char(string="Reason as Sent", readonly=True)
    reason_text = fields.Char(string="Reason", readonly=True)
    comment = fields.Char(string="Comment for the Buyer", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(string="Offered", readonly=True)
    key = fields.Char(
        string="Idempotency Key",
        default=lambda self: uuid4().hex,
        required=True,
        readonly=True,
        copy=False,
        help="With the same key TikTok does the same thing once only.",
    )
    case_digest = fields.Char(
        readonly=True, help="The version of the case that was answered."
    )

    _owner_check = models.Constraint(
        "CHECK ((cancellation_id IS NULL) != (return_id IS NULL))",
        "An answer is about a cancellation or about a return.",
    )
    _open_cancellation_uniq = models.UniqueIndex(
        "(cancellation_id) WHERE state IN ('waiting', 'sending')",
        "This cancellation is being answered already.",
    )
    _open_return_uniq = models.UniqueIndex(
        "(return_id) WHERE state IN ('waiting', 'sending')",
        "This return is being answered already.",
    )

    @api.depends("cancellation_id.order_id", "return_id.order_id")
    def _compute_case(self):
        for answer in self:
            case = answer._case()
            answer.case_remote_id = case.remote_id
            answer.order_id = case.order_id

    @api.depends("decision", "case_remote_id")
    def _compute_display_name(self):
        labels = dict(self._fields["decision"]._description_selection(self.env))
        for answer in self:
            answer.display_name = f"{labels[answer.decision]}: {answer.case_remote_id}"

    def _case(self):
        """Return the cancellation or return this answers."""
        return self.cancellation_id or self.return_id

    def _decision(self):
        """Return the `lib.aftersale_decisions.Decision` that was taken."""
        return decision_by_key(self.decision)

    # === BUTTONS === #

    def _rearm(self):
        """Override to check that the case waits for it still.

        :raise UserError: the case waits for no such answer any more
        """
        self._case()._check_answer(self.decision)
        return super()._rearm()

    def _sent_text(self):
        """Override for cases."""
        return self.env._(
            "%s cannot be taken back: TikTok has been told, or is being told. Look at "
            "the case in Seller Center.",
            self.display_name,
        )

    @api.model
    def _trigger_sending(self, at=None):
        """Override for what comes after the sale."""
        self.env["tts.shop"]._trigger_aftersales(at=at)

    def action_open_case(self):
        """Open the cancellation or return this answers."""
        self.ensure_one()
        return self._case()._get_records_action()
