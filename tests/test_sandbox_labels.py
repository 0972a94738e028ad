"""Labels of the sandbox: bought, made, downloaded, and broken on the way."""

import io
import threading
from urllib.parse import urlsplit

import requests
from pypdf import PdfReader

from odoo.tests import tagged

from ..sandbox.adapter import SandboxAdapter
from .sandbox_case import ORDERS, PACKAGES, PackagesCase

BUY = "/fulfillment/202512/packages"
DAY = 86400


class LabelsCase(PackagesCase):
    def answer(self, package_id, kind="SHIPPING_LABEL", **query):
        path = f"{PACKAGES}/{package_id}/shipping_documents"
        return self.client.call("GET", path, {"document_type": kind, **query})[1]

    def code(self, package_id, *kind, **query):
        return self.answer(package_id, *kind, **query)["code"]

    def url(self, package_id, *kind, **query):
        return self.answer(package_id, *kind, **query)["data"]["doc_url"]

    def file(self, package_id, *kind, **query):
        """Ask for a document and return the reply with its file."""
        return self.fetch(self.url(package_id, *kind, **query))

    def fetch(self, url):
        return self.client.send("GET", urlsplit(url).path)

    def pdf(self, package_id, *kind, **query):
        reply = self.file(package_id, *kind, **query)
        self.assertEqual(reply.headers["Content-Type"], "application/pdf")
        return PdfReader(io.BytesIO(reply.body), strict=True)

    def shipped(self, market="MY", shipping="TIKTOK", **options):
        self.open(market, **options)
        package_id = self.placed(shipping, counts=(2, 1))[1]
        self.ship(package_id)
        return package_id

    def purchases(self):
        return self.client.door("GET", "/state?only=purchases")["purchases"]


@tagged("post_install", "-at_install")
class TestSandboxPurchase(LabelsCase):
    def services(self, order_id, **body):
        path = f"{ORDERS}/{order_id}/shipping_services/query"
        return self.post(path, **body)["shipping_services"]

    def test_services_have_a_price_and_one_is_the_default(self):
        self.open("US")
        rows = self.services(self.place())
        self.assertEqual([row["is_default"] for row in rows].count(True), 1)
        self.assertTrue(all(float(row["price"]) > 0 for row in rows))
        self.assertEqual({row["currency"] for row in rows}, {"USD"})

    def test_no_service_carries_what_the_seller_ships(self):
        self.open("US")
        path = f"{ORDERS}/{self.place('SELLER')}/shipping_services/query"
        self.assertEqual(self.refusal(path), 21011037)

    def test_a_bought_label_makes_a_package_of_its_carrier(self):
        self.open("US")
        order_id = self.place()
        wanted = self.services(order_id)[1]
        measures = {
            "weight": {"value": "0.8", "unit": "POUND"},
            "dimension": {"length": "9", "width": "8", "height": "2", "unit": "INCH"},
        }
        data = self.post(
            BUY,
            ship_type="1",
            order_id=order_id,
            shipping_service_id=wanted["id"],
            **measures,
        )
        self.assertEqual(data["shipping_service_info"]["price"], wanted["price"])
        found = self.detail(data["package_id"])
        self.assertEqual(found["package_status"], "PROCESSING")
        name = wanted["shipping_provider_name"]
        self.assertEqual(found["shipping_provider_name"], name)
        self.assertEqual(found["weight"], measures["weight"])
        self.assertEqual(self.order(order_id)["status"], "AWAITING_COLLECTION")

    def test_a_label_is_bought_once(self):
        self.open("US")
        order_id = self.place()
        body = {"ship_type": "1", "order_id": order_id}
        codes = [self.refusal(BUY, **body) for _number in range(2)]
        self.assertEqual(codes, [0, 21011006])
        self.assertEqual([row["order_ids"] for row in self.purchases()], [[order_id]])

    def test_a_part_of_an_order_is_bought_by_itself(self):
        self.open("US")
        order_id = self.place(counts=(2,))
        first, second = self.lines(order_id)
        rows = [{"order_line_id": first}]
        self.post(BUY, ship_type="2", order_id=order_id, order_line_item=rows)
        self.assertEqual(self.order(order_id)["status"], "PARTIALLY_SHIPPING")
        body = {"order_id": order_id, "order_line_item_ids": [second]}
        self.post(PACKAGES, **body)
        self.assertEqual(self.order(order_id)["status"], "AWAITING_COLLECTION")
        self.assertEqual(
            [row["line_ids"] for row in self.purchases()], [[first], [second]]
        )

    def test_orders_of_one_buyer_share_a_label(self):
        self.open("US")
        order_ids = self.neighbours()
        data = self.post(BUY, ship_type="3", order_list_ids=order_ids)
        found = self.detail(data["package_id"])
        self.assertEqual([row["id"] for row in found["orders"]], order_ids)
        self.assertEqual(len(self.purchases()), 1)

    def test_orders_of_several_buyers_do_not(self):
        self.open("US")
        ids = [self.place(user_id=f"749484526730852000{n}") for n in range(2)]
        code = self.refusal(BUY, ship_type="3", order_list_ids=ids)
        self.assertEqual(code, 21011012)

    def test_an_unknown_service_is_refused(self):
        self.open("US")
        body = {"ship_type": "1", "order_id": self.place(), "shipping_service_id": "1"}
        self.assertEqual(self.refusal(BUY, **body), 21004008)

    def test_other_markets_sell_no_labels(self):
        self.open("MY")
        body = {"ship_type": "1", "order_id": self.place()}
        self.assertEqual(self.refusal(BUY, **body), 21008106)

    def test_japan_takes_either_way(self):
        self.open("JP")
        self.assertEqual(self.ship(self.placed()[1]), 0)
        order_id, package_id = self.placed()
        data = self.post(BUY, ship_type="1", order_id=order_id)
        self.assertEqual(data["package_id"], package_id)


