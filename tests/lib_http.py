"""A scripted HTTP session for the tests of ``lib``: real requests, no network."""

import json
import pathlib
from urllib.parse import parse_qs, urlsplit

import requests

from odoo.tests import BaseCase

from ..lib.client import TikTokClient

FIXTURES = pathlib.Path(__file__).parent / "fixtures"
NOW = 1767225600
KEY = "6f3k9sandbox1"
SECRET = "0d9f4c6a2b7e813f5a60c1d2e3f4a5b6c7d8e9f0"
TOKEN = "ROW_SAMPLE_access_0001"
CIPHER = "ROW_k2TtAAAAAAC8vX1pQzDm4LhYbN7eRw0s"


def fixture(name):
    """Return the content of a sample file, freshly read."""
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def case(name, case_name):
    """Return one case of a sample file."""
    return next(c for c in fixture(name)["cases"] if c["name"] == case_name)


def answer(body, status=200, headers=None):
    """Return an HTTP response with ``body``: bytes as they are, else as JSON."""
    response = requests.Response()
    response.status_code = status
    is_raw = isinstance(body, bytes)
    response._content = body if is_raw else json.dumps(body).encode()
    response.headers.update(headers or {})
    return response


def success(data):
    """Return the answer of a call that TikTok accepts."""
    return answer({"code": 0, "message": "Success", "request_id": "R1", "data": data})


def refusal(code, message="no", status=200, headers=None):
    """Return the answer of a call that TikTok refuses."""
    body = {"code": code, "message": message, "request_id": "R2", "data": None}
    return answer(body, status, headers)


def sample(name, case_name):
    """Return the recorded answer of one case."""
    found = case(name, case_name)
    return answer(found["response"], found["http_status"], found.get("headers"))


class ScriptedSession(requests.Session):
    """Answers prepared requests from a script and keeps what was sent.

    The script is a list of responses and exceptions, or a function of the request.
    """

    def __init__(self, script):
        super().__init__()
        self.script = script if callable(script) else list(script)
        self.sent = []
        self.options = []
        self.is_closed = False

    def send(self, request, **options):
        self.sent.append(request)
        self.options.append(options)
        found = self.script(request) if callable(self.script) else self.script.pop(0)
        if isinstance(found, Exception):
            raise found
        found.request, found.url = request, request.url
        return found

    def close(self):
        self.is_closed = True
        return super().close()


def query_of(request):
    """Return the decoded query of a request that was sent."""
    pairs = parse_qs(urlsplit(request.url).query, keep_blank_values=True)
    return {key: values[0] for key, values in pairs.items()}


class ClientCase(BaseCase):
    """A client whose server, clock and sleep are the test's."""

    def client(self, *script, **options):
        found = script[0] if len(script) == 1 and callable(script[0]) else script
        self.session = ScriptedSession(found)
        self.naps = []
        options = {"shop_cipher": CIPHER, "rng": lambda: 0.0, **options}
        return TikTokClient(
            KEY,
            SECRET,
            TOKEN,
            session=self.session,
            clock=lambda: NOW,
            sleep=self.naps.append,
            **options,
        )

    @property
    def sent(self):
        return self.session.sent
