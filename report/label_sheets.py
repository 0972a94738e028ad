"""Labels in one PDF: one per page, or several on an A4 sheet.

Only names that every PDF library Odoo 19 runs with has, or its `odoo.tools.pdf` adds.
"""

import io

from odoo.tools.pdf import NameObject, PdfReader, PdfWriter

# In points of 1/72 inch, upright.
A4 = (595.28, 841.89)
A5 = (419.53, 595.28)
A6 = (297.64, 419.53)
ROTATE = NameObject("/Rotate")
SLACK = 1.1  # labels are often cut a little larger than their paper
# On an A4 sheet: the sheet, and where its cells are (left, bottom), in reading order.
SHEETS = {
    A6: (A4, [(0, A6[1]), (A6[0], A6[1]), (0, 0), (A6[0], 0)]),
    A5: ((A4[1], A4[0]), [(0, 0), (A5[0], 0)]),
}


class Unreadable(Exception):
    """A file that is no PDF with pages, or a protected one."""


def read_pages(content):
    """Return the pages of a PDF.

    :raise Unreadable: it is no PDF, protected, damaged or without pages
    """
    # PDF libraries answer damaged files with errors of all kinds.
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if "/Encrypt" in reader.trailer:
            raise Unreadable()
        pages = list(reader.pages)
        for page in pages:
            _box(page)
    except Exception as error:
        raise Unreadable() from error
    if not pages:
        raise Unreadable()
    return pages


def count_pages(content):
    """Return how many pages a PDF has.

    :raise Unreadable: see `read_pages`
    """
    return len(read_pages(content))


class LabelFile:
    """One PDF that labels are added to, one after the other."""

    def __init__(self, on_sheets=False):
        self._writer = PdfWriter()
        self._on_sheets = on_sheets
        self._sheet = None
        self._cells = []
        self._cell = None
        self.pages = 0

    def add(self, pages):
        """Add the pages of a label.

        :raise Unreadable: they cannot be drawn on a sheet
        """
        for page in pages:
            cell = self._fitting_cell(page) if self._on_sheets else None
            if cell:
                self._place(page, cell)
            else:
                self._writer.addPage(page)
                self._sheet = None
                self.pages += 1

    def insert_first(self, pages):
        """Put pages before all others."""
        insert = getattr(self._writer, "insert_page", None) or self._writer.insertPage
        for number, page in enumerate(pages):
            insert(page, number)
            self.pages += 1

    def content(self):
        """Return the file."""
        with io.BytesIO() as stream:
            self._writer.write(stream)
            return stream.getvalue()

    # === SHEETS === #

    def _fitting_cell(self, page):
        """Return the size of the cell a page goes into, None for a page of its own."""
        width, height = sorted(_size(page))
        for cell in (A6, A5):
            if width <= cell[0] * SLACK and height <= cell[1] * SLACK:
                return cell
        return None

    def _place(self, page, cell):
        if self._sheet is None or self._cell != cell or not self._cells:
            (width, height), cells = SHEETS[cell]
            self._sheet = self._writer.addBlankPage(width=width, height=height)
            self._cell, self._cells = cell, list(cells)
            self.pages += 1
        matrix = _fit(page, cell, self._cells.pop(0))
        merge = getattr(self._sheet, "merge_transformed_page", None)
        merge = merge or self._sheet.mergeTransformedPage
        try:
            merge(page, matrix)
        except Exception as error:
            raise Unreadable() from error


def _box(page):
    """Return what is seen of a page as (left, bottom, right, top), before turning."""
    box = getattr(page, "cropbox", None) or page.cropBox
    numbers = [float(number) for number in box]
    left, right = sorted((numbers[0], numbers[2]))
    bottom, top = sorted((numbers[1], numbers[3]))
    if right - left < 1 or top - bottom < 1:
        raise Unreadable()
    return left, bottom, right, top


def _turn(page):
    """Return by how many degrees a page is shown turned clockwise."""
    return int(page.get(ROTATE, 0) or 0) % 360


def _size(page):
    left, bottom, right, top = _box(page)
    size = right - left, top - bottom
    return size if _turn(page) % 180 == 0 else size[::-1]


def _fit(page, cell, corner):
    """Return the matrix that centres a page in a cell, upright and never enlarged."""
    left, bottom, right, top = _box(page)
    turn = _turn(page)
    width, height = _size(page)
    if width > height:  # a label lies across: it is turned to stand in its cell
        turn = (turn + 90) % 360
        width, height = height, width
    # Turned clockwise by 0, 90, 180, 270 degrees, with its corner brought to zero.
    a, b, c, d, e, f = {
        0: (1, 0, 0, 1, -left, -bottom),
        90: (0, -1, 1, 0, -bottom, right),
        180: (-1, 0, 0, -1, right, top),
        270: (0, 1, -1, 0, top, -left),
    }[turn // 90 * 90]
    scale = min(1.0, cell[0] / width, cell[1] / height)
    x = corner[0] + (cell[0] - width * scale) / 2
    y = corner[1] + (cell[1] - height * scale) / 2
    moved = (e * scale + x, f * scale + y)
    return (a * scale, b * scale, c * scale, d * scale, *moved)
