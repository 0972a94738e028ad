"""Shipping documents: the call that names a URL, and the file behind it.

Source: TikTok Shop Partner API docs, Get Package Shipping Document: the URL needs no
headers and lives 24 hours.
"""

import hashlib

from .errors import business, parameter
from .http import Reply, page
from .paging import choice
from .papers import MIME, Paper, pages_of
from .parcels import own_package
from .refusals import check
from .router import endpoint

LIFE = 86400
PATH = "/_doc/"
TYPES = (
    "SHIPPING_LABEL",
    "PACKING_SLIP",
    "SHIPPING_LABEL_AND_PACKING_SLIP",
    "SHIPPING_LABEL_PICTURE",
    "HAZMAT_LABEL",
    "INVOICE_LABEL",
)
FIXED_SIZES = {"HAZMAT_LABEL": "A4", "INVOICE_LABEL": "A6"}
ZPL_MARKETS = ("BR", "MX")


@endpoint(
    "GET",
    "/fulfillment/202309/packages/{package_id}/shipping_documents",
    scope="seller.fulfillment.basic",
)
def shipping_documents(call, package_id):
    """The URL of a label or slip of a package that waits for its carrier.

    :raise ApiError: 36009004 what the market does not have, 21011028, what `_check`
        refuses, 11034037 not made yet
    """
    kind, size, suffix = _wanted(call)
    package = own_package(call, package_id)
    package.document_calls += 1
    check("label", package, *package.orders)
    _check(package)
    package.label_calls += 1
    options = call.box.options
    early = package.ship_time + options.label_seconds > call.now
    if early or package.label_calls <= options.label_delay:
        raise business(11034037)
    expires = call.now + LIFE
    pages = pages_of(package, kind, size)
    paper = Paper(package, kind, size, suffix, expires, pages, options.label_kb)
    text = f"{package.id} {kind} {size} {suffix} {call.now}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    name = f"{digest[:32]}.{suffix}"
    call.box.documents.setdefault(name, paper)
    query = f"expire={expires}&timeStamp={call.now}&sign={digest[32:]}"
    return {
        "doc_url": f"{call.box.base_url}{PATH}{name}?{query}",
        "tracking_number": package.tracking_number,
    }


def _wanted(call):
    """Return type, size and file suffix that the call asks for."""
    kind = choice(call, "document_type", TYPES)
    size = choice(call, "document_size", ("A6", "A5"), "A6")
    form = choice(call, "document_format", ("PDF", "ZPL"), "PDF")
    market = call.shop.market.code
    if kind == "INVOICE_LABEL" and market != "BR":
        raise parameter("DocumentType INVOICE_LABEL is not available in this market")
    if form == "ZPL" and (market not in ZPL_MARKETS or kind != "SHIPPING_LABEL"):
        raise parameter("DocumentFormat is invalid, allowed values: PDF.")
    suffix = "png" if kind == "SHIPPING_LABEL_PICTURE" else form.lower()
    return kind, FIXED_SIZES.get(kind, size), suffix


def _check(package):
    """Refuse a document that TikTok does not make now.

    :raise ApiError: 21008043 fulfilled by TikTok, 21008017 seller's carrier, 21023059
        cancelled, 21023035 not shipped, 21042102 picked up, 21023046 arrived, 21021010
        open request
    """
    if package.order.fbt:
        raise business(21008043)
    if package.order.doc.get("shipping_type") != "TIKTOK":
        raise business(21008017)
    codes = {
        "CANCELLED": 21023059,
        "TO_FULFILL": 21023035,
        "FULFILLING": 21042102,
        "COMPLETED": 21023046,
    }
    if package.status in codes:
        raise business(codes[package.status])
    if any(order.doc.get("is_buyer_request_cancel") for order in package.orders):
        raise business(21021010)


def download(box, request):
    """Send a document made before; 403 once its 24 hours are over."""
    paper = box.documents.get(request.path.removeprefix(PATH))
    if request.method not in ("GET", "HEAD") or paper is None:
        return page("<h1>Not found</h1>", 404)
    if paper.expires <= box.now():
        return page("<h1>Expired</h1>", 403)
    paper.downloads += 1
    paper.package.downloads += 1
    return Reply(200, {"Content-Type": MIME[paper.suffix]}, paper.content())
