"""Statements of the sandbox: they add up, and they stay as they are."""

from decimal import Decimal

from odoo.tests import tagged

from ..sandbox import Sandbox
from ..sandbox.markets import MARKETS, RARE
from .sandbox_money import DAY, NOW, STATEMENTS, UNSETTLED, MoneyCase, amount, parts

_TAXES = {
    "MY": "sst_amount",
    "SG": "gst_amount",
    "TH": "vat_amount",
    "MX": "isr_amount",
    "ID": "article_22_income_tax_withheld",
    "VN": "pit_amount",
}
_ODD = "Violation fee （settlement fee）"


@tagged("post_install", "-at_install")
class TestSandboxStatements(MoneyCase):
    def live(self, market, seed):
        """Let orders complete, be refunded and settle for some days."""
        self.open(market, orders=60, seed=seed)
        rng = self.client.box.rng
        for _day in range(10):
            for order in list(self.client.shop.orders.values()):
                self._live(order, rng)
            if rng.random() < 0.4:
                self.finance(adjust={"type": _ODD, "amount": "-1000"})
            self.later()

    def _live(self, order, rng):
        follow = {"IN_TRANSIT": "DELIVERED", "DELIVERED": "COMPLETED"}
        if order.status in follow and rng.random() < 0.5:
            body = {"status": follow[order.status]}
            self.client.door("POST", f"/orders/{order.id}", body)
        sold = amount(order.doc["payment"], "sub_total") and not order.refunds
        if order.status == "COMPLETED" and sold and rng.random() < 0.1:
            self.refund(order.id, shipping=rng.random() < 0.5)

    def test_every_statement_of_every_market_adds_up_to_the_cent(self):
        for number, market in enumerate([*MARKETS, *RARE]):
            with self.subTest(market):
                self.live(market, number)
                heads = self.statements()
                self.assertGreater(len(heads), 5)
                for head in heads:
                    self.assertEqual(self.problems(head), [], head)

    def test_the_transactions_of_an_order_add_up_to_its_skus(self):
        self.live("PH", 3)
        several = 0
        for order in self.client.shop.orders.values():
            data = self.of_order(order.id)
            rows = data["sku_transactions"]
            self.assertEqual(data["total_count"], len(rows))
            several += len({row["sku_id"] for row in rows}) > 1
            for key, total in (
                ("settlement_amount", "settlement_amount"),
                ("revenue_amount", "revenue_amount"),
                ("shipping_cost_amount", "shipping_cost_amount"),
                ("fee_tax_amount", "fee_and_tax_amount"),
            ):
                self.assertEqual(
                    sum(amount(row, key) for row in rows), amount(data, total)
                )
            for row in rows:
                self.assertEqual(list(self._within({**row, "type": "ORDER"})), [])
        self.assertGreater(several, 0)

    def test_the_skus_of_an_order_say_what_its_transactions_say(self):
        self.live("MY", 5)
        found = 0
        for head in self.statements():
            for row in self.transactions(head["id"]):
                if row["type"] != "ORDER":
                    continue
                mine = [
                    sku
                    for sku in self.of_order(row["order_id"])["sku_transactions"]
                    if sku["statement_id"] == head["id"]
                ]
                self.assertEqual(
                    sum(amount(sku, "settlement_amount") for sku in mine),
                    amount(row, "settlement_amount"),
                )
                found += 1
        self.assertGreater(found, 5)

    def test_a_statement_stays_whatever_happens_to_its_orders(self):
        self.open()
        order_id = self.place()
        self.later()
        (head,) = self.statements()
        before = self.transactions(head["id"])
        self.client.door(
            "POST",
            f"/orders/{order_id}",
            {"set": {"line_items": []}, "payment": {"shipping_fee": "0"}},
        )
        self.refund_nothing_is_left(order_id)
        self.assertEqual(self.transactions(head["id"]), before)

    def refund_nothing_is_left(self, order_id):
        with self.assertRaisesRegex(ValueError, "nothing left"):
            self.refund(order_id)

    def test_reading_statements_computes_nothing_again(self):
        self.open(orders=80, statuses=("COMPLETED",))
        ledger = self.client.shop.ledger
        rows = {number: row.rows for number, row in ledger.statements.items()}
        sales = dict(ledger.sales)
        for head in self.statements():
            self.detail(head["id"])
        self.assertGreater(len(rows), 1)
        for number, kept in rows.items():
            self.assertIs(ledger.statements[number].rows, kept)
        for order_id, row in sales.items():
            self.assertIs(ledger.sales[order_id], row)

    def test_a_completed_order_settles_on_the_next_midnight(self):
        self.open()
        self.later(0.5)
        order_id = self.place()
        self.later(0.49)
        self.assertEqual(self.statements(), [])
        self.later(0.02)
        (head,) = self.statements()
        self.assertEqual(head["statement_time"], NOW + DAY)
        rows = self.transactions(head["id"])
        self.assertIn(order_id, [row.get("order_id") for row in rows])

    def test_an_order_settles_once(self):
        self.open()
        self.place()
        self.later(5)
        for _number in range(2):
            self.place()
            self.later()
        rows = [
            row["order_id"]
            for head in self.statements()
            for row in self.transactions(head["id"])
            if row["type"] == "ORDER"
        ]
        self.assertEqual(len(rows), 3)
        self.assertEqual(len(set(rows)), 3)

    def test_ids_are_unique_over_shops_and_days(self):
        box = Sandbox(
            markets=["MY", "GB", "US", "MY"],
            orders=400,
            statuses=("COMPLETED",),
            clock=lambda: NOW,
        )
        box.control("POST", "/_sandbox/clock", {"advance": 20 * DAY})
        found = []
        for shop in box.control("GET", "/_sandbox/state?only=finance")[
            "finance"
        ].values():
            found += shop["unsettled"]
            found += [row["id"] for row in shop["payments"]]
            for row in shop["statements"]:
                found.append(row["id"])
                found += [one["id"] for one in row["transactions"]]
        self.assertGreater(len(found), 400)
        self.assertEqual(len(set(found)), len(found))

    def test_orders_of_ids_that_end_alike_settle_under_two_ids(self):
        self.open()
        for head in ("577", "578"):
            self.place(id=f"{head}087614418520395")
        rows = self.transactions(self.settle())
        self.assertEqual(len({row["id"] for row in rows}), 2)

    def test_the_sale_is_list_prices_less_seller_discount_and_shipping_paid(self):
        self.open("US")
        order_id = self.place("80", 2)
        row = self.only(self.settle(order_id))
        sold = parts(row["revenue_breakdown"])
        shipping = parts(row["shipping_cost_breakdown"])
        paid = self.client.box.order(order_id).doc["payment"]
        self.assertEqual(sold["", "subtotal_before_discount_amount"], 160)
        self.assertEqual(
            shipping["", "customer_paid_shipping_fee_amount"],
            amount(paid, "shipping_fee"),
        )

    def test_what_the_seller_ships_has_no_carrier_cost(self):
        self.open()
        for shipping, cost in (("TIKTOK", "-8.9"), ("SELLER", "0")):
            row = self.only(self.settle(self.place(shipping=shipping)))
            found = row["shipping_cost_breakdown"].get("actual_shipping_fee_amount")
            self.assertEqual(found or "0", cost)

    def test_each_market_has_its_commission_and_its_taxes(self):
        for market in MARKETS:
            self.open(market)
            row = self.only(self.settle(self.place("10000")))
            fees = row["fee_tax_breakdown"]
            key = "referral_fee" if market == "US" else "platform_commission"
            self.assertLess(amount(fees["fee"], f"{key}_amount"), 0)
            tax = _TAXES.get(market)
            if tax:
                self.assertLess(amount(fees["tax"], tax), 0, market)

    def test_saudi_arabia_has_a_fee_for_cash_on_delivery(self):
        self.open("SA")
        for cod, fee in ((True, "-12"), (False, "0")):
            row = self.only(self.settle(self.place(is_cod=cod)))
            found = row["revenue_breakdown"].get("cod_service_fee_amount")
            self.assertEqual(found or "0", fee)

    def test_some_orders_have_commissions_ads_and_programmes(self):
        self.open("MY", orders=200, statuses=("COMPLETED",))
        keys, absent = set(), 0
        for head in self.statements():
            for row in self.transactions(head["id"]):
                fees = row.get("fee_tax_breakdown", {}).get("fee")
                if fees is not None:
                    keys |= {key for key, text in fees.items() if text != "0"}
                    absent += "mall_service_fee_amount" not in fees
        self.assertLessEqual(
            {
                "affiliate_commission_amount",
                "gmv_max_ad_fee_amount",
                "voucher_xtra_service_fee_amount",
            },
            keys,
        )
        self.assertGreater(absent, 0)

    def test_an_order_without_amounts_settles_never(self):
        self.open()
        self.place(payment=None)
        self.later(2)
        self.assertEqual(self.statements(), [])
        self.assertEqual(self.unsettled()[0], [])

    def test_forgetting_the_orders_forgets_their_statements(self):
        self.open()
        self.place()
        self.later()
        self.client.door("DELETE", "/orders")
        self.assertEqual(self.statements(), [])

    def test_without_a_sort_field_the_call_is_refused(self):
        self.open()
        statement_id = self.settle()
        for path in (
            STATEMENTS,
            UNSETTLED,
            "/finance/202605/payments",
            f"/finance/202501/statements/{statement_id}/statement_transactions",
        ):
            with self.subTest(path):
                self.assertEqual(self.client.code("GET", path), 36009004)


