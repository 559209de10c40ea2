import { useState } from "../vendor/hooks.js";
import { send } from "../lib/api.js";
import { money, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { go, link } from "../lib/router.js";
import { Action } from "../parts/action.js";
import { Badge } from "../parts/badge.js";
import { CostHistory } from "../parts/cost-history.js";
import { Polled, Problem } from "../parts/problem.js";
import { Progress } from "../parts/progress.js";
import { TryIt } from "../parts/try-it.js";

const IN_MOTION = ["Provisioning", "Waking", "Updating", "Deleting"];

/** What can be asked of an environment in a phase: label, action, question, tone. */
const ACTIONS = [
  { label: "Wake", action: "wake", phases: ["ScaledDown"], question: "Start its GPU nodes? They cost money until it sleeps again." },
  { label: "Scale down", action: "scale-down", phases: ["Ready"], question: "Scale its GPU pools to zero? Requests are refused until it is woken." },
  { label: "Retry", action: "retry", phases: ["Failed", "Canceled"], question: "Start the operation that did not succeed again?", tone: "main" },
  { label: "Repair", action: "repair", phases: ["Ready", "ScaledDown"], question: "Bring everything in Azure back to the specification?" },
  { label: "Approve", action: "approve", phases: ["AwaitingApproval"], question: "Have it built as it was requested? Only someone other than the requester can approve it.", tone: "main" },
  { label: "Cancel", action: "cancel", phases: ["AwaitingApproval", ...IN_MOTION], question: "Cancel the running operation? What it has built and costs money is removed or reported.", tone: "danger" },
];

export function Environment({ name }) {
  const path = `/environments/${encodeURIComponent(name)}`;
  const [started, setStarted] = useState(null);
  const environment = usePolled(path, 5);
  const events = usePolled(`${path}/events`, 15);
  const latest = events.data?.value.findLast((each) => each.operationId)?.operationId;
  return html`<${Polled} state=${environment}>${(e) => html`
    <h1>${e.name} <${Badge} text=${e.phase} /> <${Badge} text=${e.health.status} /></h1>
    <p class="totals"><span>${e.spec.workload.model?.name ?? e.spec.workload.image}</span>
      <span>specification <strong>${e.generation}</strong></span>
      <a href=${link("environments", e.name, "edit")}>Change it</a>
      <a href=${link("environments", e.name, "invocations")}>Invocations</a></p>
    <${Actions} environment=${e} path=${path} onStart=${(id) => { setStarted(id); environment.refresh(); }} />
    ${e.error && html`<${Problem} error=${e.error} />`}
    ${(e.warnings ?? []).map((each) => html`<${Problem} error=${each} />`)}
    ${e.health.findings.map((each) => html`<${Finding} finding=${each} />`)}
    ${(e.remainingResources ?? []).length > 0 && html`<${Remaining} ids=${e.remainingResources} />`}
    <${Facts} environment=${e} />
    <${Progress} id=${e.operationId ?? started ?? latest} onEnd=${environment.refresh} />
    <div class="columns"><${TryIt} environment=${e} /><${CostHistory} name=${e.name} costCenter=${e.spec.costCenter} /></div>
    <${Timeline} events=${events} />
    <details><summary>Specification</summary><pre tabindex="0">${JSON.stringify(e.spec, null, 2)}</pre></details>
  `}<//>`;
}

function Actions({ environment, path, onStart }) {
  const possible = ACTIONS.filter((each) => each.phases.includes(environment.phase));
  const start = async (method, address) => onStart((await send(method, address)).operation);
  return html`<div class="row" role="group" aria-label="Actions">
    ${possible.map((each) => html`<${Action} key=${each.action} ...${each} act=${() => start("POST", `${path}/${each.action}`)} />`)}
    <${Action} label="Delete" tone="danger" question="Delete ${environment.name} and everything it has in Azure?"
      act=${async () => { await start("DELETE", path); go("environments"); }} />
  </div>`;
}

function Finding({ finding }) {
  return html`<section class="problem">
    <strong>${finding.code}</strong>
    <p>${finding.cause}</p>
    <p><strong>What to do:</strong> ${finding.fix}</p>
    <p><code>${finding.what}</code></p>
  </section>`;
}

function Remaining({ ids }) {
  return html`<section class="problem"><strong>Left in Azure</strong>
    <ul>${ids.map((id) => html`<li><code>${id}</code></li>`)}</ul></section>`;
}

function Facts({ environment: e }) {
  const facts = [
    ["Endpoint", e.endpoint && html`<a href=${e.endpoint} rel="noreferrer">${e.endpoint}</a>`],
    ["Now", e.cost && `${money(e.cost.usdPerHourNow)} per hour`],
    ["Asleep", e.cost && `${money(e.cost.usdPerHourAsleep)} per hour`],
    ["Today", e.cost && money(e.cost.todayUsd)],
    ["This month", e.cost && money(e.cost.monthToDateUsd)],
    ["Cost center", e.spec.costCenter],
    ["Owner", e.spec.owner],
    ["Origin", e.originTransport],
    ["Image", e.image ? html`${e.image.reference}<br /><small>${e.image.digest}</small>` : e.spec.workload.image],
    ["Cells", e.cells.map((cell) => `${cell.region}: ${cell.offer.vmSize}${cell.offer.spot ? " spot" : ""}`).join(", ")],
    ["Health since", e.health.since && time(e.health.since)],
    ["Expires", e.spec.expiresAt && time(e.spec.expiresAt)],
  ];
  return html`<dl class="facts">${facts.filter(([, shown]) => shown).map(([title, shown]) => html`<div><dt>${title}</dt><dd>${shown}</dd></div>`)}</dl>`;
}

/** Without the changes of steps, which the operation shows. */
function Timeline({ events }) {
  return html`<section><h2>Timeline</h2>
    <${Polled} state=${events}>${({ value: entries }) => html`<ol class="timeline" reversed>
      ${entries.filter((each) => each.type !== "StepChanged").toReversed().map((each) => html`<li>
        <time datetime=${each.at}>${time(each.at)}</time> <strong>${each.type}</strong> ${each.message}
        ${each.evidence && html`<details><summary>Evidence</summary><pre>${JSON.stringify(each.evidence, null, 2)}</pre></details>`}
      </li>`)}
    </ol>`}<//></section>`;
}
