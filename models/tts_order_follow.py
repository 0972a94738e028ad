from datetime import datetime
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError

from .. import const
from ..lib.payloads import Address, parse_address
from .tts_order_import import BUSY, IMPORT_CONTEXT
from .tts_order_outcome import RETRY_CAP, RETRY_START


class Before(NamedTuple):
    """What a change is measured against: what TikTok said so far.

    `failed` tells that Odoo could not follow it, so that no news is news all the same.
    """

    total: float
    promised: datetime | bool
    address: Address | None
    failed: bool


class TtsOrder(models.Model):
    """Following orders that Odoo knows: what changed on TikTok changes here."""

    _inherit = "tts.order"

    def _before_change(self):
        return Before(
            self.amount_order,
            self.hand_over_by or self.ship_by,
            parse_address((self.payload or {}).get("recipient_address")),
            bool(self.error_message),
        )

    def _follow_safely(self, entry, before):
        """Follow one order in a savepoint of its own.

        :return: whether it went well
        """
        order = self.with_context(**IMPORT_CONTEXT)
        error = order._attempt(lambda: order._follow(entry, before))
        if not error:
            return True
        if entry.order.status in const.CANCELLED_STATUSES:
            # What a person has to decide lets no further parcel leave.
            order._attempt(order._stop_deliveries)
        else:
            # Nor does it keep a parcel from its new address.
            order._attempt(lambda: order._follow_request(entry.order))
            order._attempt(lambda: order._follow_address(entry.order, before))
            order._attempt(lambda: order._follow_deadline(before))
        self._note_follow_error(error)
        return False

    def _attempt(self, step):
        """Take one step in a savepoint of its own.

        :return: what went wrong, or None
        """
        try:
            with self.env.cr.savepoint():
                step()
        except BUSY:
            raise
        except Exception as error:
            return error
        return None

    def _follow(self, entry, before):
        """Bring one sales order in step with what TikTok says now.

        :raise UserError: Odoo cannot follow; a person must decide
        """
        sale_order = self.sale_order_id
        if entry.order.status in const.CANCELLED_STATUSES:
            self._follow_cancellation(entry.order)
        elif sale_order.state == "cancel":
            self._follow_request(entry.order)
            self._settle_cancelled()
        else:
            self._follow_request(entry.order)
            self._follow_lines(entry.order)
            self._follow_address(entry.order, before)
            self._follow_deadline(before)
            self._follow_total(entry, before)
        if self.state != "review":
            self.write(
                {
                    "state": "done",
                    "error_message": False,
                    "next_retry": False,
                    "attempt_count": 0,
                }
            )
        self.env["tts.issue"]._close(self.shop_id, [f"follow:{self.remote_id}"])

    def _settle_cancelled(self):
        """Whoever cancels in Odoo an order that was to be checked has decided."""
        if self.state == "review":
            self.state = "done"
            self.env["tts.issue"]._close(self.shop_id, self._issue_keys())

    def _follow_request(self, order):
        """Warn that the buyer asks to cancel, for as long as the request is open."""
        key = f"cancel_request:{self.remote_id}"
        if not order.is_buyer_request_cancel:
            self.env["tts.issue"]._close(self.shop_id, [key])
            return
        self.env["tts.issue"]._raise(
            self.shop_id,
            key,
            category="order",
            name=self.env._("Do not ship order %s", self.remote_id),
            reason=self.env._("The buyer asks to cancel it."),
            hint=self.env._(
                "Open the sales order and click Accept or Decline before the deadline."
            ),
            order_id=self.id,
        )

    def _follow_lines(self, order):
        """Take units that were cancelled on TikTok off the order."""
        sale_order = self.sale_order_id
        active = {line.id for line in order.active_lines}
        known = set()
        for line in sale_order.order_line.filtered("tts_line_ids"):
            known.update(line.tts_line_ids)
            left = sum(line_id in active for line_id in line.tts_line_ids)
            # Nothing was cancelled, or a person lowered the quantity already.
            if left == len(line.tts_line_ids) or left >= line.product_uom_qty:
                continue
            if left < line.qty_delivered:
                raise UserError(
                    self.env._(
                        "%(count)s units of %(product)s were cancelled on TikTok, but "
                        "they have left already. Arrange their return.",
                        count=int(line.product_uom_qty - left),
                        product=line.product_id.display_name,
                    )
                )
            sale_order._tts_write_unlocked(line, {"product_uom_qty": left})
        if active - known:
            raise UserError(
                self.env._(
                    "TikTok lists units that the sales order does not have: %s. Add "
                    "them to the sales order.",
                    ", ".join(sorted(active - known)),
                )
            )

    def _follow_deadline(self, before):
        """Move the promised date with TikTok's, unless a person promised another."""
        sale_order = self.sale_order_id
        promised = self.hand_over_by or self.ship_by
        moved = promised and promised != before.promised
        if moved and sale_order.commitment_date == before.promised:
            sale_order.commitment_date = promised

    def _follow_total(self, entry, before):
        """Confirm a quotation whose total agrees by now; report a total that moved."""
        sale_order = self.sale_order_id
        if sale_order.state in ("draft", "sent"):
            if sale_order._tts_differs_by(entry.expected):
                self._note_review(sale_order, entry.expected)
            else:
                sale_order.action_confirm()
                self._note_done()
            return
        moved = sale_order.currency_id.compare_amounts(
            before.total, float(entry.expected)
        )
        if not sale_order._tts_differs_by(entry.expected):
            self.env["tts.issue"]._close(self.shop_id, [f"total:{self.remote_id}"])
            self.state = "done"
        elif moved or before.failed:
            self._note_review(sale_order, entry.expected)

    # === AGAIN === #

    def _retry_import(self):
        """Read orders whose time has come again, and import or follow them."""
        for shop, orders in self.grouped("shop_id").items():
            # Whatever happens, these are not due again at once.
            orders.next_retry = fields.Datetime.now() + RETRY_START
            _outcomes, unknown = shop._refetch(
                orders.mapped("remote_id"), may_commit=True
            )
            for order in orders:
                if order.remote_id in unknown:
                    order.next_retry = fields.Datetime.now() + RETRY_CAP
