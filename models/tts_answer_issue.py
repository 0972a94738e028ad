from odoo import models

from ..utils import toast
from .tts_answer_outcome import ANSWER
from .tts_intent import OPEN


class TtsIssue(models.Model):
    """Trying again to answer a case."""

    _inherit = "tts.issue"

    def _retry_aftersale(self, kind, remote_id):
        """Override to have TikTok told once more what it refused.

        The issue closes when it takes it, or when the case waits for it no more.

        :raise UserError: the case cannot be answered like this any more
        """
        case = self._case()
        if kind != ANSWER or not case:
            return super()._retry_aftersale(kind, remote_id)
        answers = case.answer_ids
        last = answers.filtered(lambda row: row.state in (*OPEN, "failed"))[:1]
        if not last or last.decision not in case._decision_keys():
            return super()._retry_aftersale(kind, remote_id)
        last.action_retry()
        return toast(
            "info",
            self.env._(
                "The answer to case %s is sent to TikTok within a minute; the issue "
                "closes when TikTok takes it.",
                remote_id,
            ),
        )
