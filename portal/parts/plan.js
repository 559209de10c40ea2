import { money, value } from "../lib/format.js";
import { html } from "../lib/html.js";
import { Advice } from "./advice.js";
import { Badge } from "./badge.js";
import { BudgetMeter, isOfBudget } from "./budget.js";

const COSTS = [
  ["asleep", "Asleep"],
  ["atMinNodes", "At minNodes"],
  ["atReplicas", "At replicas"],
  ["atMaxNodes", "At maxNodes"],
];

export function Plan({ plan }) {
  const ready = plan.minutesToReady;
  return html`<section aria-live="polite">
    <h2>Plan: ${plan.action} <${Badge} text=${plan.verdict} /></h2>
    ${ready && html`<p>Ready after ${ready.typical} minutes, one in ten takes more than ${ready.slow}; the model may take ${ready.startingUpTo} more to start.</p>`}
    ${plan.outage && html`<p><${Badge} text="warn" /> ${plan.outage.message}</p>`}
    ${plan.spare && html`<p>GPU nodes beside those that serve: ${plan.spare.nodes}, for up to ${plan.spare.hoursUpTo} hours and up to ${money(plan.spare.usdUpTo)} in all.</p>`}
    <${Checks} checks=${plan.checks} name=${plan.environment} />
    ${(plan.changes ?? []).length > 0 && html`<${Changes} changes=${plan.changes} />`}
    <table><thead><tr><th scope="col">Cost</th><th scope="col" class="number">Per hour</th><th scope="col" class="number">Per month</th></tr></thead>
      <tbody>${COSTS.map(([key, title]) => html`<tr><th scope="row">${title}</th>
        <td class="number">${money(plan.estimate[key].usdPerHour)}</td><td class="number">${money(plan.estimate[key].usdPerMonth)}</td></tr>`)}</tbody></table>
    ${plan.estimate.unpriced.length > 0 && html`<p class="quiet">Without a list price: ${plan.estimate.unpriced.join(", ")}</p>`}
    ${(plan.alternatives ?? []).length > 0 && html`<h3>Would be granted</h3><ul>${plan.alternatives.map((each) => html`
      <li><${Badge} text=${each.verdict} /> ${each.offer.vmSize} in ${each.offer.region}${each.offer.spot ? ", spot" : ""}: ${money(each.usdPerNodeHour)} per node and hour (${each.differsIn})</li>`)}</ul>`}
    <details><summary>Resources (${(plan.resources ?? []).length})</summary><ul>${(plan.resources ?? []).map((each) => html`<li>${each.resource} <code>${each.name}</code> ${each.region ?? ""}</li>`)}</ul></details>
    ${plan.requiresApproval && html`<p><${Badge} text="AwaitingApproval" /> Someone else has to approve it before anything is built.</p>`}
  </section>`;
}

function Checks({ checks, name }) {
  return html`<ul class="checks">${checks.map((each) => html`<li><${Badge} text=${each.verdict} /> <strong>${each.code}</strong> <${Advice} text=${each.message} name=${name} />
    ${isOfBudget(each) && html`<${BudgetMeter} check=${each} />`}</li>`)}</ul>`;
}

/** Fields before and after. */
export function Changes({ changes }) {
  return html`<table><thead><tr>${["Field", "Before", "After", "How"].map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
    <tbody>${changes.map((each) => html`<tr><th scope="row"><code>${each.field}</code></th><td>${value(each.before)}</td><td>${value(each.after)}</td><td><${Badge} text=${each.effect} /></td></tr>`)}</tbody></table>`;
}
