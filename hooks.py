"""What the addon does once, when it is installed."""


def post_init_hook(env):
    """Find or create, in every company, the records a shop falls back on.

    Merchants who already own a product with our Internal Reference, or a carrier with
    our name, keep theirs: nothing is created beside it.
    """
    for company in env["res.company"].search([]):
        shops = env["tts.shop"].with_company(company)
        shops._find_or_create_default_product()
        shops._find_or_create_default_carrier()
