"""A signing client of a few lines for the tests of the sandbox; no code of `lib`."""

import hashlib
import hmac
import json
from urllib.parse import quote

from ..sandbox import Sandbox
from ..sandbox.http import Request

NOW = 1_767_225_600


class SandboxClient:
    """Calls a sandbox in process, at a clock that stands still.

    `call` signs like the documentation says; every part can be replaced to be wrong.
    """

    def __init__(self, **options):
        options.setdefault("orders", 60)
        options.setdefault("products", 8)
        self.box = Sandbox(clock=lambda: NOW, **options)
        given = self.box.credentials
        self.key, self.secret = given["app_key"], given["app_secret"]
        self.token, self.refresh = given["access_token"], given["refresh_token"]
        self.cipher = given["shops"][0]["cipher"]

    @property
    def shop(self):
        """The first shop of the sandbox."""
        return next(iter(self.box.shops.values()))

    def send(self, method, path, query=None, body=b"", headers=None):
        """Send a request as it is and return the reply."""
        text = "&".join(
            f"{k}={quote(str(v), safe='')}" for k, v in (query or {}).items()
        )
        return self.box.handle(Request(method, path, text, headers or {}, body))

    def call(self, method, path, query=None, body=None, **parts):
        """Return (HTTP status, answer) of a signed call.

        `parts` replaces `cipher`, `token`, `sign`, `timestamp` or `headers`; None
        leaves the part out.
        """
        data = b"" if body is None else json.dumps(body).encode()
        values = {
            "app_key": self.key,
            "timestamp": str(int(self.box.now())),
            "shop_cipher": self.cipher,
            **(query or {}),
        }
        values.update({k: v for k, v in parts.items() if k in ("timestamp", "app_key")})
        if "cipher" in parts:
            values["shop_cipher"] = parts["cipher"]
        values = {k: str(v) for k, v in values.items() if v is not None}
        values["sign"] = parts.get("sign", self.sign(path, values, data))
        if values["sign"] is None:
            del values["sign"]
        headers = {
            "x-tts-access-token": parts.get("token", self.token),
            "content-type": "application/json",
        }
        headers |= parts.get("headers", {})
        headers = {k: v for k, v in headers.items() if v is not None}
        reply = self.send(method, path, values, data, headers)
        return reply.status, json.loads(reply.body)

    def sign(self, path, values, data=b""):
        """Return the signature of a call."""
        pairs = "".join(k + values[k] for k in sorted(values) if k != "sign")
        text = f"{self.secret}{path}{pairs}".encode() + data + self.secret.encode()
        return hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest()

    def code(self, *arguments, **values):
        """Return the code alone of `call`."""
        return self.call(*arguments, **values)[1]["code"]

    def data(self, *arguments, **values):
        """Return the data of a call that has to succeed."""
        _status, answer = self.call(*arguments, **values)
        if answer["code"]:
            raise AssertionError(answer)
        return answer["data"]

    def orders(self, body=None, size=100, **query):
        """Return every order of a search, page by page."""
        found, token = [], None
        while True:
            values = {"page_size": size, **query}
            if token:
                values["page_token"] = token
            data = self.data("POST", "/order/202309/orders/search", values, body or {})
            found += data.get("orders", [])
            token = data["next_page_token"]
            if not token:
                return found

    def door(self, method, path, body=None):
        """Use the control door."""
        return self.box.control(method, f"/_sandbox{path}", body)

    def place(self, **payload):
        """Make an order through the door and return its id."""
        return self.door("POST", "/orders", {"order": payload})["ids"][0]

    def packages(self, order_id):
        """Return the package ids of an order."""
        return [package.id for package in self.box.order(order_id).packages]
