"""What the tests of booking have in common: a set-up shop, statements to measure."""

from contextlib import contextmanager
from datetime import datetime, timezone
from decimal import Decimal
from itertools import count
from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user

from ..const import MARKETS
from ..lib.statements import parse_statement, parse_totals, parse_transaction
from .settle_case import SettleCase

COLUMNS = ("revenue", "shipping", "fee_tax", "adjustment")


class MoneyCase(SettleCase):
    """A shop in its company's currency, whose payments are set up."""

    markets = ("US",)
    remote_ids = count(7_000_000_000_000_000_000)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.shop.company_id
        cls.give_chart(cls.company)
        cls.accountant = new_test_user(
            cls.env, "tts_accountant", groups="account.group_account_manager"
        )
        cls.shop.action_set_up_money()

    @classmethod
    def give_chart(cls, company):
        if not company.chart_template:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company, install_demo=False
            )

    def connect_other(self, company, region="US"):
        """Return a shop of another company, as an account of it would bring it."""
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        )
        account = self.env["tts.account"].create(
            {
                "name": "Other app",
                "company_id": company.id,
                "service_id": "1",
                "app_key": self.new_id(),
                "responsible_id": self.env.user.id,
            }
        )
        Shop = self.env["tts.shop"].with_company(company)
        return Shop.create(
            {
                "name": "Elsewhere",
                "account_id": account.id,
                "company_id": company.id,
                "region": region,
                "remote_id": self.new_id(),
                "warehouse_id": warehouse.id,
            }
        )

    # === STATEMENTS === #

    def new_id(self):
        return str(next(self.remote_ids))

    def order_row(self, order_id, sale="0", refund="0", fees=None, shipping=None):
        """Return a raw transaction of an order.

        :param fees: {TikTok's fee key: amount}, costs negative; shipping likewise
        """
        fees, shipping = fees or {}, shipping or {}
        revenue = {
            "subtotal_before_discount_amount": _text(sale),
            "refund_subtotal_before_discount_amount": _text(refund),
        }
        row = {
            "type": "ORDER",
            "order_id": order_id,
            "revenue_amount": _total(revenue),
            "shipping_cost_amount": _total(shipping),
            "fee_tax_amount": _total(fees),
            "revenue_breakdown": revenue,
            "shipping_cost_breakdown": shipping,
            "fee_tax_breakdown": {"fee": fees, "tax": {}},
        }
        return self.raw_row(row)

    def adjustment_row(self, amount, kind="LOGISTICS_REIMBURSEMENT", order_id=""):
        return self.raw_row(
            {
                "type": kind,
                "adjustment_id": self.new_id(),
                "adjustment_order_id": order_id,
                "adjustment_amount": str(amount),
            }
        )

    def reserve_row(self, amount, status="COLLECTED"):
        row = {"type": "RESERVE", "reserve_id": self.new_id(), "reserve_status": status}
        return self.raw_row(row | {"reserve_amount": str(amount)})

    def raw_row(self, row):
        names = ("revenue", "shipping_cost", "fee_tax", "adjustment")
        told = [Decimal(row.get(f"{name}_amount", "0")) for name in names]
        return {"id": self.new_id(), "settlement_amount": str(sum(told))} | row

    def make_statement(self, *rows, shop=None, day=None, spoil=None):
        """Bring a statement of these raw transactions into Odoo, ready to be booked.

        :param spoil: an amount that TikTok adds to what it pays, for no reason
        """
        shop = shop or self.shop
        transactions = [parse_transaction(row) for row in rows]
        sums = {
            name: sum(getattr(one, name) for one in transactions)
            for name in (*COLUMNS, "settlement", "reserve")
        }
        common = {"id": self.new_id(), "currency": MARKETS[shop.region].currency}
        head = parse_statement(self.raw_head(common, sums, day))
        totals = parse_totals(self.raw_totals(common, sums, len(rows), spoil))
        statement = self.env["tts.statement"]._absorb_heads(shop, [head])
        self.env["tts.transaction"]._absorb_page(statement, transactions)
        statement._store_told(head, totals)
        statement.state = "ready"
        return statement

    def raw_head(self, common, sums, day):
        day = day or fields.Date.today()
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=timezone.utc)
        return common | {
            "statement_time": int(moment.timestamp()),
            "settlement_amount": str(sums["settlement"]),
            "revenue_amount": str(sums["revenue"]),
            "shipping_cost_amount": str(sums["shipping"]),
            "fee_amount": str(sums["fee_tax"]),
            "adjustment_amount": str(sums["adjustment"]),
            "payment_status": "PAID",
        }

    def raw_totals(self, common, sums, number, spoil):
        payable = sums["settlement"] + sums["reserve"] + Decimal(spoil or 0)
        return common | {
            "payable_amount": str(payable),
            "total_settlement_amount": str(sums["settlement"]),
            "total_reserve_amount": str(sums["reserve"]),
            "total_count": number,
            "total_settlement_breakdown": {
                "total_revenue_amount": str(sums["revenue"]),
                "total_shipping_cost_amount": str(sums["shipping"]),
                "total_fee_tax_amount": str(sums["fee_tax"]),
                "total_adjustment_amount": str(sums["adjustment"]),
            },
        }

    # === ORDERS AND INVOICES === #

    def sold(self, price="30.00", invoice=True):
        """Import an order with this price; return it and its posted invoice, if any."""
        order_id, order = self.import_units(self.unit(original_price=price))
        return order_id, order, self.invoice(order) if invoice else None

    def invoice(self, order):
        """Create and post the invoice of a sales order."""
        moves = order._create_invoices(final=True)
        moves.tts_order_id = order.tts_order_id
        moves.action_post()
        return moves

    def credit(self, invoice, price=None):
        """Post a credit note of an invoice, of all or with this price."""
        note = invoice._reverse_moves(
            [{"tts_order_id": invoice.tts_order_id.id, "date": invoice.date}]
        )
        if price is not None:
            note.invoice_line_ids[1:].unlink()
            note.invoice_line_ids.write({"quantity": 1, "price_unit": price})
        note.action_post()
        return note

    def pay(self, document, journal):
        """Register the whole payment of an invoice or credit note in a journal."""
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=document.ids
        )
        return wizard.create({"journal_id": journal.id})._create_payments()

    @contextmanager
    def patched(self, owner, name, function):
        with patch.object(owner, name, function):
            yield

    # === BOOKS === #

    def book(self, statement):
        """Book a statement that has to be bookable."""
        statement._book()
        self.assertEqual(statement.state, "booked", statement.error_message)
        return statement

    def balance(self, account, currency=False):
        """Return the balance of an account, in company currency or its items' own."""
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        name = "amount_currency" if currency else "balance"
        return round(sum(lines.mapped(name)), 2)

    def line(self, statement, account):
        """Return the item of a settlement entry on an account."""
        return statement.move_id.line_ids.filtered(
            lambda line: line.account_id == account
        )

    def fee_account(self, group, shop=None):
        return (shop or self.shop)._fee_account(group)


def _text(amount):
    return f"{amount:.2f}" if isinstance(amount, float) else str(amount)


def _total(amounts):
    return str(sum((Decimal(amount) for amount in amounts.values()), Decimal()))
