"""Labels as files: only whole ones of the right kind are kept."""

import io

from odoo.tests import BaseCase, tagged

from ..lib.documents import check_document
from ..lib.errors import Rejected, Unreachable
from .lib_http import ClientCase, answer

PDF = b"%PDF-1.4\n" + b"x" * 5000 + b"\nstartxref\n9\n%%EOF\n"
ZPL = b"^XA^FO50,50^FDMYTT0001^FS^XZ\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 50 + b"\0\0\0\0IEND\xaeB`\x82"


@tagged("post_install", "-at_install")
class TestCheckDocument(BaseCase):
    def assertProblem(self, content, form, problem):
        with self.assertRaises(Rejected) as caught:
            check_document(content, form)
        self.assertIn(problem, str(caught.exception))
        self.assertIn("fetch it again", str(caught.exception))

    def test_whole_documents_pass(self):
        wanted = [(PDF, "PDF"), (ZPL, "ZPL"), (PNG, "PNG")]
        self.assertEqual([check_document(*pair) for pair in wanted], [None] * 3)

    def test_a_pdf_may_begin_a_little_later(self):
        self.assertIsNone(check_document(b"\r\n\r\n" + PDF, "PDF"))

    def test_several_labels_in_one_file_pass(self):
        settings = b"CT~~CD,~CC^~CT~\n"
        self.assertIsNone(check_document(settings + ZPL * 3, "ZPL"))

    def test_nothing_is_no_document(self):
        for form in ("PDF", "ZPL", "PNG"):
            self.assertProblem(b"", form, "is empty")
            self.assertProblem(b" \n", form, "is empty")

    def test_a_web_page_is_no_label(self):
        for page in (b"<!DOCTYPE html><p>", b"\n<html>", b'<?xml version="1.0"?><E/>'):
            self.assertProblem(page, "PDF", "is a web page, not a PDF file")

    def test_another_kind_of_file_is_named(self):
        self.assertProblem(PNG, "PDF", "is not a PDF file")
        self.assertProblem(PDF, "ZPL", "is not a ZPL file")
        self.assertProblem(PDF, "PNG", "is not a PNG file")

    def test_a_pdf_that_ends_twice_is_not_kept_by_half(self):
        head = b"%PDF-1.4\nfirst page\n%%EOF\n"  # as files made for the web begin
        self.assertIsNone(check_document(head + PDF, "PDF"))
        self.assertProblem(head + PDF[:3000], "PDF", "is only the beginning")

    def test_half_a_file_is_not_kept(self):
        self.assertProblem(PDF[:3000], "PDF", "is only the beginning of a PDF file")
        self.assertProblem(ZPL * 2 + ZPL[:10], "ZPL", "only the beginning of a ZPL")
        self.assertProblem(PNG[:-6], "PNG", "is only the beginning of a PNG file")


@tagged("post_install", "-at_install")
class TestDownloadDocument(ClientCase):
    URL = "https://files.example.com/label.pdf?sign=hush"

    def file(self, data=PDF, kind="application/pdf", status=200, **headers):
        response = answer(b"", status, {"Content-Type": kind, **headers})
        response._content = False
        response.raw = io.BytesIO(data)
        return response

    def assertRefused(self, error, text, *script, **options):
        with self.assertRaises(error) as caught:
            self.client(*script).download_document(self.URL, **options)
        self.assertIn(text, str(caught.exception))
        self.assertNotIn("hush", str(caught.exception))
        self.assertNotIn("image", str(caught.exception))

    def test_a_label_comes_as_it_is_and_without_credentials(self):
        client = self.client(self.file())
        self.assertEqual(client.download_document(self.URL), PDF)
        [request] = self.sent
        self.assertEqual(request.url, self.URL)
        self.assertNotIn("x-tts-access-token", request.headers)

    def test_a_label_sent_as_mere_bytes_is_taken(self):
        for kind in ("application/octet-stream", "binary/octet-stream", ""):
            with self.subTest(kind):
                client = self.client(self.file(kind=kind))
                self.assertEqual(client.download_document(self.URL), PDF)

    def test_a_label_for_a_thermal_printer_is_text(self):
        client = self.client(self.file(ZPL, "text/plain; charset=utf-8"))
        self.assertEqual(client.download_document(self.URL, "ZPL"), ZPL)

    def test_an_expired_link_says_how_to_get_a_new_one(self):
        script = self.file(b"", "text/html", 403)
        self.assertRefused(Rejected, "lives for 24 hours, so fetch", script)

    def test_a_page_in_place_of_a_label_is_refused(self):
        script = self.file(b"<html>", "text/html")
        self.assertRefused(Rejected, "no document that Odoo can keep", script)

    def test_a_page_that_pretends_to_be_a_label_is_refused(self):
        self.assertRefused(Rejected, "is a web page", self.file(b"<html>"))

    def test_a_broken_server_is_asked_again_later(self):
        self.assertRefused(Unreachable, "try again later", self.file(b"", status=503))

    def test_a_label_that_breaks_off_is_refused(self):
        self.assertRefused(Rejected, "only the beginning", self.file(PDF[:2000]))
