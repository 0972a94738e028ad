"""Fonts of papers, and what to do with characters that they lack."""

import logging
from functools import cache
from html import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from odoo.tools.misc import file_path

_logger = logging.getLogger(__name__)

# Latin with all of Vietnamese, Greek and Cyrillic; every Odoo brings it along.
FOLDER = "web/static/fonts/google/Open_Sans"
# Looked for among the fonts of the server: Thai and others.
OF_SERVER = ("NotoSansThai-Regular.ttf", "Garuda.ttf", "DejaVuSans.ttf", "FreeSans.ttf")
# Readers of PDF have these themselves: Japanese and Chinese, Korean.
OF_READERS = ("HeiseiKakuGo-W5", "STSong-Light", "HYGothic-Medium")
LACKING = "?"


@cache
def names():
    """Return the registered fonts (regular, bold), Helvetica where Odoo's are gone."""
    try:
        for name in ("Regular", "Bold"):
            path = file_path(f"{FOLDER}/Open_Sans-{name}.ttf")
            pdfmetrics.registerFont(TTFont(f"TtsSans-{name}", path))
    except (OSError, ValueError, TTFError) as error:
        _logger.warning("Pick lists use Helvetica: %s", error)
        return "Helvetica", "Helvetica-Bold"
    return "TtsSans-Regular", "TtsSans-Bold"


@cache
def _others():
    """Return [(font name, function telling whether it has a character)]."""
    found = []
    for file in OF_SERVER:
        try:
            font = TTFont(f"Tts-{file}", file)
        except TTFError:
            continue
        pdfmetrics.registerFont(font)
        found.append((font.fontName, font.face.charToGlyph.__contains__))
    for name, codec in zip(OF_READERS, ("cp932", "gbk", "cp949"), strict=True):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
        found.append((name, lambda code, codec=codec: _encodes(code, codec)))
    return found


def _encodes(code, codec):
    try:
        chr(code).encode(codec)
    except UnicodeEncodeError:
        return False
    return True


@cache
def _font_of(code):
    """Return the font for a character: None for the usual one, "" when none has it."""
    if code < 127:
        return None
    main = pdfmetrics.getFont(names()[0])
    if not isinstance(main, TTFont):
        return None if _encodes(code, "cp1252") else _other_of(code)
    return None if code in main.face.charToGlyph else _other_of(code)


def _other_of(code):
    return next((name for name, has in _others() if has(code)), "")


def markup(text):
    """Return a text as the markup of a paragraph; what no font has becomes "?"."""
    text = "".join(char for char in str(text or "") if char.isprintable())
    runs = []
    for char in text:
        font = _font_of(ord(char))
        if not runs or runs[-1][0] != font:
            runs.append((font, []))
        runs[-1][1].append(char)
    parts = []
    for font, run in runs:
        chars = "".join(run)
        if font == "":
            parts.append(LACKING * len(chars))
        elif font:
            parts.append(f'<font name="{font}">{escape(chars)}</font>')
        else:
            parts.append(escape(chars))
    return "".join(parts)
