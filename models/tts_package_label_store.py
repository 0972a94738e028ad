import hashlib

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.shipping import PDF, ZPL

MIMETYPES = {PDF: "application/pdf", ZPL: "text/plain"}


class TtsPackage(models.Model):
    """Storing labels: a file and a message on each delivery of the package.

    In batches: labels come by the hundred.
    """

    _inherit = "tts.package"

    @api.model
    def _store_labels(self, files):
        """Store fetched labels and what their answers told.

        :param files: list of (package, lib's Document, bytes, number of pages)
        """
        news = []
        for package, document, content, pages in files:
            package._take_tracking_number(document)
            attachment = package.label_attachment_id
            is_same = attachment.checksum == hashlib.sha1(content).hexdigest()
            package._note_stored(pages)
            if not attachment or not is_same:
                news.append((package, content))
        moved = self.browse([package.id for package, *_file in files])
        moved.picking_ids._tts_follow_packages()
        self._attach_labels(news)

    def _take_tracking_number(self, document):
        number = document.tracking_number
        if number and number != self.tracking_number:
            self.tracking_number = number

    def _note_stored(self, pages):
        options = self._label_options()
        self._end_label(
            "done",
            label_error=False,
            label_url=False,
            label_url_until=False,
            label_type=options["type"],
            label_size=options["size"],
            label_format=options["format"],
            label_pages=pages,
        )

    @api.model
    def _attach_labels(self, news):
        """Attach files to the deliveries, and say so in their chatters.

        :param news: list of (package, bytes)
        """
        values, owners = [], []
        for package, content in news:
            # A package whose delivery is not known yet keeps its label itself.
            for record in package.picking_ids or [package]:
                values.append(package._prepare_label_values(record, content))
                owners.append((package, record))
        attachments = self.env["ir.attachment"].create(values)
        messages = []
        latest = {}
        for attachment, (package, record) in zip(attachments, owners, strict=True):
            latest.setdefault(package, attachment)
            if record._name == "stock.picking":
                messages.append(package._prepare_label_message(record, attachment))
        for package, attachment in latest.items():
            package.label_attachment_id = attachment
        if messages:
            # What `_message_log_batch` does, for files that differ.
            self.env["mail.message"].sudo().create(messages)

    def _share_label(self, pickings):
        """Give deliveries that come to this package later a copy of its label."""
        file = self.label_attachment_id
        if not file or not pickings:
            return
        copies = self.env["ir.attachment"].create(
            [self._prepare_label_values(picking, file.raw) for picking in pickings]
        )
        if file.res_model == self._name:
            self.label_attachment_id = copies[0]
        self.env["mail.message"].sudo().create(
            [
                self._prepare_label_message(picking, copy)
                for picking, copy in zip(pickings, copies, strict=True)
            ]
        )

    def _replace_label_file(self, deleted):
        """Take another copy of the label; without one it is not stored any more.

        :param deleted: the attachments that are about to be deleted
        """
        copy = self.env["ir.attachment"].search(
            [
                ("checksum", "=", self.label_attachment_id.checksum),
                ("res_model", "=", "stock.picking"),
                ("res_id", "in", self.picking_ids.ids),
                ("id", "not in", deleted.ids),
            ],
            limit=1,
        )
        values = {"label_attachment_id": copy.id}
        if not copy and self.label_state == "done":
            values["label_state"] = "none" if self._may_have_label() else "missed"
        self.write(values)

    def _prepare_label_values(self, record, content):
        parts = [self.tracking_number or self.remote_id]
        if record._name == "stock.picking":
            parts.insert(0, record.name.replace("/", "-"))
        return {
            "name": f"TikTok label {' '.join(parts)}.{self.label_format.lower()}",
            "raw": content,
            "mimetype": MIMETYPES[self.label_format],
            "res_model": record._name,
            "res_id": record.id,
        }

    def _prepare_label_message(self, picking, attachment):
        author = self.env.user.partner_id
        text = self.env._(
            "TikTok shipping label: %(carrier)s, tracking number %(number)s.",
            carrier=self.provider_name or self.env._("carrier not known yet"),
            number=self.tracking_number or self.env._("not known yet"),
        )
        return {
            "model": picking._name,
            "res_id": picking.id,
            "body": Markup("<p>%s</p>") % text,
            "message_type": "notification",
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
            "is_internal": True,
            "author_id": author.id,
            "email_from": author.email_formatted,
            "email_add_signature": False,
            "date": fields.Datetime.now(),
            "attachment_ids": [fields.Command.link(attachment.id)],
        }

    # === BUTTONS === #

    def action_open_label(self):
        """Show the stored label, or its link while nothing else is there.

        :raise UserError: there is neither
        """
        self.ensure_one()
        self.check_access("read")
        return self._open_label_file()

    def _open_label_file(self):
        url = self.label_url
        if self.label_attachment_id:
            url = f"/web/content/{self.label_attachment_id.id}"
        if not url:
            raise UserError(
                self.env._(
                    "Package %s has no label yet. Click Fetch Shipping Label on its "
                    "delivery.",
                    self.remote_id,
                )
            )
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}
