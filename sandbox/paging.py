"""Query and body values of searches, windows, and opaque page tokens.

Source: TikTok Shop Partner API docs, "Pagination" and the parameter tables.
"""

import base64
import hashlib
import json
from bisect import bisect_left, bisect_right

from .errors import parameter

# Every token starts with characters that percent-encoding changes, so that a client
# that signs the encoded text is found out at once.
_HEAD = "++//"
_TYPES = {str: "string", int: "int64", bool: "bool", list: "slice", dict: "struct"}


def page_size(call, low, high, default=None):
    """Read `page_size` of the query.

    :param default: None makes the parameter required
    """
    text = call.query.get("page_size")
    if text is None or text == "":
        if default is None:
            raise parameter("PageSize is a required field")
        return default
    if not text.isdigit() or not low <= int(text) <= high:
        raise parameter(f"PageSize is invalid, allowed range: {low}-{high}.")
    return int(text)


def choice(call, name, values, default=None):
    """Read the query value `name`, one of `values`; no default: required."""
    text = call.query.get(name)
    label = "".join(part.capitalize() for part in name.split("_"))
    if text is None or text == "":
        if default is None:
            raise parameter(f"{label} is a required field")
        return default
    if text not in values:
        raise parameter(f"{label} is invalid, allowed values: {','.join(values)}.")
    return text


def integer(call, name):
    """Read the query value `name` as an integer, or None when it is absent."""
    text = call.query.get(name)
    if text in (None, ""):
        return None
    if not text.lstrip("-").isdigit():
        raise parameter(f"param {name} type invalid. expected type:int64")
    return int(text)


def body_value(body, name, kind, default=None):
    """Read `name` of a JSON body, with its type checked as the gateway does.

    :raise ApiError: 36009004 naming the actual and the expected type
    """
    value = body.get(name)
    if value is None:
        return default
    if type(value) is not kind:
        actual = "float64" if isinstance(value, float) else _TYPES[type(value)]
        raise parameter(
            f"param {name} type invalid. actual type:{actual}, expected"
            f" type:{_TYPES[kind]}"
        )
    return value


def strings(body, name, limit=None):
    """Read a list of strings of a JSON body."""
    values = body_value(body, name, list, [])
    for value in values:
        body_value({name: value}, name, str)
    if limit and len(values) > limit:
        raise parameter(f"{name} is invalid, maximum count: {limit}.")
    return values


def window(rows, low, high, closed=False):
    """Cut ascending `rows` of (value, id, thing) to low <= value < high.

    :param closed: include `high` itself
    """
    start = 0 if low is None else bisect_left(rows, (low,))
    if high is None:
        return rows[start:]
    stop = bisect_left(rows, (high + 1,) if closed else (high,))
    return rows[start:stop]


def page(call, rows, size, reverse):
    """Return one page of ascending `rows` and the token of the next page.

    The token names the last row shown, so rows that arrive in between neither hide nor
    repeat others; with the option `offset_pages` it is a count of rows, and they do.
    It holds a digest of the filters, so other filters are refused.

    :return: (list of things, next page token or "")
    """
    digest = _digest(call, reverse)
    counting = call.box.options.offset_pages
    start = 0
    token = call.query.get("page_token")
    if token:
        mark = _decode(token, digest)
        start = mark[0] if counting else _after(rows, mark, reverse)
    if reverse:
        end = max(0, len(rows) - start)
        chosen = rows[max(0, end - size) : end][::-1]
    else:
        chosen = rows[start : start + size]
    if start + size >= len(rows) or not chosen:
        return [row[2] for row in chosen], ""
    mark = (start + size,) if counting else chosen[-1][:2]
    return [row[2] for row in chosen], _encode(mark, digest)


def _after(rows, mark, reverse):
    """Return how many rows come before the one that follows `mark`."""
    if reverse:
        return len(rows) - bisect_left(rows, mark, key=lambda row: row[:2])
    return bisect_right(rows, mark, key=lambda row: row[:2])


def _digest(call, reverse):
    fixed = ("app_key", "timestamp", "sign", "page_token", "page_size", "access_token")
    query = sorted(item for item in call.query.items() if item[0] not in fixed)
    text = json.dumps([call.path, query, call.body, reverse], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _encode(mark, digest):
    text = json.dumps([digest, *mark], separators=(",", ":"))
    if len(text) % 3 == 0:
        text += " "
    return _HEAD + base64.b64encode(text.encode()).decode()


def _decode(token, digest):
    try:
        if not token.startswith(_HEAD):
            raise ValueError(token)
        found, *mark = json.loads(base64.b64decode(token[len(_HEAD) :], validate=True))
    except (TypeError, ValueError):
        raise parameter("PageToken is invalid") from None
    if found != digest:
        raise parameter("PageToken is invalid, the filters differ from its page")
    return tuple(mark)
