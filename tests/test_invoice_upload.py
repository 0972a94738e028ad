from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .money_case import MoneyCase

NFE = b"<nfeProc><NFe/></nfeProc>"


@tagged("post_install", "-at_install")
class TestInvoiceUpload(MoneyCase):
    """Brazil: TikTok wants the XML file of an invoice before an order is shipped."""

    markets = ("BR",)

    def setUp(self):
        super().setUp()
        self.env["res.currency"].search(
            [("name", "=", "BRL"), ("active", "in", [True, False])]
        ).active = True

    def invoice_to_upload(self, content=NFE):
        """Return the posted invoice of an order that needs it, with its file."""
        order_id = self.place_units(
            self.unit(), need_upload_invoice="NEED_INVOICE", status="AWAITING_SHIPMENT"
        )
        self.sync()
        order = self.sale_order(order_id)
        moves, _reasons = order._tts_create_invoices(force=True)
        self.assertEqual(moves.state, "posted")
        if content:
            self.attach(moves, content)
        return moves

    def attach(self, move, content=NFE, name="nfe.xml"):
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "res_model": "account.move",
                "res_id": move.id,
                "raw": content,
                "mimetype": "application/xml",
            }
        )

    def send(self):
        self.shop.write({"delivery_failure_count": 0, "next_delivery_sync": False})
        self.run_cron("ir_cron_deliveries")

    def package_of(self, move):
        return move._tts_live_packages()

    def uploaded(self, move):
        """Return what the sandbox has of the invoice of the package."""
        state = self.control("GET", "/state")["packages"]
        return state[self.package_of(move).remote_id]["invoice"] or {}

    def upload_issue(self, move):
        return self.issues(f"upload:{move.tts_order_id.remote_id}")

    def test_a_posted_invoice_with_its_file_is_uploaded_by_itself(self):
        move = self.invoice_to_upload()
        self.send()
        self.assertEqual(move.tts_upload_ids.state, "done")
        self.assertEqual(self.uploaded(move)["count"], 1)
        self.assertEqual(self.uploaded(move)["size"], len(NFE))

    def test_it_is_uploaded_once(self):
        move = self.invoice_to_upload()
        self.send()
        self.send()
        self.assertEqual(self.uploaded(move)["calls"], 1)

    def test_an_invoice_without_a_file_waits_for_it(self):
        move = self.invoice_to_upload(content=None)
        self.send()
        self.assertFalse(move.tts_upload_ids)
        self.attach(move)
        self.send()
        self.assertEqual(move.tts_upload_ids.state, "done")

    def test_a_pdf_is_no_such_file(self):
        move = self.invoice_to_upload(content=None)
        file = self.attach(move, b"%PDF-1.4", "invoice.pdf")
        file.mimetype = "application/pdf"
        self.send()
        self.assertFalse(move.tts_upload_ids)

    def test_a_refusal_is_told_with_what_to_do(self):
        move = self.invoice_to_upload(content=b"no xml at all")
        self.send()
        self.assertEqual(move.tts_upload_ids.state, "failed")
        issue = self.upload_issue(move)
        self.assertIn("XML is expected", issue.reason)
        self.assertIn("Upload to TikTok", issue.hint)

    def test_the_right_file_is_sent_after_a_refusal(self):
        move = self.invoice_to_upload(content=b"no xml at all")
        self.send()
        self.attach(move)
        move.with_user(self.biller).action_tts_upload()
        self.send()
        self.assertEqual(move.tts_upload_ids.state, "done")
        self.assertFalse(self.upload_issue(move))

    def test_retrying_the_issue_sends_the_file_that_is_there_now(self):
        move = self.invoice_to_upload(content=b"no xml at all")
        self.send()
        self.attach(move)
        self.upload_issue(move).with_user(self.biller).action_retry()
        self.send()
        self.assertEqual(move.tts_upload_ids.state, "done")

    def test_one_refusal_keeps_no_other_from_being_uploaded(self):
        bad = self.invoice_to_upload(content=b"no xml at all")
        good = self.invoice_to_upload()
        self.send()
        self.assertEqual(bad.tts_upload_ids.state, "failed")
        self.assertEqual(good.tts_upload_ids.state, "done")

    def test_an_interrupted_upload_is_sent_again_and_counts_once(self):
        move = self.invoice_to_upload()
        self.send()
        move.tts_upload_ids.state = "sending"  # the server was killed here
        self.send()
        self.assertEqual(move.tts_upload_ids.state, "done")
        self.assertEqual(self.uploaded(move)["count"], 1)

    def test_without_an_answer_it_is_tried_again_later(self):
        move = self.invoice_to_upload()
        with self.fault("reset", path="/fulfillment/202502/invoice"):
            self.send()
        upload = move.tts_upload_ids
        self.assertEqual(upload.state, "sending")
        self.assertGreater(upload.next_try, fields.Datetime.now())
        upload.next_try = fields.Datetime.now() - timedelta(minutes=1)
        self.send()
        self.assertEqual(upload.state, "done")

    def test_a_file_found_invalid_afterwards_is_replaced(self):
        move = self.invoice_to_upload()
        self.send()
        package = self.package_of(move).remote_id
        self.control("POST", f"/packages/{package}", {"invoice": "INVALID"})
        self.attach(move, NFE + b"\n")
        move.action_tts_upload()
        self.send()
        self.assertEqual(self.uploaded(move)["count"], 2)
        self.assertEqual(self.uploaded(move)["size"], len(NFE) + 1)

    def test_the_button_names_what_has_no_file(self):
        move = self.invoice_to_upload(content=None)
        with self.assertRaisesRegex(UserError, "no XML file"):
            move.action_tts_upload()

    def test_a_clerk_uploads_nothing(self):
        move = self.invoice_to_upload()
        with self.assertRaises(AccessError):
            move.with_user(self.low_user).action_tts_upload()


@tagged("post_install", "-at_install")
class TestNoInvoiceUpload(MoneyCase):
    """Other markets take no such files."""

    def test_elsewhere_nothing_is_uploaded(self):
        move = self.sold()[2]
        self.assertFalse(move.tts_can_upload)
        with self.assertRaisesRegex(UserError, "Brazil"):
            move.action_tts_upload()
