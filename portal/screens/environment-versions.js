import { useState } from "../vendor/hooks.js";
import { etagOf, send } from "../lib/api.js";
import { time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { LABELS } from "../lib/labels.js";
import { usePolled } from "../lib/polling.js";
import { Action } from "../parts/action.js";
import { Badge } from "../parts/badge.js";
import { EnvironmentFrame } from "../parts/environment-frame.js";
import { Polled } from "../parts/problem.js";
import { Progress } from "../parts/progress.js";

/** Phases in which a rollback can begin. */
const SETTLED = ["Ready", "Failed", "Canceled"];

/** What an environment has run, and the way back to it. */
export function EnvironmentVersions({ name }) {
  const path = `/environments/${encodeURIComponent(name)}`;
  const [started, setStarted] = useState(null);
  const environment = usePolled(path, 5);
  const versions = usePolled(`${path}/versions`, 15);
  const refresh = () => {
    environment.refresh();
    versions.refresh();
  };
  const rollBack = async (toVersion, reason) => {
    const { operation } = await send("POST", `${path}/rollback`, { toVersion, reason }, { "If-Match": etagOf(path) });
    setStarted(operation);
    refresh();
  };
  const isSettled = SETTLED.includes(environment.data?.phase);
  return html`<${EnvironmentFrame} name=${name} current="versions">
    <h2>Versions</h2>
    <${Progress} id=${environment.data?.operationId ?? started} onEnd=${refresh} />
    <${Polled} state=${versions}>${({ value }) => html`<ol class="versions" reversed>${value.map((each) => html`
      <${Version} key=${each.version} version=${each} canReturn=${isSettled} onRollback=${(reason) => rollBack(each.version, reason)} />`)}</ol>`}<//>
  <//>`;
}

function Version({ version: v, canReturn, onRollback }) {
  const { model, image, preset } = v.workload;
  return html`<li class="entry" aria-label="Version ${v.version}">
    <div class="title"><h3>Version ${v.version} ${v.isPresent && html`<${Badge} text="current" />`} <${Badge} text=${v.status} /></h3>
      ${!v.isPresent && v.status === "Succeeded" && canReturn && html`<${Action} label="${LABELS.rollback} to ${v.version}" ask="Reason, for the timeline"
        question="Run the workload of version ${v.version} again? Replicas are replaced as update.strategy says; all else that is specified stays." act=${onRollback} />`}</div>
    <dl class="facts">
      <div><dt>Requested</dt><dd>${time(v.requestedDateTime)}${v.requestedBy && html`<small>by ${v.requestedBy}</small>`}</dd></div>
      ${model && html`<div><dt>Model</dt><dd>${model.name} ${model.version}${preset && html`<small>preset ${preset}</small>`}</dd></div>`}
      <div class="wide-fact"><dt>Image</dt><dd>${image}${v.digest && !image?.includes(v.digest) && html`<small>${v.digest}</small>`}</dd></div>
      ${v.rollback && html`<div><dt>Rollback</dt><dd>from ${v.rollback.fromVersion} to ${v.rollback.toVersion}${v.rollback.reason && html`<small>${v.rollback.reason}</small>`}</dd></div>`}
    </dl>
    <details><summary>Workload</summary><pre tabindex="0">${JSON.stringify(v.workload, null, 2)}</pre></details>
  </li>`;
}
