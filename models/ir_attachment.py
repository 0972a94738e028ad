from odoo import api, models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.ondelete(at_uninstall=False)
    def _unlink_tts_labels(self):
        """Let packages go on with another copy of a label that is deleted.

        It may be deleted with one of the deliveries of a combined package.
        """
        packages_sudo = (
            self.env["tts.package"]
            .sudo()
            .search([("label_attachment_id", "in", self.ids)])
        )
        for package_sudo in packages_sudo:
            package_sudo._replace_label_file(self)
