"""Connecting a seller: the consent page, and the two token calls.

Source: Partner API, "Authorization overview". Token calls are unsigned GETs with the
secrets in the query, so nothing of the HTTP library's own texts is ever passed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import requests
from urllib3.exceptions import HTTPError

from .. import const
from .answers import read_envelope
from .errors import PayloadError, Rejected, Unauthorized, Unreachable
from .parsing import integer, mapping, required_instant, required_text, text
from .redact import guard_logs
from .session import READ_TIMEOUT, new_session


@dataclass(frozen=True, slots=True, repr=False)
class TokenSet:
    """The tokens of one seller account; ``repr`` and ``str`` hide them.

    Both expiries are aware UTC datetimes. ``seller_base_region`` is the seller's home,
    not the region of every shop. ``granted_scopes`` is () where TikTok names none.
    """

    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime
    open_id: str
    seller_name: str
    seller_base_region: str
    user_type: int
    granted_scopes: tuple[str, ...]

    def __repr__(self):
        expiry = self.access_expires_at.isoformat()
        return f"TokenSet(open_id={self.open_id!r}, access_expires_at={expiry})"


def authorize_url(service_id, state, block=const.BLOCK_WORLD, base_url=None):
    """Return the address of the consent page for a seller of ``block``.

    ``state`` is ours and comes back with the code; ``base_url`` replaces the host.
    """
    host = (base_url or const.CONSENT_HOSTS[block]).rstrip("/")
    query = urlencode({"service_id": service_id, "state": state})
    return f"{host}{const.CONSENT_PATH}?{query}"


def exchange_code(
    app_key, app_secret, code, *, base_url=None, session=None, timeout=READ_TIMEOUT
) -> TokenSet:
    """Return the tokens for the ``code`` of the redirect: 30 minutes old, used once.

    :raise Rejected: when TikTok refuses the code, or the account is no seller's
    :raise Unauthorized: when it refuses the app
    :raise Unreachable: when no usable answer comes
    :raise PayloadError: when the answer lacks a token or its expiry
    """
    if not code or code == const.REFUSED_CODE:
        raise Rejected("The seller refused the authorization; connect again to retry.")
    query = {"auth_code": code, "grant_type": "authorized_code"}
    path = const.TOKEN_GET_PATH
    return _ask_tokens(path, app_key, app_secret, query, base_url, session, timeout)


def refresh_tokens(
    app_key,
    app_secret,
    refresh_token,
    *,
    base_url=None,
    session=None,
    timeout=READ_TIMEOUT,
) -> TokenSet:
    """Return new tokens; store both, the refresh token may be another one.

    It is asked once: whether a lost answer has used up the refresh token is not known.

    :raise Unauthorized: kind "token" when TikTok refuses the refresh token
    :raise Unreachable: when no usable answer comes
    :raise RateLimited: when TikTok asks to wait
    :raise PayloadError: when the answer lacks a token or its expiry
    """
    query = {"refresh_token": refresh_token, "grant_type": "refresh_token"}
    path = const.TOKEN_REFRESH_PATH
    try:
        return _ask_tokens(path, app_key, app_secret, query, base_url, session, timeout)
    except Rejected as refused:
        code, request_id, message = refused.code, refused.request_id, refused.message
    raise Unauthorized(
        f"The connection could not be renewed; connect the account again. {message}",
        kind="token",
        code=code,
        request_id=request_id,
    )


def _ask_tokens(path, app_key, app_secret, query, base_url, session, timeout):
    guard_logs()
    query = {"app_key": app_key, "app_secret": app_secret, **query}
    url = (base_url or const.AUTH_HOST).rstrip("/") + path
    own_session = None if session else new_session()
    try:
        response = _get(session or own_session, url, query, timeout)
    finally:
        if own_session:
            own_session.close()
    secrets = [value for key, value in query.items() if key not in _PUBLIC]
    envelope, error = read_envelope(response, secrets)
    if error:
        raise error
    return _parse_tokens(envelope.get("data"))


_PUBLIC = ("app_key", "grant_type")


def _get(session, url, query, timeout):
    problem = None
    try:
        return session.get(url, params=query, timeout=timeout, allow_redirects=False)
    except (requests.RequestException, HTTPError, OSError) as error:
        problem = type(error).__name__
    # Raised out here, so that not even its context holds the address.
    raise Unreachable(
        f"TikTok Shop's authorization server could not be reached ({problem}); "
        "try again later."
    )


def _parse_tokens(raw):
    raw = mapping(raw, "data")
    if not raw:
        raise PayloadError("data", "is missing")
    user_type = integer(raw.get("user_type"), default=-1)
    if "user_type" in raw and user_type != const.USER_TYPE_SELLER:
        raise Rejected(
            "This is not a seller account of TikTok Shop but a creator's or partner's; "
            "sign in as the seller and connect again."
        )
    scopes = raw.get("granted_scopes")
    return TokenSet(
        access_token=required_text(raw, "access_token", "access_token"),
        access_expires_at=_expiry(raw, "access_token_expire_in"),
        refresh_token=required_text(raw, "refresh_token", "refresh_token"),
        refresh_expires_at=_expiry(raw, "refresh_token_expire_in"),
        open_id=text(raw.get("open_id")),
        seller_name=text(raw.get("seller_name")),
        seller_base_region=text(raw.get("seller_base_region")),
        user_type=max(user_type, const.USER_TYPE_SELLER),
        granted_scopes=tuple(map(text, scopes)) if isinstance(scopes, list) else (),
    )


def _expiry(raw, key):
    """Return an expiry: despite its name, "..._expire_in" is a time, no duration."""
    return required_instant(raw, key, key)
