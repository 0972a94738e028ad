"""Which way a delivery is shipped, and what a refusal of TikTok's asks for.

Sources: Partner API, "Fulfillment API overview" (markets and flows) and the tables of
error codes of "Ship Package", "Mark Package As Shipped", "Create Packages", "Get
Package Shipping Document" and "Update Package Shipping Info".
"""

from __future__ import annotations

from enum import Enum

from .. import const
from .documents import PDF, PNG, ZPL

__all__ = [
    "BUY",
    "DOCUMENTS",
    "MARK",
    "PDF",
    "PNG",
    "SHIP",
    "ZPL",
    "Consequence",
    "LabelConsequence",
    "RetrackConsequence",
    "consequence",
    "flow",
    "has_zpl",
    "label_consequence",
    "may_split_units",
    "retrack_consequence",
    "sizes",
    "splits_before_shipping",
]

# --- Markets --------------------------------------------------------------------------
EU = ("DE", "ES", "FR", "IE", "IT", "AT", "BE", "NL", "GR", "PT", "PL", "CZ", "HU")
UK = ("GB", "UK")
LATAM = ("BR", "MX")
# Where parcels of an own carrier are told order by order, with the units in each.
MARKING = ("US", "JP", *UK, *EU)
BUYING = ("US", "JP")  # where the label of TikTok shipping is bought
ZPL_REGIONS = ("BR", "MX")

SHIP, MARK, BUY = "ship", "mark", "buy"


def flow(region, shipping_type, has_package) -> str | None:
    """Return by which call a delivery is shipped, None when by none (yet).

    * ``ship``: "Ship Package", for which the package has to exist,
    * ``mark``: "Mark Package As Shipped", which makes the package,
    * ``buy``: "Create Packages", which buys TikTok's label and makes the package.

    ``region`` is the shop's market, ``shipping_type`` that of the order.
    """
    if shipping_type == "SELLER":
        if region in MARKING:
            return MARK
        return SHIP if has_package else None
    if shipping_type != "TIKTOK":
        return None  # nothing to ship, or nothing that is known
    if has_package:
        return SHIP
    return BUY if region in BUYING else None


def may_split_units(region) -> bool:
    """Tell whether units of one SKU may leave in different packages.

    In South-East Asia, Brazil and Mexico they stay together.
    """
    return region in MARKING


def splits_before_shipping(region) -> bool:
    """Tell whether an order is split by a call of its own, before it is shipped.

    In the US, the UK and the EU it is split by shipping some of its units.
    """
    return region == "JP" or region not in MARKING


# --- Documents ------------------------------------------------------------------------
LABEL = "SHIPPING_LABEL"
PACKING_SLIP = "PACKING_SLIP"
LABEL_AND_SLIP = "SHIPPING_LABEL_AND_PACKING_SLIP"
LABEL_PICTURE = "SHIPPING_LABEL_PICTURE"
HAZMAT_LABEL = "HAZMAT_LABEL"
INVOICE_LABEL = "INVOICE_LABEL"

_SIZES = {
    LABEL: ("A6", "A5"),
    PACKING_SLIP: ("A6", "A5"),
    LABEL_AND_SLIP: ("A6", "A5"),
    LABEL_PICTURE: (),
    HAZMAT_LABEL: ("A4",),
    INVOICE_LABEL: ("A6",),
}
DOCUMENTS = tuple(_SIZES)


def sizes(kind=LABEL) -> tuple[str, ...]:
    """Return the sheets TikTok makes a document for, its own choice first.

    Of several there is a choice; one alone is fixed, and a picture has none.
    """
    return _SIZES[kind]


def has_zpl(region) -> bool:
    """Tell whether TikTok makes labels for thermal printers in this market."""
    return region in ZPL_REGIONS


# --- Refusals -------------------------------------------------------------------------
class Consequence(Enum):
    """What a refusal to ship, mark, buy or split asks for."""

    DONE = "done"  # shipped already: read the package, then it is done
    REQUEST = "request"  # a cancellation or return is asked for: wait, read the order
    CANCELLED = "cancelled"  # read the order and follow it; the intent is cancelled
    ON_HOLD = "on_hold"  # wait half an hour
    GONE = "gone"  # packages changed: read the order, relink, a person arranges again
    FBT = "fbt"  # TikTok ships it: the intent is cancelled
    TRACKING = "tracking"  # a person corrects number or carrier
    INVOICE = "invoice"  # a person uploads the invoice
    ADDRESS = "address"  # a person settles address, weight or size
    ALONE = "alone"  # a person splits: something has to travel alone
    SLOT = "slot"  # a person chooses another pick-up slot
    RETRY = "retry"  # later, with back-off
    CORRECT = "correct"  # anything else: a person looks


