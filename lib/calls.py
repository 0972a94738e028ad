"""What the calls of the client have in common: pages, chunks of ids, path segments."""

from __future__ import annotations

from urllib.parse import quote

from .. import const
from .errors import PayloadError, Rejected
from .parsing import integer, lenient_rows, text
from .transport import Transport
from .walk import Page, walk_pages


class Calls(Transport):
    """Signed calls whose answers are listings."""

    def _page(self, path, query, body, key):
        """Return one page of a search, which TikTok wants as a POST."""
        data = self._request("POST", path, query=query, body=body, idempotent=True)
        rows = data.get(key) or []
        if not isinstance(rows, list):
            raise PayloadError(f"data.{key}", "is not a list")
        total = integer(data.get("total_count"), default=None)
        return Page(rows, text(data.get("next_page_token")), total)

    def _pages(self, fetch):
        """Yield the pages of ``fetch(page_token)``, see ``walk.walk_pages``."""
        return walk_pages(fetch)

    def _halving(self, ask, ids, codes=None):
        """Return the rows of ``ask(ids)``, halving the ids while TikTok refuses them.

        Whether an unknown id fails the whole call is documented for no call; halves
        find it with few calls, and it hides no other. Only refusals with one of
        ``codes`` are about an id (default: all but those of the gateway).
        """
        try:
            return ask(ids)
        except Rejected as refused:
            is_about_id = (
                refused.code not in const.GATEWAY_CODES
                if codes is None
                else refused.code in codes
            )
            if not is_about_id:
                raise
        if len(ids) == 1:
            return []
        middle = len(ids) // 2
        first = self._halving(ask, ids[:middle], codes)
        return first + self._halving(ask, ids[middle:], codes)


def listing(data, key):
    """Return the objects of a list in an answer."""
    return lenient_rows(data.get(key))


def distinct(ids):
    """Return the ids as texts, each once, without empty ones."""
    return list(dict.fromkeys(str(value) for value in ids if value))


def chunks(items, size):
    """Yield ``items`` in slices of at most ``size``."""
    return (items[start : start + size] for start in range(0, len(items), size))


def segment(value):
    """Return an id as one segment of a path, whatever it holds."""
    return quote(str(value), safe="")
