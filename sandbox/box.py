"""The sandbox itself: options, clock, accounts, shops, and the lock around them."""

import random
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass

from .aftersales import Settings, up_to_date
from .broken import make_broken
from .catalogue import make_shop
from .faults import Faults
from .generator import Generator
from .lifecycle import tick
from .markets import market_of
from .oauth import Accounts
from .settlement import ledger_of, open_ledgers
from .state import Ids

# Accepted stock updates that the control door can still show, one per SKU.
KEPT_UPDATES = 20_000


@dataclass
class Options:
    """What a sandbox is made of; see `python -m sandbox --help` for each."""

    seed: int = 7
    orders: int = 200
    products: int = 40
    skus: int | None = None
    own_skus: tuple = ()
    days: float = 14
    broken: int = 0
    lines: int | None = None
    statuses: tuple = ()
    buyers: int | None = None
    odd_skus: float = 0.02
    redirect_url: str = "http://127.0.0.1:8069/tiktok/oauth/callback"
    rotate_refresh: bool = True
    revoke_old: bool = False
    label_delay: int = 0
    label_seconds: float = 0
    label_kb: int = 0
    offset_pages: bool = False
    generation: str = ""


class Sandbox:
    """A TikTok Shop in a box.

    :param markets: market codes, one shop each
    :param clock: a function that returns Unix seconds
    :param base_url: the origin that the answers name; a server sets its own. The
        default is one that Odoo lets its tests call
    :param options: the fields of `Options`
    """

    def __init__(
        self,
        markets=("MY",),
        clock=time.time,
        base_url="http://localhost",
        **options,
    ):
        self.options = Options(**options)
        self.options.statuses = tuple(self.options.statuses or ())
        self.base_url = base_url
        self.lock = threading.RLock()
        self.rng = random.Random(f"sandbox {self.options.seed}")
        self.ids = Ids(self.options.seed)
        # Ids of their own, so that cases change nothing else that a seed makes
        self.case_ids = Ids(f"cases {self.options.seed}")
        self.calls = Counter()
        self.purchases = []
        self.stock_updates = deque(maxlen=KEPT_UPDATES)
        self.updates = 0
        self.faults = Faults(self.options.seed)
        self.offset = 0
        self._clock = clock
        self.requests = 0
        now = self.now()
        self.aftersales = Settings(int(now), self.options.generation, keys={})
        self.shops = {}
        for code in markets:
            shop = make_shop(self.ids, self.rng, market_of(code), self.options, now)
            self.shops[shop.id] = shop
        self.accounts = Accounts(self)
        self.generator = Generator(self, self.rng)
        self.documents = {}
        # Every number that an id of the money has, over all shops
        self.taken = set()
        open_ledgers(self)
        self.filled = False
        self._fill()
        self.filled = True

    def _fill(self):
        shops = list(self.shops.values())
        for number in range(self.options.orders):
            self.generator.make(shops[number % len(shops)])
        for number in range(self.options.broken):
            make_broken(self, shops[number % len(shops)], number)
        for shop in shops:
            for order in shop.orders.values():
                # Searches are then as fast the first time as later.
                order.text()
            up_to_date(self, shop)
            ledger_of(self, shop)

    def now(self):
        """Return the time of the sandbox in Unix seconds: the clock and its advance."""
        return self._clock() + self.offset

    def advance(self, seconds):
        """Move the clock and let happen what the time brings (holds, time-outs)."""
        self.offset += seconds
        tick(self)
        for shop in self.shops.values():
            up_to_date(self, shop)
            ledger_of(self, shop)

    def log_stock(self, sku, levels):
        """Keep an accepted stock update of `sku` for the control door."""
        self.updates += 1
        self.stock_updates.append(
            {
                "number": self.updates,
                "time": int(self.now()),
                "shop_id": sku.product.shop.id,
                "product_id": sku.product.id,
                "sku_id": sku.id,
                "levels": levels,
            }
        )

    @property
    def credentials(self):
        """What a client needs to start: keys, tokens and shops."""
        token = self.accounts.first
        return {
            "base_url": self.base_url,
            "app_key": self.accounts.app_key,
            "app_secret": self.accounts.app_secret,
            "service_id": self.accounts.service_id,
            "access_token": token["access_token"],
            "refresh_token": token["refresh_token"],
            "shops": [
                {"id": s.id, "cipher": s.cipher, "region": s.market.code}
                for s in self.shops.values()
            ],
        }

    def order(self, order_id):
        """Return the order of any shop, or None."""
        for shop in self.shops.values():
            if order_id in shop.orders:
                return shop.orders[order_id]
        return None

    def handle(self, request):
        """Answer one request: see `app.handle`."""
        from .app import handle

        return handle(self, request)

    def control(self, method, path, json=None):
        """Use the control door in process.

        :raise ValueError: when the door refuses the request
        """
        from .control import control

        return control(self, method, path, json)

    @property
    def wsgi(self):
        """The sandbox as a WSGI application."""
        from .app import wsgi

        return wsgi(self)
