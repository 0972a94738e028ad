"""Catalogues larger than a search shows, and the images of products."""

import io
import json

import requests

from odoo.tests import tagged

from ..lib import download as downloads
from ..lib.errors import Rejected, Unreachable
from .lib_http import ClientCase, answer, query_of, refusal, success

NEWEST = 1767225600  # the clock of ClientCase
TOO_MANY = 12052180
PNG = b"\x89PNG\r\n\x1a\n"


class Catalogue:
    """A product search that shows no more than ``most`` results, newest first."""

    def __init__(self, times, most, refuses=True):
        rows = enumerate(times, start=1)
        self.rows = [{"id": str(i), "create_time": time} for i, time in rows]
        self.most = most
        self.refuses = refuses

    def __call__(self, request):
        body, query = json.loads(request.body), query_of(request)
        low = body.get("create_time_ge", 0)
        high = body.get("create_time_le", 10**12)
        rows = [row for row in self.rows if low <= row["create_time"] <= high]
        rows.sort(key=lambda row: (-row["create_time"], row["id"]))
        if len(rows) > self.most and self.refuses:
            return refusal(TOO_MANY)
        start, size = int(query.get("page_token", 0)), int(query["page_size"])
        if start + size > self.most:
            return refusal(TOO_MANY)
        token = str(start + size) if start + size < len(rows) else ""
        found = {"products": rows[start : start + size], "next_page_token": token}
        return success({**found, "total_count": len(rows)})


@tagged("post_install", "-at_install")
class TestLargeCatalogue(ClientCase):
    TIMES = [NEWEST - 86_400 * number for number in range(0, 2000, 7)]

    def ids(self, client, **options):
        pages = client.product_pages(page_size=10, **options)
        return [row["id"] for page in pages for row in page.rows]

    def assert_each_comes_once(self, server):
        found = self.ids(self.client(server))
        self.assertEqual(len(found), len(server.rows))
        self.assertEqual(set(found), {row["id"] for row in server.rows})

    def test_a_refused_search_is_cut_into_periods_of_creation(self):
        self.assert_each_comes_once(Catalogue(self.TIMES, most=40))

    def test_a_search_that_breaks_off_later_brings_each_product_once(self):
        self.assert_each_comes_once(Catalogue(self.TIMES, most=40, refuses=False))

    def test_products_older_or_newer_than_expected_are_found(self):
        times = [1_000_000_000, *self.TIMES, NEWEST + 500]
        self.assert_each_comes_once(Catalogue(times, most=40))

    def test_a_count_beyond_the_limit_is_not_read_in_vain(self):
        def serve(request):
            body = json.loads(request.body)
            if "create_time_ge" in body or "create_time_le" in body:
                return success({"products": [], "total_count": 0})
            return success({"products": [{"id": "1"}], "total_count": 10_001})

        self.assertEqual(list(self.client(serve).product_pages()), [])
        self.assertEqual(len(self.sent), 3)

    def test_the_total_is_that_of_the_shop(self):
        def serve(request):
            body = json.loads(request.body)
            if "create_time_ge" in body:
                return success({"products": [{"id": "1"}], "total_count": 1})
            if "create_time_le" in body:
                return success({"products": [{"id": "2"}], "total_count": 1})
            return success({"products": [{"id": "1"}], "total_count": 12_000})

        totals = [page.total_count for page in self.client(serve).product_pages()]
        self.assertEqual(totals, [12_000, 12_000])

    def test_too_many_products_of_one_second_are_told(self):
        with self.assertRaisesRegex(Rejected, "10,000 results"):
            self.ids(self.client(Catalogue([NEWEST - 99] * 50, most=40)))

    def test_a_reading_that_stops_after_each_page_goes_on_where_it_was(self):
        server = Catalogue(self.TIMES, most=40)
        found, resume = [], ""
        for number in range(500):
            client = self.client(server)
            client._clock = lambda late=number: NEWEST + late
            page = next(client.product_pages(page_size=10, resume=resume))
            found += [row["id"] for row in page.rows]
            resume = page.resume
            if not resume:
                break
        self.assertEqual(set(found), {row["id"] for row in server.rows})
        self.assertEqual(len(found), len(server.rows))

    def test_other_filters_hold_in_each_period(self):
        server = Catalogue(self.TIMES, most=200)
        self.ids(self.client(server), status="ACTIVATE", update_time_ge=5)
        bodies = [json.loads(request.body) for request in self.sent]
        self.assertGreater(len(bodies), 3)
        for body in bodies:
            self.assertEqual((body["status"], body["update_time_ge"]), ("ACTIVATE", 5))


