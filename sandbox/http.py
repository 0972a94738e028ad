"""Requests and replies as the sandbox sees them, whoever carries them."""

from dataclasses import dataclass, field


@dataclass
class Request:
    """One request: header names in lower case, `query` still percent-encoded."""

    method: str
    path: str
    query: str = ""
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    remote: str = "127.0.0.1"


@dataclass
class Reply:
    """One reply.

    `delay` seconds pass before it is sent; `drop` ("close" or "reset") says that the
    connection ends without it.
    """

    status: int
    headers: dict
    body: bytes
    delay: float = 0
    drop: str = ""


def page(text, status=200):
    """Return `text` as a small HTML page."""
    body = f"<!doctype html><title>TikTok Shop sandbox</title>{text}\n".encode()
    return Reply(status, {"Content-Type": "text/html; charset=utf-8"}, body)
