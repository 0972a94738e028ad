"""What can be asked for and answered in the sandbox, and returns the seller makes."""

from itertools import pairwise

from odoo.tests import tagged

from .sandbox_aftersale_case import BASE, HOUR, RETURN, AftersaleCase
from .sandbox_client import NOW

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

    def open_return(self, order_id, version="202602", query=None, **body):
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
        answer = self.open_return(
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
        answer = self.open_return(order_id, "202309", return_type=kind, **more)
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
                self.assertEqual(self.open_return(order_id, **body)["code"], code)
        self.assertFalse(self.order(delivered).returns)

    def test_an_idempotency_key_makes_one_return(self):
        order_id = self.place("DELIVERED")
        key = {"idempotency_key": "once"}
        first, second = (self.open_return(order_id, query=key) for _number in range(2))
        self.assertEqual(first["data"], second["data"])
        self.assertEqual(len(self.order(order_id).returns), 1)

    def test_the_control_door_refuses_for_tiktok(self):
        order_id = self.place("DELIVERED")
        self.change(order_id, refuse=25001042)
        self.assertEqual(self.open_return(order_id)["code"], 25001042)
        self.assertEqual(self.open_return(order_id)["code"], 0)


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
