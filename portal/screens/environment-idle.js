import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { EnvironmentFrame } from "../parts/environment-frame.js";
import { IdleAdvice } from "../parts/idle-advice.js";
import { IdleDecisions } from "../parts/idle-decisions.js";
import { Polled } from "../parts/problem.js";
import { Entries } from "../parts/timeline.js";

/** Why it sleeps or stays awake, and what another setting would have cost. */
export function EnvironmentIdle({ name }) {
  const path = `/environments/${encodeURIComponent(name)}`;
  const sweep = usePolled("/sweeps/latest", 30);
  const advice = usePolled(`${path}/idle-advice`, 300);
  const events = usePolled(`${path}/events`, 30);
  return html`<${EnvironmentFrame} name=${name} current="idle">
    <section><h2>By the latest sweep</h2><${IdleDecisions} sweep=${sweep} name=${name} /></section>
    <section><h2>What other settings would have cost</h2>
      <${Polled} state=${advice}>${(found) => html`<${IdleAdvice} advice=${found} name=${name} />`}<//></section>
    <section><h2>Decisions so far</h2>
      <${Polled} state=${events}>${({ value }) => html`<${Decided} entries=${value.filter((each) => each.evidence)} />`}<//></section>
  <//>`;
}

function Decided({ entries }) {
  return entries.length > 0
    ? html`<${Entries} entries=${entries} />`
    : html`<p class="empty">No sweep has acted on it yet.</p>`;
}
