"""One record of every model about after-sales, for the tests of rights."""

from odoo.fields import Command


def make_aftersale_samples(env, shop):
    """Return {model: a record of this shop}; the shop has an order with its sale."""
    order = shop.order_ids[0]
    common = {
        "shop_id": shop.id,
        "remote_id": "1",
        "order_id": order.id,
        "order_remote_id": order.remote_id,
    }
    cancellation = env["tts.cancellation"].create(common)
    case = env["tts.return"].create(common)
    picking = order.sale_order_id.picking_ids[:1]
    inspect = env["tts.inspect"].create(
        {
            "company_id": shop.company_id.id,
            "location_dest_id": shop.warehouse_id.lot_stock_id.id,
            "line_ids": [
                Command.create(
                    {
                        "picking_id": picking.id,
                        "product_id": picking.move_ids[:1].product_id.id,
                        "quantity": 1,
                    }
                )
            ],
        }
    )
    return {
        "tts.inspect": inspect,
        "tts.inspect.line": inspect.line_ids,
        "tts.cancellation": cancellation,
        "tts.return": case,
        "tts.case.line": env["tts.case.line"].create(
            {"return_id": case.id, "company_id": shop.company_id.id}
        ),
    }
