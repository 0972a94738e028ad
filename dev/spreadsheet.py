"""Parts of a dashboard as Odoo's spreadsheets store them, in plain dictionaries.

What is not said here is left to the defaults of `spreadsheet`. Ids are names, so that
the same dashboard is always the same file.
"""

import json
import string
from collections.abc import Iterable

VERSION = "18.5.10"
TEXT, TITLE, MUTED = "#434343", "#01666b", "#CCCCCC"
GOOD, BAD = "#00A04A", "#DC6965"
STYLES = {
    "1": {"textColor": TITLE, "bold": True, "fontSize": 16},
    "2": {"textColor": TEXT, "bold": True, "fontSize": 11},
    "3": {"textColor": TEXT, "bold": True, "fontSize": 11, "align": "right"},
    "4": {"textColor": TITLE, "verticalAlign": "middle"},
    "5": {"textColor": TEXT, "verticalAlign": "middle"},
    "6": {"bold": True},
}
BORDERS = {"1": {"bottom": {"style": "thin", "color": MUTED}}}
LOCALE = {
    "name": "English (US)",
    "code": "en_US",
    "thousandsSeparator": ",",
    "decimalSeparator": ".",
    "dateFormat": "mm/dd/yyyy",
    "timeFormat": "hh:mm:ss",
    "formulaArgSeparator": ",",
    "weekStart": 7,
}


def cell(column: int, row: int) -> str:
    """Return the name of a cell, both counted from 0: (1, 4) is B5."""
    return f"{string.ascii_uppercase[column]}{row + 1}"


def zone(column: int, row: int, columns: int, rows: int) -> str:
    """Return the name of a range that begins at a cell."""
    return f"{cell(column, row)}:{cell(column + columns - 1, row + rows - 1)}"


def translated(text: str) -> str:
    """Return the content of a cell that is shown in the user's language."""
    return f'=_t("{text}")'


def link(text: str, model: str, groups: list[str], measures: list[str]) -> str:
    """Return the content of a cell that opens the pivot view of a model."""
    action = {
        "viewType": "pivot",
        "action": {
            "domain": [],
            "context": {
                "group_by": groups,
                "pivot_measures": measures,
                "pivot_column_groupby": [],
                "pivot_row_groupby": groups,
            },
            "modelName": model,
            "views": [[False, kind] for kind in ("pivot", "graph", "list", "search")],
        },
        "threshold": 0,
        "name": text,
    }
    return f"[{text}](odoo://view/{json.dumps(action, separators=(',', ':'))})"


# === SHEETS === #


def sheet(name: str, columns: Iterable[int], length: int, **parts) -> dict:
    """Return a sheet with columns of these widths and so many rows.

    :param parts: what lies on it, in place of nothing.
    """
    columns = list(columns)
    return {
        "id": name.lower(),
        "name": name,
        "colNumber": max(len(columns), 7),
        "rowNumber": length,
        "rows": {},
        "cols": {str(number): {"size": size} for number, size in enumerate(columns)},
        "merges": [],
        "cells": {},
        "styles": {},
        "formats": {},
        "borders": {},
        "conditionalFormats": [],
        "dataValidationRules": [],
        "figures": [],
        "tables": [],
        "areGridLinesVisible": True,
        "isVisible": True,
        "headerGroups": {"ROW": [], "COL": []},
        "comments": {},
        **parts,
    }


def bars(target: str, values: str, color: int) -> dict:
    """Return bars behind the cells of one range, as long as the values of another."""
    rule = {"type": "DataBarRule", "color": color, "rangeValues": values}
    return {"rule": rule, "id": f"bars-{target}", "ranges": [target]}


def table(target: str) -> dict:
    """Return the table over a range, its first row being the header."""
    config = {
        "hasFilters": False,
        "totalRow": False,
        "firstColumn": False,
        "lastColumn": False,
        "numberOfHeaders": 1,
        "bandedRows": True,
        "bandedColumns": False,
        "automaticAutofill": True,
        "styleId": "None",
    }
    return {"range": target, "type": "static", "config": config}


