"""Invoices that TikTok wants as a file before it lets an order be shipped (Brazil)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from .answers import describe
from .calls import Calls, distinct
from .errors import PayloadError
from .parsing import integer, rows, text

UPLOAD_PATH = "/fulfillment/202502/invoice/upload"
MOST_INVOICES = 500
MOST_CHARACTERS = 1_000_000  # of a file in base64
XML = "XML"

CODE_EXISTS = 10007014  # "Combine Package" has another meaning for it
INVOICE_SENTENCES = {
    CODE_EXISTS: "TikTok Shop has the invoice of this package already; wait for what "
    "it says about it, or look at the order in Seller Center.",
}


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """The invoice of one package, which may hold several orders: a file in XML."""

    package_id: str
    order_ids: tuple[str, ...]
    xml: bytes

    def body(self) -> dict:
        """Return the package's part of the call ("Upload Invoice")."""
        return {
            "package_id": str(self.package_id),
            "order_ids": distinct(self.order_ids),
            "file_type": XML,
            "file": base64.b64encode(self.xml).decode(),
        }


@dataclass(frozen=True, slots=True)
class InvoiceError:
    """An invoice that was not taken; ``code`` is None when TikTok was not asked.

    ``message`` is for a person: what it means, what to do, and TikTok's own words.
    """

    package_id: str
    order_ids: tuple[str, ...]
    code: int | None
    message: str

    @property
    def is_uploaded(self) -> bool:
        """Tell whether it was refused because TikTok has it already.

        That may be the answer to our own call, when the one before brought none.
        """
        return self.code == CODE_EXISTS


class InvoiceCalls(Calls):
    """Sending invoices to TikTok."""

    def upload_invoices(self, invoices: Sequence[InvoiceRow]) -> tuple:
        """Upload up to 500 invoices; return an ``InvoiceError`` per one not taken.

        All others are received, no more: whether TikTok accepts them shows on the
        order later. Never repeated: after ``Unreachable`` nobody knows whether they
        were received, and the orders are to be read first. A file that is empty or too
        large is not sent. Source: "Upload Invoice", version 202502, Brazil only.

        :raise PayloadError: when it cannot be told which invoices were refused; some
            may be received then
        """
        if not 0 < len(invoices) <= MOST_INVOICES:
            raise ValueError(f"{len(invoices)} invoices, not 1 to {MOST_INVOICES}")
        bodies, errors = [], []
        for row in invoices:
            body = row.body()
            if problem := _problem(body["file"]):
                order_ids = tuple(body["order_ids"])
                errors.append(
                    InvoiceError(body["package_id"], order_ids, None, problem)
                )
            else:
                bodies.append(body)
        if bodies:
            data = self._request(
                "POST", UPLOAD_PATH, body={"invoices": bodies}, idempotent=False
            )
            errors += parse_invoice_errors(data)
        return tuple(errors)


def parse_invoice_errors(data) -> list[InvoiceError]:
    """Return ``errors`` of "Upload Invoice".

    :raise PayloadError: when a refusal names no package: nobody could tell any more
        which of the invoices were received
    """
    found = []
    for index, row in enumerate(rows(data.get("errors"), "errors")):
        detail = row.get("detail")
        detail = detail if isinstance(detail, dict) else {}
        package_id = text(detail.get("package_id"))
        if not package_id:
            raise PayloadError(f"errors[{index}].detail.package_id", "is missing")
        order_ids = detail.get("order_ids")
        order_ids = order_ids if isinstance(order_ids, list) else []
        code = integer(row.get("code"), default=None)
        sentence = INVOICE_SENTENCES.get(code, "")
        message = describe(code, text(row.get("message"))[:500], sentence=sentence)
        found.append(
            InvoiceError(package_id, tuple(map(text, order_ids)), code, message)
        )
    return found


def _problem(file):
    """Return why a file in base64 cannot be sent, "" when it can."""
    if not file:
        return "The invoice has no file; attach its XML, then upload it again."
    if len(file) > MOST_CHARACTERS:
        return (
            "The file of the invoice is larger than TikTok Shop takes (1 MB); "
            "check that it is the invoice's XML, then upload it again."
        )
    return ""
