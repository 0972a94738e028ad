import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models

from ..utils import reason_of
from .tts_shop_sync import AGAIN_IN

_logger = logging.getLogger(__name__)

# A print does not wait longer for its labels: those that are missing are named.
MOST_WAIT = timedelta(minutes=10)
# A label that is being made is worth these tries before the print goes on without it.
TRIES = 3


class TtsShop(models.Model):
    _inherit = "tts.shop"

    @api.model
    def _cron_deliveries(self):
        """Override to merge, in the end, the prints whose labels are there."""
        result = super()._cron_deliveries()
        try:
            self.env["tts.label.print"].sudo()._finish_waiting()
        except OperationalError as error:
            self.env.cr.rollback()
            _logger.info("TikTok label prints wait: %r", error)
            self._trigger_deliveries(at=fields.Datetime.now() + AGAIN_IN)
        return result

    def _fetch_labels(self, client):
        """Override to merge prints as soon as their labels are there."""
        time_left = super()._fetch_labels(client)
        self.env["tts.label.print"].sudo()._finish_waiting()
        return time_left


class TtsLabelPrint(models.Model):
    """Prints whose labels are fetched by the scheduled action."""

    _inherit = "tts.label.print"

    def _enqueue(self, packages):
        """Have labels fetched for this print.

        :param packages: those whose labels are to be fetched
        """
        packages._want_now(self._options())
        self.sudo().state = "waiting"
        self.env["tts.shop"]._trigger_deliveries()

    @api.model
    def _finish_waiting(self):
        """Merge the prints that have nothing to wait for any more."""
        for record in self.search(
            [("state", "in", ("waiting", "running"))], order="id"
        ):
            record = record[0]
            if record._is_complete():
                record._build_safely()
            elif record.state == "waiting":
                record.state = "running"
            self.env["ir.cron"]._commit_progress()

    def _is_complete(self):
        """Whether every label was tried, or waiting for it makes no sense."""
        now = fields.Datetime.now()
        if self.create_date < now - MOST_WAIT:
            return True
        return not any(
            line.package_id._is_being_fetched(now)
            for line in self.line_ids
            if not line.missing
        )

    def _build_safely(self):
        """Merge; what goes wrong is kept on this print and stops no other."""
        try:
            with self.env.cr.savepoint():
                user = self.user_id
                record = self.with_user(user).sudo()
                record.with_context(lang=user.lang, tz=user.tz)._build()
        except OperationalError:
            raise
        except Exception as error:
            _logger.exception("Label print %s failed", self.id)
            self.write({"state": "failed", "error_message": reason_of(error)})


class TtsPackage(models.Model):
    _inherit = "tts.package"

    def _is_being_fetched(self, now):
        """Whether a print should wait for this label."""
        if not self.next_label_try:
            return False
        shop = self.shop_id
        if shop.account_id.state != "connected" or shop.delivery_failure_count:
            return False
        is_made = self.label_state == "generating" and self.label_attempts < TRIES
        return self.next_label_try <= now or is_made
