from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

DEADLINE_ACTIVITY = "sale_tiktok_shop.mail_activity_type_deadline"


class StockPicking(models.Model):
    _inherit = "stock.picking"

    tts_warned_deadline = fields.Datetime(readonly=True, copy=False)

    def write(self, vals):
        """Override of `stock`: whoever takes a delivery over is warned as well."""
        handed = self.browse()
        if "user_id" in vals:
            handed = self.filtered(
                lambda picking: (
                    picking.tts_warned_deadline
                    and picking.user_id.id != vals["user_id"]
                )
            )
        result = super().write(vals)
        handed.tts_warned_deadline = False
        return result

    def _tts_warn(self):
        """Tell who is responsible for this delivery when it has to leave."""
        shop, user = self.tts_shop_id, self.user_id
        self.activity_unlink([DEADLINE_ACTIVITY])
        self.activity_schedule(
            DEADLINE_ACTIVITY,
            shop._local_date(self.tts_deadline, user),
            summary=self.env._(
                "%(delivery)s must leave by %(time)s",
                delivery=self.name,
                time=shop._local_time(self.tts_deadline, user),
            ),
            user_id=user.id,
        )
        self.tts_warned_deadline = self.tts_deadline


class TtsShop(models.Model):
    """Activities before a deadline is missed."""

    _inherit = "tts.shop"

    def _warn_of_deadlines(self, client):
        """Tell people of deliveries that have to leave soon, once per deadline.

        Whoever is responsible for a delivery gets an activity on it; the shop's
        responsible gets one activity for all others.

        :return: True
        """
        due = self._deliveries_due()
        own = due.filtered("user_id")
        self._drop_warnings(own)
        for picking in own:
            if picking.tts_warned_deadline != picking.tts_deadline:
                picking._tts_warn()
        self._warn_of_all(due - own)
        return True

    def _deliveries_due(self):
        """Return the deliveries whose deadline is near, or over."""
        Picking = self.env["stock.picking"]
        if self.deadline_warning <= 0:
            return Picking
        soon = fields.Datetime.now() + timedelta(hours=self.deadline_warning)
        return Picking.search(
            Picking._tts_board_domain()
            & Domain("tts_shop_id", "=", self.id)
            & Domain("tts_deadline", "<=", soon),
            order="tts_deadline, id",
        )

    def _drop_warnings(self, pickings):
        """Take back the activities of deliveries that are due no more, or left."""
        Picking = self.env["stock.picking"]
        kind = self.env["mail.activity.type"].browse(
            self.env["ir.model.data"]._xmlid_to_res_id(DEADLINE_ACTIVITY)
        )
        warned = Picking.search(
            [
                ("tts_shop_id", "=", self.id),
                ("activity_ids.activity_type_id", "=", kind.id),
            ]
        )
        (warned - pickings).activity_unlink([DEADLINE_ACTIVITY])

    def _warn_of_all(self, pickings):
        """Keep one activity on the shop for deliveries without a responsible."""
        user = self.responsible_id
        if not pickings or not user:
            self.activity_unlink([DEADLINE_ACTIVITY])
            return
        deadline = pickings[0].tts_deadline
        values = {
            "summary": self.env._(
                "%(count)s deliveries must leave by %(time)s",
                count=len(pickings),
                time=self._local_time(deadline, user),
            ),
            "note": self.env._(
                "Open Inventory > Operations > TikTok Deadlines. First: %s",
                ", ".join(pickings[:10].mapped("name")),
            ),
            "date_deadline": self._local_date(deadline, user),
            "user_id": user.id,
        }
        activity = self.activity_search([DEADLINE_ACTIVITY])[:1]
        if not activity:
            # Whoever marked it as done has seen these: only a new one asks again.
            if any(
                picking.tts_warned_deadline != picking.tts_deadline
                for picking in pickings
            ):
                self.activity_schedule(DEADLINE_ACTIVITY, **values)
        elif activity.summary != values["summary"]:
            activity.write(values)
        for picking in pickings:
            if picking.tts_warned_deadline != picking.tts_deadline:
                picking.tts_warned_deadline = picking.tts_deadline

    def _local_time(self, moment, user):
        return format_datetime(self.env, moment, tz=user.tz or "UTC", dt_format="short")

    def _local_date(self, moment, user):
        return fields.Datetime.context_timestamp(
            self.with_context(tz=user.tz or "UTC"), moment
        ).date()
