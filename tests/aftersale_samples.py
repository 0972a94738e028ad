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
    cancellation = env["tts.cancellation"].create(common | {"need": "cancellation"})
    wizard = env["tts.answer.wizard"].create(
        {
            "cancellation_ids": [Command.set(cancellation.ids)],
            "choice_ids": [Command.create({"kind": "reason", "name": "Why"})],
        }
    )
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
        "tts.return.record": env["tts.return.record"].create({"return_id": case.id}),
        "tts.case.board": env["tts.case.board"].search(
            [("cancellation_id", "=", cancellation.id)]
        ),
        "tts.answer": env["tts.answer"].create(
            {
                "decision": "APPROVE_REQUEST_CANCEL",
                "shop_id": shop.id,
                "cancellation_id": cancellation.id,
            }
        ),
        "tts.answer.wizard": wizard,
        "tts.answer.choice": wizard.choice_ids,
        "tts.case.line": env["tts.case.line"].create(
            {"return_id": case.id, "company_id": shop.company_id.id}
        ),
    }
