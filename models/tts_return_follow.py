from odoo import fields, models

from ..lib.aftersale_rules import Doubt, refund_check

UNKNOWN_ORDER = "case-order"
DOUBT = "case-doubt"


class TtsReturn(models.Model):
    """What is wrong with a return: its order is unknown, or it cannot be believed."""

    _inherit = "tts.return"

    doubt = fields.Text(
        string="Why It Cannot Be Right",
        readonly=True,
        help="Nothing is credited by itself as long as this is so.",
    )

    def _follow_steps(self):
        """Override to name what a person has to look at."""
        return [
            *super()._follow_steps(),
            self._follow_unknown_order,
            self._follow_doubts,
        ]

    def _follow_unknown_order(self, _case):
        """Tell of a return whose order is not in Odoo.

        One that was over when the shop's cases were first read is history.
        """
        is_known = bool(self.order_id.sale_order_id)
        is_history = self.is_final and not self.shop_id.last_aftersale_sync
        if is_known or is_history:
            self._close_issues(UNKNOWN_ORDER)
            return
        self._raise_issue(
            UNKNOWN_ORDER,
            name=self.env._(
                "Return %(case)s is of order %(order)s, which is not in Odoo",
                case=self.remote_id,
                order=self.order_remote_id,
            ),
            reason=self.reason_text or self.remote_status,
            hint=self.env._(
                "Answer it in time all the same. Its goods and its credit note have no "
                "order to go by: sync the order if it still waits to be shipped, else "
                "receive and credit by hand, then click Dismiss."
            ),
        )

    def _follow_doubts(self, case):
        """Tell of a return of more than was shipped, or whose amounts contradict."""
        if not self.order_id.sale_order_id:
            return
        problems = refund_check(
            case, self._units_shipped(), self.order_id.currency_id.name or None
        )
        self.doubt = "\n".join(self._doubt_text(problem) for problem in problems)
        if not problems:
            self._close_issues(DOUBT)
            return
        self._raise_issue(
            DOUBT,
            name=self.env._("Return %s cannot be right", self.remote_id),
            reason=self.doubt,
            hint=self.env._(
                "Compare the case with the delivery and in Seller Center. Nothing is "
                "received or credited before you do it by hand; then click Dismiss."
            ),
        )

    def _is_believed(self):
        """Override: what could not be right may be by now, as goods have left since."""
        if self.doubt:
            self._follow_again()
        return not self.doubt

    def _units_shipped(self):
        """Return how many of each unit of the order left: {line item id: 1 or 0}.

        Units of what TikTok shipped itself left when TikTok says so.
        """
        order = self.order_id
        left = {}
        for line in order.sale_order_id.order_line:
            units = line.tts_line_ids or []
            shipped = len(units) if order.is_fbt else line._tts_shipped_units()
            left |= {unit: int(index < shipped) for index, unit in enumerate(units)}
        return left

    def _doubt_text(self, problem):
        texts = {
            Doubt.FOREIGN_LINE: self.env._(
                "%(found)s of its units are not of order %(order)s.",
                found=problem.found,
                order=self.order_remote_id,
            ),
            Doubt.MORE_THAN_SHIPPED: self.env._(
                "%(found)s units are to come back, and %(expected)s were shipped.",
                found=problem.found,
                expected=problem.expected,
            ),
            Doubt.CURRENCY: self.env._(
                "An amount is in %(found)s, and the order in %(expected)s.",
                found=problem.found,
                expected=problem.expected,
            ),
            Doubt.TOTAL: self.env._(
                "Its units add up to %(found)s, and its total is %(expected)s.",
                found=problem.found,
                expected=problem.expected,
            ),
            Doubt.NEGATIVE: self.env._(
                "An amount is below zero: %(found)s.", found=problem.found
            ),
        }
        return texts[problem.doubt]


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _tts_shipped_units(self):
        """Return how many units of this line ever left, come back or not."""
        self.ensure_one()
        out = self.move_ids.filtered(
            lambda move: (
                move.state == "done"
                and move.location_dest_usage == "customer"
                and not move.origin_returned_move_id
            )
        )
        if not out:
            return int(self.qty_delivered)
        own = out.filtered(lambda move: move.product_id == self.product_id)
        if not own:  # a kit: its parts left together
            return int(self.product_uom_qty) if out else 0
        return int(
            sum(
                move.product_uom._compute_quantity(move.quantity, self.product_uom_id)
                for move in own
            )
        )
