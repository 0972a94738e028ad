"""The errors of after-sales: the calls that answer them, and the text of each.

Source: TikTok Shop Partner API docs, Return and Refund reference, error table of each
call. Calls: `cancel` an order, create a `return` (and its estimate), `approve` and
`reject` a cancellation or return. Some texts are the API's own names of a state.
"""

_WRITES = "cancel return approve reject"

# code: (calls, text)
AFTERSALES = {
    11050001: ("approve reject", "invalid param"),
    25001001: (
        _WRITES,
        "An invalid request parameter was passed. Please check that you have the"
        " correct parameter type(s) and format.",
    ),
    25001003: ("return approve reject", "Invalid order status."),
    25001010: (
        "return",
        "A return request has already been completed, or the order has already been"
        " cancelled.",
    ),
    25001011: (
        "cancel return",
        "A return request is already in process, or the order has already been"
        " cancelled.",
    ),
    25001014: (
        "cancel return reject",
        "Unknown return reason. Please ensure you are passing a valid return reason.",
    ),
    25001015: (
        "cancel return",
        "The provided return reason cannot be used by the seller. Please select a"
        " valid return reason and try again.",
    ),
    25001016: ("reject", "reverse reason not match action type"),
    25001020: (
        "cancel return reject",
        "The provided return reason is currently offline. Please select a different"
        " return reason.",
    ),
    25001021: ("cancel return", "Reason not match order status"),
    25001028: (_WRITES, "reverse lock failed"),
    25001042: ("return", "Return package creation has failed due to internal error."),
    25001044: ("approve", "The return request cannot be approved."),
    25001045: (
        "approve cancel",
        "The order has already been shipped and we are unable to cancel shipment with"
        " the courier.",
    ),
    25001046: (
        "cancel return",
        "Return request has failed due to an interception by TikTok risk control.",
    ),
    25001051: (
        "cancel return",
        "Not allowed to return or cancel since order is completed or cancelled",
    ),
    25001057: ("reject", "reverse reason not match reason type"),
    25001058: ("approve reject", "reverse downstream data load error"),
    25005005: (
        "return approve",
        "Refund total amount is larger than the refundable amount.",
    ),
    25005010: (
        "cancel return",
        "Unable to cancel individual line items within this request.",
    ),
    25005011: (
        "cancel return",
        "The requested line item(s) for return or refund exceeds the allowable limit.",
    ),
    25007002: ("approve reject", "db access error"),
    25007006: ("approve reject", "Order not found."),
    25007007: ("approve", "ReverseOrderExistNegotiate"),
    25011010: ("approve reject", "request has been transferred to platform operator"),
    25011011: ("reject", "reverse status cannot reject application"),
    25011012: ("approve", "reverse status cannot approve application"),
    25011013: ("approve", "reverse status cannot approve receive"),
    25011023: ("approve reject", "forbid process authentic guarantee order"),
    25011025: ("reject", "quick refund forbid reject receive"),
    25011026: ("approve reject", "forbid process receive for FBT order"),
    25011032: ("approve", "ReverseInvalidStatusPartialRefund"),
    25011035: ("reject", "could not reject parcel now"),
    25020003: ("approve reject", "decision not match reverse status"),
    25020004: ("approve reject", "decision not match reverse type"),
    25020005: (_WRITES, "No permission to process this order"),
    25020009: ("approve", "reverse already cancelled"),
    25020010: ("reject", "Aftersales has been approved and cannot be rejected."),
    25020011: ("reject", "return already received"),
    25020012: ("reject", "status can't reject receive"),
}