@tagged("post_install", "-at_install")
class TestSandboxDocuments(LabelsCase):
    def test_a_label_carries_package_and_tracking_number(self):
        package_id = self.shipped()
        number = self.detail(package_id)["tracking_number"]
        text = self.pdf(package_id).pages[0].extract_text()
        self.assertIn(package_id, text)
        self.assertIn(number, text)

    def test_sizes_are_those_that_were_asked_for(self):
        package_id = self.shipped()
        for kind, query, size in (
            ("SHIPPING_LABEL", {}, [298, 420]),
            ("SHIPPING_LABEL", {"document_size": "A5"}, [420, 595]),
            ("HAZMAT_LABEL", {"document_size": "A6"}, [595, 842]),
        ):
            box = self.pdf(package_id, kind, **query).pages[0].mediabox
            self.assertEqual([int(box.width), int(box.height)], size)

    def test_a_slip_lists_the_units_and_follows_the_label(self):
        package_id = self.shipped()
        slip = self.pdf(package_id, "PACKING_SLIP").pages[0].extract_text()
        self.assertIn(f"2 x {self.sku.seller_sku}", slip)
        both = self.pdf(package_id, "SHIPPING_LABEL_AND_PACKING_SLIP")
        self.assertEqual(len(both.pages), 2)
        self.assertIn(f"1 x {self.other.seller_sku}", both.pages[1].extract_text())

    def test_a_label_can_weigh_what_real_ones_weigh(self):
        package_id = self.shipped(label_kb=64)
        reply = self.file(package_id)
        self.assertGreater(len(reply.body), 64 * 1024)
        self.assertEqual(len(PdfReader(io.BytesIO(reply.body)).pages), 1)

    def test_a_picture_is_a_png(self):
        reply = self.file(self.shipped(), "SHIPPING_LABEL_PICTURE")
        self.assertEqual(reply.headers["Content-Type"], "image/png")
        self.assertTrue(reply.body.startswith(b"\x89PNG"))

    def test_zpl_is_for_brazil_and_mexico(self):
        for market, code in (("BR", 0), ("MX", 0), ("MY", 36009004)):
            package_id = self.shipped(market)
            self.assertEqual(self.code(package_id, document_format="ZPL"), code)
        package_id = self.shipped("BR")
        reply = self.file(package_id, document_format="ZPL")
        self.assertTrue(reply.body.startswith(b"^XA"))
        self.assertIn(package_id.encode(), reply.body)

    def test_an_invoice_label_is_for_brazil(self):
        package_id = self.shipped("MY")
        self.assertEqual(self.code(package_id, "INVOICE_LABEL"), 36009004)
        package_id = self.shipped("BR")
        self.assertEqual(self.code(package_id, "INVOICE_LABEL"), 0)

    def test_a_label_takes_its_seconds(self):
        package_id = self.shipped(label_seconds=30)
        self.assertEqual(self.code(package_id), 11034037)
        self.later(30)
        self.assertEqual(self.code(package_id), 0)

    def test_the_label_of_a_combined_package_names_its_orders(self):
        self.open()
        order_ids, package_id = self.combined()
        self.ship(package_id)
        text = self.pdf(package_id).pages[0].extract_text()
        for order_id in order_ids:
            self.assertIn(order_id, text)

    def test_a_label_is_had_between_shipping_and_pickup_only(self):
        self.open()
        order_id, package_id = self.placed()
        codes = []
        for step in ("ship", "collect", "deliver"):
            codes.append(self.code(package_id))
            self.door(package_id, status=step)
        codes.append(self.code(package_id))
        self.assertEqual(codes, [21023035, 0, 21042102, 21023046])
        self.assertEqual(self.order(order_id)["status"], "DELIVERED")

    def test_other_reasons_for_no_label_have_their_codes(self):
        package_id = self.shipped()
        self.change(self.detail(package_id)["orders"][0]["id"], request_cancel=True)
        self.assertEqual(self.code(package_id), 21021010)
        package_id = self.shipped()
        self.door(package_id, status="lost")
        self.assertEqual(self.code(package_id), 21023059)
        fbt = {"fulfillment_type": "FULFILLMENT_BY_TIKTOK"}
        package_id = self.placed(status="AWAITING_COLLECTION", **fbt)[1]
        self.assertEqual(self.code(package_id), 21008043)

    def test_a_link_lives_a_day_and_a_new_one_is_given(self):
        package_id = self.shipped()
        url = self.url(package_id)
        self.later(DAY)
        reply = self.fetch(url)
        self.assertEqual(reply.status, 403)
        self.assertIn("text/html", reply.headers["Content-Type"])
        self.assertEqual(self.file(package_id).status, 200)

    def test_the_state_counts_calls_and_downloads(self):
        package_id = self.shipped()
        self.file(package_id)
        self.file(package_id)
        row = self.client.door("GET", "/state?only=packages")["packages"][package_id]
        self.assertEqual((row["document_calls"], row["downloads"]), (2, 2))
        (paper,) = self.client.door("GET", "/state?only=documents")["documents"]
        self.assertEqual((paper["kind"], paper["downloads"]), ("SHIPPING_LABEL", 2))


