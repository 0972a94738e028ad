"""The control door of a running sandbox: see everything, change anything."""

import json
import urllib.request

from . import server

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def state(sandbox: server.SandboxServer, *only: str, raw: bool = True) -> dict:
    """Return what the sandbox knows.

    :param only: the parts to return, such as ``products``; none means all.
    :param raw: with the order documents.
    """
    return _answer(f"{sandbox.url}/_sandbox/state?raw={int(raw)}&only={','.join(only)}")


def post(sandbox: server.SandboxServer, path: str, /, **body) -> dict:
    """Change something; ``path`` comes after ``/_sandbox``."""
    return _answer(
        urllib.request.Request(
            f"{sandbox.url}/_sandbox{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
    )


def _answer(request) -> dict:
    with _OPENER.open(request, timeout=60) as answer:
        return json.load(answer)
