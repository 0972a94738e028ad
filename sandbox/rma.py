"""The newer view of returns: requests of several SKUs, and the parcels that come back.

Only searches, over the same cases: one request per return, or per combined return, and
one parcel per request of goods. Source: TikTok Shop Partner API docs, Return and Refund
reference: Search Aftersales Requests, Search Return Merchandise Authorizations.
"""

from .aftersales import served
from .errors import parameter
from .paging import body_value, page, strings
from .returns import AWAITING, SHIPPED

REQUEST_STATUSES = ("INIT", "PENDING_REQUEST_REVIEW", "REQUEST_REVIEW_COMPLETED")
RMA_STATUSES = (
    "INIT",
    "AWAITING_BUYER_RETURN",
    "RETURN_IN_TRANSIT",
    "PENDING_PACKAGE_REVIEW",
    "PACKAGE_REVIEW_COMPLETED",
)
SORTS = {"CREATE_TIME": "create_time", "UPDATE_TIME": "update_time"}
PARCELS, RETURNS = "RETURN_MERCHANDISE_AUTHORIZATIONS", "SKU_RETURN_REQUESTS"


class Group:
    """Returns that are one request: those combined, or a single one."""

    def __init__(self, cases):
        self.cases = cases
        first = cases[0]
        # Every id of the newer model follows from that of the first return.
        self.id = str(int(first.id) + 10**15)
        self.parcel_id = str(int(first.id) + 2 * 10**15)
        self.create_time = min(case.create_time for case in cases)
        self.update_time = max(case.update_time for case in cases)

    @property
    def status(self):
        """The status of the request."""
        asked = any(case.stands("PENDING") for case in self.cases)
        return REQUEST_STATUSES[1 if asked else 2]

    @property
    def has_parcel(self):
        """Whether goods come back, or came back."""
        return any(
            case.comes_back and (case.status == AWAITING or case.tracking)
            for case in self.cases
        )

    @property
    def parcel_status(self):
        """The status of the parcel."""
        case = self.cases[0]
        if case.status == AWAITING:
            return "AWAITING_BUYER_RETURN"
        if case.status == SHIPPED:
            return RMA_STATUSES[2 if case.arrived is None else 3]
        return "PACKAGE_REVIEW_COMPLETED"

    def lines(self):
        """Return the units as the newer model shows them."""
        return [
            {
                "return_line_item_id": unit.id,
                "sku_id": unit.line.get("sku_id", ""),
                "main_order_id": case.order.id,
                "sku_return_request_id": case.id,
            }
            for case in self.cases
            for unit in case.units
        ]

    def requests(self):
        """Return the returns; some keys are called otherwise than in their search."""
        return [_request(case) for case in self.cases]

    def parcel(self):
        """Return the parcel without what is inside."""
        return {
            "id": self.parcel_id,
            "package_id": self.parcel_id,
            "aftersales_request_id": self.id,
            "status": self.parcel_status,
        }


def _request(case):
    doc = case.serve("202602")
    [discount], [fees] = doc.pop("discount_amount"), doc.pop("shipping_fee_amount")
    doc["discount"] = {k: v for k, v in discount.items() if k != "currency"}
    doc["shipping_fee"] = {f"{k}_amount": v for k, v in fees.items() if k != "currency"}
    if "can_buyer_keep_item" in doc:
        doc["buyer_keep_item"] = doc.pop("can_buyer_keep_item")
    offered = doc.pop("partial_refund", None)
    if offered:
        doc["partial_refund_amount"] = {
            "partial_refund_total": offered["amount"],
            "currency": offered["currency"],
        }
    if case.new_order:
        doc["reshipment_order_id"] = case.new_order
    return doc


def groups(shop):
    """Return the returns of `shop` as requests."""
    found = {}
    for case in shop.returns.values():
        found.setdefault(case.combined or case.id, []).append(case)
    return [Group(cases) for cases in found.values()]


