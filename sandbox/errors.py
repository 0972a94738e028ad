"""The errors of the API: code, HTTP status and text of each.

Source: TikTok Shop Partner API docs, "Common errors" and the error table of each
endpoint. The statuses of business errors are not documented; 200 is what shops report.
"""

from .aftersales_errors import AFTERSALES
from .fulfillment_errors import FULFILLMENT

_DENIED = (
    "Access denied. The app is not authorized to access the endpoint because the access"
    " scopes granted for the app or the access token do not contain the required access"
    " scope for the endpoint."
)
_INTERNAL = (
    "Internal error. Please try again. If the issue persists after multiple attempts,"
    " please contact platform support."
)
_STAMP = "Invalid timestamp. The value of the `timestamp` query parameter must not "

# name: (code, HTTP status, text)
GATEWAY = {
    "sign": (
        106001,
        401,
        "Invalid credentials. The `sign` query parameter is invalid.",
    ),
    "sign_missing": (
        36009004,
        400,
        (
            "Missing credentials. The request does not include a required signature"
            " in the query."
        ),
    ),
    "app_key": (
        36009004,
        400,
        "Invalid credentials. Invalid `app_key` query parameter.",
    ),
    "timestamp": (
        36009004,
        400,
        (
            "Invalid timestamp. The `timestamp` query parameter is missing or is not"
            " a Unix timestamp in seconds."
        ),
    ),
    "timestamp_old": (
        36009004,
        400,
        _STAMP + "be earlier than 5 minutes before the current time.",
    ),
    "timestamp_ahead": (
        36009004,
        400,
        _STAMP + "exceed the current time by more than 30 seconds.",
    ),
    "token": (
        36009004,
        401,
        "Invalid credentials. The `x-tts-access-token` header is invalid.",
    ),
    "token_expired": (
        105002,
        401,
        (
            "Expired credentials. The `access_token` or `x-tts-access-token` header has"
            " expired."
        ),
    ),
    "scope": (105005, 403, _DENIED),
    "cipher_missing": (
        106013,
        400,
        (
            "Missing identifier. The `shop_cipher` query parameter is required to"
            " identify the target shop."
        ),
    ),
    "cipher_unwanted": (
        36009004,
        400,
        (
            "Unexpected identifier. The `shop_cipher` query parameter is not required"
            " for this request."
        ),
    ),
    "cipher": (
        36009004,
        400,
        "Invalid identifier. The `shop_cipher` query parameter is invalid.",
    ),
    "shop_id": (
        36009004,
        400,
        "Invalid identifier. detail:shop_id is invalid.",
    ),
    "rate": (
        36009002,
        429,
        "Too many requests. You've made too many requests in a short period of time.",
    ),
    "internal": (36009003, 500, _INTERNAL),
    "path": (
        36009009,
        404,
        "Invalid path. The specified path does not match any available endpoint.",
    ),
    "method": (
        36009010,
        405,
        "Invalid method. The HTTP method used is not supported by this endpoint.",
    ),
    "version": (
        36009014,
        400,
        "The version name is invalid, please check and retry.",
    ),
    "format": (
        36009022,
        415,
        (
            "Invalid request format. The request body format must be"
            " `application/json` for structured data or `multipart/form-data` for"
            " binary files."
        ),
    ),
    "not_served": (
        36009009,
        404,
        "Invalid path. The sandbox does not implement this endpoint of TikTok Shop.",
    ),
}

BUSINESS = {
    12019008: "Product id is invalid",
    12019015: "The number of SKU exceed the limit",
    12019024: "stock count is invalid",
    12019027: "The maximum count of “seller_skus” in the search filter is 10.",
    12019028: "Multiple warehouses detected. Include all warehouse IDs and the"
    " corresponding details and try again.",
    12019120: "The number of ids exceeds the limit.",
    12052032: "The product does not exist",
    12052036: "The SKU ID is necessary",
    12052037: "Couldn't update inventory.",
    12052048: "The product does not belong to the current seller.",
    12052055: "The SKU inventory quantity for the warehouse must be within allowed"
    " limits.",
    12052084: "The currency is not the currency of the shop.",
    12052097: "The warehouse does not exist",
    12052141: "please edit stock from global",
    12052180: "The search is limited to 10,000 results. Narrow the filters.",
    12052371: "Auction product is bidding when it is not supported to change product"
    " info",
    12052393: "Product locked for Promotion and stock can't be updated below current"
    " stock",
    12052530: "The warehouse ' {warehouse} ' does not belong to this shop/seller.",
    12052531: "The warehouse is disabled.",
    12052532: "the warehouse not delivery warehouse",
    12052533: "Removal, addition, and change of warehouses are not permitted. Please"
    " specify the original warehouses for the SKUs.",
    12052553: "Sku id duplicate",
    12052556: "The SKU id not exist.",
    12052557: "The SKU does not belong to the product.",
    12052012: "The price is not valid.",
    12052850: "The stock of combo does not support being edited.",
    12052901: "The product in its current status is not available for this operation."
    " Change the product status and try again.",
    12052902: "The SKU list is empty. Either omit the list entirely, or provide all"
    " required details.",
    12052921: "Couldn't edit the inventory quantity because this product shares the"
    " inventory with the source shop",
    12052990: "The check failed.",
    21008117: "The delivery of the specified delivery_option_id is fulfilled by TikTok."
    " No shipping provider will be returned.",
    36004004: "invalid auth code",
    **{code: text for code, (_calls, text) in AFTERSALES.items()},
    **{code: text for code, (_calls, text) in FULFILLMENT.items()},
}


class ApiError(Exception):
    """An answer with a code other than 0. `status` is the HTTP status."""

    def __init__(self, code, message, status=200, headers=()):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.headers = dict(headers)


def gateway(name, **headers):
    """Return the gateway error called `name` in `GATEWAY`."""
    code, status, text = GATEWAY[name]
    return ApiError(code, text, status, headers)


def business(code, text=None):
    """Return the business error `code` with its documented text."""
    return ApiError(code, text or BUSINESS[code])


def parameter(text):
    """Return the error for a bad query or body value: 36009004, HTTP 400."""
    return ApiError(36009004, f"Invalid parameter. {text}", 400)
