"""Keeps secrets out of texts that may be logged or shown.

Token calls carry their secrets in the query, and urllib3 writes queries to its log.
"""

import logging
import re

HIDDEN = "***"

_SECRET_QUERY = re.compile(
    r"\b(app_secret|auth_code|refresh_token|access_token|sign|shop_cipher)=[^&\s'\"]*"
)


def scrub(message, secrets=()):
    """Return ``message`` without the given secrets and without secret query values."""
    for secret in secrets:
        if secret:
            message = message.replace(secret, HIDDEN)
    return _SECRET_QUERY.sub(rf"\1={HIDDEN}", message)


class QueryFilter(logging.Filter):
    """Hides secret query values in records of the HTTP library."""

    def filter(self, record):
        """Rewrite the record in place; it is always kept."""
        message = record.getMessage()
        clean = scrub(message)
        if clean != message:
            record.msg, record.args = clean, None
        return True


def guard_logs():
    """Put the filter on urllib3's loggers, once per process."""
    for name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry"):
        logger = logging.getLogger(name)
        if not any(isinstance(item, QueryFilter) for item in logger.filters):
            logger.addFilter(QueryFilter())
