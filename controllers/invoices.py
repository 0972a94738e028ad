import io
import zipfile

from odoo import http
from odoo.http import content_disposition, request


class InvoiceController(http.Controller):
    """Hands out the invoices of TikTok orders."""

    @http.route(
        '/tiktok_shop/invoices/<models("account.move"):moves>',
        type="http",
        auth="user",
    )
    def download(self, moves):
        """Return the PDF files of these invoices as one archive, for whoever may read
        them.
        """
        moves.check_access("read")
        moves.line_ids.check_access("read")
        chosen, _reasons = moves._tts_sort_for_download()
        if not chosen:
            return request.not_found()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", compression=zipfile.ZIP_DEFLATED) as archive:
            for name, content in chosen._tts_pdf_files():
                archive.writestr(name, content)
        name = request.env._("TikTok invoices") + ".zip"
        return request.make_response(
            buffer.getvalue(),
            [
                ("Content-Type", "application/zip"),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
