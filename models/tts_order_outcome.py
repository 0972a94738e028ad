import logging
from datetime import timedelta

from odoo import fields, models

from ..lib.errors import PayloadError
from ..utils import is_expected, reason_of

_logger = logging.getLogger(__name__)

RETRY_START = timedelta(minutes=30)
RETRY_CAP = timedelta(hours=24)


class TtsOrder(models.Model):
    """What became of an order: its state, its issue, its next try."""

    _inherit = "tts.order"

    def _note_done(self):
        """These orders are in Odoo to the cent; whatever was wrong before is healed."""
        self.write(
            {
                "state": "done",
                "error_message": False,
                "next_retry": False,
                "attempt_count": 0,
            }
        )
        for shop, orders in self.grouped("shop_id").items():
            self.env["tts.issue"]._close(
                shop, [key for order in orders for key in order._issue_keys()]
            )

    def _note_error(self, error):
        """Keep why this order is not in Odoo, and plan its next try."""
        self.ensure_one()
        reason = self._reason_of(error)
        next_retry = self._plan_retry()
        self.write({"state": "error", "error_message": reason})
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"import:{self.remote_id}",
            category="order",
            name=self.env._("Order %s is not in Odoo", self.remote_id),
            reason=reason,
            hint=self._error_hint(error),
            order_id=self.id,
            next_retry=next_retry,
        )

    def _reason_of(self, error):
        """Return what people are told; what nobody foresaw goes into the log too."""
        if not is_expected(error):
            _logger.error(
                "TikTok Shop order %s came to an unexpected end",
                self.remote_id,
                exc_info=error,
            )
        return reason_of(error)

    def _plan_retry(self):
        """Set when this order is tried again: later each time, daily at the most."""
        wait = min(RETRY_START * 2 ** min(self.attempt_count, 10), RETRY_CAP)
        self.write(
            {
                "attempt_count": self.attempt_count + 1,
                "next_retry": fields.Datetime.now() + wait,
            }
        )
        return self.next_retry

    def _error_hint(self, error):
        """What a person can do about an order that could not be imported."""
        if isinstance(error, PayloadError):
            return self.env._(
                "TikTok sent something that cannot be booked without guessing. Look at "
                "the order in Seller Center; it is read again automatically."
            )
        return self.env._("Mend what the reason names, then click Retry.")

    def _note_review(self, sale_order, expected):
        """The two totals differ: the order stays a quotation and a person decides."""
        self.ensure_one()
        currency = sale_order.currency_id
        reason = self.env._(
            "Odoo computes %(odoo)s %(currency)s, TikTok says %(tiktok)s %(currency)s: "
            "a difference of %(difference)s.",
            odoo=f"{sale_order.amount_total:.{currency.decimal_places}f}",
            tiktok=expected,
            difference=f"{sale_order._tts_differs_by(expected):+f}",
            currency=currency.name,
        )
        next_retry = fields.Datetime.now() + RETRY_CAP
        self.write(
            {"state": "review", "error_message": reason, "next_retry": next_retry}
        )
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"total:{self.remote_id}",
            category="order",
            name=self.env._("Order %s does not add up", self.remote_id),
            reason=reason,
            hint=self.env._(
                "The order stays a quotation. Check the taxes of its products, correct "
                "the quotation until the totals agree, then click Retry: it is "
                "confirmed."
            ),
            order_id=self.id,
            next_retry=next_retry,
        )

    def _note_follow_error(self, error):
        """Keep why Odoo could not follow, and plan the next try."""
        self.ensure_one()
        next_retry = self._plan_retry()
        reason = self._reason_of(error)
        self.write({"error_message": reason})
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"follow:{self.remote_id}",
            category="order",
            name=self.env._("Order %s changed on TikTok", self.remote_id),
            reason=reason,
            hint=self._follow_hint(),
            order_id=self.id,
            picking_id=self._delivery_to_return().id,
            next_retry=next_retry,
        )

    def _follow_hint(self):
        return self.env._(
            "Put the sales order right by hand, then click Retry; or Dismiss when "
            "nothing is to be done."
        )

    def _issue_keys(self):
        return [f"import:{self.remote_id}", f"total:{self.remote_id}"]

    def _all_issue_keys(self):
        return [
            *self._issue_keys(),
            f"follow:{self.remote_id}",
            f"cancel_request:{self.remote_id}",
            f"address:{self.remote_id}",
        ]
