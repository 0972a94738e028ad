"""One record of every model about after-sales, for the tests of rights."""


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
    return {
        "tts.cancellation": cancellation,
        "tts.return": case,
        "tts.case.line": env["tts.case.line"].create(
            {"return_id": case.id, "company_id": shop.company_id.id}
        ),
    }
