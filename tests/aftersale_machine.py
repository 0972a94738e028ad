"""What may happen between buyers who cancel and return, a clerk and the books."""

import contextlib
from collections import defaultdict
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from .machine import NUMBERS, Killed, Machine

CASES = "/return_refund/"
WAITING = ("AWAITING_SHIPMENT",)
ARRIVED = ("DELIVERED", "COMPLETED")
KINDS = ("REFUND", "RETURN_AND_REFUND", "REPLACEMENT", "EXCHANGE")
DECISIONS = (
    *("APPROVE_REFUND", "APPROVE_RETURN", "APPROVE_REPLACEMENT", "DIRECT_REFUND"),
    *("REJECT_REFUND", "REJECT_RETURN", "ISSUE_REPLACEMENT_REFUND"),
    *("APPROVE_RECEIVED_PACKAGE", "REJECT_RECEIVED_PACKAGE"),
)
STEPS = (
    *("ship_back", "arrive", "withdraw", "accept_offer", "refuse_offer"),
    *("arbitrate", "support_buyer", "support_seller", "close_arbitration", "complete"),
)
FAULTS = (
    {"kind": "http_500", "path": CASES, "times": 8},
    {"kind": "timeout", "path": CASES, "times": 8},
    {"kind": "html_502", "path": "/returns/search", "times": 8},
    {"kind": "rate_limit", "path": CASES, "times": 8},
    {"kind": "truncated_json", "path": CASES, "times": 2},
    {"kind": "duplicate_page", "path": CASES, "times": 2},
)
CALLS = ("/cancellations/search", "/returns/search", "/order/202507/orders")


