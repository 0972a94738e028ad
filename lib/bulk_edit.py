"""The spreadsheet that Seller Center exports for editing products in bulk.

Row 1 holds the keys of the columns, row 2 version, kind and units, rows 3 to 5 texts
for people; a row per SKU follows. Columns are found by their key: their number, order
and kinds differ between markets and versions. Source: Seller Center, "Bulk edit".
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import openpyxl
from openpyxl.utils import get_column_letter

from .parsing import reference

SHEET = "Template"
PRODUCT_ID, SKU_ID, NAME = "product_id", "sku_id", "product_name"
IMAGES = ("main_image", *(f"image_{number}" for number in range(2, 10)))
LAST_HELP_ROW = 5
LIVE = 1  # the number of the status of products on sale

# What Seller Center writes for the variation of a product that has none.
_NO_VARIATION = {
    "bawaan",
    "default",
    "lalai",
    "mặc định",
    "padrão",
    "par défaut",
    "predefinido",
    "predefinito",
    "predeterminado",
    "standard",
    "ค่าเริ่มต้น",
    "デフォルト",
}
_IN_BRACKETS = re.compile(r"\s*[(\uff08]\s*(\d+)\s*[)\uff09]\s*\Z")
_LIKE_AN_ID = re.compile(r"'?[0-9][0-9.,]*(?:[Ee]\+?[0-9]+)?")
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,8})?")
# Three digits behind a point may be thousands: no currency of TikTok's has mils.
_MAYBE_THOUSANDS = re.compile(r"[0-9]{1,3}\.[0-9]{3}")
_BARCODE = re.compile(r"[0-9]{8,14}|[0-9]{9}[0-9Xx]")
_BARCODE_KEYS = ("gtin", "barcode", "identifier_code")
MOST_BYTES = 200 * 2**20  # unpacked: some ten times of what Seller Center exports
MOST_UNITS = 10**8
_LOST = "0000"  # a spreadsheet keeps 15 digits of the 19 and fills up with these

_RUINED = (
    "is a number, and spreadsheet programs lose the last digits of TikTok's numbers "
    "when they save them. Export the file again and import it unchanged."
)


class UnreadableFile(Exception):
    """The file is no bulk-edit export. Its text says why and what to do."""


@dataclass(frozen=True, slots=True)
class RowError:
    """A cell that cannot be used: the row from 1, the column's key and letter."""

    row: int
    column: str
    message: str
    letter: str = ""


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One SKU of the file. ``number`` is the row in the sheet, from 1.

    ``price`` is in the shop's currency, ``weight`` in kilograms; they and ``quantity``
    (the sum over the warehouses) are None where the file has none. ``status`` is the
    number in brackets behind ``status_label``. ``variation`` is "" for a product
    without variants.
    """

    number: int
    product_id: str
    sku_id: str
    title: str
    variation: str
    seller_sku: str
    price: Decimal | None
    quantity: int | None
    status: int | None
    status_label: str
    category: str
    brand: str
    description: str
    images: tuple[str, ...]
    barcode: str
    weight: Decimal | None

    @property
    def is_live(self) -> bool:
        """Tell whether the product was on sale when the file was exported."""
        return self.status == LIVE


@dataclass(frozen=True)
class BulkEdit:
    """A whole file: its rows in order, and the errors in them.

    A row with an error is among the rows too, without the values that are wrong.
    """

    version: str
    kind: str
    keys: tuple[str, ...]
    rows: tuple[BulkRow, ...]
    errors: tuple[RowError, ...]

    @property
    def has_quantity(self) -> bool:
        """Tell whether the seller exported quantities; without, stock stays alone."""
        return any(is_quantity(key) for key in self.keys)

    @cached_property
    def errors_by_row(self) -> dict[int, list[RowError]]:
        """Return the errors of each row that has some."""
        found = {}
        for error in self.errors:
            found.setdefault(error.row, []).append(error)
        return found


def read_bulk_edit(content: bytes) -> BulkEdit:
    """Return what a bulk-edit export (.xlsx) holds.

    :raise UnreadableFile: when it is no such file, or has no products
    """
    grid = _find_sheet(content)
    keys = normal_keys(grid[0])
    facts = [_plain(cell) for cell in (grid[1] if len(grid) > 1 else ())]
    facts = [fact for fact in facts if fact]
    reader = _Reader(keys, is_metric="imperial" not in [f.lower() for f in facts])
    for number, cells in enumerate(grid[1:], start=2):
        if any(_plain(cell) for cell in cells) and not (
            number <= LAST_HELP_ROW and is_help_row(keys, cells)
        ):
            reader.add(number, cells)
    if not reader.rows:
        raise UnreadableFile(
            "The file has no products. Export them in Seller Center under Products > "
            "Manage Products > Bulk edit, and import that file."
        )
    reader.check_ids()
    is_version = bool(facts) and bool(re.fullmatch(r"V\d+", facts[0]))
    return BulkEdit(
        version=facts.pop(0) if is_version else "",
        kind=facts[0] if is_version and facts else "",
        keys=tuple(keys),
        rows=tuple(_without_default(reader.rows)),
        errors=tuple(sorted(reader.errors, key=lambda error: error.row)),
    )


def normal_keys(cells) -> list[str]:
    """Return the keys of row 1; "" for columns without one."""
    return [_plain(cell).lower() for cell in cells]


def is_bulk_edit(keys) -> bool:
    """Tell whether a first row is that of a bulk-edit export."""
    return {PRODUCT_ID, SKU_ID} <= set(keys)


def is_help_row(keys, cells) -> bool:
    """Tell whether a row below the keys is for people: its ids do not look like any."""
    found = dict(zip(reversed(keys), reversed(_padded(cells, len(keys))), strict=True))
    ids = (_plain(found.get(key)) for key in (PRODUCT_ID, SKU_ID))
    return not any(_LIKE_AN_ID.fullmatch(value) for value in ids)


def is_quantity(key) -> bool:
    """Tell whether a column holds quantities; there may be one per warehouse."""
    return key.startswith("quantity")


def without_number(label) -> str:
    """Return a label such as "T-shirts (601226)" without its number."""
    return _IN_BRACKETS.sub("", label)


class _Reader:
    """Turns rows of cells into rows of SKUs, and keeps what is wrong with them."""

    def __init__(self, keys, is_metric):
        self.rows = []
        self.errors = []
        self._keys = keys
        self._is_metric = is_metric
        self._columns = {}
        for index, key in enumerate(keys):
            self._columns.setdefault(key, index)
        self._quantities = [i for i, key in enumerate(keys) if is_quantity(key)]
        self._barcode = next((k for k in keys if _is_barcode(k)), None)
        self._first_rows = {}
        self._cells = ()
        self._number = 0

    def add(self, number, cells):
        """Read one row of cells."""
        self._number, self._cells = number, _padded(cells, len(self._keys))
        status = self._text("product_status")
        bracket = _IN_BRACKETS.search(status)
        if NAME in self._columns and not self._text(NAME):
            self._fail(NAME, "is empty. Give the product a name in Seller Center.")
        self.rows.append(
            BulkRow(
                number=number,
                product_id=self._id(PRODUCT_ID),
                sku_id=self._sku_id(),
                title=self._text(NAME),
                variation=self._text("variation_value"),
                seller_sku=reference(self._text("seller_sku")),
                price=self._price(),
                quantity=self._quantity(),
                status=int(bracket[1]) if bracket else None,
                status_label=without_number(status),
                category=without_number(self._text("category")),
                brand=without_number(self._text("brand")),
                description=self._text("product_description"),
                images=tuple(url for key in IMAGES if (url := self._text(key))),
                barcode=self._code(),
                weight=self._weight(),
            )
        )

    def check_ids(self):
        """Refuse SKU ids that a spreadsheet has rounded and written as text again."""
        rounded = [
            row
            for row in self.rows
            if len(row.sku_id) > 15 and row.sku_id.endswith(_LOST)
        ]
        if len(rounded) > 1 and 2 * len(rounded) > len(self.rows):
            for row in rounded:
                self._number = row.number
                self._fail(SKU_ID, _RUINED.replace("is a number", "has lost digits"))

    def _fail(self, key, problem, index=None):
        index = self._columns.get(key) if index is None else index
        letter = "" if index is None else get_column_letter(index + 1)
        self.errors.append(RowError(self._number, key, problem, letter))

    def _cell(self, key):
        index = self._columns.get(key)
        return None if index is None else self._cells[index]

    def _text(self, key):
        return _plain(self._cell(key))

    def _id(self, key):
        """Return an id: text of digits only; "" with an error otherwise."""
        value = self._cell(key)
        found = _plain(value).removeprefix("'")
        if not found:
            self._fail(key, "is empty. Export the file again and import it unchanged.")
        elif not isinstance(value, str) or re.fullmatch(r"[0-9.,]+[Ee]\+?\d+", found):
            self._fail(key, f"{found} {_RUINED}")
        elif not (found.isascii() and found.isdigit() and len(found) <= 32):
            self._fail(
                key,
                f"{found[:40]} is no number of TikTok's. "
                "Export the file again and import it unchanged.",
            )
        else:
            return found
        return ""

    def _sku_id(self):
        sku_id = self._id(SKU_ID)
        first = self._first_rows.setdefault(sku_id, self._number) if sku_id else None
        if first and first != self._number:
            self._fail(
                SKU_ID,
                f"{sku_id} is in row {first} already. Remove one of the two rows.",
            )
        return sku_id

    def _price(self):
        found = self._text("price")
        if not found:
            return None
        if _AMOUNT.fullmatch(found) and not _MAYBE_THOUSANDS.fullmatch(found):
            return Decimal(found)
        problem = f"{found[:40]} is no price. Write it with digits and a point only."
        self._fail("price", problem)
        return None

    def _quantity(self):
        """Return the units over all warehouses, None where the file has none."""
        total = None
        for index in self._quantities:
            found = _plain(self._cells[index])
            if not found:
                continue
            is_clear = _AMOUNT.fullmatch(found) and not _MAYBE_THOUSANDS.fullmatch(
                found
            )
            amount = Decimal(found) if is_clear else None
            if amount is None or amount != int(amount) or amount > MOST_UNITS:
                problem = f"{found[:40]} is no quantity. Write it with digits only."
                self._fail(self._keys[index], problem, index)
                return None
            total = (total or 0) + int(amount)
        return total

    def _code(self):
        found = self._text(self._barcode) if self._barcode else ""
        return found if _BARCODE.fullmatch(found) else ""

    def _weight(self):
        """Return kilograms; the file has grams, where it is metric."""
        found = self._text("parcel_weight")
        if not self._is_metric or not _AMOUNT.fullmatch(found):
            return None
        return Decimal(found) / 1000 or None


def _find_sheet(content):
    """Return the rows of the sheet with the products: lists of values.

    :raise UnreadableFile: when no sheet has the keys
    """
    _check_size(content)
    # Whatever is wrong with a file, openpyxl raises what its own tools raise.
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True
        )
        names = sorted(book.sheetnames, key=lambda name: name != SHEET)
        for name in names:
            sheet = book[name]
            if not hasattr(sheet, "iter_rows"):
                continue  # a chart
            if hasattr(sheet, "reset_dimensions"):
                sheet.reset_dimensions()  # exporters write wrong ones
            rows = sheet.iter_rows(values_only=True)
            first = next(rows, ())
            if is_bulk_edit(normal_keys(first)):
                return [first, *rows]
    except Exception as error:
        raise UnreadableFile(
            "The file is no spreadsheet that can be read "
            f"({type(error).__name__}). Import the .xlsx file as Seller Center gave it."
        ) from error
    raise UnreadableFile(
        "The file is no bulk-edit export: no sheet has the keys product_id and sku_id "
        "in its first row. Export the products in Seller Center under Products > "
        "Manage Products > Bulk edit, and import that file unchanged."
    )


def _check_size(content):
    """Refuse a file that would fill the memory of the server once unpacked.

    :raise UnreadableFile: it is that large
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return  # openpyxl tells what is wrong with it.
    if size > MOST_BYTES:
        raise UnreadableFile(
            f"The file holds {size // 2**20} megabytes, and more than "
            f"{MOST_BYTES // 2**20} cannot be read. Export fewer products at a time in "
            "Seller Center, and import one file after the other."
        )


def _without_default(rows):
    """Return the rows; those of products without variants lose the word for that."""
    counts = {}
    for row in rows:
        counts[row.product_id] = counts.get(row.product_id, 0) + 1
    for row in rows:
        is_alone = counts[row.product_id] == 1
        if is_alone and row.variation.casefold() in _NO_VARIATION:
            yield replace(row, variation="")
        else:
            yield row


def _is_barcode(key):
    return any(word in key for word in _BARCODE_KEYS) and "type" not in key


def _padded(cells, length):
    """Return the cells of a row, as many as there are keys."""
    cells = list(cells)[:length]
    return cells + [None] * (length - len(cells))


def _plain(value):
    """Return a cell as text. Numbers are written as a person would write them."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float):
        value = int(value) if value.is_integer() else value
    return str(value).replace("\0", "").strip()
