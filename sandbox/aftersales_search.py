"""What the searches for cancellations and returns have in common.

Source: TikTok Shop Partner API docs, Return and Refund reference: Search
Cancellations, Search Returns.
"""

from .errors import parameter
from .paging import body_value, choice, page, strings, window

SORTS = ("create_time", "update_time")


def search(call, kind, size, tests):
    """Return one page of the cases of a kind: cases, token, how many there are.

    :param tests: predicates that every case passes
    """
    field = choice(call, "sort_field", SORTS, "create_time")
    order = choice(call, "sort_order", ("ASC", "DESC"), "ASC")
    body_value(call.body, "locale", str)
    rows = call.shop.rows(kind, field)
    for name in SORTS:
        low, high = (
            body_value(call.body, f"{name}_{end}", int) for end in ("ge", "lt")
        )
        if name == field:
            rows = window(rows, low, high)
        else:
            tests = [*tests, *_bounds(name, low, high)]
    rows = [row for row in rows if all(test(row[2]) for test in tests)]
    cases, token = page(call, rows, size, order == "DESC")
    return cases, token, len(rows)


def _bounds(name, low, high):
    tests = []
    if low is not None:
        tests.append(lambda case: getattr(case, name) >= low)
    if high is not None:
        tests.append(lambda case: getattr(case, name) < high)
    return tests


def listed(body, key, read, allowed=None):
    """Return the test of one list of the body: `read` a value that is in it.

    An empty or absent list lets everything pass.

    :raise ApiError: 36009004 for a value that is not `allowed`
    """
    values = set(strings(body, key))
    if allowed and not values <= set(allowed):
        name = "".join(part.capitalize() for part in key.split("_"))
        raise parameter(f"{name} is invalid, allowed values: {','.join(allowed)}.")
    return [lambda case: read(case) in values] if values else []


def common(body):
    """Return the tests of the filters of both kinds: orders and buyers."""
    return [
        *listed(body, "order_ids", lambda case: case.order.id),
        *listed(body, "buyer_user_ids", lambda case: case.order.doc.get("user_id")),
    ]
