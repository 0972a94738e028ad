"""Upload of the invoices of packages (Brazil).

Source: TikTok Shop Partner API docs, Fulfillment reference: Upload Invoice, and the
notification "Invoice status change". Where no code is documented for a mistake the
nearest one of the other calls is answered.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from xml.parsers import expat

from .errors import ApiError, business, parameter
from .fulfillment import SCOPE
from .paging import body_value, strings
from .places import one_of
from .refusals import check
from .router import endpoint

EXISTS = 10007014
MOST, LARGEST = 500, 2**20
STATUSES = {
    "SUCCESS": "INVOICE_UPLOADED",
    "PROCESSING": "INVOICE_PROCESSING",
    "FAILED": "NEED_INVOICE",
    "INVALID": "NEED_INVOICE",
}
_EXISTS_TEXT = "The invoice already exists in the upload. Please try again later"


@dataclass
class Invoice:
    """What was uploaded for a package.

    :ivar status: of `STATUSES`; `planned` is the one that the next upload gets
    :ivar calls: uploads that named the package; `count`: those that were taken
    """

    status: str = ""
    planned: str = "SUCCESS"
    reason: str = ""
    count: int = 0
    calls: int = 0
    order_ids: tuple = ()
    size: int = 0
    sha256: str = ""

    def show(self):
        """Return the invoice as the control door shows it."""
        return {**vars(self), "order_ids": list(self.order_ids)}


def of_package(package):
    """Return the invoice of a package, a new one when there is none."""
    if package.invoice is None:
        package.invoice = Invoice()
    return package.invoice


def decide(package, status, reason=""):
    """Say what becomes of the invoice of a package, or of the next one.

    :raise ValueError: for a status that is none of `STATUSES`
    """
    invoice = of_package(package)
    invoice.planned = one_of(status, tuple(STATUSES), "invoice")
    invoice.reason = reason
    if invoice.count:
        _set_status(package, invoice)


def _set_status(package, invoice):
    invoice.status = invoice.planned
    for order in package.orders:
        order.doc["need_upload_invoice"] = STATUSES[invoice.status]
        order.touch()


@endpoint("POST", "/fulfillment/202502/invoice/upload", scope=SCOPE)
def upload_invoices(call):
    """Take the invoices of up to 500 packages; those refused come back as errors."""
    rows = body_value(call.body, "invoices", list, [])
    if not 1 <= len(rows) <= MOST:
        raise parameter(f"Invoices is invalid, allowed count: 1-{MOST}.")
    if call.shop.market.code != "BR":
        raise business(21008106)
    errors = [error for error in (_take(call, row) for row in rows) if error]
    return {"errors": errors} if errors else {}


def _take(call, row):
    """Take one invoice, or return the error element that says why not."""
    try:
        _upload(call, row)
    except ApiError as error:
        detail = {
            "package_id": row.get("package_id", ""),
            "order_ids": row.get("order_ids", []),
        }
        return {"code": error.code, "message": error.message, "detail": detail}
    return None


def _upload(call, row):
    """Check and keep one invoice.

    :raise ApiError: 21011028 unknown package, 21008111 other orders than its own,
        36009004 no XML of at most 1 MB as base64, 10007014 uploaded already
    """
    package = call.shop.packages.get(body_value(row, "package_id", str))
    if package is None:
        raise business(21011028)
    invoice = of_package(package)
    invoice.calls += 1
    check("invoice", package, *package.orders)
    ids = strings(row, "order_ids")
    if sorted(ids) != sorted(order.id for order in package.orders):
        raise business(21008111)
    content = _content(row)
    waiting = ("INVOICE_UPLOADED", "INVOICE_PROCESSING")
    states = {order.doc.get("need_upload_invoice") for order in package.orders}
    if invoice.status in ("SUCCESS", "PROCESSING") or states <= set(waiting):
        raise business(EXISTS, _EXISTS_TEXT)
    invoice.count += 1
    invoice.order_ids = tuple(ids)
    invoice.size = len(content)
    invoice.sha256 = hashlib.sha256(content).hexdigest()
    _set_status(package, invoice)


def _content(row):
    """Return the bytes of the file of an invoice."""
    if row.get("file_type") != "XML":
        raise parameter("FileType is invalid, allowed values: XML.")
    try:
        content = base64.b64decode(body_value(row, "file", str, ""), validate=True)
    except binascii.Error:
        raise parameter("File is invalid, base64 is expected.") from None
    if not 0 < len(content) <= LARGEST:
        raise parameter("File is invalid, the maximum size is 1 MB.")
    reader = expat.ParserCreate()
    try:
        reader.Parse(content, True)
    except expat.ExpatError:
        raise parameter("File is invalid, XML is expected.") from None
    return content
