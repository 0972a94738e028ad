from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.aftersale_rules import Need
from ..lib.errors import TikTokError


class SaleOrder(models.Model):
    """After-sales on the sales order: what the buyer asks, who cancelled and why."""

    _inherit = "sale.order"

    tts_cancel_deadline = fields.Datetime(
        related="tts_order_id.cancel_deadline", string="Answer Cancellation By"
    )
    tts_cancelled_by = fields.Selection(
        related="tts_order_id.cancelled_by", string="Cancelled By"
    )
    tts_cancel_reason = fields.Char(
        related="tts_order_id.cancel_reason", string="Cancel Reason"
    )
    tts_request_state = fields.Selection(
        related="tts_order_id.request_state", string="Answer"
    )
    tts_cancellation_count = fields.Integer(compute="_compute_tts_case_counts")
    tts_return_count = fields.Integer(compute="_compute_tts_case_counts")

    @api.depends("tts_order_id")
    def _compute_tts_case_counts(self):
        mine = [("order_id", "in", self.tts_order_id.ids)]
        counts = [
            dict(self.env[name].sudo()._read_group(mine, ["order_id"], ["__count"]))
            if self.tts_order_id
            else {}
            for name in ("tts.cancellation", "tts.return")
        ]
        for order in self:
            order.tts_cancellation_count = counts[0].get(order.tts_order_id, 0)
            order.tts_return_count = counts[1].get(order.tts_order_id, 0)

    # === BUTTONS === #

    def action_tts_accept(self):
        """Ask whether the buyer's request to cancel is to be accepted.

        :raise UserError: none is open, or TikTok did not answer
        """
        return self.tts_order_id._open_requests().action_accept()

    def action_tts_decline(self):
        """Ask for the reason with which the buyer's request to cancel is declined.

        :raise UserError: none is open, or TikTok did not answer
        """
        return self.tts_order_id._open_requests().action_decline()

    def action_view_tts_cancellations(self):
        """Open the cancellations of these orders."""
        return self.tts_order_id.action_view_cancellations()

    def action_view_tts_returns(self):
        """Open the returns of these orders."""
        return self.tts_order_id.action_view_returns()


class StockPicking(models.Model):
    _inherit = "stock.picking"

    tts_cancel_deadline = fields.Datetime(
        related="sale_id.tts_cancel_deadline", string="Answer Cancellation By"
    )
    tts_request_state = fields.Selection(
        related="sale_id.tts_request_state", string="Answer"
    )

    def action_tts_accept(self):
        """Ask whether the buyer's request to cancel is to be accepted.

        :raise UserError: none is open, or TikTok did not answer
        """
        return self.sale_id.action_tts_accept()

    def action_tts_decline(self):
        """Ask for the reason with which the buyer's request to cancel is declined.

        :raise UserError: none is open, or TikTok did not answer
        """
        return self.sale_id.action_tts_decline()


class TtsOrder(models.Model):
    _inherit = "tts.order"

    request_state = fields.Selection(
        [("open", "Being Answered"), ("failed", "Not Answered")],
        string="Answer",
        compute="_compute_request_state",
        compute_sudo=True,
    )
    cancellation_count = fields.Integer(compute="_compute_case_counts")
    return_count = fields.Integer(compute="_compute_case_counts")

    @api.depends("cancel_requested", "cancellation_ids.answer_state")
    def _compute_request_state(self):
        for order in self:
            states = order._requests().mapped("answer_state")
            order.request_state = next(
                (state for state in ("failed", "open") if state in states), False
            )

    @api.depends("cancellation_ids", "return_ids")
    def _compute_case_counts(self):
        for order in self:
            order.cancellation_count = len(order.cancellation_ids)
            order.return_count = len(order.return_ids)

    def _requests(self):
        """Return the requests of buyers to cancel that wait for an answer."""
        return self.cancellation_ids.filtered(
            lambda case: case.need == Need.CANCELLATION.value
        )

    def _open_requests(self):
        """Return the requests that wait, as the user may see them; read unknown ones.

        :raise UserError: none is open, or TikTok did not answer
        """
        self.check_access("read")
        found = self.sudo()._requests()
        if not found:
            self.sudo()._read_requests()
            found = self.sudo()._requests()
        if not found:
            raise UserError(
                self.env._(
                    "No buyer asks to cancel order %s any more. Reload the page.",
                    ", ".join(self.mapped("remote_id")),
                )
            )
        return found.with_env(self.env)

    def _read_requests(self):
        """Read the cancellations of these orders now: an order tells of them first.

        :raise UserError: TikTok did not answer
        """
        for shop, orders in self.grouped("shop_id").items():
            shop._check_connected()
            try:
                with shop._client() as client:
                    page = client.cancellations(order_ids=orders.mapped("remote_id"))
            except TikTokError as error:
                raise UserError(
                    self.env._(
                        "The request of order %(order)s could not be read: %(reason)s "
                        "Try again later, or answer it in Seller Center.",
                        order=", ".join(orders.mapped("remote_id")),
                        reason=error,
                    )
                ) from error
            self.env["tts.cancellation"]._absorb(shop, page, force=True)

    # === BUTTONS === #

    def action_accept(self):
        """Ask whether the buyer's request to cancel is to be accepted.

        :raise UserError: none is open, or TikTok did not answer
        """
        return self._open_requests().action_accept()

    def action_decline(self):
        """Ask for the reason with which the buyer's request to cancel is declined.

        :raise UserError: none is open, or TikTok did not answer
        """
        return self._open_requests().action_decline()

    def action_view_cancellations(self):
        """Open the cancellations of these orders."""
        return self._open_cases("tts_cancellation_action")

    def action_view_returns(self):
        """Open the returns of these orders."""
        return self._open_cases("tts_return_action")

    def _open_cases(self, name):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"sale_tiktok_shop.{name}"
        )
        return action | {"domain": [("order_id", "in", self.ids)], "context": {}}
