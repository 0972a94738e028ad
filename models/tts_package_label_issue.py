from odoo import models
from odoo.exceptions import UserError

from .. import const
from ..utils import toast


class TtsPackage(models.Model):
    _inherit = "tts.package"

    def _follow_status(self):
        """Override to close issues of labels that nobody needs any more."""
        result = super()._follow_status()
        over = self.filtered(
            lambda package: (
                package.label_error
                and (
                    package.is_gone
                    or package.status
                    in (*const.PACKAGE_SHIPPED, const.PACKAGE_CANCELLED)
                )
            )
        )
        for shop, packages in over.grouped("shop_id").items():
            keys = [f"label:{package.remote_id}" for package in packages]
            self.env["tts.issue"]._close(shop, keys)
        return result


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
