from odoo import api, fields, models

from .. import const
from ..lib.aftersales import parse_cancellation
from .tts_case import UNKNOWN


class TtsCancellation(models.Model):
    """One cancellation of an order or of single units, as TikTok last told it."""

    _name = "tts.cancellation"
    _description = "TikTok Shop Cancellation"
    _inherit = ["tts.case"]

    type = fields.Selection(
        [*const.CANCELLATION_TYPES, (UNKNOWN, "Unknown")], readonly=True, index=True
    )
    line_ids = fields.One2many("tts.case.line", "cancellation_id", readonly=True)
    should_replenish = fields.Boolean(
        string="Goods Back Into Stock",
        readonly=True,
        help="TikTok says that the units are not lost.",
    )
    is_order_stale = fields.Boolean(
        readonly=True,
        index="btree_not_null",
        help="The order has to be read again to follow this cancellation.",
    )

    _remote_uniq = models.UniqueIndex(
        "(shop_id, remote_id)", "This TikTok cancellation is already in Odoo."
    )

    @api.model
    def _parse_case(self, row):
        """Override for cancellations."""
        return parse_cancellation(row)

    @api.model
    def _prepare_values(self, case, currencies):
        """Override to keep what only cancellations have."""
        types = dict(const.CANCELLATION_TYPES)
        return super()._prepare_values(case, currencies) | {
            "type": case.type if case.type in types else UNKNOWN,
            "should_replenish": bool(case.should_replenish),
        }

    def _follow_steps(self):
        """Override: what is cancelled shows on the order, which is read again."""
        return [*super()._follow_steps(), self._follow_order]

    def _follow_order(self, _case):
        if self.order_id:
            self.is_order_stale = True