def workbook(sheets: list[dict], **parts) -> dict:
    """Return a whole spreadsheet."""
    return {
        "version": VERSION,
        "sheets": sheets,
        "styles": STYLES,
        "formats": {},
        "borders": BORDERS,
        "revisionId": "START_REVISION",
        "uniqueFigureIds": True,
        "settings": {"locale": LOCALE},
        "pivots": {},
        "pivotNextId": 1,
        "customTableStyles": {},
        "globalFilters": [],
        "lists": {},
        "listNextId": 1,
        "chartOdooMenusReferences": {},
        **parts,
    }


# === FIGURES === #


def figure(name: str, place: tuple[int, int, int, int], chart: dict) -> dict:
    """Return a chart at (x, y, width, height), in pixels."""
    x, y, width, height = place
    return {
        "id": name,
        "tag": "chart",
        "col": 0,
        "row": 0,
        "offset": {"x": x, "y": y},
        "width": width,
        "height": height,
        "data": {"title": {"text": ""}, "chartId": name, **chart},
    }


def scorecard(title: str, key: str, baseline: str, color: str, less_is_good=False):
    """Return a scorecard of a cell, compared with another one."""
    up, down = (BAD, GOOD) if less_is_good else (GOOD, BAD)
    return {
        "type": "scorecard",
        "title": {"text": title, "bold": True, "color": TEXT},
        "background": color,
        "keyValue": key,
        "baseline": baseline,
        "baselineMode": "percentage",
        "baselineDescr": {"text": "vs. before", "fontSize": 13},
        "baselineColorUp": up,
        "baselineColorDown": down,
        "humanize": False,
    }


def odoo_chart(kind: str, model: str, group: str, measure: str, **options) -> dict:
    """Return a chart of a model, ``kind`` being bar or line."""
    return {
        "type": f"odoo_{kind}",
        "background": "#FFFFFF",
        "legendPosition": "none",
        "metaData": {
            "groupBy": [group],
            "measure": measure,
            "order": options.pop("order", None),
            "resModel": model,
            "mode": kind,
        },
        "searchParams": {
            "comparison": None,
            "context": {"group_by": []},
            "domain": options.pop("domain", []),
            "groupBy": [group],
            "orderBy": [],
        },
        "dataSets": [{}],
        "verticalAxisPosition": "left",
        "stacked": False,
        **options,
    }


def sheet_chart(kind: str, labels: str, values: str, **options) -> dict:
    """Return a chart of two ranges."""
    return {
        "type": kind,
        "background": "#FFFFFF",
        "legendPosition": "none",
        "dataSetsHaveTitle": False,
        "dataSets": [{"dataRange": values, "yAxisId": "y"}],
        "labelRange": labels,
        "aggregated": False,
        "stacked": False,
        **options,
    }


# === DATA === #


def pivot(number: str, name: str, model: str, rows: list[str], measures, **options):
    """Return a pivot.

    :param dict measures: {field: (how it is called, its format), each or both None}
    :param tuple sorted_by: a measure and asc or desc
    """
    sorted_by = options.pop("sorted_by", None)
    return {
        "type": "ODOO",
        "id": number,
        "formulaId": number,
        "name": name,
        "model": model,
        "context": {},
        "domain": options.pop("domain", []),
        "measures": [_measure(field, *look) for field, look in measures.items()],
        "rows": [{"fieldName": field} for field in rows],
        "columns": [],
        "sortedColumn": sorted_by
        and {"measure": sorted_by[0], "order": sorted_by[1], "domain": []},
        **options,
    }


def _measure(field: str, text: str | None, form: str | None) -> dict:
    measure = {"id": field, "fieldName": field}
    measure |= {"userDefinedName": text} if text else {}
    return measure | ({"format": form} if form else {})
