"""The control door of the sandbox, and the faults it switches on."""

import time
from decimal import Decimal

import requests

from odoo.tests import BaseCase, tagged

from ..sandbox.adapter import SandboxAdapter
from ..sandbox.generator import WEIGHTS
from ..sandbox.http import Request
from .sandbox_client import SandboxClient

SEARCH = ("POST", "/order/202309/orders/search")
PAGE = {"page_size": 20}


@tagged("post_install", "-at_install")
class TestSandboxDoor(BaseCase):
    def setUp(self):
        super().setUp()
        self.client = SandboxClient(orders=12)

    def change(self, order_id, **body):
        return self.client.door("POST", f"/orders/{order_id}", body)

    def test_the_state_names_everything(self):
        state = self.client.door("GET", "/state")
        self.assertEqual(set(state["orders"]), set(self.client.shop.orders))
        self.assertEqual(len(state["products"]), 8)
        self.assertIn("raw", next(iter(state["orders"].values())))
        short = self.client.door("GET", "/state?raw=0")
        self.assertNotIn("raw", next(iter(short["orders"].values())))

    def test_the_state_counts_calls(self):
        self.client.orders(size=5)
        calls = self.client.door("GET", "/state")["calls"]
        self.assertEqual(calls["POST /order/202309/orders/search"], 3)

    def test_new_orders_are_found_by_their_update_time(self):
        start = int(self.client.box.now())
        ids = self.client.door("POST", "/orders", {"count": 3})["ids"]
        found = self.client.orders({"update_time_ge": start})
        self.assertEqual({order["id"] for order in found}, set(ids))

    def test_a_payload_is_completed_from_the_catalogue(self):
        sku = next(s for s in self.client.shop.skus.values() if not s.parts)
        lines = [{"seller_sku": sku.seller_sku, "quantity": 3}]
        order_id = self.client.place(line_items=lines, buyer_message="hello")
        order = self.client.box.order(order_id).served()
        self.assertEqual([x["sku_id"] for x in order["line_items"]], [sku.id] * 3)
        self.assertEqual(order["buyer_message"], "hello")
        self.assertEqual(
            Decimal(order["payment"]["sub_total"]),
            3 * Decimal(order["line_items"][0]["sale_price"]),
        )

    def test_a_new_order_takes_its_units_from_the_stock(self):
        sku = next(s for s in self.client.shop.skus.values() if not s.parts)
        warehouse = self.client.shop.warehouse()["id"]
        before = list(sku.stock[warehouse])
        lines = [{"seller_sku": sku.seller_sku, "quantity": 2}]
        order_id = self.client.place(line_items=lines)
        self.assertEqual(sku.stock[warehouse], [before[0] - 2, before[1] + 2])
        self.change(order_id, status="CANCELLED")
        self.assertEqual(sku.stock[warehouse], before)

    def test_an_order_walks_through_its_life(self):
        order_id = self.client.place(status="UNPAID")
        for status, package in (
            ("ON_HOLD", "TO_FULFILL"),
            ("AWAITING_SHIPMENT", "TO_FULFILL"),
            ("AWAITING_COLLECTION", "PROCESSING"),
            ("IN_TRANSIT", "FULFILLING"),
            ("DELIVERED", "COMPLETED"),
            ("COMPLETED", "COMPLETED"),
        ):
            with self.subTest(status):
                doc = self.change(order_id, status=status)["raw"]
                self.assertEqual(doc["status"], status)
                self.assertEqual(
                    {line["display_status"] for line in doc["line_items"]}, {status}
                )
                state = self.client.door("GET", "/state")["packages"]
                found = {state[ref["id"]]["status"] for ref in doc["packages"]}
                self.assertEqual(found, {package})

    def test_a_step_the_machine_does_not_know_is_refused(self):
        order_id = self.client.place(status="UNPAID")
        with self.assertRaises(ValueError):
            self.change(order_id, status="DELIVERED")
        self.change(order_id, status="DELIVERED", force=True)
        self.assertEqual(self.client.box.order(order_id).status, "DELIVERED")

    def test_an_address_changes_without_a_trace_in_the_update_time(self):
        order_id = self.client.place(shipping_type="SELLER")
        before = self.client.box.order(order_id).update_time
        self.client.door("POST", "/clock", {"advance": 100})
        doc = self.change(order_id, address={"name": "New Name"})["raw"]
        self.assertEqual(doc["recipient_address"]["name"], "New Name")
        self.assertEqual(doc["update_time"], before)

    def test_a_cancelled_line_leaves_the_payment_alone(self):
        sku = next(s for s in self.client.shop.skus.values() if not s.parts)
        lines = [{"seller_sku": sku.seller_sku, "quantity": 2}]
        order_id = self.client.place(line_items=lines)
        paid = dict(self.client.box.order(order_id).doc["payment"])
        first, second = [x["id"] for x in self.client.box.order(order_id).lines]
        doc = self.change(order_id, cancel_line=first)["raw"]
        self.assertEqual(doc["status"], "AWAITING_SHIPMENT")
        self.assertEqual(doc["payment"], paid)
        doc = self.change(order_id, cancel_line=second)["raw"]
        self.assertEqual(doc["status"], "CANCELLED")

    def test_a_hold_ends_after_an_hour(self):
        order_id = self.client.place(status="ON_HOLD")
        self.client.door("POST", "/clock", {"advance": 3600})
        self.assertEqual(self.client.box.order(order_id).status, "AWAITING_SHIPMENT")

    def test_a_request_nobody_answers_cancels_after_two_days(self):
        order_id = self.client.place()
        self.change(order_id, request_cancel=True)
        self.client.door("POST", "/clock", {"advance": 2 * 86400})
        self.assertEqual(self.client.box.order(order_id).status, "CANCELLED")

    def test_the_door_is_closed_to_other_machines(self):
        request = Request("GET", "/_sandbox/state", remote="192.0.2.1")
        self.assertEqual(self.client.box.handle(request).status, 403)


