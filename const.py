"""Vocabulary of the TikTok Shop Partner API: what it calls things and what it allows.

Plain Python. Values come from the Partner API documentation of the pages named
beside them; texts are ours and written for the people who use Odoo.
"""

from typing import NamedTuple

# --- Hosts ("Authorization overview", "Make your first API call") ----------------
API_HOST = "https://open-api.tiktokglobalshop.com"
AUTH_HOST = "https://auth.tiktok-shops.com"
BLOCK_WORLD = "ROW"
BLOCK_US = "US"
BLOCKS = [(BLOCK_WORLD, "Rest of the World"), (BLOCK_US, "United States")]
CONSENT_HOSTS = {
    BLOCK_WORLD: "https://services.tiktokshop.com",
    BLOCK_US: "https://services.us.tiktokshop.com",
}
CONSENT_PATH = "/open/authorize"
TOKEN_GET_PATH = "/api/v2/token/get"
TOKEN_REFRESH_PATH = "/api/v2/token/refresh"

# --- Authorization ("Authorization guide") ------------------------------------------
USER_TYPE_SELLER = 0
REFUSED_CODE = "null"  # a refused consent brings this word in place of a code
SCOPES = [
    ("seller.authorization.info", "Authorized shops"),
    ("seller.shop.info", "Shop information"),
    ("seller.order.info", "Orders"),
    ("seller.product.basic", "Products and stock levels (read)"),
    ("seller.product.write", "Stock and price updates"),
    ("seller.fulfillment.basic", "Packages and shipping labels"),
    ("seller.fulfillment.package.write", "Splitting and combining packages"),
    ("seller.logistics", "Warehouses and carriers"),
    ("seller.return_refund.basic", "Cancellations, returns and refunds"),
    ("seller.finance.info", "Statements and payouts"),
]
# Without these a part of the connector cannot work; the rest is convenience.
REQUIRED_SCOPES = (
    "seller.authorization.info",
    "seller.order.info",
    "seller.product.basic",
    "seller.product.write",
    "seller.fulfillment.basic",
    "seller.logistics",
    "seller.return_refund.basic",
    "seller.finance.info",
)


# --- Markets ("Markets and currencies") -------------------------------------------
class Market(NamedTuple):
    """A market: ISO country, ISO currency, and the block of its consent page."""

    country: str
    currency: str
    block: str


MARKETS = {
    "US": Market("US", "USD", BLOCK_US),
    "GB": Market("GB", "GBP", BLOCK_WORLD),
    "UK": Market("GB", "GBP", BLOCK_WORLD),
    **{
        code: Market(code, "EUR", BLOCK_WORLD)
        for code in ("DE", "ES", "FR", "IE", "IT", "AT", "BE", "NL", "GR", "PT")
    },
    "PL": Market("PL", "PLN", BLOCK_WORLD),
    "CZ": Market("CZ", "CZK", BLOCK_WORLD),
    "HU": Market("HU", "HUF", BLOCK_WORLD),
    "JP": Market("JP", "JPY", BLOCK_WORLD),
    "BR": Market("BR", "BRL", BLOCK_WORLD),
    "MX": Market("MX", "MXN", BLOCK_WORLD),
    "ID": Market("ID", "IDR", BLOCK_WORLD),
    "MY": Market("MY", "MYR", BLOCK_WORLD),
    "PH": Market("PH", "PHP", BLOCK_WORLD),
    "SG": Market("SG", "SGD", BLOCK_WORLD),
    "TH": Market("TH", "THB", BLOCK_WORLD),
    "VN": Market("VN", "VND", BLOCK_WORLD),
    "SA": Market("SA", "SAR", BLOCK_WORLD),
}
WHOLE_UNIT_CURRENCIES = ("IDR", "JPY", "VND")  # written without decimals

# --- Orders ("Order API overview") ----------------------------------------------------
ORDER_STATUSES = [
    ("UNPAID", "Unpaid"),
    ("ON_HOLD", "On Hold"),
    ("AWAITING_SHIPMENT", "Awaiting Shipment"),
    ("PARTIALLY_SHIPPING", "Partially Shipping"),
    ("AWAITING_COLLECTION", "Awaiting Collection"),
    ("IN_TRANSIT", "In Transit"),
    ("DELIVERED", "Delivered"),
    ("COMPLETED", "Completed"),
    ("CANCELLED", "Cancelled"),
]
STATUS_ON_HOLD = "ON_HOLD"
STATUS_AWAITING_SHIPMENT = "AWAITING_SHIPMENT"
STATUS_PARTIALLY_SHIPPING = "PARTIALLY_SHIPPING"
STATUS_AWAITING_COLLECTION = "AWAITING_COLLECTION"
TO_SHIP_STATUSES = ("AWAITING_SHIPMENT", "AWAITING_COLLECTION")
# Odoo still has something to do for these.
OPEN_STATUSES = (
    "ON_HOLD",
    "AWAITING_SHIPMENT",
    "PARTIALLY_SHIPPING",
    "AWAITING_COLLECTION",
)
SHIPPED_STATUSES = ("IN_TRANSIT", "DELIVERED", "COMPLETED")
# The order webhook writes CANCEL where every other place writes CANCELLED.
CANCELLED_STATUSES = ("CANCELLED", "CANCEL")

