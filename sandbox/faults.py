"""Faults that can be switched on: broken transport and broken answers."""

import json
import random

from .http import Reply, page

KINDS = (
    "http_500",
    "html_502",
    "timeout",
    "slow",
    "reset",
    "truncated_json",
    "rate_limit",
    "expired_token",
    "duplicate_page",
    "unknown_enum",
    "number_ids",
    "empty_file",
    "html_file",
    "truncated_file",
    "wrong_type",
    "expired_file",
)
# Enumerations a client may only display; the deciding ones are touched on request.
_ENUMS = {
    "order_type",
    "delivery_type",
    "display_status",
    "package_status",
    "sku_type",
    "need_upload_invoice",
    "split_or_combine_tag",
    "commerce_platform",
}
_PAGES_KEPT = 50


class Fault:
    """One fault: what, on which paths, how often.

    `times` counts down to nothing; `rate` is the share of calls hit. `after` lets a
    transport fault strike when the call has already done its work.
    """

    def __init__(self, kind, path="/", times=None, rate=None, **more):
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}, known: {', '.join(KINDS)}")
        self.kind = kind
        self.path = path
        self.times = times if times is not None or rate is not None else 1
        self.rate = rate
        self.seconds = more.pop("seconds", None)
        self.key = more.pop("key", None)
        self.after = bool(more.pop("after", False))
        self.hits = 0
        if more:
            raise ValueError(f"unknown fault keys: {', '.join(more)}")

    def show(self):
        """Return the fault as the control door shows it."""
        return dict(vars(self))


class Faults:
    """The faults that are on."""

    FILES = ("empty_file", "html_file", "truncated_file", "wrong_type", "expired_file")
    TRANSPORT = ("http_500", "html_502", "timeout", "slow", "reset")

    def __init__(self, seed):
        self._rng = random.Random(f"faults {seed}")
        self._pages = {}
        self.active = []

    def add(self, **values):
        """Switch a fault on.

        :raise ValueError: for an unknown kind or key
        """
        fault = Fault(**values)
        self.active.append(fault)
        return fault

    def clear(self):
        """Switch every fault off."""
        self.active = []

    def refreshed(self):
        """End the faults that a new token ends."""
        self.active = [f for f in self.active if f.kind != "expired_token"]

    def find(self, path, kinds):
        """Return the first fault of `kinds` that strikes this call, counting it."""
        for fault in self.active:
            if fault.kind not in kinds or not path.startswith(fault.path):
                continue
            if fault.rate is not None and self._rng.random() >= fault.rate:
                continue
            fault.hits += 1
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.active.remove(fault)
            return fault
        return None

    def reply(self, fault, produce):
        """Return what a transport fault sends; `produce` makes the true reply."""
        if fault.kind == "http_500":
            body = {"code": 36009003, "message": "Internal error. Please try again."}
            text = json.dumps({**body, "request_id": "0", "data": None}).encode()
            return Reply(500, {"Content-Type": "application/json"}, text)
        if fault.kind == "html_502":
            text = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
            return Reply(502, {"Content-Type": "text/html"}, text)
        if fault.kind == "reset":
            return Reply(502, {}, b"", drop="reset")
        if fault.kind == "timeout":
            return Reply(504, {}, b"", delay=fault.seconds or 40, drop="close")
        reply = produce()
        reply.delay = fault.seconds or 3
        return reply

    def spoil(self, reply, request, query):
        """Return the reply to a successful call, spoiled by the faults that fit."""
        path = request.path
        reply.body = self._repeat(reply.body, request, query)
        for kind, change in (("unknown_enum", _new_enums), ("number_ids", _numbers)):
            fault = self.find(path, (kind,))
            if fault:
                data = change(json.loads(reply.body), fault)
                reply.body = json.dumps(data, ensure_ascii=False).encode()
        if self.find(path, ("truncated_json",)):
            reply.body = reply.body[: max(1, len(reply.body) * 2 // 3)]
        return reply

    def spoil_file(self, reply, path):
        """Return the reply with a document, spoiled by the first fault that fits."""
        fault = self.find(path, self.FILES) if reply.status == 200 else None
        if fault is None:
            return reply
        if fault.kind == "html_file":
            return page("<h1>Please log in</h1>")
        if fault.kind == "expired_file":
            return page("<h1>Expired</h1>", 403)
        if fault.kind == "wrong_type":
            reply.headers["Content-Type"] = "application/octet-stream"
        elif fault.kind == "truncated_file":
            reply.body = reply.body[: len(reply.body) // 2]
        else:
            reply.body = b""
        return reply

    def _repeat(self, body, request, query):
        """Return `body`, or the page before it when a duplicate page is due."""
        named = dict(query)
        if "page_size" not in named:
            return body
        fixed = ("timestamp", "sign", "page_token")
        filters = tuple(sorted(pair for pair in query if pair[0] not in fixed))
        key = request.path, filters, request.body
        earlier = self._pages.get(key)
        repeatable = named.get("page_token") and earlier
        if repeatable and self.find(request.path, ("duplicate_page",)):
            return earlier
        if len(self._pages) >= _PAGES_KEPT:
            self._pages.clear()
        self._pages[key] = body
        return body


def _new_enums(data, fault):
    keys = _ENUMS | {fault.key}

    def visit(value):
        if isinstance(value, list):
            return [visit(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {
            key: "SOMETHING_NEW"
            if key in keys and isinstance(item, str)
            else visit(item)
            for key, item in value.items()
        }

    return visit(data)


def _numbers(data, _fault):
    def visit(key, value):
        if isinstance(value, list):
            return [visit(key.removesuffix("s"), item) for item in value]
        if isinstance(value, dict):
            return {name: visit(name, item) for name, item in value.items()}
        named = key == "id" or key.endswith("_id")
        if named and isinstance(value, str) and value.isdigit():
            return int(value)
        return value

    data["data"] = visit("", data.get("data"))
    return data
