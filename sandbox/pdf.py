"""Writes small, valid PDF files: pages of text in Helvetica."""

import random

# Points.
SIZES = {"A6": (298, 420), "A5": (420, 595), "A4": (595, 842)}
LEADING, MARGIN = 14, 40
_GRAIN = 128


def make_pdf(pages, size="A6", kilobytes=0):
    """Return a PDF with one page per list of lines, as bytes.

    :param kilobytes: the weight of a grey picture on every page; real labels carry
        barcodes and logos
    """
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    kids = []
    for number, lines in enumerate(pages):
        kids.append(len(objects) + 1)
        objects += _page(lines, SIZES[size], len(objects) + 1, number, kilobytes)
    refs = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Kids [{refs}] /Count {len(kids)} >>".encode()
    return _assemble(objects)


def rows_of(size):
    """Return how many lines fit on a page."""
    return (SIZES[size][1] - 2 * MARGIN) // LEADING


def _page(lines, sides, first, number, kilobytes):
    """Return the objects of one page; `first` is the number of the first of them."""
    width, height = sides
    rows = [f"BT /F1 11 Tf {LEADING} TL", f"24 {height - MARGIN} Td"]
    rows += [f"({_escape(line)}) Tj T*" for line in lines]
    rows.append("ET")
    fonts, pictures = "/Font << /F1 3 0 R >>", ""
    if kilobytes:
        rows.append(f"q {width - 48} 0 0 {height // 3} 24 24 cm /Im1 Do Q")
        pictures = f" /XObject << /Im1 {first + 2} 0 R >>"
    objects = [
        (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}]"
            f" /Contents {first + 1} 0 R /Resources << {fonts}{pictures} >> >>"
        ).encode(),
        _stream("", "\n".join(rows).encode("latin-1", "replace")),
    ]
    if kilobytes:
        objects.append(_picture(f"{number} {lines}", kilobytes))
    return objects


def _picture(seed, kilobytes):
    tall = kilobytes * 1024 // _GRAIN
    grains = random.Random(seed).randbytes(_GRAIN * tall)
    head = f"/Type /XObject /Subtype /Image /Width {_GRAIN} /Height {tall}"
    return _stream(f"{head} /ColorSpace /DeviceGray /BitsPerComponent 8 ", grains)


def _stream(head, content):
    start = f"<< {head}/Length {len(content)} >>\nstream\n".encode()
    return start + content + b"\nendstream"


def _escape(text):
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _assemble(objects):
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)
