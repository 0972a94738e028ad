{
    "name": "TikTok Shop Connector",
    "version": "19.0.1.1.0",
    "summary": "Every TikTok Shop order that must be shipped, in Odoo exactly once "
    "and to the cent",
    "category": "Sales/Sales",
    "author": "TikTok Shop Connector contributors",
    "website": "https://github.com/tiktok-shop-connector/sale_tiktok_shop",
    "license": "LGPL-3",
    "depends": ["base_import", "sale_management", "stock_delivery"],
    "external_dependencies": {"python": ["requests"]},
    "data": [
        # Groups first: access lines and rules name them.
        "security/tts_groups.xml",
        "security/ir.model.access.csv",
        "security/tts_rules.xml",
        "data/utm_source.xml",
        "data/ir_cron.xml",
        "wizards/tts_order_resync_views.xml",
        "wizards/tts_catalogue_import_views.xml",
        # Orders before shops before accounts: each refers to the one before it.
        "views/tts_issue_views.xml",
        "views/tts_order_views.xml",
        "views/tts_sync_run_views.xml",
        "views/tts_warehouse_views.xml",
        "views/tts_listing_views.xml",
        "views/tts_catalogue_sync_views.xml",
        "views/tts_shop_views.xml",
        "views/tts_account_views.xml",
        "views/tts_oauth_templates.xml",
        "views/sale_order_views.xml",
        "views/stock_picking_views.xml",
        "views/res_partner_views.xml",
        "views/res_config_settings_views.xml",
        # Menus last: they name actions of every file above.
        "views/tts_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["sale_tiktok_shop/static/src/**/*"],
        "web.assets_tests": ["sale_tiktok_shop/static/tests/tours/**/*"],
    },
    "post_init_hook": "post_init_hook",
    "application": True,
}
