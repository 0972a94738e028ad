import logging

from odoo import models
from odoo.exceptions import UserError

from ..utils import toast
from .account_move_invoice import CUSTOMER_TYPES

_logger = logging.getLogger(__name__)

REPORT = "account.account_invoices"
MOST_FILES = 500
MOST_NAMED = 10


class AccountMove(models.Model):
    """The PDF files of many invoices in one archive, named as Partner Center likes."""

    _inherit = "account.move"

    def action_tts_download_pdfs(self):
        """Download the PDF files of these TikTok invoices as one archive.

        :return: the archive; what is missing in it is named beside it
        :raise UserError: there is no file to download, or too many are asked for
        """
        self.check_access("read")
        if len(self) > MOST_FILES:
            raise UserError(
                self.env._(
                    "%(count)s invoices are too many for one archive. Select up to "
                    "%(most)s.",
                    count=len(self),
                    most=MOST_FILES,
                )
            )
        chosen, reasons = self._tts_sort_for_download()
        if not chosen:
            reasons = reasons or [self.env._("Select invoices of TikTok orders first.")]
            raise UserError(
                "\n".join(
                    [self.env._("There is no file to download."), *reasons[:MOST_NAMED]]
                )
            )
        ids = ",".join(str(move.id) for move in chosen)
        action = {
            "type": "ir.actions.act_url",
            "url": f"/tiktok_shop/invoices/{ids}",
            "target": "download",
        }
        if not reasons:
            return action
        message = self.env._(
            "The archive holds %(count)s invoices, %(missing)s are left out:",
            count=len(chosen),
            missing=len(reasons),
        )
        text = "\n".join([message, *reasons[:MOST_NAMED]])
        return toast("warning", text, sticky=True, next=action)

    def _tts_sort_for_download(self):
        """Return the invoices that have or can get a file, and why others cannot."""
        can_render = self._tts_can_render()
        chosen, reasons = self.browse(), []
        for move in self:
            name = move.name or move.display_name
            if move.move_type not in CUSTOMER_TYPES or not move.tts_order_id:
                reasons.append(
                    self.env._("%s is not the invoice of a TikTok order.", name)
                )
            elif move.state != "posted":
                reasons.append(self.env._("%s is not posted. Post it first.", name))
            elif not (can_render or move.invoice_pdf_report_id):
                reasons.append(
                    self.env._(
                        "%s has no PDF yet, and this server cannot make one: ask your "
                        "administrator to install wkhtmltopdf.",
                        name,
                    )
                )
            else:
                chosen |= move
        return chosen, reasons

    def _tts_can_render(self):
        """Whether this server can make PDF files (it needs wkhtmltopdf)."""
        state = self.env["ir.actions.report"].get_wkhtmltopdf_state()
        return state not in ("install", "broken")

    def _tts_pdf_files(self):
        """Return the files of these invoices: stored ones, others are rendered at once.

        :return: list of (file name, bytes); an invoice that cannot be rendered is named
            in a text file instead
        """
        stored = self.filtered("invoice_pdf_report_id")
        contents = {move.id: move.invoice_pdf_report_id.raw for move in stored}
        missing = self - stored
        files = []
        if missing:
            try:
                contents |= missing._tts_render()
            except UserError as error:
                _logger.info("Invoices %s were not rendered: %s", missing.ids, error)
                names = [move.name for move in missing]
                text = "\n".join([str(error), *names])
                files.append((self.env._("missing") + ".txt", text.encode()))
        return files + [
            (move._tts_pdf_name(), content)
            for move in self
            if (content := contents.get(move.id))
        ]

    def _tts_render(self):
        """Render these invoices in one go.

        :return: {id: bytes}
        :raise UserError: wkhtmltopdf is missing or fails
        """
        report = self.env["ir.actions.report"]
        content, kind = report._pre_render_qweb_pdf(REPORT, self.ids)
        return report._get_splitted_report(REPORT, content, kind)

    def _tts_pdf_name(self):
        """Return the file's name: TikTok's order id first, to find it by."""
        number = (self.name or str(self.id)).replace("/", "_")
        return f"{self.tts_order_id.remote_id}_{number}.pdf"
