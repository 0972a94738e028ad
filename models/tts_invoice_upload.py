from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .. import const
from ..utils import toast

# Where TikTok wants the invoice's file before it lets an order be shipped.
UPLOAD_REGIONS = ("BR",)


class TtsInvoiceUpload(models.Model):
    """A stored intent: the file of an invoice that TikTok is to have for a package.

    It is committed before the call leaves. One whose sender never heard an answer is
    sent again: TikTok refuses a second file of a package that it has (code 10007014),
    which counts as done ("Upload Invoice").
    """

    _name = "tts.invoice.upload"
    _description = "TikTok Shop Invoice Upload"
    _order = "id desc"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "tts.shop", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="shop_id.company_id", store=True, precompute=True, index=True
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    order_id = fields.Many2one(
        "tts.order",
        string="TikTok Order",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    package_id = fields.Many2one(
        "tts.package", required=True, readonly=True, index=True, ondelete="cascade"
    )
    attachment_id = fields.Many2one(
        "ir.attachment", string="File", readonly=True, ondelete="set null"
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("sending", "Sending"),
            ("done", "Uploaded"),
            ("failed", "Refused"),
        ],
        required=True,
        default="waiting",
        readonly=True,
        index=True,
    )
    sent_at = fields.Datetime(readonly=True)
    done_at = fields.Datetime(string="Uploaded On", readonly=True)
    attempts = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True)
    error = fields.Char(string="Why Not", readonly=True)
    code = fields.Integer(string="TikTok's Code", readonly=True)

    _move_uniq = models.UniqueIndex(
        "(move_id, package_id)",
        "The file of this invoice is uploaded for this package already.",
    )

    @api.depends("move_id.name", "package_id.remote_id")
    def _compute_display_name(self):
        for upload in self.sudo():
            upload.display_name = (
                f"{upload.move_id.name} / {upload.package_id.remote_id}"
            )

    def action_retry(self):
        """Send these again, with the files that their invoices have now.

        Uploaded ones too: TikTok may have found a file invalid afterwards. Where it has
        not, it refuses the second one, and nothing has changed.
        """
        self.check_access("write")
        for upload in self.sudo().filtered(lambda row: row.state != "sending"):
            attachment = upload.move_id._tts_xml_file() or upload.attachment_id
            upload.write(
                {
                    "state": "waiting",
                    "attachment_id": attachment.id,
                    "next_try": False,
                    "attempts": 0,
                }
            )
        self.env["tts.shop"]._trigger_deliveries()
        return toast("info", self.env._("It is sent to TikTok within a minute."))

    def action_open_order(self):
        """Open the TikTok order of this upload."""
        return self.order_id._get_records_action()

    # === INTENTS === #

    @api.model
    def _ask(self, moves):
        """Store that the files of these invoices are to be uploaded.

        :return: ({invoice: its uploads, new ones and old}, {invoice: why it has none})
        """
        uploads, reasons, vals_list = {}, {}, []
        for move in moves:
            if reason := move._tts_why_not_uploaded():
                reasons[move] = reason
                continue
            known = move.tts_upload_ids
            attachment = move._tts_xml_file()
            uploads[move] = known
            vals_list += [
                {
                    "shop_id": move.tts_shop_id.id,
                    "move_id": move.id,
                    "order_id": move.tts_order_id.id,
                    "package_id": package.id,
                    "attachment_id": attachment.id,
                }
                for package in move._tts_live_packages() - known.package_id
            ]
        for upload in self.create(vals_list):
            uploads[upload.move_id] |= upload
        return uploads, reasons


class AccountMove(models.Model):
    """Invoices whose file TikTok wants."""

    _inherit = "account.move"

    tts_upload_ids = fields.One2many(
        "tts.invoice.upload", "move_id", string="TikTok Uploads", readonly=True
    )
    tts_can_upload = fields.Boolean(compute="_compute_tts_can_upload")

    @api.depends("state", "move_type", "tts_shop_id.region")
    def _compute_tts_can_upload(self):
        for move in self:
            move.tts_can_upload = (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.tts_shop_id.sudo().region in UPLOAD_REGIONS
            )

    def action_tts_upload(self):
        """Have the files of these invoices uploaded to TikTok.

        :return: a message with how many, and why others cannot be
        :raise UserError: none of them can be
        """
        self.check_access("write")
        uploads, reasons = self.env["tts.invoice.upload"].sudo()._ask(self.sudo())
        if not uploads:
            raise UserError("\n".join(list(reasons.values())[:10]))
        rows = self.env["tts.invoice.upload"].sudo().concat(*uploads.values())
        rows.action_retry()
        lines = [
            self.env._(
                "Invoices sent to TikTok within a minute: %s. What TikTok says shows "
                "on the invoice.",
                len(uploads),
            )
        ]
        lines += list(reasons.values())[:10]
        return toast("warning" if reasons else "info", "\n".join(lines))

    def action_tts_open_uploads(self):
        """Open the uploads of this invoice, with what TikTok answered."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_tiktok_shop.tts_invoice_upload_action"
        )
        return action | {"domain": [("move_id", "in", self.ids)]}

    def _tts_why_not_uploaded(self):
        """Return why the file of this invoice cannot be uploaded, None when it can."""
        if not self.tts_can_upload:
            return self.env._(
                "%s is not a posted invoice of a shop in Brazil: TikTok takes the "
                "files of those only.",
                self.display_name,
            )
        if not self._tts_xml_file():
            return self.env._(
                "%s has no XML file. Attach the authorized NF-e first.",
                self.display_name,
            )
        if not self._tts_live_packages():
            return self.env._(
                "%s belongs to an order without a package yet. Try again when the "
                "order has one.",
                self.display_name,
            )
        return None

    def _tts_live_packages(self):
        """Return the packages of the order that TikTok has not replaced."""
        return self.tts_order_id.package_ids.filtered(
            lambda package: (
                not package.is_gone and package.status != const.PACKAGE_CANCELLED
            )
        )

    def _tts_xml_file(self):
        """Return the newest XML file attached to this invoice, none without one."""
        self.ensure_one()
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                Domain("res_model", "=", "account.move")
                & Domain("res_id", "=", self.id)
                & xml_domain(),
                order="id desc",
                limit=1,
            )
        )


def xml_domain():
    """Which attachments are files in XML, stored in a field of the invoice or not."""
    return (
        Domain("mimetype", "in", ("application/xml", "text/xml"))
        | Domain("name", "=ilike", "%.xml")
    ) & (Domain("res_field", "=", False) | Domain("res_field", "!=", False))