# --- Packages ("Fulfillment API overview", "Get Package Detail") ----------------------
PACKAGE_STATUSES = [
    ("TO_FULFILL", "Awaiting Shipment"),
    ("PROCESSING", "Awaiting Collection"),
    ("FULFILLING", "In Transit"),
    ("COMPLETED", "Delivered"),
    ("CANCELLED", "Cancelled"),
]
PACKAGE_TO_SHIP = "TO_FULFILL"
PACKAGE_ARRANGED = "PROCESSING"
PACKAGE_SHIPPED = ("FULFILLING", "COMPLETED")
PACKAGE_CANCELLED = "CANCELLED"
# Words of the detailed status that mean trouble before the carrier has the parcel.
PACKAGE_TROUBLE = ("ISSUE", "SHIP_EXCEPTION")
SHIPPED_BY_TIKTOK = "TIKTOK"  # the platform's label and carrier
SHIPPED_BY_SELLER = "SELLER"

FULFILLMENT_BY_TIKTOK = "FULFILLMENT_BY_TIKTOK"
FULFILLMENT_BY_DILAYANI = "FULFILLMENT_BY_DILAYANI_TOKOPEDIA"
FBT_TYPES = (FULFILLMENT_BY_TIKTOK, FULFILLMENT_BY_DILAYANI)

# The order's own word for an open request of its buyer to cancel.
ORDER_CANCEL_FLAG = "is_buyer_request_cancel"

# --- After-sales ("Search Cancellations", "Search Returns") ---------------------------
# Who asks or acts in a cancellation or return.
AFTERSALE_ROLES = [
    ("BUYER", "Buyer"),
    ("SELLER", "Seller"),
    ("OPERATOR", "TikTok Shop"),
    ("SYSTEM", "TikTok Shop, by Itself"),
]
CANCELLED_AT_ONCE = "CANCEL"  # nobody has to answer it
CANCELLATION_TYPES = [
    ("BUYER_CANCEL", "Buyer Asks to Cancel"),
    (CANCELLED_AT_ONCE, "Cancelled"),
]
RETURN_TYPES = [
    ("REFUND", "Refund"),
    ("RETURN_AND_REFUND", "Return"),
    ("REPLACEMENT", "Replacement"),
    ("EXCHANGE", "Exchange"),
]
ARBITRATIONS = [
    ("IN_PROGRESS", "TikTok Shop Decides"),
    ("SUPPORT_BUYER", "Decided for the Buyer"),
    ("SUPPORT_SELLER", "Decided for the Seller"),
    ("CLOSED", "Closed"),
]

# --- Finance ("Get Statements", "Get Payments", "Get Withdrawals") --------------------
STATEMENT_STATUSES = [
    ("PROCESSING", "In Progress"),
    ("SETTLED", "Settled"),
    ("PAID", "Paid"),
    ("FAILED", "Failed"),
]
# South-East Asia: what is settled lies in a balance until it is withdrawn.
BALANCE_REGIONS = ("ID", "MY", "PH", "SG", "TH", "VN")
# Where an order was placed; what we do not know is TikTok Shop itself.
COMMERCE_PLATFORM = "TikTok Shop"
COMMERCE_PLATFORMS = {"TOKOPEDIA": "Tokopedia"}
# Ours: each kind of fee and adjustment has its account in the books.
FEE_GROUPS = [
    ("commission", "Commission"),
    ("transaction", "Transaction Fees"),
    ("affiliate", "Affiliates"),
    ("ads", "Ads"),
    ("programme", "Programmes"),
    ("shipping", "Shipping"),
    ("tax", "Taxes Withheld"),
    ("other", "Other Fees"),
    ("compensation", "Compensations"),
    ("penalty", "Penalties"),
    ("adjustment", "Other Adjustments"),
]

