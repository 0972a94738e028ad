"""Files of TikTok's content network: addresses from an answer, fetched with care.

No token, signature or cookie goes along, and nothing but a file of the kind that was
asked for and of a sensible size comes back.
"""

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from .errors import Rejected, Unreachable

MOST_BYTES = 10 * 1024 * 1024
_CHUNK = 64 * 1024


class Kind(NamedTuple):
    """What is fetched: its word in messages, its content types, and what to do.

    ``renew`` says how to get a present address, ``look`` where to look at the thing.
    """

    what: str
    types: tuple[str, ...]
    renew: str
    look: str


IMAGE = Kind(
    "image",
    ("image/gif", "image/jpeg", "image/jpg", "image/png", "image/webp"),
    "synchronise the catalogue for its present address",
    "look at it in Seller Center",
)
# Storage networks often send mere bytes or no type; ``documents`` looks at those.
DOCUMENT = Kind(
    "document",
    (
        "application/pdf",
        "application/octet-stream",
        "binary/octet-stream",
        "application/zpl",
        "application/x-zpl",
        "text/plain",
        "image/png",
        "",
    ),
    "its link lives for 24 hours, so fetch the label again",
    "fetch the label again, or print it in Seller Center",
)


def download(session, url, *, clock, timeout, most=MOST_BYTES, kind=IMAGE):
    """Return the bytes of the file at ``url``, at most ``most`` of them.

    ``timeout`` is in seconds, for each wait and for the whole.

    :raise Rejected: when the address may not be asked, or holds no such file
    :raise Unreachable: when no usable answer comes
    """
    host = _host(url, kind)
    deadline = clock() + timeout
    problem = None
    try:
        # Without an auth of its own, requests would look for one in a netrc file.
        with session.get(
            url,
            auth=lambda request: request,
            timeout=timeout,
            stream=True,
            allow_redirects=False,
        ) as response:
            _check(response, host, most, kind)
            return _read(response, host, most, lambda: clock() > deadline, kind)
    except (requests.RequestException, HTTPError, OSError) as error:
        problem = type(error).__name__
    # Raised out here, so that not even its context holds the address.
    raise Unreachable(
        f"The {kind.what} at {host} could not be loaded ({problem}); try again later."
    )


def is_loopback(host):
    """Tell whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host(url, kind):
    """Return the host of an address that may be asked.

    :raise Rejected: when it is no https address; http is for this machine only
    """
    try:
        parts = urlsplit(url or "")
        host = parts.hostname or ""
    except ValueError:
        parts, host = None, ""
    if not host:
        raise Rejected(f"The {kind.what} has no usable address; {kind.look}.")
    if parts.username is not None or parts.password is not None:
        raise Rejected(
            f"The address of the {kind.what} at {host} holds a login; not loaded."
        )
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
        return host
    raise Rejected(
        f"The address of the {kind.what} at {host} is not https; not loaded."
    )


def _check(response, host, most, kind):
    """Refuse an answer that is no such file, by what its headers say."""
    status = response.status_code
    if status == 429 or status >= 500:
        raise Unreachable(
            f"The {kind.what} at {host} could not be loaded (HTTP {status}); "
            "try again later."
        )
    if status != 200:
        raise Rejected(
            f"There is no {kind.what} at the address on {host} (HTTP {status}); "
            f"{kind.renew}."
        )
    sent = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if sent not in kind.types:
        raise Rejected(
            f"What {host} sent is no {kind.what} that Odoo can keep "
            f"({sent or 'no content type'}); not loaded."
        )
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length) > most:
        raise _too_large(host, most, kind)


def _read(response, host, most, is_late, kind):
    data = bytearray()
    for chunk in response.iter_content(_CHUNK):
        data += chunk
        if len(data) > most:
            raise _too_large(host, most, kind)
        if is_late():
            raise Unreachable(
                f"{host} sends the {kind.what} too slowly; try again later."
            )
    if not data:
        raise Rejected(f"The {kind.what} at {host} is empty; {kind.look}.")
    return bytes(data)


def _too_large(host, most, kind):
    size = most // (1024 * 1024)
    return Rejected(f"The {kind.what} at {host} is larger than {size} MB; not loaded.")
