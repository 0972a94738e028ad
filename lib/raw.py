"""Orders as TikTok sent them, before anybody knows whether they can be read."""

import hashlib
import json

LONGEST_ID = 64
_LAST_EPOCH = 2**31 - 1  # what a 32-bit column holds


def order_id(row):
    """Return the id as text, also when it came as a number; "" when unusable."""
    value = row.get("id") if isinstance(row, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).strip()
    # PostgreSQL cannot even be asked for NUL or half of a surrogate pair.
    return text if len(text) <= LONGEST_ID and text.isprintable() else ""


def order_status(row):
    """Return TikTok's word for the order's status, "" when absent."""
    return str(row.get("status") or "")


def update_epoch(row):
    """Return the time of the last change in Unix seconds, 0 when unusable."""
    try:
        return min(max(int(row.get("update_time")), 0), _LAST_EPOCH)
    except (TypeError, ValueError):
        return 0


def storable(row):
    """Return the row as a database can hold it, and a digest that tells versions apart.

    TikTok moves ``update_time`` on status changes only ("Get Order Detail"), so the
    whole text is compared. PostgreSQL takes neither NUL nor half of a surrogate pair.
    """
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, default=str)
    data = text.encode("utf-8", "replace")
    if "\\u0000" in text or data.decode() != text:
        row = _without_noise(row)
    return row, hashlib.blake2b(data, digest_size=16).hexdigest()


def _without_noise(value):
    """Take NUL and lone surrogates out of every text of a JSON value."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_without_noise(item) for item in value]
    if isinstance(value, dict):
        pairs = value.items()
        return {_without_noise(key): _without_noise(item) for key, item in pairs}
    return value
