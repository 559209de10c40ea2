import { useState } from "../vendor/hooks.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { link } from "../lib/router.js";
import { Advice } from "../parts/advice.js";
import { ApprovalFacts } from "../parts/approval-facts.js";
import { Badge } from "../parts/badge.js";
import { Cells } from "../parts/cells.js";
import { CostHistory } from "../parts/cost-history.js";
import { EnvironmentActions } from "../parts/environment-actions.js";
import { EnvironmentFacts } from "../parts/environment-facts.js";
import { EnvironmentFrame } from "../parts/environment-frame.js";
import { Polled, Problem } from "../parts/problem.js";
import { Progress } from "../parts/progress.js";
import { Timeline } from "../parts/timeline.js";
import { TryIt } from "../parts/try-it.js";

export function Environment({ name }) {
  const path = `/environments/${encodeURIComponent(name)}`;
  const [started, setStarted] = useState(null);
  const environment = usePolled(path, 5);
  const events = usePolled(`${path}/events`, 15);
  const latest = events.data?.value.findLast((each) => each.operationId)?.operationId;
  const e = environment.data;
  return html`<${EnvironmentFrame} name=${name} badges=${e && html`<${Badge} text=${e.phase} /> <${Badge} text=${e.health.status} />`}>
    <${Polled} state=${environment}>${(e) => html`
      <${EnvironmentActions} environment=${e} path=${path} onStart=${(id) => { setStarted(id); environment.refresh(); }} />
      ${e.approval && html`<section class="entry"><h2>Waits for approval: ${e.approval.kind}</h2><${ApprovalFacts} approval=${e.approval} />
        <p>It can be <a href=${link("approvals")}>rejected</a>, too, with a reason.</p></section>`}
      <${Problems} environment=${e} />
      <${EnvironmentFacts} environment=${e} />
      <${Progress} id=${e.operationId ?? started ?? latest} isExplained=${Boolean(e.error)} onEnd=${environment.refresh} />
      <div class="columns"><${TryIt} environment=${e} /><${CostHistory} name=${e.name} costCenter=${e.spec.costCenter} /></div>
      <${Cells} cells=${e.cells} />
      <${Timeline} events=${events} />
      <details><summary>Specification</summary><pre tabindex="0">${JSON.stringify(e.spec, null, 2)}</pre></details>
    `}<//>
  <//>`;
}

function Problems({ environment: e }) {
  return html`
    ${e.error && html`<${Problem} error=${e.error} name=${e.name} />`}
    ${(e.warnings ?? []).map((each) => html`<${Problem} error=${each} name=${e.name} />`)}
    ${e.health.findings.map((each) => html`<${Finding} finding=${each} name=${e.name} />`)}
    ${(e.remainingResources ?? []).length > 0 && html`<${Remaining} ids=${e.remainingResources} />`}
  `;
}

function Finding({ finding, name }) {
  return html`<section class="problem">
    <strong>${finding.code}</strong>
    <p>${finding.cause}</p>
    <p><strong>What to do:</strong> <${Advice} text=${finding.fix} name=${name} /></p>
    <p><code>${finding.what}</code></p>
  </section>`;
}

function Remaining({ ids }) {
  return html`<section class="problem"><strong>Left in Azure</strong>
    <ul>${ids.map((id) => html`<li><code>${id}</code></li>`)}</ul></section>`;
}
