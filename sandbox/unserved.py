"""Endpoints of the seller catalogue that the sandbox knows of but does not serve.

They answer 36009009 with a text of their own: a client sees that the call is right and
the sandbox is short. Source: TikTok Shop Partner API docs, API reference index.
"""

import re

_KNOWN = r"""
GET authorization /category_assets
* event /webhooks
* fbt /.+
GET finance /account_(balances|transactions)
POST fulfillment /(files|images)/upload
GET fulfillment /orders/[^/]+/handover_time_slots
POST fulfillment /packages/(deliver|schedule)
POST fulfillment /(bundles|first_mile_bundle|redeem_info/callback)
GET fulfillment /tts_tracking_validation
POST fulfillment /(pod_details/get|orders/customs_info/(query|submit))
POST fulfillment /order/sof/track/update
GET logistics /(seller_templates|seller_template/template_exist)
POST order /(orders/blind_box_result/callback|pod_details/search)
POST product /products(/listing_check|/category_upgrade_task|/diagnose_optimize)?
PUT product /products/[^/]+
POST product /products/[^/]+/(partial_edit|global_replicate)
POST product /products/[^/]+/strikethrough_price/submit
GET product /products/[^/]+/replicated_products
GET product /products/(diagnoses|seo_words|suggestions)
* product /(brands|categories|files|global_|images|listing_|prerequisites)[^?]*
* product /(appeals|compliance|opportunities|packages|size_?charts|skpps)/.+
POST product /inventory/operation/settings
POST return_refund /(returns/shipping_documents|aftersales/review)
GET seller /shop_groups
"""
_PATTERNS = [
    (method, re.compile(rf"/{area}/\d{{6}}{pattern}\Z"))
    for method, area, pattern in (
        line.split(" ", 2) for line in _KNOWN.split("\n") if line
    )
]


def is_unserved(method, path):
    """Whether the call is one of the seller catalogue that is not served here."""
    return any(
        known in ("*", method) and pattern.match(path) is not None
        for known, pattern in _PATTERNS
    )
