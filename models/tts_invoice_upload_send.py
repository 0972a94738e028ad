from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..lib.errors import TikTokError
from ..lib.invoices import MOST_INVOICES, InvoiceRow
from ..utils import back_off, reason_of
from .tts_intent import due_domain
from .tts_invoice_upload import UPLOAD_REGIONS, xml_domain

RETRY_START = timedelta(minutes=5)
RETRY_CAP = timedelta(hours=6)
# Invoices that are older have been shipped, or were uploaded by hand.
NEW_ENOUGH = timedelta(days=30)


class TtsShop(models.Model):
    """Uploading invoices, before anything is shipped: TikTok asks for them first."""

    _inherit = "tts.shop"

    @api.model
    def _due_delivery_shops(self):
        """Override to look at shops with invoices to upload as well."""
        shops = super()._due_delivery_shops()
        waiting = self.env["tts.invoice.upload"].search(
            due_domain() & Domain("shop_id", "not in", shops.ids)
        )
        return shops | waiting.shop_id.filtered(
            lambda shop: (
                shop.account_id.active
                and shop.account_state == "connected"
                and shop.remote_id
                and not shop.delivery_failure_count
            )
        )

    def _send_shipments(self, client):
        """Override to upload invoices first.

        :return: False when time is up before the end
        """
        if self.region in UPLOAD_REGIONS and not self._upload_invoices(client):
            return False
        return super()._send_shipments(client)

    def _upload_invoices(self, client):
        """Upload the invoices that have a file and are not on TikTok yet.

        :return: False when time is up before the end
        :raise TikTokError: TikTok did not answer; they are sent again
        :raise Interrupted: another worker has this shop
        """
        self._take_deliveries()
        self._ask_for_uploads()
        due = self.env["tts.invoice.upload"].search(
            due_domain() & Domain("shop_id", "=", self.id), order="id"
        )
        for start in range(0, len(due), MOST_INVOICES):
            part = due.browse(due.ids[start : start + MOST_INVOICES])
            self._take_deliveries()
            part = part._ready_to_send()
            sent_at = part._note_sending()
            self.env["ir.cron"]._commit_progress()
            self._take_deliveries()
            # Between the two transactions another worker may have taken over.
            part = part.filtered(
                lambda row, at=sent_at: row.state == "sending" and row.sent_at == at
            )
            part._send(client)
            if not self.env["ir.cron"]._commit_progress():
                return False
        return True

    def _ask_for_uploads(self):
        """Store uploads for posted invoices that got their file since.

        TikTok takes one file per package. Where several orders share one, a person has
        to say whose invoice stands for all of them.
        """
        moves = self.env["account.move"].search(
            [
                ("tts_shop_id", "=", self.id),
                ("state", "=", "posted"),
                ("move_type", "=", "out_invoice"),
                ("tts_upload_ids", "=", False),
                ("invoice_date", ">=", fields.Date.today() - NEW_ENOUGH),
                ("tts_order_id.package_ids", "!=", False),
            ]
        )
        files = self.env["ir.attachment"].search(
            Domain("res_model", "=", "account.move")
            & Domain("res_id", "in", moves.ids)
            & xml_domain()
        )
        alone = moves.browse(set(files.mapped("res_id"))).filtered(
            lambda move: all(
                len(package.order_ids) == 1 for package in move._tts_live_packages()
            )
        )
        self.env["tts.invoice.upload"]._ask(alone)


class TtsInvoiceUpload(models.Model):
    """What became of uploads."""

    _inherit = "tts.invoice.upload"

    def _ready_to_send(self):
        """Return those with a file; the others are told to a person."""
        ready = self.filtered(lambda row: row.attachment_id.raw)
        for upload in self - ready:
            upload._note_refused(
                self.env._("The file of %s is gone.", upload.move_id.name)
            )
        return ready

    def _note_sending(self):
        sent_at = fields.Datetime.now()
        for upload in self:
            upload.write(
                {
                    "state": "sending",
                    "sent_at": sent_at,
                    "attempts": upload.attempts + 1,
                }
            )
        return sent_at

    def _send(self, client):
        """Upload these files in one call, and note what TikTok says to each.

        :raise TikTokError: nobody knows what TikTok took; they are sent again
        """
        if not self:
            return
        rows = [
            InvoiceRow(
                upload.package_id.remote_id,
                tuple(upload.package_id.order_ids.mapped("remote_id")),
                upload.attachment_id.raw,
            )
            for upload in self
        ]
        try:
            errors = client.upload_invoices(rows)
        except TikTokError as error:
            self._note_unanswered(error)
            self.env["ir.cron"]._commit_progress()
            raise
        refused = self.browse()
        for error in errors:
            for upload in self._about(error):
                if not error.is_uploaded:
                    upload._note_refused(error.message, error.code)
                    refused |= upload
        (self - refused)._note_uploaded()

    def _about(self, error):
        """Return the uploads that a refusal is about."""
        return self.filtered(
            lambda row: row.package_id.remote_id == str(error.package_id)
        )

    def _note_unanswered(self, error):
        for upload in self:
            wait = back_off(RETRY_START, upload.attempts - 1, error)
            upload.write(
                {
                    "next_try": fields.Datetime.now() + min(wait, RETRY_CAP),
                    "error": reason_of(error),
                }
            )

    def _note_uploaded(self):
        self.write(
            {
                "state": "done",
                "done_at": fields.Datetime.now(),
                "next_try": False,
                "error": False,
                "code": False,
            }
        )
        for upload in self:
            self.env["tts.issue"]._close(upload.shop_id, [upload._issue_key()])

    def _note_refused(self, message, code=None):
        """Keep why TikTok did not take a file, and tell a person what to do."""
        self.write({"state": "failed", "error": message, "code": code or False})
        order = self.order_id
        self.env["tts.issue"]._raise(
            self.shop_id,
            self._issue_key(),
            category="settlement",
            name=self.env._("TikTok refused the invoice of order %s", order.remote_id),
            reason=message,
            hint=self.env._(
                "Attach the right XML file to invoice %s and click Upload to TikTok. "
                "TikTok lets the order be shipped only with its invoice.",
                self.move_id.name,
            ),
            order_id=order.id,
            reference=order.remote_id,
        )

    def _issue_key(self):
        return f"upload:{self.order_id.remote_id}"
