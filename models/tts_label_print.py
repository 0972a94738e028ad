from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .stock_picking_label import MISSING


class TtsLabelPrint(models.Model):
    """One print of labels: who, when, which, in which order, and why again.

    While labels are still to be fetched it is a job, which the scheduled action ends.
    """

    _name = "tts.label.print"
    _description = "TikTok Shop Label Print"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(readonly=True, default=lambda self: self.env._("Labels"))
    user_id = fields.Many2one(
        "res.users",
        string="Printed By",
        default=lambda self: self.env.user,
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("running", "Fetching Labels"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    sort_by = fields.Selection(
        [
            ("deadline", "Deadline"),
            ("carrier", "Carrier"),
            ("location", "Location"),
            ("sku", "SKU"),
        ],
        default="deadline",
        required=True,
        readonly=True,
    )
    paper = fields.Selection(
        [("label", "One per Page"), ("a4", "A4 Sheets")],
        default="label",
        required=True,
        readonly=True,
    )
    label_type = fields.Char(readonly=True)
    label_size = fields.Char(readonly=True)
    label_format = fields.Char(readonly=True)
    with_pick_list = fields.Boolean(string="Pick List", readonly=True)
    reason = fields.Char(
        string="Printed Again Because", readonly=True, help="Why labels came out again."
    )
    error_message = fields.Char(readonly=True)
    line_ids = fields.One2many(
        "tts.label.print.line", "print_id", string="Labels", readonly=True
    )
    label_count = fields.Integer(string="Labels Printed", readonly=True)
    page_count = fields.Integer(string="Pages", readonly=True)
    missing_count = fields.Integer(string="Missing", readonly=True)
    fetched_count = fields.Integer(
        string="Labels There", compute="_compute_fetched_count", compute_sudo=True
    )
    line_count = fields.Integer(compute="_compute_fetched_count", compute_sudo=True)
    attachment_id = fields.Many2one("ir.attachment", string="PDF", readonly=True)
    zpl_attachment_id = fields.Many2one(
        "ir.attachment", string="File for Label Printers", readonly=True
    )

    @api.depends("line_ids.package_id.label_attachment_id")
    def _compute_fetched_count(self):
        for record in self:
            lines = record.line_ids.filtered("package_id")
            record.line_count = len(lines)
            record.fetched_count = len(lines.package_id.filtered("label_attachment_id"))

    # === CREATE === #

    @api.model
    def _start(self, plans, values):
        """Write down a print; nothing is fetched or merged yet.

        :param plans: list of `LabelPlan`, in the order of printing
        :param values: sort_by, paper, with_pick_list, label_type, ..., reason
        """
        lines = [
            Command.create(
                {
                    "position": position,
                    "picking_id": plan.picking.id,
                    "package_id": plan.package.id,
                    "is_again": bool(plan.package.print_count),
                    "missing": plan.reason if plan.state == MISSING else False,
                }
            )
            for position, plan in enumerate(plans, start=1)
        ]
        record = self.sudo().create({**values, "line_ids": lines})
        record.name = self.env._("Labels %s", record.id)
        return record.sudo(False)

    def _options(self):
        """Return what documents this print wants, as `_label_options` takes it."""
        return {
            "type": self.label_type,
            "size": self.label_size if self.paper == "label" else False,
            "format": self.label_format,
        }

    # === BUTTONS === #

    def action_open_file(self):
        """Show the merged labels, in a new tab.

        :raise UserError: there is no file (yet)
        """
        self.ensure_one()
        self.check_access("read")
        if self.attachment_id:
            url = f"/web/content/{self.attachment_id.id}"
        elif self.zpl_attachment_id:
            url = f"/web/content/{self.zpl_attachment_id.id}?download=true"
        else:
            raise UserError(
                self.env._(
                    "%s has no file: its labels are still being fetched, or none of "
                    "them could be had. The reasons are in its list.",
                    self.name,
                )
            )
        return {
            "type": "ir.actions.act_url",
            "url": url,
            "target": "new",
            "close": True,
        }

    def action_open_print_again(self):
        """Ask for the reason, and print the same labels in the same way again."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Print Again"),
            "res_model": "tts.label.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_picking_ids": self.line_ids.picking_id.ids,
                "default_sort_by": self.sort_by,
                "default_size": "A4" if self.paper == "a4" else self.label_size,
                "default_label_type": self.label_type,
                "default_label_format": self.label_format,
                "default_with_pick_list": self.with_pick_list,
            },
        }


class TtsLabelPrintLine(models.Model):
    """A label of a print, or the reason why it is missing."""

    _name = "tts.label.print.line"
    _description = "TikTok Shop Label Print Line"
    _order = "print_id, position, id"
    _check_company_auto = True

    print_id = fields.Many2one(
        "tts.label.print", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="print_id.company_id", store=True, precompute=True
    )
    package_id = fields.Many2one(
        "tts.package", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    tracking_number = fields.Char(related="package_id.tracking_number")
    position = fields.Integer(string="No.", readonly=True)
    pages = fields.Integer(readonly=True)
    is_again = fields.Boolean(string="Printed Again", readonly=True)
    missing = fields.Char(string="Missing Because", readonly=True)
