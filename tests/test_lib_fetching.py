"""Labels fetched by several threads: none lost, none asked too fast, few held."""

import threading

from odoo.tests import BaseCase, tagged

from ..lib.errors import RateLimited, Rejected, Unauthorized, Unreachable
from ..lib.fetching import DocumentRequest, NotAsked, fetch_documents
from ..lib.packages import Document

PATIENCE = 10  # seconds until a thread that never comes fails the test


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 100.0
        self.naps = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.naps.append(round(seconds, 6))
        self.now += seconds


class FakeClient:
    """A client of one thread: answers of a script by package id, else a label."""

    def __init__(self, shared):
        self.shared = shared
        self.is_closed = False

    def document(self, package_id, kind, size, format):
        self.shared.asked.append((package_id, kind, size, format))
        self.shared.clock.now += self.shared.delays.get(package_id, 0)
        if error := self.shared.refusals.get(package_id):
            raise error
        return Document(f"https://x/{package_id}", f"N{package_id}")

    def download_document(self, url, form):
        self.shared.loaded.append((url, form))
        package_id = url.rpartition("/")[2]
        if error := self.shared.losses.get(package_id):
            raise error
        return package_id.encode()

    def close(self):
        self.is_closed = True


class MeetingClient(FakeClient):
    """Answers when a second client is asked, too; notes when it is asked meanwhile."""

    def __init__(self, shared):
        super().__init__(shared)
        self.is_busy = False

    def document(self, *args):
        if self.is_busy:
            self.shared.collisions.append(self)
        self.is_busy = True
        self.shared.both.wait()
        self.is_busy = False
        return super().document(*args)


class FetchingCase(BaseCase):
    def setUp(self):
        super().setUp()
        self.asked, self.loaded, self.clients, self.makers = [], [], [], []
        self.refusals, self.losses, self.delays = {}, {}, {}
        self.clock = Clock()

    def make_client(self):
        self.makers.append(threading.get_ident())
        self.clients.append(FakeClient(self))
        return self.clients[-1]

    def fetch(self, requests, **options):
        if isinstance(requests, int):
            requests = self.requests(requests)
        options = {"workers": 1, "clock": self.clock, **options}
        return fetch_documents(
            self.make_client, requests, sleep=self.clock.sleep, **options
        )

    def requests(self, count, **values):
        return [DocumentRequest(f"k{i}", str(i), **values) for i in range(count)]


@tagged("post_install", "-at_install")
class TestFetching(FetchingCase):
    def test_each_label_comes_with_its_link_and_under_its_key(self):
        found = dict(self.fetch(3))
        self.assertEqual(found["k1"], (Document("https://x/1", "N1"), b"1"))
        self.assertEqual(list(found), ["k0", "k1", "k2"])

    def test_kind_sheet_and_format_are_those_asked_for(self):
        request = DocumentRequest("k", "7", "PACKING_SLIP", "A5", "ZPL")
        list(self.fetch([request]))
        self.assertEqual(self.asked, [("7", "PACKING_SLIP", "A5", "ZPL")])
        self.assertEqual(self.loaded, [("https://x/7", "ZPL")])

    def test_a_picture_is_checked_as_one(self):
        list(self.fetch([DocumentRequest("k", "7", "SHIPPING_LABEL_PICTURE")]))
        self.assertEqual(self.loaded, [("https://x/7", "PNG")])

    def test_many_workers_lose_nothing_and_keep_the_order(self):
        found = list(self.fetch(40, workers=4, per_second=1e9))
        self.assertEqual([key for key, _result in found], [f"k{i}" for i in range(40)])
        self.assertEqual([result[1] for _key, result in found], LABELS)
        self.assertEqual(sorted(asked[0] for asked in self.asked), sorted(NAMES))

    def test_one_refused_label_holds_no_other(self):
        self.refusals["1"] = Rejected("no", code=21023035)
        found = dict(self.fetch(3))
        self.assertIs(found["k1"], self.refusals["1"])
        self.assertEqual((found["k0"][1], found["k2"][1]), (b"0", b"2"))

    def test_a_label_that_cannot_be_loaded_keeps_its_link(self):
        self.losses["1"] = Unreachable("slow")
        found = dict(self.fetch(2))
        self.assertEqual(found["k1"], (Document("https://x/1", "N1"), self.losses["1"]))

    def test_a_link_that_still_lives_is_not_asked_for_again(self):
        request = DocumentRequest("k", "7", url="https://x/old")
        [(_key, result)] = self.fetch([request])
        self.assertEqual((self.asked, result[1]), ([], b"old"))

    def test_nothing_to_fetch_needs_no_client(self):
        self.assertEqual(list(self.fetch([])), [])
        self.assertEqual(self.clients, [])

    def test_no_worker_is_no_way_to_fetch(self):
        with self.assertRaises(ValueError):
            self.fetch(1, workers=0)


