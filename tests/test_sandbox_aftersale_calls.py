"""Searches, eligibility and creation of the sandbox's after-sales; both generations.

Every answer is also read by the strict models of a foreign client.
"""

from itertools import pairwise

from tiktok_shop_api.generated import models

from odoo.tests import tagged

from .sandbox_aftersale_case import BASE, CANCEL, HOUR, NOW, RETURN, AftersaleCase
from .test_sandbox_contract import ContractCase

MISSING = "ecom_order_delivered_refund_reason_missing_product"
WRONG = "ecom_order_delivered_refund_and_return_reason_wrong_product"


class CallsCase(AftersaleCase):
    def setUp(self):
        super().setUp()
        self.open()

    def get(self, path, **query):
        return self.client.data("GET", f"{BASE}/{path}", query)

    def may(self, order_id, who="SELLER", kinds="CANCEL,REFUND,RETURN_AND_REFUND"):
        """Return {request: 0, or the code that stands in its way}."""
        path = f"202602/orders/{order_id}/aftersale_eligibility"
        data = self.get(path, initiate_aftersale_user=who, request_types=kinds)
        [sku] = data["sku_eligibility"]
        return {
            row["request_type"]: row.get("ineligible_code", 0)
            for row in sku["line_item_eligibility"]
        }

    def create(self, order_id, version="202602", query=None, **body):
        body = {
            "order_id": order_id,
            "return_type": "REFUND",
            "return_reason": MISSING,
            **body,
        }
        path = f"{BASE}/{version}/returns"
        return self.client.call("POST", path, query, body)[1]


@tagged("post_install", "-at_install")
class TestSandboxEligibility(CallsCase):
    def test_the_status_of_the_order_says_what_can_be_started(self):
        late, no, over = 25001045, 25001003, 25001051
        for status, who, expected in (
            ("UNPAID", "SELLER", (no, no, no)),
            ("AWAITING_SHIPMENT", "SELLER", (0, no, no)),
            ("AWAITING_SHIPMENT", "BUYER", (0, no, no)),
            ("AWAITING_COLLECTION", "SELLER", (late, 0, no)),
            ("IN_TRANSIT", "BUYER", (no, 0, no)),
            ("DELIVERED", "BUYER", (no, 0, 0)),
            ("COMPLETED", "SELLER", (over, over, over)),
        ):
            with self.subTest(f"{status} {who}"):
                found = self.may(self.place(status), who)
                self.assertEqual(tuple(found.values()), expected)

    def test_the_reasons_on_offer_are_accepted(self):
        order_id = self.place()
        path = f"202309/orders/{order_id}/aftersale_eligibility"
        data = self.get(path, initiate_aftersale_user="SELLER")
        [sku] = data["sku_eligibility"]
        rows = {row["request_type"]: row for row in sku["line_item_eligibility"]}
        for name in rows["CANCEL"]["available_reason_names"]:
            body = {"order_id": self.place(), "cancel_reason": name}
            code = self.client.code("POST", f"{BASE}/202309/cancellations", body=body)
            self.assertEqual(code, 0)

    def test_units_in_a_case_cannot_be_asked_for_again(self):
        order_id, _case_id = self.send_back()
        self.assertEqual(self.may(order_id)["REFUND"], 25001011)
        order_id, case_id = self.send_back("REFUND", counts=(2,))
        self.decide(case_id, "APPROVE_REFUND")
        self.assertEqual(self.may(order_id)["REFUND"], 25001051)

    def test_every_decision_says_whether_it_is_possible(self):
        _order_id, case_id = self.send_back("REFUND")
        data = self.get("202601/decision_eligibility", return_or_cancel_id=case_id)
        rows = {row["decision"]: row for row in data["decisions"]}
        self.assertTrue(rows["APPROVE_REFUND"]["eligible"])
        reasons = [
            row["name"] for row in rows["REJECT_REFUND"]["available_reject_reasons"]
        ]
        self.assertEqual(reasons, self.reasons(case_id))
        self.assertEqual(rows["APPROVE_RECEIVED_PACKAGE"]["ineligible_code"], 25020003)
        self.assertEqual(rows["APPROVE_REPLACEMENT"]["ineligible_code"], 25020004)
        self.assertNotIn("OFFER_PARTIAL_REFUND", rows)

    def test_what_is_eligible_is_accepted(self):
        path = "202601/decision_eligibility"
        for kind in ("REFUND", "RETURN_AND_REFUND", "REPLACEMENT"):
            _order_id, case_id = self.send_back(kind)
            decisions = self.get(path, return_or_cancel_id=case_id)["decisions"]
            for row in decisions:
                with self.subTest(f"{kind} {row['decision']}"):
                    _order_id, fresh = self.send_back(kind)
                    more = {}
                    if row.get("available_reject_reasons"):
                        name = row["available_reject_reasons"][0]["name"]
                        more["reject_reason"] = name
                    if row["decision"] != "ISSUE_EXCHANGE_REFUND":
                        code = self.decide(fresh, row["decision"], **more)
                        self.assertEqual(code == 0, row["eligible"])

    def test_decisions_can_be_named(self):
        _order_id, case_id = self.asked()
        data = self.get(
            "202601/decision_eligibility",
            return_or_cancel_id=case_id,
            check_decisions="REJECT_REQUEST_CANCEL",
        )
        [row] = data["decisions"]
        self.assertEqual(row["decision"], "REJECT_REQUEST_CANCEL")
        self.assertTrue(row["eligible"])

    def test_the_review_tells_how_much_can_be_offered_for_a_unit(self):
        order_id, case_id = self.send_back(counts=(2,))
        data = self.get("202606/review_decision", return_or_cancel_id=case_id)
        price = self.order(order_id).lines[0]["sale_price"]
        self.assertEqual(len(data["line_items"]), 2)
        for line in data["line_items"]:
            rows = {row["decision"]: row for row in line["decisions"]}
            bounds = rows["OFFER_PARTIAL_REFUND"]["partial_refund_amount_range"]
            self.assertEqual(bounds["max_amount"], price)

    def test_an_estimate_is_what_the_case_is_then_about(self):
        path = f"{BASE}/202602/refunds/calculate"
        order_id = self.place(counts=(2,))
        body = {"order_id": order_id, "request_type": "CANCEL", "reason_name": "any"}
        estimate = self.client.data("POST", path, body=body)["order_refund_amount"]
        amount = self.cancellation(self.ask(order_id))["refund_amount"]
        del amount["buyer_service_fee"]
        self.assertEqual(estimate, amount)
        order_id = self.place("DELIVERED", (2,))
        first = self.lines(order_id)[0]
        body = {"order_id": order_id, "request_type": "REFUND", "reason_name": MISSING}
        body["order_line_item_ids"] = [first]
        estimate = self.client.data("POST", path, body=body)["order_refund_amount"]
        case_id = self.make_return(order_id, "REFUND", lines=[first])
        amount = self.find_return(case_id)["refund_amount"]
        self.assertEqual(estimate["refund_total"], amount["refund_total"])

    def test_reasons_are_of_what_can_be_declined_now(self):
        _order_id, case_id = self.shipped_back()
        self.assertIn("seller_reject_receive_product_damaged", self.reasons(case_id))
        self.decide(case_id, "APPROVE_RECEIVED_PACKAGE")
        self.assertEqual(self.reasons(case_id), [])


