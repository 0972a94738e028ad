"""The dashboard TikTok Shop: writes its files in ``data/files``.

    python3 -m dev.dashboard

Odoo's editor of dashboards is not part of its community edition: change
``dashboard_content`` and run this again. What an empty database is shown has the same
layout, with made-up numbers in place of formulas.
"""

import json

from . import paths
from .dashboard_content import (
    CARDS,
    COUNT,
    DAYS,
    FILTERS,
    FIRST_DAY,
    MENU,
    MODEL,
    MONEY,
    SALES,
    STEPS,
    TABLES,
    TAXES,
)
from .spreadsheet import (
    bars,
    cell,
    figure,
    link,
    odoo_chart,
    pivot,
    scorecard,
    sheet,
    sheet_chart,
    table,
    translated,
    workbook,
    zone,
)

FOLDER = paths.ROOT / "data" / "files"
FORMATS = {COUNT: 1, MONEY: 2, DAYS: 3}
CURRENT, PREVIOUS, FIRST_TABLE = 1, 2, 3  # the numbers of pivots

# Pixels. The right half begins at column F.
COLUMNS = (265, 70, 112, 113, 40, 265, 70, 112, 113)
RIGHT, HALF, GAP = 5, 560, 40
WIDTH = 2 * HALF + GAP
CARD = (WIDTH - 10 * (len(CARDS) - 1)) // len(CARDS)
CHART = 343
PLACES = {
    "sales": (0, 156, WIDTH, CHART),
    "margin": (0, 545, HALF, CHART),
    "flow": (HALF + GAP, 545, HALF, CHART),
}
# Rows of titles; the others are as high as Odoo makes them, or those of a table.
TITLES, TITLE_HEIGHT, TABLE_HEIGHT = (5, 21, 37, 50), 40, 28
LENGTH = 10  # of tables
CORNERS = tuple((left, top) for top in TITLES[2:] for left in (0, RIGHT))
# Where the steps are on the sheet Data, and what only the sample has there.
FIRST_STEP = len(CARDS) + 2
DAY_COLUMN, SHOP_COLUMN = 6, 9


