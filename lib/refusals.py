"""What refusals about deliveries mean to a person: what happened, what to do next.

Source: Partner API, the tables of error codes of the Fulfillment reference. The other
codes have their sentences in ``const``.
"""

from .. import const

_SHIPPED = "The package is shipped already; Odoo reads its state from TikTok Shop."
_REQUEST = (
    "The buyer asks for a cancellation or a return; do not ship, "
    "and answer the request in Seller Center first."
)
_CANCELLED = "The order is cancelled on TikTok Shop; do not ship it."
_INVOICE = (
    "TikTok Shop wants the invoice of the order before it is shipped; "
    "upload it in Seller Center, then arrange the shipment again."
)
_CANCEL_FREELY = (
    "Ask the buyer to correct the order, or cancel it in Seller Center with the "
    "reason that the address cannot be delivered to."
)
_SIZE = (
    "Split the order into smaller packages, or correct weight and size "
    "of the product in Seller Center."
)
_NAME = "Correct the name in Seller Center, then arrange the shipment again."
_ALONE = (
    "Something in the package has to travel alone, as telephones and tablets do; "
    "split the delivery, then arrange the shipment again."
)
_SLOT = "Choose another pick-up slot or drop the package off."
_GENERATING = "The label is still being made; it is fetched again in a moment."
_SELLER_LABEL = (
    "This order goes with your own carrier, so TikTok Shop has no label; "
    "print the one of your carrier."
)
_COLLECTED = (
    "The carrier has the package already, so TikTok Shop makes no more labels; "
    "use the copy that is stored on the delivery, if there is one."
)
_SHIP_FIRST = "The shipment is not arranged yet; arrange it, then fetch the label."
_NUMBER_FOR_CARRIER = (
    "The tracking number does not fit the carrier; "
    "correct one of them, then send the delivery again."
)
_LABEL_BOUGHT = "The label is bought already; Odoo reads its package from TikTok Shop."
_CHANGES_USED = (
    "The tracking number was changed as often as TikTok Shop allows; "
    "tell the buyer the new one in a message."
)
_PACKAGES_CHANGED = (
    "The packages of the order have changed on TikTok Shop; "
    "look at the delivery, then arrange the shipment again."
)
_FOR_SUPPORT = "contact TikTok Shop's support."
_TRY_AGAIN = "TikTok Shop could not do it now; it is tried again later."

