"""The calls about money and the upload of invoices: what is sent, what is read."""

import base64
import json
from datetime import datetime, timezone

import requests

from odoo.tests import tagged

from ..lib.errors import PayloadError, Rejected, Unreachable
from ..lib.invoices import MOST_INVOICES, InvoiceRow
from .lib_http import ClientCase, case, query_of, refusal, sample, success
from .settlement_make import sale, statement_of

WINDOW = (1766534400, 1767225600)
STATEMENT = {
    "id": "S1",
    "statement_time": 1766620800,
    "currency": "MYR",
    "settlement_amount": "1",
}


@tagged("post_install", "-at_install")
class FinanceCase(ClientCase):
    def path(self, index=-1):
        return self.sent[index].path_url.partition("?")[0]

    def query(self, index=-1):
        query = query_of(self.sent[index])
        ours = ("app_key", "sign", "timestamp", "shop_cipher")
        return {key: value for key, value in query.items() if key not in ours}


@tagged("post_install", "-at_install")
class TestListings(FinanceCase):
    def test_statements_are_asked_for_as_recorded(self):
        client = self.client(sample("finance.statements", "success"))
        [page] = client.statement_pages(*WINDOW)
        self.assertEqual([len(page.rows), len(page.problems)], [2, 0])
        self.assertEqual(self.path(), "/finance/202309/statements")
        wanted = case("finance.statements", "success")["request"]["query"]
        wanted.pop("shop_cipher")
        self.assertEqual(self.query(), wanted)

    def test_a_window_may_be_in_datetimes(self):
        start = datetime(2025, 12, 24, tzinfo=timezone.utc)
        client = self.client(success({"statements": []}))
        self.assertEqual(list(client.statement_pages(start)), [])
        self.assertEqual(self.query()["statement_time_ge"], "1766534400")
        self.assertNotIn("statement_time_lt", self.query())

    def test_pages_follow_their_tokens(self):
        client = self.client(
            success({"statements": [STATEMENT], "next_page_token": "a+/="}),
            success({"statements": [{**STATEMENT, "id": "S2"}]}),
        )
        ids = [row.id for page in client.statement_pages() for row in page.rows]
        self.assertEqual(ids, ["S1", "S2"])
        self.assertEqual(self.query()["page_token"], "a+/=")

    def test_a_row_that_comes_again_is_shown_once(self):
        client = self.client(
            success({"statements": [STATEMENT], "next_page_token": "2"}),
            success({"statements": [STATEMENT, {**STATEMENT, "id": "S2"}]}),
        )
        ids = [row.id for page in client.statement_pages() for row in page.rows]
        self.assertEqual(ids, ["S1", "S2"])

    def test_a_listing_that_repeats_itself_is_given_up(self):
        def serve(_request):
            return success({"statements": [STATEMENT], "next_page_token": "2"})

        with self.assertRaises(Unreachable):
            list(self.client(serve).statement_pages())
        self.assertLess(len(self.sent), 10)

    def test_a_broken_row_hides_no_other(self):
        rows = [{"id": "S0"}, STATEMENT, "x"]
        [page] = self.client(success({"statements": rows})).statement_pages()
        self.assertEqual([row.id for row in page.rows], ["S1"])
        self.assertEqual(page.raw, (STATEMENT,))
        paths = [problem.path for problem in page.problems]
        self.assertEqual(paths, ["statement[S0].statement_time", "statement"])

    def test_an_answer_whose_rows_are_no_list_is_refused(self):
        client = self.client(success({"statements": {"id": "1"}}))
        with self.assertRaises(PayloadError) as caught:
            list(client.statement_pages())
        self.assertEqual(caught.exception.path, "data.statements")

    def test_payments_are_those_of_the_newest_version(self):
        client = self.client(sample("finance.payments", "success"))
        [page] = client.payment_pages(*WINDOW)
        self.assertEqual(page.rows[0].amount, 100)
        self.assertEqual(self.path(), "/finance/202605/payments")
        self.assertEqual(self.query()["sort_field"], "create_time")
        self.assertEqual(self.query()["create_time_ge"], str(WINDOW[0]))

    def test_a_retired_version_is_told_and_not_worked_around(self):
        for code in (36009014, 36009009):
            with self.subTest(code), self.assertRaises(Rejected) as caught:
                list(self.client(refusal(code)).payment_pages())
            self.assertEqual((caught.exception.code, len(self.sent)), (code, 1))
            self.assertIn("update the connector", str(caught.exception))

    def test_withdrawals_are_asked_for_by_type(self):
        client = self.client(sample("finance.withdrawals", "success"))
        [page] = client.withdrawal_pages(*WINDOW)
        self.assertEqual(len(page.rows), 2)
        query = self.query()
        self.assertEqual(query["types"], "WITHDRAW,SETTLE,TRANSFER,REVERSE")
        self.assertNotIn("sort_field", query)

    def test_a_seller_without_a_balance_is_told_what_to_do(self):
        with self.assertRaises(Rejected) as caught:
            list(self.client(refusal(22005007)).withdrawal_pages())
        self.assertIn("no balance for this seller", str(caught.exception))

    def test_forecasts_are_asked_for_by_order_time(self):
        client = self.client(sample("finance.unsettled", "success"))
        [page] = client.unsettled_pages(*WINDOW)
        self.assertEqual(len(page.rows), 2)
        self.assertEqual(self.path(), "/finance/202507/orders/unsettled")
        self.assertEqual(self.query()["sort_field"], "order_create_time")
        self.assertEqual(self.query()["search_time_lt"], str(WINDOW[1]))


