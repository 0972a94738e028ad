"""What is written on the documents of a package, and the files they become."""

import hashlib
from collections import Counter
from dataclasses import dataclass

from .images import encode
from .pdf import SIZES, make_pdf, rows_of

MIME = {"pdf": "application/pdf", "png": "image/png", "zpl": "text/plain"}
# Dots per point of a thermal printer of 203 dots per inch.
_DOTS = 203 / 72


@dataclass
class Paper:
    """One document that was asked for.

    :ivar pages: lists of lines
    :ivar suffix: a key of `MIME`
    :ivar expires: Unix seconds after which its URL answers 403
    :ivar downloads: how often its file was sent
    """

    package: object
    kind: str
    size: str
    suffix: str
    expires: int
    pages: list
    kilobytes: int = 0
    downloads: int = 0

    def content(self):
        """Return the bytes of the file."""
        if self.suffix == "png":
            return _picture(self.package.tracking_number)
        if self.suffix == "zpl":
            return _zpl(self.pages[0], SIZES[self.size])
        return make_pdf(self.pages, self.size, self.kilobytes)

    def show(self):
        """Return the document as the control door shows it."""
        names = ("kind", "size", "suffix", "expires", "downloads")
        shown = {name: getattr(self, name) for name in names}
        return {"package_id": self.package.id, "pages": len(self.pages), **shown}


def pages_of(package, kind, size):
    """Return the pages of a document of `kind`, as lists of lines."""
    label = [_head(package, kind)]
    slip = _slip(package, size)
    if kind == "PACKING_SLIP":
        return slip
    return label + slip if kind == "SHIPPING_LABEL_AND_PACKING_SLIP" else label


def _head(package, kind):
    address = package.order.served()["recipient_address"]
    return [
        f"TikTok Shop sandbox: {kind}",
        f"Package {package.id}",
        *(f"Order {order.id}" for order in package.orders),
        f"Tracking {package.tracking_number}",
        package.provider["name"],
        address.get("name", ""),
        address.get("full_address", ""),
    ]


def _slip(package, size):
    """Return the pages of the packing slip: units by SKU."""
    counts = Counter(
        (line.get("seller_sku") or line.get("sku_id", ""), line.get("product_name", ""))
        for line in package.lines()
        if line["display_status"] != "CANCELLED"
    )
    rows = [f"{count} x {sku} {name}" for (sku, name), count in counts.items()]
    head = [f"Packing slip of package {package.id}"]
    fit = rows_of(size) - len(head)
    return [head + rows[at : at + fit] for at in range(0, max(1, len(rows)), fit)]


def _zpl(lines, sides):
    width, height = (round(side * _DOTS) for side in sides)
    fields = "\n".join(
        f"^FO40,{60 + 50 * number}^A0N,36,36^FD{line}^FS"
        for number, line in enumerate(lines)
    )
    return f"^XA\n^CI28\n^PW{width}\n^LL{height}\n{fields}\n^XZ\n".encode()


def _picture(text, width=420, height=595):
    """Return a PNG with bars made from `text`."""
    bits = "".join(f"{byte:08b}" for byte in hashlib.sha256(text.encode()).digest())
    bars = b"".join((b"\0", b"\xff")[int(bit)] * 3 for bit in bits[: width // 3])
    blank = b"\xff" * width
    rows = [
        bars.ljust(width, b"\xff") if 60 <= y < 200 else blank for y in range(height)
    ]
    return encode(rows, width, height, grey=True)