@tagged("post_install", "-at_install")
class TestSandboxUnsettled(MoneyCase):
    def test_a_shipped_order_is_a_forecast_until_it_settles(self):
        self.open()
        order_id = self.place(status="DELIVERED")
        rows, first = self.unsettled()
        self.assertEqual([row["order_id"] for row in rows], [order_id])
        statement_id = self.settle(order_id)
        self.assertEqual(self.unsettled()[0], [])
        row = self.only(statement_id)
        self.assertEqual(first["sum_est_settlement_amount"], row["settlement_amount"])
        self.assertEqual(rows[0]["id"], row["id"])

    def test_the_day_of_settlement_is_a_text_until_delivery(self):
        self.open()
        self.place(status="IN_TRANSIT")
        (row,) = self.unsettled()[0]
        self.assertEqual(row["estimated_settlement"], "Delivered + 8 days")
        self.assertNotIn("order_delivery_time", row)
        order_id = row["order_id"]
        self.client.door("POST", f"/orders/{order_id}", {"status": "DELIVERED"})
        (row,) = self.unsettled()[0]
        self.assertEqual(row["estimated_settlement"], str(NOW + 8 * DAY))

    def test_estimates_add_up_to_their_parts(self):
        for market in MARKETS:
            self.open(market, orders=60)
            rows, first = self.unsettled()
            for row in rows:
                total = sum(
                    amount(row, f"est_{name}_amount")
                    for name in ("revenue", "shipping_cost", "fee_tax", "adjustment")
                )
                self.assertEqual(total, amount(row, "est_settlement_amount"))
                for name in ("revenue", "shipping_cost", "fee_tax"):
                    if f"{name}_breakdown" in row:
                        found = sum(parts(row[f"{name}_breakdown"]).values())
                        self.assertEqual(found, amount(row, f"est_{name}_amount"))
            self.assertEqual(
                sum(amount(row, "est_settlement_amount") for row in rows),
                amount(first, "sum_est_settlement_amount"),
            )
            self.assertEqual(first["total_count"], len(rows))

    def test_an_adjustment_that_waits_is_a_forecast(self):
        self.open()
        made = self.finance(adjust={"type": "REBATE", "amount": "7.50"})
        (row,) = self.unsettled()[0]
        self.assertEqual(row["id"], made["transaction_id"])
        self.assertEqual(row["est_adjustment_amount"], "7.5")
        self.later()
        self.assertEqual(self.unsettled()[0], [])
        (head,) = self.statements()
        self.assertEqual(amount(head, "adjustment_amount"), Decimal("7.5"))
