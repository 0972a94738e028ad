"""Inventory > Products > Import, with what Seller Center exports."""

import io
import pathlib

import openpyxl

from odoo.tests import TransactionCase, tagged

from .bulk_edit_file import sample_rows, sku_rows, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MODULE = pathlib.Path(__file__).parent.parent


class ImportCase(TransactionCase):
    def importer(self, content, model="product.template"):
        return self.env["base_import.import"].create(
            {
                "res_model": model,
                "file": content,
                "file_name": "Tiktoksellercenter_batchedit_20260101_template.xlsx",
                "file_type": XLSX,
            }
        )

    def options(self, **values):
        return {
            "has_headers": True,
            "quoting": '"',
            "separator": ",",
            "float_thousand_separator": ",",
            "float_decimal_separator": ".",
            **values,
        }

    def load(self, content, model="product.template", dryrun=False):
        """Import a file with the mapping that Odoo proposes; return its result."""
        importer = self.importer(content, model)
        preview = importer.parse_preview(self.options())
        self.assertNotIn("error", preview)
        count = len(preview["headers"])
        matches = preview["matches"]
        fields = ["/".join(matches.get(i, [])) or False for i in range(count)]
        options = self.options(sheet=preview["options"]["sheet"])
        headers = preview["headers"]
        return importer.execute_import(fields, headers, options, dryrun=dryrun)

    def products(self, codes, model="product.product"):
        return self.env[model].search([("default_code", "in", codes)], order="id")


@tagged("post_install", "-at_install")
class TestBaseImport(ImportCase):
    def test_an_export_is_recognised_and_its_columns_are_matched(self):
        importer = self.importer(workbook(sample_rows()))
        preview = importer.parse_preview(self.options())
        self.assertEqual(preview["num_rows"], 5)
        self.assertEqual(
            preview["headers"],
            ["id", "name", "default_code", "is_storable", "list_price", "weight"],
        )
        found = [preview["matches"][index] for index in range(6)]
        self.assertEqual(found, [[header] for header in preview["headers"]])

    def test_products_are_created_from_an_unmodified_export(self):
        result = self.load(workbook(sample_rows()))
        self.assertEqual(result["messages"], [])
        codes = ["TS-BLK-M", "TS-BLK-L", "BOT-750", "1729592969712207401"]
        products = self.products(codes, "product.template")
        self.assertRecordValues(
            products,
            [
                {
                    "name": "Cotton T-Shirt Basic (Black, M)",
                    "default_code": "TS-BLK-M",
                    "list_price": 39.9,
                    "weight": 0.25,
                    "is_storable": True,
                },
                {
                    "name": "Cotton T-Shirt Basic (Black, L)",
                    "default_code": "TS-BLK-L",
                    "list_price": 39.9,
                    "weight": 0.25,
                    "is_storable": True,
                },
                {
                    "name": "Stainless Bottle 750ml",
                    "default_code": "BOT-750",
                    "list_price": 55.0,
                    "weight": 0.4,
                    "is_storable": True,
                },
                {
                    "name": "Canvas Tote",
                    "default_code": "1729592969712207401",
                    "list_price": 25.0,
                    "weight": 0.15,
                    "is_storable": True,
                },
            ],
        )

    def test_variants_are_created_from_an_export_without_quantities(self):
        keys = ["product_id", "sku_id", "product_name", "seller_sku"]
        row = {"product_id": "1", "sku_id": "2", "product_name": "A", "seller_sku": "B"}
        result = self.load(workbook(sku_rows(row, keys=keys)), "product.product")
        self.assertEqual(result["messages"], [])
        self.assertEqual(self.products(["B"]).name, "A")
        self.assertEqual(self.products(["B"]).qty_available, 0)

    def test_quantities_are_left_alone(self):
        self.load(workbook(sample_rows()))
        self.assertEqual(self.products(["TS-BLK-M"]).qty_available, 0)

    def test_the_same_file_again_makes_no_product_twice(self):
        self.load(workbook(sample_rows()))
        result = self.load(workbook(sample_rows()))
        self.assertEqual(result["messages"], [])
        self.assertEqual(len(self.products(["TS-BLK-M"])), 1)

    def test_a_product_that_odoo_has_already_is_not_created_again(self):
        self.env["product.product"].create({"name": "Mine", "default_code": "BOT-750"})
        result = self.load(workbook(sample_rows()))
        [message] = result["messages"]
        self.assertIn("BOT-750", message["message"])
        self.assertFalse(self.products(["TS-BLK-M"]))

    def test_a_seller_sku_that_comes_twice_is_refused(self):
        rows = sample_rows()
        column = rows[0].index("seller_sku")
        rows[6][column] = rows[5][column]
        [message] = self.load(workbook(rows))["messages"]
        self.assertIn("TS-BLK-M", message["message"])

    def test_a_trial_creates_nothing(self):
        result = self.load(workbook(sample_rows()), dryrun=True)
        self.assertEqual(result["messages"], [])
        self.assertFalse(self.products(["TS-BLK-M"]))

    def test_a_ruined_id_names_its_row_and_column(self):
        rows = sample_rows()
        rows[6][4] = 1.72959296971221e18
        importer = self.importer(workbook(rows))
        preview = importer.parse_preview(self.options())
        self.assertIn("Row 7, column E (sku_id)", preview["error"])
        result = importer.execute_import(["name"], ["name"], self.options())
        self.assertIn("Row 7, column E (sku_id)", result["messages"][0]["message"])

    def test_a_sheet_that_a_person_chose_is_kept(self):
        options = self.options(sheet="TemplateConfig")
        _length, rows = self.importer(workbook(sample_rows()))._read_file(options)
        self.assertEqual(options["sheet"], "TemplateConfig")
        self.assertEqual(rows, [["version", "4"]])

    def test_other_spreadsheets_are_read_as_ever(self):
        content = workbook([["Name", "Internal Reference"], ["Shirt", "S-1"]], "Data")
        importer = self.importer(content)
        _length, rows = importer._read_file(self.options(sheet="Data"))
        self.assertEqual(rows, [["Name", "Internal Reference"], ["Shirt", "S-1"]])

    def test_other_models_are_read_as_ever(self):
        importer = self.importer(workbook(sample_rows()), "res.partner")
        _length, rows = importer._read_file(self.options(sheet="Template"))
        self.assertEqual(rows[0], sample_rows()[0])


