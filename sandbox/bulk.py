"""Big catalogues: thousands of SKUs whose keys follow from their number.

SKU number n (from 1) of a shop, in products of 1, 2, 4 and 6 SKUs in turn:

- its seller SKU is `seller_sku(n)`: SB-000001 and so on; every 50th has none, and
  number 99, 199, ... repeats the one of number 9, 109, ... of another product;
- its barcode is `barcode(n)`, a valid EAN-13; every fourth has none;
- it lies in the main warehouse, odd numbers also in the north; where TikTok stores for
  sellers, number 3, 13, ... lies in FBT too, and number 7, 507, ... only there;
- every hundredth product is hidden by the seller.

The times of creation are spread over 180 days, three products sharing each.
"""

from .catalogue import COLOURS, GOODS, SIZES, has_fbt
from .state import Product, Sku

_SHAPES = (1, 2, 4, 6)
_SPAN = 180 * 86400


def seller_sku(number):
    """Return the seller SKU of SKU `number`, "" where there is none."""
    if number % 50 == 0:
        return ""
    if number % 100 == 99:
        number -= 90
    return f"SB-{number:06d}"


def barcode(number):
    """Return the EAN-13 of SKU `number`, "" where there is none."""
    if number % 4 == 0:
        return ""
    digits = f"955{number:09d}"
    odd, even = (sum(int(d) for d in digits[start::2]) for start in (0, 1))
    return f"{digits}{-(odd + 3 * even) % 10}"


def fill(ids, shop, total, now):
    """Add products to `shop` until it has `total` SKUs."""
    first = int(now) - 21 * 86400 - _SPAN
    missing = total - len(shop.skus)
    step = max(1, _SPAN // max(1, missing // 3))
    number = count = 0
    while number < missing:
        size = min(_SHAPES[count % len(_SHAPES)], missing - number)
        created = min(first + _SPAN, first + count // 3 * 3 * step)
        _add_product(ids, shop, count, created, number, size)
        number += size
        count += 1
    shop.changed("products")


def _add_product(ids, shop, count, created, before, size):
    title = f"{GOODS[count % len(GOODS)][0]} No. {count + 1}"
    product = Product(ids.next("product"), shop, title, created)
    product.update_time = created + 3600
    if count % 100 == 99:
        product.status = "SELLER_DEACTIVATED"
    for place in range(size):
        sku = _sku(ids, product, before + place + 1)
        sku.attributes = _attributes(size, place)
        sku.name = ", ".join(value for _name, value in sku.attributes) or "Default"
        product.skus.append(sku)
        shop.skus[sku.id] = sku
    shop.products[product.id] = product


def _attributes(size, place):
    """The variant of a SKU: none, a size, or a colour and a size."""
    rows = []
    if size > 2:
        rows.append(("Color", COLOURS[place // len(SIZES)][0]))
    if size > 1:
        rows.append(("Size", SIZES[place % len(SIZES)]))
    return rows


def _sku(ids, product, number):
    """Make SKU `number` with its price and stock."""
    shop = product.shop
    market = shop.market
    low, high = market.prices
    unit = 500 if high > 10_000 else 1
    price = low + number * 7 % max(1, (high - low) // unit) * unit
    sku = Sku(ids.next("sku"), product, seller_sku(number), "", market.minor(price))
    sku.barcode = barcode(number)
    main, north, _returns, fbt = (row["id"] for row in shop.warehouses)
    if has_fbt(market) and number % 500 == 7:
        sku.stock[fbt] = [5 + number % 40, 0]
        return sku
    sku.stock[main] = [20 + number * 7 % 480, 0]
    if number % 2:
        sku.stock[north] = [number % 60, 0]
    if has_fbt(market) and number % 10 == 3:
        sku.stock[fbt] = [5 + number % 40, 0]
    return sku
