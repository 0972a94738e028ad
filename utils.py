"""Small things that several models say the same way."""

import logging
from datetime import datetime, timedelta, timezone

from psycopg2 import OperationalError

from odoo.exceptions import UserError

from .lib.errors import RateLimited, TikTokError

_logger = logging.getLogger(__name__)

LEAST_WAIT = timedelta(seconds=30)


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


def back_off(start, failures, error=None):
    """Return how long to wait after a failure: longer each time, or what TikTok asks.

    :param timedelta start: the wait after the first one
    :param int failures: how many there were before this one
    """
    if isinstance(error, RateLimited) and error.retry_after:
        return max(timedelta(seconds=error.retry_after), LEAST_WAIT)
    return start * 2 ** min(failures, 10)


def note_failure(record, note):
    """Drop what a transaction did and keep why; even that stops nobody else.

    For scheduled actions, whose transactions stand alone.

    :param record: what failed, one record
    :param note: a function that writes the reason
    """
    try:
        record.env.cr.rollback()
        note()
        record.env.flush_all()
    except OperationalError:
        record.env.cr.rollback()
        _logger.warning("%s: somebody else is at it", record)
    except Exception:
        record.env.cr.rollback()
        _logger.exception("%s: its failure was not kept", record)


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
