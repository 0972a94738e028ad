from collections import Counter

from odoo import models

from odoo.addons.base_import.models.base_import import ImportValidationError

from ..lib.bulk_edit import (
    SHEET,
    UnreadableFile,
    is_bulk_edit,
    normal_keys,
    read_bulk_edit,
)

PRODUCT_MODELS = ("product.template", "product.product")
MOST_SHOWN = 10  # errors or products named in one message


class BaseImport(models.TransientModel):
    """Products from the spreadsheet that Seller Center exports, as it is.

    Each SKU becomes a product of its own. Linking SKUs to products that Odoo has
    already is what `tts.catalogue.import` does.
    """

    _inherit = "base_import.import"

    def _read_xlsx(self, options):
        """Turn a bulk-edit export of products into columns named like Odoo's fields."""
        was_chosen = options.get("sheet")
        length, rows = super()._read_xlsx(options)
        if self.res_model not in PRODUCT_MODELS:
            return length, rows
        first = options.get("sheet")
        if (
            not was_chosen
            and not _has_keys(rows)
            and SHEET in options.get("sheets", ())
        ):
            other_length, others = super()._read_xlsx({**options, "sheet": SHEET})
            if _has_keys(others):
                length, rows, first = other_length, others, SHEET
        options["sheet"] = first
        if not _has_keys(rows):
            return length, rows
        rows = self._tts_product_rows()
        return len(rows), rows

    def _convert_import_data(self, fields, options):
        data, import_fields = super()._convert_import_data(fields, options)
        if self.res_model in PRODUCT_MODELS and "id" in import_fields:
            self._tts_check_new(data, import_fields)
        return data, import_fields

    def _tts_product_rows(self):
        """Return a header of field names, and a row of texts per SKU.

        :raise ImportValidationError: rows of the file have errors
        """
        try:
            file = read_bulk_edit(self.file or b"")
        except UnreadableFile as error:
            raise ImportValidationError(str(error)) from error
        if file.errors:
            raise ImportValidationError(self._tts_error_text(file.errors))
        columns = self._tts_columns(file)
        return [
            list(columns),
            *([value(row) for value in columns.values()] for row in file.rows),
        ]

    def _tts_columns(self, file):
        """Return {field: function of a row} for what the file can tell.

        Quantities are not among them: those of Odoo are no matter of this import.
        """
        sizes = Counter(row.product_id for row in file.rows)

        def name(row):
            is_variant = row.variation and sizes[row.product_id] > 1
            return f"{row.title} ({row.variation})" if is_variant else row.title

        columns = {
            "id": lambda row: f"{self._tts_prefix()}{row.sku_id}",
            "name": name,
            "default_code": lambda row: row.seller_sku or row.sku_id,
            "is_storable": lambda row: "1",
        }
        for field in ("price", "barcode", "weight"):
            if any(getattr(row, field) for row in file.rows):
                target = "list_price" if field == "price" else field
                columns[target] = lambda row, field=field: str(
                    getattr(row, field) or ""
                )
        return columns

    def _tts_prefix(self):
        """Return what External IDs of this import begin with; one file, one product."""
        return "tiktok_sku_" if self.res_model == "product.product" else "tiktok_item_"

    def _tts_error_text(self, errors):
        lines = [
            self.env._(
                "Row %(row)s, column %(letter)s (%(column)s): %(problem)s",
                row=error.row,
                letter=error.letter or "?",
                column=error.column,
                problem=error.message,
            )
            for error in errors[:MOST_SHOWN]
        ]
        if len(errors) > MOST_SHOWN:
            lines.append(self.env._("And %s more.", len(errors) - MOST_SHOWN))
        return "\n".join(lines)

    def _tts_check_new(self, data, import_fields):
        """Refuse to create a product a second time.

        :raise ImportValidationError: a reference comes twice, or Odoo has it already
        """
        if "default_code" not in import_fields:
            return
        id_index, code_index = map(import_fields.index, ("id", "default_code"))
        codes = {
            row[id_index]: row[code_index]
            for row in data
            if str(row[id_index]).startswith(self._tts_prefix())
        }
        known = (
            self.env["ir.model.data"]
            .sudo()
            .search_fetch(
                [
                    ("module", "=", "__import__"),
                    ("model", "=", self.res_model),
                    ("name", "in", list(codes)),
                ],
                ["name"],
            )
        )
        for name in known.mapped("name"):
            del codes[name]
        counts = Counter(codes.values())
        taken = self.env["product.product"].search_fetch(
            [("default_code", "in", list(counts))], ["default_code"]
        )
        doubled = {code for code, count in counts.items() if count > 1}
        doubled.update(taken.mapped("default_code"))
        if doubled:
            raise ImportValidationError(
                self.env._(
                    "Nothing was imported, so that no product comes twice: these "
                    "Internal References are in Odoo already, or twice in the file: "
                    "%s. Import the file with TikTok Shop's own import, which links "
                    "TikTok's SKUs to the products you have.",
                    ", ".join(sorted(doubled)[:MOST_SHOWN]),
                )
            )


def _has_keys(rows):
    return bool(rows) and is_bulk_edit(normal_keys(rows[0]))
