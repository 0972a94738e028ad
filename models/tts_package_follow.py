import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .. import const
from ..lib.errors import PayloadError, Rejected
from ..lib.shipping import GONE_CODES

_logger = logging.getLogger(__name__)

COLLECTED_WITHIN = timedelta(hours=24)
ASK_AGAIN_AFTER = timedelta(hours=6)
MOST_ASKED = 50  # calls per run and shop: details come one by one
# A package that is lost or broken tells so in these; while it waits for its carrier,
# the same words mean that nobody came.
LOST_STATUSES = (const.PACKAGE_CANCELLED, const.PACKAGE_SHIPPED[0])


class TtsPackage(models.Model):
    """Packages that the carrier did not collect, or lost."""

    _inherit = "tts.package"

    def write(self, vals):
        """A package that waits for its shipment once more was not collected."""
        fallen = self.browse()
        if vals.get("status") == const.PACKAGE_TO_SHIP:
            fallen = self.filtered(
                lambda package: package.status == const.PACKAGE_ARRANGED
            )
        elif vals.get("status") == const.PACKAGE_ARRANGED:
            anew = self.filtered(
                lambda package: (
                    package.pickup_failed and package.status == const.PACKAGE_TO_SHIP
                )
            )
            if anew and "pickup_failed" not in vals:
                super(TtsPackage, anew).write({"pickup_failed": False})
        elif vals.get("status") == const.PACKAGE_CANCELLED and "detail_at" not in vals:
            # Its details tell whether the carrier lost it.
            vals = {**vals, "detail_at": False}
        result = super().write(vals)
        if fallen:
            super(TtsPackage, fallen).write(fallen._prepare_fallen_values())
        return result

    def _prepare_fallen_values(self):
        """It is arranged anew, and gets a new label then."""
        return {
            "pickup_failed": True,
            "shipped_at": False,
            "sub_status": False,
            "label_state": "none",
            "label_attachment_id": False,
            "label_url": False,
            "next_label_try": False,
        }

    @api.model
    def _prepare_values(self, package, known):
        """Override: what is on its way was collected, whatever was wrong before."""
        values = super()._prepare_values(package, known)
        status = values.get("status")
        if status and status not in (const.PACKAGE_TO_SHIP, const.PACKAGE_ARRANGED):
            values["pickup_failed"] = False
        return values

    @api.model
    def _prepare_row_values(self, row, orders, known):
        """Override: details tell that the carrier did not come.

        Source: Partner API, "Get Package Detail", `package_sub_status`.
        """
        values = super()._prepare_row_values(row, orders, known)
        if row.has_detail and values.get("status") == const.PACKAGE_ARRANGED:
            values["pickup_failed"] = row.sub_status in const.PACKAGE_TROUBLE
        return values

    def _follow_status(self):
        """Override: tell people of parcels that stay, and of those that never come."""
        result = super()._follow_status()
        Issue = self.env["tts.issue"]
        for shop, packages in self.grouped("shop_id").items():
            failed = packages.filtered(
                lambda package: package.pickup_failed and not package.is_gone
            )
            lost = packages.filtered(lambda package: package._is_lost())
            keys = [f"pickup:{package.remote_id}" for package in packages - failed]
            keys += [f"lost:{package.remote_id}" for package in packages - lost]
            Issue._close(shop, keys)
            for package in failed:
                package._raise_pickup_issue()
            for package in lost:
                package._raise_lost_issue()
        return result

    def _is_lost(self):
        return bool(
            self.exception and self.status in LOST_STATUSES and not self.is_gone
        )

    def _raise_pickup_issue(self):
        picking = self.picking_ids[:1]
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"pickup:{self.remote_id}",
            category="label",
            name=self.env._("Package %s was not collected", self.remote_id),
            reason=self.exception
            or self.env._("The carrier did not take it although it was arranged."),
            hint=self.env._(
                "Find the parcel of %s and hand it over: arrange the shipment anew, or "
                "ask the carrier to come again. The issue closes when the parcel is "
                "scanned.",
                ", ".join(self.picking_ids.mapped("name"))
                or ", ".join(self.order_ids.mapped("remote_id")),
            ),
            order_id=self.order_ids[:1].id,
            picking_id=picking.id,
            reference=self.tracking_number,
        )

    def _raise_lost_issue(self):
        self.env["tts.issue"]._raise(
            self.shop_id,
            f"lost:{self.remote_id}",
            category="label",
            name=self.env._("Package %s does not reach its buyer", self.remote_id),
            reason=self.env._("The carrier says: %s", self.exception),
            hint=self.env._(
                "Claim the loss in Seller Center, and take back what comes back. Then "
                "click Dismiss."
            ),
            order_id=self.order_ids[:1].id,
            picking_id=self.picking_ids[:1].id,
            reference=self.tracking_number,
        )


class TtsShop(models.Model):
    """Asking after packages that should have been collected."""

    _inherit = "tts.shop"

    def _check_pickups(self, client):
        """Read the details of packages that wait too long, or that nobody knows.

        :return: False when time is up before the end
        :raise TikTokError: TikTok wants no more calls now, or does not answer
        """
        for package in self._packages_to_ask():
            try:
                row = client.package_detail(package.remote_id)
            except PayloadError as error:
                _logger.warning("TikTok Shop %s: a package: %s", self.id, error)
                row = None
            except Rejected as error:
                if error.code not in GONE_CODES:
                    raise
                row = None
            self._take_deliveries()
            # Also one that cannot be read is not asked for again at once.
            package.detail_at = fields.Datetime.now()
            if row:
                self.env["tts.package"]._absorb_rows(self, [row])
            if not self.env["ir.cron"]._commit_progress():
                return False
        return True

    def _packages_to_ask(self):
        """Packages to ask details of: those that should be gone before all others."""
        now = fields.Datetime.now()
        mine = Domain("shop_id", "=", self.id) & Domain("is_gone", "=", False)
        arranged = mine & Domain("status", "=", const.PACKAGE_ARRANGED)
        rested = Domain("detail_at", "=", False) | Domain(
            "detail_at", "<", now - ASK_AGAIN_AFTER
        )
        overdue = Domain("pickup_end", "<", now) | Domain(
            "shipped_at", "<", now - COLLECTED_WITHIN
        )
        unknown = Domain("detail_at", "=", False)
        stopped = (
            mine
            & Domain("status", "=", const.PACKAGE_CANCELLED)
            & Domain("shipped_at", "!=", False)
        )
        packages = self.env["tts.package"]
        for domain in (
            arranged & rested & overdue,
            stopped & unknown,
            arranged & unknown & Domain("handover_method", "=", False),
        ):
            left = MOST_ASKED - len(packages)
            if left > 0:
                packages |= packages.search(
                    domain & Domain("id", "not in", packages.ids),
                    order="detail_at NULLS FIRST, id",
                    limit=left,
                )
        return packages
