"""Makes the shops: warehouses, delivery options, products and stock."""

from .state import Product, Shop, Sku

GOODS = (
    ("Cotton T-Shirt", "TEE"),
    ("Stainless Bottle", "BOT"),
    ("Canvas Tote", "TOT"),
    ("Enamel Pin", "PIN"),
    ("Ceramic Mug", "MUG"),
    ("Linen Shirt", "LIN"),
    ("Bamboo Socks", "SOC"),
    ("Phone Stand", "STA"),
    ("Desk Lamp", "LMP"),
    ("Face Serum", "SER"),
)
COLOURS = (("Black", "BLK"), ("White", "WHT"), ("Blue", "BLU"))
SIZES = ("M", "L")


def make_shop(ids, rng, market, options, now):
    """Return a shop of `market` with its catalogue, without orders."""
    prefix = "TTP" if market.code == "US" else "ROW"
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
    cipher = f"{prefix}_" + "".join(rng.choices(letters, k=36))
    code = market.code + "LC" + "".join(rng.choices(letters[:24], k=8))
    shop = Shop(ids, market, f"Contoh Outfitters {market.code}", cipher, code)
    shop.warehouses = _warehouses(ids, market)
    shop.delivery_options = _options(ids, market)
    for number in range(options.products):
        _add_product(ids, rng, shop, number, now, plain=options.lines is not None)
    if options.skus:
        from .bulk import fill

        fill(ids, shop, options.skus, now)
    if market.code in options.own_skus:
        for sku in shop.skus.values():
            sku.seller_sku = sku.seller_sku and f"{market.code}-{sku.seller_sku}"
    return shop


def has_fbt(market):
    """Whether TikTok stores and ships for sellers of `market`."""
    return market.block in ("US", "UK", "SEA")


def _warehouses(ids, market):
    rows = (
        ("main", "SALES_WAREHOUSE", "ENABLED", True),
        ("north", "SALES_WAREHOUSE", "RESTRICTED", False),
        ("returns", "RETURN_WAREHOUSE", "ENABLED", True),
        ("FBT", "FBT", "ENABLED", True),
    )
    return [
        {
            "id": ids.next("warehouse"),
            "entity_id": ids.next("misc"),
            "name": f"{market.code} {name}",
            "role": role,
            "effect": effect,
            "default": default,
        }
        for name, role, effect, default in rows
    ]


def _options(ids, market):
    carriers = [{"id": ids.next("provider"), "name": n} for n in market.carriers]
    return [
        {
            "id": ids.next("option"),
            "name": "Standard Shipping",
            "type": "STANDARD",
            "carriers": carriers,
        },
        {
            "id": ids.next("option"),
            "name": "Shipped by seller",
            "type": "SEND_BY_SELLER",
            "carriers": carriers,
        },
    ]


def _add_product(ids, rng, shop, number, now, plain):
    title, stem = GOODS[number % len(GOODS)]
    series = number // len(GOODS)
    created = int(now) - 86400 * (200 - number % 180)
    product = Product(
        ids.next("product"), shop, f"{title} {series + 1}" if series else title, created
    )
    product.update_time = int(now) - 86400 * 20 - number * 61
    stem = f"{stem}{series + 1:02d}"
    if number == 3 and not plain:
        _add_bundle(ids, shop, product)
    elif number % 3 == 0:
        for colour, short in COLOURS[: 2 + number % 2]:
            for size in SIZES:
                sku = _add_sku(ids, rng, product, f"{stem}-{short}-{size}", plain)
                sku.name = f"{colour}, {size}"
                sku.attributes = [("Color", colour), ("Size", size)]
    else:
        sku = _add_sku(ids, rng, product, f"{stem}-STD", plain)
        sku.name = "Default"
    if number == 8 and not plain:
        product.status = "SELLER_DEACTIVATED"
    if number % 4 == 1 and not plain and has_fbt(shop.market):
        for place, sku in enumerate(product.skus):
            sku.stock[shop.warehouse("FBT")["id"]] = [15 + 7 * (number + place) % 60, 0]
    shop.products[product.id] = product


def _add_sku(ids, rng, product, seller_sku, plain):
    shop = product.shop
    low, high = shop.market.prices
    major = rng.randrange(int(low), int(high))
    if plain or not shop.market.decimals:
        step = 1 if high < 10000 else 500
        price = shop.market.minor(max(step, major // step * step))
    else:
        price = shop.market.minor(major) + rng.choice((0, 50, 90, 99))
    sku = Sku(ids.next("sku"), product, seller_sku, "", price)
    sku.barcode = f"0955{rng.randrange(10**9, 10**10 - 1)}"[:13]
    main, north = shop.warehouses[0]["id"], shop.warehouses[1]["id"]
    sku.stock[main] = [rng.randrange(20, 900), 0]
    if len(product.skus) % 2 == 0:
        sku.stock[north] = [rng.randrange(0, 60), 0]
    product.skus.append(sku)
    shop.skus[sku.id] = sku
    return sku


def _add_bundle(ids, shop, product):
    """Make a virtual bundle of the first SKU of the first two products."""
    parts = [list(shop.products.values())[n].skus[0] for n in (0, 1)]
    product.title = "Starter Set"
    product.kind = "COMBINED_PRODUCT"
    price = sum(part.price for part in parts)
    sku = Sku(ids.next("sku"), product, "SET-START", "Default", price)
    sku.parts = [(part, 1) for part in parts]
    for part in parts:
        part.product.kind = "IN_COMBINED_PRODUCT"
    product.skus.append(sku)
    shop.skus[sku.id] = sku
