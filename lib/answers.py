"""What an HTTP answer of TikTok Shop means: its data, or the error it stands for.

Source: Partner API, "Common parameters" (envelope) and "Common error codes".
"""

import json
import math
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from .. import const
from .aftersale_refusals import AFTERSALE_SENTENCES
from .errors import RateLimited, Rejected, Unauthorized, Unreachable
from .redact import scrub
from .refusals import DELIVERY_SENTENCES

# Waits in seconds when TikTok names none: a throttle, and a test shop's full hour.
DEFAULT_WAIT = 60.0
SANDBOX_WAIT = 3600.0

_KIND_OF_CODE = {
    const.CODE_TOKEN_EXPIRED: "token",
    const.CODE_TOKEN_MISFIT: "token",
    const.CODE_SCOPE: "scope",
    const.CODE_SIGNATURE: "app",
    const.CODE_IP: "app",
    const.CODE_SHOP_INACTIVE: "inactive",
    const.CODE_SELLER_INACTIVE: "inactive",
}
# CODE_INVALID covers everything: the kind is that of the first text found in it.
_KIND_OF_TEXT = (
    ("invalid timestamp", "clock"),
    ("`timestamp`", "clock"),
    ("app_key", "app"),
    ("app_secret", "app"),
    ("missing credentials", "app"),
    ("x-tts-access-token", "token"),
    ("access_token", "token"),
    ("access token", "token"),
    ("invalid credentials", "token"),
)
_KIND_SENTENCES = {
    "token": "TikTok Shop no longer accepts the connection; connect the account again.",
    "app": "TikTok Shop does not accept the app; check its App Key and App Secret.",
    "clock": "TikTok Shop refused the time of the call; set the server's clock.",
}


def read_envelope(response, secrets=()):
    """Return (envelope, error): the parsed body, and None when ``code`` is 0.

    Numbers with a fraction stay text, so that amounts and ids are never floats.
    ``secrets`` are taken out of whatever TikTok writes back.
    """
    envelope = _parse_json(response)
    if envelope is None:
        return {}, _without_json(response)
    code = envelope.get("code")
    if isinstance(code, str) and code.isascii() and code.isdigit():
        code = int(code)
    if not isinstance(code, int) or isinstance(code, bool):
        return {}, Unreachable("TikTok Shop sent an answer without a result code.")
    if code == const.CODE_OK and response.status_code < 400:
        return envelope, None
    return envelope, error_of(code, envelope, response, secrets)


def error_of(code, envelope, response, secrets=()):
    """Return the error that a non-zero ``code`` stands for."""
    remote = scrub(str(envelope.get("message") or ""), secrets)[:500]
    request_id = str(envelope.get("request_id") or "") or None
    facts = {"code": code, "request_id": request_id}
    status = response.status_code
    if status == 429 or code in const.RATE_CODES:
        return _rate_limit(code, response, describe(code, remote, request_id), facts)
    if kind := _kind(code, remote):
        sentence = _KIND_SENTENCES.get(kind, "")
        text = describe(code, remote, request_id, sentence)
        return Unauthorized(text, kind=kind, **facts)
    text = describe(code, remote, request_id)
    is_waiting = code in const.GENERATING_CODES  # whatever the HTTP status says
    if not is_waiting and (code in const.RETRYABLE_CODES or status >= 500):
        return Unreachable(text, **facts)
    return Rejected(text, **facts)


def retry_after(response):
    """Return the Retry-After header in seconds, None when absent or senseless."""
    value = response.headers.get("Retry-After")
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except (TypeError, ValueError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        seconds = (moment - datetime.now(timezone.utc)).total_seconds()
    return min(max(seconds, 0.0), SANDBOX_WAIT) if math.isfinite(seconds) else None


def _parse_json(response):
    try:
        parsed = json.loads(
            response.content, parse_float=str, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def _without_json(response):
    status = response.status_code
    if status == 429:
        return _rate_limit(None, response, None, {})
    return Unreachable(
        f"TikTok Shop sent no readable answer (HTTP {status}); it is tried again later."
    )


def _rate_limit(code, response, message, facts):
    wait = retry_after(response)
    # A test shop's limit is for an hour: trying again at once only prolongs it.
    if named := wait is not None or code == const.CODE_SANDBOX_RATE:
        wait = SANDBOX_WAIT if wait is None else wait
    else:
        wait = DEFAULT_WAIT
    return RateLimited(wait, message, named=named, **facts)


def _kind(code, remote):
    if code != const.CODE_INVALID:
        return _KIND_OF_CODE.get(code)
    lowered = remote.lower()
    return next((kind for text, kind in _KIND_OF_TEXT if text in lowered), None)


def sentence_of(code):
    """Return what a code means to a person and what to do, "" when it is unknown."""
    for sentences in (const.ERROR_SENTENCES, DELIVERY_SENTENCES, AFTERSALE_SENTENCES):
        if code in sentences:
            return sentences[code]
    return ""


def describe(code, remote, request_id=None, fallback="", sentence=""):
    """Return our sentence, TikTok's own words, and what its support asks for.

    ``sentence`` is for a call in which the code means something of its own.
    """
    sentence = sentence or sentence_of(code) or fallback
    said = f"TikTok says: {remote}" if sentence and remote else remote
    parts = [sentence, said or ("" if sentence else "TikTok Shop refused the call.")]
    facts = f"code {code}" + (f", request {request_id}" if request_id else "")
    parts.append(f"({facts})" if code is not None else "")
    return " ".join(part for part in parts if part)
