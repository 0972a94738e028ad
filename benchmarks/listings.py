"""Measures of catalogue and stock: read, match, push, and push when nothing changed."""

from . import stage
from .gauge import Gauge

CRON_RUNS = 500


def prepare(env, url):
    """Connect a shop, and create a product with stock for each of its seller SKUs."""
    stage.connect(env, url)
    skus = sorted(
        {
            sku["seller_sku"]
            for product in stage.door(url, "/state?only=products")["products"].values()
            for sku in product["skus"]
            if sku["seller_sku"]
        }
    )
    products = env["product.product"].create(
        [
            {
                "name": sku,
                "default_code": sku,
                "type": "consu",
                "is_storable": True,
                "taxes_id": False,
            }
            for sku in skus
        ]
    )
    location = env["stock.warehouse"].search([], limit=1).lot_stock_id
    env["stock.quant"].create(
        [
            {
                "product_id": product.id,
                "location_id": location.id,
                "quantity": 1000 + number % 500,
            }
            for number, product in enumerate(products)
        ]
    )


def measure(env, url):
    """Take all measures, one after the other, on one database.

    :return: {measure: {seconds, statements, peak_mb, listings, calls}}
    """
    env["tts.account"].search([]).sandbox_url = url
    shop = env["tts.shop"].search([], limit=1)
    env.cr.commit()
    found = {}
    for name, work in (
        ("read", _read),
        ("match", _match),
        ("push", _push),
        ("push_again", _push),
    ):
        before = _calls(url)
        with _prepared(env, shop, name), Gauge() as gauge:
            work(env, shop)
        env.invalidate_all()
        listings = env["tts.listing"].search_count([("shop_id", "=", shop.id)])
        calls = {kind: n - before.get(kind, 0) for kind, n in _calls(url).items()}
        found[name] = gauge.result() | {
            "listings": listings,
            "calls": sum(calls.values()),
            "push_calls": sum(n for kind, n in calls.items() if "inventory/up" in kind),
            "problems": list(_problems(env, shop, url, name)),
        }
    return found


class _prepared:
    """What a measure finds; not part of what is measured."""

    def __init__(self, env, shop, name):
        self.env, self.shop, self.name = env, shop, name

    def __enter__(self):
        env, shop = self.env, self.shop
        if self.name == "match":
            env.cr.execute(
                "UPDATE tts_listing SET product_id = NULL, match_state = 'unmatched', "
                "match_reason = NULL, matched_seller_sku = NULL, to_heal = FALSE"
            )
        if self.name == "push":
            env["ir.cron.trigger"].search([]).unlink()
        shop.write({"stock_sync": True, "next_stock_sync": False})
        env.cr.commit()
        env.invalidate_all()

    def __exit__(self, *_error):
        self.env.cr.commit()


def _read(env, shop):
    """Read the catalogue by the daily scheduled action, which matches by itself."""
    env["tts.catalogue.sync"].create({"shop_id": shop.id, "auto_apply": True})
    env.cr.commit()
    _run(env, "ir_cron_sync_catalogue", lambda: shop.last_catalogue_sync)


def _match(env, shop):
    listings = env["tts.listing"]
    listings._apply(listings._match(shop))
    env.flush_all()


def _push(env, shop):
    """Push what differs: the scheduled action's own work, without Odoo's scheduler."""
    env["tts.shop"]._cron_push_stock()
    env.cr.commit()
    if not shop.last_stock_sync or shop.stock_failure_count:
        raise RuntimeError(shop.last_stock_error or "quantities are left to push")


def _run(env, name, is_done):
    cron = env.ref(f"sale_tiktok_shop.{name}")
    for _run in range(CRON_RUNS):
        if cron.method_direct_trigger() is not True:
            raise RuntimeError("the scheduled action failed; see the log")
        env.cr.commit()
        env.invalidate_all()
        if is_done():
            return
    raise RuntimeError(f"{name} does not come to its end")


def _calls(url):
    return stage.door(url, "/state?only=calls")["calls"]


def _problems(env, shop, url, name):
    """Yield where the result is not what it has to be."""
    mine = [("shop_id", "=", shop.id)]
    listing = env["tts.listing"]
    wanted = sum(
        len(product["skus"])
        for product in stage.door(url, "/state?only=products")["products"].values()
    )
    if listing.search_count(mine) != wanted:
        yield f"{listing.search_count(mine)} listings of {wanted} SKUs"
    loose = listing.search_count(
        [*mine, ("seller_sku", "!=", False), ("product_id", "=", False)]
    )
    if name != "read" and loose:
        yield f"{loose} listings with a seller SKU have no product"
    if name.startswith("push"):
        yield from _differences(env, shop, url)


def _differences(env, shop, url):
    """Yield SKUs whose quantity on TikTok is not Odoo's."""
    inventory = stage.door(url, "/state?only=inventory")["inventory"]
    location = shop.warehouse_id.lot_stock_id
    free = dict(
        env["stock.quant"]._read_group(
            [("location_id", "child_of", location.id)],
            ["product_id"],
            ["quantity:sum"],
        )
    )
    wrong = 0
    for row in env["tts.listing"].search([("product_id", "!=", False)]):
        own = {w.remote_id for w in shop.warehouse_ids if not w.is_fbt}
        there = inventory[row.sku_remote_id]
        listed = sum(n["available"] for key, n in there.items() if key in own)
        wrong += row.push_state != "skipped" and listed != int(free[row.product_id])
    if wrong:
        yield f"{wrong} listings offer another quantity than Odoo has"