class AftersaleMachine(Machine):
    """Buyers, TikTok, a clerk and an accountant; `case` is bound by the test."""

    @initialize()
    def begin(self):
        self.start()
        self.stock = self._in_stock()
        self.last_move = self.case.env["stock.move"].search(
            [], order="id desc", limit=1
        )
        # Most of what can go wrong begins with parcels that have arrived.
        for number in range(9):
            self.buy(number)
        self.case.sync()
        self.deliver(0b1111110)
        self.case.sync()
        self.invoice(0x1BDFF)
        for number, kind in enumerate((*KINDS[:3], *KINDS[:2])):
            self.start_a_return(number, kind, number % 2)
        self.ask_to_cancel(1, True)
        self.case.aftersales()

    # === TIKTOK === #

    @rule(number=NUMBERS)
    def buy(self, number):
        case = self.case
        off = {"seller_discount": "0.50"} if number % 3 == 0 else {}
        paid = {"platform_discount": "0.25"} if number % 2 else {}
        units = [case.unit(number % 3, quantity=1 + number % 3, **off, **paid)]
        if number % 4 == 0:
            units.append(case.unit(3, original_price=f"{5 + number % 97}.35"))
        case.place_units(*units)

    @rule(number=NUMBERS)
    def deliver(self, number):
        """A clerk lets parcels leave, and they arrive."""
        for position, order_id in enumerate(self.orders(*WAITING)):
            mirror = self.case.mirror(order_id)
            if not number >> (position % 17) & 1 or mirror.cancel_requested:
                continue
            pickings = mirror.sale_order_id.picking_ids
            if pickings and self.case.leave(pickings):
                self.case.change(order_id, status="DELIVERED", force=True)

    def _cases(self, kind):
        return self.case.control("GET", f"/state?only={kind}")[kind]

    def _step(self, kind, number, step, **body):
        """Let somebody take a step of the first case that is where it can be taken.

        :return: that case, None when there is none
        """
        cases = sorted(self._cases(kind))
        start = number % (len(cases) or 1)
        for case_id in (*cases[start:], *cases[:start]):
            with contextlib.suppress(ValueError, KeyError, AssertionError):
                self.case.step(case_id, step, kind, **body)
                return case_id
        return None

    @rule(number=NUMBERS, single=st.booleans())
    def ask_to_cancel(self, number, single):
        orders = self.orders(*WAITING)
        if orders:
            order_id = orders[number % len(orders)]
            body = {}
            if single:
                units = self.case.raw(order_id)["line_items"]
                body["lines"] = [units[number % len(units)]["id"]]
            with contextlib.suppress(ValueError, KeyError, AssertionError):
                self.case.change(order_id, cancel_request=body)

    @rule(number=NUMBERS, role=st.sampled_from(("SELLER", "SYSTEM", "OPERATOR")))
    def cancel(self, number, role):
        orders = self.orders(*WAITING)
        if orders:
            order_id = orders[number % len(orders)]
            with contextlib.suppress(ValueError, KeyError, AssertionError):
                self.case.change(order_id, cancel={"role": role})

    @rule(
        number=NUMBERS,
        step=st.sampled_from(("approve", "reject", "withdraw", "complete")),
    )
    def go_on_with_a_cancellation(self, number, step):
        self._step("cancellations", number, step)

    @rule(number=NUMBERS, kind=st.sampled_from(KINDS), shipping=st.booleans())
    def start_a_return(self, number, kind, shipping):
        orders = self.orders(*ARRIVED)
        if not orders:
            return
        order_id = orders[number % len(orders)]
        body = {"order_id": order_id, "type": kind}
        if shipping and kind in KINDS[:2]:
            body["shipping"] = True
        units = self.case.raw(order_id)["line_items"]
        if number % 3:
            body["lines"] = [units[number % len(units)]["id"]]
        with contextlib.suppress(ValueError, KeyError, AssertionError):
            self.case.control("POST", "/returns", body)

    @rule(number=NUMBERS, decision=st.sampled_from(DECISIONS))
    def decide_in_seller_center(self, number, decision):
        self._step("returns", number, "decide", decision=decision)

    @rule(number=NUMBERS, cents=st.integers(1, 900))
    def offer_a_part(self, number, cents):
        amount = f"{cents / 100:.2f}"
        decision = "OFFER_PARTIAL_REFUND"
        self._step("returns", number, "decide", decision=decision, amount=amount)

    @rule(number=NUMBERS, step=st.sampled_from(STEPS))
    def go_on_with_a_return(self, number, step):
        self._step("returns", number, step)

    @rule(number=NUMBERS)
    def grant_a_refund(self, number):
        self._step("returns", number, "decide", decision="APPROVE_REFUND")

    @rule(number=NUMBERS)
    def a_return_goes_its_way(self, number):
        """Granted, sent back, arrived and accepted: what random steps rarely do."""
        case_id = self._step("returns", number, "decide", decision="APPROVE_RETURN")
        for step, body in (
            ("ship_back", {}),
            ("arrive", {}),
            ("decide", {"decision": "APPROVE_RECEIVED_PACKAGE"}),
        ):
            if case_id:
                self.case.step(case_id, step, **body)

    @rule(number=NUMBERS)
    def settle(self, number):
        for position, order_id in enumerate(self.orders("DELIVERED")):
            if number >> (position % 17) & 1:
                self.case.complete(order_id)
        self.case.settle_day()

    # === ODOO === #

    @rule()
    def sync_orders(self):
        self.case.sync()

    @rule()
    def follow(self):
        self.case.aftersales()

    @rule(fault=st.sampled_from(FAULTS))
    def follow_in_trouble(self, fault):
        with self.case.fault(**fault):
            self.case.aftersales()

    @rule(path=st.sampled_from(CALLS), after=st.integers(0, 1), is_done=st.booleans())
    def follow_and_die(self, path, after, is_done):
        """The worker is killed at a call, before it or when TikTok answered."""

        def die(call):
            if is_done:
                call()
            raise Killed

        with contextlib.suppress(Killed), self.at(path, die, after):
            self.case.aftersales()
        self.case.env.invalidate_all()

    @rule()
    def read_settlements(self):
        self.case.read_all()

    @rule(number=NUMBERS)
    def invoice(self, number):
        orders = self.case.env["sale.order"].search(
            [("tts_order_id", "!=", False), ("state", "=", "sale")], order="id"
        )
        orders.filtered(
            lambda order: number >> (order.id % 17) & 1
        )._tts_create_invoices()

    @rule(number=NUMBERS)
    def receive(self, number):
        """A clerk receives, in whole, what carriers brought."""
        for picking in self._arrived_pickings():
            if number >> (picking.id % 17) & 1:
                self.case.receive_all(picking)

    @rule(number=NUMBERS, scraps=st.booleans())
    def inspect(self, number, scraps):
        for case in self._returns(("inspection_state", "=", "received")):
            if number >> (case.id % 17) & 1:
                self.case.inspect_all(case, scraps)

    @rule(number=NUMBERS)
    def post_credit_notes(self, number):
        notes = self.case.env["account.move"].search(
            [("move_type", "=", "out_refund"), ("state", "=", "draft")]
        )
        notes.filtered(lambda note: number >> (note.id % 17) & 1).action_post()

    def _returns(self, *domain):
        return self.case.env["tts.return"].search([*domain], order="id")

    def _arrived_pickings(self):
        remote = self._cases("returns")
        arrived = self._returns().filtered(
            lambda case: remote.get(case.remote_id, {}).get("arrived")
        )
        return arrived.picking_ids.filtered(lambda row: row.state == "assigned")

    # === WHAT HAS TO HOLD === #

    def grow_quiet(self):
        """After quiet time goods, books and reports say what TikTok says."""
        for _run in range(3):
            self.case.sync()
            self.case.aftersales()
            self.receive(-1)
            self.inspect(-1, False)
            self.post_credit_notes(-1)
        self.case.settle_day()
        self.case.read_all()
        self._check_cases()
        self._check_goods()
        self._check_credits()
        self._check_report()

    def _check_cases(self):
        """Each case is there once, as it stands on TikTok."""
        known = set(self._known_orders().mapped("remote_id"))
        for kind, model in (
            ("returns", "tts.return"),
            ("cancellations", "tts.cancellation"),
        ):
            mine = self.case.env[model].search([])
            by_id = {case.remote_id: case for case in mine}
            assert len(by_id) == len(mine), "a case is there twice"
            for remote_id, row in self._cases(kind).items():
                if row["order_id"] in known:
                    found = by_id[remote_id].remote_status
                    assert found == row["status"], (remote_id, found, row["status"])

    def _known_orders(self):
        return self.case.env["tts.order"].search([("sale_order_ids", "!=", False)])

    def _check_goods(self):
        """Units that came back are in stock again, or scrapped; and no others."""
        remote = self._cases("returns")
        back = defaultdict(float)
        for case in self._returns():
            row = remote[case.remote_id]
            wanted = case.units if row["arrived"] and case.goods_expected else 0
            found = case.units_returned
            assert found == wanted, (case.remote_id, row["status"], found, wanted)
            assert found == case.units_restocked + case.units_scrapped
        for move in self.case.env["stock.move"].search(
            [("state", "=", "done"), ("id", ">", self.last_move.id or 0)]
        ):
            if move.location_dest_id.usage == "customer":
                back[move.product_id] -= move.quantity
            if move.location_dest_id == self.case.shop.warehouse_id.lot_stock_id:
                back[move.product_id] += move.quantity
        for product, quantity in self._in_stock().items():
            moved = quantity - self.stock.get(product, 0)
            assert moved == back[product], (product.default_code, moved, back[product])

    def _in_stock(self):
        location = self.case.shop.warehouse_id.lot_stock_id
        rows = self.case.env["stock.quant"]._read_group(
            [("location_id", "child_of", location.id)],
            ["product_id"],
            ["quantity:sum"],
        )
        return dict(rows)

    def _check_credits(self):
        """Credit notes of invoiced orders come to what TikTok takes back."""
        orders = self.case.control("GET", "/state?raw=0")["orders"]
        for mirror in self._known_orders():
            invoices = mirror.move_ids.filtered(
                lambda move: move.move_type == "out_invoice" and move.state == "posted"
            )
            if not invoices or mirror.status in ("CANCELLED", "CANCEL"):
                continue
            notes = mirror.move_ids.filtered(
                lambda move: move.move_type == "out_refund" and move.state == "posted"
            )
            wanted = sum(
                Decimal(row["goods"]) + Decimal(row["shipping"])
                for row in orders[mirror.remote_id].get("refunds") or ()
            )
            cancelled = sum(
                Decimal(f"{case.amount_credit:.2f}") for case in mirror.cancellation_ids
            )
            found = Decimal(f"{sum(notes.mapped('amount_total')):.2f}")
            assert found == wanted + cancelled, (mirror.remote_id, found, wanted)

    def _check_report(self):
        """The analysis comes to the orders and the statements."""
        env = self.case.env
        env.flush_all()
        [(sales, fees, affiliate, refunds)] = env["tts.sale.report"]._read_group(
            [("tts_order_id", "!=", False)],
            [],
            ["sales:sum", "platform_fees:sum", "affiliate:sum", "refunds:sum"],
        )
        lines = env["sale.order.line"].search(
            [
                ("order_id.tts_order_id", "!=", False),
                ("state", "=", "sale"),
                ("is_delivery", "=", False),
            ]
        )
        rows = env["tts.transaction"].search([("statement_id.state", "=", "ready")])
        orders = rows.filtered("order_id")
        unsold = orders.filtered(lambda row: row.sale_order_id.state != "sale")
        wanted = sum(lines.mapped("price_total")) + sum(unsold.mapped("amount_sale"))
        self._assert_close("sales", sales, wanted)
        self._assert_close("refunds", refunds, sum(orders.mapped("amount_refund")))
        self._assert_close(
            "fees", (fees or 0) + (affiliate or 0), sum(orders.mapped("amount_fees"))
        )

    @staticmethod
    def _assert_close(name, found, wanted):
        assert abs((found or 0) - wanted) < 0.005, (name, found, wanted)
