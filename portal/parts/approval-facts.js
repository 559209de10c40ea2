import { money, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { Changes } from "./plan.js";

/** All that is approved or rejected, and why someone else has to. */
export function ApprovalFacts({ approval: a }) {
  return html`<p class="totals"><span><strong>${money(a.usdPerMonth)}</strong> per month</span>
      <span>requested by ${a.onBehalfOf ?? a.requestedBy ?? "unknown"}, ${time(a.requestedDateTime)}</span>
      <span>canceled if unanswered by ${time(a.deadline)}</span></p>
    <ul>${a.reasons.map((each) => html`<li>${each}</li>`)}</ul>
    ${a.changes.length > 0 && html`<${Changes} changes=${a.changes} />`}`;
}
