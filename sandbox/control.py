"""The control door: see and change everything, without a signature, from loopback.

GET    /_sandbox/state            everything; `?only=` parts, `?raw=0` no documents
POST   /_sandbox/orders           make orders; DELETE forgets all of them
POST   /_sandbox/orders/<id>      change one
POST   /_sandbox/packages/<id>    let a carrier, or Seller Center, change one
POST   /_sandbox/products         make a product; /products/<id> changes it
POST   /_sandbox/skus/<id>        change a SKU; /skus/<id>/stock sets its stock
POST   /_sandbox/warehouses       make a warehouse; /warehouses/<id> changes it
POST   /_sandbox/returns          make a return; /returns/<id> changes it
POST   /_sandbox/cancellations/<id>  change one; orders make them
POST   /_sandbox/aftersales       the generation of calls that is served
POST   /_sandbox/finance          adjust, reserve, fee, pay, withdraw
POST   /_sandbox/finance/settle   settle now; /finance/<statement id> changes one
GET    /_sandbox/faults           the faults that are on; POST one, DELETE all
POST   /_sandbox/clock            {"advance": seconds}
POST   /_sandbox/consent          {"redirect_url"?, "scopes"?, "decision"?}
GET    /_sandbox/credentials      what the first line of output says
"""

import json
from urllib.parse import parse_qs

from .aftersales_door import (
    change_cancellation,
    change_return,
    change_settings,
    create_return,
)
from .changes import change_order, create_orders, forget_orders
from .finance_door import change_finance, change_statement
from .goods import change_product, change_sku, create_product, set_stock
from .http import Reply
from .oauth import redirect
from .package_changes import change_package
from .places import change_warehouse, create_warehouse
from .view import state

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

    :raise KeyError: for an unknown path or thing
    :raise ValueError: for a step the sandbox refuses
    """
    path, _mark, query = path.partition("?")
    path = path.removeprefix("/_sandbox")
    values = {key: rows[-1] for key, rows in parse_qs(query).items()}
    with box.lock:
        kind, *rest = path.strip("/").split("/")
        change = _THINGS.get((kind, *rest[1:])) if rest else None
        if method == "POST" and change is not None:
            return change(box, rest[0], body or {})
        function = _DOORS.get((method, path))
        if function is None:
            raise KeyError(f"{method} {path}")
        return function(box, body or {}, values)


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


# POST to one thing: what comes before and after its id.
_THINGS = {
    ("cancellations",): change_cancellation,
    ("returns",): change_return,
    ("finance",): change_statement,
    ("orders",): change_order,
    ("packages",): change_package,
    ("products",): change_product,
    ("skus",): change_sku,
    ("skus", "stock"): set_stock,
    ("warehouses",): change_warehouse,
}
_DOORS = {
    ("GET", "/state"): state,
    ("POST", "/orders"): create_orders,
    ("DELETE", "/orders"): forget_orders,
    ("POST", "/products"): create_product,
    ("POST", "/warehouses"): create_warehouse,
    ("POST", "/returns"): create_return,
    ("POST", "/aftersales"): change_settings,
    ("POST", "/finance"): change_finance,
    ("GET", "/faults"): _list_faults,
    ("POST", "/faults"): _add_fault,
    ("DELETE", "/faults"): _clear_faults,
    ("POST", "/clock"): _clock,
    ("POST", "/consent"): _consent,
    ("GET", "/credentials"): lambda box, _body, _values: box.credentials,
}
