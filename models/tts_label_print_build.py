from odoo import fields, models

from ..lib.shipping import ZPL
from ..report.label_sheets import LabelFile, Unreadable, read_pages


class TtsLabelPrint(models.Model):
    """Merging: the labels that are there, in order; the others are named."""

    _inherit = "tts.label.print"

    def _build(self):
        """Merge the labels into one file, mark them as printed, and name the others.

        Files are read one by one, so that memory holds the result and one label.
        """
        self.ensure_one()
        sheets = LabelFile(on_sheets=self.paper == "a4")
        zpl = []
        self.line_ids.package_id.label_attachment_id.mapped("store_fname")
        for line in self.line_ids.filtered(lambda line: not line.missing):
            line._add_to(sheets, zpl)
        self._number_lines()
        if self.with_pick_list and self.label_count:
            small = self.paper == "label" and self.label_size == "A6"
            sheets.insert_first(read_pages(self._make_pick_list(small)))
        if sheets.pages:
            self.attachment_id = self._attach(
                "pdf", "application/pdf", sheets.content()
            )
        if zpl:
            self.zpl_attachment_id = self._attach("zpl", "text/plain", b"\n".join(zpl))
        self.write({"state": "done", "page_count": sheets.pages})
        self._count_prints()

    def _number_lines(self):
        """Number what is printed; what is missing comes last, without a number."""
        printed = self.line_ids.filtered(lambda line: not line.missing)
        missing = self.line_ids - printed
        for number, line in enumerate(printed + missing, start=1):
            if line.position != number:
                line.position = number
        self.write({"label_count": len(printed), "missing_count": len(missing)})
        self.line_ids.invalidate_recordset(["position"])
        self.invalidate_recordset(["line_ids"])

    def _count_prints(self):
        packages = self.line_ids.filtered(lambda line: not line.missing).package_id
        now = fields.Datetime.now()
        for count, group in packages.grouped("print_count").items():
            group.write({"print_count": count + 1, "last_print": now})

    def _attach(self, suffix, mimetype, content):
        """Keep a file of this print, for those who may see the print."""
        return self.env["ir.attachment"].create(
            {
                "name": f"TikTok {self.name}.{suffix}",
                "raw": content,
                "mimetype": mimetype,
                "res_model": self._name,
                "res_id": self.id,
            }
        )


class TtsLabelPrintLine(models.Model):
    _inherit = "tts.label.print.line"

    def _add_to(self, sheets, zpl):
        """Add the stored label to the file that is made, or say why it is missing.

        :param sheets: the `LabelFile` of what is PDF
        :param zpl: list that takes what is for label printers
        """
        package = self.package_id
        # Apart from the others: reading one must not load the files of all.
        attachment = package.label_attachment_id.with_prefetch()
        content = attachment.raw
        attachment.invalidate_recordset(["raw", "datas", "db_datas"], flush=False)
        if not content:
            self.missing = package.label_error or self.env._(
                "The label of %s is not there yet.",
                self.picking_id.name or package.remote_id,
            )
        elif package.label_format == ZPL:
            zpl.append(content)
        else:
            self._add_pages(sheets, content)

    def _add_pages(self, sheets, content):
        try:
            pages = read_pages(content)
            sheets.add(pages)
        except Unreadable:
            self.missing = self.env._(
                "The stored label of %s cannot be read; fetch it again.",
                self.picking_id.name or self.package_id.remote_id,
            )
        else:
            self.pages = len(pages)
