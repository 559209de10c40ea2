import { time, value } from "../lib/format.js";
import { html } from "../lib/html.js";
import { Polled } from "./problem.js";

/** What the latest sweep decided for each pool of an environment, with the numbers it rests on. */
export function IdleDecisions({ sweep, name }) {
  if (sweep.error?.status === 404) return html`<p class="empty">No sweep has run yet.</p>`;
  return html`<${Polled} state=${sweep}>${({ decisions = [], summary }) => {
    const own = decisions.filter((each) => each.environment === name);
    return own.length > 0
      ? own.map((each) => html`<${Decision} decision=${each} />`)
      : html`<p class="empty">The sweep ${summary ? `of ${time(summary.startedAt)} ` : ""}found no GPU pool of it.</p>`;
  }}<//>`;
}

function Decision({ decision: d }) {
  return html`<article class="entry" aria-label="Decision for ${d.pool.region}">
    <h3>${d.pool.region}: ${d.action} <small>${d.reason}</small></h3>
    <dl class="facts">
      <div class="wide-fact"><dt>Nodes</dt><dd>${d.pool.nodeCount} × ${d.pool.vmSize}</dd></div>
      ${d.idleSince && html`<div><dt>Idle since</dt><dd>${time(d.idleSince)}</dd></div>`}
      ${Object.entries(d.evidence ?? {}).map(([key, found]) => html`<div><dt>${words(key)}</dt><dd>${shown(found)}</dd></div>`)}
    </dl>
  </article>`;
}

/** `observedAt` as `Observed at`. */
function words(key) {
  const apart = key.replace(/([a-z0-9])([A-Z])/g, (_, before, after) => `${before} ${after.toLowerCase()}`);
  return (apart[0].toUpperCase() + apart.slice(1)).replace(/\bgpu\b/i, "GPU");
}

function shown(found) {
  const isTime = typeof found === "string" && /^\d{4}-\d\d-\d\dT/.test(found);
  return isTime ? time(found) : value(found);
}
