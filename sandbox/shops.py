"""Authorized shops, active shops and permissions.

Source: TikTok Shop Partner API docs, Authorization and Seller references.
"""

from .router import endpoint


@endpoint(
    "GET",
    "/authorization/202309/shops",
    scope="seller.authorization.info",
    cipher=False,
)
def authorized_shops(call):
    """The shops of the token, with the cipher of each."""
    return {
        "shops": [
            {
                "id": shop.id,
                "name": shop.name,
                "region": shop.market.code,
                "seller_type": "LOCAL",
                "cipher": shop.cipher,
                "code": shop.code,
            }
            for shop in call.box.shops.values()
        ]
    }


@endpoint("GET", "/seller/202309/shops", scope="seller.shop.info", cipher=False)
def active_shops(call):
    """The ids and regions of the active shops."""
    shops = call.box.shops.values()
    return {"shops": [{"id": s.id, "region": s.market.code} for s in shops]}


@endpoint("GET", "/seller/202309/permissions", scope="seller.shop.info", cipher=False)
def permissions(call):
    """The global product permission; a local seller has none."""
    return {"permissions": []}
