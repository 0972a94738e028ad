"""The sandbox's statements, read by the client: two readings of one protocol."""

from decimal import Decimal

import requests

from odoo.tests import BaseCase, tagged

from ..lib.client import TikTokClient
from ..lib.money import ZERO, expected_total
from ..lib.payloads import parse_order
from ..lib.settlement import NothingToBook, plan, split, verify
from ..sandbox import Sandbox
from ..sandbox.adapter import SandboxAdapter
from ..sandbox.markets import MARKETS

BASE_URL = "http://127.0.0.1:8090"
NOW = 1_767_225_600


@tagged("post_install", "-at_install")
class TestEveryMarket(BaseCase):
    def open(self, market):
        """Return a client of a sandbox that has settled some orders."""
        box = Sandbox(markets=[market], clock=lambda: NOW, base_url=BASE_URL, orders=60)
        [shop] = box.shops.values()
        session = requests.Session()
        session.mount(BASE_URL, SandboxAdapter(box))
        self.addCleanup(session.close)
        given = box.credentials
        return TikTokClient(
            given["app_key"],
            given["app_secret"],
            given["access_token"],
            base_url=BASE_URL,
            shop_cipher=shop.cipher,
            session=session,
            clock=lambda: NOW,
            sleep=lambda _seconds: None,
        )

    def rows(self, pages):
        """Return all rows, after making sure that each could be read."""
        found = []
        for page in pages:
            self.assertEqual(page.problems, ())
            found += page.rows
        return found

    def statements(self, client):
        """Yield (statement, totals, transactions) of all statements."""
        found = self.rows(client.statement_pages())
        self.assertTrue(found)
        for statement in found:
            pages = list(client.transaction_pages(statement.id))
            yield statement, pages[0].totals, self.rows(pages)

    def test_all_statements_add_up_and_balance(self):
        for market in MARKETS:
            with self.subTest(market):
                for three in self.statements(self.open(market)):
                    self.assertEqual(verify(*three)[0], three[0])
                    try:
                        found = plan(*three, {})
                    except NothingToBook:
                        self.assertEqual(three[1].payable, ZERO)
                        continue
                    lines = sum((line.amount for line in found.lines), ZERO)
                    self.assertEqual(lines, ZERO)
                    self.assertEqual(found.unknown, ())

    def test_a_sale_is_what_its_order_is_invoiced_for(self):
        compared = 0
        for market in MARKETS:
            client = self.open(market)
            sales = {
                row.order_id: split(row)
                for _statement, _totals, rows in self.statements(client)
                for row in rows
                if row.kind == "order"
            }
            for raw in client.order_details(sales):
                order = parse_order(raw)
                found = sales[order.id]
                if not found.refund:
                    with self.subTest(market=market, order=order.id):
                        self.assertEqual(found.sale, expected_total(order))
                        compared += 1
        self.assertGreater(compared, len(MARKETS))

    def test_the_skus_of_an_order_come_to_its_transaction(self):
        client = self.open("MY")
        statement, _totals, rows = next(self.statements(client))
        order = next(row for row in rows if row.kind == "order")
        found = client.order_transactions(order.order_id)
        total = sum((row.settlement for row in found.rows), Decimal())
        self.assertEqual(total, found.settlement)
        here = [row for row in found.rows if row.statement_id == statement.id]
        total = sum((row.settlement for row in here), Decimal())
        self.assertEqual(total, order.settlement)

    def test_payments_withdrawals_and_forecasts_can_be_read(self):
        for market in MARKETS:
            with self.subTest(market):
                client = self.open(market)
                paid = self.rows(client.payment_pages())
                moved = self.rows(client.withdrawal_pages())
                self.assertTrue(paid or moved)
                self.rows(client.unsettled_pages())
