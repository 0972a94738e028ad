"""The calls about cancellations, returns and refunds.

What comes back is read by ``aftersales`` and ``returns``; what it asks for, and what a
refusal means, is in ``aftersale_rules``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .aftersale_decisions import OFFER_AFTER_RECEIVING
from .aftersale_search import (
    BASE,
    LOCALE,
    SEARCH_VERSIONS,
    AftersaleSearch,
    BrokenCase,
    CasePage,
)
from .aftersales import (
    Eligibility,
    OrderEligibility,
    RefundAmount,
    RejectReason,
    parse_eligibility,
    parse_order_eligibility,
    parse_reasons,
    parse_refund,
)
from .calls import distinct, listing, segment
from .parsing import identifier, required_text, text
from .returns import Money, ReturnRecord, parse_record

__all__ = [
    "AftersaleCalls",
    "BrokenCase",
    "CancelAnswer",
    "CasePage",
    "Image",
]

ELIGIBILITY_VERSIONS = ("202602", "202512", "202309")
LONGEST_KEY = 255  # characters of an idempotency key


class Image(NamedTuple):
    """An image that was uploaded to TikTok, as proof for a decision."""

    image_id: str
    mime_type: str
    width: int
    height: int


class CancelAnswer(NamedTuple):
    """What came of cancelling an order."""

    cancel_id: str
    status: str


class AftersaleCalls(AftersaleSearch):
    """Cancellations, returns and refunds.

    Reads are repeated when no answer comes. Nothing that writes is: after
    ``Unreachable`` nobody knows whether it was done, and the caller reads the case
    before it answers again. With the same ``key`` (at most 255 characters) TikTok does
    the same thing once only.
    """

    # --- What happened ----------------------------------------------------------------

    def return_records(self, return_id, locale=LOCALE) -> tuple[ReturnRecord, ...]:
        """Return what happened in a return case ("Get Return Records")."""
        path = f"{_return_path(return_id)}/records"
        data = self._request("GET", path, query={"locale": locale})
        return tuple(parse_record(row) for row in listing(data, "records"))

    # --- What can be answered ---------------------------------------------------------

    def reject_reasons(self, case_id, locale=LOCALE) -> tuple[RejectReason, ...]:
        """Return the reasons a cancellation or return can be declined with now.

        TikTok changes them, so they are fetched just before ("Get Reject Reasons").
        """
        query = {"return_or_cancel_id": str(case_id), "locale": locale}
        data = self._request("GET", f"{BASE}/202309/reject_reasons", query=query)
        return parse_reasons(data.get("reasons"))

    def decision_eligibility(
        self, case_id, decisions: Iterable[str] = (), locale=LOCALE
    ) -> tuple[Eligibility, ...]:
        """Return which of ``decisions`` (default: all) TikTok allows for a case now.

        Source: "Get Decision Eligibility", which does not tell about partial offers.

        :raise Rejected: also when the gateway does not know this call (yet)
        """
        path = f"{BASE}/202601/decision_eligibility"
        data = self._request("GET", path, query=_asked(case_id, decisions, locale))
        return tuple(parse_eligibility(row) for row in listing(data, "decisions"))

    def review_decisions(
        self, case_id, decisions: Iterable[str] = (), locale=LOCALE
    ) -> tuple[Eligibility, ...]:
        """Return the same unit by unit, partial offers and their bounds included.

        Source: "Get Review Decision".

        :raise Rejected: also when the gateway does not know this call (yet)
        """
        path = f"{BASE}/202606/review_decision"
        data = self._request("GET", path, query=_asked(case_id, decisions, locale))
        return tuple(
            parse_eligibility(row, identifier(line.get("return_line_item_id")))
            for line in listing(data, "line_items")
            for row in listing(line, "decisions")
        )

    def aftersale_eligibility(
        self, order_id, request_types: Iterable[str] = ("CANCEL", "REFUND")
    ) -> tuple[OrderEligibility, ...]:
        """Return what the seller may start for an order, and with which reasons.

        The oldest generation tells about all types. Source: "Get Aftersale
        Eligibility".
        """

        def ask(version):
            query = {"initiate_aftersale_user": "SELLER"}
            if version != "202309":
                query["request_types"] = list(request_types)
            path = f"{BASE}/{version}/orders/{segment(order_id)}/aftersale_eligibility"
            return self._request("GET", path, query=query)

        data = self._served("aftersale_eligibility", ELIGIBILITY_VERSIONS, ask)
        return parse_order_eligibility(data)

    def refund_estimate(
        self,
        order_id,
        request_type,
        reason,
        line_item_ids=(),
        *,
        shipment_type=None,
        handover_method=None,
    ) -> RefundAmount | None:
        """Return what a buyer would get back ("Calculate Refund").

        ``request_type`` is CANCEL, REFUND or RETURN_AND_REFUND; ``reason`` is one of
        ``aftersale_eligibility``. Without ``line_item_ids`` the whole order.
        """
        body = {
            "order_id": str(order_id),
            "request_type": request_type,
            "reason_name": reason,
            "order_line_item_ids": distinct(line_item_ids),
            "shipment_type": shipment_type,
            "handover_method": handover_method,
        }
        body = {key: value for key, value in body.items() if value}

        def ask(version):
            path = f"{BASE}/{version}/refunds/calculate"
            return self._request("POST", path, body=body, idempotent=True)

        data = self._served("refunds/calculate", SEARCH_VERSIONS, ask)
        return parse_refund(data.get("order_refund_amount"))

    # --- Answering --------------------------------------------------------------------

    def approve_cancellation(self, cancel_id, key=None) -> None:
        """Accept a buyer's request to cancel ("Approve Cancellation").

        :raise Rejected: see ``aftersale_rules.consequence`` for its code
        """
        self._answer(f"{_cancel_path(cancel_id)}/approve", {}, key)

    def reject_cancellation(
        self, cancel_id, reason, comment="", images: Iterable[Image] = (), key=None
    ) -> None:
        """Decline a buyer's request to cancel ("Reject Cancellation").

        :param str reason: the name of one of ``reject_reasons``
        :raise Rejected: see ``aftersale_rules.consequence`` for its code
        """
        body = _declining(reason, comment, images)
        self._answer(f"{_cancel_path(cancel_id)}/reject", body, key)

    def cancel_order(
        self, order_id, reason, *, line_item_ids=(), skus=None
    ) -> CancelAnswer:
        """Cancel an order on TikTok, or some of its units ("Cancel Order").

        ``skus`` is {SKU id: quantity}. TikTok knows no key for this call: read the
        cancellations of the order before it is sent again.

        :raise Rejected: see ``aftersale_rules.consequence`` for its code
        """
        body = {"order_id": str(order_id), "cancel_reason": reason}
        if ids := distinct(line_item_ids):
            body["order_line_item_ids"] = ids
        elif skus:
            body["skus"] = [
                {"sku_id": str(sku_id), "quantity": int(count)}
                for sku_id, count in skus.items()
            ]

        def ask(version):
            path = f"{BASE}/{version}/cancellations"
            return self._request("POST", path, body=body, idempotent=False)

        data = self._served("cancellations", SEARCH_VERSIONS, ask)
        cancel_id = required_text(data, "cancel_id", "cancel_id")
        return CancelAnswer(cancel_id, text(data.get("cancel_status")))

    def approve_return(
        self,
        return_id,
        decision,
        *,
        keep_item=False,
        partial_refund: Money | None = None,
        key=None,
    ) -> None:
        """Grant what a buyer asks for, or make an offer ("Approve Return").

        :param str decision: see ``aftersale_rules.decisions``
        :param keep_item: with APPROVE_RETURN: refund, and nothing comes back
        :param partial_refund: what OFFER_PARTIAL_REFUND offers
        :raise Rejected: see ``aftersale_rules.consequence`` for its code
        """
        body = {"decision": decision}
        if keep_item:
            body["buyer_keep_item"] = True
        if partial_refund:
            currency, amount = partial_refund
            body["partial_refund"] = {"currency": currency, "amount": _written(amount)}
        self._answer(f"{_return_path(return_id)}/approve", body, key)

    def reject_return(
        self,
        return_id,
        decision,
        reason,
        comment="",
        images: Iterable[Image] = (),
        *,
        partial_refund: Money | None = None,
        key=None,
    ) -> None:
        """Decline what a buyer asks for ("Reject Return").

        An offer after the parcel came back is made here as well, in the newer version
        of the call, with at most 6 images and 500 characters.

        :param str reason: the name of one of ``reject_reasons``; for the offer one of
            ``review_decisions``
        :raise Rejected: see ``aftersale_rules.consequence`` for its code
        """
        body = {"decision": decision, **_declining(reason, comment, images)}
        path = _return_path(return_id)
        if decision == OFFER_AFTER_RECEIVING:
            path = _return_path(return_id, "202606")
            if partial_refund:
                currency, amount = partial_refund
                body["partial_refund_amount"] = {
                    "partial_refund_total": _written(amount),
                    "currency": currency,
                }
        self._answer(f"{path}/reject", body, key)

    def _answer(self, path, body, key):
        if key and len(str(key)) > LONGEST_KEY:
            raise ValueError(f"a key of more than {LONGEST_KEY} characters")
        query = {"idempotency_key": str(key)} if key else None
        self._request("POST", path, query=query, body=body, idempotent=False)


def _asked(case_id, decisions, locale):
    return {
        "return_or_cancel_id": str(case_id),
        "check_decisions": distinct(decisions),
        "locale": locale,
    }


def _declining(reason, comment, images):
    body = {"reject_reason": reason}
    if comment:
        body["comment"] = comment
    if found := [dict(image._asdict()) for image in images]:
        body["images"] = found
    return body


def _written(amount):
    """Return an amount as plain text: 20, never 2E+1."""
    return format(amount, "f") if not isinstance(amount, str) else amount


def _cancel_path(cancel_id):
    return f"{BASE}/202309/cancellations/{segment(cancel_id)}"


def _return_path(return_id, version="202309"):
    return f"{BASE}/{version}/returns/{segment(return_id)}"
