import { send } from "../lib/api.js";
import { html } from "../lib/html.js";
import { LABELS } from "../lib/labels.js";
import { readPages, usePolled } from "../lib/polling.js";
import { link } from "../lib/router.js";
import { Action } from "../parts/action.js";
import { ApprovalFacts } from "../parts/approval-facts.js";
import { Polled } from "../parts/problem.js";

/** What waits for someone other than its requester. */
export function Approvals() {
  const waiting = usePolled("/approvals", 10, readPages);
  return html`<h1>Approvals</h1>
    <${Polled} state=${waiting}>${({ value: all }) =>
      all.length === 0
        ? html`<p class="empty">Nothing waits for approval.</p>`
        : all.map((each) => html`<${Waiting} key=${each.operationId} approval=${each} onAnswer=${waiting.refresh} />`)}<//>`;
}

function Waiting({ approval: a, onAnswer }) {
  const path = `/environments/${encodeURIComponent(a.environment)}`;
  const answer = async (action, body) => {
    await send("POST", `${path}/${action}`, body);
    onAnswer();
  };
  return html`<article class="entry" aria-label=${a.operationId}>
    <h2><a href=${link("environments", a.environment)}>${a.environment}</a>: ${a.kind}</h2>
    <${ApprovalFacts} approval=${a} />
    <div class="row" role="group" aria-label="Answer">
      <${Action} label=${LABELS.approve} tone="main" name=${a.environment} question="Have ${a.environment} built exactly as in this plan?"
        act=${() => answer("approve", { planDigest: a.planDigest })} />
      <${Action} label=${LABELS.reject} tone="danger" name=${a.environment} question="Reject it? It ends without having changed anything in Azure." ask="Reason, for the requester"
        act=${(reason) => answer("reject", { reason })} />
    </div>
  </article>`;
}
