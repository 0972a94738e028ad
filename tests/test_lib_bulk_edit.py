"""The bulk-edit export of Seller Center: read by its keys, and never guessed at."""

import io
import zipfile
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..lib.bulk_edit import MOST_BYTES, UnreadableFile, read_bulk_edit
from .bulk_edit_file import sample_rows, sku_rows, workbook

FIRST = "1729592969712207101"
SECOND = "1729592969712207102"


def sku(number=1, **values):
    """Return the cells of one SKU."""
    return {
        "product_id": f"17295929697122070{number:02}",
        "sku_id": f"17295929697122071{number:02}",
        "product_name": f"Product {number}",
        "price": "10",
        "quantity": "5",
        **values,
    }


class BulkEditCase(BaseCase):
    def read_file(self, *skus, keys=None):
        return read_bulk_edit(workbook(sku_rows(*skus, keys=keys)))

    def only_error(self, *skus, keys=None):
        """Return the one error of a file as (row, column)."""
        file = self.read_file(*skus, keys=keys)
        self.assertEqual(len(file.errors), 1, file.errors)
        [error] = file.errors
        self.assertTrue(error.message)
        return error


@tagged("post_install", "-at_install")
class TestBulkEdit(BulkEditCase):
    def test_every_sku_of_the_sample_is_a_row(self):
        file = read_bulk_edit(workbook(sample_rows()))
        self.assertEqual((file.version, file.kind), ("V4", "All_Information"))
        self.assertEqual([row.number for row in file.rows], [6, 7, 8, 9])
        self.assertFalse(file.errors)
        row = file.rows[0]
        self.assertEqual((row.product_id, row.sku_id), ("1729592969712207008", FIRST))
        self.assertEqual(
            (row.title, row.variation), ("Cotton T-Shirt Basic", "Black, M")
        )
        self.assertEqual((row.seller_sku, row.price), ("TS-BLK-M", Decimal("39.9")))
        self.assertEqual((row.quantity, row.status, row.is_live), (150, 1, True))
        self.assertEqual((row.category, row.brand), ("T-shirts", "SampleBrand"))
        self.assertEqual((row.weight, len(row.images)), (Decimal("0.25"), 1))

    def test_a_missing_seller_sku_is_empty(self):
        self.assertEqual(read_bulk_edit(workbook(sample_rows())).rows[3].seller_sku, "")

    def test_other_kinds_and_columns_in_another_order_are_read(self):
        rows = [list(reversed(row)) for row in sample_rows("Sales_Information")]
        rows[1] = ["V7", "New_Kind", "metric"] + [None] * (len(rows[1]) - 3)
        file = read_bulk_edit(workbook(rows))
        self.assertEqual((file.version, file.kind), ("V7", "New_Kind"))
        self.assertEqual(file.rows[0].sku_id, FIRST)
        self.assertEqual(file.rows[0].description, "")

    def test_a_sheet_of_another_name_is_found_by_its_keys(self):
        file = read_bulk_edit(workbook(sample_rows(), sheet="Vorlage"))
        self.assertEqual(len(file.rows), 4)

    def test_rows_without_the_help_texts_are_not_lost(self):
        rows = sample_rows("Sales_Information")
        file = read_bulk_edit(workbook([rows[0], *rows[5:]]))
        self.assertEqual([row.number for row in file.rows], [2, 3, 4, 5])

    def test_empty_rows_are_left_out(self):
        rows = sample_rows()
        rows.insert(6, [None] * len(rows[0]))
        rows.append([" "] * len(rows[0]))
        file = read_bulk_edit(workbook(rows))
        self.assertEqual([row.number for row in file.rows], [6, 8, 9, 10])
        self.assertFalse(file.errors)

    def test_the_word_for_no_variation_is_none(self):
        rows = read_bulk_edit(workbook(sample_rows())).rows
        self.assertEqual([row.variation for row in rows[2:]], ["", "Natural"])

    def test_without_a_quantity_column_there_are_no_quantities(self):
        file = self.read_file(sku(), keys=["product_id", "sku_id", "product_name"])
        self.assertFalse(file.has_quantity)
        self.assertIsNone(file.rows[0].quantity)

    def test_a_blank_quantity_is_none_and_a_zero_is_zero(self):
        file = self.read_file(sku(1, quantity=None), sku(2, quantity="0"))
        self.assertTrue(file.has_quantity)
        self.assertEqual([row.quantity for row in file.rows], [None, 0])

    def test_quantities_of_several_warehouses_are_added(self):
        keys = ["product_id", "sku_id", "product_name", "quantity", "quantity_7068"]
        file = self.read_file(sku(quantity_7068="3"), sku(2, quantity=None), keys=keys)
        self.assertEqual([row.quantity for row in file.rows], [8, None])

    def test_a_barcode_column_is_found(self):
        keys = ["product_id", "sku_id", "product_name", "gtin_type", "gtin_code"]
        good = sku(1, gtin_type="EAN", gtin_code="4006381333931")
        bad = sku(2, gtin_type="EAN", gtin_code="none")
        file = self.read_file(good, bad, keys=keys)
        self.assertEqual([row.barcode for row in file.rows], ["4006381333931", ""])

    def test_prices_typed_as_numbers_are_read(self):
        file = self.read_file(
            sku(1, price=39.9, quantity=7), sku(2, price=40, quantity=7.0)
        )
        self.assertEqual([row.price for row in file.rows], [Decimal("39.9"), 40])
        self.assertEqual([row.quantity for row in file.rows], [7, 7])
        self.assertFalse(file.errors)

    def test_weights_in_other_units_are_not_guessed(self):
        rows = sample_rows()
        rows[1][2] = "imperial"
        self.assertIsNone(read_bulk_edit(workbook(rows)).rows[0].weight)

    def test_a_status_in_another_language_is_known_by_its_number(self):
        rows = sample_rows()
        column = rows[0].index("product_status")
        rows[5][column], rows[6][column] = "上架\uff081\uff09", "Nonaktif (4)"
        first, second, *_others = read_bulk_edit(workbook(rows)).rows
        self.assertTrue(first.is_live)
        self.assertEqual((second.status, second.status_label), (4, "Nonaktif"))


