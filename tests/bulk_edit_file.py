"""Builds the spreadsheets that Seller Center exports, from its sample rows."""

import io

import openpyxl

from .lib_http import fixture

FIRST_DATA_ROW = 6


def sample_rows(kind="All_Information"):
    """Return the rows of a sample export, each a list of texts and None."""
    variants = fixture("seller_center.bulk_edit_export")["variants"]
    return next(found["rows"] for found in variants if found["kind"] == kind)


def workbook(rows, sheet="Template"):
    """Return an .xlsx file with these rows, beside a technical sheet."""
    book = openpyxl.Workbook()
    book.active.title = "TemplateConfig"
    book.active.append(["version", "4"])
    target = book.create_sheet(sheet)
    for row in rows:
        target.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sku_rows(*rows, keys=None, kind="Sales_Information"):
    """Return header rows of a sample and, below them, these rows: {key: value}."""
    header = [list(row) for row in sample_rows(kind)[: FIRST_DATA_ROW - 1]]
    columns = [index for index, key in enumerate(header[0]) if not keys or key in keys]
    header = [[row[index] for index in columns] for row in header]
    for key in keys or ():
        if key not in header[0]:
            header[0].append(key)
    names = header[0]
    return header + [[row.get(name) for name in names] for row in rows]
