"""What may happen between orders, TikTok's statements, the books and a bank."""

import contextlib
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from odoo.exceptions import UserError

from .machine import NUMBERS, Killed, Machine

OPEN = ("AWAITING_SHIPMENT", "AWAITING_COLLECTION", "IN_TRANSIT", "DELIVERED")
SPOILS = ("head", "column", "missing_transaction", "double_transaction", "count")
TYPES = ("PLATFORM_PENALTY", "REBATE", "LOGISTICS_REIMBURSEMENT", "SOMETHING_NEW")
FINANCE = "/finance/"
FAULTS = (
    {"kind": "http_500", "path": FINANCE, "times": 8},
    {"kind": "timeout", "path": FINANCE, "times": 8},
    {"kind": "html_502", "path": "/statement_transactions", "times": 8},
    {"kind": "rate_limit", "path": FINANCE, "times": 8},
    {"kind": "truncated_json", "path": FINANCE, "times": 2},
)
CALLS = (
    "/finance/202309/statements",
    "/statement_transactions",
    "/payments",
    "/withdrawals",
    "/unsettled",
)
# What a sale and a refund consist of, read from the sandbox's own breakdown.
SALE = ("subtotal_before_discount_amount", "seller_discount_amount")
REFUND = ("refund_subtotal_before_discount_amount", "seller_discount_refund_amount")
BUYER_SHIPPING = "customer_paid_shipping_fee_amount"


