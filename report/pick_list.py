"""The pick list that goes in front of labels: what to fetch, and what it goes into."""

import io
from typing import NamedTuple

from reportlab.lib import colors
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, LongTable, Paragraph, SimpleDocTemplate

from . import fonts

A4 = (210 * mm, 297 * mm)
A6 = (105 * mm, 148 * mm)
FRAME = 12  # what reportlab leaves free at both sides, in points


class Pick(NamedTuple):
    """Something to fetch from a place; texts, as they are printed."""

    location: str
    sku: str
    product: str
    quantity: str
    labels: str


class Parcel(NamedTuple):
    """A label of the print, and what it goes onto; texts, as they are printed."""

    number: str
    order: str
    delivery: str
    due: str
    carrier: str
    tracking: str
    pieces: str
    again: str


class Missing(NamedTuple):
    """A delivery whose label is not in the print."""

    delivery: str
    reason: str


def make_pick_list(words, picks, parcels, missing, is_small=False):
    """Return the pick list as a PDF.

    :param dict words: title, subtitle, picks, parcels, missing: texts; heads of the
        tables in `pick_heads` (4) and `parcel_heads` (6)
    :param picks: list of `Pick`, in the order of walking
    :param parcels: list of `Parcel`, in the order of the labels
    :param missing: list of `Missing`
    :param bool is_small: A6, for label printers, instead of A4
    """
    sheet = _Sheet(is_small)
    story = [sheet.text(words["title"], "title"), sheet.text(words["subtitle"])]
    story += sheet.missing(words, missing)
    story += sheet.picks(words, picks)
    story += sheet.parcels(words, parcels)
    with io.BytesIO() as stream:
        sheet.document(stream, words["title"]).build(
            story, onFirstPage=sheet.number, onLaterPages=sheet.number
        )
        return stream.getvalue()


class _Box(Flowable):
    """An empty square to tick."""

    def __init__(self, side):
        super().__init__()
        self.width = self.height = side

    def draw(self):
        self.canv.rect(0, 0, self.width, self.height)


class _Sheet:
    """Sizes and styles of one kind of paper."""

    def __init__(self, is_small):
        self.page = A6 if is_small else A4
        self.margin = 5 * mm if is_small else 14 * mm
        self.size = 6.5 if is_small else 9
        self.width = self.page[0] - 2 * self.margin - FRAME
        regular, bold = fonts.names()
        base = ParagraphStyle(
            "base", fontName=regular, fontSize=self.size, leading=self.size * 1.25
        )
        self.styles = {
            "text": base,
            "bold": ParagraphStyle("bold", base, fontName=bold),
            "title": ParagraphStyle(
                "title",
                base,
                fontName=bold,
                fontSize=self.size * 1.6,
                leading=self.size * 2.1,
            ),
            "head": ParagraphStyle(
                "head",
                base,
                fontName=bold,
                fontSize=self.size * 1.2,
                leading=self.size * 1.6,
                spaceBefore=self.size,
                spaceAfter=self.size / 2,
            ),
        }

    def document(self, stream, title):
        return SimpleDocTemplate(
            stream,
            pagesize=self.page,
            leftMargin=self.margin,
            rightMargin=self.margin,
            topMargin=self.margin,
            bottomMargin=self.margin + self.size,
            title=title,
        )

    def number(self, canvas, document):
        """Write the number of the page at its foot."""
        canvas.setFont(fonts.names()[0], self.size)
        canvas.drawRightString(
            self.page[0] - self.margin, self.margin / 2 + 2, str(document.page)
        )

    def text(self, text, style="text"):
        return Paragraph(fonts.markup(text), self.styles[style])

    def _lines(self, *texts):
        """Return one cell of several lines."""
        lines = [fonts.markup(text) for text in texts if text]
        return Paragraph("<br/>".join(lines), self.styles["text"])

    def missing(self, words, missing):
        if not missing:
            return []
        rows = [
            [self.text(row.delivery, "bold"), self.text(row.reason)] for row in missing
        ]
        return [self.text(words["missing"], "head"), self._table(rows, (3, 7))]

    def picks(self, words, picks):
        rows = [[self.text(word, "bold") for word in words["pick_heads"]]]
        for pick in picks:
            product = fonts.markup(pick.product)
            if pick.sku:
                font = fonts.names()[1]
                sku = fonts.markup(pick.sku)
                product = f'<font name="{font}">{sku}</font> {product}'
            rows.append(
                [
                    self.text(pick.location),
                    Paragraph(product, self.styles["text"]),
                    self.text(pick.quantity, "bold"),
                    self.text(pick.labels),
                ]
            )
        return [
            self.text(words["picks"], "head"),
            self._table(rows, (3, 5, 1.3, 2.2), has_head=True),
        ]

    def parcels(self, words, parcels):
        rows = [[self.text(word, "bold") for word in words["parcel_heads"]] + [""]]
        rows += [
            [
                self.text(parcel.number, "bold"),
                self._lines(parcel.order, parcel.delivery, parcel.again),
                self.text(parcel.due),
                self._lines(parcel.carrier, parcel.tracking),
                self.text(parcel.pieces),
                _Box(self.size),
            ]
            for parcel in parcels
        ]
        return [
            self.text(words["parcels"], "head"),
            self._table(rows, (0.9, 4, 2.2, 3.6, 1.2, 0.7), has_head=True),
        ]

    def _table(self, rows, shares, has_head=False):
        total = sum(shares)
        table = LongTable(
            rows,
            colWidths=[self.width * share / total for share in shares],
            repeatRows=1 if has_head else 0,
        )
        style = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.lightgrey),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 2),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
        if has_head:
            style.append(("LINEBELOW", (0, 0), (-1, 0), 1, colors.black))
        table.setStyle(style)
        return table
