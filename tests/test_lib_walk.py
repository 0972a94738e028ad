"""The walk through orders that change while they are read."""

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..lib.client import TikTokClient
from ..lib.errors import Unreachable
from ..lib.walk import Page, walk_orders
from .lib_http import CIPHER, KEY, SECRET, TOKEN, ScriptedSession, sample

GE, LT = 1_000, 2_000


class Shop:
    """A listing with tokens that are offsets, like the real one.

    ``changes`` is {number of a request: ids that change right before it}; a changed
    order moves behind the end of the window.
    """

    def __init__(self, times, changes=None, page_size=3, is_counting=True):
        self.times = {str(number): time for number, time in enumerate(times)}
        self.changes = changes or {}
        self.page_size = page_size
        self.is_counting = is_counting
        self.asked = []

    def fetch(self, ge, token):
        for number in self.changes.get(len(self.asked), ()):
            self.times[number] = LT + 1
        self.asked.append((ge, token))
        rows = sorted(
            ({"id": i, "update_time": t} for i, t in self.times.items()),
            key=lambda row: (row["update_time"], row["id"]),
        )
        rows = [row for row in rows if ge <= row["update_time"] < LT]
        start = int(token or 0)
        end = start + self.page_size
        total = len(rows) if self.is_counting else None
        return Page(rows[start:end], str(end) if end < len(rows) else "", total)


class WalkCase(BaseCase):
    def walk(self, fetch):
        self.naps = []
        return walk_orders(fetch, GE, LT, self.naps.append)

    def ids(self, pages):
        return [row["id"] for page in pages for row in page.rows]

    def script(self, *pages):
        """Return a fetch that answers with these pages and then fails the test."""
        left = list(pages)
        self.asked = []

        def fetch(ge, token):
            self.asked.append((ge, token))
            return left.pop(0)

        return fetch


def page(*rows, token="", total=None):
    """Return a page of (id, time) rows; other rows go in as they are."""
    made = [
        {"id": row[0], "update_time": row[1]} if isinstance(row, tuple) else row
        for row in rows
    ]
    return Page(made, token, total)


