"""The merchant's side: products of Odoo and their stock, as people would enter them."""

from .web_client import WebClient

# Stock that no test order uses up, of every product but some that are sold out: what
# is not there must not be listed.
LEAST, SPREAD = 60, 240
SOLD_OUT_EVERY = 13


def create(
    client: WebClient,
    state: dict,
    empty: tuple[str, ...] = (),
    unknown: tuple[str, ...] = (),
) -> list[int]:
    """Create a storable product with stock for each seller SKU.

    SKUs that Odoo knows already are left alone.

    :param empty: ids of shops that are to find no product.
    :param unknown: seller SKUs that are to find none.
    :return: the ids of the products.
    """
    names = {
        sku["seller_sku"]: product["title"]
        for product in state["products"].values()
        for sku in product["skus"]
        if sku["seller_sku"] and product["shop_id"] not in empty
    }
    taken = [row["default_code"] for row in with_references(client, list(names))]
    for sku in (*taken, *unknown):
        names.pop(sku, None)
    values = [
        {"name": name, "default_code": sku, "type": "consu", "is_storable": True}
        for sku, name in names.items()
    ]
    products = client.call("product.product", "create", values) if values else []
    stock_up(client, products)
    return products


def create_twin(client: WebClient, reference: str) -> None:
    """Create a second product with this Internal Reference, unless there is one."""
    if len(with_references(client, [reference])) == 1:
        values = {"name": "The same under another name", "default_code": reference}
        client.call("product.product", "create", [values])


def with_references(client: WebClient, references: list[str]) -> list[dict]:
    """Return ``id`` and ``default_code`` of the products with these references."""
    domain = [("default_code", "in", references)]
    return client.read("product.product", domain, ["default_code"])


def stock_up(client: WebClient, products: list[int]) -> None:
    """Count the stock of ``products`` for the first time: different amounts of each."""
    counted = {
        product: 0
        if number % SOLD_OUT_EVERY == SOLD_OUT_EVERY - 1
        else LEAST + number * 37 % SPREAD
        for number, product in enumerate(products)
    }
    count(client, {product: units for product, units in counted.items() if units})


def count(client: WebClient, units: dict[int, int]) -> None:
    """Enter what was counted in the warehouse, {product id: units}, and apply it."""
    if not units:
        return
    location = warehouse(client)["lot_stock_id"][0]
    counted = [
        {
            "product_id": product,
            "location_id": location,
            "inventory_quantity": quantity,
        }
        for product, quantity in units.items()
    ]
    quants = client.call(
        "stock.quant", "create", counted, context={"inventory_mode": True}
    )
    client.call("stock.quant", "action_apply_inventory", quants)


def warehouse(client: WebClient) -> dict:
    """Return the warehouse that ships."""
    fields = ["lot_stock_id", "in_type_id"]
    return client.read("stock.warehouse", [], fields, limit=1)[0]


def receive(client: WebClient, product: int, units: int) -> None:
    """Receive goods from a vendor."""
    ours = warehouse(client)
    (operation,) = client.read(
        "stock.picking.type",
        [("id", "=", ours["in_type_id"][0])],
        ["default_location_src_id", "default_location_dest_id"],
    )
    places = {
        "location_id": operation["default_location_src_id"][0],
        "location_dest_id": operation["default_location_dest_id"][0],
    }
    move = {"product_id": product, "product_uom_qty": units, **places}
    picking = {"picking_type_id": operation["id"], "move_ids": [(0, 0, move)], **places}
    ids = client.call("stock.picking", "create", [picking])
    client.call("stock.picking", "action_confirm", ids)
    deliver(client, ids)


def sell(client: WebClient, product: int, units: int) -> None:
    """Sell goods to somebody who has nothing to do with TikTok."""
    (partner,) = client.call("res.partner", "create", [{"name": "Counter"}])
    line = {"product_id": product, "product_uom_qty": units}
    order = {"partner_id": partner, "order_line": [(0, 0, line)]}
    ids = client.call("sale.order", "create", [order])
    client.call("sale.order", "action_confirm", ids)


def deliver(client: WebClient, pickings: list[int]) -> None:
    """Validate transfers with all that is reserved for them."""
    client.call(
        "stock.picking",
        "button_validate",
        pickings,
        context={"skip_backorder": True, "cancel_backorder": False},
    )
