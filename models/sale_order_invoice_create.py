from datetime import timedelta

from odoo import fields, models
from odoo.tools import formatLang

from ..utils import reason_of
from .sale_order_invoice import WHOLE
from .tts_order_import import BUSY, IMPORT_CONTEXT

RETRY_IN = timedelta(hours=6)


class SaleOrder(models.Model):
    """Creating invoices by the hundred: batches, and no bad apple among them."""

    _inherit = "sale.order"

    # === BUTTONS === #

    def action_tts_create_invoices(self):
        """Create and post the invoices of the shipped TikTok orders among these.

        :return: a message with how many there are, and why others have none
        """
        self.env["account.move"].check_access("create")
        self.check_access("read")
        moves, reasons = self.sudo()._tts_create_invoices()
        return self.env["tts.order"]._show_invoices(moves, list(reasons.values()))

    # === CREATE === #

    def _tts_create_invoices(self, post=True, force=False):
        """Create the invoice of each TikTok order that has left and has none.

        Orders that are invoiced already are neither in the invoices nor in the reasons.
        One that fails keeps no other from its invoice, and gets an issue.

        :param bool post: whether to post them; those whose total differs from their
            order's stay drafts
        :param bool force: whether to invoice what has not left as well
        :return: (the new invoices, {order: why it has none or only a draft})
        :raise psycopg2.OperationalError: this transaction must start again
        """
        reasons, ready, done = {}, self.browse(), self.browse()
        for order in self:
            reason = order._tts_why_not_invoiced(force)
            if reason:
                reasons[order] = reason
            elif order._tts_is_to_invoice():
                ready |= order
            elif order.tts_order_id:
                done |= order
        free = ready._tts_take_for_invoice()
        for order in ready - free:
            reasons[order] = self.env._(
                "%s is being changed by somebody else. Try again in a moment.",
                order.tts_order_id.remote_id,
            )
        moves = self.env["account.move"]
        for orders in free.grouped("company_id").values():
            moves |= orders._tts_invoice_batch(post, reasons)
        failed = self.browse().concat(*reasons)
        (done | (free - failed))._tts_close_invoice_issues()
        return moves, reasons

    def _tts_why_not_invoiced(self, force):
        """Return why this order cannot be invoiced now, None when it can or is."""
        if not self.tts_order_id:
            return self.env._("%s is not an order of TikTok Shop.", self.name)
        name = self.tts_order_id.remote_id
        if self.state == "cancel":
            return self.env._("%s is cancelled.", name)
        if self.state != "sale":
            return self.env._(
                "%s is a quotation still. Check its issue and confirm it first.", name
            )
        drafts = self._tts_customer_invoices().filtered(
            lambda move: move.state == "draft"
        )
        if drafts:
            return self.env._(
                "%s has a draft invoice already. Check that one and post it.", name
            )
        if not force and self._tts_is_to_invoice() and not self._tts_has_left():
            return self.env._("%s has not been shipped yet.", name)
        return None

    def _tts_is_to_invoice(self):
        """Whether something of a confirmed TikTok order is on no invoice yet."""
        if not self.tts_order_id or self.currency_id.is_zero(self.amount_total):
            return False
        return any(line._tts_qty_to_invoice() > 0 for line in self.order_line)

    def _tts_take_for_invoice(self):
        """Lock these orders, so that no two workers invoice one of them.

        Writing on what is locked makes whoever looked before us start again.

        :return: those that nobody else has
        """
        mirrors = self.tts_order_id.try_lock_for_update(allow_referencing=True)
        mirrors.invoiced_at = fields.Datetime.now()
        mirrors.flush_recordset(["invoiced_at"])
        return self.filtered(lambda order: order.tts_order_id in mirrors)

    def _tts_invoice_batch(self, post, reasons):
        """Invoice orders of one company; a batch that fails is split until the culprit
        is alone, and only the culprit stays out.

        :param dict reasons: is told why an order stays out
        :return: the invoices
        """
        try:
            with self.env.cr.savepoint():
                return self._tts_make_invoices(post, reasons)
        except BUSY:
            raise
        except Exception as error:
            if len(self) == 1:
                reasons[self] = self._tts_note_invoice_error(reason_of(error))
                return self.env["account.move"]
        half = len(self) // 2
        return self[:half]._tts_invoice_batch(post, reasons) | self[
            half:
        ]._tts_invoice_batch(post, reasons)

    def _tts_make_invoices(self, post, reasons):
        """Create the invoices of these orders, check them, and post those that fit."""
        orders = self.with_company(self.company_id).with_context(
            **IMPORT_CONTEXT, **{WHOLE: True}
        )
        moves = orders._create_invoices(grouped=True).with_env(self.env(su=True))
        unlike = {}
        for order in self:
            mine = order._tts_customer_invoices()
            total = sum(mine.mapped("amount_total"))
            if order.currency_id.compare_amounts(total, order.amount_total):
                unlike[order] = total
        exact = moves.filtered(
            lambda move: move.tts_order_id.sale_order_id not in unlike
        )
        if post and exact:
            exact.with_company(self.company_id).with_context(**IMPORT_CONTEXT)._post(
                soft=False
            )
        for order, total in unlike.items():
            reasons[order] = order._tts_note_invoice_total(total)
        return moves

    # === OUTCOME === #

    def _tts_note_invoice_total(self, total):
        """Tell a person that an invoice is worth something else than its order.

        :return: the reason
        """
        reason = self.env._(
            "The invoice of order %(order)s comes to %(invoice)s and the order to "
            "%(total)s: it is left as a draft.",
            order=self.tts_order_id.remote_id,
            invoice=formatLang(self.env, total, currency_obj=self.currency_id),
            total=formatLang(
                self.env, self.amount_total, currency_obj=self.currency_id
            ),
        )
        hint = self.env._(
            "Open the sales order and its draft invoice, correct the lines or taxes "
            "that differ, and post the invoice. This issue closes by itself then."
        )
        return self._tts_note_invoice_error(reason, hint)

    def _tts_note_invoice_error(self, reason, hint=None):
        """Keep why an order has no invoice, as its issue.

        :return: the reason, with the order's id
        """
        mirror, shop = self.tts_order_id, self.tts_shop_id
        is_automatic = shop.invoice_policy == "shipped"
        self.env["tts.issue"]._raise(
            shop,
            invoice_key(mirror),
            category="settlement",
            name=self.env._("Order %s could not be invoiced", mirror.remote_id),
            reason=reason,
            hint=hint
            or self.env._(
                "Correct what the reason names, then click Retry. The other orders "
                "were invoiced."
            ),
            order_id=mirror.id,
            reference=mirror.remote_id,
            next_retry=is_automatic and fields.Datetime.now() + RETRY_IN,
        )
        return f"{mirror.remote_id}: {reason}"

    def _tts_close_invoice_issues(self):
        for shop, orders in self.grouped("tts_shop_id").items():
            keys = [invoice_key(mirror) for mirror in orders.tts_order_id]
            self.env["tts.issue"]._close(shop, keys)


def invoice_key(mirror):
    """Return the key of the issue that an order cannot be invoiced."""
    return f"invoice:{mirror.remote_id}"