DELIVERY_SENTENCES = {
    **dict.fromkeys(const.RETRYABLE_CODES, _TRY_AGAIN),
    # "Ship Package"
    21008099: _SHIPPED,
    21011020: _SHIPPED,
    21011040: _SHIPPED,
    11006021: _SHIPPED,
    21011006: _SHIPPED,
    21042056: _SHIPPED,
    21011027: "The package is delivered already; "
    "Odoo reads its state from TikTok Shop.",
    21011007: _REQUEST,
    21008044: _REQUEST,
    # Also sent for addresses nobody delivers to: TikTok's own text follows.
    21021010: "TikTok Shop does not let the package go; answer an open request "
    "of the buyer in Seller Center, or cancel the order there.",
    21011041: _CANCELLED,
    21011042: _CANCELLED,
    21011044: "The order is on hold, because the buyer can still cancel it; "
    "the shipment is arranged by itself when the hold ends.",
    21011028: "The package is not of this shop any more, because it was split, "
    "combined or moved; look at the delivery, then arrange the shipment again.",
    21011029: _PACKAGES_CHANGED,
    21011033: _PACKAGES_CHANGED,
    21008025: "TikTok ships this order from its own warehouse; nothing is to be done.",
    21011022: "The tracking number or the carrier is not valid; "
    "correct it, then send the delivery again.",
    21011025: "The tracking number is used for another order; "
    "correct it, then send the delivery again.",
    21034012: "The tracking number was used before; "
    "correct it, then send the delivery again.",
    21011026: "The tracking number is used for too many orders; "
    "give the parcel a number of its own, then send the delivery again.",
    11028006: "The tracking number belongs to no carrier TikTok Shop knows; "
    "correct it, then send the delivery again.",
    21022032: "TikTok Shop found no carrier for the package; "
    "choose the carrier, then send the delivery again.",
    21004019: _INVOICE,
    21004006: _INVOICE,
    21004020: "The invoice of the order is not accepted yet; wait for it or upload "
    "a right one in Seller Center, then arrange the shipment again.",
    11021009: "No carrier of TikTok's takes this package. " + _CANCEL_FREELY,
    11021010: "The postal code is not valid. " + _CANCEL_FREELY,
    11021011: "The name of a product is not allowed on a label. " + _NAME,
    11021012: "The address is not valid. " + _CANCEL_FREELY,
    11021013: "The address is too long. " + _CANCEL_FREELY,
    11021014: "A product is too large to be shipped. " + _SIZE,
    11021015: "The package is too heavy. " + _SIZE,
    11021016: "A product is too heavy. " + _SIZE,
    11021017: "A product is too large. " + _SIZE,
    11021018: "There are too many units in the package. " + _SIZE,
    11021019: "The package is too large. " + _SIZE,
    11021020: "The package is too large around. " + _SIZE,
    11021021: "The name of a variant is not allowed on a label. " + _NAME,
    11021022: "The package is too long. " + _SIZE,
    11021023: "The address of the buyer or of the warehouse is not valid; "
    "check the warehouse's in Seller Center. " + _CANCEL_FREELY,
    11021024: "The buyer's address is not valid. " + _CANCEL_FREELY,
    11021025: "The address of the warehouse is not valid; correct it in Seller "
    "Center, then arrange the shipment again.",
    21014009: "Nobody delivers to the buyer's address. " + _CANCEL_FREELY,
    11006013: _ALONE,
    11006014: _ALONE,
    21011053: "The time is outside of the pick-up slot. " + _SLOT,
    21011054: "There is no pick-up slot for this package. " + _SLOT,
    21004017: "It is not pick-up time yet or any more. " + _SLOT,
    21011003: "TikTok Shop does not allow this in the order's present status; "
    "look at the order in Seller Center.",
    21011008: "The package is not complete on TikTok Shop; " + _FOR_SUPPORT,
    21042067: "The carrier could not take the package; "
    "choose another way of handing it over, or " + _FOR_SUPPORT,
    21004024: "A rule of TikTok Shop's does not allow this shipment; "
    "look at the order in Seller Center.",
    # "Mark Package As Shipped", "Create Packages"
    21008106: "Orders of this market are not shipped this way; "
    "check the region of the shop.",
    21004010: "Labels are not sold in this market; check the region of the shop.",
    21011048: "The order has several packages that could be meant; "
    "look at the delivery, then arrange the shipment again.",
    21004012: "The tracking number has characters that are not allowed; take letters, "
    "digits and - _ . / only, then send the delivery again.",
    21004015: _NUMBER_FOR_CARRIER,
    21004016: _NUMBER_FOR_CARRIER,
    21022025: _LABEL_BOUGHT,
    21030006: _LABEL_BOUGHT,
    21008042: _LABEL_BOUGHT,
    21030005: "The label is being bought at this moment; Odoo looks again later.",
    21042057: "The order is not waiting for shipment, so it gets no label; "
    "look at it in Seller Center.",
    21004008: "The shipping service does not exist any more; choose another one.",
    11003011: "The shipping service does not fit this package; choose another one.",
    21011037: "TikTok Shop has no shipping service for this package; "
    "check its weight and size, and the addresses.",
    # "Get Package Shipping Document"
    21023035: _SHIP_FIRST,
    21042104: _SHIP_FIRST,
    **dict.fromkeys(const.GENERATING_CODES, _GENERATING),
    21008017: _SELLER_LABEL,
    11034002: _SELLER_LABEL,
    21008043: "TikTok ships this package from its own warehouse; it needs no label.",
    21042102: _COLLECTED,
    21023046: _COLLECTED,
    21023059: "The package is cancelled; do not ship it.",
    21008109: "TikTok Shop cannot tell how the package is shipped; "
    "check the order's status in Seller Center.",
    11034009: "The warehouse of the package does not exist on TikTok Shop any more; "
    "check it in Seller Center.",
    # "Update Package Shipping Info"
    21011050: "The time in which a tracking number can be changed is over; "
    "tell the buyer the new one in a message.",
    21011051: _CHANGES_USED,
    21011052: _CHANGES_USED,
    21011043: "The package is not shipped yet, so it has no tracking number to "
    "change; arrange the shipment with the right one.",
    21011030: "The package is delivered, so its tracking number stays as it is; "
    "contact TikTok Shop's support if it must be changed.",
    21011004: "TikTok's carrier has this package, so its tracking number cannot be "
    "changed; nothing is to be done.",
    10007002: "The order's status does not allow another tracking number now; "
    "it is tried again later.",
    21011049: "TikTok Shop does not allow another tracking number for this package; "
    "tell the buyer the new one in a message.",
    25001010: "The order is cancelled or returned, so its tracking number stays "
    "as it is; nothing is to be done.",
    # "Split Orders", "Combine Package"
    21011035: "TikTok Shop does not allow to split this order; "
    "ship all of it in one package.",
    21011036: "Units of one SKU have to stay in the same package; "
    "move all of them into one delivery.",
    21011046: "A combined package cannot be split; take the order out of it "
    "in Seller Center first.",
    21022028: "TikTok Shop could not split the order; "
    "look at its packages in Seller Center.",
    21011005: "TikTok Shop did not accept how the order is divided, because it has "
    "changed meanwhile; look at the delivery, then arrange it again.",
    21011031: "The orders can no longer be combined; look for new combinations.",
    10007014: "TikTok Shop does not allow to combine these orders; "
    "ship each of them alone.",
}