@tagged("post_install", "-at_install")
class TestSandboxCreateReturn(CallsCase):
    def test_the_seller_refunds_at_once(self):
        order_id = self.place("DELIVERED", (2,))
        first = self.lines(order_id)[0]
        rows = [{"order_line_item_id": first}]
        answer = self.create(
            order_id, order_line_list=rows, refund_total="2.5", currency="MYR"
        )
        self.assertEqual(answer["data"]["return_status"], f"{RETURN}SUCCESS")
        row = self.find_return(answer["data"]["return_id"])
        self.assertEqual(
            (row["role"], row["refund_amount"]["refund_total"]), ("SELLER", "2.5")
        )
        self.assertEqual(len(self.order(order_id).refunds), 1)

    def test_the_seller_asks_for_goods(self):
        order_id = self.place("DELIVERED")
        kind = "RETURN_AND_REFUND"
        more = {"return_reason": WRONG, "shipment_type": "BUYER_ARRANGE"}
        answer = self.create(order_id, "202309", return_type=kind, **more)
        self.assertEqual(answer["data"]["return_status"], "AWAITING_BUYER_SHIP")

    def test_a_request_that_does_not_fit_is_refused(self):
        delivered = self.place("DELIVERED", (2,))
        taken, _case_id = self.send_back()
        line = self.lines(delivered)[0]
        for order_id, body, code in (
            (self.place(), {}, 25001003),
            (self.place("COMPLETED"), {}, 25001051),
            (taken, {}, 25001011),
            ("577000000000000000", {}, 25007006),
            (delivered, {"return_type": "REPLACEMENT"}, 25001001),
            (delivered, {"return_reason": "nope"}, 25001014),
            (self.place("IN_TRANSIT"), {}, 25001021),
            (delivered, {"skus": [{"sku_id": self.sku.id, "quantity": 3}]}, 25005011),
            (delivered, {"order_line_item_ids": ["1"]}, 25001001),
            (
                delivered,
                {
                    "order_line_item_ids": [line],
                    "refund_total": "99999",
                    "currency": "MYR",
                },
                25005005,
            ),
            (delivered, {"handover_method": "DRONE"}, 25001001),
        ):
            with self.subTest(f"{code} {body}"):
                self.assertEqual(self.create(order_id, **body)["code"], code)
        self.assertFalse(self.order(delivered).returns)

    def test_an_idempotency_key_makes_one_return(self):
        order_id = self.place("DELIVERED")
        key = {"idempotency_key": "once"}
        first, second = (self.create(order_id, query=key) for _number in range(2))
        self.assertEqual(first["data"], second["data"])
        self.assertEqual(len(self.order(order_id).returns), 1)

    def test_the_control_door_refuses_for_tiktok(self):
        order_id = self.place("DELIVERED")
        self.change(order_id, refuse=25001042)
        self.assertEqual(self.create(order_id)["code"], 25001042)
        self.assertEqual(self.create(order_id)["code"], 0)


