"""Takes a request, makes the checks in the order of the gateway, sends the answer.

The order: path and method, `app_key`, `timestamp`, `sign`, token, token expiry, scope,
shop cipher, rate limit, parameters, business rules. Source: TikTok Shop Partner API
docs, "Common errors"; the order past `app_key` is a choice of the sandbox.
"""

import json
import logging
import time
from urllib.parse import parse_qsl

from . import endpoints, signature
from .control import answer as control_answer
from .documents import PATH as FILES
from .documents import download
from .errors import ApiError, gateway, parameter
from .http import Reply, Request
from .images import PATH as IMAGES
from .images import serve as serve_image
from .oauth import consent, token_call
from .router import resolve

_logger = logging.getLogger("sandbox")

OLDEST, NEWEST = 300, 30
JSON = {"Content-Type": "application/json"}
CONSENT = ("/open/authorize", "/oauth/authorize")
TOKENS = ("/api/v2/token/get", "/api/v2/token/refresh")
assert endpoints


class Fragments:
    """A list in an answer whose elements are JSON text already."""

    def __init__(self, texts):
        self.texts = texts


class Call:
    """One checked call: `query` and `body` decoded, the shop it is for."""

    def __init__(self, box, path, query, body, shop):
        self.box = box
        self.path = path
        self.query = query
        self.body = body
        self.shop = shop
        self.now = int(box.now())


def handle(box, request):
    """Answer `request` with a `Reply`."""
    with box.lock:
        if request.path.startswith("/_sandbox/"):
            return control_answer(box, request)
        query = parse_qsl(request.query, keep_blank_values=True)
        if request.path in CONSENT:
            return consent(box, request.path, dict(query))
        file = request.path.startswith(FILES)
        box.calls[f"{request.method} {FILES if file else request.path}"] += 1
        fault = box.faults.find(request.path, box.faults.TRANSPORT)
        if fault and not fault.after:
            return box.faults.reply(fault, lambda: _answer(box, request, query))
        reply = _answer(box, request, query)
        if fault:
            return box.faults.reply(fault, lambda: reply)
        return reply


def _answer(box, request, query):
    """Return the reply to a token or API call, an image, or a document."""
    if request.path.startswith(IMAGES):
        return serve_image(request)
    if request.path.startswith(FILES):
        return box.faults.spoil_file(download(box, request), request.path)
    try:
        data, text = _data(box, request, query)
    except ApiError as error:
        answer = _envelope(box, error.code, error.message, None)
        return Reply(error.status, {**JSON, **error.headers}, answer)
    except Exception:
        # A body nobody thought of is the client's mistake or ours: answer and show it.
        _logger.exception("%s %s", request.method, request.path)
        error = gateway("internal")
        answer = _envelope(box, error.code, error.message, None)
        return Reply(error.status, dict(JSON), answer)
    reply = Reply(200, dict(JSON), _envelope(box, 0, text, data))
    return box.faults.spoil(reply, request, query)


def _data(box, request, query):
    """Return the `data` of the answer and its message; the token calls differ."""
    if request.path not in TOKENS:
        return _api(box, request, query), "Success"
    if request.method != "GET":
        raise gateway("method")
    return token_call(box, request.path, dict(query)), "success"


def _envelope(box, code, message, data):
    box.requests += 1
    stamp = int(box.now()) % 10**10
    request_id = f"2026{stamp:010d}{box.requests % 16**12:012X}"
    head = {"code": code, "message": message, "request_id": request_id}
    text = json.dumps(head, ensure_ascii=False)[:-1]
    return f'{text}, "data": {_encode(data)}}}'.encode()


def _encode(data):
    """Write `data` as JSON; `Fragments` on its first level are put in as they are."""
    if not isinstance(data, dict):
        return json.dumps(data, ensure_ascii=False)
    parts = []
    for key, value in data.items():
        if isinstance(value, Fragments):
            text = f"[{','.join(value.texts)}]"
        else:
            text = json.dumps(value, ensure_ascii=False)
        parts.append(f'"{key}": {text}')
    return f"{{{', '.join(parts)}}}"


def _api(box, request, query):
    """Check an API call and return the `data` of its answer."""
    endpoint, values = resolve(request.method, request.path)
    named = _named(query)
    _check_app(box, request, query, named)
    token = request.headers.get("x-tts-access-token", "")
    scopes = box.accounts.check(token)
    if box.faults.find(request.path, ("expired_token",)):
        raise gateway("token_expired")
    if not scopes.intersection(endpoint.scopes):
        raise gateway("scope")
    shop = _shop(box, endpoint, named)
    if box.faults.find(request.path, ("rate_limit",)):
        raise gateway("rate", **{"Retry-After": "1"})
    body = _body(request)
    call = Call(box, request.path, named, body, shop)
    return endpoint.function(call, **values)


def _named(query):
    """Return the query as a dictionary.

    A list parameter is one text joined by commas; a generated client repeats the key
    instead, which is read the same way.
    """
    named = {}
    for key, value in query:
        named[key] = f"{named[key]},{value}" if key in named else value
    return named


def _check_app(box, request, query, named):
    """Check app key, timestamp and signature."""
    if named.get("app_key") != box.accounts.app_key:
        raise gateway("app_key")
    stamp = named.get("timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) == 10):
        raise gateway("timestamp")
    if int(stamp) < box.now() - OLDEST:
        raise gateway("timestamp_old")
    if int(stamp) > box.now() + NEWEST:
        raise gateway("timestamp_ahead")
    if not named.get("sign"):
        raise gateway("sign_missing")
    content_type = request.headers.get("content-type", "")
    secret = box.accounts.app_secret
    if not signature.verify(
        named["sign"], secret, request.path, query, request.body, content_type
    ):
        raise gateway("sign")


def _shop(box, endpoint, named):
    """Return the shop of the cipher, or None where a call is bound to no shop."""
    if "shop_id" in named:
        raise gateway("shop_id")
    cipher = named.get("shop_cipher", "")
    if not endpoint.cipher:
        if cipher:
            raise gateway("cipher_unwanted")
        return None
    if not cipher:
        raise gateway("cipher_missing")
    for shop in box.shops.values():
        if shop.cipher == cipher:
            return shop
    raise gateway("cipher")


def _body(request):
    """Return the JSON object of the body, {} when there is none."""
    if not request.body:
        return {}
    content_type = request.headers.get("content-type", "").lower()
    if not content_type.startswith(("application/json", "multipart/form-data")):
        raise gateway("format")
    try:
        body = json.loads(request.body)
    except ValueError:
        raise parameter("The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise parameter("The request body is not a JSON object")
    return body


def wsgi(box):
    """Return `box` as a WSGI application."""
    from werkzeug.wrappers import Request as WsgiRequest
    from werkzeug.wrappers import Response

    @WsgiRequest.application
    def application(incoming):
        reply = box.handle(
            Request(
                incoming.method,
                incoming.path,
                incoming.query_string.decode("latin-1"),
                {name.lower(): value for name, value in incoming.headers.items()},
                incoming.get_data(),
                incoming.remote_addr or "127.0.0.1",
            )
        )
        if reply.delay:
            time.sleep(reply.delay)
        if reply.drop:
            # Plain WSGI cannot drop a connection; the server of this package can.
            return Response(b"", 502, {"Connection": "close"})
        return Response(reply.body, reply.status, reply.headers)

    return application
