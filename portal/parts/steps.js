import { untilOf } from "../lib/eta.js";
import { html } from "../lib/html.js";
import { duration, secondsBetween } from "../lib/format.js";
import { Advice } from "./advice.js";
import { Badge } from "./badge.js";
import { Table } from "./table.js";

/**
 * The steps of an operation, each where it lies between the operation's start and now, above what
 * such a step usually takes.
 */
export function Steps({ operation }) {
  const from = operation.createdDateTime;
  const until = untilOf(operation);
  const length = Math.max(...operation.steps.map((step) => endOf(step, from)), secondsBetween(from, until), 1);
  const columns = [
    { title: "Step", cell: (step) => html`<${Name} step=${step} environment=${operation.environment} />` },
    { title: "Status", cell: ({ status }) => html`<${Badge} text=${status} />` },
    { title: "Took", cell: (step) => step.startDateTime && duration(tookOf(step, until)), isNumber: true },
    { title: "Usually", cell: ({ expectedSeconds }) => expectedSeconds !== undefined && html`<span class="quiet">${duration(expectedSeconds)}</span>`, isNumber: true },
    { title: "When", cell: (step) => step.startDateTime && html`<${Lane} start=${secondsBetween(from, step.startDateTime) / length} share=${tookOf(step, until) / length}
      usual=${(step.expectedSeconds ?? 0) / length} status=${step.status} />`, isWide: true },
  ];
  return html`<${Table} label="Steps of ${operation.kind}" columns=${columns} rows=${operation.steps} keyOf=${({ name }) => name} />`;
}

/** Seconds after the operation's start at which a running step usually ends. */
function endOf(step, from) {
  const isRunning = step.startDateTime && !step.endDateTime;
  return isRunning ? secondsBetween(from, step.startDateTime) + (step.expectedSeconds ?? 0) : 0;
}

function tookOf(step, until) {
  return secondsBetween(step.startDateTime, step.endDateTime ?? until);
}

function Name({ step, environment }) {
  return html`${step.name}${step.detail && step.status === "Running" && html`<small>${step.detail}</small>`}
    ${step.error && html`<small class="cause">${step.error.code}: <${Advice} text=${step.error.message} name=${environment} /> <${Advice} text=${step.error.suggestedAction} name=${environment} /></small>`}`;
}

function Lane({ start, share, usual, status }) {
  const x = Math.min(start * 100, 99);
  const width = Math.min(Math.max(share * 100, 0.6), 100 - x);
  return html`<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
    ${usual > 0 && html`<rect class="bar usual" x=${x} y="0" width=${Math.min(usual * 100, 100 - x)} height="6" />`}
    <rect class="bar ${status.toLowerCase()}" x=${x} y="1.5" width=${width} height="3" />
  </svg>`;
}
