"""Both generations of the sandbox's after-sales, read by the strict models of a client
that others wrote.
"""

from tiktok_shop_api.generated import models

from odoo.tests import tagged

from .sandbox_aftersale_case import BASE, CANCEL, ReturnCase
from .sandbox_client import NOW
from .test_sandbox_contract import ContractCase


@tagged("post_install", "-at_install")
class TestSandboxGenerations(ReturnCase):
    paths = (
        ("POST", "202602/cancellations/search"),
        ("POST", "202602/returns/search"),
        ("POST", "202603/aftersales/search"),
    )

    def test_the_newer_calls_can_be_switched_off(self):
        for missing, code in (("path", 36009009), ("version", 36009014)):
            body = {"generation": "202309", "missing": missing}
            self.client.door("POST", "/aftersales", body)
            for method, path in self.paths:
                with self.subTest(f"{missing} {path}"):
                    found = self.client.code(method, f"{BASE}/{path}", body={})
                    self.assertEqual(found, code)
            path = f"{BASE}/202309/returns/search"
            self.assertEqual(self.client.code("POST", path, body={}), 0)
        self.client.door("POST", "/aftersales", {"generation": ""})
        for method, path in self.paths:
            self.assertEqual(self.client.code(method, f"{BASE}/{path}", body={}), 0)

    def test_a_sandbox_can_start_with_the_older_calls(self):
        self.open(generation="202309")
        code = self.client.code("POST", f"{BASE}/202602/returns/search", body={})
        self.assertEqual(code, 36009009)

    def test_what_the_older_calls_serve_is_in_the_newer_ones_too(self):
        _order_id, cancel_id = self.asked()
        _order_id, return_id = self.shipped_back()
        for find, case_id in (
            (self.cancellation, cancel_id),
            (self.find_return, return_id),
        ):
            old, new = find(case_id, "202309"), find(case_id, "202602")
            self.assertEqual({**new, **old}, new)
            self.assertLess(set(old), set(new))


@tagged("post_install", "-at_install")
class TestSandboxRma(ReturnCase):
    fields = ["LINE_ITEMS", "SKU_RETURN_REQUESTS", "RETURN_MERCHANDISE_AUTHORIZATIONS"]

    def search(self, path, **body):
        body.setdefault("whitelisted_data_fields", self.fields)
        return self.client.data("POST", f"{BASE}/{path}/search", body=body)

    def test_a_request_holds_its_returns_and_its_parcel(self):
        _order_id, case_id = self.send_back()
        [row] = self.search("202603/aftersales")["aftersales_requests"]
        self.assertEqual(row["status"], "PENDING_REQUEST_REVIEW")
        self.assertNotIn("return_merchandise_authorizations", row)
        [request] = row["sku_return_requests"]
        self.assertEqual(request["return_id"], case_id)
        self.decide(case_id, "APPROVE_RETURN")
        [row] = self.search("202603/aftersales")["aftersales_requests"]
        self.assertEqual(row["status"], "REQUEST_REVIEW_COMPLETED")
        [parcel] = row["return_merchandise_authorizations"]
        self.assertEqual(parcel["status"], "AWAITING_BUYER_RETURN")

    def test_a_parcel_goes_through_its_statuses(self):
        _order_id, case_id = self.send_back()
        self.assertNotIn("return_merchandise_authorizations", self.search("202604/rma"))
        for step, status in (
            (lambda: self.decide(case_id, "APPROVE_RETURN"), "AWAITING_BUYER_RETURN"),
            (lambda: self.step(case_id, "ship_back"), "RETURN_IN_TRANSIT"),
            (lambda: self.step(case_id, "arrive"), "PENDING_PACKAGE_REVIEW"),
            (
                lambda: self.decide(case_id, "APPROVE_RECEIVED_PACKAGE"),
                "PACKAGE_REVIEW_COMPLETED",
            ),
        ):
            step()
            [row] = self.search("202604/rma")["return_merchandise_authorizations"]
            self.assertEqual(row["status"], status)

    def test_filters_and_pages_of_the_body(self):
        orders = [self.send_back()[0] for _number in range(3)]
        found, token = [], ""
        while True:
            data = self.search(
                "202603/aftersales",
                pagination={"page_size": 2, "page_token": token},
                sort={"sort_field": "CREATE_TIME", "sort_order": "DESC"},
            )
            found += data["aftersales_requests"]
            token = data["next_page_token"]
            if not token:
                break
        self.assertEqual(len({row["id"] for row in found}), 3)
        filters = {"main_order_ids": orders[:1], "return_types": ["RETURN_AND_REFUND"]}
        data = self.search("202603/aftersales", filters=filters)
        self.assertEqual(data["total_count"], 1)
        filters = {"time": {"create_time": {"max_unix_time_exclusive": NOW}}}
        data = self.search("202603/aftersales", filters=filters)
        self.assertEqual(data["total_count"], 0)


