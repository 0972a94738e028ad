from odoo import models

from ..lib.credit import credit_of
from ..lib.errors import PayloadError
from .tts_cancellation_follow import DONE


class TtsCancellation(models.Model):
    """What is credited of a cancellation: what was invoiced, and no more."""

    _inherit = "tts.cancellation"

    def _credit_due(self, case):
        """Override: what was never invoiced has not to be credited."""
        credit = super()._credit_due(case)
        if not credit or not self._invoices_to_credit():
            return None
        units = self._invoiced_units(credit.units)
        shipping = self.order_id.sale_order_id.order_line.filtered("is_delivery")
        has_shipping = any(line._tts_invoiced_units() > 0 for line in shipping)
        return credit_of(credit, units, has_shipping) if units else None

    def _invoiced_units(self, units):
        """Return those of these cancelled units that the invoices hold.

        An invoice counts units and does not name them: what it holds beyond the units
        that are left was cancelled after it.

        :param units: line item ids
        """
        order = self.order_id
        gone = order._cancelled_units()
        others = (order.cancellation_ids - self).mapped("credit_units")
        credited = {unit for told in others for unit in told or ()}
        by_unit, found = order._sale_lines_by_unit(), set()
        for line in {by_unit.get(unit) for unit in units}:
            mine = [unit for unit in units if by_unit.get(unit) == line]
            if line:
                counted = [
                    unit not in gone or unit in credited for unit in line.tts_line_ids
                ]
                excess = line._tts_invoiced_units() - sum(counted)
                mine = mine[: max(int(excess), 0)]
            found.update(mine)
        return found

    def _follow_credit_again(self):
        """Look again at what is to be credited of these, as they are invoiced now."""
        for case in self:
            try:
                typed = case._typed()
            except PayloadError:
                continue  # its issue is open
            case._follow_credit(typed)


class TtsOrder(models.Model):
    _inherit = "tts.order"

    def _cancelled_units(self):
        """Return the line items of this order that are cancelled, by whoever tells."""
        done = self.cancellation_ids.filtered(lambda case: case.stage in DONE)
        told = [unit for line in done.line_ids for unit in line.line_item_ids or ()]
        return {*(self.cancelled_line_ids or ()), *told}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _tts_invoiced_units(self):
        """Return how many units posted invoices hold and nobody credited by hand."""
        total = 0.0
        for line in self._get_invoice_lines():
            move = line.move_id
            is_case = move.tts_return_id or move.tts_cancellation_id
            units = line.product_uom_id._compute_quantity(
                line.quantity, self.product_uom_id
            )
            if move.move_type == "out_invoice" and move.state == "posted":
                total += units
            elif move.move_type == "out_refund" and move.state != "cancel":
                total -= 0 if is_case else units
        return total
