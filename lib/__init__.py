"""The TikTok Shop Partner API in plain Python: nothing in this package knows Odoo.

Data goes signing -> client -> parsing -> payloads -> money and grouping.
"""