@tagged("post_install", "-at_install")
class TestSandboxReturnSearch(CallsCase):
    def search(self, query=None, version="202309", **body):
        path = f"{BASE}/{version}/returns/search"
        data = self.client.data("POST", path, query, body)
        return [row["return_id"] for row in data.get("return_orders", [])]

    def test_each_filter_finds_its_cases(self):
        first_order, first = self.send_back("REFUND")
        self.later(HOUR)
        order_id = self.place("DELIVERED", user_id="7")
        second = self.make_return(order_id)
        offer = {"partial_refund": {"currency": "MYR", "amount": "1"}}
        self.decide(second, "OFFER_PARTIAL_REFUND", **offer)
        self.step(first, "arbitrate")
        for body, found in (
            ({}, [first, second]),
            ({"return_ids": [second]}, [second]),
            ({"order_ids": [first_order]}, [first]),
            ({"buyer_user_ids": ["7"]}, [second]),
            ({"return_types": ["REFUND", "EXCHANGE"]}, [first]),
            ({"return_status": ["AWAITING_BUYER_RESPONSE"]}, [second]),
            ({"arbitration_status": ["IN_PROGRESS"]}, [first]),
            ({"seller_proposed_return_type": ["PARTIAL_REFUND"]}, [second]),
            ({"create_time_lt": NOW + HOUR}, [first]),
            ({"update_time_ge": NOW + HOUR}, [first, second]),
        ):
            with self.subTest(str(body)):
                self.assertEqual(self.search(**body), found)

    def test_an_empty_page_has_no_list(self):
        path = f"{BASE}/202602/returns/search"
        data = self.client.data("POST", path, body={})
        self.assertEqual(data, {"next_page_token": "", "total_count": 0})

    def test_a_page_has_ten_rows_at_least(self):
        path = f"{BASE}/202602/returns/search"
        for size in (5, 51):
            _status, answer = self.client.call("POST", path, {"page_size": size}, {})
            self.assertEqual(answer["code"], 98001004)

    def test_pages_hold_every_case_once(self):
        ids = [self.send_back("REFUND")[1] for _number in range(23)]
        path = f"{BASE}/202309/returns/search"
        query, found = {"page_size": 10, "sort_field": "update_time"}, []
        while True:
            data = self.client.data("POST", path, query, {})
            found += data["return_orders"]
            query["page_token"] = data["next_page_token"]
            if not data["next_page_token"]:
                break
        self.assertEqual([row["return_id"] for row in found], ids)
        times = [row["update_time"] for row in found]
        self.assertTrue(all(one <= two for one, two in pairwise(times)))

    def test_cases_of_other_shops_stay_unknown(self):
        _order_id, case_id = self.send_back()
        client = type(self.client)(markets=["MY", "SG"], orders=0)
        path = f"{BASE}/202309/returns/{case_id}/approve"
        body = {"decision": "APPROVE_RETURN"}
        self.assertEqual(client.code("POST", path, body=body), 25007006)
        shop = list(client.box.shops.values())[1]
        body = {"shop_id": shop.id, "order": {"status": "DELIVERED"}}
        [order_id] = client.door("POST", "/orders", body)["ids"]
        other = client.door("POST", "/returns", {"order_id": order_id})["id"]
        path = f"{BASE}/202309/returns/{other}/approve"
        code = client.code("POST", path, body={"decision": "APPROVE_RETURN"})
        self.assertEqual(code, 25020005)
        path = f"{BASE}/202602/returns/search"
        self.assertEqual(client.data("POST", path, body={})["total_count"], 0)


@tagged("post_install", "-at_install")
class TestSandboxGenerations(CallsCase):
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
class TestSandboxRma(CallsCase):
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
