"""Warehouses, delivery options and shipping providers.

Source: TikTok Shop Partner API docs, Logistics reference.
"""

from .errors import business, parameter
from .fulfillment import sender_address
from .router import endpoint

SCOPE = "seller.logistics"


@endpoint("GET", "/logistics/202309/warehouses", scope=SCOPE)
def warehouses(call):
    """The warehouses of the seller; those of TikTok have an API of their own."""
    market = call.shop.market
    return {
        "warehouses": [
            {
                "id": row["id"],
                "entity_id": row["entity_id"],
                "name": row["name"],
                "effect_status": row["effect"],
                "type": row["role"],
                "sub_type": "DOMESTIC_WAREHOUSE",
                "is_default": row["default"],
                "address": _address(market),
            }
            for row in call.shop.warehouses
            if row["role"] != "FBT"
        ]
    }


def _address(market):
    place = (*market.places[0][:-1], "", "")
    sender = sender_address(market)
    return {
        "region": market.country,
        "state": place[0],
        "city": place[1],
        # The misspelling is the API's own.
        "distict": place[2],
        "town": "",
        "contact_person": sender["name"],
        "postal_code": sender["postal_code"],
        "full_address": sender["full_address"],
        "region_code": market.code,
        "phone_number": sender["phone_number"],
        "address_line1": sender["address_line1"],
        "address_line2": "",
        "geolocation": {"latitude": "3.0733", "longitude": "101.5185"},
    }


@endpoint(
    "GET",
    "/logistics/202309/global_warehouses",
    scope="seller.shop.info",
    cipher=False,
)
def global_warehouses(call):
    """The warehouses of a cross-border seller; a local seller has none."""
    return {"global_warehouses": []}


@endpoint(
    "GET",
    "/logistics/202309/warehouses/{warehouse_id}/delivery_options",
    scope=SCOPE,
)
def delivery_options(call, warehouse_id):
    """The delivery options of one warehouse."""
    own = [row["id"] for row in call.shop.warehouses if row["role"] != "FBT"]
    if warehouse_id not in own:
        raise parameter("WarehouseId is invalid")
    platforms = ["TIKTOK_SHOP"]
    if call.shop.market.code == "ID":
        platforms.append("TOKOPEDIA")
    options = []
    for option in call.shop.delivery_options:
        row = {
            "id": option["id"],
            "name": option["name"],
            "type": option["type"],
            "description": "",
            "platform": platforms,
        }
        if option["type"] == "STANDARD":
            row["dimension_limit"] = {
                "max_height": 100,
                "max_length": 100,
                "max_width": 100,
                "unit": "CM",
            }
            row["weight_limit"] = {
                "max_weight": 30000,
                "min_weight": 1,
                "unit": "GRAM",
            }
        options.append(row)
    return {"delivery_options": options}


@endpoint(
    "GET",
    "/logistics/202309/delivery_options/{delivery_option_id}/shipping_providers",
    scope=("seller.fulfillment.basic", SCOPE),
)
def shipping_providers(call, delivery_option_id):
    """The carriers a seller may name for an option shipped by the seller."""
    for option in call.shop.delivery_options:
        if option["id"] == delivery_option_id:
            if option["type"] != "SEND_BY_SELLER":
                raise business(21008117)
            return {"shipping_providers": option["carriers"]}
    raise parameter("DeliveryOptionId is invalid")
