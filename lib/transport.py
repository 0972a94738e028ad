"""Signed calls: one attempt, its retries, and the renewal of the access token."""

from __future__ import annotations

import json
import random
import time

import requests
from urllib3.exceptions import HTTPError

from .. import const
from .answers import read_envelope
from .documents import check_document
from .download import DOCUMENT, download
from .errors import RateLimited, Unauthorized, Unreachable
from .parsing import mapping
from .redact import guard_logs
from .session import READ_TIMEOUT, new_session
from .signing import RequestSigner

FIRST_PAUSE = 0.5  # seconds, doubled at each retry, plus up to half of it at random
LONGEST_WAIT = 5.0  # seconds of sleep in one call; longer waits are the caller's
LONGEST_CALL = 45.0  # seconds after which no further attempt is begun


class Transport:
    """Sends signed calls for one account, and for one shop when given its cipher.

    ``refresh`` is called without arguments when TikTok refuses the access token, at
    most once per call, and returns the new one. ``clock`` and ``sleep`` are in seconds,
    ``timeout`` is how long to wait for an answer, ``tries`` bounds the attempts of a
    read.
    Close it, or use it as a context manager; a ``session`` that was given stays open.
    """

    def __init__(
        self,
        app_key,
        app_secret,
        access_token,
        *,
        base_url=None,
        shop_cipher=None,
        session=None,
        clock=time.time,
        sleep=time.sleep,
        refresh=None,
        timeout=READ_TIMEOUT,
        tries=4,
        rng=random.random,
    ):
        guard_logs()
        self._signer = RequestSigner(app_key, app_secret, access_token, clock)
        self._app_secret = app_secret
        self._base_url = (base_url or const.API_HOST).rstrip("/")
        self._shop_cipher = shop_cipher
        self._owns_session = session is None
        self._session = new_session() if session is None else session
        self._clock = clock
        self._sleep = sleep
        self._refresh = refresh
        self._timeout = timeout
        self._tries = max(1, tries)
        self._rng = rng

    def __enter__(self):
        return self

    def __exit__(self, *_exc_info):
        self.close()

    def __repr__(self):
        return f"<{type(self).__name__} {self._base_url}>"

    def close(self):
        """Close the connections, unless the session belongs to the caller."""
        if self._owns_session:
            self._session.close()

    def download(self, url):
        """Return the bytes of an image that TikTok names, fetched without credentials.

        :raise Rejected: when it is no https address of an image of at most 10 MB
        :raise Unreachable: when it cannot be loaded now
        """
        return download(self._session, url, clock=self._clock, timeout=self._timeout)

    def download_document(self, url, form="PDF"):
        """Return the bytes of a label or slip, fetched without credentials.

        :param str form: PDF, ZPL or PNG
        :raise Rejected: when there is no whole document of this form, of at most 10 MB
        :raise Unreachable: when it cannot be loaded now
        """
        content = download(
            self._session,
            url,
            clock=self._clock,
            timeout=self._timeout,
            kind=DOCUMENT,
        )
        check_document(content, form)
        return content

    def _request(
        self, method, path, *, query=None, body=None, shop=True, idempotent=None
    ):
        """Return ``data`` of the answer, {} when TikTok sent none.

        ``shop`` says whether the call is addressed to the shop. Only an ``idempotent``
        call (default: every GET) is repeated when its outcome is unknown.

        :raise TikTokError: see the tree in ``errors``
        """
        if idempotent is None:
            idempotent = method == "GET"
        refreshed, slept, tried, began = False, 0.0, 0, self._clock()
        while True:
            error = None
            try:
                return self._attempt(method, path, query, body, shop)
            except (RateLimited, Unauthorized, Unreachable) as caught:
                error = caught
            # Outside of the handler: what follows is no part of the first error.
            if isinstance(error, Unauthorized):
                if refreshed or error.kind != "token" or self._refresh is None:
                    raise error
                self._signer.access_token = self._refresh()
                refreshed = True
                continue
            tried += 1
            pause = self._pause(error, tried)
            if not idempotent or tried >= self._tries or slept + pause > LONGEST_WAIT:
                raise error
            if self._clock() - began > LONGEST_CALL:
                raise error
            self._sleep(pause)
            slept += pause

    def _pause(self, error, tried):
        """Return the seconds to wait before the next attempt."""
        if isinstance(error, RateLimited) and error.named:
            return error.retry_after
        pause = FIRST_PAUSE * 2 ** (tried - 1)
        return pause + pause / 2 * self._rng()

    def _attempt(self, method, path, query, body, shop):
        """Send the call once and return its data.

        :raise TikTokError: when TikTok refuses, or no usable answer comes
        """
        response = self._send(method, path, self._query(query, shop), body)
        secrets = (self._app_secret, self._signer.access_token, self._shop_cipher)
        envelope, error = read_envelope(response, secrets)
        if error:
            raise error
        return mapping(envelope.get("data"), "data")

    def _query(self, query, shop):
        """Return the query without empty values, which clients and TikTok sign apart.

        Lists become one text with commas. Source: Partner API, "Sign your API request".
        """
        query = {**(query or {})}
        if shop:
            query["shop_cipher"] = self._shop_cipher
        return {
            key: ",".join(map(str, value)) if isinstance(value, list | tuple) else value
            for key, value in query.items()
            if value is not None and value != ""
        }

    def _send(self, method, path, query, body):
        data = None if body is None else json.dumps(body, separators=(",", ":"))
        try:
            # A redirect would carry the token to a host that was never configured.
            return self._session.request(
                method,
                self._base_url + path,
                params=query,
                data=data and data.encode(),
                headers={"Content-Type": "application/json"},
                auth=self._signer,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except (requests.RequestException, HTTPError, OSError) as error:
            problem = type(error).__name__
        # Raised out here, so that not even its context holds the address.
        raise Unreachable(
            f"TikTok Shop could not be reached ({problem}); it is tried again later."
        )
