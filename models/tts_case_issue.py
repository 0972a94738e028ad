from odoo import models
from odoo.exceptions import UserError

from ..lib.errors import TikTokError
from .tts_case_absorb import BROKEN, FOLLOW
from .tts_shop_aftersale import AFTERSALES_KEY


class TtsIssue(models.Model):
    """Trying again what kept cancellations and returns from being followed."""

    _inherit = "tts.issue"

    def _retry(self):
        """Override to read cases again.

        :raise UserError: it still fails, or nothing can be tried
        """
        if self.category != "aftersale":
            return super()._retry()
        if self.key == AFTERSALES_KEY:
            return self.shop_id.action_sync_aftersales()
        kind, _sep, remote_id = self.key.partition(":")
        if kind in (BROKEN, FOLLOW):
            return self._retry_case(remote_id)
        return self._retry_aftersale(kind, remote_id)

    def _retry_aftersale(self, kind, remote_id):
        """Try again what an issue about a case of TikTok's is about.

        :raise UserError: it still fails
        """
        return self._retry_case(remote_id)

    def _retry_case(self, remote_id):
        """Read a case again; what works closes its issue.

        :raise UserError: TikTok did not answer, or it still fails
        """
        case = self._case()
        models = [case._name] if case else ["tts.return", "tts.cancellation"]
        found = False
        try:
            for model in models:
                found = self.shop_id._refetch_cases(model, [remote_id]) or found
        except TikTokError as error:
            raise UserError(
                self.env._(
                    "Case %(case)s could not be read: %(reason)s Try again later.",
                    case=remote_id,
                    reason=error,
                )
            ) from error
        if self.state != "closed":
            raise UserError(
                self.reason
                if found
                else self.env._(
                    "TikTok does not know case %s any more. Dismiss this issue.",
                    remote_id,
                )
            )
        return None

    def _case(self):
        """Return the case this issue is about, an empty `tts.return` for none."""
        _kind, _sep, remote_id = self.key.partition(":")
        mine = [("shop_id", "=", self.shop_id.id), ("remote_id", "=", remote_id)]
        if self.category != "aftersale" or not remote_id:
            return self.env["tts.return"]
        return self.env["tts.return"].search(mine, limit=1) or self.env[
            "tts.cancellation"
        ].search(mine, limit=1)

    def action_open_record(self):
        """Override to open the case an issue is about."""
        self.ensure_one()
        if case := self._case():
            return case._get_records_action()
        return super().action_open_record()
