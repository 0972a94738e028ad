"""The calls about cancellations and returns: what is sent, what is read."""

import copy
import json
from datetime import datetime, timezone
from decimal import Decimal

import requests

from odoo.tests import tagged

from ..lib.aftersale_calls import Image
from ..lib.errors import PayloadError, Rejected, Unreachable
from ..lib.returns import Money
from .lib_http import NOW, ClientCase, case, query_of, refusal, sample, success

WINDOW = (1766188800, 1767229200)
RETURN = "4035318504086605001"
CANCELLATION = "4035318504086604100"


@tagged("post_install", "-at_install")
class AftersaleCase(ClientCase):
    def path(self, index=-1):
        return self.sent[index].path_url.partition("?")[0]

    def query(self, index=-1):
        query = query_of(self.sent[index])
        ours = ("app_key", "sign", "timestamp", "shop_cipher")
        return {key: value for key, value in query.items() if key not in ours}

    def body(self, index=-1):
        return json.loads(self.sent[index].body)

    def recorded(self, name, case_name="success"):
        """Return the recorded request: path, query without the cipher, body."""
        request = case(f"aftersale.{name}", case_name)["request"]
        query = dict(request.get("query", {}))
        query.pop("shop_cipher", None)
        return query, request.get("body")

    def raw(self, index=0):
        rows = case("aftersale.cancellations_search", "success")
        found = rows["response"]["data"]["cancellations"][index]
        return copy.deepcopy(found)


@tagged("post_install", "-at_install")
class TestWindows(AftersaleCase):
    def test_cancellations_are_asked_for_as_recorded(self):
        client = self.client(sample("aftersale.cancellations_search", "success"))
        [page] = client.cancellation_pages(*WINDOW)
        self.assertEqual([row.id[-3:] for row in page.rows], ["090", "100"])
        self.assertEqual(page.done_until, WINDOW[1])
        self.assertEqual(self.path(), "/return_refund/202602/cancellations/search")
        query, body = self.recorded("cancellations_search")
        self.assertEqual((self.query(), self.body()), (query, body))

    def test_returns_are_asked_for_as_recorded(self):
        client = self.client(sample("aftersale.returns_search", "success"))
        [page] = client.return_pages(1765929600, WINDOW[1])
        self.assertEqual(len(page.rows), 3)
        self.assertEqual(self.path(), "/return_refund/202602/returns/search")
        query, body = self.recorded("returns_search")
        self.assertEqual((self.query(), self.body()), (query, body))

    def test_a_window_may_be_in_datetimes_and_ends_now(self):
        start = datetime(2025, 12, 20, tzinfo=timezone.utc)
        client = self.client(success({}))
        [page] = client.return_pages(start)
        self.assertEqual((page.rows, page.done_until), ((), NOW))
        body = self.body()
        self.assertEqual(
            (body["update_time_ge"], body["update_time_lt"]), (WINDOW[0], NOW)
        )

    def test_tiktoks_own_text_comes_along(self):
        client = self.client(success({"cancellations": [self.raw()]}))
        [page] = client.cancellation_pages(*WINDOW)
        self.assertEqual(page.raw, (self.raw(),))

    def test_long_listings_are_walked_by_time(self):
        rows = [
            {**self.raw(), "cancel_id": str(number), "update_time": 1766200000 + number}
            for number in range(3)
        ]
        client = self.client(
            success({"cancellations": rows[:2], "next_page_token": "2"}),
            success({"cancellations": rows[1:]}),
        )
        pages = list(client.cancellation_pages(*WINDOW))
        ids = [row.id for page in pages for row in page.rows]
        self.assertEqual(ids, ["0", "1", "2"])
        self.assertEqual([page.done_until for page in pages], [1766200001, WINDOW[1]])
        self.assertEqual(self.body()["update_time_ge"], 1766200001)

    def test_a_case_that_changes_meanwhile_comes_again(self):
        moved = {**self.raw(), "update_time": 1767220000, "cancel_status": "NEW"}
        client = self.client(
            success({"cancellations": [self.raw()], "next_page_token": "2"}),
            success({"cancellations": [moved]}),
        )
        pages = list(client.cancellation_pages(*WINDOW))
        statuses = [row.status for page in pages for row in page.rows]
        self.assertEqual(statuses, ["CANCELLATION_REQUEST_PENDING", "NEW"])

    def test_a_broken_case_hides_no_other_and_says_which_it_is(self):
        broken = {**self.raw(), "cancel_id": 7, "cancel_status": None}
        client = self.client(success({"cancellations": [broken, self.raw(1), "x"]}))
        [page] = client.cancellation_pages(*WINDOW)
        self.assertEqual([row.id[-3:] for row in page.rows], ["090"])
        first, second = page.problems
        self.assertEqual((first.id, first.order_id), ("7", "577087614418520400"))
        self.assertEqual(first.error.path, "cancellation[7].cancel_status")
        self.assertEqual(first.raw, broken)
        self.assertEqual((second.id, second.order_id, second.raw), ("", "", "x"))

    def test_an_answer_whose_cases_are_no_list_is_refused(self):
        client = self.client(success({"return_orders": {"a": 1}}))
        with self.assertRaises(PayloadError) as caught:
            list(client.return_pages(*WINDOW))
        self.assertEqual(caught.exception.path, "data.return_orders")

    def test_reading_is_tried_again_when_no_answer_comes(self):
        client = self.client(requests.ConnectionError(), success({}))
        list(client.return_pages(*WINDOW))
        self.assertEqual(len(self.sent), 2)


