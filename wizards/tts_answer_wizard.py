from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..lib.aftersale_decisions import decision_by_key
from ..lib.errors import Rejected, TikTokError
from ..models.tts_case_answer import MOST_NAMED
from ..utils import reason_of, toast


class TtsAnswerWizard(models.TransientModel):
    """Shows what can be decided about cases and what follows, and asks."""

    _name = "tts.answer.wizard"
    _description = "Answer TikTok Shop Cases"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    cancellation_ids = fields.Many2many(
        "tts.cancellation", string="Cancellations", readonly=True, check_company=True
    )
    return_id = fields.Many2one("tts.return", readonly=True, check_company=True)
    case_count = fields.Integer(string="Cases", compute="_compute_case_count")
    reason_asked = fields.Char(
        string="The Buyer's Reason", compute="_compute_case_facts"
    )
    deadline = fields.Datetime(string="Answer By", compute="_compute_case_facts")
    currency_id = fields.Many2one("res.currency", compute="_compute_case_facts")
    amount_refund = fields.Monetary(
        string="Buyer Asks For", compute="_compute_case_facts"
    )
    note = fields.Text(readonly=True)
    choice_ids = fields.One2many("tts.answer.choice", "wizard_id")
    decision_id = fields.Many2one(
        "tts.answer.choice",
        string="Answer",
        domain="[('wizard_id', '=', id), ('kind', '=', 'decision')]",
    )
    reason_id = fields.Many2one(
        "tts.answer.choice",
        domain="[('wizard_id', '=', id), ('kind', '=', 'reason'), "
        "('decision_key', 'in', (decision_key, False))]",
    )
    decision_key = fields.Char(related="decision_id.decision_key")
    needs_reason = fields.Boolean(related="decision_id.needs_reason")
    needs_amount = fields.Boolean(related="decision_id.needs_amount")
    least = fields.Monetary(related="decision_id.least")
    most = fields.Monetary(related="decision_id.most")
    amount = fields.Monetary(string="Offered to the Buyer")
    comment = fields.Char(
        string="Comment for the Buyer", size=500, help="At most 500 characters."
    )

    @api.depends("cancellation_ids", "return_id")
    def _compute_case_count(self):
        for wizard in self:
            wizard.case_count = len(wizard._cases())

    @api.depends("cancellation_ids", "return_id")
    def _compute_case_facts(self):
        for wizard in self:
            cases = wizard._cases()
            wizard.currency_id = cases[:1].currency_id
            is_one = len(cases) == 1
            wizard.reason_asked = is_one and cases.reason_text
            wizard.amount_refund = cases.amount_refund if is_one else 0.0
            wizard.deadline = min(filter(None, cases.mapped("deadline")), default=False)

    @api.onchange("decision_id")
    def _onchange_decision_id(self):
        if self.reason_id.decision_key not in (False, self.decision_key):
            self.reason_id = False

    def _cases(self):
        return self.return_id or self.cancellation_ids

    # === OPENING === #

    @api.model
    def _open_for(self, cases, kind=None):
        """Look at these cases and open the wizard.

        :param str kind: accept or decline: what to choose to begin with
        :raise UserError: none of them can be answered; the text says why
        """
        cases.check_access("read")
        problems = {case: case._answer_problem() for case in cases.sudo()}
        ready = cases.filtered(lambda case: not problems[case.sudo()])
        left = [problem for problem in problems.values() if problem]
        if not ready:
            raise UserError("\n".join(left[:MOST_NAMED]) or self.env._("No case."))
        if len(ready.company_id) > 1:
            raise UserError(self.env._("Answer the cases of one company at a time."))
        if kind == "decline":
            self._check_one_market(ready)
        is_return = ready._name == "tts.return"
        wizard = self.create(
            {
                "company_id": ready.company_id.id,
                "return_id": is_return and ready[:1].id,
                "cancellation_ids": not is_return and [Command.set(ready.ids)],
            }
        )
        wizard._offer_choices(left)
        wizard._choose(kind)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_answer_wizard_action"
        )
        return action | {"res_id": wizard.id}

    def _choose(self, kind):
        """Choose what the button says that opened this."""
        decisions = self.choice_ids.filtered(lambda row: row.kind == "decision")
        wanted = {"accept": False, "decline": True}.get(kind)
        if wanted is None:
            self.decision_id = len(decisions) == 1 and decisions
            return
        self.decision_id = decisions.filtered(lambda row: row.is_rejection == wanted)[
            :1
        ]

    def _offer_choices(self, left):
        """Show what can be decided now, with TikTok's own reasons.

        :param left: why some cases were left out
        """
        case = self._cases()[:1].sudo()
        told, notes = self._ask_tiktok(case)
        values = []
        for decision in case._decisions():
            rows = told.get(decision.name, ())
            refused = next((row for row in rows if not row.is_eligible), None)
            if refused and self.case_count == 1:
                notes.append(self._refused_text(decision, refused))
            else:
                values += self._prepare_choices(case, decision, rows)
        declining = {row["decision_key"] for row in values if row.get("needs_reason")}
        told = {row["decision_key"] for row in values if row["kind"] == "reason"}
        if declining - told:
            values += self._ask_reasons(case, notes)
        self.choice_ids = [Command.create(row) for row in values]
        self.note = "\n".join([*left[:MOST_NAMED], *notes])

    def _refused_text(self, decision, refused):
        return self.env._(
            "%(answer)s is not possible now: %(reason)s",
            answer=decision.label,
            reason=refused.reason or refused.code,
        )

    def _prepare_choices(self, case, decision, rows):
        """What is shown of a decision, and the reasons TikTok names for it."""
        reasons = rows[0].reject_reasons if rows and decision.needs_reason else ()
        return [
            self._prepare_decision_values(case, decision, rows),
            *(self._prepare_reason_values(row, decision.key) for row in reasons),
        ]

    def _prepare_decision_values(self, case, decision, rows):
        """What is shown of a decision; offers have bounds."""
        least = [row.least for row in rows if row.least is not None]
        most = [row.most for row in rows if row.most is not None]
        return {
            "kind": "decision",
            "name": f"{decision.label}: {decision.help}",
            "label": decision.label,
            "help_text": decision.help,
            "decision_key": decision.key,
            "is_rejection": decision.is_rejection,
            "needs_reason": decision.needs_reason,
            "needs_amount": decision.needs_amount,
            "currency_id": case.currency_id.id,
            "least": float(min(least)) if least else 0.0,
            "most": min(float(sum(most)), case.amount_refund)
            if most
            else case.amount_refund,
        }

    def _prepare_reason_values(self, reason, key=False):
        return {
            "kind": "reason",
            "name": reason.text,
            "remote_name": reason.name,
            "decision_key": key,
        }

    # === WHAT TIKTOK ALLOWS === #

    def _ask_tiktok(self, case_sudo):
        """Ask which decisions TikTok allows now.

        :return: ({TikTok's name of a decision: its `Eligibility` rows}, notes)
        """
        calls = ["decision_eligibility"]
        if case_sudo._name == "tts.return":
            calls.insert(0, "review_decisions")
        names = {decision.name for decision in case_sudo._decisions()}
        for call in calls:
            try:
                with case_sudo.shop_id._client() as client:
                    rows = getattr(client, call)(case_sudo.remote_id)
            except Rejected:
                continue  # the gateway of this market does not know it, or not yet
            except TikTokError as error:
                return {}, [self._unasked(case_sudo, error)]
            told = {}
            for row in rows:
                if row.decision in names:
                    told.setdefault(row.decision, []).append(row)
            return told, []
        return {}, []

    def _ask_reasons(self, case_sudo, notes):
        """Fetch the reasons a case can be declined with now."""
        try:
            with case_sudo.shop_id._client() as client:
                reasons = client.reject_reasons(case_sudo.remote_id)
        except TikTokError as error:
            notes.append(
                self.env._(
                    "TikTok's reasons could not be fetched, without which nothing can "
                    "be declined: %s",
                    reason_of(error),
                )
            )
            return []
        return [self._prepare_reason_values(reason) for reason in reasons]

    def _unasked(self, case_sudo, error):
        return self.env._(
            "%(shop)s could not be asked what is possible now: %(reason)s",
            shop=case_sudo.shop_id.name,
            reason=reason_of(error),
        )

    # === BUTTON === #

    def action_answer(self):
        """Store the answers; the scheduled action tells TikTok in a moment.

        :return: a message with the counts
        :raise UserError: something is missing, or a case cannot be answered so
        """
        self.ensure_one()
        self.check_access("write")
        decision = self._check_choice()
        values = {
            "reason": decision.needs_reason and self.reason_id.remote_name,
            "reason_text": decision.needs_reason and self.reason_id.name,
            "comment": decision.needs_reason and self.comment,
            "amount": self.amount if decision.needs_amount else 0.0,
        }
        cases = self._cases()
        cases.check_access("read")
        problems = {case: case._answer_problem(decision.key) for case in cases.sudo()}
        left = [problem for problem in problems.values() if problem]
        ready = cases.filtered(lambda case: not problems[case.sudo()])
        if not ready:
            raise UserError("\n".join(left[:MOST_NAMED]))
        ready._answer(decision.key, **values)
        return self._answered(len(ready), left)

    def _check_choice(self):
        """Return the `Decision` that was taken.

        :raise UserError: it is incomplete
        """
        if not self.decision_id or self.decision_id.wizard_id != self:
            raise UserError(self.env._("Choose an answer."))
        decision = decision_by_key(self.decision_id.decision_key)
        if decision.needs_reason:
            self._check_one_market(self._cases())
            self._check_reason()
        if decision.needs_amount:
            self._check_amount()
        return decision

    @api.model
    def _check_one_market(self, cases):
        if len(set(cases.sudo().shop_id.mapped("region"))) > 1:
            raise UserError(
                self.env._(
                    "Decline the requests of one market at a time: TikTok's reasons "
                    "are not the same in all of them."
                )
            )

    def _check_reason(self):
        if not self.reason_id.remote_name or self.reason_id.wizard_id != self:
            raise UserError(
                self.env._(
                    "Choose the reason with which this is declined: TikTok shows it to "
                    "the buyer."
                )
            )

    def _check_amount(self):
        least, most = self.decision_id.least, self.decision_id.most
        compare = self.currency_id.compare_amounts
        if (
            compare(self.amount, 0) <= 0
            or compare(self.amount, least) < 0
            or compare(self.amount, most) > 0
        ):
            raise UserError(
                self.env._(
                    "Offer between %(least)s and %(most)s.",
                    least=self.currency_id.format(least),
                    most=self.currency_id.format(most),
                )
            )

    def _answered(self, count, left):
        close = {"next": {"type": "ir.actions.act_window_close"}}
        message = self.env._("Answers sent to TikTok within a minute: %s.", count)
        if not left:
            return toast("success", message, **close)
        message = self.env._(
            "%(answered)s %(count)s were left out: %(problems)s",
            answered=message,
            count=len(left),
            problems=" ".join(left[:MOST_NAMED]),
        )
        return toast("warning", message, sticky=True, **close)


class TtsAnswerChoice(models.TransientModel):
    """A decision that can be taken now, or a reason to decline with."""

    _name = "tts.answer.choice"
    _description = "Answer TikTok Shop Cases: Choice"
    _order = "id"

    wizard_id = fields.Many2one("tts.answer.wizard", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="wizard_id.company_id")
    kind = fields.Selection(
        [("decision", "Decision"), ("reason", "Reason")], required=True
    )
    name = fields.Char(required=True)
    label = fields.Char()
    help_text = fields.Char()
    remote_name = fields.Char()
    decision_key = fields.Char()
    is_rejection = fields.Boolean()
    needs_reason = fields.Boolean()
    needs_amount = fields.Boolean()
    currency_id = fields.Many2one("res.currency")
    least = fields.Monetary(string="At Least")
    most = fields.Monetary(string="At Most")
