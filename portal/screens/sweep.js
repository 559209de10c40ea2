import { send } from "../lib/api.js";
import { money, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { LABELS } from "../lib/labels.js";
import { usePolled } from "../lib/polling.js";
import { link } from "../lib/router.js";
import { Action } from "../parts/action.js";
import { Badge } from "../parts/badge.js";
import { Polled } from "../parts/problem.js";
import { Table } from "../parts/table.js";
import { Evidence } from "../parts/timeline.js";

const COLUMNS = [
  { title: "Environment", cell: ({ environment }) => html`<a href=${link("environments", environment)}>${environment}</a>` },
  { title: "Region", cell: ({ pool }) => pool.region },
  { title: "Nodes", cell: ({ pool }) => pool.nodeCount, isNumber: true },
  { title: "Action", cell: ({ action }) => action },
  { title: "Reason", cell: ({ reason, evidence }) => html`${reason}${evidence && html`<${Evidence} evidence=${evidence} />`}` },
  { title: "Idle since", cell: ({ idleSince }) => idleSince && time(idleSince) },
];

/** Sweeps come by a schedule; one that runs ends within minutes. */
const secondsToNext = (sweep) => (sweep?.status === "Running" ? 3 : 30);

export function Sweep() {
  const sweep = usePolled("/sweeps/latest", secondsToNext);
  const run = async () => {
    await send("POST", "/sweeps", {});
    sweep.refresh();
  };
  return html`<div class="title"><h1>Latest sweep</h1>
      <${Action} label=${LABELS.sweep} question="Look at all environments now, and act on those that are idle?" act=${run} /></div>
    ${sweep.error?.status === 404
      ? html`<p class="empty">No sweep has run yet.</p>`
      : html`<${Polled} state=${sweep}>${(found) => html`<${Found} sweep=${found} />`}<//>`}`;
}

function Found({ sweep: { status, summary, decisions = [] } }) {
  return html`<p><${Badge} text=${status} /> ${summary && `${time(summary.startedAt)}, ${summary.pools} GPU ${summary.pools === 1 ? "pool" : "pools"}`}</p>
    ${summary && html`<${Summary} summary=${summary} />`}
    ${decisions.length > 0
      ? html`<${Table} label="Decisions" columns=${COLUMNS} rows=${decisions} keyOf=${({ pool }) => pool.poolId} />`
      : status === "Succeeded" && html`<p class="empty">It found no GPU pool.</p>`}`;
}

function Summary({ summary }) {
  const saved = summary.savedPerHourUsd === "unknown" ? "unknown" : `${money(summary.savedPerHourUsd)} per hour`;
  return html`<dl class="facts">
    <div><dt>Saved</dt><dd>${saved}</dd></div>
    ${summary.idlePerHourUsd !== undefined && html`<div><dt>Idle</dt><dd>${money(summary.idlePerHourUsd)} per hour</dd></div>`}
    <div><dt>Unhealthy</dt><dd>${(summary.unhealthy ?? []).map((each) => html`<a href=${link("environments", each.environment)}>${each.environment}</a> `)}${(summary.unhealthy ?? []).length === 0 && "none"}</dd></div>
    <div><dt>Orphans</dt><dd>${(summary.orphans ?? []).length || "none"}</dd></div>
    <div><dt>Failed actions</dt><dd>${(summary.failures ?? []).length || "none"}</dd></div>
  </dl>`;
}
