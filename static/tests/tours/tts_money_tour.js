import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("tts_set_up_money", {
    steps: () => [
        {
            content: "Open the shop's page about money",
            trigger: ".o_notebook .nav-link[name='money']",
            run: "click",
        },
        {
            content: "Have the journal and the accounts made",
            trigger: ".o_form_view .alert button[name='action_set_up_money']",
            run: "click",
        },
        {
            content: "They are there",
            trigger: ".o_field_widget[name='intermediary_account_id']:contains('TikTok Intermediary')",
        },
        {
            content: "So is an account for each kind of fee",
            trigger: ".o_field_widget[name='fee_account_ids'] .o_data_row:contains('Commission')",
        },
    ],
});

registry.category("web_tour.tours").add("tts_book_statements", {
    steps: () => [
        {
            content: "One contradicts itself, and says so",
            trigger: ".o_data_row .badge:contains('Does Not Add Up')",
        },
        {
            content: "Open the one that can be booked",
            trigger: ".o_data_row:contains('To Book') td[name='remote_id']",
            run: "click",
        },
        {
            content: "Its fees are listed with its transactions",
            trigger: ".o_form_view .o_data_row",
        },
        {
            content: "Book it",
            trigger: ".o_statusbar_buttons button[name='action_book']",
            run: "click",
        },
        {
            content: "It is booked",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Booked')",
        },
        {
            content: "Open its entry",
            trigger: ".o-form-buttonbox button[name='action_open_entry']",
            run: "click",
        },
        {
            content: "It is posted, and what TikTok owes is in it",
            trigger: ".o_field_widget[name='line_ids'] .o_data_row:contains('TikTok Intermediary')",
        },
    ],
});

registry.category("web_tour.tours").add("tts_payout_in_bank", {
    steps: () => [
        {
            content: "The payout has reached the bank",
            trigger: ".o_data_row:contains('In the Bank') td[name='remote_id']",
            run: "click",
        },
        {
            content: "Its bank transaction is known",
            trigger: ".o_field_widget[name='bank_line_id'], button[name='action_open_bank_line']",
        },
    ],
});
