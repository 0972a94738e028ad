"""Many labels at once: some threads that ask TikTok and load files, nothing else.

No thread touches anything of Odoo's, and no more than a few files are held at a time.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from queue import SimpleQueue

from .errors import RateLimited, TikTokError, Unauthorized
from .packages import Document
from .shipping import LABEL, LABEL_PICTURE, PDF, PNG

HELD_PER_WORKER = 2


@dataclass(frozen=True, slots=True)
class DocumentRequest:
    """One document of one package; ``key`` is the caller's own name for it.

    ``size`` and ``format`` may be None, see ``DeliveryCalls.document``; the file is
    checked to be of that format, PDF when None, PNG for a picture. With ``url``, a link
    that still lives, TikTok is not asked for a new one.
    """

    key: Hashable
    package_id: str
    kind: str = LABEL
    size: str | None = None
    format: str | None = None
    url: str = ""

    @property
    def file_format(self) -> str:
        """Return what the file has to be: PDF, ZPL or PNG."""
        return PNG if self.kind == LABEL_PICTURE else self.format or PDF


class NotAsked(TikTokError):
    """A document was not asked for, because an answer before stopped all asking.

    ``cause`` is that answer: ``RateLimited`` or ``Unauthorized``.
    """

    def __init__(self, cause):
        super().__init__(
            f"Not asked for yet: {cause}", code=cause.code, request_id=cause.request_id
        )
        self.cause = cause


# (document, its bytes), or (document, why its file could not be loaded): its link is
# worth keeping; or why there is no document.
Result = tuple[Document, bytes] | tuple[Document, TikTokError] | TikTokError


def fetch_documents(
    make_client: Callable,
    requests: Iterable[DocumentRequest],
    *,
    workers=4,
    per_second=8.0,
    clock=time.monotonic,
    sleep=time.sleep,
) -> Iterator[tuple[Hashable, Result]]:
    """Yield (key, result) of each request, in their order, see ``Result``.

    ``make_client()`` returns a client for one thread alone; it is called in the calling
    thread, once per worker, and the clients are closed in the end. They must not renew
    the access token, so their ``refresh`` is None. All workers together ask TikTok at
    most ``per_second`` times a second; files are loaded without that limit.

    ``RateLimited`` and ``Unauthorized`` stop the asking: requests not begun come as
    ``NotAsked``. Closing the iterator early stops the workers; what they are at is
    waited for. At most ``workers * 2`` results are held.
    """
    if workers < 1:
        raise ValueError("at least one worker is needed")
    return _Fetching(make_client, requests, workers, per_second, clock, sleep).results()


class _Fetching:
    """One run: its clients, the queue of what is being fetched, and why it stopped."""

    def __init__(self, make_client, requests, workers, per_second, clock, sleep):
        self._make_client = make_client
        self._requests = iter(requests)
        self._workers = workers
        self._pace = _Pace(per_second, clock, sleep)
        self._idle = SimpleQueue()
        self._stop = threading.Event()
        self._cause = None

    def results(self):
        """Yield (key, result) in the order of the requests."""
        most = self._workers * HELD_PER_WORKER
        first = list(islice(self._requests, most))
        clients = []
        pool = ThreadPoolExecutor(self._workers, thread_name_prefix="tts-label")
        try:
            for _ in range(min(self._workers, len(first))):
                clients.append(self._make_client())
                self._idle.put(clients[-1])
            waiting = deque(self._begin(pool, request) for request in first)
            while waiting:
                key, future = waiting.popleft()
                yield key, future.result()
                del future  # with the file it holds
                waiting.extend(
                    self._begin(pool, request) for request in islice(self._requests, 1)
                )
        finally:
            self._stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            for client in clients:
                client.close()

    def _begin(self, pool, request):
        return request.key, pool.submit(self._fetch, request)

    def _fetch(self, request):
        """Return the result of one request, in a thread of the pool."""
        client = self._idle.get()
        try:
            return self._document(client, request)
        except TikTokError as error:
            return error
        finally:
            self._idle.put(client)

    def _document(self, client, request):
        if self._stop.is_set():
            return self._not_asked()
        document = Document(request.url, "") if request.url else None
        if document is None:
            self._pace.wait()
            if self._stop.is_set():
                return self._not_asked()
            document = self._ask(client, request)
        try:
            return document, client.download_document(document.url, request.file_format)
        except TikTokError as error:
            return document, error

    def _ask(self, client, request):
        try:
            return client.document(
                request.package_id, request.kind, request.size, request.format
            )
        except (RateLimited, Unauthorized) as error:
            self._cause = self._cause or error
            self._stop.set()
            raise

    def _not_asked(self):
        # Without a cause the iterator was closed, and nobody sees the result.
        return NotAsked(self._cause or TikTokError("The fetching was stopped."))


class _Pace:
    """Hands out moments to call at, evenly spaced, to all threads."""

    def __init__(self, per_second, clock, sleep):
        self._gap = 1.0 / per_second
        self._clock = clock
        self._sleep = sleep
        self._next = None
        self._lock = threading.Lock()

    def wait(self):
        """Return when the next call may be made."""
        with self._lock:
            now = self._clock()
            moment = now if self._next is None else max(now, self._next)
            self._next = moment + self._gap
        if moment > now:
            self._sleep(moment - now)
