import { time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { Badge } from "../parts/badge.js";
import { Polled } from "../parts/problem.js";

/** The control plane itself: whether it takes requests, and by which rules. */
export function Service() {
  const health = usePolled("/healthz", 15);
  return html`<h1>Service</h1>
    <${Polled} state=${health}>${(service) => html`<dl class="facts">
      <div><dt>Control plane</dt><dd><${Badge} text=${service.status} /></dd></div>
      ${service.policyFile && html`<${PolicyFile} file=${service.policyFile} />`}
      ${service.commit && html`<div><dt>Commit</dt><dd><code>${service.commit}</code></dd></div>`}
      <div><dt>API</dt><dd><a href="#/docs">REST API</a>, <a href="/openapi.json">OpenAPI document</a></dd></div>
    </dl>
    ${(service.policyFile?.problems ?? []).length > 0 && html`<section class="problem"><strong>A later policy file is not in force</strong>
      <ul>${service.policyFile.problems.map((each) => html`<li>${each}</li>`)}</ul></section>`}
    ${(service.policyFile?.warnings ?? []).length > 0 && html`<section><strong>Without effect in the policy file</strong>
      <ul>${service.policyFile.warnings.map((each) => html`<li>${each}</li>`)}</ul></section>`}`}<//>`;
}

function PolicyFile({ file: { state, digest, since } }) {
  return html`<div><dt>Policy file</dt><dd><${Badge} text=${state} />${digest && html`<small><code>${digest}</code>${since && ` since ${time(since)}`}</small>`}</dd></div>`;
}