class LabelConsequence(Enum):
    """What a refusal of a document asks for."""

    NOT_SHIPPED = "not_shipped"  # arrange the shipment first
    GENERATING = "generating"  # after seconds, then after minutes
    SELLER = "seller"  # no label from TikTok
    COLLECTED = "collected"  # the carrier has it: a stored copy is the last one
    CANCELLED = "cancelled"  # nothing to print any more
    REQUEST = "request"  # a cancellation or return is asked for: do not ship
    GONE = "gone"  # packages changed: read the order, relink
    RETRY = "retry"  # later, with back-off
    CORRECT = "correct"  # anything else: a person looks


class RetrackConsequence(Enum):
    """What a refusal to change a tracking number asks for. All but RETRY are final."""

    TOO_LATE = "too_late"
    USED_UP = "used_up"
    NOT_SHIPPED = "not_shipped"
    CANCELLED = "cancelled"
    DELIVERED = "delivered"
    NOT_SELLER = "not_seller"
    GONE = "gone"  # packages changed: read the order, relink
    REQUEST = "request"  # a cancellation or return is asked for
    TRACKING = "tracking"  # a person corrects number or carrier
    RETRY = "retry"
    CORRECT = "correct"


REQUEST_CODES = (21011007, 21008044, 21021010)
CANCELLED_CODES = (21011041, 21011042)
GONE_CODES = (21011028, 21011029, const.CODE_FORMER_SELLER, 10006402)
FBT_CODES = (21008025, 21008043)
TRACKING_CODES = (
    21011022,
    21011025,
    21011026,
    21034012,
    11028006,
    21004012,
    21004015,
    21004016,
    21022032,
)
UNDELIVERABLE_CODE = 21014009


def _table(*pairs):
    return {code: consequence for consequence, codes in pairs for code in codes}


_SHIP = _table(
    (
        Consequence.DONE,
        (
            21008099,
            21011020,
            21011040,
            11006021,
            21011006,
            21042056,
            21011027,  # delivered
            # A label that was bought or printed before is never bought again.
            21022025,
            21030006,
            21008042,
        ),
    ),
    (Consequence.REQUEST, REQUEST_CODES),
    (Consequence.CANCELLED, CANCELLED_CODES),
    (Consequence.ON_HOLD, (21011044,)),
    # Combined meanwhile, or split: the lines have to be named anew.
    (Consequence.GONE, (*GONE_CODES, 21011033, 21011048)),
    (Consequence.FBT, FBT_CODES),
    (Consequence.TRACKING, TRACKING_CODES),
    (Consequence.INVOICE, (21004006, 21004019, 21004020)),
    (
        Consequence.ADDRESS,
        (*range(11021009, 11021026), UNDELIVERABLE_CODE, 21011037),
    ),
    (Consequence.ALONE, (11006013, 11006014)),
    (Consequence.SLOT, (21011053, 21011054, 21004017)),
    # The label is being bought at this moment.
    (Consequence.RETRY, (21030005, *const.RETRYABLE_CODES, *const.RATE_CODES)),
)
_LABEL = _table(
    (LabelConsequence.NOT_SHIPPED, (21023035, 21042104)),
    (LabelConsequence.GENERATING, const.GENERATING_CODES),
    (LabelConsequence.SELLER, (21008017, 11034002, 21008043)),
    (LabelConsequence.COLLECTED, (21042102, 21023046)),
    (LabelConsequence.CANCELLED, (21023059,)),
    (LabelConsequence.REQUEST, REQUEST_CODES),
    (LabelConsequence.GONE, GONE_CODES),
    (LabelConsequence.RETRY, (*const.RETRYABLE_CODES, *const.RATE_CODES)),
)
_RETRACK = _table(
    (RetrackConsequence.TOO_LATE, (21011050,)),
    (RetrackConsequence.USED_UP, (21011051, 21011052)),
    (RetrackConsequence.NOT_SHIPPED, (21011043,)),
    (RetrackConsequence.CANCELLED, (*CANCELLED_CODES, 25001010)),
    (RetrackConsequence.DELIVERED, (21011030, 21011027)),
    (RetrackConsequence.NOT_SELLER, (21011004,)),
    (RetrackConsequence.GONE, GONE_CODES),
    (RetrackConsequence.REQUEST, REQUEST_CODES),
    (RetrackConsequence.TRACKING, TRACKING_CODES),
    (
        RetrackConsequence.RETRY,
        (10007002, *const.RETRYABLE_CODES, *const.RATE_CODES),
    ),
)


def consequence(code, message="") -> Consequence:
    """Return what a refusal to ship, mark, buy or split asks for.

    ``message`` is the error's text: one code stands for an open request and for an
    address nobody delivers to, and only the text tells them apart.
    """
    if code in REQUEST_CODES and "unable to deliver" in message.lower():
        return Consequence.ADDRESS
    return _SHIP.get(code, Consequence.CORRECT)


def label_consequence(code) -> LabelConsequence:
    """Return what a refusal of a document asks for."""
    return _LABEL.get(code, LabelConsequence.CORRECT)


def retrack_consequence(code) -> RetrackConsequence:
    """Return what a refusal to change a tracking number asks for."""
    return _RETRACK.get(code, RetrackConsequence.CORRECT)
