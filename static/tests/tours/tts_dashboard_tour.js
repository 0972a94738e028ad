import { registry } from "@web/core/registry";

const CHOOSE = {
    content: "Choose it among the dashboards of Sales",
    trigger: ".o_spreadsheet_dashboard_search_panel li[data-name='TikTok Shop']",
    run: "click",
};

registry.category("web_tour.tours").add("tts_dashboard", {
    steps: () => [
        CHOOSE,
        {
            content: "Its scorecards are drawn",
            trigger: ".o_renderer:not(.o-sample-dashboard) canvas.o-scorecard",
        },
        {
            content: "It looks at the last 90 days",
            trigger: ".o_control_panel button:contains('Last 90 Days')",
        },
        {
            content: "Its chart of margins leads to the numbers behind it",
            trigger: ".o-dashboard-clickable-cell[title='Go to Margin by Shop']",
            run: "click",
        },
        {
            content: "They are told by shop",
            trigger: ".o_pivot tbody th:contains('Contoh')",
        },
    ],
});

registry.category("web_tour.tours").add("tts_dashboard_sample", {
    steps: () => [
        CHOOSE,
        {
            content: "Before the first order it shows what there will be",
            trigger: ".o_renderer.o-sample-dashboard canvas.o-scorecard",
        },
    ],
});