@tagged("post_install", "-at_install")
class TestTransactions(FinanceCase):
    def test_the_transactions_of_a_statement_come_with_its_totals(self):
        client = self.client(sample("finance.statement_transactions", "success"))
        [page] = client.transaction_pages("7238804564097517339")
        self.assertEqual((len(page.rows), page.totals.count), (4, 4))
        path = "/finance/202501/statements/7238804564097517339/statement_transactions"
        self.assertEqual(self.path(), path)
        self.assertEqual(self.query()["sort_field"], "order_create_time")

    def test_every_page_tells_the_totals(self):
        raw = [sale(number, 100) for number in range(3)]
        _head, totals = statement_of(raw)
        client = self.client(
            success({**totals, "transactions": raw[:2], "next_page_token": "2"}),
            success({**totals, "transactions": raw[2:]}),
        )
        pages = list(client.transaction_pages("S1"))
        self.assertEqual([len(page.rows) for page in pages], [2, 1])
        self.assertEqual({page.totals.count for page in pages}, {3})

    def test_a_statement_without_transactions_tells_its_totals(self):
        _head, totals = statement_of([])
        client = self.client(success({**totals, "transactions": []}))
        [page] = client.transaction_pages("S1")
        self.assertEqual((page.rows, page.totals.payable), ((), 0))

    def test_a_broken_transaction_hides_no_other(self):
        raw = [sale(1, 100), sale(2, 100, revenue_amount="x")]
        _head, totals = statement_of(raw[:1])
        client = self.client(success({**totals, "transactions": raw}))
        [page] = client.transaction_pages("S1")
        self.assertEqual([row.id for row in page.rows], ["T1"])
        [problem] = page.problems
        self.assertEqual(problem.path, "transaction[T2].revenue_amount")

    def test_totals_that_cannot_be_read_stop_the_statement(self):
        with self.assertRaises(PayloadError):
            list(self.client(success({"transactions": []})).transaction_pages("S1"))

    def test_an_id_never_leaves_its_place_in_the_path(self):
        client = self.client(success({"order_id": "1"}))
        client.order_transactions("../x?y=1")
        path = "/finance/202501/orders/..%2Fx%3Fy%3D1/statement_transactions"
        self.assertEqual(self.path(), path)

    def test_the_transactions_of_an_order_are_read(self):
        client = self.client(sample("finance.order_transactions", "success"))
        found = client.order_transactions("577087614418520395")
        self.assertEqual(len(found.rows), 1)

    def test_reading_is_tried_again_when_no_answer_comes(self):
        client = self.client(
            requests.ConnectionError(), sample("finance.order_transactions", "success")
        )
        client.order_transactions("577087614418520395")
        self.assertEqual(len(self.sent), 2)


