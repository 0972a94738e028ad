import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain

from .tts_shop_sync import BATCH, Interrupted

_logger = logging.getLogger(__name__)

MOST_INVOICED = 1000  # orders per run and shop


class TtsShop(models.Model):
    """Invoices of what has left, and bank transactions of payouts: no call to TikTok.

    So they have a scheduled action of their own beside the daily settlements.
    """

    _inherit = "tts.shop"

    @api.model
    def _cron_invoices(self):
        """Invoice what has left, and find the bank transactions of payouts.

        A shop that fails is tried again next time; the others go on.
        """
        # In sudo mode: a second copy of the scheduled action may run as anybody.
        for shop in self.sudo().search([("remote_id", "!=", False)]):
            own = shop.with_company(shop.company_id)
            for step in (own._invoice_shipped, own._match_payouts):
                if not own._step_apart(step):
                    return

    def _step_apart(self, step):
        """Take a step that needs no client; a failure is logged and stops no other.

        :return: False when time is up
        """
        cron = self.env["ir.cron"]
        try:
            return step(None) and bool(cron._commit_progress())
        except (Interrupted, OperationalError) as error:
            self.env.cr.rollback()
            _logger.info("TikTok Shop %s: %s waits: %r", self.id, step.__name__, error)
        except Exception:
            self.env.cr.rollback()
            _logger.exception("TikTok Shop %s: %s failed", self.id, step.__name__)
        return bool(cron._commit_progress())

    @api.model
    def _trigger_invoices(self, at=None):
        cron = self.env.ref("sale_tiktok_shop.ir_cron_invoices", False)
        if cron:
            cron.sudo()._trigger(at=at)

    def _invoice_shipped(self, client):
        """Override to invoice what has left, where the shop wants that.

        :return: False when time is up before the end
        :raise Interrupted: another worker has the settlements of this shop
        """
        result = super()._invoice_shipped(client)
        self._heal_invoice_issues()
        if self.invoice_policy != "shipped":
            return result
        due = self.env["sale.order"].search(
            self._to_invoice_domain(), order="id", limit=MOST_INVOICED
        )
        for start in range(0, len(due), BATCH):
            self._take_settlements()
            # A slice of its own: without prefetching all others after each commit.
            orders = due.browse(due.ids[start : start + BATCH])
            orders._tts_create_invoices()
            if not self.env["ir.cron"]._commit_progress():
                return False
        return result

    def _to_invoice_domain(self):
        """The orders of this shop that have left and have no invoice at all.

        Those that failed a while ago are left out until their next try.
        """
        waiting = [
            ("key", "=like", "invoice:%"),
            ("state", "!=", "closed"),
            ("next_retry", ">", fields.Datetime.now()),
        ]
        return (
            Domain("tts_shop_id", "=", self.id)
            & Domain("state", "=", "sale")
            & Domain("invoice_status", "not in", ("invoiced", "upselling"))
            & Domain("amount_total", "!=", 0)
            & Domain("tts_order_id", "not any", [("invoice_ids", "!=", False)])
            & Domain("tts_order_id", "not any", [("issue_ids", "any", waiting)])
            & self.env["sale.order"]._tts_has_left_domain()
        )

    def _heal_invoice_issues(self):
        """Close the issues of orders that a person has invoiced meanwhile."""
        issues = self.env["tts.issue"].search(
            [
                ("shop_id", "=", self.id),
                ("key", "=like", "invoice:%"),
                ("state", "!=", "closed"),
            ]
        )
        issues.filtered(lambda issue: issue._is_invoiced())._set_closed()


class TtsIssue(models.Model):
    """Issues of orders without an invoice: their own way of trying again."""

    _inherit = "tts.issue"

    def _is_invoiced(self):
        """Whether the order of this issue has its invoice, posted, or needs none."""
        order = self.sale_order_id
        if not order or order.state == "cancel":
            return True
        invoices = order._tts_customer_invoices()
        return (
            bool(invoices)
            and all(move.state == "posted" for move in invoices)
            and not order._tts_is_to_invoice()
        )

    def _retry(self):
        """Override to create the missing invoice of an order, or to upload it again.

        :return: what to show, if anything
        :raise AccessError: invoices are for billing people
        """
        kind, _sep, _name = self.key.partition(":")
        if kind not in ("invoice", "upload"):
            return super()._retry()
        self.env["account.move"].sudo(False).check_access("create")
        if kind == "upload":
            uploads = self.env["tts.invoice.upload"].search(
                [("order_id", "=", self.order_id.id), ("state", "=", "failed")]
            )
            return uploads.action_retry()
        if self._is_invoiced():
            self._set_closed()
            return None
        moves, reasons = self.sale_order_id._tts_create_invoices()
        return self.env["tts.order"]._show_invoices(moves, list(reasons.values()))
