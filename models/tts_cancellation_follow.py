from odoo import api, fields, models

from .. import const
from ..lib.aftersale_rules import Need, Stage
from .tts_case import UNKNOWN

DONE = (Stage.GRANTED.value, Stage.COMPLETE.value)


class TtsCancellation(models.Model):
    """What a cancellation does to its order: the parcel stays while it is open."""

    _inherit = "tts.cancellation"

    @api.model
    def _is_wanted(self, case, order):
        """Override: of orders that Odoo never saw, only open requests matter."""
        return bool(order) or case.type != const.CANCELLED_AT_ONCE

    def _follow_steps(self):
        """Override to hold the order while its buyer waits for an answer."""
        return [*super()._follow_steps(), self._follow_request]

    def _follow_request(self, _case):
        self.order_id._follow_cancellations()


class TtsOrder(models.Model):
    _inherit = "tts.order"

    cancelled_by = fields.Selection(const.AFTERSALE_ROLES, readonly=True)
    cancel_deadline = fields.Datetime(
        string="Answer Cancellation By",
        readonly=True,
        help="When it passes, TikTok cancels the order.",
    )

    def _store(self, order, row, digest, currencies):
        """Override: an order does not tell of every request, a cancellation does."""
        result = super()._store(order, row, digest, currencies)
        if self.cancellation_ids:
            self._follow_cancellations()
        return result

    def _follow_cancellations(self):
        """Say on the order who cancels it, why, and until when that can be answered.

        TikTok's own flag counts as well: it may be faster than the cancellation.
        """
        for order in self:
            cases = order.cancellation_ids
            asked = cases.filtered(lambda case: case.need == Need.CANCELLATION.value)
            done = cases.filtered(lambda case: case.stage in DONE)
            values = {
                "cancel_deadline": min(asked.mapped("deadline"), default=False),
                "cancel_requested": bool(asked)
                or bool((order.sudo().payload or {}).get(const.ORDER_CANCEL_FLAG)),
            }
            if last := (asked or done)[:1]:
                values["cancel_reason"] = last.reason_text or order.cancel_reason
            if last := done[:1]:
                values["cancelled_by"] = last.role != UNKNOWN and last.role
            order.write(values)