@tagged("post_install", "-at_install")
class TestById(AftersaleCase):
    def test_returns_are_found_by_id_as_recorded(self):
        client = self.client(sample("aftersale.returns_search_202602", "success"))
        _query, body = self.recorded("returns_search_202602")
        page = client.returns([*body["return_ids"], body["return_ids"][0], None])
        self.assertEqual([row.id for row in page.rows], body["return_ids"])
        self.assertIsNone(page.done_until)
        self.assertEqual(self.body(), {**body, "locale": "en-US"})

    def test_cancellations_are_found_by_order_as_recorded(self):
        found = sample("aftersale.cancellations_search_202602", "success")
        _query, body = self.recorded("cancellations_search_202602")
        client = self.client(found)
        page = client.cancellations(order_ids=body["order_ids"])
        self.assertEqual([row.should_replenish for row in page.rows], [False, True])
        self.assertEqual(self.body(), {**body, "locale": "en-US"})

    def test_an_unknown_order_has_no_cases(self):
        client = self.client(sample("aftersale.returns_search", "none"))
        page = client.returns(order_ids=["577000000000000000"])
        self.assertEqual((page.rows, page.problems), ((), ()))

    def test_many_ids_are_asked_for_in_parts_and_pages_followed(self):
        def serve(request):
            asked = json.loads(request.body)["cancel_ids"]
            token = query_of(request).get("page_token")
            ids = asked[30:] if token else asked[:30]
            rows = [{**self.raw(), "cancel_id": number} for number in ids]
            more = "2" if not token and len(asked) > 30 else ""
            return success({"cancellations": rows, "next_page_token": more})

        client = self.client(serve)
        page = client.cancellations(range(1, 61))
        self.assertEqual([row.id for row in page.rows], [str(n) for n in range(1, 61)])
        self.assertEqual(len(self.sent), 3)

    def test_without_ids_tiktok_is_not_asked(self):
        client = self.client()
        self.assertEqual(client.returns().rows, ())
        self.assertEqual(self.sent, [])

    def test_ids_and_orders_together_are_an_error_of_the_caller(self):
        with self.assertRaises(ValueError):
            self.client().returns(["1"], order_ids=["2"])


@tagged("post_install", "-at_install")
class TestGenerations(AftersaleCase):
    def test_the_older_generation_is_used_where_the_newer_is_unknown(self):
        for code, status in ((36009009, 404), (36009014, 400)):
            with self.subTest(code):
                client = self.client(
                    refusal(code, status=status),
                    sample("aftersale.cancellations_search", "success"),
                    success({}),
                )
                [page] = client.cancellation_pages(*WINDOW)
                self.assertEqual(len(page.rows), 2)
                list(client.cancellation_pages(*WINDOW))
                paths = [self.path(index).split("/")[2] for index in range(3)]
                self.assertEqual(paths, ["202602", "202309", "202309"])

    def test_another_search_is_still_asked_in_the_newer_one(self):
        client = self.client(refusal(36009009), success({}), success({}))
        list(client.cancellation_pages(*WINDOW))
        list(client.return_pages(*WINDOW))
        self.assertEqual(self.path(), "/return_refund/202602/returns/search")

    def test_another_refusal_is_not_worked_around(self):
        client = self.client(sample("aftersale.returns_search", "page-size-below-10"))
        with self.assertRaises(Rejected):
            list(client.return_pages(*WINDOW))
        self.assertEqual(len(self.sent), 1)

    def test_a_call_unknown_in_both_generations_is_told(self):
        client = self.client(refusal(36009009), refusal(36009014))
        with self.assertRaises(Rejected) as caught:
            list(client.return_pages(*WINDOW))
        self.assertIn("update the connector", str(caught.exception))

    def test_eligibility_falls_back_to_the_call_without_types(self):
        client = self.client(
            refusal(36009014),
            refusal(36009014),
            sample("aftersale.eligibility", "seller-cancel"),
        )
        self.assertEqual(len(client.aftersale_eligibility("577087614418520388")), 2)
        versions = [self.path(index).split("/")[2] for index in range(3)]
        self.assertEqual(versions, ["202602", "202512", "202309"])
        self.assertEqual(self.query(0)["request_types"], "CANCEL,REFUND")
        self.assertEqual(self.query(), {"initiate_aftersale_user": "SELLER"})

    def test_cancelling_goes_on_in_the_older_one_as_nothing_was_done(self):
        client = self.client(
            refusal(36009009), sample("aftersale.cancel_order", "success")
        )
        client.cancel_order("577087614418520388", "x")
        self.assertEqual(self.path(), "/return_refund/202309/cancellations")


