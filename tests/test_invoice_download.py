import io
import zipfile

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .money_case import MoneyCase

PDF = b"%PDF-1.4 stored"


@tagged("post_install", "-at_install")
class TestInvoiceDownload(MoneyCase):
    """The PDF files of many invoices in one archive."""

    def invoice_with_file(self):
        """Return a posted invoice with a stored PDF."""
        move = self.sold()[2]
        self.env["ir.attachment"].create(
            {
                "name": "invoice.pdf",
                "res_model": "account.move",
                "res_id": move.id,
                "res_field": "invoice_pdf_report_file",
                "raw": PDF,
                "mimetype": "application/pdf",
            }
        )
        self.env.invalidate_all()
        return move

    def without_wkhtmltopdf(self):
        report = type(self.env["ir.actions.report"])
        self.patch(report, "get_wkhtmltopdf_state", lambda self: "install")

    def with_wkhtmltopdf(self):
        report = type(self.env["ir.actions.report"])
        self.patch(report, "get_wkhtmltopdf_state", lambda self: "ok")

    def test_the_stored_file_is_named_by_order_and_invoice(self):
        move = self.invoice_with_file()
        [(name, content)] = move._tts_pdf_files()
        number = move.name.replace("/", "_")
        self.assertEqual(name, f"{move.tts_order_id.remote_id}_{number}.pdf")
        self.assertEqual(content, PDF)

    def test_what_has_no_file_is_rendered(self):
        self.with_wkhtmltopdf()
        stored, fresh = self.invoice_with_file(), self.sold()[2]
        moves = stored | fresh
        action = moves.with_user(self.biller).action_tts_download_pdfs()
        self.assertEqual(action["type"], "ir.actions.act_url")
        files = dict(moves._tts_pdf_files())
        self.assertEqual(len(files), 2)
        self.assertIn(fresh.name.encode(), files[fresh._tts_pdf_name()])

    def test_without_wkhtmltopdf_the_others_still_come(self):
        self.without_wkhtmltopdf()
        stored, fresh = self.invoice_with_file(), self.sold()[2]
        action = (stored | fresh).action_tts_download_pdfs()
        message = action["params"]["message"]
        self.assertIn(fresh.name, message)
        self.assertIn("wkhtmltopdf", message)
        url = action["params"]["next"]["url"]
        self.assertEqual(url, f"/tiktok_shop/invoices/{stored.id}")

    def test_without_any_file_it_is_said(self):
        self.without_wkhtmltopdf()
        fresh = self.sold()[2]
        with self.assertRaisesRegex(UserError, "wkhtmltopdf"):
            fresh.action_tts_download_pdfs()

    def test_a_rendering_that_fails_is_named_inside_the_archive(self):
        self.with_wkhtmltopdf()
        stored, fresh = self.invoice_with_file(), self.sold()[2]

        def fail(*_args, **_kwargs):
            raise UserError(self.env._("wkhtmltopdf fell over"))

        report = type(self.env["ir.actions.report"])
        self.patch(report, "_pre_render_qweb_pdf", fail)
        files = dict((stored | fresh)._tts_pdf_files())
        self.assertEqual(files[stored._tts_pdf_name()], PDF)
        self.assertIn(fresh.name, files["missing.txt"].decode())

    def test_drafts_and_other_invoices_are_named(self):
        self.with_wkhtmltopdf()
        stored, draft = self.invoice_with_file(), self.sold()[2]
        draft.button_draft()
        other = stored.copy()
        action = (stored | draft | other).action_tts_download_pdfs()
        self.assertIn("not posted", action["params"]["message"])
        self.assertIn("not the invoice of a TikTok", action["params"]["message"])

    def test_a_clerk_downloads_nothing(self):
        move = self.invoice_with_file()
        with self.assertRaises(AccessError):
            move.with_user(self.low_user).action_tts_download_pdfs()


@tagged("post_install", "-at_install")
class TestInvoiceArchive(HttpCase):
    """The archive as a browser gets it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.env["res.partner"].create({"name": "Buyer"}).id,
                "invoice_line_ids": [
                    Command.create({"name": "Goods", "price_unit": 5, "tax_ids": []})
                ],
            }
        )

    def test_the_archive_holds_the_files(self):
        shop = self.make_shop()
        self.move.tts_order_id = self.env["tts.order"].create(
            {"shop_id": shop.id, "remote_id": "577000000000000001"}
        )
        self.move.action_post()
        self.env["ir.attachment"].create(
            {
                "name": "invoice.pdf",
                "res_model": "account.move",
                "res_id": self.move.id,
                "res_field": "invoice_pdf_report_file",
                "raw": PDF,
            }
        )
        self.env.flush_all()
        self.authenticate("admin", "admin")
        answer = self.url_open(f"/tiktok_shop/invoices/{self.move.id}")
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            [name] = archive.namelist()
            self.assertIn("577000000000000001_", name)
            self.assertEqual(archive.read(name), PDF)

    def test_nobody_gets_it_without_logging_in(self):
        answer = self.url_open(
            f"/tiktok_shop/invoices/{self.move.id}", allow_redirects=False
        )
        self.assertIn(answer.status_code, (302, 303))

    def test_an_invoice_of_another_channel_is_not_found(self):
        self.move.action_post()
        self.authenticate("admin", "admin")
        answer = self.url_open(f"/tiktok_shop/invoices/{self.move.id}")
        self.assertEqual(answer.status_code, 404)

    def make_shop(self):
        account = self.env["tts.account"].create(
            {"name": "App", "service_id": "1", "app_key": "k"}
        )
        return self.env["tts.shop"].create(
            {"name": "Shop", "account_id": account.id, "region": "US"}
        )
