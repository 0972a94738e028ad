import { registry } from "@web/core/registry";

const OPEN_SHOP = {
    content: "Open the shop",
    trigger: ".o_kanban_record:contains('Connected')",
    run: "click",
};

registry.category("web_tour.tours").add("tts_catalogue_sync", {
    steps: () => [
        OPEN_SHOP,
        {
            content: "Sync Product Catalogue",
            trigger: "button[name='action_sync_catalogue']",
            run: "click",
        },
        {
            content: "The sync is open and waits for a worker",
            trigger: "button[name='action_discard']",
        },
        {
            content: "Its steps are shown",
            trigger: ".o_statusbar_status button:contains('To Apply')",
        },
    ],
});

registry.category("web_tour.tours").add("tts_catalogue_apply", {
    steps: () => [
        {
            content: "Open the sync that waits for a person",
            trigger: ".o_data_row:contains('To Apply') td[name='shop_id']",
            run: "click",
        },
        {
            content: "Nothing is changed yet",
            trigger: ".alert-info:contains('Nothing is changed yet')",
        },
        {
            content: "A row that would be matched",
            trigger: ".o_data_row td[name='action']:contains('Match')",
        },
        {
            content: "And one that says why it would not",
            trigger: ".o_data_row:contains('Unmatched') td[name='reason']:contains('Internal Reference')",
        },
        {
            content: "Apply",
            trigger: "button[name='action_apply']",
            run: "click",
        },
        {
            content: "It is on its way",
            trigger: "button.o_arrow_button_current:contains('Applying')",
        },
    ],
});

registry.category("web_tour.tours").add("tts_catalogue_by_hand", {
    steps: () => [
        {
            content: "The card tells the coverage; see what is left",
            trigger: ".o_kanban_record [name='action_view_listings']:contains('SKUs with product')",
            run: "click",
        },
        {
            content: "Only what needs a person is listed",
            trigger: ".o_facet_value:contains('To Match')",
        },
        {
            content: "Edit the product in its row",
            trigger: ".o_data_row:contains('Unmatched') td[name='product_id']",
            run: "click",
        },
        {
            content: "Look for a product",
            trigger: ".o_selected_row td[name='product_id'] input",
            run: "edit BOT01-STD",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item:contains('BOT01-STD')",
            run: "click",
        },
        {
            content: "Save the row",
            trigger: ".o_list_button_save:visible",
            run: "click",
        },
        {
            content: "The match is a person's now",
            trigger: ".o_data_row td[name='match_state']:contains('Matched by Hand')",
        },
        {
            content: "Show other listings",
            trigger: ".o_facet_remove",
            run: "click",
        },
        {
            content: "The others were matched by themselves",
            trigger: ".o_data_row td[name='match_state']:contains('Matched by Seller SKU')",
        },
        {
            content: "Open the filters",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "Filter by what was done by hand",
            trigger: ".o_filter_menu .o_menu_item:contains('Matched by Hand')",
            run: "click",
        },
        {
            content: "Only that one is left",
            trigger: ".o_list_view:not(:has(td:contains('Matched by Seller SKU'))) .o_data_row:contains('Matched by Hand')",
        },
    ],
});
