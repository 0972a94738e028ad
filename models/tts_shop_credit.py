import logging

from odoo import fields, models
from odoo.fields import Domain

from ..utils import is_expected, reason_of
from .tts_case_credit import CREDIT, RETRY_IN
from .tts_order_import import BUSY

_logger = logging.getLogger(__name__)

MOST_CREDITS = 200  # per run and kind of case


class TtsShop(models.Model):
    """Proposing the credit notes of cases, where the shop wants that."""

    _inherit = "tts.shop"

    credit_policy = fields.Selection(
        [
            ("refunded", "Proposed when TikTok refunds"),
            ("manual", "By hand"),
        ],
        string="Credit Notes",
        required=True,
        default="refunded",
        help="A proposed credit note is a draft for exactly what goes back; somebody "
        "checks and posts it. By hand: with a button on the case.",
    )

    def _aftersale_steps(self, is_due):
        """Override to propose credit notes."""
        return [*super()._aftersale_steps(is_due), self._propose_credits]

    def _propose_credits(self, _client):
        """Propose the credit notes of cases that have been refunded and invoiced.

        :return: False when time is up before the end
        """
        if self.credit_policy != "refunded":
            return True
        for model in ("tts.return", "tts.cancellation"):
            for case in self._cases_to_credit(model):
                self._take_aftersales()
                case[0]._propose_credit_safely()
                if not self.env["ir.cron"]._commit_progress():
                    return False
        return True

    def _cases_to_credit(self, model):
        now = fields.Datetime.now()
        invoiced = Domain("move_type", "=", "out_invoice") & Domain(
            "state", "=", "posted"
        )
        return self.env[model].search(
            Domain("shop_id", "=", self.id)
            & Domain("credit_state", "=", "waiting")
            & Domain("credit_proposed_on", "=", False)
            & Domain("order_id.move_ids", "any", invoiced)
            & (
                Domain("credit_next_try", "=", False)
                | Domain("credit_next_try", "<=", now)
            ),
            limit=MOST_CREDITS,
            order="id",
        )


class TtsCase(models.AbstractModel):
    _inherit = "tts.case"

    def _is_believed(self):
        """Whether a case is taken at its word; one that is not has its issue."""
        return True

    def _propose_credit_safely(self):
        """Propose one credit note in a savepoint; what goes wrong becomes an issue."""
        case = self.with_company(self.company_id)
        if not case._is_believed():
            case.credit_next_try = fields.Datetime.now() + RETRY_IN
            return
        try:
            with self.env.cr.savepoint():
                case._propose_credit()
                self.env.flush_all()
        except BUSY:
            raise
        except Exception as error:
            if not is_expected(error):
                _logger.exception("TikTok case %s: no credit note", self.remote_id)
            self._note_credit_error(reason_of(error))


class TtsIssue(models.Model):
    _inherit = "tts.issue"

    def _retry_aftersale(self, kind, remote_id):
        """Override to propose the credit note that could not be proposed.

        :raise AccessError: whoever asks may not write credit notes
        :raise UserError: it still cannot be proposed
        """
        case = self._case()
        if kind != CREDIT or case.credit_state != "waiting":
            return super()._retry_aftersale(kind, remote_id)
        self.env["account.move"].sudo(False).check_access("create")
        case.with_company(case.company_id)._propose_credit()
        return None
