"""What the control door does to products, SKUs and their stock."""

from decimal import Decimal

from .places import find_shop, find_warehouse, one_of, only
from .state import Product, Sku
from .stock import LOCKS
from .view import show_product, show_sku, show_stock

_PRODUCT = (
    "title",
    "status",
    "lock",
    "image",
    "create_time",
    "update_time",
    "skus",
)
_SKU = (
    "seller_sku",
    "name",
    "price",
    "barcode",
    "attributes",
    "status",
    "campaign",
    "parts",
    "stock",
)


def create_product(box, body, _values=None):
    """Make a product with its `skus`; without any it gets one.

    :return: {"id", "sku_ids", and the product}
    :raise ValueError: for keys and values that make no product
    """
    only(body, "shop_id", *_PRODUCT)
    shop, now = find_shop(box, body), int(box.now())
    product = Product(box.ids.next("product"), shop, "New product", now)
    _set_product(product, {key: v for key, v in body.items() if key != "skus"})
    for row in body.get("skus") or [{}]:
        _add_sku(box, product, row)
    shop.products[product.id] = product
    shop.skus.update((sku.id, sku) for sku in product.skus)
    shop.changed("products")
    return _shown(product)


def _shown(product):
    ids = [sku.id for sku in product.skus]
    return {"id": product.id, "sku_ids": ids, **show_product(product)}


def change_product(box, product_id, body):
    """Change a product; `skus` with an `id` are changed, others are added.

    `delete` takes the product out for good; `{"status": "DELETED"}` is what the seller
    does, who can take it back. `update_time` moves unless `touch` is false.

    :return: {"id", "sku_ids", and the product}
    :raise KeyError: for an unknown product or SKU
    """
    only(body, *_PRODUCT, "delete", "touch")
    product = _product(box, product_id)
    shop = product.shop
    if body.get("delete"):
        del shop.products[product.id]
        for sku in product.skus:
            del shop.skus[sku.id]
        shop.changed("products")
        return _shown(product)
    if body.get("touch", True):
        product.update_time = int(box.now())
    _set_product(product, body)
    for row in body.get("skus") or ():
        row = dict(row)
        sku_id = row.pop("id", None)
        if sku_id is None:
            sku = _add_sku(box, product, row)
            shop.skus[sku.id] = sku
        else:
            change_sku(box, sku_id, {"touch": False, **row})
    shop.changed("products")
    return _shown(product)


def _product(box, product_id):
    for shop in box.shops.values():
        if product_id in shop.products:
            return shop.products[product_id]
    raise KeyError(f"product {product_id}")


def _set_product(product, body):
    lock = body.get("lock", product.lock) or ""
    product.lock = one_of(lock, ("", *LOCKS), "lock")
    for name in ("title", "status", "image"):
        if name in body:
            setattr(product, name, str(body[name]))
    for name in ("create_time", "update_time"):
        if name in body:
            setattr(product, name, int(body[name]))
            product.shop.changed("products")


def _add_sku(box, product, row):
    """Add a SKU to `product`; without `stock` it lies in the default warehouse."""
    only(row, *_SKU)
    shop = product.shop
    price = shop.market.minor(shop.market.prices[0])
    sku = Sku(box.ids.next("sku"), product, "", "Default", price)
    _set_sku(box, sku, {"stock": 10, **row})
    product.skus.append(sku)
    return sku


def _set_sku(box, sku, row):
    market = sku.product.shop.market
    for name in ("seller_sku", "name", "barcode", "status"):
        if name in row:
            setattr(sku, name, str(row[name] or ""))
    if "price" in row:
        sku.price = market.minor(Decimal(str(row["price"])))
    if "attributes" in row:
        sku.attributes = [(str(k), str(v)) for k, v in dict(row["attributes"]).items()]
        if "name" not in row:
            values = [value for _name, value in sku.attributes]
            sku.name = ", ".join(values) or "Default"
    if "campaign" in row:
        sku.campaign = _campaign(row["campaign"])
    if "parts" in row:
        sku.parts = [(find_sku(box, key), int(units)) for key, units in row["parts"]]
        sku.product.kind = "COMBINED_PRODUCT" if sku.parts else ""
        for part, _units in sku.parts:
            part.product.kind = "IN_COMBINED_PRODUCT"
    if "stock" in row and not sku.parts:
        _set_levels(sku, row["stock"])


def _campaign(value):
    """Read {"quantity", "campaign_name"?}, or a number of units, or nothing."""
    if not value:
        return None
    if isinstance(value, int):
        value = {"quantity": value}
    only(value, "quantity", "campaign_name")
    name = str(value.get("campaign_name") or "1.1 Sale")
    return {"quantity": int(value["quantity"]), "campaign_name": name}


def find_sku(box, sku_id):
    """Return a SKU of any shop.

    :raise KeyError: for an unknown id
    """
    for shop in box.shops.values():
        if sku_id in shop.skus:
            return shop.skus[sku_id]
    raise KeyError(f"SKU {sku_id}")


def change_sku(box, sku_id, body):
    """Change a SKU; `delete` takes it out of its product.

    :return: the SKU with its `stock` and `oversold`
    :raise KeyError: for an unknown SKU
    """
    only(body, *_SKU, "delete", "touch")
    sku = find_sku(box, sku_id)
    product = sku.product
    if body.get("touch", True):
        product.update_time = int(box.now())
    if body.get("delete"):
        product.skus.remove(sku)
        del product.shop.skus[sku.id]
    else:
        _set_sku(box, sku, body)
    return _shown_sku(sku)


def set_stock(box, sku_id, body):
    """Set what is available: {warehouse: units}; null takes the warehouse away.

    A warehouse is named by its id or by "main", "north", "returns", "FBT". What open
    orders hold stays. Nothing here follows the rules of stock updates, and no time of
    the product moves.

    :return: the SKU with its `stock` and `oversold`
    :raise KeyError: for an unknown SKU
    :raise ValueError: for a bundle or a warehouse the shop does not have
    """
    sku = find_sku(box, sku_id)
    if sku.parts:
        raise ValueError(f"the stock of bundle {sku.id} follows its parts")
    _set_levels(sku, body, keep=True)
    return _shown_sku(sku)


def _shown_sku(sku):
    return {
        **show_sku(sku),
        "product_id": sku.product.id,
        "stock": show_stock(sku),
        "oversold": sku.oversold,
    }


def _set_levels(sku, levels, keep=False):
    """Set levels per warehouse, or one of the default warehouse.

    :param keep: leave warehouses alone that are not named
    """
    shop = sku.product.shop
    if isinstance(levels, int):
        levels = {shop.warehouse()["id"]: levels}
    found = {find_warehouse(shop, key)["id"]: n for key, n in levels.items()}
    if not keep:
        found = {**dict.fromkeys(sku.stock), **found}
    for warehouse, units in found.items():
        if units is None:
            sku.stock.pop(warehouse, None)
        elif not isinstance(units, int) or units < 0:
            raise ValueError(f"{units!r} is no number of units")
        else:
            sku.stock.setdefault(warehouse, [0, 0])[0] = units
