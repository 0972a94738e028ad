from odoo import models
from odoo.exceptions import UserError

from ..utils import toast


class TtsIssue(models.Model):
    _inherit = "tts.issue"

    def _retry(self):
        """Override to have a missing label fetched anew."""
        kind, _sep, remote_id = self.key.partition(":")
        if kind != "label":
            return super()._retry()
        mine = [("shop_id", "=", self.shop_id.id), ("remote_id", "=", remote_id)]
        package = self.env["tts.package"].search(mine, limit=1)
        if package and not package.is_gone:
            problem = package._fetch_now().get(package)
            if problem and package.label_state not in ("done", "none"):
                raise UserError(problem)
        self._set_closed()
        if package.label_state != "done":
            return None
        return toast(
            "success", self.env._("The label of %s is stored.", self.reference)
        )