@served("POST", "/202603/aftersales/search")
def search_requests(call):
    """Requests with their returns and parcels."""
    filters = body_value(call.body, "filters", dict, {})
    wanted = strings(call.body, "whitelisted_data_fields")
    tests = [
        _any(filters, "aftersales_request_ids", lambda group: [group.id]),
        _any(
            filters,
            "aftersales_request_statuses",
            lambda group: [group.status],
            REQUEST_STATUSES,
        ),
        _any(filters, "return_types", lambda group: [c.type for c in group.cases]),
        _any(filters, "main_order_ids", _orders),
        _any(filters, "buyer_ids", _buyers),
    ]
    found, token, count = _search(call, groups(call.shop), filters, tests)
    rows = []
    for group in found:
        row = {"id": group.id, "status": group.status}
        if "LINE_ITEMS" in wanted:
            row["line_items"] = group.lines()
        if RETURNS in wanted:
            row["sku_return_requests"] = group.requests()
        if PARCELS in wanted and group.has_parcel:
            parcel = {**group.parcel(), "line_items": group.lines()}
            row["return_merchandise_authorizations"] = [parcel]
        rows.append(row)
    data = {"total_count": count, "next_page_token": token}
    return {**data, "aftersales_requests": rows} if rows else data


@served("POST", "/202604/rma/search")
def search_parcels(call):
    """Parcels that come back."""
    filters = body_value(call.body, "filters", dict, {})
    wanted = strings(call.body, "whitelisted_data_fields")
    tests = [
        _any(filters, "rma_ids", lambda group: [group.parcel_id]),
        _any(filters, "package_ids", lambda group: [group.parcel_id]),
        _any(filters, "statuses", lambda group: [group.parcel_status], RMA_STATUSES),
        _any(filters, "aftersales_request_ids", lambda group: [group.id]),
        _any(filters, "main_order_ids", _orders),
    ]
    own = [group for group in groups(call.shop) if group.has_parcel]
    found, token, count = _search(call, own, filters, tests)
    rows = []
    for group in found:
        row = group.parcel()
        if "LINE_ITEMS" in wanted:
            row["line_items"] = group.lines()
        if RETURNS in wanted:
            row["sku_return_requests"] = group.requests()
        rows.append(row)
    data = {"total_count": count, "next_page_token": token}
    return {**data, "return_merchandise_authorizations": rows} if rows else data


def _orders(group):
    return [case.order.id for case in group.cases]


def _buyers(group):
    return [case.order.doc.get("user_id") for case in group.cases]


def _any(filters, key, read, allowed=None):
    """Return the test that one of the values of a group is in a filter."""
    values = set(strings(filters, key))
    if allowed and not values <= set(allowed):
        raise parameter(f"{key} is invalid, allowed values: {','.join(allowed)}.")
    return lambda group: not values or not values.isdisjoint(read(group))


class _Paged:
    """A call whose page token comes in the body, as `paging.page` wants it."""

    def __init__(self, call, token):
        self.box, self.path = call.box, call.path
        self.query = {"page_token": token}
        self.body = {k: v for k, v in call.body.items() if k != "pagination"}


def _search(call, found, filters, tests):
    """Return one page of groups, the next token, and how many there are."""
    paging = body_value(call.body, "pagination", dict, {})
    size = body_value(paging, "page_size", int, 20)
    if not 1 <= size <= 100:
        raise parameter("PageSize is invalid, allowed range: 1-100.")
    sort = body_value(call.body, "sort", dict, {})
    field = sort.get("sort_field") or "CREATE_TIME"
    order = sort.get("sort_order") or "ASC"
    if field not in SORTS or order not in ("ASC", "DESC"):
        raise parameter("Sort is invalid")
    found = [group for group in found if all(test(group) for test in tests)]
    times = body_value(filters, "time", dict, {})
    for name in SORTS.values():
        found = _within(found, name, body_value(times, name, dict, {}))
    rows = sorted((getattr(g, SORTS[field]), g.id, g) for g in found)
    paged = _Paged(call, body_value(paging, "page_token", str))
    chosen, token = page(paged, rows, size, order == "DESC")
    return chosen, token, len(rows)


def _within(found, name, bounds):
    low = body_value(bounds, "min_unix_time_inclusive", int)
    high = body_value(bounds, "max_unix_time_exclusive", int)
    return [
        group
        for group in found
        if (low is None or getattr(group, name) >= low)
        and (high is None or getattr(group, name) < high)
    ]
