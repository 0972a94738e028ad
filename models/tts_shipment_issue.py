from odoo import models
from odoo.exceptions import UserError

from ..utils import toast

PREFIX = "ship:"


class TtsIssue(models.Model):
    """Trying again to arrange a shipment."""

    _inherit = "tts.issue"

    def _retry(self):
        """Override to have TikTok told once more what it refused.

        The issue closes when it takes it.

        :raise UserError: the delivery cannot be arranged
        """
        if not self.key.startswith(PREFIX):
            return super()._retry()
        picking = self.picking_id
        if not picking:
            self._set_closed()
            return None
        failed = picking.tts_shipment_ids.filtered(lambda row: row.state == "failed")
        last = failed.sorted("id")[-1:]
        going = picking._tts_open_shipments()
        if going:
            going.filtered(lambda row: row.state == "waiting").next_try = False
            self.env["tts.shop"]._trigger_deliveries()
        elif last.kind == "retrack":
            last.action_retry()
        elif not picking._tts_units_to_ship():
            self._set_closed()  # somebody arranged it
            return None
        else:
            self._retry_arranging(picking, last)
        return toast(
            "info",
            self.env._(
                "The shipment of %s is sent to TikTok within a minute; the issue "
                "closes when TikTok takes it.",
                picking.name,
            ),
        )

    def _retry_arranging(self, picking, last):
        """Arrange anew as the delivery stands now, with the options of last time.

        :raise UserError: the delivery cannot be arranged
        """
        names = (
            "handover_method",
            "weight",
            "parcel_length",
            "parcel_width",
            "parcel_height",
        )
        options = {name: last[name] for name in (*names, "service_remote_id")}
        options["provider_id"] = picking._tts_find_provider().id or last.provider_id.id
        if not picking.carrier_tracking_ref:
            options["tracking_number"] = last.tracking_number
        if not picking.with_user(self.env.user)._tts_arrange(**options):
            raise UserError(
                self.env._("%s is on its way to TikTok already.", picking.name)
            )
