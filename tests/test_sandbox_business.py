"""The business rules of the sandbox: shipping, labels, stock."""

from urllib.parse import urlsplit

from odoo.tests import BaseCase, tagged

from .sandbox_client import SandboxClient


@tagged("post_install", "-at_install")
class TestSandboxBusiness(BaseCase):
    def setUp(self):
        super().setUp()
        self.client = SandboxClient(orders=12, label_delay=1)

    def ship(self, package_id, body=None):
        path = f"/fulfillment/202309/packages/{package_id}/ship"
        return self.client.code("POST", path, body=body or {})

    def label(self, package_id):
        path = f"/fulfillment/202309/packages/{package_id}/shipping_documents"
        return self.client.call("GET", path, {"document_type": "SHIPPING_LABEL"})[1]

    def placed(self, status="AWAITING_SHIPMENT", shipping="TIKTOK", **more):
        order_id = self.client.place(status=status, shipping_type=shipping, **more)
        return order_id, self.client.packages(order_id)[0]

    def test_shipping_moves_the_order_and_gives_it_a_number(self):
        order_id, package_id = self.placed()
        self.assertEqual(self.ship(package_id), 0)
        order = self.client.box.order(order_id).served()
        self.assertEqual(order["status"], "AWAITING_COLLECTION")
        self.assertTrue(order["tracking_number"])

    def test_a_package_is_shipped_once(self):
        _order_id, package_id = self.placed()
        self.ship(package_id)
        self.assertEqual(self.ship(package_id), 21008099)

    def test_what_may_not_be_shipped_is_refused_by_its_reason(self):
        for status, more, code in (
            ("ON_HOLD", {}, 21011044),
            ("CANCELLED", {}, 21011041),
            ("AWAITING_SHIPMENT", {"is_buyer_request_cancel": True}, 21008044),
            (
                "AWAITING_SHIPMENT",
                {"fulfillment_type": "FULFILLMENT_BY_TIKTOK"},
                21008025,
            ),
        ):
            with self.subTest(code):
                self.assertEqual(self.ship(self.placed(status, **more)[1]), code)

    def test_a_parcel_of_the_seller_needs_a_known_carrier(self):
        _order_id, package_id = self.placed(shipping="SELLER")
        own = {"tracking_number": "POS123456", "shipping_provider_id": "1"}
        self.assertEqual(self.ship(package_id, {"self_shipment": own}), 21011022)
        carrier = self.client.shop.delivery_options[1]["carriers"][0]["id"]
        own["shipping_provider_id"] = carrier
        self.assertEqual(self.ship(package_id, {"self_shipment": own}), 0)

    def test_a_tracking_number_is_used_once(self):
        carrier = self.client.shop.delivery_options[1]["carriers"][0]["id"]
        own = {"tracking_number": "POS1234567", "shipping_provider_id": carrier}
        codes = [
            self.ship(self.placed(shipping="SELLER")[1], {"self_shipment": own})
            for _number in range(2)
        ]
        self.assertEqual(codes, [0, 21011025])

    def test_marking_as_shipped_is_for_other_markets(self):
        order_id, _package_id = self.placed(shipping="SELLER")
        path = f"/fulfillment/202309/orders/{order_id}/packages"
        body = {"tracking_number": "POS1", "shipping_provider_id": "1"}
        self.assertEqual(self.client.code("POST", path, body=body), 21008106)

    def test_a_label_waits_for_shipping_then_for_its_maker(self):
        _order_id, package_id = self.placed()
        self.assertEqual(self.label(package_id)["code"], 21023035)
        self.ship(package_id)
        self.assertEqual(self.label(package_id)["code"], 11034037)
        self.assertEqual(self.label(package_id)["code"], 0)

    def test_a_label_is_a_pdf_for_a_day(self):
        _order_id, package_id = self.placed()
        self.ship(package_id)
        self.label(package_id)
        url = self.label(package_id)["data"]["doc_url"]
        path = urlsplit(url).path
        self.assertTrue(self.client.send("GET", path).body.startswith(b"%PDF-1.4"))
        self.client.door("POST", "/clock", {"advance": 86400})
        self.assertEqual(self.client.send("GET", path).status, 403)

    def test_a_parcel_of_the_seller_has_no_label(self):
        _order_id, package_id = self.placed("AWAITING_COLLECTION", "SELLER")
        self.assertEqual(self.label(package_id)["code"], 21008017)

    def test_a_stock_update_needs_every_warehouse(self):
        sku = next(s for s in self.client.shop.skus.values() if len(s.stock) > 1)
        path = f"/product/202309/products/{sku.product.id}/inventory/update"
        rows = [{"warehouse_id": next(iter(sku.stock)), "quantity": 5}]
        body = {"skus": [{"id": sku.id, "inventory": rows}]}
        self.assertEqual(self.client.code("POST", path, body=body), 12019028)

    def test_zero_is_a_stock_level(self):
        sku = next(s for s in self.client.shop.skus.values() if len(s.stock) == 1)
        path = f"/product/202309/products/{sku.product.id}/inventory/update"
        body = {"skus": [{"id": sku.id, "inventory": [{"quantity": 0}]}]}
        self.assertEqual(self.client.code("POST", path, body=body), 0)
        self.assertEqual([row[0] for row in sku.stock.values()], [0])

    def test_the_stock_of_a_bundle_cannot_be_written(self):
        sku = next(s for s in self.client.shop.skus.values() if s.parts)
        path = f"/product/202309/products/{sku.product.id}/inventory/update"
        body = {"skus": [{"id": sku.id, "inventory": [{"quantity": 5}]}]}
        self.assertEqual(self.client.code("POST", path, body=body), 12052850)

    def test_a_tiktok_option_has_no_carriers(self):
        option = self.client.shop.delivery_options[0]["id"]
        path = f"/logistics/202309/delivery_options/{option}/shipping_providers"
        self.assertEqual(self.client.code("GET", path), 21008117)

    def test_statements_need_a_sort_field(self):
        answer = self.client.call("GET", "/finance/202309/statements")[1]
        self.assertIn("SortField is a required field", answer["message"])