@tagged("post_install", "-at_install")
class TestWalk(WalkCase):
    def test_every_order_comes_once_and_in_order(self):
        shop = Shop([1000, 1001, 1001, 1002, 1500, 1999, 1700])
        self.assertEqual(self.ids(self.walk(shop.fetch)), list("0123465"))

    def test_an_empty_window_is_done_to_its_end(self):
        [only] = self.walk(Shop([]).fetch)
        self.assertEqual((only.rows, only.done_until), ([], LT))

    def test_the_cursor_stands_at_the_last_row_until_the_end(self):
        shop = Shop([1000, 1001, 1002, 1003, 1004])
        done = [found.done_until for found in self.walk(shop.fetch)]
        self.assertEqual(done, [1002, LT])

    def test_the_next_question_starts_at_the_last_row(self):
        shop = Shop([1000, 1001, 1002, 1003, 1004])
        list(self.walk(shop.fetch))
        self.assertEqual(shop.asked, [(1000, ""), (1002, "")])

    def test_an_order_that_changes_meanwhile_hides_no_other(self):
        shop = Shop(range(1000, 1010), changes={1: ["0", "1"]})
        found = self.ids(self.walk(shop.fetch))
        self.assertEqual(found, list("0123456789"))

    def test_many_orders_of_one_second_are_read_by_token(self):
        shop = Shop([1000, 1005, 1005, 1005, 1005, 1005, 1005, 1005, 1006])
        self.assertEqual(self.ids(self.walk(shop.fetch)), list("012345678"))
        self.assertIn((1005, "3"), shop.asked)

    def test_the_cursor_stays_while_one_second_is_read(self):
        shop = Shop([1005] * 7)
        done = [found.done_until for found in self.walk(shop.fetch)]
        self.assertEqual(done, [1005, 1005, LT])

    def test_orders_that_leave_a_full_second_hide_no_other(self):
        shop = Shop([1005] * 12, changes={3: ["0", "1", "2"]})
        self.assertEqual(set(self.ids(self.walk(shop.fetch))), set(shop.times))

    def test_rows_beyond_the_window_come_but_do_not_move_the_walk(self):
        fetch = self.script(
            page(("a", 1001), ("b", LT + 50), token="x"),
            page(("a", 1001), ("c", 1002)),
        )
        pages = list(self.walk(fetch))
        self.assertEqual(self.ids(pages), ["a", "b", "c"])
        self.assertEqual(self.asked[1], (1001, ""))
        self.assertEqual(pages[0].done_until, 1001)

    def test_rows_that_say_nothing_come_once_and_stop_nothing(self):
        odd = [None, "text", 7, {}, {"id": "x"}, {"id": "y", "update_time": "soon"}]
        odd += [{"id": "z", "update_time": 0}, {"update_time": 1001}, {"id": True}]
        fetch = self.script(
            page(*odd, ("a", 1001), token="x"),
            page(*odd, ("a", 1001), ("b", 1002)),
        )
        rows = [row for found in self.walk(fetch) for row in found.rows]
        self.assertEqual(len(rows), len(odd) + 2)
        self.assertCountEqual([repr(r) for r in rows if r in odd], map(repr, odd))

    def test_ids_and_times_of_another_type_are_understood(self):
        raw = {"id": 577087614418520388, "update_time": "1001"}
        fetch = self.script(page(raw, token="x"), page(raw, ("b", 1002)))
        found = self.ids(self.walk(fetch))
        self.assertEqual(found, ["577087614418520388", "b"])

    def test_a_page_out_of_order_is_sorted_and_does_not_move_the_cursor(self):
        fetch = self.script(
            page(("b", 1500), ("a", 1001), token="x", total=3),
            page(("c", 1200), total=3),
        )
        pages = list(self.walk(fetch))
        self.assertEqual(self.ids(pages), ["a", "b", "c"])
        self.assertEqual([found.done_until for found in pages], [GE, LT])
        self.assertEqual(self.asked, [(GE, ""), (GE, "x")])

    def test_a_listing_without_order_that_misses_rows_moves_no_cursor(self):
        first = page(("b", 1500), ("a", 1001), token="x", total=9)
        short = [page(("c", 1200), total=9) for _ in range(4)]
        pages = list(self.walk(self.script(first, *short)))
        self.assertEqual(pages[-1].done_until, GE)

    def test_the_same_state_of_an_order_comes_once_a_newer_one_again(self):
        fetch = self.script(
            page(("a", 1001), ("b", 1002), token="x"),
            page(("b", 1002), ("a", 1003)),
        )
        self.assertEqual(self.ids(self.walk(fetch)), ["a", "b", "a"])


