"""Reading PDF files as whoever opens them would, with a library that Odoo brings."""

import io

import pypdf


def texts(content: bytes) -> list[str]:
    """Return the text of each page; none when this is no PDF that can be read."""
    try:
        return [
            page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages
        ]
    except Exception:  # a damaged file is answered with errors of all kinds
        return []
