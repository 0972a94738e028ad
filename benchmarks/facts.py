"""What came out of a measurement, comparable between the ways to get there."""


def read(env):
    """Return {TikTok order id: what its sales order is made of}."""
    orders = env["sale.order"].search([])
    return {order.client_order_ref: _order(order) for order in orders}


def _order(order):
    recipient = order.partner_shipping_id
    return {
        "state": order.state,
        "total": order.amount_total,
        "currency": order.currency_id.name,
        "customer": order.partner_id.name,
        "recipient": [recipient.type, recipient.name, recipient.street, recipient.zip],
        "place": [recipient.state_id.code, recipient.country_id.code],
        "carrier": order.carrier_id.name,
        "warehouse": order.warehouse_id.code,
        "salesperson": order.user_id.login,
        "lines": [
            [
                line.product_id.default_code,
                line.name,
                line.product_uom_qty,
                line.price_unit,
                line.is_delivery,
            ]
            for line in order.order_line.sorted("sequence")
        ],
        "deliveries": [_delivery(picking) for picking in order.picking_ids],
    }


def _delivery(picking):
    return [
        picking.state,
        picking.carrier_id.name,
        picking.partner_id.name,
        sorted(
            [move.product_id.default_code, move.quantity, move.state]
            for move in picking.move_ids
        ),
    ]


def problems(found, rows):
    """Tell what is not as it has to be; empty when all is right.

    :param found: what `read` returned
    :param rows: the orders as the sandbox serves them
    """
    wanted = {row["id"]: float(row["payment"]["total_amount"]) for row in rows}
    if missing := wanted.keys() - found.keys():
        yield f"{len(missing)} orders are missing, such as {min(missing)}"
    if extra := found.keys() - wanted.keys():
        yield f"{len(extra)} orders are too many"
    for remote_id, order in found.items():
        if order["state"] != "sale":
            yield f"order {remote_id} is not confirmed"
        if [delivery[0] for delivery in order["deliveries"]] != ["assigned"]:
            yield f"the delivery of order {remote_id} is not reserved"
        if order["total"] != wanted.get(remote_id, order["total"]):
            yield f"order {remote_id} totals {order['total']}"
        if len(order["lines"]) != 3:
            yield f"order {remote_id} has {len(order['lines'])} lines"
