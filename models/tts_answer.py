from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.aftersale_decisions import ALL_DECISIONS, decision_by_key
from ..utils import toast

OPEN = ("waiting", "sending")


class TtsAnswer(models.Model):
    """A stored intent: what a person answers to a cancellation or a return.

    It is committed before the call leaves, so that neither a transaction that is
    repeated nor a killed server can answer anything twice.
    """

    _name = "tts.answer"
    _description = "TikTok Shop Answer"
    _order = "id desc"
    _check_company_auto = True

    decision = fields.Selection(
        [(decision.key, decision.label) for decision in ALL_DECISIONS],
        string="Answer",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("sending", "Sending"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    shop_id = fields.Many2one(
        "tts.shop", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="shop_id.company_id", store=True, precompute=True
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
    user_id = fields.Many2one(
        "res.users",
        string="Asked By",
        default=lambda self: self.env.user,
        readonly=True,
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
    sent_at = fields.Datetime(readonly=True)
    done_at = fields.Datetime(readonly=True)
    attempts = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True, index="btree_not_null")
    error = fields.Char(readonly=True)
    code = fields.Integer(string="TikTok's Code", readonly=True)

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

    def action_retry(self):
        """Send again what failed, or what waits, as soon as possible.

        :raise UserError: the case waits for no such answer any more
        """
        self.check_access("read")  # whoever answers may answer again
        for answer in self.sudo().filtered(lambda row: row.state == "failed"):
            answer._case()._check_answer(answer.decision)
            answer.write({"state": "waiting", "next_try": False, "attempts": 0})
        self.sudo().filtered(lambda row: row.state == "waiting").next_try = False
        self.env["tts.shop"]._trigger_aftersales()
        return toast("info", self.env._("It is sent to TikTok within a minute."))

    def action_cancel(self):
        """Take back what has not been sent yet.

        :raise UserError: it is being sent at this moment, or it is over
        """
        self.check_access("read")
        answers = self.sudo()
        for answer in answers:
            if answer.state not in ("waiting", "failed"):
                raise UserError(
                    self.env._(
                        "%s cannot be taken back: TikTok has been told, or is being "
                        "told. Look at the case in Seller Center.",
                        answer.display_name,
                    )
                )
        answers._note_cancelled(self.env._("Taken back by %s.", self.env.user.name))

    def action_open_case(self):
        """Open the cancellation or return this answers."""
        self.ensure_one()
        return self._case()._get_records_action()
