import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("tts_decline_request", {
    steps: () => [
        {
            content: "The order says until when the buyer waits",
            trigger: ".o_form_view .alert:contains('The buyer asks to cancel'):contains('Answer by')",
        },
        {
            content: "Decline",
            trigger: ".o_form_view .alert button[name='action_tts_decline']",
            run: "click",
        },
        {
            content: "What follows is said",
            trigger: ".modal .o_radio_item:contains('has to be shipped in time') input:checked",
        },
        {
            content: "Look at TikTok's reasons",
            trigger: ".modal .o_field_widget[name='reason_id'] input",
            run: "click",
        },
        {
            content: "Choose one",
            trigger: ".o-autocomplete--dropdown-item:contains('Product has been packed')",
            run: "click",
        },
        {
            content: "It is chosen",
            trigger: ".modal .o_field_widget[name='reason_id'] input:value('Product has been packed')",
        },
        {
            content: "Send it",
            trigger: ".modal-footer button[name='action_answer']",
            run: "click",
        },
        {
            content: "The order says that it is on its way",
            trigger: ".o_form_view .alert:contains('The answer is on its way to TikTok')",
        },
    ],
});

registry.category("web_tour.tours").add("tts_grant_refund", {
    steps: () => [
        {
            content: "The board shows the request that is being answered",
            trigger: ".o_kanban_record:contains('Answer the Cancellation') .badge:contains('Being answered')",
        },
        {
            content: "Answer the refund",
            trigger: ".o_kanban_record:contains('Answer the Refund') button[name='action_answer']",
            run: "click",
        },
        {
            content: "Grant it",
            trigger: ".modal .o_field_widget[name='decision_id'] .o_radio_item:contains('Grant Refund') input",
            run: "click",
        },
        {
            content: "Send it",
            trigger: ".modal-footer button[name='action_answer']",
            run: "click",
        },
        {
            content: "Its card says that it is on its way",
            trigger: ".o_kanban_record:contains('Answer the Refund') .badge:contains('Being answered')",
        },
        {
            content: "Open the case",
            trigger: ".o_kanban_record:contains('Answer the Refund')",
            run: "click",
        },
        {
            content: "See what the buyer sent",
            trigger: ".o_notebook .nav-link[name='records']",
            run: "click",
        },
        {
            content: "It is there",
            trigger: ".o_field_widget[name='record_ids'] .o_data_row:contains('It never came')",
        },
    ],
});
