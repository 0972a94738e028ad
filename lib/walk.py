"""Reading a listing that changes while it is read, without losing a row.

Page tokens count like offsets: when a row moves to the end of the listing because it
changed, all rows behind it move up by one, and the next page skips one of them. So
orders are walked by key: the next question starts at the last time seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .. import const
from .errors import Unreachable
from .parsing import integer

PAUSE = 0.5  # seconds before a page that contradicts itself is asked again


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing: raw rows, the token of the next page ("" at the end)."""

    rows: list[dict]
    next_page_token: str
    total_count: int | None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Raw orders (or packages) not yielded before, and how far the walk has come.

    Every order updated before ``done_until`` (Unix seconds) was yielded, here or in an
    earlier page: a cursor may move there once these rows are dealt with.
    """

    rows: list[dict]
    done_until: int


def walk_pages(fetch: Callable[[str], Page]) -> Iterator[Page]:
    """Yield the pages of ``fetch(page_token)``, each without rows seen before.

    :raise Unreachable: when the listing does not end: three pages in a row bring
        nothing new, or there are more of them than any shop has
    """
    seen, token, barren = set(), "", 0
    for _ in range(const.PAGE_CAP):
        page = fetch(token)
        fresh = []
        for row in page.rows:
            if (key := _row_key(row)) not in seen:
                seen.add(key)
                fresh.append(row)
        if fresh:
            yield Page(fresh, page.next_page_token, page.total_count)
        token = page.next_page_token
        if not token:
            return
        barren = 0 if fresh else barren + 1
        if barren >= const.PAGE_RETRIES:
            break
    raise Unreachable("TikTok Shop sends a list that never ends; try again later.")


def walk_orders(fetch, ge, lt, sleep, what="orders") -> Iterator[OrderPage]:
    """Yield the orders updated from ``ge`` until before ``lt`` (Unix seconds).

    Packages are listed alike; ``what`` is the word for the rows in messages.

    ``fetch(update_time_ge, page_token)`` asks for one page that ends at ``lt``, by
    update time ascending. Every row comes once, malformed ones too. Rows updated at
    ``lt`` or later, which TikTok shows when an order changes meanwhile, come as well
    but never move the walk. Source: Partner API, "Get Order List".

    :raise Unreachable: when the listing contradicts itself time and again
    """
    return _Walk(fetch, ge, lt, sleep, what).pages()


class _Look:
    """What the walk needs to know of one page."""

    def __init__(self, page, start, lt):
        self.token = page.next_page_token
        self.total = page.total_count
        self.entries = [_entry(row) for row in page.rows]
        timed = [time for time, _key, _row in self.entries if time is not None]
        self.is_older = any(time < start for time in timed)
        inside = [time for time in timed if time < lt]
        self.first = inside[0] if inside else None
        self.last = inside[-1] if inside else None
        self.is_sorted = all(a <= b for a, b in zip(inside, inside[1:], strict=False))
        self.orders = {_row_key(row) for _time, _key, row in self.entries}


class _Walk:
    """The state of one walk.

    A *question* is a first page and the pages its tokens lead to, all with the same
    start; it ends early as soon as the last time seen can start the next question.
    """

    def __init__(self, fetch, ge, lt, sleep, what):
        self._what = what
        self._fetch = fetch
        self._sleep = sleep
        self._lt = lt
        self._done = ge
        self._seen = {}  # key of a yielded row -> its update time, None if unknown
        self._by_token = False  # not sorted by time: only tokens lead on
        self._is_lossy = False  # rows may be missing for good: no cursor may pass
        self._is_short = False  # the last page holds fewer rows than were counted
        self._restarts = 0
        self._open_question(ge)

    def pages(self):
        """Yield an OrderPage per answer that brings rows, and one at the end."""
        for _ in range(const.PAGE_CAP):
            look = self._ask()
            fresh = self._take(look)
            if self._has_shifted(look):
                self._open_question(self._start)
                ended = False
            else:
                ended = self._advance(look)
            if fresh or ended:
                yield OrderPage(fresh, self._done)
            if ended:
                return
        raise Unreachable(f"TikTok Shop sends a list of {self._what} that never ends.")

    def _open_question(self, start):
        self._start = start
        self._token = ""
        self._total = None
        self._highest = start
        self._orders = set()
        self._seen = {
            key: time
            for key, time in self._seen.items()
            if time is None or time >= start
        }

    def _ask(self):
        """Return the next page; one that contradicts itself is asked again.

        One that is only short at the end is accepted then: the count may be wrong for
        good.
        """
        for attempt in range(const.PAGE_RETRIES + 1):
            if attempt:
                self._sleep(PAUSE)
            page = self._fetch(self._start, self._token)
            look = _Look(page, self._start, self._lt)
            problem = self._problem(look)
            self._is_short = not problem and self._misses_rows(look)
            if not problem and (not self._is_short or attempt == const.PAGE_RETRIES):
                return look
        problem = problem or f"fewer {self._what} than it counts"
        raise Unreachable(f"TikTok Shop sends {problem}; try again later.")

    def _problem(self, look):
        """Return what makes a page unusable, None if nothing does."""
        if look.is_older:
            return f"{self._what} that are older than asked for"
        if look.token and not self._leads_on(look):
            return f"the same page of {self._what} again and again"
        return None

    def _leads_on(self, look):
        """Tell whether a page that is not the last one brings the question further.

        A first page may hold known rows only: those of the second it starts at.
        """
        if not self._token:
            return bool(look.entries)
        return not look.orders <= self._orders

    def _misses_rows(self, look):
        if look.token or look.total is None:
            return False
        return len(self._orders | look.orders) < look.total

    def _can_rekey(self, look):
        if self._by_token or not look.is_sorted:
            return False
        return look.last is not None and look.last > self._start

    def _take(self, look):
        """Return the rows of the page that were not yielded yet, oldest first."""
        fresh = []
        for time, key, row in look.entries:
            if key not in self._seen:
                self._seen[key] = time
                fresh.append((self._lt if time is None else time, row))
        fresh.sort(key=lambda pair: pair[0])
        return [row for _time, row in fresh]

    def _has_shifted(self, look):
        """Tell whether rows left the question since its first page.

        Then the rows behind them moved up, and this page may have skipped some: the
        question is asked anew, a few times; after that the loss is only remembered.
        """
        if self._total is None:
            self._total = look.total
        if not self._token or look.total is None or look.total >= self._total:
            return False
        self._restarts += 1
        self._is_lossy = self._is_lossy or self._restarts > const.PAGE_RETRIES
        return not self._is_lossy

    def _advance(self, look):
        """Move on behind the page; return whether it was the last one."""
        self._orders |= look.orders
        if look.first is not None:
            if not look.is_sorted or look.first < self._highest:
                self._by_token = True
            self._highest = max(self._highest, look.last)
        ended = not look.token
        if ended:
            reached = self._reached_at_end(look)
        elif self._can_rekey(look):
            reached = look.last
            self._open_question(reached)
        else:
            reached = self._start
            self._token = look.token
        if not self._is_lossy:
            self._done = max(self._done, reached)
        return ended

    def _reached_at_end(self, look):
        if not self._is_short:
            return self._lt
        return look.last if self._can_rekey(look) else self._start


def _entry(row):
    """Return (update time or None, key of this state of the row, row)."""
    if isinstance(row, dict):
        number = row.get("id")
        if isinstance(number, int) and not isinstance(number, bool):
            row["id"] = number = str(number)
        time = integer(row.get("update_time"))
        if number and isinstance(number, str) and time > 0:
            return time, (number, time), row
    return None, _fingerprint(row), row


def _row_key(row):
    """Return what tells the rows of a listing apart: their id, or all of them."""
    number = row.get("id") if isinstance(row, dict) else None
    if number and isinstance(number, int | str):
        return str(number)
    return _fingerprint(row)


def _fingerprint(row):
    return json.dumps(row, sort_keys=True, default=str)
