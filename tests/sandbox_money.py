"""A sandbox of one market, its statements as the API tells them, and their sums."""

import json
from decimal import Decimal

from odoo.tests import BaseCase

from .sandbox_client import NOW, SandboxClient

DAY = 86400
STATEMENTS = "/finance/202309/statements"
PAYMENTS = "/finance/202605/payments"
WITHDRAWALS = "/finance/202309/withdrawals"
UNSETTLED = "/finance/202507/orders/unsettled"
ALL_TYPES = "WITHDRAW,SETTLE,TRANSFER,REVERSE"
COLUMNS = {
    "revenue": ("revenue_amount", "revenue_breakdown"),
    "shipping": ("shipping_cost_amount", "shipping_cost_breakdown"),
    "fee_tax": ("fee_tax_amount", "fee_tax_breakdown"),
}
# Explains the commission beside it, so it is part of no sum.
INFORMATIVE = ("affiliate_commission_amount_before_pit",)


def parts(breakdown):
    """Return {key: amount} of a breakdown, without what only informs."""
    found = {}
    for key, value in breakdown.items():
        if key in ("fee", "tax"):
            found |= {(key, name): text for name, text in value.items()}
        elif key != "supplementary_component":
            found["", key] = value
    return {
        key: Decimal(text) for key, text in found.items() if key[1] not in INFORMATIVE
    }


def amount(row, key):
    """Return an amount of an answer, zero when it is absent."""
    return Decimal(row.get(key, "0"))


class MoneyCase(BaseCase):
    """A sandbox of one market and what its API says about money."""

    def open(self, market="MY", **options):
        options.setdefault("orders", 0)
        options.setdefault("odd_skus", 0)
        self.client = SandboxClient(markets=[market], **options)

    def finance(self, **body):
        return self.client.door("POST", "/finance", body)

    def settle(self, *order_ids, **body):
        """Settle orders now, all completed ones when none is named."""
        if order_ids:
            body["order_ids"] = list(order_ids)
        return self.client.door("POST", "/finance/settle", body)["statement_id"]

    def spoil(self, statement_id, **body):
        return self.client.door("POST", f"/finance/{statement_id}", body)

    def refund(self, order_id, **refund):
        return self.client.door("POST", f"/orders/{order_id}", {"refund": refund})

    def later(self, days=1):
        self.client.door("POST", "/clock", {"advance": days * DAY})
        self._renew()

    def _renew(self):
        """Take a new token: an old one ends within days."""
        client = self.client
        query = {
            "app_key": client.key,
            "app_secret": client.secret,
            "refresh_token": client.refresh,
            "grant_type": "refresh_token",
        }
        reply = client.send("GET", "/api/v2/token/refresh", query)
        given = json.loads(reply.body)["data"]
        client.token, client.refresh = given["access_token"], given["refresh_token"]

    def state(self):
        (state,) = self.client.door("GET", "/state?only=finance")["finance"].values()
        return state

    def place(self, price="100", count=1, shipping="TIKTOK", **more):
        """Place a completed order of units of one price; return its id."""
        sku = next(sku for sku in self.client.shop.skus.values() if not sku.parts)
        row = {"sku_id": sku.id, "quantity": count, "original_price": price}
        more.setdefault("status", "COMPLETED")
        more.setdefault("line_items", [row])
        return self.client.place(shipping_type=shipping, **more)

    def pages(self, path, name, size=3, **query):
        """Return the rows of a paged call and the first answer."""
        rows, token, first = [], "", None
        while True:
            values = {"page_size": size, **query}
            if token:
                values["page_token"] = token
            data = self.client.data("GET", path, values)
            first = first or data
            rows += data[name]
            token = data["next_page_token"]
            if not token:
                return rows, first

    def statements(self, **query):
        rows, _first = self.pages(
            STATEMENTS, "statements", sort_field="statement_time", **query
        )
        return rows

    def head(self, statement_id):
        return next(row for row in self.statements() if row["id"] == statement_id)

    def detail(self, statement_id, size=50):
        """Return (transactions, totals) of a statement."""
        path = f"/finance/202501/statements/{statement_id}/statement_transactions"
        return self.pages(path, "transactions", size, sort_field="order_create_time")

    def transactions(self, statement_id):
        return self.detail(statement_id)[0]

    def only(self, statement_id):
        """Return the one transaction of a statement."""
        (row,) = self.transactions(statement_id)
        return row

    def of_order(self, order_id):
        path = f"/finance/202501/orders/{order_id}/statement_transactions"
        return self.client.data("GET", path)

    def payments(self):
        return self.pages(PAYMENTS, "payments", sort_field="create_time")[0]

    def withdrawals(self, types=ALL_TYPES):
        return self.pages(WITHDRAWALS, "withdrawals", types=types)[0]

    def unsettled(self):
        return self.pages(UNSETTLED, "transactions", sort_field="order_create_time")

    def problems(self, head):
        """Return what does not add up about a statement: names."""
        rows, totals = self.detail(head["id"], size=2)
        found = [name for row in rows for name in self._within(row)]
        sums = totals["total_settlement_breakdown"]
        told = {
            "settlement_amount": totals["total_settlement_amount"],
            "reserve_amount": totals["total_reserve_amount"],
            "revenue_amount": sums["total_revenue_amount"],
            "shipping_cost_amount": sums["total_shipping_cost_amount"],
            "fee_tax_amount": sums["total_fee_tax_amount"],
            "adjustment_amount": sums["total_adjustment_amount"],
        }
        for key, text in told.items():
            if sum(amount(row, key) for row in rows) != Decimal(text):
                found.append(f"totals {key}")
        payable = amount(totals, "total_settlement_amount")
        payable += amount(totals, "total_reserve_amount")
        if payable != amount(totals, "payable_amount"):
            found.append("payable")
        if totals["total_count"] != len(rows):
            found.append("count")
        if len({row["id"] for row in rows}) < len(rows):
            found.append("double")
        if totals["currency"] != head["currency"]:
            found.append("currency")
        return found + self._head(head, told)

    def _within(self, row):
        """Yield what does not add up within a transaction."""
        keys = [name for name, _breakdown in COLUMNS.values()]
        total = sum(amount(row, key) for key in (*keys, "adjustment_amount"))
        if total != amount(row, "settlement_amount"):
            yield "settlement"
        for name, breakdown in COLUMNS.values():
            if breakdown in row:
                if sum(parts(row[breakdown]).values()) != amount(row, name):
                    yield name
            elif row["type"] == "ORDER":
                yield "no breakdown"

    def _head(self, head, told):
        fees = Decimal(told["fee_tax_amount"])
        if "shipping_cost_amount" not in head:
            fees += Decimal(told["shipping_cost_amount"])
        elif head["shipping_cost_amount"] != told["shipping_cost_amount"]:
            return ["head shipping"]
        keys = ("settlement_amount", "revenue_amount", "adjustment_amount")
        wrong = [f"head {key}" for key in keys if head[key] != told[key]]
        return wrong if amount(head, "fee_amount") == fees else [*wrong, "head fees"]


__all__ = ["DAY", "NOW", "MoneyCase", "amount", "parts"]
