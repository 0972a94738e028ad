"""Finding cancellations and returns, in the generation of calls that TikTok serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .aftersales import parse_cancellation
from .calls import Calls, chunks, distinct
from .errors import PayloadError, Rejected
from .packages import epoch
from .parsing import identifier
from .returns import parse_return
from .walk import Page, walk_orders

PAGE_SIZE = 50  # the most; returns refuse less than 10
MOST_IDS = 50  # ours: so that the cases of these ids mostly fit on a page
LOCALE = "en-US"

BASE = "/return_refund"
# Asked first, and asked instead when the gateway does not know the first.
SEARCH_VERSIONS = ("202602", "202309")
UNSERVED_CODES = (36009009, 36009014)


class BrokenCase(NamedTuple):
    """A case that could not be read; the ids are "" where even they are missing."""

    id: str
    order_id: str
    error: PayloadError
    raw: object


@dataclass(frozen=True, slots=True)
class CasePage:
    """Cases as typed values, TikTok's own text of each (``raw``, in the same order),
    and those that could not be read.

    Every case updated before ``done_until`` (Unix seconds) was yielded, here or in an
    earlier page: a cursor may move there once these are dealt with. It is None for
    cases that were asked for by id.
    """

    rows: tuple
    raw: tuple[dict, ...]
    problems: tuple[BrokenCase, ...]
    done_until: int | None = None


class _Kind(NamedTuple):
    """A kind of case: its place, its keys, its reader."""

    path: str
    ids: str
    key: str
    id_key: str
    parse: Callable


_CANCELLATIONS = _Kind(
    "cancellations", "cancel_ids", "cancellations", "cancel_id", parse_cancellation
)
_RETURNS = _Kind("returns", "return_ids", "return_orders", "return_id", parse_return)


class AftersaleSearch(Calls):
    """Cancellations and returns by time, by id and by order. All of it only reads.

    Calls of which TikTok has two generations are made in the newer one. When the
    gateway does not know it, the older one is used for the life of this client.
    """

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self._unserved = set()

    def cancellation_pages(self, start, end=None, locale=LOCALE) -> Iterator[CasePage]:
        """Yield the cancellations updated in a window, oldest first.

        A case that changes meanwhile may come again with its new state. The window is
        half-open, in Unix seconds or datetimes (in UTC when without zone); no end is
        now. Source: "Search Cancellations".
        """
        return self._case_pages(_CANCELLATIONS, start, end, locale)

    def cancellations(self, ids=(), order_ids=(), locale=LOCALE) -> CasePage:
        """Return the cancellations with these ids, or those of these orders.

        Unknown ones are left out. Source: "Search Cancellations".
        """
        return self._cases(_CANCELLATIONS, ids, order_ids, locale)

    def return_pages(self, start, end=None, locale=LOCALE) -> Iterator[CasePage]:
        """Yield the returns updated in a window, see ``cancellation_pages``.

        Source: "Search Returns".
        """
        return self._case_pages(_RETURNS, start, end, locale)

    def returns(self, ids=(), order_ids=(), locale=LOCALE) -> CasePage:
        """Return the return cases with these ids, or those of these orders.

        Unknown ones are left out. Source: "Search Returns".
        """
        return self._cases(_RETURNS, ids, order_ids, locale)

    def _served(self, name, versions, ask):
        """Return ``ask(version)`` for the newest version that the gateway knows.

        A version it does not know is not asked again by this client. Such a refusal
        never did anything, so that writes may go on with the next version.
        """
        for version in versions[:-1]:
            if (name, version) in self._unserved:
                continue
            try:
                return ask(version)
            except Rejected as refused:
                if refused.code not in UNSERVED_CODES:
                    raise
            self._unserved.add((name, version))
        return ask(versions[-1])

    def _case_pages(self, kind, start, end, locale):
        end = epoch(self._clock() if end is None else end)

        def fetch(ge, token):
            body = {"update_time_ge": int(ge), "update_time_lt": end}
            return self._search(kind, body, "update_time", token, locale)

        pages = walk_orders(fetch, epoch(start), end, self._sleep, what=kind.path)
        return (_read(kind, page.rows, page.done_until) for page in pages)

    def _cases(self, kind, ids, order_ids, locale):
        ids, order_ids = distinct(ids), distinct(order_ids)
        if ids and order_ids:
            raise ValueError("cases are asked for by their ids or by orders, not both")
        name, wanted = (kind.ids, ids) if ids else ("order_ids", order_ids)
        found = {}
        for chunk in chunks(wanted, MOST_IDS):

            def fetch(token, body=chunk):
                asked = {name: body}
                return self._search(kind, asked, "create_time", token, locale)

            for page in self._pages(fetch):
                found |= {(row["id"] or id(row)): row for row in page.rows}
        return _read(kind, found.values())

    def _search(self, kind, body, sort_field, token, locale):
        query = {
            "page_size": PAGE_SIZE,
            "page_token": token,
            "sort_field": sort_field,
            "sort_order": "ASC",
        }
        body = {**body, "locale": locale}

        def ask(version):
            path = f"{BASE}/{version}/{kind.path}/search"
            return self._page(path, query, body, kind.key)

        page = self._served(f"{kind.path}/search", SEARCH_VERSIONS, ask)
        rows = [_keyed(row, kind) for row in page.rows]
        return Page(rows, page.next_page_token, page.total_count)


def _keyed(row, kind):
    """Return the row in a cover that the walks of ``walk`` can tell apart by."""
    facts = row if isinstance(row, dict) else {}
    return {
        "id": identifier(facts.get(kind.id_key)),
        "update_time": facts.get("update_time"),
        "row": row,
    }


def _read(kind, covers, done_until=None):
    rows, raw, problems = [], [], []
    for cover in covers:
        row = cover["row"]
        try:
            rows.append(kind.parse(row))
        except PayloadError as error:
            facts = row if isinstance(row, dict) else {}
            order_id = identifier(facts.get("order_id"))
            problems.append(BrokenCase(cover["id"], order_id, error, row))
        else:
            raw.append(row)
    return CasePage(tuple(rows), tuple(raw), tuple(problems), done_until)
