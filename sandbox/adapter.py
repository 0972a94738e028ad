"""Mounts a sandbox on a `requests` session, without a network."""

import io
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from .http import Request


class SandboxAdapter(BaseAdapter):
    """Answers every request of a session from `sandbox`.

    Faults become what the network would make of them, at once: a timeout raises
    `requests.ReadTimeout`, a reset `requests.ConnectionError`. A slow answer is a
    timeout when it is slower than the timeout asked for.
    """

    def __init__(self, sandbox):
        super().__init__()
        self.sandbox = sandbox

    def send(
        self,
        request,
        stream=False,
        timeout=None,
        verify=True,
        cert=None,
        proxies=None,
    ):
        """Answer a prepared request."""
        parts = urlsplit(request.url)
        body = request.body or b""
        reply = self.sandbox.handle(
            Request(
                request.method,
                unquote(parts.path) or "/",
                parts.query,
                {name.lower(): _text(v) for name, v in request.headers.items()},
                body.encode() if isinstance(body, str) else body,
            )
        )
        wait = timeout[1] if isinstance(timeout, tuple) else timeout
        if reply.drop == "close" or (reply.delay and wait and reply.delay > wait):
            raise requests.ReadTimeout("Read timed out.", request=request)
        if reply.drop == "reset":
            raise requests.ConnectionError("Connection reset by peer", request=request)
        return self._response(request, reply)

    def _response(self, request, reply):
        response = requests.Response()
        response.status_code = reply.status
        response.headers = CaseInsensitiveDict(reply.headers)
        response.headers["Content-Length"] = str(len(reply.body))
        response.encoding = requests.utils.get_encoding_from_headers(response.headers)
        response.raw = HTTPResponse(
            body=io.BytesIO(reply.body),
            headers=dict(response.headers),
            status=reply.status,
            preload_content=False,
        )
        response.url = request.url
        response.request = request
        response.connection = self
        return response

    def close(self):
        """Nothing to close."""


def _text(value):
    return value.decode("latin-1") if isinstance(value, bytes) else value
