"""Images of TikTok's content network: addresses from an answer, fetched with care.

No token, signature or cookie goes along, and nothing but an image of a sensible size
comes back.
"""

import ipaddress
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from .errors import Rejected, Unreachable

MOST_BYTES = 10 * 1024 * 1024
TYPES = ("image/gif", "image/jpeg", "image/jpg", "image/png", "image/webp")
_CHUNK = 64 * 1024


def download(session, url, *, clock, timeout, most=MOST_BYTES):
    """Return the bytes of the image at ``url``, at most ``most`` of them.

    ``timeout`` is in seconds, for each wait and for the whole.

    :raise Rejected: when the address may not be asked, or holds no such image
    :raise Unreachable: when no usable answer comes
    """
    host = _host(url)
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
            _check(response, host, most)
            return _read(response, host, most, lambda: clock() > deadline)
    except (requests.RequestException, HTTPError, OSError) as error:
        problem = type(error).__name__
    # Raised out here, so that not even its context holds the address.
    raise Unreachable(
        f"The image at {host} could not be loaded ({problem}); try again later."
    )


def is_loopback(host):
    """Tell whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host(url):
    """Return the host of an address that may be asked.

    :raise Rejected: when it is no https address; http is for this machine only
    """
    try:
        parts = urlsplit(url or "")
        host = parts.hostname or ""
    except ValueError:
        parts, host = None, ""
    if not host:
        raise Rejected("The image has no usable address; look at it in Seller Center.")
    if parts.username is not None or parts.password is not None:
        raise Rejected(f"The address of the image at {host} holds a login; not loaded.")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
        return host
    raise Rejected(f"The address of the image at {host} is not https; not loaded.")


def _check(response, host, most):
    """Refuse an answer that is no image, by what its headers say."""
    status = response.status_code
    if status == 429 or status >= 500:
        raise Unreachable(
            f"The image at {host} could not be loaded (HTTP {status}); try again later."
        )
    if status != 200:
        raise Rejected(
            f"There is no image at the address on {host} (HTTP {status}); "
            "synchronise the catalogue for its present address."
        )
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in TYPES:
        raise Rejected(
            f"What {host} sent is no image that Odoo can show "
            f"({kind or 'no content type'}); not loaded."
        )
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length) > most:
        raise _too_large(host, most)


def _read(response, host, most, is_late):
    data = bytearray()
    for chunk in response.iter_content(_CHUNK):
        data += chunk
        if len(data) > most:
            raise _too_large(host, most)
        if is_late():
            raise Unreachable(f"{host} sends the image too slowly; try again later.")
    if not data:
        raise Rejected(f"The image at {host} is empty; look at it in Seller Center.")
    return bytes(data)


def _too_large(host, most):
    size = most // (1024 * 1024)
    return Rejected(f"The image at {host} is larger than {size} MB; not loaded.")
