"""Whether bytes are the whole document they should be, without reading it."""

from .errors import Rejected

PDF, ZPL, PNG = "PDF", "ZPL", "PNG"
FORMATS = (PDF, ZPL, PNG)

_HEAD = 1024  # readers look for a PDF's beginning in its first kilobyte
_TAIL = 1024  # and for its end in the last
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB`\x82"
_AGAIN = "fetch it again, or print it in Seller Center."


def check_document(content, form):
    """Refuse what no printer could print: nothing, an error page, or half a file.

    :param bytes content: what was downloaded
    :param str form: PDF, ZPL or PNG
    :raise Rejected: says what is wrong and what to do
    """
    problem = _problem(content, form)
    if problem:
        raise Rejected(f"The document from TikTok Shop {problem}; {_AGAIN}")


def _problem(content, form):
    if not content.strip():
        return "is empty"
    if _is_page(content):
        return f"is a web page, not a {form} file"
    starts, ends = _EDGES[form](content)
    if not starts:
        return f"is not a {form} file"
    return None if ends else f"is only the beginning of a {form} file"


def _is_page(content):
    head = content[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype", b"<html", b"<?xml", b"{"))


def _pdf(content):
    return b"%PDF-" in content[:_HEAD], b"%%EOF" in content[-_TAIL:]


def _zpl(content):
    # Printer settings may come before the first label and behind the last.
    upper = content.upper()
    start = upper.find(b"^XA")
    return start >= 0, upper.rfind(b"^XZ") > upper.rfind(b"^XA")


def _png(content):
    return content.startswith(_PNG_START), content.rstrip(b"\0").endswith(_PNG_END)


_EDGES = {PDF: _pdf, ZPL: _zpl, PNG: _png}