# --- Products and warehouses ("Products API overview", "Get Warehouse List") ------
PRODUCT_STATUSES = [
    ("DRAFT", "Draft"),
    ("PENDING", "In Review"),
    ("FAILED", "Review Failed"),
    ("ACTIVATE", "Live"),
    ("SELLER_DEACTIVATED", "Hidden by You"),
    ("PLATFORM_DEACTIVATED", "Hidden by TikTok"),
    ("FREEZE", "Frozen"),
    ("DELETED", "Deleted"),
    ("SCHEDULED", "Scheduled"),
]
PRODUCT_LIVE = "ACTIVATE"
PRODUCT_DELETED = "DELETED"
# In all others TikTok refuses new quantities ("Update Inventory").
STOCK_STATUSES = ("DRAFT", "PENDING", "FAILED", "ACTIVATE", "SELLER_DEACTIVATED")
MOST_LISTED = 99_999  # units per SKU and warehouse
PRODUCT_STATUS_ALL = "ALL"
COMBINED_PRODUCT = "COMBINED_PRODUCT"  # virtual bundle: its stock follows its parts
RETURN_WAREHOUSE = "RETURN_WAREHOUSE"
FBT_WAREHOUSE = "FBT"
DISABLED = "DISABLED"  # the effect status of a warehouse that is switched off
# "Update Inventory": what these say about a SKU stays so until somebody changes it.
SHARED_STOCK_CODES = (12052921, 12052141)
# What Odoo knows of the shop's warehouses may be out of date.
WAREHOUSE_CODES = (12019028, 12052037, 12052097, 12052530, 12052531, 12052533)

# --- Finance ("Get Statements", "Get Payments", "Get Withdrawals") --------------------
# What "Get Withdrawals" can be asked for; newer words come in answers only.
WITHDRAWAL_TYPES = ("WITHDRAW", "SETTLE", "TRANSFER", "REVERSE")

# --- Limits (parameter tables of each endpoint) -------------------------------------
ORDER_PAGE_SIZE = 100
ORDER_DETAIL_IDS = 50
PRODUCT_PAGE_SIZE = 100
PRODUCT_SEARCH_IDS = 10
PRODUCT_RESULTS = 10_000  # a search shows no more of them
INVENTORY_PRODUCT_IDS = 100
INVENTORY_SKU_IDS = 600
FINANCE_PAGE_SIZE = 100
# Ours: the start of 2019, before TikTok Shop was open.
OLDEST_PRODUCT = 1_546_300_800
# Ours: TikTok sets no longest window, short ones keep a failed slice cheap.
SLICE_DAYS = 15
# TikTok refuses calls whose time is 5 minutes early or 30 seconds late ("Common
# parameters"), so two clocks never differ by more than this covers.
OVERLAP_SECONDS = 10 * 60
PAGE_CAP = 10_000  # pages of one listing, beyond which it is taken to be endless
PAGE_RETRIES = 3  # times that a page that contradicts itself is asked again

# --- Error codes ("Common error codes", and each endpoint's own table) -------------
CODE_OK = 0
CODE_RATE = 36009002
CODE_INTERNAL = 36009003
CODE_INVALID = 36009004  # catch-all: the text says which parameter
CODE_TIMEOUT = 36009007
CODE_SANDBOX_RATE = 36009037
CODE_TOKEN_MISFIT = 101000
CODE_TOKEN_EXPIRED = 105002
CODE_SCOPE = 105005
CODE_SIGNATURE = 106001
CODE_CIPHER_MISSING = 106013
CODE_IP = 36009033
CODE_SHOP_INACTIVE = 36009043
CODE_SELLER_INACTIVE = 36009044
CODE_BAD_AUTH_CODE = 36004004
CODE_FORMER_SELLER = 21008111
CODE_NO_PROVIDER = 21008117  # TikTok ships this delivery option
CODE_NO_SUBSCRIPTION = 21008116
NO_PROVIDER_CODES = (CODE_NO_PROVIDER, CODE_NO_SUBSCRIPTION)
CODE_TOO_MANY_PRODUCTS = 12052180
PRODUCT_UNKNOWN_CODES = (12052032, 12052260, 12019150, 12052048)
# A question about several ids may be refused because of one of them.
UNKNOWN_ID_CODES = (*PRODUCT_UNKNOWN_CODES, 12019008, 12052556)
RATE_CODES = (CODE_RATE, CODE_SANDBOX_RATE)
# "Get Package Shipping Document": the label is being made, so never repeated at once.
GENERATING_CODES = (11034037, 11034023)
RETRYABLE_CODES = (
    CODE_INTERNAL,
    CODE_TIMEOUT,
    10002014,
    10002015,
    10037002,
    10037003,
    10037004,
    11001027,
    11001031,
    11006005,
    11006010,
    11006026,
    11034025,
    21001003,
    21001008,
    21001011,
    21001029,
    21001043,
    21001055,
    21008300,
    21022026,
    21022029,
    21022030,
    21023022,
    21023034,
    21042001,
    21042076,
)
# Refusals of the gateway: they say something about the call, never about one id.
GATEWAY_CODES = (
    CODE_INVALID,
    36009009,
    36009010,
    36009014,
    36009021,
    36009022,
    36009023,
    CODE_CIPHER_MISSING,
    98001004,
)

