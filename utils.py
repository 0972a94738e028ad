"""Small things that several models say the same way."""

from datetime import datetime, timezone

from odoo.exceptions import UserError

from .lib.errors import TikTokError


def naive(moment):
    """Return an aware UTC datetime as Odoo stores it, False for none."""
    return moment.replace(tzinfo=None) if moment else False


def from_epoch(seconds):
    """Return seconds since 1970 as a naive UTC datetime."""
    return naive(datetime.fromtimestamp(seconds, timezone.utc))


def to_epoch(moment):
    """Return a naive UTC datetime as whole seconds since 1970."""
    return int(moment.replace(tzinfo=timezone.utc).timestamp())


def is_expected(error):
    """Tell whether an error was raised for people to read: no fault of this code."""
    return isinstance(error, TikTokError | UserError)


def reason_of(error):
    """Return what people are told of an error."""
    if is_expected(error):
        return str(error)
    return f"{type(error).__name__}: {error}"


def toast(kind, message, **params):
    """Return the action that shows a message and reads the page again.

    :param str kind: success, info, warning or danger
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": kind,
            "message": message,
            "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            **params,
        },
    }
