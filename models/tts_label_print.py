from odoo import fields, models


class TtsLabelPrint(models.Model):
    """One print of labels: who, when, which, in which order, and why again."""

    _name = "tts.label.print"
    _description = "TikTok Shop Label Print"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(readonly=True)
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
        [("waiting", "Waiting"), ("running", "Fetching Labels"), ("done", "Done")],
        default="waiting",
        required=True,
        readonly=True,
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
    with_pick_list = fields.Boolean(string="Pick List", readonly=True)
    reason = fields.Char(
        string="Printed Again Because", readonly=True, help="Why labels came out again."
    )
    line_ids = fields.One2many("tts.label.print.line", "print_id", readonly=True)
    attachment_id = fields.Many2one("ir.attachment", string="File", readonly=True)


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
    package_id = fields.Many2one("tts.package", readonly=True, ondelete="cascade")
    picking_id = fields.Many2one("stock.picking", readonly=True, ondelete="set null")
    position = fields.Integer(readonly=True)
    pages = fields.Integer(readonly=True)
    is_again = fields.Boolean(string="Printed Again", readonly=True)
    missing = fields.Char(string="Missing Because", readonly=True)
