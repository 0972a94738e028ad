"""What the control door does to warehouses, and how it finds one."""

ROLES = ("SALES_WAREHOUSE", "RETURN_WAREHOUSE", "FBT")
METHODS = ("PICKUP", "DROP_OFF")
EFFECTS = ("ENABLED", "DISABLED", "RESTRICTED", "HOLIDAY_MODE", "ORDER_LIMIT_MODE")


def only(body, *names):
    """Refuse keys that nobody reads.

    :raise ValueError: naming them
    """
    if not isinstance(body, dict):
        raise ValueError("the body has to be a JSON object")
    odd = sorted(set(body) - set(names))
    if odd:
        raise ValueError(f"unknown keys {', '.join(odd)}; known: {', '.join(names)}")


def one_of(value, values, name):
    """Return `value`, one of `values`.

    :raise ValueError: for another one
    """
    if value not in values:
        raise ValueError(f"{name} {value!r} is none of {', '.join(map(str, values))}")
    return value


def find_shop(box, body):
    """Return the shop a body names, or the first one.

    :raise KeyError: for an unknown id
    """
    shop_id = body.get("shop_id")
    if not shop_id:
        return next(iter(box.shops.values()))
    if shop_id not in box.shops:
        raise KeyError(f"shop {shop_id}")
    return box.shops[shop_id]


def find_warehouse(shop, key):
    """Return a warehouse of `shop` by its id or the last word of its name.

    :raise ValueError: when there is none
    """
    for row in shop.warehouses:
        if key in (row["id"], row["name"].rpartition(" ")[2]):
            return row
    raise ValueError(f"shop {shop.id} has no warehouse {key!r}")


def create_warehouse(box, body, _values=None):
    """Make a warehouse: `shop_id`, `name`, `role`, `effect`.

    :return: the warehouse
    """
    only(body, "shop_id", "name", "role", "effect")
    shop = find_shop(box, body)
    row = {
        "id": box.ids.next("warehouse"),
        "entity_id": box.ids.next("misc"),
        "name": str(body.get("name") or f"{shop.market.code} new"),
        "role": one_of(body.get("role", "SALES_WAREHOUSE"), ROLES, "role"),
        "effect": one_of(body.get("effect", "ENABLED"), EFFECTS, "effect"),
        "default": False,
    }
    shop.warehouses.append(row)
    return dict(row)


def change_warehouse(box, warehouse_id, body):
    """Change `name`, `effect` and `handover` (PICKUP, DROP_OFF) of a warehouse.

    :return: the warehouse
    :raise KeyError: for an unknown id
    """
    only(body, "name", "effect", "handover")
    for shop in box.shops.values():
        for row in shop.warehouses:
            if row["id"] == warehouse_id:
                row["name"] = str(body.get("name", row["name"]))
                effect = body.get("effect", row["effect"])
                row["effect"] = one_of(effect, EFFECTS, "effect")
                if "handover" in body:
                    row["handover"] = one_of(body["handover"], METHODS, "handover")
                return dict(row)
    raise KeyError(f"warehouse {warehouse_id}")
