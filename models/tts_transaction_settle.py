import logging

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import SQL

from ..utils import reason_of
from .tts_order_import import BUSY, IMPORT_CONTEXT

_logger = logging.getLogger(__name__)

# Set while we reconcile by the hundred: the states are worked out once, at the end.
SETTLING = "tts_settling"
RECEIVABLE = "asset_receivable"
CUSTOMER_TYPES = ("out_invoice", "out_refund")


class TtsTransaction(models.Model):
    """Settling invoices and credit notes with what TikTok paid for their orders."""

    _inherit = "tts.transaction"

    amount_registered = fields.Monetary(
        string="Registered Before",
        readonly=True,
        help="What Register Payment had put on the intermediary account before the "
        "statement was booked; the entry leaves it out.",
    )
    amount_registered_refund = fields.Monetary(
        string="Refund Registered Before",
        readonly=True,
        help="The same for the payment of a credit note; negative.",
    )

    # === LINES === #

    def _booked_lines(self):
        """Return the journal items of these transactions, without reversed ones."""
        return self.env["account.move.line"].search(
            Domain("tts_transaction_id", "in", self.ids)
            & Domain("move_id.tts_booking_key", "!=", False)
            & Domain("parent_state", "=", "posted"),
            order="id",
        )

    @api.model
    def _documents(self, orders):
        """Return the receivable items of the orders' posted invoices, credit notes."""
        return self.env["account.move.line"].search(
            Domain("move_id.tts_order_id", "in", orders.ids)
            & Domain("move_id.move_type", "in", CUSTOMER_TYPES)
            & Domain("parent_state", "=", "posted")
            & Domain("account_id.account_type", "=", RECEIVABLE),
            order="date, id",
        )

    # === SETTLE === #

    @api.model
    def _settle_orders(self, orders):
        """Reconcile what is booked for orders with their invoices and credit notes.

        Sales with invoices, refunds with credit notes, the oldest first; what is left
        of one order then with each other.
        """
        transactions = self.search(
            [
                ("order_id", "in", orders.ids),
                ("settle_state", "not in", ("unbooked", "none")),
            ]
        )
        ours = transactions._booked_lines().filtered(
            lambda line: line.account_type == RECEIVABLE
        )
        documents = self._documents(orders)
        plan = _reconciliation_plan(ours, documents)
        if plan:
            self._reconcile_in_bulk(plan, documents.move_id)
        transactions._refresh_settle_state()
        transactions._note_paid_elsewhere()

    @api.model
    def _reconcile_in_bulk(self, plan, documents):
        """Reconcile, and log on the sales orders which invoices are paid now."""
        documents.line_ids.mapped("tax_ids")  # read at once what is read one by one
        unpaid = documents.filtered(lambda move: move.payment_state != "paid")
        self.env["account.move.line"].with_context(
            **{SETTLING: True}, **IMPORT_CONTEXT
        )._reconcile_plan(plan)
        bodies = {
            move.tts_order_id.sale_order_id.id: self.env._(
                "Invoice %s was paid by TikTok Shop.", move.name
            )
            for move in unpaid
            if move.move_type == "out_invoice" and move.payment_state == "paid"
        }
        bodies.pop(False, None)
        if bodies:
            self.env["sale.order"].browse(bodies)._message_log_batch(bodies)

    @api.model
    def _settle_late(self, orders):
        """Settle documents that came after their statement; failing stops nobody."""
        waiting = self.search_count(
            [
                ("order_id", "in", orders.ids),
                ("settle_state", "in", ("waiting", "partial")),
            ],
            limit=1,
        )
        if not waiting:
            return
        try:
            with self.env.cr.savepoint():
                self._settle_orders(orders)
        except BUSY:
            raise
        except Exception as error:
            _logger.exception("TikTok orders %s were not settled", orders.ids)
            for order in orders:
                self._note_not_settled(order, error)

    # === STATE === #

    def _refresh_settle_state(self):
        """Work out anew what became of these transactions."""
        if not self:
            return
        lines = self._booked_lines().grouped("tts_transaction_id")
        open_orders = self._documents(self.order_id).filtered(
            lambda line: not line.reconciled
        )
        open_orders = open_orders.move_id.tts_order_id
        none = self.env["account.move.line"]
        by_state = {}
        for row in self:
            state = row._find_settle_state(lines.get(row, none), open_orders)
            if row.settle_state != state:
                by_state.setdefault(state, self.browse())
                by_state[state] |= row
        for state, rows in by_state.items():
            rows.settle_state = state
        self._close_settled(by_state.get("settled", self.browse()))

    def _find_settle_state(self, lines, open_orders):
        """Return the state of one transaction.

        :param lines: its journal items
        :param open_orders: orders with an invoice or credit note that is open
        """
        if not self.amount_sale and not self.amount_refund:
            return "none"
        if self.statement_id.state != "booked":
            return "unbooked"
        receivable = lines.filtered(lambda line: line.account_type == RECEIVABLE)
        if any(self._is_unknown_line(line) for line in lines):
            return "unknown"
        waiting = receivable.filtered(lambda line: not line.reconciled)
        if not waiting:
            return "partial" if self.order_id in open_orders else "settled"
        untouched = all(line.amount_residual == line.balance for line in receivable)
        return "waiting" if untouched else "partial"

    def _is_unknown_line(self, line):
        """Whether a journal item still waits for its order."""
        return (
            self.kind == "order"
            and line.account_type != RECEIVABLE
            and line.account_id.reconcile
            and not line.reconciled
        )

    @api.model
    def _close_settled(self, settled):
        """Close the issues of orders that are settled now."""
        for shop, rows in settled.grouped("shop_id").items():
            ids = [order_id for order_id in rows.mapped("order_remote_id") if order_id]
            keys = [f"{kind}:{i}" for i in ids for kind in ("paid-elsewhere", "settle")]
            self.env["tts.issue"]._close(shop, keys)

    # === PAID ELSEWHERE === #

    def _note_paid_elsewhere(self):
        """Tell of orders whose invoice somebody registered as paid in another way."""
        rows = self.filtered(
            lambda row: row.settle_state in ("waiting", "partial") and row.amount_sale
        )
        if not rows:
            return
        elsewhere = self._paid_elsewhere(rows.order_id)
        for order in rows.order_id:
            if order.id in elsewhere:
                self._note_order_paid_elsewhere(order, elsewhere[order.id])

    @api.model
    def _paid_elsewhere(self, orders):
        """Find payments of the orders' invoices that are not TikTok's.

        :return: {id of a `tts.order`: name of the entry}
        """
        if not orders:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT invoice.tts_order_id, MIN(other.name)
                  FROM account_move invoice
                  JOIN account_move_line debit ON debit.move_id = invoice.id
                  JOIN account_partial_reconcile part
                    ON part.debit_move_id = debit.id
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                  JOIN account_move other ON other.id = credit.move_id
                  JOIN tts_shop shop ON shop.id = invoice.tts_shop_id
                  JOIN res_company company ON company.id = invoice.company_id
                 WHERE invoice.tts_order_id IN %s
                   AND invoice.move_type = 'out_invoice'
                   AND other.tts_order_id IS NULL
                   AND other.tts_statement_id IS NULL
                   AND other.journal_id IS DISTINCT FROM shop.payment_journal_id
                   AND other.journal_id
                       IS DISTINCT FROM company.currency_exchange_journal_id
                 GROUP BY invoice.tts_order_id
                """,
                tuple(orders.ids),
            )
        )
        return dict(rows)

    @api.model
    def _note_order_paid_elsewhere(self, order, entry):
        self.env["tts.issue"]._raise(
            order.shop_id,
            f"paid-elsewhere:{order.remote_id}",
            category="settlement",
            name=self.env._("Order %s was paid twice in Odoo", order.remote_id),
            reason=self.env._(
                "TikTok settled it, and its invoice was registered as paid by "
                "%(entry)s before, which is not in the journal %(journal)s. TikTok's "
                "amount is an open credit of the buyer.",
                entry=entry,
                journal=order.shop_id.payment_journal_id.display_name,
            ),
            hint=self.env._(
                "If only TikTok paid, cancel that payment: the invoice is settled as "
                "soon as it is open again and you click Retry. Otherwise Dismiss."
            ),
            order_id=order.id,
            reference=order.remote_id,
        )

    @api.model
    def _note_not_settled(self, order, error):
        self.env["tts.issue"]._raise(
            order.shop_id,
            f"settle:{order.remote_id}",
            category="settlement",
            name=self.env._("The invoice of order %s was not settled", order.remote_id),
            reason=reason_of(error),
            hint=self.env._(
                "TikTok paid for the order already. Reconcile the invoice with the "
                "buyer's open credit, or click Retry."
            ),
            order_id=order.id,
            reference=order.remote_id,
        )

    # === ORDERS THAT COME LATER === #

    def _on_order_known(self):
        """Move what was booked for unknown orders to the buyers, and settle it.

        Call it when the order of these transactions came into Odoo; those that are not
        booked, or whose order is not in Odoo as a sales order yet, are left alone.
        """
        rows = self.sudo().filtered(
            lambda row: row.settle_state == "unknown" and row.order_id.sale_order_id
        )
        for company, mine in rows.grouped("company_id").items():
            mine = mine.with_company(company).with_context(**IMPORT_CONTEXT)
            for shop in mine.shop_id:
                shop.with_company(company)._check_money()
            lines = mine._booked_lines().grouped("tts_transaction_id")
            values = [row._prepare_move_over(lines[row]) for row in mine]
            moves = self.env["account.move"].with_company(company).create(values)
            moves._post(soft=False)
            plan = [
                (lines[row] | move.line_ids).filtered(row._is_unknown_line)
                for row, move in zip(mine, moves, strict=True)
            ]
            moves.line_ids.with_context(**{SETTLING: True})._reconcile_plan(plan)
            mine.settle_state = "waiting"
            for statement in mine.statement_id:
                statement._create_settled_invoices()
            mine._settle_orders(mine.order_id)

    def _prepare_move_over(self, lines):
        """The entry that moves one transaction from the unknown orders to the buyer."""
        statement = self.statement_id
        buyer = self.order_id.sale_order_id.partner_invoice_id.commercial_partner_id
        name = self.env._("Order %s came into Odoo", self.order_remote_id)
        values = []
        for line in lines.filtered(self._is_unknown_line):
            common = {
                "name": name,
                "currency_id": line.currency_id.id,
                "tts_transaction_id": self.id,
            }
            # A person may have moved a part of it by hand.
            amounts = {
                "balance": line.amount_residual,
                "amount_currency": line.amount_residual_currency,
            }
            back = {key: -amount for key, amount in amounts.items()}
            unknown = {"account_id": line.account_id.id}
            receivable = {
                "account_id": self.order_id.sale_order_id._tts_receivable_account().id,
                "partner_id": buyer.id,
            }
            values += [common | unknown | back, common | receivable | amounts]
        return {
            "move_type": "entry",
            "journal_id": self.shop_id.payment_journal_id.id,
            "date": statement.date,
            "currency_id": statement.currency_id.id,
            "ref": statement.remote_id,
            "tts_statement_id": statement.id,
            "tts_booking_key": f"{statement.id}:order:{self.id}",
            "line_ids": [Command.create(value) for value in values],
        }


def _reconciliation_plan(ours, documents):
    """Return which items are reconciled with which, one nested list per order.

    :param ours: receivable items of transactions
    :param documents: those of the same orders' invoices and credit notes
    """
    groups = {}
    for line in ours:
        key = (line.tts_transaction_id.order_id, line.account_id)
        groups.setdefault(key, [ours.browse(), documents.browse()])[0] |= line
    for line in documents:
        key = (line.move_id.tts_order_id, line.account_id)
        if key in groups:
            groups[key][1] |= line
    plan = []
    for mine, theirs in groups.values():
        if not theirs:
            continue
        both = (mine | theirs).filtered(lambda line: not line.reconciled)
        debits = both.filtered(lambda line: line.balance > 0)
        if debits and debits != both:
            plan.append(_pairs(mine & both, both))
    return plan


def _pairs(mine, both):
    """Sales with invoices first, refunds with credit notes, then what is left."""
    theirs = both - mine
    pairs = [
        mine.filtered(lambda line: line.balance < 0)
        | theirs.filtered(lambda line: line.balance > 0),
        mine.filtered(lambda line: line.balance > 0)
        | theirs.filtered(lambda line: line.balance < 0),
    ]
    return [pair for pair in pairs if pair]