@tagged("post_install", "-at_install")
class TestInvoices(FinanceCase):
    def row(self, **changes):
        found = {
            "package_id": "1154200168123840001",
            "order_ids": ("576800556677880001",),
            "xml": b"<nfeProc></nfeProc>",
        }
        return InvoiceRow(**{**found, **changes})

    def test_an_invoice_is_sent_as_recorded(self):
        client = self.client(sample("fulfillment.invoice_upload", "success"))
        self.assertEqual(client.upload_invoices([self.row()]), ())
        self.assertEqual(self.path(), "/fulfillment/202502/invoice/upload")
        wanted = case("fulfillment.invoice_upload", "success")["request"]["body"]
        self.assertEqual(json.loads(self.sent[0].body), wanted)

    def test_an_invoice_that_is_there_already_is_told_so(self):
        client = self.client(sample("fulfillment.invoice_upload", "already-uploaded"))
        [error] = client.upload_invoices([self.row()])
        self.assertEqual(error.package_id, "1154200168123840001")
        self.assertEqual(error.order_ids, ("576800556677880001",))
        self.assertTrue(error.is_uploaded)
        self.assertIn("has the invoice of this package already", error.message)
        self.assertNotIn("combine", error.message)

    def test_another_refusal_is_no_upload(self):
        row = {"code": 5, "message": "bad XML", "detail": {"package_id": 7}}
        client = self.client(success({"errors": [row]}))
        [error] = client.upload_invoices([self.row(package_id="7")])
        self.assertEqual((error.package_id, error.is_uploaded), ("7", False))
        self.assertIn("bad XML", error.message)

    def test_an_upload_is_never_repeated_by_itself(self):
        client = self.client(requests.ConnectionError())
        with self.assertRaises(Unreachable):
            client.upload_invoices([self.row()])
        self.assertEqual(len(self.sent), 1)

    def test_an_empty_or_huge_file_is_not_sent(self):
        client = self.client(success({}))
        rows = [
            self.row(),
            self.row(package_id="2", xml=b""),
            self.row(package_id="3", xml=b"x" * 800_000),
        ]
        errors = client.upload_invoices(rows)
        self.assertEqual([error.package_id for error in errors], ["2", "3"])
        self.assertEqual([error.code for error in errors], [None, None])
        self.assertIn("has no file", errors[0].message)
        self.assertIn("larger than", errors[1].message)
        [sent] = json.loads(self.sent[0].body)["invoices"]
        self.assertEqual(base64.b64decode(sent["file"]), b"<nfeProc></nfeProc>")

    def test_without_any_file_tiktok_is_not_asked(self):
        [error] = self.client().upload_invoices([self.row(xml=b"")])
        self.assertEqual((error.code, self.sent), (None, []))

    def test_a_refusal_that_names_no_package_makes_the_answer_unusable(self):
        client = self.client(success({"errors": [{"code": 1}]}))
        with self.assertRaises(PayloadError) as caught:
            client.upload_invoices([self.row()])
        self.assertEqual(caught.exception.path, "errors[0].detail.package_id")

    def test_none_and_too_many_are_an_error_of_the_caller(self):
        for count in (0, MOST_INVOICES + 1):
            with self.subTest(count), self.assertRaises(ValueError):
                self.client().upload_invoices([self.row()] * count)
