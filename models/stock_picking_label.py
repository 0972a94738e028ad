from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const
from ..utils import toast
from .tts_package_label import LABEL_STATES

# In this order a delivery takes the label state of its packages.
WORST_LABEL_FIRST = ("failed", "missed", "link", "generating", "due", "none", "done")
READY, FETCH, MISSING = "ready", "fetch", "missing"


class LabelPlan(NamedTuple):
    """What a print does about one package: `ready` to print, to `fetch`, or `missing`.

    Deliveries without a package have a plan of their own, which is missing.
    """

    picking: models.BaseModel
    package: models.BaseModel
    state: str
    reason: str = ""


class StockPicking(models.Model):
    """Labels on deliveries: shown, fetched and printed where the clerk works."""

    _inherit = "stock.picking"

    tts_label_state = fields.Selection(
        LABEL_STATES,
        string="TikTok Label",
        compute="_compute_tts_label",
        search="_search_tts_label_state",
        compute_sudo=True,
    )
    tts_label_ids = fields.Many2many(
        "ir.attachment", string="Label Files", compute="_compute_tts_label_ids"
    )
    tts_label_error = fields.Char(
        string="Label Problem", compute="_compute_tts_label", compute_sudo=True
    )
    tts_next_label_try = fields.Datetime(
        string="Next Label Try", compute="_compute_tts_label", compute_sudo=True
    )
    tts_label_url = fields.Char(
        string="Label Link", compute="_compute_tts_label", compute_sudo=True
    )
    tts_print_count = fields.Integer(
        string="Label Printed (Times)", compute="_compute_tts_label", compute_sudo=True
    )

    # === COMPUTES === #

    @api.depends(
        "tts_package_ids.label_state",
        "tts_package_ids.label_error",
        "tts_package_ids.label_url",
        "tts_package_ids.next_label_try",
        "tts_package_ids.print_count",
        "tts_package_ids.status",
        "tts_package_ids.is_gone",
    )
    def _compute_tts_label(self):
        for picking in self:
            packages = picking._tts_live_packages()
            states = set(packages.mapped("label_state"))
            worst = (key for key in WORST_LABEL_FIRST if key in states)
            picking.tts_label_state = next(worst, False)
            picking.tts_label_error = next(
                filter(None, packages.mapped("label_error")), False
            )
            tries = [moment for moment in packages.mapped("next_label_try") if moment]
            picking.tts_next_label_try = min(tries, default=False)
            linked = packages.filtered(lambda package: package.label_state == "link")
            picking.tts_label_url = linked[:1].label_url
            picking.tts_print_count = max(packages.mapped("print_count"), default=0)

    def _search_tts_label_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("tts_package_ids", "any!", [("label_state", operator, value)])]

    @api.depends("tts_package_ids.label_attachment_id")
    def _compute_tts_label_ids(self):
        """The present labels; of a combined package each delivery has its own copy."""
        wanted = {
            (picking.id, checksum)
            for picking in self
            for checksum in picking.sudo()
            ._tts_live_packages()
            .mapped("label_attachment_id.checksum")
        }
        found = self.env["ir.attachment"]
        if wanted:
            found = found.search(
                [
                    ("res_model", "=", "stock.picking"),
                    ("res_id", "in", [picking_id for picking_id, _sum in wanted]),
                    ("checksum", "in", [checksum for _id, checksum in wanted]),
                ]
            ).filtered(lambda file: (file.res_id, file.checksum) in wanted)
        by_picking = found.grouped("res_id")
        for picking in self:
            picking.tts_label_ids = by_picking.get(picking.id, False)

    # === BUTTONS === #

    def action_tts_fetch_label(self):
        """Fetch the label of a delivery now; of many, ask how to print them.

        :return: what to show
        :raise UserError: there is no label to fetch, and why
        """
        if len(self) != 1:
            return self.action_tts_print_labels()
        self.check_access("write")
        picking_sudo = self.sudo()
        plans = picking_sudo._tts_plan_labels()
        packages = self.env["tts.package"].sudo()
        for plan in plans:
            if plan.state != MISSING and plan.package._may_have_label():
                packages |= plan.package
        if not packages:
            return picking_sudo._tts_tell_no_label(plans)
        problems = packages._fetch_now()
        if problems:
            return toast("warning", "\n".join(problems.values()), sticky=True)
        return toast("success", self.env._("The label of %s is stored.", self.name))

    def _tts_tell_no_label(self, plans):
        """Say why no label is fetched.

        :raise UserError: there is no stored one either
        """
        reasons = [plan.reason for plan in plans if plan.reason]
        if reasons:
            raise UserError("\n".join(reasons))
        message = self.env._(
            "The carrier has the package of %s, so TikTok makes no new label. The "
            "stored one is on the delivery.",
            self.name,
        )
        return toast("info", message)

    def action_tts_print_labels(self):
        """Ask how to print the labels of these deliveries; then merge them."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Print Labels"),
            "res_model": "tts.label.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_picking_ids": self.ids},
        }

    # === PLAN === #

    def _tts_plan_labels(self, options=None):
        """Decide for each package of these deliveries what a print does about it.

        A combined package comes once, where its first delivery comes.

        :param options: {type, size, format} that is wanted, see `_label_options`
        :return: list of `LabelPlan`
        """
        plans, seen = [], set()
        for picking in self:
            if reason := picking._tts_no_print_reason():
                plans.append(
                    LabelPlan(
                        picking, picking.tts_package_ids.browse(), MISSING, reason
                    )
                )
                continue
            for package in picking._tts_live_packages():
                if package.id not in seen:
                    seen.add(package.id)
                    plans.append(
                        LabelPlan(picking, package, *package._plan_label(options))
                    )
        return plans

    def _tts_no_print_reason(self):
        """Why nothing is printed for this delivery, whatever its packages; or False."""
        order = self.tts_order_id
        if not order:
            return self.env._("%s serves no TikTok order.", self.name)
        if self.state == "cancel":
            return self.env._("%s is cancelled.", self.name)
        if self.state != "done" and (reasons := self._tts_order_reasons(order)):
            return reasons[0]
        if self._tts_live_packages():
            return False
        if order.status in const.CANCELLED_STATUSES:
            return self.env._(
                "The order of %s is cancelled; do not ship it.", self.name
            )
        if order.is_fbt:
            return self.env._(
                "TikTok ships the order of %s from its own warehouse.", self.name
            )
        if order.shipping_type == const.SHIPPED_BY_TIKTOK:
            return self.env._(
                "%s has no package on TikTok yet; arrange its shipment first.",
                self.name,
            )
        return self.env._(
            "%s goes with your own carrier: print the carrier's label.", self.name
        )

    def _tts_sort_for_labels(self, sort_by):
        """Return these deliveries in the order in which their labels are printed.

        :param str sort_by: deadline, carrier, location or sku
        """

        def deadline(picking):
            return picking.tts_deadline or picking.tts_ship_by or fields.Datetime.now()

        def key(picking):
            places = picking._tts_pick_places()
            first = {
                "deadline": (),
                "carrier": (
                    picking.tts_provider_name or picking.carrier_id.name or "",
                ),
                "location": min(places, default=("", "")),
                "sku": min(((sku, place) for place, sku in places), default=("", "")),
            }[sort_by]
            return (*first, deadline(picking), picking.id)

        return self.sorted(key)

    def _tts_pick_places(self):
        """Return the pairs (location, Internal Reference) to pick."""
        lines = self.move_line_ids
        if lines:
            pairs = [(line.location_id, line.product_id) for line in lines]
        else:
            pairs = [(move.location_id, move.product_id) for move in self.move_ids]
        return [
            (place.complete_name or "", product.default_code or product.name or "")
            for place, product in pairs
        ]