@tagged("post_install", "-at_install")
class TestQuestions(AftersaleCase):
    def test_reject_reasons_are_asked_for_as_recorded(self):
        client = self.client(sample("aftersale.reject_reasons", "success"))
        self.assertEqual(len(client.reject_reasons(CANCELLATION)), 4)
        self.assertEqual(self.path(), "/return_refund/202309/reject_reasons")
        self.assertEqual(self.query(), self.recorded("reject_reasons")[0])

    def test_records_are_asked_for_as_recorded(self):
        client = self.client(sample("aftersale.return_records", "success"))
        self.assertEqual(len(client.return_records("../1")), 1)
        self.assertEqual(self.path(), "/return_refund/202309/returns/..%2F1/records")
        self.assertEqual(self.query(), {"locale": "en-US"})

    def test_decisions_are_asked_for_as_recorded(self):
        client = self.client(sample("aftersale.decision_eligibility", "success"))
        found = client.decision_eligibility(RETURN, ["APPROVE_REFUND", "REJECT_REFUND"])
        self.assertEqual([row.is_eligible for row in found], [True, True, False])
        self.assertEqual(self.path(), "/return_refund/202601/decision_eligibility")
        self.assertEqual(self.query()["return_or_cancel_id"], RETURN)
        self.assertEqual(
            self.query()["check_decisions"], "APPROVE_REFUND,REJECT_REFUND"
        )

    def test_the_bounds_of_an_offer_are_told_unit_by_unit(self):
        row = {
            "decision": "OFFER_PARTIAL_REFUND",
            "eligible": True,
            "partial_refund_amount_range": {
                "min_amount": "0.1",
                "max_amount": "9",
                "currency": "USD",
            },
        }
        lines = [{"return_line_item_id": 5, "decisions": [row]}, {"decisions": [row]}]
        client = self.client(success({"line_items": lines}))
        first, second = client.review_decisions(RETURN)
        self.assertEqual(self.path(), "/return_refund/202606/review_decision")
        self.assertEqual((first.line_id, first.least), ("5", Decimal("0.1")))
        self.assertEqual((first.most, first.currency), (9, "USD"))
        self.assertEqual(second.line_id, "")

    def test_an_estimate_is_asked_for_as_recorded(self):
        client = self.client(sample("aftersale.refund_calculate", "success"))
        body = self.recorded("refund_calculate")[1]
        found = client.refund_estimate(
            body["order_id"],
            body["request_type"],
            body["reason_name"],
            body["order_line_item_ids"],
        )
        self.assertEqual((found.total, self.body()), (Decimal("39.9"), body))

    def test_an_estimate_is_only_a_question_and_asked_again(self):
        client = self.client(
            requests.ConnectionError(),
            sample("aftersale.refund_calculate", "success"),
        )
        client.refund_estimate("1", "CANCEL", "x")
        self.assertEqual(len(self.sent), 2)
        self.assertNotIn("order_line_item_ids", self.body())


