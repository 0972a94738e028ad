"""Upload of Brazilian invoices to the sandbox."""

import base64

from odoo.tests import tagged

from .sandbox_case import PACKAGES, PackagesCase

UPLOAD = "/fulfillment/202502/invoice/upload"
XML = b"<nfeProc><NFe/></nfeProc>"


@tagged("post_install", "-at_install")
class TestSandboxInvoices(PackagesCase):
    def setUp(self):
        super().setUp()
        self.open("BR")
        self.order_id, self.package_id = self.placed(need_upload_invoice="NEED_INVOICE")

    def row(self, content=XML, **more):
        return {
            "package_id": self.package_id,
            "order_ids": [self.order_id],
            "file_type": "XML",
            "file": base64.b64encode(content).decode(),
            **more,
        }

    def upload(self, *rows):
        """Return the codes of the errors of an upload."""
        data = self.post(UPLOAD, invoices=list(rows))
        return [error["code"] for error in data.get("errors", [])]

    def shown(self):
        return self.client.door("GET", "/state?only=invoices")["invoices"]

    def needs(self):
        return self.order(self.order_id)["need_upload_invoice"]

    def test_an_uploaded_invoice_lets_the_package_leave(self):
        path = f"{PACKAGES}/{self.package_id}/ship"
        self.assertEqual(self.refusal(path), 21004019)
        self.assertEqual(self.upload(self.row()), [])
        self.assertEqual(self.needs(), "INVOICE_UPLOADED")
        self.assertEqual(self.refusal(path), 0)

    def test_a_second_upload_is_refused_and_counted(self):
        self.upload(self.row())
        self.assertEqual(self.upload(self.row()), [10007014])
        row = self.shown()[self.package_id]
        self.assertEqual((row["count"], row["calls"]), (1, 2))

    def test_an_invoice_is_examined_for_a_while_and_may_be_invalid(self):
        self.door(self.package_id, invoice="PROCESSING")
        self.assertEqual(self.upload(self.row()), [])
        self.assertEqual(self.needs(), "INVOICE_PROCESSING")
        self.assertEqual(self.upload(self.row()), [10007014])
        self.door(self.package_id, invoice="INVALID", reason="ACCESS_KEY_DUPLICATE")
        self.assertEqual(self.needs(), "NEED_INVOICE")
        self.assertEqual(
            self.shown()[self.package_id]["reason"], "ACCESS_KEY_DUPLICATE"
        )
        self.door(self.package_id, invoice="SUCCESS")
        self.assertEqual(self.needs(), "INVOICE_UPLOADED")

    def test_each_mistake_has_its_error_and_nothing_is_kept(self):
        for wrong, code in (
            ({"package_id": "1"}, 21011028),
            ({"order_ids": []}, 21008111),
            ({"order_ids": [self.order_id, "1"]}, 21008111),
            ({"file_type": "PDF"}, 36009004),
            ({"file": "%%%"}, 36009004),
            ({"file": ""}, 36009004),
            ({"file": base64.b64encode(b"no xml").decode()}, 36009004),
        ):
            with self.subTest(wrong):
                self.assertEqual(self.upload(self.row(**wrong)), [code])
        self.assertEqual(self.upload(self.row(b"<a>" + b" " * 2**20)), [36009004])
        self.assertEqual(self.shown()[self.package_id]["count"], 0)
        self.assertEqual(self.needs(), "NEED_INVOICE")

    def test_one_refused_invoice_does_not_hold_the_others(self):
        self.assertEqual(self.upload(self.row(package_id="1"), self.row()), [21011028])
        self.assertEqual(self.needs(), "INVOICE_UPLOADED")

    def test_the_door_refuses_an_upload_with_any_code(self):
        self.door(self.package_id, refuse=21001011, call="invoice")
        self.assertEqual(self.upload(self.row()), [21001011])
        self.assertEqual(self.upload(self.row()), [])

    def test_other_markets_have_no_upload(self):
        self.open("MY")
        order_id, package_id = self.placed()
        row = self.row(package_id=package_id, order_ids=[order_id])
        self.assertEqual(self.refusal(UPLOAD, invoices=[row]), 21008106)
