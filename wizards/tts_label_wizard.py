from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..lib.shipping import has_zpl
from ..models.stock_picking_label import FETCH, MISSING, READY
from ..utils import toast

FETCHED_AT_ONCE = 20  # more labels are fetched by the scheduled action
MOST_NAMED = 15  # missing labels that are named in the dialog; the print names all


class TtsLabelWizard(models.TransientModel):
    """Ask how to print labels, then fetch those that are missing and merge them all."""

    _name = "tts.label.wizard"
    _description = "Print TikTok Shop Labels"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    picking_ids = fields.Many2many("stock.picking", string="Deliveries")
    label_type = fields.Selection(
        lambda self: self.env["tts.shop"]._fields["label_type"].selection,
        string="Print",
        required=True,
        default="SHIPPING_LABEL",
    )
    size = fields.Selection(
        [("A6", "A6, one per page"), ("A5", "A5, one per page"), ("A4", "A4 sheets")],
        required=True,
        default="A6",
        help="A4 sheets hold four A6 labels or two A5 labels.",
    )
    label_format = fields.Selection(
        lambda self: self.env["tts.shop"]._fields["label_format"].selection,
        string="Format",
        required=True,
        default="PDF",
        help="ZPL is for label printers; shops of other markets stay with PDF.",
    )
    has_zpl = fields.Boolean(compute="_compute_has_zpl")
    sort_by = fields.Selection(
        lambda self: self.env["tts.label.print"]._fields["sort_by"].selection,
        required=True,
        default="deadline",
    )
    with_pick_list = fields.Boolean(string="Pick List", default=True)
    reason = fields.Char(
        string="Print Again Because",
        help="Kept in the journal of prints, with your name.",
    )
    ready_count = fields.Integer(string="Ready", compute="_compute_preview")
    fetch_count = fields.Integer(string="To Fetch", compute="_compute_preview")
    again_count = fields.Integer(string="Printed Before", compute="_compute_preview")
    missing_count = fields.Integer(
        string="Cannot Be Printed", compute="_compute_preview"
    )
    missing_text = fields.Text(compute="_compute_preview")

    @api.model
    def default_get(self, fields_list):
        """Start from the deliveries that are selected and their shop's choice."""
        values = super().default_get(fields_list)
        context = self.env.context
        ids = context.get("default_picking_ids")
        if ids is None and context.get("active_model") == "stock.picking":
            ids = context.get("active_ids")
        if not ids or "picking_ids" not in fields_list:
            return values
        pickings = self.env["stock.picking"].browse(ids)
        values["picking_ids"] = [Command.set(ids)]
        if shop := pickings.tts_shop_id[:1]:
            for name, value in (
                ("label_type", shop.label_type),
                ("size", shop.label_size),
                ("label_format", shop.label_format),
            ):
                if name in fields_list and f"default_{name}" not in context:
                    values[name] = value
        if pickings.company_id:
            values["company_id"] = pickings.company_id[:1].id
        return values

    # === COMPUTES === #

    @api.depends("picking_ids")
    def _compute_has_zpl(self):
        for wizard in self:
            regions = wizard.picking_ids.sudo().tts_shop_id.mapped("region")
            wizard.has_zpl = any(has_zpl(region) for region in regions)

    @api.depends("picking_ids", "label_type", "size", "label_format")
    def _compute_preview(self):
        for wizard in self:
            plans = wizard._plans()
            states = [plan.state for plan in plans]
            wizard.ready_count = states.count(READY)
            wizard.fetch_count = states.count(FETCH)
            wizard.missing_count = states.count(MISSING)
            wizard.again_count = len(_printed_before(plans))
            reasons = [plan.reason for plan in plans if plan.state == MISSING]
            more = len(reasons) - MOST_NAMED
            if more > 0:
                reasons[MOST_NAMED:] = [self.env._("and %s more.", more)]
            wizard.missing_text = "\n".join(reasons)

    def _plans(self):
        # In sudo mode: shops and packages are read for whoever may read the deliveries.
        pickings = self.picking_ids._origin.sudo()
        return pickings._tts_sort_for_labels(self.sort_by)._tts_plan_labels(
            self._options()
        )

    def _options(self):
        return {
            "type": self.label_type,
            "size": self.size if self.size != "A4" else False,
            "format": self.label_format if self.has_zpl else "PDF",
        }

    # === BUTTONS === #

    def action_print(self):
        """Fetch what is missing, merge the labels and show them.

        Where many are to be fetched, the scheduled action does it.

        :return: the merged file, or the print that is being made
        :raise UserError: no label can be had, or nobody said why to print again
        """
        self.ensure_one()
        self.picking_ids.check_access("write")
        plans = self._plans()
        self._check_plans(plans)
        to_fetch = self.env["tts.package"].sudo()
        for plan in plans:
            if plan.state == FETCH:
                to_fetch |= plan.package
        is_job = len(to_fetch) > FETCHED_AT_ONCE
        if to_fetch and not is_job:
            to_fetch._fetch_now(self._options())
        record = self.env["tts.label.print"]._start(plans, self._prepare_print_values())
        if is_job:
            record._enqueue(to_fetch)
            return record._get_records_action(name=self.env._("Labels"))
        record.sudo()._build()
        return self._show(record)

    def _check_plans(self, plans):
        """Refuse a print of nothing, and one again without a reason.

        :raise UserError: see above
        """
        if all(plan.state == MISSING for plan in plans):
            reasons = [plan.reason for plan in plans[:MOST_NAMED]]
            reasons = reasons or [
                self.env._("Select deliveries of TikTok orders first.")
            ]
            raise UserError(
                self.env._("There is no label to print.") + "\n" + "\n".join(reasons)
            )
        if (self.reason or "").strip():
            return
        if going := self._being_printed(plans):
            raise UserError(
                self.env._(
                    "%(print)s holds the label of %(deliveries)s and is being made. "
                    "Open it in the journal of prints; or say why they are printed "
                    "again.",
                    print=going.print_id[:1].name,
                    deliveries=", ".join(going.picking_id[:MOST_NAMED].mapped("name")),
                )
            )
        if not (again := _printed_before(plans)):
            return
        raise UserError(
            self.env._(
                "Say why the label of %(deliveries)s is printed again: a parcel must "
                "not leave twice. The reason is kept in the journal.",
                deliveries=", ".join(plan.picking.name for plan in again[:MOST_NAMED]),
            )
        )

    @api.model
    def _being_printed(self, plans):
        """Return the lines of prints with these labels that are not made yet."""
        packages = [plan.package.id for plan in plans if plan.state != MISSING]
        return (
            self.env["tts.label.print.line"]
            .sudo()
            .search(
                [
                    ("package_id", "in", packages),
                    ("print_id.state", "in", ("waiting", "running")),
                ]
            )
        )

    def _prepare_print_values(self):
        options = self._options()
        return {
            "user_id": self.env.uid,
            "company_id": self.company_id.id,
            "sort_by": self.sort_by,
            "paper": "a4" if self.size == "A4" else "label",
            "with_pick_list": self.with_pick_list,
            "label_type": options["type"],
            "label_size": options["size"] or False,
            "label_format": options["format"],
            "reason": (self.reason or "").strip() or False,
        }

    def _show(self, record):
        """Return the file; what is missing in it is named beside it."""
        if not record.label_count:
            lines = record.sudo().line_ids
            reasons = "\n".join(line.missing for line in lines if line.missing)
            action = record._get_records_action(name=self.env._("Labels"))
            return toast("warning", reasons, sticky=True, next=action)
        if record.attachment_id and record.zpl_attachment_id:
            action = record._get_records_action(name=self.env._("Labels"))
        else:
            action = record.action_open_file()
        if not record.missing_count:
            return action
        missing = record.sudo().line_ids.filtered("missing").mapped("missing")
        message = self.env._(
            "%(count)s labels are printed, %(missing)s are missing:",
            count=record.label_count,
            missing=record.missing_count,
        )
        text = "\n".join([message, *missing[:MOST_NAMED]])
        return toast("warning", text, sticky=True, next=action)


def _printed_before(plans):
    """Return the plans of labels that were printed before, without those missing."""
    return [
        plan for plan in plans if plan.state != MISSING and plan.package.print_count
    ]