ERROR_SENTENCES = {
    CODE_RATE: "Too many requests were sent; they go on by themselves in a moment.",
    CODE_SANDBOX_RATE: "The hourly limit of a TikTok test shop is reached; "
    "wait an hour.",
    CODE_INTERNAL: "TikTok Shop had an internal error; it is tried again later.",
    CODE_TIMEOUT: "TikTok Shop took too long to answer; it is tried again later.",
    CODE_TOKEN_MISFIT: "The connection does not fit this shop; "
    "connect the account again.",
    CODE_TOKEN_EXPIRED: "The connection has expired; connect the account again.",
    CODE_SCOPE: "A permission is missing; enable it for the app in Partner Center, "
    "then connect the account again.",
    CODE_SIGNATURE: "TikTok Shop refused the signature; check the App Secret.",
    CODE_CIPHER_MISSING: "TikTok Shop does not know which shop is meant; "
    "fetch the shops of the account again.",
    CODE_IP: "This server's address is not on the app's IP allow list; "
    "add it in Partner Center.",
    CODE_SHOP_INACTIVE: "The shop is inactive; reactivate it in Seller Center.",
    CODE_SELLER_INACTIVE: "The seller account is inactive; "
    "reactivate it in Seller Center.",
    CODE_BAD_AUTH_CODE: "The authorization was already used or is older than "
    "30 minutes; connect the account again.",
    36009009: "TikTok Shop does not know this call; update the connector.",
    36009010: "TikTok Shop does not allow this call; update the connector.",
    36009014: "TikTok Shop has retired this version of the call; update the connector.",
    22005007: "TikTok Shop has no balance for this seller; "
    "check that the shop is open for sales in Seller Center.",
    10006402: "TikTok Shop denied access to the order; "
    "check that it belongs to this shop.",
    CODE_FORMER_SELLER: "The order or package does not belong to this seller; "
    "check that the right shop is connected.",
    CODE_NO_SUBSCRIPTION: "The shop has no subscription to this delivery option; "
    "check the shipping settings in Seller Center.",
    CODE_NO_PROVIDER: "TikTok ships this delivery option; no carrier is to be chosen.",
    CODE_TOO_MANY_PRODUCTS: "The catalogue has more than 10,000 results; "
    "synchronise it in smaller periods.",
    12052032: "The product no longer exists on TikTok Shop; synchronise the catalogue.",
    12052260: "The product no longer exists on TikTok Shop; synchronise the catalogue.",
    12052048: "The product belongs to another shop; check the shop's connection.",
    12019150: "The product no longer exists on TikTok Shop; synchronise the catalogue.",
    # "Update Inventory"
    12019024: "TikTok Shop takes quantities from 0 to 99,999 only; "
    "lower the maximum listed of the shop.",
    12019028: "The product is kept in several warehouses on TikTok Shop; "
    "synchronise the catalogue, so that Odoo knows all of them.",
    12052037: "TikTok Shop did not take the quantity, because it allocates the stock "
    "itself or a warehouse is missing; check the product's stock in Seller Center.",
    12052055: "TikTok Shop takes quantities from 0 to 99,999 only; "
    "lower the maximum listed of the shop.",
    12052097: "The warehouse does not exist on TikTok Shop any more; "
    "synchronise the catalogue.",
    12052141: "The stock is managed with the global product; "
    "change it there in Seller Center, and never push this listing.",
    12052371: "An auction of the product is running; "
    "the quantity is sent again after it has ended.",
    12052393: "A promotion reserves units of the product, so the quantity cannot go "
    "below them; lower the campaign stock in Seller Center or wait for its end.",
    12052530: "The warehouse belongs to another shop or seller; "
    "fetch the shop's warehouses again and check how they are mapped.",
    12052531: "The warehouse is disabled on TikTok Shop; "
    "enable it in Seller Center or take the product out of it.",
    12052532: "The warehouse is for returns, not for sales; "
    "choose another warehouse for the product in Seller Center.",
    12052533: "The warehouses of the product have changed on TikTok Shop; "
    "synchronise the catalogue, then the inventory.",
    12052553: "The same SKU was sent twice; synchronise the catalogue.",
    12052556: "The SKU no longer exists on TikTok Shop; synchronise the catalogue.",
    12052850: "The product is a virtual bundle, whose stock follows its parts; "
    "push the stock of the parts instead.",
    12052901: "TikTok Shop takes no quantities for the product in its present status; "
    "reactivate it in Seller Center.",
    12052921: "The product shares its stock with the shop it was copied from; "
    "change it there, and never push this listing.",
    12052990: "TikTok Shop did not accept the quantity of this SKU; "
    "check its warehouses in Seller Center, then sync the inventory again.",
}
