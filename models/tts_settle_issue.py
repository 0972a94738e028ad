from odoo import models
from odoo.exceptions import AccessError, UserError

from ..lib.errors import TikTokError
from .tts_payout_absorb import BROKEN_PAYOUTS_KEY
from .tts_shop_settle import BILLING_GROUP, MANAGER_GROUP, SETTLEMENTS_KEY
from .tts_statement_absorb import BROKEN_KEY, UNREAD_STATES

SHOP_KEYS = (SETTLEMENTS_KEY, BROKEN_KEY, BROKEN_PAYOUTS_KEY)
# What an issue is about, by the first part of its key.
RECORDS = {
    "statement": "tts.statement",
    "payout": "tts.payout",
    "payout-rest": "tts.payout",
}


class TtsIssue(models.Model):
    """Trying again what kept settlements from being read, and opening them."""

    _inherit = "tts.issue"

    def _retry(self):
        """Override to read again what could not be read.

        :raise AccessError: money is for billing people and administrators
        :raise UserError: it still fails, or nothing can be tried
        """
        if self.category != "settlement":
            return super()._retry()
        self._check_may_settle()
        kind, _sep, name = self.key.partition(":")
        if self.key in SHOP_KEYS or kind in ("payout", "payout-rest"):
            return self.shop_id.action_sync_settlements()
        if kind == "statement":
            statement = self._settled_record()
            if statement.state in UNREAD_STATES:
                return statement.action_read_again()
        if kind == "unknown-order":
            return self._retry_unknown_order(name)
        if kind in ("fee-key", "adjustment"):
            raise UserError(
                self.env._(
                    "There is nothing to try again. Check on which account %s is to be "
                    "booked, then click Dismiss.",
                    name,
                )
            )
        return super()._retry()

    def _check_may_settle(self):
        user = self.env.user
        if not (user.has_group(MANAGER_GROUP) or user.has_group(BILLING_GROUP)):
            raise AccessError(
                self.env._(
                    "Only billing people and TikTok Shop administrators may try again "
                    "what is about settlements. Ask one of them."
                )
            )

    def _retry_unknown_order(self, remote_id):
        """Import a settled order; the issue closes when it is in Odoo.

        One that is there already has its amount moved from the unknown orders.

        :raise UserError: it cannot be imported, or its amount still not be moved
        """
        rows = self.env["tts.transaction"].search(
            [("shop_id", "=", self.shop_id.id), ("order_remote_id", "=", remote_id)]
        )
        if rows.order_id.sale_order_ids:
            self._check_may_book()
            rows._on_order_known()
            self._set_closed()
            return
        try:
            self.shop_id._refetch([remote_id])
        except TikTokError as error:
            raise UserError(
                self.env._(
                    "Order %(order)s could not be read: %(reason)s Try again later.",
                    order=remote_id,
                    reason=error,
                )
            ) from error
        if self.state != "closed":
            raise UserError(
                self.env._(
                    "Order %s is not imported any more: it has left already, or TikTok "
                    "does not know it. Book its statement; its amount waits on the "
                    "account for unknown orders. Then click Dismiss.",
                    remote_id,
                )
            )

    def _settled_record(self):
        """Return the statement or payout this issue is about, if any."""
        kind, _sep, remote_id = self.key.partition(":")
        model = RECORDS.get(kind)
        if self.category != "settlement" or not model:
            return self.browse()
        return self.env[model].search(
            [("shop_id", "=", self.shop_id.id), ("remote_id", "=", remote_id)], limit=1
        )

    def action_open_record(self):
        """Override to open the statement or payout an issue is about."""
        self.ensure_one()
        if record := self._settled_record():
            return record._get_records_action()
        return super().action_open_record()
