"""The calls about packages: finding them, shipping them, and their papers.

What comes back is read by ``packages``. Which answers mean what is in ``shipping``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from .calls import distinct, listing
from .packages import (
    Document,
    HandoverSlots,
    Marked,
    Package,
    ShipError,
    ShippingService,
    TrackingEvent,
    epoch,
    parse_document,
    parse_package,
    parse_service,
    parse_ship_errors,
    parse_slots,
    parse_tracking,
)
from .parsing import required_text, text
from .regroup_calls import PACKAGE_PAGE_SIZE, RegroupCalls, order_path, package_path
from .walk import OrderPage, walk_orders

MOST_SHIPPED = 50  # ours: the documentation names no most for a batch
WHOLE_ORDER, PART_OF_ORDER = "1", "2"  # ship types of "Create Packages"

# (start, end) of a pick-up: Unix seconds, or datetimes (in UTC when without zone).
PickupSlot = tuple[int | datetime, int | datetime]


@dataclass(frozen=True, slots=True)
class ShipRow:
    """One package to ship, and how.

    TikTok shipping: ``handover_method`` (PICKUP, DROP_OFF), with a ``pickup_slot`` or
    without, or nothing at all: then the warehouse's setting decides. Own carrier:
    ``tracking_number`` and ``provider_id``, both or neither.
    """

    package_id: str
    handover_method: str | None = None
    pickup_slot: PickupSlot | None = None
    tracking_number: str | None = None
    provider_id: str | None = None

    def body(self) -> dict:
        """Return the package's part of the call ("Ship Package")."""
        body = {}
        if self.tracking_number or self.provider_id:
            body["self_shipment"] = _shipping_info(
                self.tracking_number, self.provider_id
            )
        if self.handover_method:
            body["handover_method"] = self.handover_method
        if self.pickup_slot:
            start, end = self.pickup_slot
            body["pickup_slot"] = {"start_time": epoch(start), "end_time": epoch(end)}
        return body


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight; ``unit`` is GRAM or POUND."""

    value: object
    unit: str

    def body(self) -> dict:
        """Return it as TikTok wants it."""
        return {"value": _number(self.value), "unit": self.unit}


@dataclass(frozen=True, slots=True)
class Dimension:
    """The size of a parcel; ``unit`` is CM or INCH."""

    length: object
    width: object
    height: object
    unit: str

    def body(self) -> dict:
        """Return it as TikTok wants it."""
        return {
            "length": _number(self.length),
            "width": _number(self.width),
            "height": _number(self.height),
            "unit": self.unit,
        }


class DeliveryCalls(RegroupCalls):
    """Packages and everything that is done with them.

    Reads are repeated when no answer comes, and so is shipping (see there). Nothing
    else that writes is: after ``Unreachable`` nobody knows whether it was done, and the
    caller reads the package or the order before it sends anything again.
    """

    # --- Reading --------------------------------------------------------------------

    def package_pages(
        self, update_time_ge, update_time_lt, page_size=PACKAGE_PAGE_SIZE
    ) -> Iterator[OrderPage]:
        """Yield the packages of a window of update times, each once, oldest first.

        Rows are raw, ``packages.parse_package`` reads them; a package that changes
        meanwhile may come again with its new state. ``done_until`` is where a cursor
        may go. The window is in Unix seconds, its end exclusive ("Search Package").
        """
        end = int(update_time_lt)

        def fetch(ge, token):
            query = {
                "page_size": page_size,
                "page_token": token,
                "sort_field": "update_time",
                "sort_order": "ASC",
            }
            body = {"update_time_ge": int(ge), "update_time_lt": end}
            path = "/fulfillment/202309/packages/search"
            return self._page(path, query, body, "packages")

        start = int(update_time_ge)
        return walk_orders(fetch, start, end, self._sleep, what="packages")

    def package_detail(self, package_id) -> Package:
        """Return one package with its details ("Get Package Detail").

        :raise Rejected: when it is not of this shop, or was replaced by a split or by
            combining (``shipping.GONE_CODES``)
        :raise PayloadError: when id or status is missing
        """
        return parse_package(self._request("GET", package_path(package_id)))

    def handover_slots(self, package_id) -> HandoverSlots:
        """Return how and when a package can be handed over, for TikTok shipping.

        Source: "Get Package Handover Time Slots".
        """
        path = f"{package_path(package_id)}/handover_time_slots"
        return parse_slots(self._request("GET", path))

    def document(self, package_id, kind, size=None, format=None) -> Document:
        """Return where a label or slip of a package is ("Get Package Shipping
        Document"). Only for TikTok shipping, between shipping and pick-up.

        ``kind`` is one of ``shipping.DOCUMENTS``, ``size`` A6 or A5, ``format`` PDF or
        ZPL; TikTok takes A6 and PDF when told nothing.

        :raise Rejected: see ``shipping.label_consequence`` for its code
        """
        query = {
            "document_type": kind,
            "document_size": size,
            "document_format": format,
        }
        path = f"{package_path(package_id)}/shipping_documents"
        return parse_document(self._request("GET", path, query=query))

    def tracking(self, order_id) -> tuple[TrackingEvent, ...]:
        """Return what carriers reported about an order, as TikTok sorts it.

        Source: "Get Tracking".
        """
        path = f"{order_path(order_id)}/tracking"
        rows = listing(self._request("GET", path), "tracking")
        return tuple(parse_tracking(row) for row in rows)

    # --- Shipping -------------------------------------------------------------------

    def ship_package(
        self,
        package_id,
        *,
        handover_method=None,
        pickup_slot=None,
        tracking_number=None,
        provider_id=None,
    ) -> None:
        """Arrange the shipment of a package ("Ship Package"), see ``ShipRow``.

        Shipping twice is impossible: TikTok answers that the package is shipped
        already. So the call is repeated when no answer comes, and that refusal
        (``shipping.Consequence.DONE``) may be the answer to our own call: the caller
        reads the package and takes it for done.

        :raise Rejected: see ``shipping.consequence`` for its code
        """
        row = ShipRow(
            package_id, handover_method, pickup_slot, tracking_number, provider_id
        )
        path = f"{package_path(package_id)}/ship"
        self._request("POST", path, body=row.body(), idempotent=True)

    def ship_packages(self, rows: Sequence[ShipRow]) -> tuple[ShipError, ...]:
        """Ship up to 50 packages ("Batch Ship Packages"); return those refused.

        All others are shipped. Repeated like ``ship_package``: a refusal whose
        consequence is DONE may answer our own call.

        :raise PayloadError: when it cannot be told which packages were refused; some
            may be shipped then
        """
        if not 0 < len(rows) <= MOST_SHIPPED:
            raise ValueError(f"{len(rows)} packages, not 1 to {MOST_SHIPPED}")
        packages = [{"id": str(row.package_id), **row.body()} for row in rows]
        data = self._request(
            "POST",
            "/fulfillment/202309/packages/ship",
            body={"packages": packages},
            idempotent=True,
        )
        return parse_ship_errors(data)

    def mark_shipped(
        self, order_id, line_item_ids, tracking_number, provider_id
    ) -> Marked:
        """Tell that units of an order left in one parcel, and return its package.

        Without ``line_item_ids`` all unshipped units. The warning is for a person, such
        as a number that fits several carriers. Never repeated: a parcel told twice is
        refused with a duplicate tracking number, or takes units of another. Source:
        "Mark Package As Shipped", served in US, UK, EU and JP.
        """
        body = _shipping_info(tracking_number, provider_id)
        if ids := distinct(line_item_ids or ()):
            body["order_line_item_ids"] = ids
        path = f"{order_path(order_id)}/packages"
        data = self._request("POST", path, body=body, idempotent=False)
        warning = data.get("warning")
        message = text(warning.get("message")) if isinstance(warning, dict) else ""
        return Marked(required_text(data, "package_id", "package_id"), message)

    def update_tracking(self, package_id, tracking_number, provider_id) -> None:
        """Correct the number of a parcel that went with an own carrier.

        TikTok counts the changes, so the call is never repeated. Source: "Update
        Package Shipping Info".

        :raise Rejected: see ``shipping.retrack_consequence`` for its code
        """
        self._request(
            "POST",
            f"{package_path(package_id)}/shipping_info/update",
            body=_shipping_info(tracking_number, provider_id),
            idempotent=False,
        )

    # --- Buying labels ----------------------------------------------------------------

    def shipping_services(
        self,
        order_id,
        line_item_ids,
        weight: Weight | None = None,
        dimension: Dimension | None = None,
    ) -> tuple[ShippingService, ...]:
        """Return the services whose label can be bought for units of an order.

        Source: "Get Eligible Shipping Service", served in US and JP.
        """
        body = {"order_line_item_ids": distinct(line_item_ids or ())}
        body |= _measures(weight, dimension)
        path = f"{order_path(order_id)}/shipping_services/query"
        data = self._request(
            "POST",
            path,
            body={key: value for key, value in body.items() if value},
            idempotent=True,
        )
        return tuple(parse_service(row) for row in listing(data, "shipping_services"))

    def create_package(
        self,
        order_id,
        *,
        line_item_ids=None,
        service_id=None,
        weight: Weight | None = None,
        dimension: Dimension | None = None,
    ) -> str:
        """Buy the label of an order, or of some of its units; return the package id.

        It costs money, so the call is never repeated: after ``Unreachable`` the order
        tells whether the package exists. Without ``service_id`` TikTok takes its
        default. Source: "Create Packages", version 202512.
        """
        body = {"ship_type": WHOLE_ORDER, "order_id": str(order_id)}
        if ids := distinct(line_item_ids or ()):
            body["ship_type"] = PART_OF_ORDER
            body["order_line_item"] = [{"order_line_id": line_id} for line_id in ids]
        if service_id:
            body["shipping_service_id"] = str(service_id)
        body |= _measures(weight, dimension)
        path = "/fulfillment/202512/packages"
        data = self._request("POST", path, body=body, idempotent=False)
        return required_text(data, "package_id", "package_id")


def _shipping_info(tracking_number, provider_id):
    return {
        "tracking_number": str(tracking_number or "").strip(),
        "shipping_provider_id": str(provider_id or ""),
    }


def _measures(weight, dimension):
    found = {"weight": weight, "dimension": dimension}
    return {key: value.body() for key, value in found.items() if value}


def _number(value):
    """Return a number as plain text: 0.8, never 8E-1, and 10, not 10.0."""
    written = format(value, "f") if not isinstance(value, str) else value
    return written.rstrip("0").rstrip(".") if "." in written else written
