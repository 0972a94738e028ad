from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Command
from odoo.tools import SQL

from ..lib import settlement as plans
from .tts_transaction_settle import RECEIVABLE, SETTLING

ZERO = Decimal()
# Where a transaction keeps what was registered before, by kind of plan line.
REGISTERED = {
    plans.SALE: "amount_registered",
    plans.REFUND: "amount_registered_refund",
}


class Buyer(NamedTuple):
    """On whom and where an order is receivable: records of partner and account."""

    partner: models.BaseModel
    account: models.BaseModel


@dataclass(slots=True)
class Booking:
    """What is booked, and the records that its ids mean.

    `rows` are transactions by TikTok's id, `buyers` by the order's.
    """

    plan: plans.Plan
    rows: dict
    buyers: dict

    @property
    def groups(self):
        """The fee groups that an account is needed for."""
        adjustments = {
            line.group for line in self.plan.lines if line.kind == plans.ADJUSTMENT
        }
        return [*self.plan.fees, *sorted(adjustments - set(self.plan.fees))]


class TtsStatement(models.Model):
    """The entry of a statement: one line per part, by `lib.settlement`'s plan."""

    _inherit = "tts.statement"

    # === PLAN === #

    def _plan_booking(self):
        """Decide what is booked, from what is stored.

        :return: a `Booking`
        :raise SettlementError: it must not be booked
        """
        known = self.transaction_ids.filtered(
            lambda row: row.kind == "order" and row.order_id.sale_order_id
        )
        orders = known.order_id
        by_id = {order.id: order.remote_id for order in orders}
        sales, refunds = (
            {by_id[order_id]: amount for order_id, amount in found.items()}
            for found in self._registered(orders)
        )
        return Booking(
            plan=self._plan_lines(by_id.values(), sales, refunds),
            rows={row.remote_id: row for row in self.transaction_ids},
            buyers=self._find_buyers(orders),
        )

    def _plan_lines(self, known, sales, refunds):
        """Return the `Plan`; one without lines when all of it was registered before.

        :raise SettlementError: it must not be booked
        """
        head, totals, transactions = self._to_lib()
        try:
            plan = plans.plan(head, totals, transactions, known, sales)
        except plans.NothingToBook:
            if not sales:
                raise
            return plans.Plan(totals.currency, totals.payable, (), {}, ())
        return _without_refunds(plan, refunds)

    def _find_buyers(self, orders):
        """Return the `Buyer` of each order; the account is that of its invoice."""
        accounts = {}
        for line in self.env["tts.transaction"]._documents(orders):
            order = line.move_id.tts_order_id
            accounts.setdefault(order.remote_id, line.account_id)
        buyers = {}
        for order in orders:
            partner = order.sale_order_id.partner_invoice_id.commercial_partner_id
            account = (
                accounts.get(order.remote_id)
                or order.sale_order_id._tts_receivable_account()
            )
            buyers[order.remote_id] = Buyer(partner, account)
        return buyers

    # === REGISTERED BEFORE === #

    def _registered(self, orders):
        """Find what Register Payment put on the intermediary account before.

        :return: ({`tts.order` id: Decimal} of sales, the same of refunds), positive
        """
        if not orders:
            return {}, {}
        sales = self._registered_for(orders, "out_invoice", "debit", "credit")
        refunds = self._registered_for(orders, "out_refund", "credit", "debit")
        for name, found in (
            ("amount_registered", sales),
            ("amount_registered_refund", refunds),
        ):
            for order_id, amount in self._left_out_before(orders, name).items():
                if order_id in found:
                    found[order_id] -= abs(amount)
        return sales, refunds

    @api.model
    def _left_out_before(self, orders, name):
        """Sum up what earlier statements left out because it was registered."""
        groups = self.env["tts.transaction"]._read_group(
            [
                ("order_id", "in", orders.ids),
                ("statement_id.state", "=", "booked"),
                (name, "!=", 0),
            ],
            ["order_id"],
            [f"{name}:sum"],
        )
        return {order.id: self._decimal(amount) for order, amount in groups}

    def _registered_for(self, orders, move_type, side, other_side):
        """Sum up the payments of invoices, or credit notes, in the shop's journal.

        What a payment wrote off is not on the intermediary account, so it is no part.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT document.tts_order_id,
                       SUM(%(amount)s * COALESCE(settled.share, 1))
                  FROM account_move document
                  JOIN account_move_line line ON line.move_id = document.id
                  JOIN account_partial_reconcile part ON %(own)s = line.id
                  JOIN account_move_line other ON other.id = %(other)s
                  JOIN account_move payment ON payment.id = other.move_id
                  LEFT JOIN account_payment origin
                    ON origin.id = payment.origin_payment_id
                  LEFT JOIN LATERAL (
                       SELECT ABS(
                              SUM(balance) FILTER (
                                WHERE account_id = origin.outstanding_account_id)
                              / NULLIF(SUM(balance) FILTER (
                                WHERE account_id = other.account_id), 0)) AS share
                         FROM account_move_line
                        WHERE move_id = payment.id
                       ) settled ON TRUE
                 WHERE document.tts_order_id IN %(orders)s
                   AND document.move_type = %(move_type)s
                   AND line.currency_id = %(currency)s
                   AND payment.journal_id = %(journal)s
                   AND payment.tts_statement_id IS NULL
                 GROUP BY document.tts_order_id
                """,
                amount=SQL.identifier("part", f"{side}_amount_currency"),
                own=SQL.identifier("part", f"{side}_move_id"),
                other=SQL.identifier("part", f"{other_side}_move_id"),
                orders=tuple(orders.ids),
                move_type=move_type,
                currency=self.currency_id.id,
                journal=self.shop_id.payment_journal_id.id,
            )
        )
        return {order_id: self._decimal(amount) for order_id, amount in rows}

    def _keep_registered(self, booking):
        """Keep on each transaction what the entry left out."""
        booked = {}
        for line in booking.plan.lines:
            if line.kind in (plans.SALE, plans.REFUND):
                key = (line.transaction_id, line.kind)
                booked[key] = booked.get(key, ZERO) - line.amount
        for remote_id, row in booking.rows.items():
            if row.order_remote_id not in booking.buyers or row.kind != "order":
                continue
            for kind, name in (
                (plans.SALE, "amount_sale"),
                (plans.REFUND, "amount_refund"),
            ):
                left_out = self._decimal(row[name]) - booked.get(
                    (remote_id, kind), ZERO
                )
                if left_out:
                    row[REGISTERED[kind]] = float(left_out)

    # === ENTRY === #

    def _create_entry(self, booking, bill):
        """Create the draft entry; its company amounts balance to the last digit.

        :return: the entry, empty when everything was registered before
        """
        if not booking.plan.lines:
            return self.env["account.move"]
        rate = self.env["res.currency"]._get_conversion_rate(
            self.currency_id, self.company_id.currency_id, self.company_id, self.date
        )
        payable = bill.line_ids.filtered(
            lambda line: line.account_id.account_type == "liability_payable"
        )
        values = []
        for line in booking.plan.lines:
            value = self._prepare_line(line, booking, payable)
            value.setdefault("balance", self._in_company_currency(line.amount, rate))
            values.append(
                value
                | {
                    "amount_currency": float(line.amount),
                    "currency_id": self.currency_id.id,
                    "sequence": len(values) + 1,
                }
            )
        # What is looked up for every line would be wasted on buyers and TikTok.
        return (
            self.env["account.move"]
            .with_context(skip_analytic_sync=True)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": self.shop_id.payment_journal_id.id,
                    "date": self.date,
                    "currency_id": self.currency_id.id,
                    "ref": self.remote_id,
                    "tts_statement_id": self.id,
                    "tts_booking_key": f"{self.id}:entry",
                    "line_ids": [
                        Command.create(value)
                        for value in self._with_rounding(values, booking)
                    ],
                }
            )
        )

    def _in_company_currency(self, amount, rate):
        return self.company_id.currency_id.round(float(amount) * rate)

    def _with_rounding(self, values, booking):
        """Let the intermediary line, or one beside it, take what rounding left over."""
        currency = self.company_id.currency_id
        rest = currency.round(-sum(value["balance"] for value in values))
        if not rest:
            return values
        last = values[-1] if booking.plan.lines[-1].kind == plans.INTERMEDIARY else None
        if last and currency.round(last["balance"] + rest) * last["balance"] > 0:
            last["balance"] = currency.round(last["balance"] + rest)
            return values
        rounding = self._prepare_intermediary() | {
            "name": self.env._("Statement %s: rounding", self.remote_id),
            "balance": rest,
            "amount_currency": 0,
            "currency_id": self.currency_id.id,
            "sequence": len(values) + 1,
        }
        return [*values, rounding]

    def _prepare_line(self, line, booking, payable):
        """What one line of the plan is in the books, but for its amount."""
        row = booking.rows.get(line.transaction_id)
        if line.kind in (plans.SALE, plans.REFUND):
            buyer = booking.buyers[line.order_id]
            values = {"account_id": buyer.account.id, "partner_id": buyer.partner.id}
        elif line.kind == plans.UNKNOWN:
            values = {"account_id": self.shop_id.unknown_account_id.id}
        elif line.kind == plans.FEES:
            values = {
                "account_id": payable.account_id.id,
                "partner_id": payable.partner_id.id,
                "balance": -sum(payable.mapped("balance")),
            }
        elif line.kind == plans.ADJUSTMENT:
            values = {"account_id": self.shop_id._fee_account(line.group).id}
        elif line.kind == plans.RESERVE:
            values = {"account_id": self.shop_id.reserve_account_id.id}
        else:
            values = self._prepare_intermediary()
        if line.kind != plans.ADJUSTMENT:
            values["analytic_distribution"] = False
        name = self._line_name(line, row)
        return {"name": name, "tts_transaction_id": row.id if row else False} | values

    def _prepare_intermediary(self):
        return {
            "account_id": self.shop_id.intermediary_account_id.id,
            "partner_id": self.shop_id.fee_partner_id.id,
            "name": self.env._("Statement %s", self.remote_id),
        }

    def _line_name(self, line, row):
        """Say in a few words what a line is for."""
        order, label = line.order_id, line.label
        if line.kind == plans.FEES:
            return self.env._("Statement %s: fees", self.remote_id)
        if line.kind in (plans.RESERVE, plans.ADJUSTMENT):
            if line.kind == plans.RESERVE:
                label = self.env._("Reserve: %s", label)
            return f"{label} ({order})" if order else label
        if line.kind == plans.UNKNOWN and row.kind != "order":
            return f"{row.remote_type} ({order})" if order else row.remote_type
        is_refund = plans.REFUND in (line.kind, line.group)
        if line.kind == plans.UNKNOWN and row.order_id:
            return (
                self.env._("Order %s, which has no sales order: refund", order)
                if is_refund
                else self.env._("Order %s, which has no sales order: sale", order)
            )
        if line.kind == plans.UNKNOWN:
            return (
                self.env._("Order %s, which is not in Odoo: refund", order)
                if is_refund
                else self.env._("Order %s, which is not in Odoo: sale", order)
            )
        return (
            self.env._("Order %s: refund", order)
            if is_refund
            else self.env._("Order %s: sale", order)
        )

    # === RECONCILE === #

    def _settle_booking(self, bill, entry):
        """Reconcile the entry with bill, invoices, credit notes and bank in bulk."""
        shop = self.shop_id
        plan = []
        if bill:
            payable = bill.line_ids.filtered(
                lambda line: line.account_type == "liability_payable"
            )
            mine = entry.line_ids.filtered(
                lambda line: (
                    line.account_id == payable.account_id
                    and line.partner_id == payable.partner_id
                )
            )
            if mine:  # there is none when the groups of fees make up for each other
                plan.append(payable | mine)
        arrived = self.payout_id.bank_line_id.move_id.line_ids.filtered(
            lambda line: (
                line.account_id == shop.intermediary_account_id and not line.reconciled
            )
        )
        if arrived:
            plan.append(
                arrived
                | entry.line_ids.filtered(
                    lambda line: line.account_id == shop.intermediary_account_id
                )
            )
        if plan:
            entry.line_ids.with_context(**{SETTLING: True})._reconcile_plan(plan)
        transactions = self.transaction_ids.filtered(
            lambda row: row.settle_state != "none"
        )
        transactions.settle_state = "waiting"
        receivable = entry.line_ids.filtered(
            lambda line: line.account_type == RECEIVABLE
        )
        orders = receivable.tts_transaction_id.order_id
        self.env["tts.transaction"]._settle_orders(orders)
        transactions.filtered(
            lambda row: row.order_id not in orders
        )._refresh_settle_state()

    @api.model
    def _decimal(self, amount):
        """Return an amount of money as exact as it is stored."""
        digits = self.currency_id.decimal_places if self.currency_id else 2
        return Decimal(f"{amount:.{digits}f}")


def _without_refunds(plan, registered):
    """Leave out refunds that Register Payment paid before, as sales are left out.

    :param registered: {order id: positive Decimal}
    """
    left = dict(registered)
    lines, left_out = [], ZERO
    for line in plan.lines:
        paid = ZERO
        if line.kind == plans.REFUND:
            paid = max(min(left.get(line.order_id, ZERO), line.amount), ZERO)
            left[line.order_id] = left.get(line.order_id, ZERO) - paid
            left_out += paid
        elif line.kind == plans.INTERMEDIARY:
            continue
        if line.amount - paid:
            lines.append(replace(line, amount=line.amount - paid))
    if rest := -sum((line.amount for line in lines), ZERO):
        lines.append(plans.PlanLine(plans.INTERMEDIARY, rest))
    return replace(plan, lines=tuple(lines))
