from odoo import fields, models


class TtsPackage(models.Model):
    """The label of a package: fetched once, stored, printed on purpose."""

    _inherit = "tts.package"

    label_state = fields.Selection(
        [
            ("none", "No Label Yet"),
            ("due", "To Fetch"),
            ("generating", "Being Made"),
            ("done", "Stored"),
            ("link", "Link Only"),
            ("missed", "Not Available Any More"),
            ("failed", "Failed"),
        ],
        string="Label",
        default="none",
        required=True,
        readonly=True,
        index=True,
    )
    label_attachment_id = fields.Many2one(
        "ir.attachment", string="Label File", readonly=True, ondelete="set null"
    )
    label_url = fields.Char(string="Label Link", readonly=True)
    label_url_until = fields.Datetime(readonly=True)
    label_type = fields.Char(readonly=True)
    label_size = fields.Char(readonly=True)
    label_format = fields.Char(readonly=True)
    label_pages = fields.Integer(readonly=True)
    label_error = fields.Char(readonly=True)
    label_attempts = fields.Integer(readonly=True)
    next_label_try = fields.Datetime(readonly=True)
    print_count = fields.Integer(string="Printed", readonly=True)
    last_print = fields.Datetime(readonly=True)

    _label_due_idx = models.Index(
        "(shop_id, next_label_try) WHERE next_label_try IS NOT NULL"
    )

    def _want_labels(self):
        """Have the labels of packages that wait for their carrier fetched soon.

        :return: the packages whose label is to be fetched
        """
        wanted = self.filtered(
            lambda package: package.status == "PROCESSING"
            and package.label_state == "none"
            and package._is_label_by_tiktok()
        )
        wanted.write({"label_state": "due", "next_label_try": fields.Datetime.now()})
        return wanted
