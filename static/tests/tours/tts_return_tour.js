import { registry } from "@web/core/registry";

const SEND = {
    content: "Send it",
    trigger: ".modal-footer button[name='action_answer']",
    run: "click",
};
const ON_ITS_WAY = {
    content: "It is on its way",
    trigger: ".o_form_view .alert:contains('on its way to TikTok')",
};
const OPEN_ANSWER = {
    content: "Answer it",
    trigger: ".o_statusbar_buttons button[name='action_answer']",
    run: "click",
};

function choose(label) {
    return {
        content: `Choose ${label}`,
        trigger: `.modal .o_field_widget[name='decision_id'] .o_radio_item label:contains('${label}')`,
        run: "click",
    };
}

registry.category("web_tour.tours").add("tts_return_granted", {
    steps: () => [
        {
            content: "The list says what has to be done",
            trigger: ".o_data_row .badge:contains('Answer the Return')",
        },
        {
            content: "Open the return",
            trigger: ".o_data_row td[name='reason_text']",
            run: "click",
        },
        {
            content: "See what the buyer sent",
            trigger: ".o_notebook .nav-link[name='records']",
            run: "click",
        },
        {
            content: "It is there",
            trigger: ".o_field_widget[name='record_ids'] .o_data_row:contains('The seam is open')",
        },
        OPEN_ANSWER,
        choose("Grant Return:"),
        {
            content: "What follows is said",
            trigger: ".modal .o_radio_item:contains('sends the goods back') input:checked",
        },
        SEND,
        ON_ITS_WAY,
    ],
});

registry.category("web_tour.tours").add("tts_return_received", {
    steps: () => [
        {
            content: "The goods have not been received",
            trigger: ".o_field_widget[name='inspection_state']:contains('To Receive')",
        },
        {
            content: "Open their return",
            trigger: ".o-form-buttonbox button[name='action_view_pickings']",
            run: "click",
        },
        {
            content: "They are here",
            trigger: ".o_form_view button[name='button_validate']:visible",
            run: "click",
        },
        {
            content: "They are to be inspected",
            trigger: ".o_form_view button[name='action_open_tts_inspect']:visible",
            run: "click",
        },
        {
            content: "Choose how many are as good as new",
            trigger: ".modal .o_data_row td[name='quantity_restock']",
            run: "click",
        },
        {
            content: "One",
            trigger: ".modal .o_field_widget[name='quantity_restock'] input",
            run: "edit 1",
        },
        {
            content: "The other is scrapped",
            trigger: ".modal .o_field_widget[name='quantity_scrap'] input",
            run: "edit 1",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='note'] input",
            run: "edit The seam is open indeed",
        },
        {
            content: "Nothing stays for later",
            trigger: ".modal td[name='quantity_left']:contains('0.00')",
        },
        {
            content: "Confirm",
            trigger: ".modal-footer button[name='action_inspect']",
            run: "click",
        },
        {
            content: "There is nothing left to inspect",
            trigger: "body:not(:has(.modal)) .o_form_view:not(:has(button[name='action_open_tts_inspect']))",
        },
        {
            content: "Back to the return",
            trigger: ".o_form_view button[name='action_open_tts_return']",
            run: "click",
        },
        {
            content: "It says so",
            trigger: ".o_field_widget[name='inspection_state']:contains('Inspected')",
        },
    ],
});

registry.category("web_tour.tours").add("tts_parcel_accepted", {
    steps: () => [
        {
            content: "TikTok waits for an answer about the parcel",
            trigger: ".o_field_widget[name='need']:contains('Inspect the Parcel')",
        },
        OPEN_ANSWER,
        choose("Accept Parcel:"),
        SEND,
        ON_ITS_WAY,
    ],
});

registry.category("web_tour.tours").add("tts_return_credited", {
    steps: () => [
        {
            content: "A credit note was proposed",
            trigger: ".o-form-buttonbox button[name='action_view_credits']",
            run: "click",
        },
        {
            content: "It is a draft of what goes back",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Draft')",
        },
        {
            content: "Confirm it",
            trigger: ".o_statusbar_buttons button[name='action_post']:visible",
            run: "click",
        },
        {
            content: "It is posted",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Posted')",
        },
    ],
});

registry.category("web_tour.tours").add("tts_return_complete", {
    steps: () => [
        {
            content: "The buyer has the money",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Complete')",
        },
        {
            content: "Nothing is to be done",
            trigger: ".o_form_view:not(:has(button[name='action_answer']))",
        },
        {
            content: "Look at the answers",
            trigger: ".o_notebook .nav-link[name='answers']",
            run: "click",
        },
        {
            content: "Both are kept",
            trigger: ".o_field_widget[name='answer_ids'] .o_data_row:contains('Accept Parcel')",
        },
    ],
});

const HELD = {
    content: "The delivery is held, and says until when to answer",
    trigger: ".o_form_view .alert:contains('The buyer asks to cancel'):contains('Answer by')",
};
const TOLD = {
    content: "The delivery says that it is on its way",
    trigger: ".o_form_view .alert:contains('The answer is on its way to TikTok')",
};

registry.category("web_tour.tours").add("tts_delivery_declines", {
    steps: () => [
        HELD,
        {
            content: "Decline",
            trigger: ".o_form_view .alert button[name='action_tts_decline']",
            run: "click",
        },
        {
            content: "Look at TikTok's reasons",
            trigger: ".modal .o_field_widget[name='reason_id'] input",
            run: "click",
        },
        {
            content: "It is packed",
            trigger: ".o-autocomplete--dropdown-item:contains('has been packed')",
            run: "click",
        },
        {
            content: "It is chosen",
            trigger: ".modal .o_field_widget[name='reason_id'] input:value('Product has been packed')",
        },
        SEND,
        TOLD,
    ],
});

registry.category("web_tour.tours").add("tts_delivery_accepts", {
    steps: () => [
        HELD,
        {
            content: "Accept",
            trigger: ".o_form_view .alert button[name='action_tts_accept']",
            run: "click",
        },
        {
            content: "What follows is said",
            trigger: ".modal .o_radio_item:contains('The units are cancelled') input:checked",
        },
        SEND,
        TOLD,
    ],
});
