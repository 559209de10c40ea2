import { money, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { link } from "../lib/router.js";
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

export function Sweep() {
  const sweep = usePolled("/sweeps/latest", 30);
  return html`<h1>Latest sweep</h1>
    <${Polled} state=${sweep}>${({ status, summary, decisions = [] }) => html`
      <p><${Badge} text=${status} /> ${summary && `${time(summary.startedAt)}, ${summary.pools} GPU pools`}</p>
      ${summary && html`<${Summary} summary=${summary} />`}
      ${decisions.length > 0 && html`<${Table} label="Decisions" columns=${COLUMNS} rows=${decisions} keyOf=${({ pool }) => pool.poolId} />`}
    `}<//>`;
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
