import { money, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { link } from "../lib/router.js";
import { Badge } from "../parts/badge.js";
import { Polled } from "../parts/problem.js";

export function Sweep() {
  const sweep = usePolled("/sweeps/latest", 30);
  return html`<h1>Latest sweep</h1>
    <${Polled} state=${sweep}>${({ status, summary, decisions = [] }) => html`
      <p><${Badge} text=${status} /> ${summary && `${time(summary.startedAt)}, ${summary.pools} GPU pools`}</p>
      ${summary && html`<${Summary} summary=${summary} />`}
      ${decisions.length > 0 && html`<div class="scroll" tabindex="0" role="group" aria-label="Decisions"><table>
        <thead><tr>${["Environment", "Region", "Nodes", "Action", "Reason", "Idle since"].map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
        <tbody>${decisions.map((each) => html`<tr>
          <th scope="row"><a href=${link("environments", each.environment)}>${each.environment}</a></th>
          <td>${each.pool.region}</td><td class="number">${each.pool.nodeCount}</td><td>${each.action}</td><td>${each.reason}</td>
          <td>${each.idleSince ? time(each.idleSince) : ""}</td></tr>`)}</tbody></table></div>`}
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
