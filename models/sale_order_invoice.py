from odoo import api, fields, models
from odoo.fields import Domain

from .. import const

# Set while whole orders are invoiced: what was ordered counts, not what Odoo delivered.
WHOLE = "tts_whole_orders"


class SaleOrder(models.Model):
    """Invoices of TikTok orders: one per order, whole, once the goods have left."""

    _inherit = "sale.order"

    def _prepare_invoice(self):
        """Override of `sale` to write the TikTok order's id on its invoice."""
        values = super()._prepare_invoice()
        values["tts_order_id"] = self.tts_order_id.id
        if self.tts_order_id:
            remote_id = self.tts_order_id.remote_id
            values |= {"ref": remote_id, "payment_reference": remote_id}
            if self.env.context.get(WHOLE):
                values["invoice_date"] = self._tts_invoice_date()
        return values

    def _get_invoice_grouping_keys(self):
        """Override of `sale` to never merge two TikTok orders of one buyer."""
        return [*super()._get_invoice_grouping_keys(), "tts_order_id"]

    def _get_invoiceable_lines(self, final=False):
        """Override of `sale` to invoice TikTok orders whole, delivered in Odoo or not.

        What TikTok ships itself has no delivery in Odoo, and what it says has left may
        wait there to be validated.
        """
        if not (self.tts_order_id and self.env.context.get(WHOLE)):
            return super()._get_invoiceable_lines(final)
        return self.order_line.filtered(lambda line: line._tts_qty_to_invoice() > 0)

    def _tts_has_left(self):
        """Whether the goods of this order are on their way, here or on TikTok."""
        self.ensure_one()
        if self.tts_status in const.SHIPPED_STATUSES:
            return True
        pickings = self.picking_ids.filtered(
            lambda picking: (
                picking.picking_type_code == "outgoing" and picking.state != "cancel"
            )
        )
        return bool(pickings) and all(picking.state == "done" for picking in pickings)

    @api.model
    def _tts_has_left_domain(self):
        """The orders of `_tts_has_left`, as a domain."""
        live = [("picking_type_code", "=", "outgoing"), ("state", "!=", "cancel")]
        open_ = [*live, ("state", "!=", "done")]
        return Domain("tts_status", "in", const.SHIPPED_STATUSES) | (
            Domain("picking_ids", "any", live) & Domain("picking_ids", "not any", open_)
        )

    def _tts_invoice_date(self):
        """Return the day an invoice bears: the company's today.

        Where shops want orders invoiced when shipped, the day the last delivery left,
        unless the books of that day are locked.
        """
        company, shop = self.company_id, self.tts_shop_id
        zone = self.with_context(
            tz=company.partner_id.tz or shop.responsible_id.tz or "UTC"
        )
        today = fields.Date.context_today(zone)
        if shop.invoice_policy != "shipped":
            return today
        left = self.picking_ids.filtered(
            lambda picking: (
                picking.picking_type_code == "outgoing"
                and picking.state == "done"
                and picking.date_done
            )
        )
        if not left:
            return today
        day = fields.Date.context_today(zone, max(left.mapped("date_done")))
        is_locked = company._get_lock_date_violations(
            day, fiscalyear=True, sale=True, purchase=False, tax=True, hard=True
        )
        return today if is_locked else min(day, today)

    def _tts_customer_invoices(self):
        """Return the customer invoices of these orders that count, drafts included."""
        return self.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state != "cancel"
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _tts_qty_to_invoice(self):
        """Return how much of a line of a TikTok order no customer invoice holds yet.

        Credit notes do not count: what was refunded is not to be invoiced again.
        """
        self.ensure_one()
        if self.display_type or self.state != "sale":
            return 0.0
        invoiced = sum(
            line.product_uom_id._compute_quantity(line.quantity, self.product_uom_id)
            for line in self._get_invoice_lines()
            if line.move_id.move_type == "out_invoice"
            and line.move_id.state != "cancel"
        )
        return self.product_uom_id.round(self.product_uom_qty - invoiced)

    def _prepare_invoice_line(self, **optional_values):
        """Override of `sale` to invoice TikTok orders whole, see the order's lines."""
        values = super()._prepare_invoice_line(**optional_values)
        if self.env.context.get(WHOLE) and self.order_id.tts_order_id:
            values["quantity"] = self._tts_qty_to_invoice()
        return values