@tagged("post_install", "-at_install")
class TestBulkEditErrors(BulkEditCase):
    def test_an_id_saved_as_a_number_is_refused(self):
        error = self.only_error(sku(1, sku_id=int(FIRST)), sku(2))
        self.assertEqual((error.row, error.column, error.letter), (6, "sku_id", "D"))
        self.assertIn("Export the file again", error.message)

    def test_an_id_in_scientific_notation_is_refused(self):
        for nonsense in ("1.72959E+18", "1,72959e+18", 1.72959e18):
            with self.subTest(nonsense):
                error = self.only_error(sku(1), sku(2, product_id=nonsense))
                self.assertEqual((error.row, error.column), (7, "product_id"))
                self.assertIn("last digits", error.message)

    def test_ids_that_lost_their_digits_as_text_are_refused(self):
        rounded = [sku(n, sku_id=f"17295929697{n}220000") for n in (1, 2)]
        file = self.read_file(*rounded)
        self.assertEqual([error.row for error in file.errors], [6, 7])

    def test_one_id_that_happens_to_end_in_zeros_is_kept(self):
        file = self.read_file(sku(1, sku_id="1729592969712200000"), sku(2), sku(3))
        self.assertFalse(file.errors)

    def test_an_id_that_is_missing_or_no_number_is_refused(self):
        for nonsense in (None, "abc", "17295929697122071O1"):
            with self.subTest(nonsense):
                error = self.only_error(sku(1), sku(2, sku_id=nonsense))
                self.assertEqual((error.row, error.column), (7, "sku_id"))

    def test_a_sku_that_comes_twice_names_the_first_row(self):
        error = self.only_error(sku(1), sku(2), sku(3, sku_id=sku(1)["sku_id"]))
        self.assertEqual((error.row, error.column), (8, "sku_id"))
        self.assertIn("in row 6", error.message)

    def test_a_price_that_could_mean_two_things_is_refused(self):
        for nonsense in ("39,90", "1.000,00", "RM 39", "-5", "1e3", "NaN", "150.000"):
            with self.subTest(nonsense):
                error = self.only_error(sku(price=nonsense))
                self.assertEqual((error.row, error.column), (6, "price"))

    def test_a_quantity_that_is_no_count_is_refused(self):
        for nonsense in ("1.5", "-1", "many", "1,000", "1.000", "9" * 11):
            with self.subTest(nonsense):
                error = self.only_error(sku(quantity=nonsense))
                self.assertEqual((error.row, error.column), (6, "quantity"))

    def test_a_missing_name_is_refused(self):
        error = self.only_error(sku(product_name=" "))
        self.assertEqual((error.row, error.column), (6, "product_name"))

    def test_a_row_with_an_error_is_still_shown(self):
        file = self.read_file(sku(price="x", seller_sku="A-1"))
        self.assertEqual((file.rows[0].seller_sku, file.rows[0].price), ("A-1", None))
        self.assertEqual(list(file.errors_by_row), [6])

    def test_a_file_that_is_no_spreadsheet_says_so(self):
        for content in (b"", b"product_id,sku_id\n1,2", b"PK\x03\x04broken"):
            with self.subTest(content), self.assertRaises(UnreadableFile) as caught:
                read_bulk_edit(content)
            self.assertIn("Seller Center", str(caught.exception))

    def test_a_file_that_would_fill_the_memory_is_refused(self):
        stream = io.BytesIO(workbook(sku_rows(sku())))
        with (
            zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive,
            archive.open("xl/worksheets/sheet9.xml", "w") as member,
        ):
            for _megabyte in range(MOST_BYTES // 2**20 + 1):
                member.write(b"<c/>" * 2**18)
        with self.assertRaisesRegex(UnreadableFile, "fewer products"):
            read_bulk_edit(stream.getvalue())

    def test_another_spreadsheet_says_what_is_missing(self):
        with self.assertRaisesRegex(UnreadableFile, "product_id and sku_id"):
            read_bulk_edit(workbook([["Name", "Price"], ["Shirt", 5]]))

    def test_a_file_without_products_says_so(self):
        with self.assertRaisesRegex(UnreadableFile, "no products"):
            read_bulk_edit(workbook(sample_rows()[:5]))
