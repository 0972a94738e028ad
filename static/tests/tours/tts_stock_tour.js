import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("tts_sync_inventory", {
    steps: () => [
        {
            content: "Open the shop",
            trigger: ".o_kanban_record:contains('Connected')",
            run: "click",
        },
        {
            content: "Open its page about stock",
            trigger: ".o_notebook .nav-link[name='inventory']",
            run: "click",
        },
        {
            content: "Let Odoo set the quantities",
            trigger: "div[name='stock_sync'] input",
            run: "click",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save:visible",
            run: "click",
        },
        {
            content: "Sync Inventory, in developer mode",
            trigger: ".o_form_saved button[name='action_sync_inventory']",
            run: "click",
        },
        {
            content: "Odoo says that it has begun",
            trigger: ".o_notification:contains('Inventory sync started')",
        },
    ],
});

registry.category("web_tour.tours").add("tts_stock_in_step", {
    steps: () => [
        {
            content: "The listing is in step",
            trigger: ".o_field_widget[name='push_state']:contains('In Step')",
        },
        {
            content: "TikTok has what Odoo can ship",
            trigger: ".o_field_widget[name='tiktok_quantity']:contains('23')",
        },
        {
            content: "Warehouse by warehouse",
            trigger: ".o_field_widget[name='level_ids'] .o_data_row:contains('main') td[name='odoo_quantity']:contains('23')",
        },
    ],
});