class MoneyMachine(Machine):
    """Buyers, TikTok, an accountant and a bank; `case` is bound by the test."""

    @initialize(early=st.integers(0, 15))
    def begin(self, early):
        self.start()
        self.arrived = Decimal(0)
        # Most of what can go wrong begins with orders that are settled.
        for number in range(6):
            self.buy(number, 1000 + 777 * number)
        self.case.sync()
        self.complete(0b1111)
        self.case.sync()
        self._sale_orders()[:early]._tts_create_invoices(force=True)
        self.register_payments(early)
        self.case.settle_day()
        self.case.read_all()

    # === TIKTOK === #

    def finance(self):
        shops = self.case.control("GET", "/state?only=finance")["finance"]
        return shops[self.case.shop.remote_id]

    @rule(number=NUMBERS, cents=st.integers(100, 99_999))
    def buy(self, number, cents):
        case = self.case
        off = {"seller_discount": "0.50"} if number % 3 == 0 else {}
        paid = {"platform_discount": "0.25"} if number % 2 else {}
        unit = case.unit(
            number % 4,
            quantity=1 + number % 3,
            original_price=f"{1 + cents / 100:.2f}",
            **off,
            **paid,
        )
        case.place_units(unit)

    @rule(number=NUMBERS)
    def complete(self, number):
        """Some parcels arrive; of orders that Odoo may not have yet."""
        for position, order_id in enumerate(self.orders(*OPEN)):
            if number >> (position % 17) & 1:
                self.case.complete(order_id)

    @rule(number=NUMBERS, is_whole=st.booleans(), shipping=st.booleans())
    def refund(self, number, is_whole, shipping):
        orders = self.orders("COMPLETED")
        if not orders:
            return
        body = {"shipping": shipping} | ({} if is_whole else {"amount": "0.40"})
        with contextlib.suppress(ValueError, AssertionError):
            self.case.change(orders[number % len(orders)], refund=body)

    @rule(cents=st.integers(-900, 900), kind=st.sampled_from(TYPES))
    def adjust(self, cents, kind):
        if cents:
            row = {"type": kind, "amount": f"{cents / 100:.2f}"}
            self.case.control("POST", "/finance", {"adjust": row})

    @rule(cents=st.integers(10, 500))
    def hold_back(self, cents):
        if self.case.has_reserves:
            row = {"amount": f"{cents / 100:.2f}"}
            self.case.control("POST", "/finance", {"reserve": row})

    @rule(number=NUMBERS, cents=st.integers(1, 300))
    def invent_a_fee(self, number, cents):
        orders = self.orders(*OPEN)
        if orders:
            order_id = orders[number % len(orders)]
            row = {"order_id": order_id, "key": "fee_of_tomorrow_amount"}
            row["amount"] = f"-{cents / 100:.2f}"
            self.case.control("POST", "/finance", {"fee": row})

    @rule(number=NUMBERS)
    def settle(self, number):
        """A day is over, on which some parcels had arrived."""
        self.complete(number)
        self.case.settle_day()

    @rule(number=NUMBERS, kind=st.sampled_from(SPOILS))
    def contradict(self, number, kind):
        """TikTok sends something that does not add up, and corrects it later."""
        rows = [row for row in self.finance()["statements"] if row["transactions"]]
        if rows:
            statement_id = rows[number % len(rows)]["id"]
            with contextlib.suppress(ValueError, AssertionError):
                self.case.spoil(statement_id, kind)

    @rule(number=NUMBERS)
    def pay_out(self, number):
        self.case.pay_out(number)

    # === BETWEEN THEM === #

    @rule()
    def sync_orders(self):
        self.case.sync()

    @rule()
    def read_now(self):
        self.case.read_all()

    @rule(fault=st.sampled_from(FAULTS))
    def read_in_trouble(self, fault):
        with self.case.fault(**fault):
            self.case.read_all()

    @rule(path=st.sampled_from(CALLS), after=st.integers(0, 2), is_done=st.booleans())
    def read_and_die(self, path, after, is_done):
        """The worker is killed at a call, before it or when TikTok answered."""

        def die(call):
            if is_done:
                call()
            raise Killed

        with contextlib.suppress(Killed), self.at(path, die, after):
            self.case.read_all()
        self.case.env.invalidate_all()

    # === THE ACCOUNTANT === #

    def _some(self, records, number):
        """Return a few of these, by number."""
        return records.filtered(lambda row: (number >> (row.id % 17)) & 1)

    def _sale_orders(self):
        return self.case.env["sale.order"].search(
            [("tts_order_id", "!=", False), ("state", "=", "sale")], order="id"
        )

    def _invoices(self, *states):
        return self.case.env["account.move"].search(
            [
                ("tts_order_id", "!=", False),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", states),
            ],
            order="id",
        )

    @rule(number=NUMBERS)
    def invoice(self, number):
        self._some(self._sale_orders(), number)._tts_create_invoices(force=True)

    @rule(number=NUMBERS)
    def register_payments(self, number):
        """Somebody registers payments before the statement comes."""
        invoices = self._invoices("not_paid", "partial")
        done = invoices.filtered(lambda row: row.tts_order_id.status == "COMPLETED")
        if chosen := self._some(done, number):
            self.case.register(chosen)

    @rule(number=NUMBERS)
    def credit(self, number):
        """A whole order was refunded: its invoice gets a credit note."""
        remote = self.case.control("GET", "/state")["orders"]
        for invoice in self._some(self._invoices("not_paid", "paid"), number):
            order = invoice.tts_order_id
            whole = self.case.is_refunded(remote[order.remote_id])
            if whole and not invoice.reversal_move_ids:
                self.case.credit(invoice)

    @rule(number=NUMBERS)
    def book(self, number):
        statements = self.case.statement().filtered(lambda row: row.state == "ready")
        if chosen := self._some(statements, number):
            chosen.action_book()

    @rule(number=NUMBERS)
    def reverse(self, number):
        booked = self.case.statement().filtered(lambda row: row.state == "booked")
        if booked:
            booked[number % len(booked)].action_reverse()

    @rule(number=NUMBERS)
    def reach_the_bank(self, number):
        """Some payouts arrive, with a text that says nothing."""
        payouts = self.case.env["tts.payout"].search(
            [("state", "=", "paid"), ("bank_line_id", "=", False)], order="id"
        )
        for payout in self._some(payouts - self.case.in_bank, number):
            if payout.amount:
                self.arrived += Decimal(f"{payout.amount_settlement:.2f}")
                self.case.arrive(payout)

    # === WHAT HAS TO HOLD === #

    def grow_quiet(self):
        """After quiet time the books say what TikTok says."""
        case = self.case
        for row in self.finance()["statements"]:
            if row["spoil"]:
                case.spoil(row["id"], None)
        case.settle_day()
        case.sync()
        for _run in range(3):
            case.read_all()
        self._sale_orders()._tts_create_invoices(force=True)
        waiting = case.statement().filtered(
            lambda row: row.state not in ("booked", "empty")
        )
        if waiting:
            with contextlib.suppress(UserError):
                waiting.action_book()
        self.reach_the_bank(0b01011011011011011)
        case.read_all()
        case.env.flush_all()
        self._check_statements()
        self._check_accounts()
        self._check_invoices()
        self._check_analysis()

    def _check_statements(self):
        remote = {row["id"]: row for row in self.finance()["statements"]}
        mine = {row.remote_id: row for row in self.case.statement()}
        assert set(mine) == set(remote), "a statement is missing"
        for remote_id, row in remote.items():
            state, why = mine[remote_id].state, mine[remote_id].error_message
            wanted = "booked" if row["transactions"] else "empty"
            assert state == wanted or not self._is_worth(row), (remote_id, state, why)

    @staticmethod
    def _is_worth(row):
        """Whether something of a statement is not zero."""
        return any(
            Decimal(amount)
            for one in row["transactions"]
            for part in one["breakdown"].values()
            for amount in part.values()
        ) or any(
            Decimal(one[name])
            for one in row["transactions"]
            for name in ("adjustment", "reserve")
        )

    def _transactions(self):
        return [
            row for day in self.finance()["statements"] for row in day["transactions"]
        ]

    def _check_accounts(self):
        case, shop = self.case, self.case.shop
        owed = sum(Decimal(row["payable"]) for row in self.finance()["statements"])
        self._assert_balance(shop.intermediary_account_id, owed - self.arrived)
        rows = self._transactions()
        held = sum(Decimal(row["reserve"]) for row in rows)
        self._assert_balance(shop.reserve_account_id, -held)
        known = set(self._sale_orders().tts_order_id.mapped("remote_id"))
        strange = [row for row in rows if row["order_id"] not in known]
        self._assert_balance(
            shop.unknown_account_id, -sum(sum(_parts(row)[:2]) for row in strange)
        )
        adjusted = sum(Decimal(row["adjustment"]) for row in rows)
        fees = sum(_parts(row)[2] for row in rows)
        accounts = shop.fee_account_ids.account_id
        found = sum((case.in_currency(account) for account in accounts), Decimal(0))
        assert found == -(fees + adjusted), (found, fees, adjusted)
        trial = case.env["account.move.line"]._read_group(
            [("parent_state", "=", "posted")], [], ["balance:sum"]
        )
        assert not round(trial[0][0] or 0, 6), trial

    def _assert_balance(self, account, wanted):
        found = self.case.in_currency(account)
        assert found == wanted, f"{account.name}: {found} in place of {wanted}"

    def _check_analysis(self):
        """The analysis has all that was sold and settled, whatever was shared."""
        orders = self._sale_orders()
        known = set(orders.tts_order_id.mapped("remote_id"))
        rows = self._transactions()
        parts = [_parts(row) for row in rows]
        strange = sum(
            part[0]
            for row, part in zip(rows, parts, strict=True)
            if row["order_id"] not in known
        )
        sold = sum(Decimal(f"{order.amount_total:.2f}") for order in orders)
        wanted = {
            ("sales", "shipping"): sold + strange,
            ("refunds",): sum(part[1] for part in parts),
            ("platform_fees", "affiliate"): sum(part[2] for part in parts),
            ("adjustments",): sum(Decimal(row["adjustment"]) for row in rows),
        }
        for names, amount in wanted.items():
            found = self.case.analysed(*names)
            assert found == amount, f"{names}: {found} in place of {amount}"

    def _check_invoices(self):
        """Invoices of settled orders are paid, as far as TikTok credited them.

        What the buyer paid to ship and got back before the order settled TikTok does
        not credit: a credit note settles that part.
        """
        settled = {}
        for row in self._transactions():
            if row["type"] == "ORDER" and _parts(row)[0]:
                before = settled.get(row["order_id"], Decimal(0))
                settled[row["order_id"]] = before + _parts(row)[0]
        for invoice in self._invoices("not_paid", "partial", "paid", "reversed"):
            order_id = invoice.tts_order_id.remote_id
            if order_id in settled:
                left = Decimal(f"{invoice.amount_total:.2f}") - settled[order_id]
                found = Decimal(f"{invoice.amount_residual:.2f}")
                is_right = found == left or invoice.reversal_move_ids and found < left
                assert is_right, (order_id, found, left)
        missing = self._sale_orders().filtered(
            lambda order: (
                order.tts_order_id.remote_id in settled and not order.invoice_ids
            )
        )
        assert not missing, missing


def _parts(row):
    """Return what a transaction of the sandbox holds: sale, refund, fees."""
    sections = row["breakdown"]
    revenue = sections.get("revenue") or {}
    paid = Decimal((sections.get("shipping") or {}).get(BUYER_SHIPPING, "0"))
    sale = sum(Decimal(revenue.get(key, "0")) for key in SALE) + max(paid, Decimal(0))
    refund = sum(Decimal(revenue.get(key, "0")) for key in REFUND) + min(
        paid, Decimal(0)
    )
    total = sum(Decimal(row[name]) for name in ("revenue", "shipping", "fee_tax"))
    return sale, refund, total - sale - refund
