"""What the control door shows: everything the sandbox holds."""

from .aftersales_door import show_cases
from .finance_view import show_finance, show_refunds


def state(box, _body, values):
    """Return the parts of the state; the query value `only` names some by comma.

    :raise KeyError: for a part nobody knows
    """
    only = [name for name in values.get("only", "").split(",") if name]
    raw = values.get("raw", "1") != "0"
    return {name: _PARTS[name](box, raw) for name in only or _PARTS}


def _shops(box, _raw):
    return [
        {
            "id": shop.id,
            "cipher": shop.cipher,
            "region": shop.market.code,
            "name": shop.name,
            "warehouses": shop.warehouses,
            "delivery_options": shop.delivery_options,
        }
        for shop in box.shops.values()
    ]


def _orders(box, raw):
    shown = {}
    for shop in box.shops.values():
        for order in shop.orders.values():
            row = {
                "shop_id": shop.id,
                "status": order.status,
                "create_time": order.create_time,
                "update_time": order.update_time,
                "broken": order.broken,
                "fbt": order.fbt,
                "packages": [package.id for package in order.packages],
                "ship_calls": order.ship_calls,
                "refusals": order.refusals,
                "refunds": show_refunds(order),
                "cancellations": [case.id for case in order.cancellations],
                "returns": [case.id for case in order.returns],
            }
            if raw:
                row["raw"] = order.served()
                row["address"] = order.address
            shown[order.id] = row
    return shown


def _products(box, _raw):
    return {
        product.id: show_product(product)
        for shop in box.shops.values()
        for product in shop.products.values()
    }


def show_product(product):
    """Return a product as the door shows it."""
    return {
        "shop_id": product.shop.id,
        "title": product.title,
        "status": product.status,
        "kind": product.kind,
        "lock": product.lock,
        "image": product.image,
        "create_time": product.create_time,
        "update_time": product.update_time,
        "skus": [show_sku(sku) for sku in product.skus],
    }


def show_sku(sku):
    """Return a SKU as the door shows it, without its stock."""
    market = sku.product.shop.market
    return {
        "id": sku.id,
        "seller_sku": sku.seller_sku,
        "name": sku.name,
        "price": market.money(sku.price),
        "currency": market.currency,
        "barcode": sku.barcode,
        "attributes": dict(sku.attributes),
        "status": sku.status,
        "campaign": sku.campaign,
        "parts": [[part.id, count] for part, count in sku.parts],
    }


def show_stock(sku):
    """Return {warehouse id: {"available", "committed"}} of a SKU."""
    return {
        warehouse: {"available": row[0], "committed": row[1]}
        for warehouse, row in sku.stock.items()
    }


def _inventory(box, _raw):
    return {sku.id: show_stock(sku) for sku in _skus(box)}


def _oversold(box, _raw):
    """Units sold beyond what was available, of the SKUs that have any."""
    return {sku.id: sku.oversold for sku in _skus(box) if sku.oversold}


def _skus(box):
    return [sku for shop in box.shops.values() for sku in shop.skus.values()]


def _packages(box, _raw):
    return {
        package.id: show_package(package)
        for shop in box.shops.values()
        for package in shop.packages.values()
    }


def show_package(package):
    """Return a package as the door shows it."""
    return {
        "shop_id": package.shop.id,
        "order_id": package.order.id,
        "order_ids": [order.id for order in package.orders],
        "status": package.status,
        "sub_status": package.sub_status,
        "exception": package.exception,
        "tracking_number": package.tracking_number,
        "shipping_provider": package.provider,
        "line_ids": package.line_ids,
        "handover": package.handover,
        "service": package.service,
        "create_time": package.create_time,
        "update_time": package.update_time,
        "ship_time": package.ship_time,
        "ship_calls": package.ship_calls,
        "shipped_times": package.shipped_times,
        "document_calls": package.document_calls,
        "downloads": package.downloads,
        "tracking_changes": package.tracking_changes,
        "refusals": package.refusals,
        "invoice": package.invoice and package.invoice.show(),
    }


def _invoices(box, _raw):
    """The invoices of the packages that any were uploaded for."""
    return {
        package.id: package.invoice.show()
        for shop in box.shops.values()
        for package in shop.packages.values()
        if package.invoice
    }


def _tokens(box, _raw):
    accounts = box.accounts
    return {
        "access": [row["expires"] for row in accounts.access.values()],
        "refresh": list(accounts.refresh.values()),
        "codes": list(accounts.codes.values()),
    }


_PARTS = {
    "now": lambda box, _raw: box.now(),
    # First, because orders follow what they bring up to date
    "cancellations": lambda box, raw: show_cases(box, "cancellations", raw),
    "returns": lambda box, raw: show_cases(box, "returns", raw),
    "shops": _shops,
    "orders": _orders,
    "products": _products,
    "inventory": _inventory,
    "oversold": _oversold,
    "stock_updates": lambda box, _raw: list(box.stock_updates),
    "packages": _packages,
    "documents": lambda box, _raw: [paper.show() for paper in box.documents.values()],
    "invoices": _invoices,
    "finance": show_finance,
    "purchases": lambda box, _raw: list(box.purchases),
    "tokens": _tokens,
    "calls": lambda box, _raw: dict(box.calls),
    "faults": lambda box, _raw: [fault.show() for fault in box.faults.active],
}
