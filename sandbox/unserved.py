"""Endpoints of the seller catalogue that the sandbox knows of but does not serve.

They answer 36009009 with a text of their own: a client sees that the call is right and
the sandbox is short. Source: TikTok Shop Partner API docs, API reference index.
"""

import re

_KNOWN = r"""
authorization /category_assets
event /webhooks
fbt /.+
finance /account_balances
finance /account_transactions
fulfillment /combinable_packages/search
fulfillment /(files|images)/upload
fulfillment /orders/split_attributes
fulfillment /orders/[^/]+/(split|shipping_services/query|handover_time_slots)
fulfillment /packages(/combine|/deliver|/schedule|/[^/]+/uncombine)?
fulfillment /bundles
fulfillment /invoice/upload
fulfillment /tts_tracking_validation
fulfillment /first_mile_bundle
fulfillment /redeem_info/callback
fulfillment /pod_details/get
fulfillment /orders/customs_info/(query|submit)
fulfillment /order/sof/track/update
logistics /seller_templates
logistics /seller_template/template_exist
logistics /orders/[^/]+/tracking
order /orders/blind_box_result/callback
order /pod_details/search
product /.+
return_refund /.+
seller /shop_groups
"""
_PATTERNS = [
    (area, re.compile(pattern + r"\Z"))
    for area, pattern in (line.split(" ", 1) for line in _KNOWN.split("\n") if line)
]


def is_unserved(area, rest):
    """Whether `/{area}/{version}{rest}` is a seller endpoint not served here."""
    return any(
        known == area and pattern.match(rest) is not None
        for known, pattern in _PATTERNS
    )
