from odoo import models

from .. import const
from .stock_picking_label import FETCH, MISSING, READY


class TtsPackage(models.Model):
    """Whether a label is there, can be fetched, or cannot be had."""

    _inherit = "tts.package"

    def _may_have_label(self):
        """Whether TikTok makes a label of this package now."""
        return self.status == const.PACKAGE_ARRANGED and self._is_label_by_tiktok()

    def _plan_label(self, options=None):
        """Decide what a print does about this package.

        :param options: {type, size, format} that is wanted; None takes what is
        :return: (ready, fetch or missing; why it is missing)
        """
        is_connected = self.shop_id.account_id.state == "connected"
        may_fetch = self._may_have_label() and is_connected
        if self.label_attachment_id:
            is_other = may_fetch and options and self._is_label_other(options)
            return (FETCH, "") if is_other else (READY, "")
        if may_fetch:
            return FETCH, ""
        return MISSING, self._no_label_reason(is_connected)

    def _is_label_other(self, options):
        """Whether the stored label is of another kind than the one that is wanted."""
        wanted = self._label_options(options)
        if not options.get("size"):
            wanted["size"] = self.label_size
        return wanted != {
            "type": self.label_type,
            "size": self.label_size,
            "format": self.label_format,
        }

    def _no_label_reason(self, is_connected):
        names = {
            "package": self.remote_id,
            "delivery": self.picking_ids[:1].name or self.remote_id,
        }
        if not self._is_label_by_tiktok():
            return self.env._(
                "Package %(package)s of %(delivery)s goes with your own carrier: print "
                "the carrier's label.",
                **names,
            )
        if self.status == const.PACKAGE_TO_SHIP:
            return self.env._(
                "The shipment of package %(package)s of %(delivery)s is not arranged; "
                "arrange it first.",
                **names,
            )
        if self.status in const.PACKAGE_SHIPPED:
            return self.env._(
                "The carrier has package %(package)s of %(delivery)s already, and no "
                "label was stored before.",
                **names,
            )
        if not is_connected:
            return self.env._(
                "The shop of package %(package)s of %(delivery)s is not connected to "
                "TikTok; authorize its account again.",
                **names,
            )
        return self.env._(
            "Package %(package)s of %(delivery)s has a status on TikTok that Odoo does "
            "not know; print its label in Seller Center.",
            **names,
        )
