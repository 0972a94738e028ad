"""Consent page, codes and tokens of the one app and the one seller account.

Source: TikTok Shop Partner API docs, "Seller authorization guide" and "Refresh your
access token". Token calls are unsigned GETs; expiries are points in time.
"""

import hashlib
import html
import random
from urllib.parse import urlencode, urlsplit

from .errors import ApiError, business, gateway
from .http import Reply, page

CODE_LIFE = 30 * 60
ACCESS_LIFE = 7 * 86400
REFRESH_LIFE = 365 * 86400
SCOPES = (
    "seller.authorization.info",
    "seller.shop.info",
    "seller.order.info",
    "seller.order.ext_ref.read",
    "seller.order.ext_ref.write",
    "seller.product.basic",
    "seller.product.write",
    "seller.product.delete",
    "seller.fulfillment.basic",
    "seller.fulfillment.package.write",
    "seller.logistics",
    "seller.return_refund.basic",
    "seller.finance.info",
)


class Accounts:
    """The app, the seller, and every code and token in use."""

    def __init__(self, box):
        self._box = box
        self._rng = random.Random(f"accounts {box.options.seed}")
        seed = str(box.options.seed).encode()
        self.app_key = "6sb" + hashlib.sha256(b"key" + seed).hexdigest()[:10]
        self.app_secret = hashlib.sha1(b"secret" + seed).hexdigest()
        self.service_id = str(7_300_000_000_000_000_000 + box.options.seed * 1009)
        self.redirect_url = box.options.redirect_url
        self.scopes = list(SCOPES)
        self.codes = {}
        self.access = {}
        self.refresh = {}
        regions = [shop.market.code for shop in box.shops.values()]
        self.region = regions[0]
        self._prefix = "TTP" if regions == ["US"] else "ROW"
        self.open_id = "SBX" + hashlib.sha256(b"seller" + seed).hexdigest()[:29]
        self.first = self.issue()

    def _secret(self, size=72):
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return f"{self._prefix}_" + "".join(self._rng.choices(letters, k=size))

    def new_code(self):
        """Return a code that lives 30 minutes and works once."""
        code = self._secret(60)
        self.codes[code] = self._box.now() + CODE_LIFE
        return code

    def issue(self, refresh_token=None, refresh_expiry=None):
        """Return the `data` of a token answer; keeps `refresh_token` when given."""
        now = int(self._box.now())
        access = self._secret()
        self.access[access] = {
            "expires": now + ACCESS_LIFE,
            "scopes": set(self.scopes),
        }
        expiry = refresh_expiry or now + REFRESH_LIFE
        refresh_token = refresh_token or self._secret()
        self.refresh[refresh_token] = expiry
        return {
            "access_token": access,
            "access_token_expire_in": now + ACCESS_LIFE,
            "refresh_token": refresh_token,
            "refresh_token_expire_in": expiry,
            "open_id": self.open_id,
            "seller_name": f"Contoh Outfitters {self.region}",
            "seller_base_region": self.region,
            "user_type": 0,
            "granted_scopes": list(self.scopes),
        }

    def exchange(self, code):
        """Turn a code into tokens; it never works again.

        :raise ApiError: 36004004 when it is unknown, used or older than 30 minutes
        """
        expiry = self.codes.pop(code, 0)
        if expiry < self._box.now():
            raise business(36004004)
        return self.issue()

    def renew(self, token):
        """Turn a refresh token into new tokens; by default the old one dies.

        Access tokens live on unless the sandbox revokes old ones.

        :raise ApiError: 36004004 when it is unknown, replaced or expired
        """
        expiry = self.refresh.get(token, 0)
        if expiry < self._box.now():
            raise business(36004004, "invalid refresh token")
        if self._box.options.revoke_old:
            self.access.clear()
        self._box.faults.refreshed()
        if not self._box.options.rotate_refresh:
            return self.issue(token, expiry)
        del self.refresh[token]
        return self.issue(None, expiry)

    def check(self, token):
        """Return the scopes of an access token.

        :raise ApiError: 36009004 missing or unknown, 105002 expired
        """
        entry = self.access.get(token)
        if entry is None:
            raise gateway("token")
        if entry["expires"] <= self._box.now():
            raise gateway("token_expired")
        return entry["scopes"]


def token_call(box, path, query):
    """Answer `/api/v2/token/get` and `/api/v2/token/refresh`: the `data` object."""
    accounts = box.accounts
    if query.get("app_key") != accounts.app_key:
        raise gateway("app_key")
    if query.get("app_secret") != accounts.app_secret:
        raise ApiError(36009004, "Invalid credentials. Invalid `app_secret`.", 400)
    kinds = {
        "/api/v2/token/get": ("authorized_code", "auth_code", accounts.exchange),
        "/api/v2/token/refresh": ("refresh_token", "refresh_token", accounts.renew),
    }
    grant, name, function = kinds[path]
    if query.get("grant_type") != grant:
        raise ApiError(36009004, "Invalid parameter. GrantType is invalid", 400)
    if not query.get(name):
        raise ApiError(36009004, f"Invalid parameter. {name} is required", 400)
    return function(query[name])


def consent(box, path, query):
    """Answer the consent page, or the redirect of a decision made on it.

    `/open/authorize` names the app by `service_id`, the older `/oauth/authorize` by
    `app_key`. The redirect URL is the app's own; a link cannot choose it.
    """
    accounts = box.accounts
    old = path == "/oauth/authorize"
    name, wanted = (
        ("app_key", accounts.app_key) if old else ("service_id", accounts.service_id)
    )
    if query.get(name) != wanted:
        return page("<h1>Unknown app</h1><p>The link names no app.</p>", 400)
    decision = query.get("auto")
    if decision in ("accept", "deny"):
        return Reply(302, {"Location": redirect(accounts, decision, query)}, b"")
    links = {
        choice: html.escape(f"{path}?{urlencode({**query, 'auto': choice})}")
        for choice in ("accept", "deny")
    }
    host = html.escape(urlsplit(accounts.redirect_url).netloc)
    shops = ", ".join(html.escape(shop.name) for shop in box.shops.values())
    return page(
        f"<h1>Authorize the app</h1><p>Shops: {shops}</p>"
        f"<p>You will be sent back to {host}.</p>"
        f'<p><a id="accept" href="{links["accept"]}">Authorize</a> '
        f'<a id="deny" href="{links["deny"]}">Cancel</a></p>'
    )


def redirect(accounts, decision, query):
    """Return the URL the seller is sent back to after a decision."""
    if decision == "accept":
        values = {"app_key": accounts.app_key, "code": accounts.new_code()}
        values |= {"locale": "en", "shop_region": accounts.region}
    else:
        values = {"code": "null", "error": "auth_denied"}
    if "state" in query:
        values["state"] = query["state"]
    glue = "&" if urlsplit(accounts.redirect_url).query else "?"
    return accounts.redirect_url + glue + urlencode(values)
