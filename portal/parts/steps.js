import { html } from "../lib/html.js";
import { duration, secondsBetween } from "../lib/format.js";
import { Badge } from "./badge.js";

/**
 * The steps of an operation, each where it lies between the operation's start and now, above what
 * such a step usually takes.
 */
export function Steps({ operation }) {
  const from = operation.createdDateTime;
  const length = Math.max(...operation.steps.map((step) => endOf(step, from)), secondsBetween(from, operation.lastActionDateTime), 1);
  return html`<table class="steps">
    <caption class="hidden">Steps of ${operation.kind}</caption>
    <thead><tr><th scope="col">Step</th><th scope="col">Status</th><th scope="col" class="number">Took</th><th scope="col" class="number">Usually</th><th scope="col" class="lane">When</th></tr></thead>
    <tbody>${operation.steps.map((step) => html`<${Step} key=${step.name} step=${step} from=${from} length=${length} until=${operation.lastActionDateTime} />`)}</tbody>
  </table>`;
}

/** Seconds after the operation's start at which a running step usually ends. */
function endOf(step, from) {
  const isRunning = step.startDateTime && !step.endDateTime;
  return isRunning ? secondsBetween(from, step.startDateTime) + (step.expectedSeconds ?? 0) : 0;
}

function Step({ step, from, length, until }) {
  const start = step.startDateTime ? secondsBetween(from, step.startDateTime) : null;
  const took = start === null ? null : secondsBetween(step.startDateTime, step.endDateTime ?? until);
  return html`<tr>
    <th scope="row">${step.name}${step.detail && step.status === "Running" && html`<small>${step.detail}</small>`}
      ${step.error && html`<small class="cause">${step.error.code}: ${step.error.message} ${step.error.suggestedAction ?? ""}</small>`}</th>
    <td><${Badge} text=${step.status} /></td>
    <td class="number">${took === null ? "" : duration(took)}</td>
    <td class="number quiet">${step.expectedSeconds === undefined ? "" : duration(step.expectedSeconds)}</td>
    <td class="lane">${start !== null && html`<${Lane} start=${start / length} share=${took / length}
      usual=${(step.expectedSeconds ?? 0) / length} status=${step.status} />`}</td>
  </tr>`;
}

function Lane({ start, share, usual, status }) {
  const x = Math.min(start * 100, 99);
  const width = Math.min(Math.max(share * 100, 0.6), 100 - x);
  return html`<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
    ${usual > 0 && html`<rect class="bar usual" x=${x} y="0" width=${Math.min(usual * 100, 100 - x)} height="6" />`}
    <rect class="bar ${status.toLowerCase()}" x=${x} y="1.5" width=${width} height="3" />
  </svg>`;
}