def main() -> None:
    """Write both files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_text(content)


def files() -> dict[str, str]:
    """Return what the files contain, by their names.

    Odoo finds their words for translators by the end of these.
    """
    both = {"tiktok_shop_dashboard": live(), "tiktok_shop_sample_dashboard": sample()}
    return {
        f"{name}.json": json.dumps(content, indent=1) + "\n"
        for name, content in both.items()
    }


def live() -> dict:
    """Return the dashboard that reads the database."""
    charts = {
        "sales": odoo_chart(
            "line", MODEL, "date:day", "sales", fillArea=True, fieldMatching=_matching()
        ),
        "margin": odoo_chart(
            "bar",
            MODEL,
            "shop_id",
            "margin",
            order="DESC",
            domain=[["shop_id", "!=", False]],
            fieldMatching=_matching(),
        ),
    }
    contents = [
        {(0, 0): f"=PIVOT({FIRST_TABLE + number}, {LENGTH}, FALSE, FALSE)"}
        for number in range(len(TABLES))
    ]
    figures = _figures(charts)
    pivots = {one["id"]: one for one in _pivots()}
    return workbook(
        [_front(figures, contents), _data(_live_values())],
        formats={number: form for form, number in FORMATS.items()},
        pivots=pivots,
        pivotNextId=len(pivots) + 1,
        globalFilters=[_filter(one) for one in FILTERS],
        chartOdooMenusReferences={
            one["id"]: MENU for one in figures if one["id"] != "flow"
        },
    )


def sample() -> dict:
    """Return the dashboard that an empty database is shown."""
    count = len(TABLES[1].rows)
    charts = {
        "sales": sheet_chart(
            "line",
            _on_data(DAY_COLUMN, 1, len(SALES)),
            _on_data(DAY_COLUMN + 1, 1, len(SALES)),
            labelsAsText=True,
            fillArea=True,
        ),
        "margin": sheet_chart(
            "bar", _on_data(SHOP_COLUMN, 1, count), _on_data(SHOP_COLUMN + 1, 1, count)
        ),
    }
    front = _front(_figures(charts), [_sample_table(one) for one in TABLES])
    for one, (left, top) in zip(TABLES, CORNERS, strict=True):
        for column, (_text, form) in enumerate(one.headers.values(), left + 1):
            front["formats"][zone(column, top + 2, 1, LENGTH)] = FORMATS[form]
    return workbook(
        [front, _data(_sample_values(), FORMATS)],
        formats={number: form for form, number in FORMATS.items()},
    )


# === THE FRONT === #


def _front(figures: list[dict], contents: list[dict]) -> dict:
    """Return the sheet that is looked at.

    :param contents: the cells of each table, {(column, row) from its corner: content}
    """
    cells = {
        cell(0, TITLES[0]): link("Sales per Day", MODEL, ["date:day"], ["sales"]),
        cell(0, TITLES[1]): link("Margin by Shop", MODEL, ["shop_id"], ["margin"]),
        cell(RIGHT, TITLES[1]): translated("Where the Money Goes"),
    }
    heights = dict.fromkeys(TITLES, TITLE_HEIGHT)
    styles = {cell(0, TITLES[0]): 1}
    borders = {zone(0, TITLES[0], len(COLUMNS), 1): 1}
    for row in TITLES[1:]:
        for left in (0, RIGHT):
            styles[cell(left, row)] = 1
            borders[zone(left, row, 4, 1)] = 1
    for one, (left, top), content in zip(TABLES, CORNERS, contents, strict=True):
        cells[cell(left, top)] = link(one.title, MODEL, [one.field], [*one.headers])
        for (column, row), text in content.items():
            cells[cell(left + column, top + 1 + row)] = text
        heights |= dict.fromkeys(range(top + 1, top + 2 + LENGTH), TABLE_HEIGHT)
        styles |= {
            cell(left, top + 1): 2,
            zone(left + 1, top + 1, 3, 1): 3,
            zone(left, top + 2, 1, LENGTH): 4,
            zone(left + 1, top + 2, 3, LENGTH): 5,
        }
    return sheet(
        "Dashboard",
        COLUMNS,
        max(heights) + 2,
        cells=cells,
        styles=styles,
        borders=borders,
        figures=figures,
        rows={str(row): {"size": size} for row, size in sorted(heights.items())},
        tables=[table(zone(*corner, 4, LENGTH + 1)) for corner in _under_titles()],
        conditionalFormats=[
            bars(
                zone(left, top + 1, 1, LENGTH),
                zone(left + 2, top + 1, 1, LENGTH),
                one.bars,
            )
            for one, (left, top) in zip(TABLES, _under_titles(), strict=True)
            if one.bars
        ],
    )


def _under_titles() -> list[tuple[int, int]]:
    """Return where the headers of the tables begin."""
    return [(left, top + 1) for left, top in CORNERS]


def _figures(charts: dict) -> list[dict]:
    """Return the scorecards and charts; those of both dashboards are made here."""
    cards = [
        figure(
            one.title.lower().replace(" ", "-") + "-card",
            (number * (CARD + 10), 11, CARD, 101),
            scorecard(
                one.title,
                f"Data!{cell(3, number + 1)}",
                f"Data!{cell(4, number + 1)}",
                one.color,
                one.less_is_good,
            ),
        )
        for number, one in enumerate(CARDS)
    ]
    flow = sheet_chart(
        "waterfall",
        _on_data(0, FIRST_STEP, len(STEPS) + 1),
        _on_data(1, FIRST_STEP, len(STEPS) + 1),
        verticalAxisPosition="left",
        showSubTotals=True,
        firstValueAsSubtotal=True,
        showConnectorLines=True,
        humanize=True,
    )
    charts = charts | {"flow": flow}
    return cards + [figure(name, PLACES[name], charts[name]) for name in PLACES]


def _sample_table(one) -> dict:
    names = [one.label, *(text for text, _form in one.headers.values())]
    content = {(column, 0): translated(name) for column, name in enumerate(names)}
    for row, values in enumerate(one.rows, 1):
        content |= {(column, row): str(text) for column, text in enumerate(values)}
    return content


# === DATA === #


def _data(values: dict, forms=(DAYS,)) -> dict:
    """Return the sheet that figures read.

    :param values: contents by (column, row)
    :param forms: those that are not the formulas' own
    """
    titles = ("KPI", "Current", "Previous", "Shown", "Compared")
    cells = {cell(number, 0): translated(text) for number, text in enumerate(titles)}
    for row, one in enumerate(CARDS, 1):
        cells[cell(0, row)] = translated(one.title)
    for row, (title, *_rest) in enumerate((*STEPS, TAXES), FIRST_STEP):
        cells[cell(0, row)] = translated(title)
    cells |= {cell(*place): content for place, content in values.items()}
    formats = {
        zone(3, row, 2, 1): FORMATS[one.form]
        for row, one in enumerate(CARDS, 1)
        if one.form in forms
    }
    if MONEY in forms:
        formats[zone(1, FIRST_STEP, 1, len(STEPS) + 1)] = FORMATS[MONEY]
    return sheet(
        "Data",
        (160, 110, 110, 110, 110),
        100,
        cells=cells,
        styles={zone(0, 0, 5, 1): 6},
        formats=formats,
    )


def _on_data(column: int, row: int, count: int) -> str:
    return f"Data!{zone(column, row, 1, count)}"


def _live_values() -> dict:
    """Return the formulas of the data.

    What is shown is short: thousands have a k. Without anything before there is
    nothing to compare with.
    """
    values = {}
    for row, one in enumerate(CARDS, 1):
        for column, number in ((1, CURRENT), (2, PREVIOUS)):
            values[column, row] = _value(number, one)
            plain = cell(column, row)
            short = f"FORMAT.LARGE.NUMBER({plain})" if one.form != DAYS else plain
            nothing = '"-"' if number == CURRENT else '""'
            is_nothing = f'{plain}=""' if number == CURRENT else f"{plain}=0"
            values[column + 2, row] = f"=IF({is_nothing}, {nothing}, {short})"
    for row, one in enumerate(STEPS, FIRST_STEP):
        values[1, row] = _value(CURRENT, one)
    known = f"SUM({zone(1, FIRST_STEP, 1, len(STEPS))})"
    margin = f'PIVOT.VALUE({CURRENT},"margin")'
    values[1, FIRST_STEP + len(STEPS)] = f"={margin}-{known}"
    return values


def _value(number: int, one) -> str:
    sign = "-" if one.sign < 0 else ""
    return f'={sign}PIVOT.VALUE({number},"{one.measure}")'


def _sample_values() -> dict:
    values = {}
    for row, one in enumerate(CARDS, 1):
        now, before = str(one.now), str(one.before)
        values |= {(1, row): now, (2, row): before, (3, row): now, (4, row): before}
    amounts = [*(one.amount for one in STEPS), TAXES[1]]
    for row, amount in enumerate(amounts, FIRST_STEP):
        values[1, row] = str(amount)
    for row, amount in enumerate(SALES, 1):
        values[DAY_COLUMN, row] = f"{FIRST_DAY + row - 1} Oct"
        values[DAY_COLUMN + 1, row] = str(amount)
    for row, (name, *_rest, margin) in enumerate(TABLES[1].rows, 1):
        values |= {(SHOP_COLUMN, row): name, (SHOP_COLUMN + 1, row): str(margin)}
    return values


def _pivots():
    """Yield the pivots: totals, those of the period before, and the tables."""
    names = [*(one.measure for one in (*CARDS, *STEPS)), "margin"]
    measures = dict.fromkeys(names, (None, None))
    for number, name in ((CURRENT, "Totals"), (PREVIOUS, "Totals before")):
        matching = _matching(offset=CURRENT - number)
        yield pivot(str(number), name, MODEL, [], measures, fieldMatching=matching)
    for number, one in enumerate(TABLES, FIRST_TABLE):
        yield pivot(
            str(number),
            one.label,
            MODEL,
            [one.field],
            {
                name: (text, form if form == COUNT else None)
                for name, (text, form) in one.headers.items()
            },
            domain=[[one.field, "!=", False]],
            sorted_by=one.sorted_by,
            fieldMatching=_matching(),
        )


def _matching(offset: int = 0) -> dict:
    """Return which field each global filter looks at, so many periods later."""
    matching = {
        one.id: {"chain": one.field, "type": "many2one" if one.model else "datetime"}
        for one in FILTERS
    }
    matching["period"]["offset"] = offset
    return matching


def _filter(one) -> dict:
    common = {"id": one.id, "label": one.label}
    if not one.model:
        return common | {"type": "date", "defaultValue": "last_90_days"}
    return common | {
        "type": "relation",
        "modelName": one.model,
        "defaultValueDisplayNames": [],
    }


if __name__ == "__main__":
    main()
