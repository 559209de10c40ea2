import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { Badge } from "../parts/badge.js";
import { Polled } from "../parts/problem.js";

export function Service() {
  const health = usePolled("/healthz", 15);
  return html`<h1>Service</h1>
    <${Polled} state=${health}>${(service) => html`<dl class="facts">
      <div><dt>Control plane</dt><dd><${Badge} text=${service.status} /></dd></div>
      ${service.commit && html`<div><dt>Commit</dt><dd><code>${service.commit}</code></dd></div>`}
      <div><dt>API</dt><dd><a href="#/docs">REST API</a>, <a href="/openapi.json">OpenAPI document</a></dd></div>
    </dl>`}<//>`;
}
