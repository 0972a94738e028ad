import { Component, onWillUnmount, useEffect, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const EVERY_MS = 2000;
// The states of all kinds of work in which a worker is at it, or will be soon.
const RUNNING = ["waiting", "running", "reading", "matching", "applying"];

/** Reload the record for as long as its work goes on, so that its progress is seen. */
export class TtsAutoReload extends Component {
    static template = xml`<span class="d-none"/>`;
    static props = { ...standardWidgetProps };

    setup() {
        useEffect(
            (running) => {
                clearInterval(this.timer);
                if (running) {
                    this.timer = setInterval(() => this.reload(), EVERY_MS);
                }
            },
            () => [RUNNING.includes(this.props.record.data.state)]
        );
        onWillUnmount(() => clearInterval(this.timer));
    }

    async reload() {
        if (!document.hidden) {
            await this.props.record.load();
        }
    }
}

registry.category("view_widgets").add("tts_auto_reload", { component: TtsAutoReload });
