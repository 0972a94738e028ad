from odoo import api, fields, models

from .tts_order_import import IMPORT_CONTEXT

COMPLETED = "COMPLETED"


class TtsOrder(models.Model):
    """What an order was settled for."""

    _inherit = "tts.order"

    transaction_ids = fields.One2many(
        "tts.transaction", "order_id", string="Transactions", readonly=True
    )
    completed_at = fields.Datetime(
        string="Completed On", readonly=True, help="When it was first seen completed."
    )
    settled_at = fields.Datetime(
        string="Settled On", readonly=True, help="When its first statement was made."
    )
    amount_settled = fields.Monetary(
        string="Settled",
        readonly=True,
        help="Sales and refunds in TikTok's statements, before fees.",
    )

    # === FOLLOWING === #

    @api.model
    def _absorb(self, shop, rows, force=False):
        """Settle what came before its order: statements may be faster than orders."""
        outcomes = super()._absorb(shop, rows, force)
        came = [key for key, what in outcomes.items() if what in ("created", "error")]
        if came:
            self._settle_arrived(shop, came)
        return outcomes

    @api.model
    def _settle_arrived(self, shop, remote_ids):
        """Link transactions to their orders, which have just come into Odoo."""
        Transaction = self.env["tts.transaction"].sudo()
        waiting = Transaction.search(
            [
                ("shop_id", "=", shop.id),
                ("order_remote_id", "in", remote_ids),
                "|",
                ("order_id", "=", False),
                ("settle_state", "=", "unknown"),
            ]
        )
        if not waiting:
            return
        orders = {
            order.remote_id: order
            for order in self.search(
                [("shop_id", "=", shop.id), ("remote_id", "in", remote_ids)]
            )
        }
        waiting._link_orders(orders)
        waiting.order_id._follow_settlement()
        self.env["tts.issue"]._close(
            shop, [f"unknown-order:{row.order_remote_id}" for row in waiting]
        )
        arrived = waiting.filtered(lambda row: row.order_id.sale_order_ids)
        if arrived and (error := self._attempt(arrived._on_order_known)):
            # What is booked stays right, and is tried again when it is looked at.
            for order in arrived.order_id:
                order._note_settle_error(error)

    def _note_settle_error(self, error):
        """Tell that the money of an order waits on the account for unknown orders."""
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"unknown-order:{self.remote_id}",
            category="settlement",
            name=self.env._("The settlement of order %s was not moved", self.remote_id),
            reason=self._reason_of(error),
            hint=self.env._(
                "The order was settled before it came into Odoo, so its amount is on "
                "the account for unknown orders. Mend what the reason names, then "
                "click Retry: it moves to the customer."
            ),
            order_id=self.id,
            reference=self.remote_id,
        )

    def _store(self, order, row, digest, currencies):
        """Remember when an order was completed: what is not paid by then grows old."""
        result = super()._store(order, row, digest, currencies)
        if self.status == COMPLETED and not self.completed_at:
            self.completed_at = self.remote_update_time or fields.Datetime.now()
        return result

    def _follow_settlement(self):
        """Sum up what these orders were settled for until now."""
        if not self:
            return
        self.env["tts.transaction"].flush_model()
        groups = (
            self.env["tts.transaction"]
            .sudo()
            ._read_group(
                [("order_id", "in", self.ids), ("kind", "=", "order")],
                ["order_id"],
                ["statement_time:min", "amount_sale:sum", "amount_refund:sum"],
            )
        )
        found = {
            order.id: (since, sale + refund) for order, since, sale, refund in groups
        }
        for order in self.with_context(**IMPORT_CONTEXT):
            since, amount = found.get(order.id, (False, 0.0))
            values = {"settled_at": since or False, "amount_settled": amount}
            if order.settled_at != values["settled_at"] or (
                order.currency_id or order.company_id.currency_id
            ).compare_amounts(order.amount_settled, amount):
                order.write(values)
