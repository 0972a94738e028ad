"""One record of every model about money, for the tests of rights."""

from odoo import fields
from odoo.fields import Command


def make_money_samples(env, shop):
    """Return {model: a record of this shop}; the shop has an order with its sale."""
    order = shop.order_ids[0]
    currency = env.ref("base.USD").id
    statement = env["tts.statement"].create(
        {"shop_id": shop.id, "remote_id": "1", "currency_id": currency}
    )
    payout = env["tts.payout"].create(
        {
            "shop_id": shop.id,
            "remote_id": "1",
            "kind": "payment",
            "state": "paid",
            "date": fields.Date.today(),
            "currency_id": currency,
            "amount": 1,
        }
    )
    package = env["tts.package"].create(
        {
            "shop_id": shop.id,
            "remote_id": "upload",
            "status": "PROCESSING",
            "order_ids": [Command.link(order.id)],
        }
    )
    invoice, _reasons = order.sale_order_id._tts_create_invoices(force=True)
    return {
        "tts.statement": statement,
        "tts.transaction": env["tts.transaction"].create(
            {
                "shop_id": shop.id,
                "statement_id": statement.id,
                "remote_id": "1",
                "kind": "reserve",
            }
        ),
        "tts.payout": payout,
        "tts.unsettled": env["tts.unsettled"].create(
            {"shop_id": shop.id, "remote_id": "1"}
        ),
        "tts.fee.account": env["tts.fee.account"].create(
            {"shop_id": shop.id, "group": "commission"}
        ),
        "tts.payout.match": env["tts.payout.match"].create({"payout_id": payout.id}),
        "tts.register.payment": env["tts.register.payment"].create(
            {"shop_id": shop.id, "move_ids": [Command.set(invoice.ids)]}
        ),
        "tts.monthly.statement": env["tts.monthly.statement"].create(
            {"shop_ids": [Command.link(shop.id)]}
        ),
        "tts.invoice.upload": env["tts.invoice.upload"].create(
            {
                "shop_id": shop.id,
                "move_id": invoice.id,
                "order_id": order.id,
                "package_id": package.id,
            }
        ),
    }
