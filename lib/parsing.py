"""Readers of single JSON values, shared by all payload parsers.

TikTok leaves optional keys out or sends null, "" or []: all four mean "absent".
"""

from datetime import datetime, timezone

from .errors import PayloadError

# Seconds outside 2001-09-09 .. 2286-11-20 are durations, milliseconds or noise.
_FIRST_SECOND = 10**9
_LAST_SECOND = 10**10

# Blanks, and what shows as nothing: zero-width marks, soft hyphen, byte order mark.
_BLANKS = (
    " \t\n\v\f\r\u00a0\u2007\u202f\u3000"
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
)

_TRUE = ("true", "1", "yes")


def text(value):
    """Return ``value`` as clean text, "" when absent; numbers become their digits.

    NUL and lone surrogates go: PostgreSQL stores neither.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        if isinstance(value, (bool, float, dict, list)):
            return ""
        value = str(value)
    if value.isascii():
        return value.replace("\0", "") if "\0" in value else value
    return value.encode("utf-8", "replace").decode().replace("\0", "")


def reference(value):
    """Return ``value`` as a reference that people typed: without blanks at its ends,
    the invisible ones that come along with pasted text among them.
    """
    found = text(value)
    return found if found.isalnum() else found.strip(_BLANKS)


def required_text(raw, key, path):
    """Return ``raw[key]`` as non-empty text.

    :raise PayloadError: when it is absent or no text
    """
    value = text(raw.get(key)).strip()
    if not value:
        raise PayloadError(path, "is missing")
    return value


def flag(value):
    """Return ``value`` as a boolean; one documented sample holds the text "true "."""
    if isinstance(value, str):
        return value.strip().lower() in _TRUE
    return bool(value) and not isinstance(value, (dict, list))


def integer(value, default=0):
    """Return ``value`` (a number or its digits) as an int, else ``default``."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return default
    return default


def instant(value):
    """Return Unix seconds as an aware UTC datetime, None when absent or implausible."""
    seconds = integer(value)
    if _FIRST_SECOND <= seconds < _LAST_SECOND:
        return datetime.fromtimestamp(seconds, timezone.utc)
    return None


def required_instant(raw, key, path):
    """Return ``raw[key]`` as an aware UTC datetime.

    :raise PayloadError: when it is absent or not in Unix seconds
    """
    moment = instant(raw.get(key))
    if moment is None:
        raise PayloadError(path, "is not a time in Unix seconds")
    return moment


def mapping(value, path):
    """Return ``value`` as a dict, {} when absent.

    :raise PayloadError: when it is something else
    """
    if isinstance(value, dict):
        return value
    if not value:
        return {}
    raise PayloadError(path, "is not an object")


def identifier(value):
    """Return an id as text, also when it came as a number; "" when absent."""
    return text(value).strip()


def opened(value, what):
    """Return (the object, what the paths of its values begin with).

    The paths name its ``id`` when it has one: ``transaction[17].``.

    :raise PayloadError: when ``value`` is no object
    """
    raw = mapping(value, what)
    number = identifier(raw.get("id"))
    return raw, f"{what}[{number}]." if number else f"{what}."


def rows(value, path):
    """Return ``value`` as a list of dicts, [] when absent.

    :raise PayloadError: when it is no list, or an element is no object
    """
    if not value:
        return []
    if not isinstance(value, list):
        raise PayloadError(path, "is not a list")
    for index, row in enumerate(value):
        if not isinstance(row, dict):
            raise PayloadError(f"{path}[{index}]", "is not an object")
    return value


def lenient_rows(value):
    """Return the dicts of ``value``: for lists whose loss changes no decision."""
    if not isinstance(value, list):
        return []
    return [row for row in value if isinstance(row, dict)]