@tagged("post_install", "-at_install")
class TestProductsBySku(ClientCase):
    def test_products_are_asked_ten_skus_at_a_time_and_come_once(self):
        def serve(request):
            ids = json.loads(request.body)["sku_ids"]
            return success({"products": [{"id": str(int(i) // 4)} for i in ids]})

        found = self.client(serve).products_by_sku(range(4, 28))
        sizes = [len(json.loads(request.body)["sku_ids"]) for request in self.sent]
        self.assertEqual(sizes, [10, 10, 4])
        self.assertEqual([row["id"] for row in found], ["1", "2", "3", "4", "5", "6"])

    def test_an_unknown_sku_hides_no_other(self):
        def serve(request):
            ids = json.loads(request.body)["sku_ids"]
            if "3" in ids:
                return refusal(12052556)
            return success({"products": [{"id": i} for i in ids]})

        found = self.client(serve).products_by_sku(["1", "2", "3", "4"])
        self.assertEqual([row["id"] for row in found], ["1", "2", "4"])


@tagged("post_install", "-at_install")
class TestDownload(ClientCase):
    URL = "https://img.example.com/a.png?token=hush"

    def image(self, data=PNG, status=200, **headers):
        headers = {"Content-Type": "image/png", **headers}
        response = answer(b"", status, headers)
        response._content = False
        response.raw = io.BytesIO(data)
        return response

    def test_an_image_comes_as_it_is(self):
        self.assertEqual(self.client(self.image()).download(self.URL), PNG)

    def test_no_credentials_go_along(self):
        self.client(self.image()).download(self.URL)
        [request] = self.sent
        self.assertEqual(request.url, self.URL)
        self.assertNotIn("x-tts-access-token", request.headers)
        self.assertNotIn("Authorization", request.headers)

    def test_only_https_is_asked(self):
        for url in (
            "http://img.example.com/a.png",
            "ftp://img.example.com/a.png",
            "file:///etc/passwd",
            "https://user:secret@img.example.com/a.png",
            "https://[broken/a.png",
            "//img.example.com/a.png",
            "",
            None,
        ):
            with self.subTest(url), self.assertRaises(Rejected):
                self.client().download(url)
            self.assertEqual(self.sent, [])

    def test_this_machine_may_be_asked_without_encryption(self):
        for host in ("127.0.0.1:8090", "localhost", "[::1]:80"):
            with self.subTest(host):
                client = self.client(self.image())
                self.assertEqual(client.download(f"http://{host}/a.png"), PNG)

    def test_what_is_no_image_is_refused(self):
        for kind in ("text/html", "image/svg+xml", "application/json", ""):
            with self.subTest(kind), self.assertRaisesRegex(Rejected, "no image"):
                image = self.image(**{"Content-Type": kind})
                self.client(image).download(self.URL)

    def test_a_type_with_parameters_is_an_image(self):
        image = self.image(**{"Content-Type": "image/JPEG; charset=binary"})
        self.assertEqual(self.client(image).download(self.URL), PNG)

    def test_an_image_that_says_it_is_too_large_is_not_read(self):
        image = self.image(**{"Content-Length": str(downloads.MOST_BYTES + 1)})
        image.raw = None
        image.close = lambda: None
        with self.assertRaisesRegex(Rejected, "larger than 10 MB"):
            self.client(image).download(self.URL)

    def test_an_image_that_turns_out_too_large_is_refused(self):
        image = self.image(bytes(downloads.MOST_BYTES + 1))
        with self.assertRaisesRegex(Rejected, "larger than 10 MB"):
            self.client(image).download(self.URL)

    def test_a_redirect_is_not_followed(self):
        image = self.image(status=302, Location="https://evil.example/a.png")
        with self.assertRaisesRegex(Rejected, "302"):
            self.client(image).download(self.URL)
        self.assertEqual(len(self.sent), 1)

    def test_a_missing_image_is_refused_and_a_busy_server_is_tried_later(self):
        for status, kind in (
            (404, Rejected),
            (403, Rejected),
            (429, Unreachable),
            (503, Unreachable),
        ):
            with self.subTest(status), self.assertRaises(kind):
                self.client(self.image(status=status)).download(self.URL)

    def test_network_trouble_is_told_without_the_address(self):
        client = self.client(requests.ConnectionError(self.URL))
        with self.assertRaises(Unreachable) as caught:
            client.download(self.URL)
        self.assertIn("img.example.com", str(caught.exception))
        self.assertNotIn("hush", str(caught.exception))
        self.assertIsNone(caught.exception.__context__)

    def test_an_empty_image_is_refused(self):
        with self.assertRaisesRegex(Rejected, "is empty"):
            self.client(self.image(b"")).download(self.URL)

    def test_an_image_that_drips_in_is_given_up(self):
        client = self.client(self.image())
        ticks = iter(range(0, 100, 31))
        client._clock = lambda: next(ticks)
        with self.assertRaisesRegex(Unreachable, "too slowly"):
            client.download(self.URL)