@tagged("post_install", "-at_install")
class TestImportTemplate(ImportCase):
    def template(self, model):
        return self.env[model].get_import_templates()[-1]["template"]

    def test_products_and_variants_offer_it_beside_those_of_odoo(self):
        for model in ("product.template", "product.product"):
            path = self.template(model)
            self.assertTrue(path.endswith("tiktok_shop_reference_mapping.xlsx"))
        self.assertGreater(len(self.env["product.template"].get_import_templates()), 1)

    def test_its_ids_keep_all_their_digits(self):
        path = self.template("product.product").removeprefix("/sale_tiktok_shop/")
        content = (MODULE / path).read_bytes()
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        for row in (2, 3):
            self.assertEqual(sheet.cell(row, 3).data_type, "s")
            self.assertEqual(sheet.cell(row, 3).number_format, "@")
        result = self.load(content, "product.product")
        self.assertEqual(result["messages"], [])
        self.assertTrue(self.products(["1729592969712207101"]))

    def test_it_gives_known_products_their_reference(self):
        product = self.env["product.product"].create({"name": "Shirt"})
        external_id = product._export_rows([["id"]])[0][0]
        rows = [
            ["External ID", "Internal Reference"],
            [external_id, "1729592969712207101"],
        ]
        importer = self.importer(workbook(rows, "Data"), "product.product")
        options = self.options(sheet="Data")
        importer.execute_import(["id", "default_code"], rows[0], options)
        self.assertEqual(product.default_code, "1729592969712207101")
