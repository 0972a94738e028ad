import { registry } from "@web/core/registry";

const SHOW_LIST = {
    content: "Show the deliveries as a list",
    trigger: ".o_switch_view.o_list",
    run: "click",
};
const SELECT_ALL = {
    content: "Select all of them",
    trigger: ".o_list_view thead .o_list_record_selector input",
    run: "click",
};
const DIALOG_CLOSED = {
    content: "The dialog is closed",
    trigger: "body:not(:has(.modal))",
};

registry.category("web_tour.tours").add("tts_arrange_shipments", {
    steps: () => [
        {
            content: "The board shows by when the deliveries have to leave",
            trigger: ".o_kanban_group:contains('Tomorrow'), .o_kanban_group:contains('Later')",
        },
        {
            content: "Open one that awaits its shipment",
            trigger: ".o_kanban_record:contains('Awaiting Shipment')",
            run: "click",
        },
        {
            content: "Arrange its shipment",
            trigger: ".o_form_view button[name='action_tts_arrange']:visible",
            run: "click",
        },
        {
            content: "The dialog tells what will happen",
            trigger: ".modal .o_data_row td[name='kind']:contains('Arrange Shipment')",
        },
        {
            content: "Let it happen",
            trigger: ".modal footer button[name='action_arrange']",
            run: "click",
        },
        {
            content: "It is on its way",
            trigger: ".o_notification:contains('within a minute')",
        },
        {
            content: "Open the delivery's page about TikTok",
            trigger: ".o_notebook .nav-link[name='tts']",
            run: "click",
        },
        {
            content: "The delivery says so too",
            trigger: ".o_field_widget[name='tts_shipment_state']:contains('Being Arranged')",
        },
        {
            content: "Back to the board",
            trigger: ".o_breadcrumb a:contains('TikTok Deadlines'), .breadcrumb a:contains('TikTok Deadlines')",
            run: "click",
        },
        SHOW_LIST,
        SELECT_ALL,
        {
            content: "Arrange the others",
            trigger: ".o_control_panel button[name='action_tts_arrange']",
            run: "click",
        },
        {
            content: "What is being arranged stays out, and says so",
            trigger: ".modal .o_data_row:contains('being arranged already')",
        },
        {
            content: "The others go",
            trigger: ".modal footer button[name='action_arrange']",
            run: "click",
        },
        {
            content: "They are on their way",
            trigger: ".o_notification:contains('were left out')",
        },
    ],
});

registry.category("web_tour.tours").add("tts_print_labels", {
    steps: () => [
        {
            content: "The labels are there",
            trigger: ".o_kanban_record:contains('Label stored')",
        },
        SHOW_LIST,
        SELECT_ALL,
        {
            content: "Print their labels",
            trigger: ".o_control_panel button[name='action_tts_fetch_label']",
            run: "click",
        },
        {
            content: "Three are ready",
            trigger: ".modal .o_field_widget[name='ready_count']:contains('3')",
        },
        {
            content: "In the order of the shelves",
            trigger: ".modal .o_field_widget[name='sort_by'] label:contains('Location')",
            run: "click",
        },
        {
            content: "Print",
            trigger: ".modal footer button[name='action_print']",
            run: "click",
        },
        DIALOG_CLOSED,
    ],
});

registry.category("web_tour.tours").add("tts_validate_delivery", {
    steps: () => [
        {
            content: "Open a delivery whose label is there",
            trigger: ".o_kanban_record:contains('Label stored')",
            run: "click",
        },
        {
            content: "It awaits its carrier",
            trigger: ".o_form_view button[name='action_view_tts_order']:contains('Awaiting Collection')",
        },
        {
            content: "Validate it",
            trigger: ".o_form_view button[name='button_validate']:visible",
            run: "click",
        },
        {
            content: "It has left",
            trigger: ".o_form_view button.o_arrow_button_current:contains('Done')",
        },
    ],
});
