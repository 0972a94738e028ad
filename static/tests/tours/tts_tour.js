import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("tts_connect", {
    steps: () => [
        {
            content: "Open the account that holds the app's keys",
            trigger: ".o_data_row td:contains('My app')",
            run: "click",
        },
        {
            content: "Authorize: TikTok's consent page sends the browser back",
            trigger: "button[name='action_authorize']:contains('Authorize')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Back on the account, which is connected",
            trigger: "button.o_arrow_button_current:contains('Connected')",
        },
        {
            content: "Its shop is there",
            trigger: "button[name='action_view_shops']",
            run: "click",
        },
        {
            content: "Nothing was read yet",
            trigger: ".o_kanban_record:contains('Not synced yet')",
        },
    ],
});

registry.category("web_tour.tours").add("tts_sync_orders", {
    steps: () => [
        {
            content: "Open the shop",
            trigger: ".o_kanban_record:contains('Connected')",
            run: "click",
        },
        {
            content: "Sync Orders, in developer mode",
            trigger: "button[name='action_sync_orders']:contains('Sync Orders')",
            run: "click",
        },
        {
            content: "Odoo says that it has begun",
            trigger: ".o_notification:contains('Sync started')",
        },
    ],
});

registry.category("web_tour.tours").add("tts_order_and_issue", {
    steps: () => [
        {
            content: "The shop tells its issues",
            trigger: ".o_kanban_record [name='action_view_issues']:contains('1')",
        },
        {
            content: "And its orders to ship",
            trigger: ".o_kanban_record [name='action_view_to_ship']:contains('2')",
            run: "click",
        },
        {
            content: "The good order is in Odoo, the broken one is not",
            trigger: ".o_data_row:contains('Failed')",
        },
        {
            content: "Open the good one",
            trigger: ".o_data_row:contains('In Odoo') td[name='remote_id']",
            run: "click",
        },
        {
            content: "Go to its sales order",
            trigger: "button[name='action_open_sale_order']",
            run: "click",
        },
        {
            content: "It is confirmed",
            trigger: "button.o_arrow_button_current:contains('Sales Order')",
        },
        {
            content: "Go to its delivery",
            trigger: "button[name='action_view_delivery']",
            run: "click",
        },
        {
            content: "The delivery awaits shipment",
            trigger: "button[name='action_view_tts_order']:contains('Awaiting Shipment')",
        },
        {
            content: "Open the menu of daily lists",
            trigger: "button[data-menu-xmlid='sale.sale_order_menu']",
            run: "click",
        },
        {
            content: "Look at the issues",
            trigger: "a[data-menu-xmlid='sale_tiktok_shop.tts_issue_menu']",
            run: "click",
        },
        {
            content: "The broken order is listed; open it",
            trigger: ".o_data_row td[name='name']:contains('is not in Odoo')",
            run: "click",
        },
        {
            content: "The issue says why",
            trigger: "div[name='reason']:contains('payment')",
        },
        {
            content: "And offers a button",
            trigger: "button[name='action_retry']:contains('Retry')",
        },
    ],
});
