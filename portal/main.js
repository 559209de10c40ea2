import { useEffect, useRef } from "./vendor/hooks.js";
import { render } from "./vendor/preact.js";
import { html } from "./lib/html.js";
import { useAddress } from "./lib/router.js";
import { Navigation } from "./parts/navigation.js";
import { Approvals } from "./screens/approvals.js";
import { Audit } from "./screens/audit.js";
import { Costs } from "./screens/costs.js";
import { EditEnvironment } from "./screens/edit-environment.js";
import { Environment } from "./screens/environment.js";
import { EnvironmentIdle } from "./screens/environment-idle.js";
import { EnvironmentLogs } from "./screens/environment-logs.js";
import { EnvironmentMetrics } from "./screens/environment-metrics.js";
import { EnvironmentVersions } from "./screens/environment-versions.js";
import { Environments } from "./screens/environments.js";
import { Invocations } from "./screens/invocations.js";
import { Model } from "./screens/model.js";
import { Models } from "./screens/models.js";
import { NewEnvironment } from "./screens/new-environment.js";
import { Reference } from "./screens/reference.js";
import { RegisterModel } from "./screens/register-model.js";
import { Service } from "./screens/service.js";
import { Sweep } from "./screens/sweep.js";

const OF_AN_ENVIRONMENT = {
  edit: EditEnvironment,
  idle: EnvironmentIdle,
  invocations: Invocations,
  logs: EnvironmentLogs,
  metrics: EnvironmentMetrics,
  versions: EnvironmentVersions,
};

const SCREENS = {
  environments: ({ parts: [name, part], query }) => {
    if (!name) return html`<${Environments} query=${query} />`;
    const Screen = part ? OF_AN_ENVIRONMENT[part] : Environment;
    return Screen && html`<${Screen} key=${name} name=${name} />`;
  },
  new: ({ query }) => html`<${NewEnvironment} query=${query} />`,
  models: ({ parts: [name] }) => (name ? html`<${Model} key=${name} name=${name} />` : html`<${Models} />`),
  "register-model": ({ query }) => html`<${RegisterModel} query=${query} />`,
  approvals: () => html`<${Approvals} />`,
  audit: ({ query }) => html`<${Audit} query=${query} />`,
  costs: ({ query }) => html`<${Costs} query=${query} />`,
  sweep: () => html`<${Sweep} />`,
  service: () => html`<${Service} />`,
  docs: ({ query }) => html`<${Reference} query=${query} />`,
};

/** Addresses after `#` are those of screens. */
function skip(event) {
  event.preventDefault();
  document.getElementById("content").focus();
}

/** A reader goes on in the content of a screen that was opened, and the tab says which one it is. */
function useEntrance({ screen, parts }) {
  const place = [screen, ...parts].join(" / ");
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${place} – Gridplane`;
    if (!isFirst.current) document.getElementById("content").focus();
    isFirst.current = false;
  }, [place]);
}

function App() {
  const address = useAddress();
  useEntrance(address);
  return html`
    <a class="skip" href="#content" onClick=${skip}>Skip to content</a>
    <${Navigation} current=${address.screen} />
    <main id="content" tabindex="-1">
      ${SCREENS[address.screen]?.(address) ?? html`<h1>Not found</h1><p>There is no such page.</p>`}
    </main>
  `;
}

render(html`<${App} />`, document.getElementById("app"));