@tagged("post_install", "-at_install")
class TestSandboxFaults(BaseCase):
    def setUp(self):
        super().setUp()
        self.client = SandboxClient(orders=30)
        self.session = requests.Session()
        self.session.mount("http://localhost", SandboxAdapter(self.client.box))

    def fault(self, kind, **values):
        self.client.door("POST", "/faults", {"kind": kind, "path": "/order", **values})

    def reply(self):
        """Send an unsigned call through `requests`: transport faults come first."""
        return self.session.get("http://localhost/order/202309/orders", timeout=2)

    def test_a_timeout_reaches_requests_at_once(self):
        self.fault("timeout")
        start = time.monotonic()
        with self.assertRaises(requests.ReadTimeout):
            self.reply()
        self.assertLess(time.monotonic() - start, 1)

    def test_a_reset_reaches_requests(self):
        self.fault("reset")
        with self.assertRaises(requests.ConnectionError):
            self.reply()

    def test_a_slow_answer_is_a_timeout_for_the_impatient(self):
        self.fault("slow", seconds=50)
        with self.assertRaises(requests.ReadTimeout):
            self.reply()

    def test_errors_of_the_server_come_with_and_without_json(self):
        self.fault("http_500")
        self.assertEqual(self.reply().json()["code"], 36009003)
        self.fault("html_502")
        reply = self.reply()
        self.assertEqual(reply.status_code, 502)
        self.assertIn("text/html", reply.headers["Content-Type"])

    def test_a_fault_strikes_as_often_as_told(self):
        self.fault("http_500", times=2)
        self.assertEqual(
            [self.reply().status_code for _number in range(3)], [500, 500, 400]
        )

    def test_a_fault_stays_on_its_path(self):
        self.fault("rate_limit", times=5)
        shops = ("GET", "/authorization/202309/shops")
        self.assertEqual(self.client.code(*shops, cipher=None), 0)
        self.assertEqual(self.client.call(*SEARCH, PAGE)[0], 429)

    def test_a_rate_strikes_its_share_of_the_calls(self):
        self.fault("rate_limit", rate=0.3)
        codes = [self.client.code(*SEARCH, PAGE) for _number in range(100)]
        self.assertTrue(15 <= codes.count(36009002) <= 45)

    def test_clearing_ends_every_fault(self):
        self.fault("rate_limit", times=5)
        self.client.door("DELETE", "/faults")
        self.assertEqual(self.client.code(*SEARCH, PAGE), 0)

    def test_an_unknown_fault_is_refused(self):
        with self.assertRaises(ValueError):
            self.fault("gremlins")

    def test_a_refresh_ends_expired_tokens(self):
        self.fault("expired_token", times=50)
        self.assertEqual(self.client.code(*SEARCH, PAGE), 105002)
        data = self.client.box.accounts.renew(self.client.refresh)
        self.assertEqual(self.client.code(*SEARCH, PAGE, token=data["access_token"]), 0)

    def test_a_truncated_answer_is_no_json(self):
        self.fault("truncated_json")
        with self.assertRaises(ValueError):
            self.client.call(*SEARCH, PAGE)

    def test_a_duplicate_page_repeats_rows_and_token(self):
        self.fault("duplicate_page")
        first = self.client.data(*SEARCH, {"page_size": 5})
        query = {"page_size": 5, "page_token": first["next_page_token"]}
        self.assertEqual(self.client.data(*SEARCH, query), first)
        self.assertNotEqual(self.client.data(*SEARCH, query), first)

    def test_unknown_values_spare_the_status_unless_named(self):
        self.fault("unknown_enum")
        order = self.client.data(*SEARCH, PAGE)["orders"][0]
        self.assertEqual(order["order_type"], "SOMETHING_NEW")
        self.assertIn(order["status"], WEIGHTS)
        self.fault("unknown_enum", key="status")
        order = self.client.data(*SEARCH, PAGE)["orders"][0]
        self.assertEqual(order["status"], "SOMETHING_NEW")

    def test_ids_can_come_as_numbers(self):
        self.fault("number_ids")
        order = self.client.data(*SEARCH, PAGE)["orders"][0]
        self.assertIsInstance(order["id"], int)
        self.assertIsInstance(order["line_items"][0]["sku_id"], int)

    def test_a_late_fault_strikes_when_the_work_is_done(self):
        order_id = self.client.place(shipping_type="TIKTOK")
        (package_id,) = self.client.packages(order_id)
        path = f"/fulfillment/202309/packages/{package_id}/ship"
        body = {"kind": "http_500", "path": "/fulfillment", "after": True}
        self.client.door("POST", "/faults", body)
        self.assertEqual(self.client.call("POST", path, body={})[0], 500)
        self.assertEqual(self.client.code("POST", path, body={}), 21008099)
