import { count, date, duration, money, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { link } from "../lib/router.js";
import { Table } from "./table.js";

const COLUMNS = [
  { title: "Setting", cell: (o) => html`${o.setting}${o.isCurrent && html`<small>present setting</small>`}` },
  { title: "GPU hours", cell: (o) => count(o.gpuHours), isNumber: true },
  { title: "Cost", cell: (o) => money(o.costUsd), isNumber: true },
  { title: "Saved", cell: (o) => (o.isCurrent ? "–" : html`<span class=${o.savedUsd > 0 ? "good" : ""}>${money(o.savedUsd)}</span>`), isNumber: true },
  { title: "Cold starts", cell: (o) => count(o.coldStarts), isNumber: true },
  { title: "Requests waiting", cell: (o) => count(o.requestsWaiting), isNumber: true },
];

/** Idle settings beside each other: what each would have cost, and who would have waited. */
export function IdleAdvice({ advice: a, name }) {
  if (a.value.length === 0) return html`<p class="empty">No use has been recorded yet: settings are compared once sweeps have looked at it.</p>`;
  return html`
    <p class="totals"><span>since ${time(a.sinceDateTime)}</span>
      <span><strong>${count(a.requests)}</strong> requests</span>
      <span>in use for <strong>${count(a.hoursInUse)}</strong> of ${count(a.observedHours)} h</span>
      <span>a wake takes <strong>${duration(a.minutesToWake * 60)}</strong></span></p>
    <${Table} label="Idle settings" columns=${COLUMNS} rows=${a.value} keyOf=${({ setting }) => setting} isCurrent=${({ isCurrent }) => isCurrent} />
    <p class="quiet">At list prices of ${date(a.priceAsOf)}. <a href=${link("environments", name, "edit")}>Change <code>idle</code></a> in its specification.</p>
  `;
}
