from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.aftersale_rules import ARBITRATING, decisions
from ..lib.errors import PayloadError
from ..lib.returns import EXCHANGE
from .tts_intent import OPEN

# So long after an answer TikTok may still show the case as it was before.
SETTLE = timedelta(hours=1)
MOST_NAMED = 5  # cases in one message


class TtsCase(models.AbstractModel):
    """Answering cases: what can be decided, and who has decided already."""

    _inherit = "tts.case"

    can_answer = fields.Boolean(
        readonly=True, help="Whether this case waits for a decision Odoo can send."
    )
    # The kinds name the field of answers that holds the case.
    answer_ids = fields.One2many("tts.answer", string="Answers", readonly=True)
    answer_state = fields.Selection(
        [("open", "Being Answered"), ("failed", "Not Answered")],
        string="Answer",
        compute="_compute_answer_state",
        compute_sudo=True,
    )

    @api.depends("answer_ids.state", "can_answer")
    def _compute_answer_state(self):
        for case in self:
            states = case.answer_ids.mapped("state")  # the last one first
            is_failed = states[:1] == ["failed"] and case.can_answer
            is_open = any(state in OPEN for state in states)
            case.answer_state = "open" if is_open else is_failed and "failed"

    @api.model
    def _prepare_mirror_values(self, case, order, currencies):
        """Override to keep whether there is something to decide."""
        values = super()._prepare_mirror_values(case, order, currencies)
        return values | {"can_answer": bool(decisions(case))}

    def _decisions(self):
        """Return the `Decision`s that can be taken about this case now."""
        self.ensure_one()
        try:
            return decisions(self._typed())
        except PayloadError:
            return ()

    # === BUTTONS === #

    def action_answer(self):
        """Open the wizard that shows what can be decided, and asks.

        :raise UserError: none of these can be answered from Odoo
        """
        return self.env["tts.answer.wizard"]._open_for(self)

    # === ANSWERING === #

    def _answer(self, decision, **values):
        """Store what is answered to these cases; the scheduled action tells TikTok.

        :param str decision: the key of a `Decision`
        :param values: reason, reason_text, comment, amount
        :return: the `tts.answer` records
        :raise UserError: one of them cannot be answered like this; see its text
        """
        self.check_access("read")  # seeing a case is enough to answer it
        cases = self.sudo()
        for case in cases:
            case._check_answer(decision)
        answers = cases.env["tts.answer"].create(
            [case._prepare_answer_values(decision, values) for case in cases]
        )
        self.env["tts.shop"]._trigger_aftersales()
        return answers

    def _prepare_answer_values(self, decision, values):
        return values | {
            "decision": decision,
            "shop_id": self.shop_id.id,
            self._fields["answer_ids"].inverse_name: self.id,
            "currency_id": self.currency_id.id,
            "case_digest": self.digest,
            "user_id": self.env.uid,
        }

    def _check_answer(self, decision=None):
        """Check that this case can be answered.

        :param str decision: with this one; without it, at all
        :raise UserError: it cannot; the text says why and what to do
        """
        self.ensure_one()
        if problem := self._answer_problem(decision):
            raise UserError(problem)

    def _answer_problem(self, decision=None):
        """Say why this case cannot be answered from Odoo, False when it can."""
        if going := self.answer_ids.filtered(lambda row: row.state in OPEN):
            return self.env._(
                "Case %(case)s is being answered already, as %(user)s asked.",
                case=self.remote_id,
                user=going[0].user_id.name,
            )
        if done := self._answer_just_done():
            return self.env._(
                "%(user)s has answered case %(case)s just now. TikTok does not show it "
                "yet; wait until it is read again.",
                user=done[0].user_id.name,
                case=self.remote_id,
            )
        if problem := self._shop_problem():
            return problem
        return self._decision_problem(decision)

    def _answer_just_done(self):
        """Return answers that TikTok took and does not show yet."""
        lately = fields.Datetime.now() - SETTLE
        return self.answer_ids.filtered(
            lambda row: (
                row.state == "done"
                and row.case_digest == self.digest
                and row.done_at > lately
            )
        )

    def _shop_problem(self):
        shop = self.shop_id
        if not shop.active or not shop.account_id.active:
            return self.env._(
                "%(shop)s is archived, so TikTok is told nothing. Unarchive the shop "
                "and its account, or answer case %(case)s in Seller Center.",
                shop=shop.name,
                case=self.remote_id,
            )
        try:
            shop._check_connected()
        except UserError as error:
            return str(error)
        return False

    def _decision_problem(self, decision):
        offered = self._decision_keys()
        if offered and (not decision or decision in offered):
            return False
        if self._is_exchange():
            return self.env._(
                "Case %s is an exchange, which TikTok lets only Seller Center answer. "
                "Answer it there; Odoo follows.",
                self.remote_id,
            )
        if self._is_arbitrated():
            return self.env._(
                "TikTok Shop decides case %s itself now. Add your evidence in Seller "
                "Center; Odoo follows its decision.",
                self.remote_id,
            )
        if offered:
            return self.env._(
                "Case %s does not take this answer any more. Click Answer and choose "
                "another one.",
                self.remote_id,
            )
        if self.need:
            return self.env._(
                "Case %s cannot be answered from Odoo. Answer it in Seller Center; "
                "Odoo follows.",
                self.remote_id,
            )
        return self.env._("Case %s waits for no answer of yours.", self.remote_id)

    def _is_exchange(self):
        return False

    def _is_arbitrated(self):
        return False


class TtsCancellation(models.Model):
    _inherit = "tts.cancellation"

    answer_ids = fields.One2many(inverse_name="cancellation_id")

    def action_accept(self):
        """Ask whether these requests are to be accepted.

        :raise UserError: none of them waits for an answer
        """
        return self.env["tts.answer.wizard"]._open_for(self, "accept")

    def action_decline(self):
        """Ask for the reason with which these requests are to be declined.

        :raise UserError: none of them waits for an answer
        """
        return self.env["tts.answer.wizard"]._open_for(self, "decline")


class TtsReturn(models.Model):
    _inherit = "tts.return"

    answer_ids = fields.One2many(inverse_name="return_id")

    def _expects_goods(self, case):
        """Override: who lets the buyer keep the goods knows it; TikTok is silent."""
        return super()._expects_goods(case) and not any(
            answer.state == "done" and answer._decision().lets_keep
            for answer in self.answer_ids
        )

    def _is_exchange(self):
        """Override: TikTok's calls know no decision about exchanges."""
        return self.type == EXCHANGE

    def _is_arbitrated(self):
        """Override: TikTok Shop decides disputed returns itself."""
        return self.arbitration == ARBITRATING
