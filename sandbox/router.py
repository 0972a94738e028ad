"""The table of endpoints, filled by the modules that serve them."""

import re

from .errors import gateway
from .unserved import is_unserved

ENDPOINTS = {}
_TEMPLATES = []
_VERSION = re.compile(r"^/([a-z_]+)/(\d{6})(/.*)$")


class Endpoint:
    """One method and path: its scopes (any of), its cipher rule, its function."""

    def __init__(self, method, path, function, scopes, cipher):
        self.method = method
        self.path = path
        self.function = function
        self.scopes = scopes
        self.cipher = cipher


def endpoint(method, *paths, scope, cipher=True):
    """Register a function as the answer to `method` on each of `paths`.

    The function gets a `Call` and returns the `data` object of the answer. Names in
    braces are passed as keyword arguments. `scope` is one scope key or several of
    which one is enough.
    """
    scopes = (scope,) if isinstance(scope, str) else tuple(scope)

    def register(function):
        for path in paths:
            entry = Endpoint(method, path, function, scopes, cipher)
            ENDPOINTS[method, path] = entry
            if "{" in path:
                pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
                _TEMPLATES.append((re.compile(f"^{pattern}$"), entry))
        return function

    return register


def resolve(method, path):
    """Return the endpoint for `method` and `path`, and the values in the path.

    :raise ApiError: 36009009 unknown path, 36009010 other method, 36009014 a known
        path in a version that is not served.
    """
    if (method, path) in ENDPOINTS:
        return ENDPOINTS[method, path], {}
    if is_unserved(method, path):
        raise gateway("not_served")
    if any(known == path for _method, known in ENDPOINTS):
        raise gateway("method")
    matches = _matches(path)
    for entry, values in matches:
        if entry.method == method:
            return entry, values
    raise gateway("method" if matches else _missing(path))


def _matches(path):
    found = []
    for pattern, entry in _TEMPLATES:
        match = pattern.match(path)
        if match:
            found.append((entry, match.groupdict()))
    return found


def _missing(path):
    """Tell a version that is not served from an unknown path."""
    parts = _VERSION.match(path)
    if not parts:
        return "path"
    area, _version, rest = parts.groups()
    for _method, known in ENDPOINTS:
        found = _VERSION.match(known)
        if not found or found.group(1) != area:
            continue
        pattern = re.sub(r"\{\w+\}", "[^/]+", found.group(3))
        if re.fullmatch(pattern, rest):
            return "version"
    return "path"