@tagged("post_install", "-at_install")
class TestLimits(FetchingCase):
    def test_calls_are_evenly_spaced(self):
        list(self.fetch(4, per_second=8.0))
        self.assertEqual(self.clock.naps, [0.125] * 3)

    def test_time_that_answers_took_is_not_made_up_for(self):
        self.delays["1"] = 10
        list(self.fetch(4, per_second=8.0))
        self.assertEqual(self.clock.naps, [0.125, 0.125])

    def test_a_limit_stops_the_asking_and_names_the_rest(self):
        limit = self.refusals["1"] = RateLimited(60)
        found = list(self.fetch(9))
        self.assertEqual(len(found), 9)
        self.assertIs(found[1][1], limit)
        for _key, result in found[2:]:
            self.assertIsInstance(result, NotAsked)
            self.assertIs(result.cause, limit)
        self.assertEqual([asked[0] for asked in self.asked], ["0", "1"])

    def test_a_refused_connection_stops_the_asking(self):
        self.refusals["0"] = Unauthorized("connect again")
        results = [result for _key, result in self.fetch(3)]
        self.assertIsInstance(results[0], Unauthorized)
        self.assertIsInstance(results[2], NotAsked)
        self.assertIn("connect again", str(results[2]))

    def test_a_file_server_that_limits_does_not_stop_the_asking(self):
        self.losses["0"] = RateLimited(60)
        found = dict(self.fetch(2))
        self.assertEqual(found["k1"][1], b"1")

    def test_no_more_is_begun_than_can_be_held(self):
        begun = []

        def requests():
            for request in self.requests(50):
                begun.append(request.key)
                yield request

        results = self.fetch(requests(), workers=2, per_second=1e9)
        for count, (_key, _result) in enumerate(results, start=1):
            self.assertLessEqual(len(begun) - count, 3)
        self.assertEqual(len(begun), 50)


@tagged("post_install", "-at_install")
class TestThreads(FetchingCase):
    def test_clients_are_made_by_the_caller_and_closed(self):
        list(self.fetch(20, workers=3, per_second=1e9))
        self.assertEqual(self.makers, [threading.get_ident()] * 3)
        self.assertTrue(all(client.is_closed for client in self.clients))

    def test_no_more_clients_are_made_than_are_needed(self):
        list(self.fetch(2, workers=8))
        self.assertEqual(len(self.clients), 2)

    def test_threads_work_at_the_same_time_and_never_share_a_client(self):
        self.both, self.collisions = threading.Barrier(2, timeout=PATIENCE), []
        clients = [MeetingClient(self), MeetingClient(self)]
        found = list(
            fetch_documents(
                iter(clients).__next__,
                self.requests(6),
                workers=2,
                per_second=1e9,
                clock=self.clock,
                sleep=self.clock.sleep,
            )
        )
        self.assertEqual([result[1] for _key, result in found], LABELS[:6])
        self.assertEqual(self.collisions, [])

    def test_closing_early_stops_the_workers(self):
        results = self.fetch(50, workers=2, per_second=1e9)
        next(results)
        results.close()
        self.assertLessEqual(len(self.asked), 5)
        self.assertTrue(all(client.is_closed for client in self.clients))
        names = [thread.name for thread in threading.enumerate()]
        self.assertFalse([name for name in names if name.startswith("tts-label")])

    def test_a_client_that_cannot_be_made_leaves_no_thread_behind(self):
        def fail():
            raise Unauthorized("no token")

        results = fetch_documents(fail, self.requests(2))
        with self.assertRaises(Unauthorized):
            next(results)
        names = [thread.name for thread in threading.enumerate()]
        self.assertFalse([name for name in names if name.startswith("tts-label")])


NAMES = [str(i) for i in range(40)]
LABELS = [name.encode() for name in NAMES]
