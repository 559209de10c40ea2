import { html } from "../lib/html.js";
import { duration, secondsBetween } from "../lib/format.js";
import { Badge } from "./badge.js";

/** The steps of an operation, each where it lies between the operation's start and now. */
export function Steps({ operation }) {
  const from = operation.createdDateTime;
  const length = Math.max(secondsBetween(from, operation.lastActionDateTime), 1);
  return html`<table class="steps">
    <caption class="hidden">Steps of ${operation.kind}</caption>
    <thead><tr><th scope="col">Step</th><th scope="col">Status</th><th scope="col" class="number">Took</th><th scope="col" class="lane">When</th></tr></thead>
    <tbody>${operation.steps.map((step) => html`<${Step} step=${step} from=${from} length=${length} until=${operation.lastActionDateTime} />`)}</tbody>
  </table>`;
}

function Step({ step, from, length, until }) {
  const start = step.startDateTime ? secondsBetween(from, step.startDateTime) : null;
  const took = start === null ? null : secondsBetween(step.startDateTime, step.endDateTime ?? until);
  return html`<tr>
    <th scope="row">${step.name}${step.detail && step.status === "Running" && html`<small>${step.detail}</small>`}
      ${step.error && html`<small class="cause">${step.error.code}: ${step.error.message} ${step.error.suggestedAction ?? ""}</small>`}</th>
    <td><${Badge} text=${step.status} /></td>
    <td class="number">${took === null ? "" : duration(took)}</td>
    <td class="lane">${start !== null && html`<${Lane} start=${start / length} share=${took / length} status=${step.status} />`}</td>
  </tr>`;
}

function Lane({ start, share, status }) {
  const x = Math.min(start * 100, 99);
  const width = Math.min(Math.max(share * 100, 0.6), 100 - x);
  return html`<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
    <rect class="bar ${status.toLowerCase()}" x=${x} y="1" width=${width} height="4" />
  </svg>`;
}