@tagged("post_install", "-at_install")
class TestAftersaleContract(ContractCase):
    def door(self, path, **body):
        return self.box.control("POST", f"/_sandbox{path}", body)

    def test_every_cancellation_follows_its_model(self):
        for region in ("MY", "US", "GB", "ID", "TH"):
            order_id = self.placed(region, "AWAITING_SHIPMENT", quantity=2)
            self.door(f"/orders/{order_id}", cancel_request={})
            search = self.client(region).return_and_refund.search_cancellations
            rows = self.pages(search, "cancellations", page_size="7")
            ids = {row.cancel_id for row in rows}
            self.assertEqual(ids, set(self.shop(region).cancellations))

    def test_every_kind_of_return_follows_its_model(self):
        for kind in ("REFUND", "RETURN_AND_REFUND", "REPLACEMENT", "EXCHANGE"):
            order_id = self.placed("US", "DELIVERED")
            made = self.door(
                "/returns", order_id=order_id, type=kind, photos=1, videos=1
            )
            client = self.client("US").return_and_refund
            self.data(client.get_return_records(made["id"]))
            self.data(client.get_reject_reasons(return_or_cancel_id=made["id"]))
            self.data(client.get_decision_eligibility(return_or_cancel_id=made["id"]))
            self.data(
                client.get_available_review_decisions(
                    seller_id=1, return_or_cancel_id=made["id"]
                )
            )
            if kind == "RETURN_AND_REFUND":
                body = {"decision": "APPROVE_RETURN"}
                body = models.ApproveReturnRequest.from_dict(body)
                self.data(client.approve_return(made["id"], body=body))
                self.door(f"/returns/{made['id']}", step="ship_back")
        search = self.client("US").return_and_refund.search_returns
        rows = self.pages(search, "return_orders", page_size="10")
        self.assertEqual({row.return_id for row in rows}, set(self.shop("US").returns))

    def test_offers_and_chains_follow_their_model(self):
        order_id = self.placed("MY", "DELIVERED", quantity=2)
        first = self.door("/returns", order_id=order_id)["id"]
        second = self.door("/returns", order_id=order_id, replaces=first)["id"]
        client = self.client("MY").return_and_refund
        offer = {"currency": "MYR", "amount": "1"}
        body = {"decision": "OFFER_PARTIAL_REFUND", "partial_refund": offer}
        body = models.ApproveReturnRequest.from_dict(body)
        self.data(client.approve_return(second, body=body))
        rows = self.pages(client.search_returns, "return_orders", page_size="10")
        self.assertIn("AWAITING_BUYER_RESPONSE", [row.return_status for row in rows])

    def test_a_cancelled_order_and_an_estimate_follow_their_model(self):
        client = self.client("US").return_and_refund
        order_id = self.placed("US", "AWAITING_SHIPMENT", quantity=2)
        reason = "seller_cancel_reason_out_of_stock"
        body = {"order_id": order_id, "cancel_reason": reason}
        estimate = {
            "order_id": order_id,
            "request_type": "CANCEL",
            "reason_name": reason,
        }
        estimate = models.CalculateRefundRequest.from_dict(estimate)
        self.data(client.calculate_refund(body=estimate))
        self.data(client.get_aftersale_eligibility(order_id))
        data = self.data(
            client.cancel_order(body=models.CancelOrderRequest.from_dict(body))
        )
        self.assertEqual(data.cancel_status, f"{CANCEL}SUCCESS")

    def test_the_newer_searches_follow_their_models(self):
        order_id = self.placed("MY", "DELIVERED")
        made = self.door("/returns", order_id=order_id)
        self.door(f"/returns/{made['id']}", step="decide", decision="APPROVE_RETURN")
        client = self.client("MY").return_and_refund
        fields = {"whitelisted_data_fields": TestSandboxRma.fields}
        body = models.SearchAftersalesRequestsRequest.from_dict(fields)
        data = self.data(client.search_aftersales_requests(body=body))
        self.assertTrue(data.aftersales_requests)
        fields = {"whitelisted_data_fields": TestSandboxRma.fields[:2]}
        body = models.SearchReturnMerchandiseAuthorizationsRequest.from_dict(fields)
        data = self.data(client.search_return_merchandise_authorizations(body=body))
        self.assertTrue(data.return_merchandise_authorizations)
