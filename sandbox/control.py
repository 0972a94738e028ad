"""The control door: see and change everything, without a signature, from loopback.

GET    /_sandbox/state            everything; `?raw=0` without the order documents
POST   /_sandbox/orders           make orders
POST   /_sandbox/orders/<id>      change one
GET    /_sandbox/faults           the faults that are on; POST one, DELETE all
POST   /_sandbox/clock            {"advance": seconds}
POST   /_sandbox/consent          {"redirect_url"?, "scopes"?, "decision"?}
GET    /_sandbox/credentials      what the first line of output says
"""

import json
from urllib.parse import parse_qs

from .changes import change_order, create_orders
from .http import Reply
from .oauth import redirect

LOOPBACK = ("127.0.0.1", "::1")


def answer(box, request):
    """Answer an HTTP request to the control door."""
    if request.remote not in LOOPBACK:
        return _reply(403, {"error": "the control door is for this machine only"})
    path = request.path
    if request.query:
        path = f"{path}?{request.query}"
    try:
        body = json.loads(request.body) if request.body else None
        return _reply(200, control(box, request.method, path, body))
    except KeyError as error:
        return _reply(404, {"error": f"not found: {error.args[0]}"})
    except (TypeError, ValueError) as error:
        return _reply(400, {"error": str(error)})


def _reply(status, data):
    text = json.dumps(data, ensure_ascii=False).encode()
    return Reply(status, {"Content-Type": "application/json"}, text)


def control(box, method, path, body=None):
    """Use the door: return the JSON answer as a dictionary.

    :raise KeyError: for an unknown path, order or shop
    :raise ValueError: for a step the sandbox refuses
    """
    path, _mark, query = path.partition("?")
    path = path.removeprefix("/_sandbox")
    values = {key: rows[-1] for key, rows in parse_qs(query).items()}
    with box.lock:
        if method == "POST" and path.startswith("/orders/"):
            return change_order(box, path.removeprefix("/orders/"), body or {})
        function = _DOORS.get((method, path))
        if function is None:
            raise KeyError(f"{method} {path}")
        return function(box, body or {}, values)


def _state(box, _body, values):
    raw = values.get("raw", "1") != "0"
    accounts = box.accounts
    return {
        "now": box.now(),
        "shops": [
            {
                "id": shop.id,
                "cipher": shop.cipher,
                "region": shop.market.code,
                "name": shop.name,
                "warehouses": shop.warehouses,
                "delivery_options": shop.delivery_options,
            }
            for shop in box.shops.values()
        ],
        "orders": _orders(box, raw),
        "products": _products(box),
        "inventory": _inventory(box),
        "packages": _packages(box),
        "tokens": {
            "access": [row["expires"] for row in accounts.access.values()],
            "refresh": list(accounts.refresh.values()),
            "codes": list(accounts.codes.values()),
        },
        "calls": dict(box.calls),
        "faults": [fault.show() for fault in box.faults.active],
    }


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
            }
            if raw:
                row["raw"] = order.served()
                row["address"] = order.address
            shown[order.id] = row
    return shown


def _products(box):
    return {
        product.id: {
            "shop_id": shop.id,
            "title": product.title,
            "status": product.status,
            "kind": product.kind,
            "skus": [
                {
                    "id": sku.id,
                    "seller_sku": sku.seller_sku,
                    "name": sku.name,
                    "price": shop.market.money(sku.price),
                    "currency": shop.market.currency,
                    "barcode": sku.barcode,
                    "parts": [[part.id, count] for part, count in sku.parts],
                }
                for sku in product.skus
            ],
        }
        for shop in box.shops.values()
        for product in shop.products.values()
    }


def _inventory(box):
    return {
        sku.id: {
            warehouse: {"available": row[0], "committed": row[1]}
            for warehouse, row in sku.stock.items()
        }
        for shop in box.shops.values()
        for sku in shop.skus.values()
    }


def _packages(box):
    return {
        package.id: {
            "shop_id": shop.id,
            "order_id": package.order.id,
            "status": package.status,
            "tracking_number": package.tracking_number,
            "shipping_provider": package.provider,
            "line_ids": package.line_ids,
            "update_time": package.update_time,
        }
        for shop in box.shops.values()
        for package in shop.packages.values()
    }


def _add_fault(box, body, _values):
    return box.faults.add(**body).show()


def _clear_faults(box, _body, _values):
    box.faults.clear()
    return {"faults": []}


def _list_faults(box, _body, _values):
    return {"faults": [fault.show() for fault in box.faults.active]}


def _clock(box, body, _values):
    box.advance(float(body.get("advance", 0)))
    return {"now": box.now(), "offset": box.offset}


def _consent(box, body, _values):
    """Set the redirect URL or the scopes, or decide as the seller would."""
    accounts = box.accounts
    if "redirect_url" in body:
        accounts.redirect_url = body["redirect_url"]
    if "scopes" in body:
        accounts.scopes = list(body["scopes"])
    data = {"redirect_url": accounts.redirect_url, "scopes": accounts.scopes}
    if body.get("decision") in ("accept", "deny"):
        query = {"state": body["state"]} if "state" in body else {}
        data["location"] = redirect(accounts, body["decision"], query)
    return data


_DOORS = {
    ("GET", "/state"): _state,
    ("POST", "/orders"): create_orders,
    ("GET", "/faults"): _list_faults,
    ("POST", "/faults"): _add_fault,
    ("DELETE", "/faults"): _clear_faults,
    ("POST", "/clock"): _clock,
    ("POST", "/consent"): _consent,
    ("GET", "/credentials"): lambda box, _body, _values: box.credentials,
}