@tagged("post_install", "-at_install")
class TestContradictions(WalkCase):
    def test_older_rows_than_asked_for_are_asked_again(self):
        fetch = self.script(page(("a", 500)), page(("b", 1001)))
        self.assertEqual(self.ids(self.walk(fetch)), ["b"])
        self.assertEqual(self.naps, [0.5])

    def test_older_rows_than_asked_for_stop_the_walk_in_the_end(self):
        fetch = self.script(*[page(("a", 500)) for _ in range(4)])
        with self.assertRaisesRegex(Unreachable, "older"):
            list(self.walk(fetch))

    def test_a_short_last_page_is_asked_again(self):
        fetch = self.script(page(("a", 1001), total=2), page(("a", 1001), ("b", 1002)))
        pages = list(self.walk(fetch))
        self.assertEqual(self.ids(pages), ["a", "b"])
        self.assertEqual(pages[-1].done_until, LT)

    def test_a_last_page_that_stays_short_holds_the_cursor_at_its_last_row(self):
        fetch = self.script(*[page(("a", 1001), total=2) for _ in range(4)])
        [only] = self.walk(fetch)
        self.assertEqual((only.rows[0]["id"], only.done_until), ("a", 1001))

    def test_an_empty_page_that_counts_rows_moves_no_cursor(self):
        [only] = self.walk(self.script(*[page(total=5) for _ in range(4)]))
        self.assertEqual(only.done_until, GE)

    def test_an_empty_page_with_a_token_is_asked_again(self):
        fetch = self.script(page(token="x"), page(("a", 1001)))
        self.assertEqual(self.ids(self.walk(fetch)), ["a"])

    def test_a_page_that_repeats_stops_the_walk_in_the_end(self):
        same = page(("a", 1005), ("b", 1005), token="x")
        with self.assertRaisesRegex(Unreachable, "again and again"):
            list(self.walk(lambda _ge, _token: same))
        self.assertEqual(self.naps, [0.5] * 3)

    def test_a_listing_that_always_brings_new_rows_is_stopped(self):
        numbers = iter(range(10**6))

        def fetch(_ge, _token):
            return page((str(next(numbers)), 1005), token="x")

        with self.assertRaisesRegex(Unreachable, "never ends"):
            list(self.walk(fetch))

    def test_rows_before_the_trouble_were_yielded(self):
        fetch = self.script(
            page(("a", 1001), token="x"), *[page(("b", 900)) for _ in range(4)]
        )
        walk = self.walk(fetch)
        self.assertEqual(next(walk).rows[0]["id"], "a")
        with self.assertRaises(Unreachable):
            next(walk)

    def test_a_shop_that_never_rests_moves_no_cursor_over_a_loss(self):
        times = [1005] * 60
        changes = {n: [str(n)] for n in range(1, 40)}
        shop = Shop(times, changes=changes)
        pages = list(self.walk(shop.fetch))
        seen = {(row["id"], row["update_time"]) for p in pages for row in p.rows}
        lost = {i for i, t in shop.times.items() if t < LT and (i, t) not in seen}
        self.assertTrue(lost)
        self.assertLessEqual(pages[-1].done_until, 1005)
        self.assertLess(len(shop.asked), 200)


@tagged("post_install", "-at_install")
class TestWalkProperties(WalkCase):
    shops = st.builds(
        Shop,
        times=st.lists(st.integers(1000, 1012), max_size=25),
        changes=st.dictionaries(
            st.integers(1, 12),
            st.lists(st.integers(0, 24).map(str), max_size=3),
            max_size=4,
        ).map(dict),
        page_size=st.integers(1, 6),
        is_counting=st.booleans(),
    )

    @settings(max_examples=150, deadline=None, database=None, derandomize=True)
    @given(shop=shops)
    def test_nothing_below_the_cursor_was_left_out(self, shop):
        shop.changes = {
            n: [i for i in ids if i in shop.times] for n, ids in shop.changes.items()
        }
        # Without counts, rows that leave one full second cannot be noticed.
        shop.is_counting = shop.is_counting or bool(shop.changes)
        seen, done_before = set(), GE
        for found in self.walk(shop.fetch):
            for row in found.rows:
                state = (row["id"], row["update_time"])
                self.assertNotIn(state, seen)
                seen.add(state)
            self.assertGreaterEqual(found.done_until, done_before)
            done_before = found.done_until
            for state in shop.times.items():
                if state[1] < done_before:
                    self.assertIn(state, seen)

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(
        times=st.lists(st.integers(1000, 1999), max_size=25),
        page_size=st.integers(1, 6),
    )
    def test_a_quiet_shop_is_read_to_the_end(self, times, page_size):
        shop = Shop(times, page_size=page_size)
        pages = list(self.walk(shop.fetch))
        self.assertCountEqual(self.ids(pages), shop.times)
        self.assertEqual(pages[-1].done_until, LT)


@tagged("post_install", "-at_install")
class TestOrderPages(WalkCase):
    def test_the_recorded_listing_is_read_to_its_end(self):
        session = ScriptedSession(
            [
                sample("order.search", "page-1-of-2"),
                sample("order.search", "page-2-of-2"),
            ]
        )
        client = TikTokClient(KEY, SECRET, TOKEN, session=session, shop_cipher=CIPHER)
        pages = list(client.order_pages(1767081600, 1767240000, page_size=3))
        self.assertEqual(len(self.ids(pages)), 6)
        self.assertEqual(pages[-1].done_until, 1767240000)
