import { time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { Polled } from "./problem.js";

/** Without the changes of steps, which the operation shows. */
export function Timeline({ events }) {
  return html`<section><h2>Timeline</h2>
    <${Polled} state=${events}>${({ value }) => html`<${Entries} entries=${value.filter((each) => each.type !== "StepChanged")} />`}<//></section>`;
}

/** Events, the latest first, each with what it rests on. */
export function Entries({ entries }) {
  if (entries.length === 0) return html`<p class="quiet">Nothing yet.</p>`;
  return html`<ol class="timeline" reversed>${entries.toReversed().map((each) => html`<li>
    <time datetime=${each.at}>${time(each.at)}</time> <strong>${each.type}</strong> ${each.message}
    ${each.evidence && html`<${Evidence} evidence=${each.evidence} />`}
  </li>`)}</ol>`;
}

export function Evidence({ evidence }) {
  return html`<details><summary>Evidence</summary><pre tabindex="0">${JSON.stringify(evidence, null, 2)}</pre></details>`;
}
