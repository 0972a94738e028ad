"""Signatures of calls and webhooks.

Source: Partner API, "Sign your API request" and "Webhooks overview".
"""

import hashlib
import hmac
import time
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from requests.auth import AuthBase

TOKEN_HEADER = "x-tts-access-token"
_NEVER_SIGNED = ("sign", "access_token")
_OURS = (*_NEVER_SIGNED, "app_key", "timestamp")
_MULTIPART = "multipart/form-data"


def sign(app_secret, path, query, body=b""):
    """Return the signature of a call: lower-case hexadecimal HMAC-SHA256.

    ``path`` is without host and query, ``query`` holds decoded values (a mapping or
    pairs), ``body`` the bytes that are sent. ``sign`` and ``access_token`` are left
    out of the signed text. A multipart call passes no body.
    """
    pairs = query.items() if hasattr(query, "items") else query
    signed = sorted((str(k), str(v)) for k, v in pairs if k not in _NEVER_SIGNED)
    message = path + "".join(key + value for key, value in signed)
    secret = app_secret.encode()
    wrapped = secret + message.encode() + _as_bytes(body) + secret
    return hmac.new(secret, wrapped, hashlib.sha256).hexdigest()


def webhook_signature(app_key, app_secret, body):
    """Return what the Authorization header of a webhook with ``body`` must hold."""
    message = app_key.encode() + _as_bytes(body)
    return hmac.new(app_secret.encode(), message, hashlib.sha256).hexdigest()


def webhook_is_genuine(app_key, app_secret, body, signature):
    """Tell whether ``signature`` (the Authorization header) fits the raw ``body``.

    An account without key or secret has no genuine webhook.
    """
    if not (app_key and app_secret and signature):
        return False
    expected = webhook_signature(app_key, app_secret, body)
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


class RequestSigner(AuthBase):
    """Signs a prepared request in place, over exactly the bytes it will send.

    Each call takes a new timestamp: TikTok refuses one older than five minutes, so an
    attempt never goes out with the signature of an earlier one.
    """

    def __init__(self, app_key, app_secret, access_token, clock=time.time):
        self.app_key = app_key
        self.access_token = access_token
        self._app_secret = app_secret
        self._clock = clock

    def __call__(self, request):
        parts = urlsplit(request.url)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        pairs = [(key, value) for key, value in pairs if key not in _OURS]
        pairs.append(("app_key", self.app_key))
        pairs.append(("timestamp", str(int(self._clock()))))
        body = b"" if _is_multipart(request) else _as_bytes(request.body)
        pairs.append(("sign", sign(self._app_secret, unquote(parts.path), pairs, body)))
        query = urlencode(pairs, quote_via=quote, safe="")
        request.url = urlunsplit(parts._replace(query=query))
        request.headers[TOKEN_HEADER] = self.access_token
        return request


def _is_multipart(request):
    return request.headers.get("Content-Type", "").lower().startswith(_MULTIPART)


def _as_bytes(body):
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    raise TypeError("a streamed body cannot be signed")