@tagged("post_install", "-at_install")
class TestSandboxFiles(LabelsCase):
    def fault(self, kind, **values):
        body = {"kind": kind, "path": "/_doc", **values}
        self.client.door("POST", "/faults", body)

    def test_a_file_can_arrive_empty_or_cut(self):
        package_id = self.shipped()
        whole = self.file(package_id).body
        self.fault("empty_file")
        self.assertEqual(self.file(package_id).body, b"")
        self.fault("truncated_file")
        self.assertEqual(self.file(package_id).body, whole[: len(whole) // 2])
        self.assertEqual(self.file(package_id).body, whole)

    def test_a_page_can_arrive_instead_of_a_file(self):
        package_id = self.shipped()
        for kind, status in (("html_file", 200), ("expired_file", 403)):
            self.fault(kind)
            reply = self.file(package_id)
            self.assertEqual(reply.status, status)
            self.assertIn("text/html", reply.headers["Content-Type"])

    def test_a_file_can_be_of_another_type(self):
        package_id = self.shipped()
        self.fault("wrong_type")
        reply = self.file(package_id)
        self.assertEqual(reply.headers["Content-Type"], "application/octet-stream")

    def test_faults_of_transport_strike_files(self):
        url = self.url(self.shipped())
        session = requests.Session()
        session.mount("http://localhost", SandboxAdapter(self.client.box))
        self.fault("slow", seconds=50)
        with self.assertRaises(requests.ReadTimeout):
            session.get(url, timeout=2)
        self.fault("http_500")
        self.assertEqual(session.get(url, timeout=2).status_code, 500)
        self.assertEqual(session.get(url, timeout=2).status_code, 200)

    def test_many_threads_are_served_and_counted_right(self):
        package_id = self.shipped()
        self.fault("empty_file", times=10)
        bodies = []

        def work():
            bodies.extend(self.file(package_id).body for _number in range(5))

        threads = [threading.Thread(target=work) for _number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(bodies), 40)
        self.assertEqual(bodies.count(b""), 10)
        row = self.client.door("GET", "/state?only=packages")["packages"][package_id]
        self.assertEqual((row["document_calls"], row["downloads"]), (40, 40))
