"""Shipping documents: the call that names a URL, and the file behind it.

Source: TikTok Shop Partner API docs, Get Package Shipping Document: the URL needs no
headers and lives 24 hours.
"""

import hashlib

from .errors import business, parameter
from .http import Reply, page
from .paging import choice
from .parcels import own_package
from .pdf import make_pdf
from .router import endpoint

LIFE = 86400
TYPES = (
    "SHIPPING_LABEL",
    "PACKING_SLIP",
    "SHIPPING_LABEL_AND_PACKING_SLIP",
    "SHIPPING_LABEL_PICTURE",
    "HAZMAT_LABEL",
    "INVOICE_LABEL",
)


@endpoint(
    "GET",
    "/fulfillment/202309/packages/{package_id}/shipping_documents",
    scope="seller.fulfillment.basic",
)
def shipping_documents(call, package_id):
    """The URL of a label or slip of a package that waits for its carrier."""
    kind = choice(call, "document_type", TYPES)
    size = choice(call, "document_size", ("A6", "A5"), "A6")
    choice(call, "document_format", ("PDF", "ZPL"), "PDF")
    if kind == "SHIPPING_LABEL_PICTURE":
        raise parameter("DocumentType SHIPPING_LABEL_PICTURE is not served here")
    package = own_package(call, package_id)
    _check(package)
    package.document_calls += 1
    if package.document_calls <= call.box.options.label_delay:
        raise business(11034037)
    text = f"{package.id} {kind} {size} {call.now}"
    name = hashlib.sha256(text.encode()).hexdigest()[:32]
    lines = [
        f"TikTok Shop sandbox: {kind}",
        f"Package {package.id}",
        f"Order {package.order.id}",
        f"Tracking {package.tracking_number}",
        package.provider["name"],
    ]
    call.box.documents[name] = call.now + LIFE, make_pdf(lines, size)
    return {
        "doc_url": f"{call.box.base_url}/_doc/{name}.pdf",
        "tracking_number": package.tracking_number,
    }


def _check(package):
    """Refuse a document that TikTok does not make now."""
    if package.order.fbt:
        raise business(21008043)
    if package.order.doc.get("shipping_type") != "TIKTOK":
        raise business(21008017)
    codes = {
        "CANCELLED": 21023059,
        "TO_FULFILL": 21023035,
        "FULFILLING": 21042102,
        "COMPLETED": 21042102,
    }
    if package.status in codes:
        raise business(codes[package.status])


def download(box, request):
    """Send a document made before; 403 once its 24 hours are over."""
    name = request.path.removeprefix("/_doc/").removesuffix(".pdf")
    expiry, content = box.documents.get(name, (0, b""))
    if not content:
        return page("<h1>Not found</h1>", 404)
    if expiry <= box.now():
        return page("<h1>Expired</h1>", 403)
    return Reply(200, {"Content-Type": "application/pdf"}, content)