@tagged("post_install", "-at_install")
class TestAnswers(AftersaleCase):
    def assert_sent(self, name, case_name="success"):
        query, body = self.recorded(name, case_name)
        self.assertEqual((self.query(), self.body()), (query, body))

    def test_a_cancellation_is_accepted_as_recorded(self):
        client = self.client(sample("aftersale.cancellation_approve", "success"))
        key = self.recorded("cancellation_approve")[0]["idempotency_key"]
        client.approve_cancellation(CANCELLATION, key)
        path = f"/return_refund/202309/cancellations/{CANCELLATION}/approve"
        self.assertEqual(self.path(), path)
        self.assert_sent("cancellation_approve")

    def test_a_cancellation_is_declined_as_recorded(self):
        client = self.client(sample("aftersale.cancellation_reject", "success"))
        query, body = self.recorded("cancellation_reject")
        client.reject_cancellation(
            CANCELLATION,
            body["reject_reason"],
            body["comment"],
            key=query["idempotency_key"],
        )
        self.assertTrue(self.path().endswith(f"/{CANCELLATION}/reject"))
        self.assert_sent("cancellation_reject")

    def test_an_order_is_cancelled_as_recorded(self):
        client = self.client(sample("aftersale.cancel_order", "success"))
        reason = "seller_cancel_reason_out_of_stock"
        found = client.cancel_order("577087614418520388", reason)
        self.assertEqual(found.cancel_id, "4035319218955782461")
        self.assertEqual(found.status, "CANCELLATION_REQUEST_SUCCESS")
        self.assert_sent("cancel_order")

    def test_single_units_are_cancelled_as_recorded(self):
        client = self.client(sample("aftersale.cancel_order", "us-one-unit"))
        body = self.recorded("cancel_order", "us-one-unit")[1]
        client.cancel_order(
            body["order_id"],
            body["cancel_reason"],
            line_item_ids=body["order_line_item_ids"],
        )
        self.assert_sent("cancel_order", "us-one-unit")

    def test_units_may_be_named_by_sku(self):
        client = self.client(sample("aftersale.cancel_order", "success"))
        client.cancel_order("1", "x", skus={"7": 2})
        self.assertEqual(self.body()["skus"], [{"sku_id": "7", "quantity": 2}])

    def test_returns_are_granted_as_recorded(self):
        for case_name, options in (
            ("approve-refund", {"key": "ret-1"}),
            ("approve-received-package", {}),
            ("returnless", {"keep_item": True}),
            ("partial-offer", {"partial_refund": Money("MYR", Decimal("2E+1"))}),
        ):
            with self.subTest(case_name):
                client = self.client(sample("aftersale.return_approve", case_name))
                decision = self.recorded("return_approve", case_name)[1]["decision"]
                client.approve_return(RETURN, decision, **options)
                path = f"/return_refund/202309/returns/{RETURN}/approve"
                self.assertEqual(self.path(), path)
                self.assert_sent("return_approve", case_name)

    def test_a_return_is_declined_as_recorded(self):
        client = self.client(sample("aftersale.return_reject", "success"))
        body = self.recorded("return_reject")[1]
        client.reject_return(
            RETURN,
            body["decision"],
            body["reject_reason"],
            body["comment"],
            [Image(**image) for image in body["images"]],
            key="ret-2",
        )
        self.assertEqual(self.path(), f"/return_refund/202309/returns/{RETURN}/reject")
        self.assert_sent("return_reject")

    def test_an_offer_for_goods_that_are_back_goes_to_the_newer_call(self):
        client = self.client(success({}))
        name = "OFFER_PARTIAL_REFUND_AFTER_RECEIVING_PKG"
        offer = Money("USD", Decimal("5.50"))
        client.reject_return(RETURN, name, "worn", partial_refund=offer)
        self.assertEqual(self.path(), f"/return_refund/202606/returns/{RETURN}/reject")
        self.assertEqual(
            self.body(),
            {
                "decision": name,
                "reject_reason": "worn",
                "partial_refund_amount": {
                    "partial_refund_total": "5.50",
                    "currency": "USD",
                },
            },
        )

    def test_such_an_offer_is_never_made_as_a_plain_refusal(self):
        client = self.client(refusal(36009009, status=404))
        with self.assertRaises(Rejected):
            client.reject_return(
                RETURN, "OFFER_PARTIAL_REFUND_AFTER_RECEIVING_PKG", "x"
            )
        self.assertEqual(len(self.sent), 1)

    def test_no_answer_is_ever_repeated_by_itself(self):
        for call, args in (
            ("approve_cancellation", ("1", "k")),
            ("reject_cancellation", ("1", "x")),
            ("cancel_order", ("1", "x")),
            ("approve_return", ("1", "APPROVE_REFUND")),
            ("reject_return", ("1", "REJECT_REFUND", "x")),
        ):
            with self.subTest(call):
                client = self.client(requests.ConnectionError())
                with self.assertRaises(Unreachable):
                    getattr(client, call)(*args)
                self.assertEqual(len(self.sent), 1)

    def test_a_key_longer_than_tiktok_takes_is_an_error_of_the_caller(self):
        with self.assertRaises(ValueError):
            self.client().approve_cancellation("1", "k" * 256)

    def test_recorded_refusals_say_what_to_do(self):
        for name, case_name, words in (
            ("cancellation_approve", "already-cancelled", "cancelled already"),
            ("cancellation_reject", "approved-before", "was granted before"),
            ("return_approve", "decision-does-not-fit", "choose another decision"),
            ("return_reject", "unknown-reason", "fetched anew"),
            ("return_reject", "quick-refund", "accept the parcel"),
            ("cancel_order", "reason-does-not-fit-status", "fetched anew"),
            ("cancel_order", "already-running", "Odoo reads it and follows"),
        ):
            with self.subTest(case_name), self.assertRaises(Rejected) as caught:
                self.client(sample(f"aftersale.{name}", case_name)).cancel_order(
                    "1", "x"
                )
            self.assertIn(words, str(caught.exception))
