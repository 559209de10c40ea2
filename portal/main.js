import { useEffect, useRef } from "./vendor/hooks.js";
import { render } from "./vendor/preact.js";
import { html } from "./lib/html.js";
import { lazy } from "./lib/lazy.js";
import { openAsked, useAddress } from "./lib/router.js";
import { Navigation } from "./parts/navigation.js";
import { Environments } from "./screens/environments.js";

const Approvals = lazy(() => import("./screens/approvals.js").then((screen) => screen.Approvals));
const Audit = lazy(() => import("./screens/audit.js").then((screen) => screen.Audit));
const Costs = lazy(() => import("./screens/costs.js").then((screen) => screen.Costs));
const Environment = lazy(() => import("./screens/environment.js").then((screen) => screen.Environment));
const Model = lazy(() => import("./screens/model.js").then((screen) => screen.Model));
const Models = lazy(() => import("./screens/models.js").then((screen) => screen.Models));
const NewEnvironment = lazy(() => import("./screens/new-environment.js").then((screen) => screen.NewEnvironment));
const Reference = lazy(() => import("./screens/reference.js").then((screen) => screen.Reference));
const RegisterModel = lazy(() => import("./screens/register-model.js").then((screen) => screen.RegisterModel));
const Service = lazy(() => import("./screens/service.js").then((screen) => screen.Service));
const Sweep = lazy(() => import("./screens/sweep.js").then((screen) => screen.Sweep));

/** Without what all objects have: a part of an address may be `constructor`. */
const byName = (screens) => new Map(Object.entries(screens));

const OF_AN_ENVIRONMENT = byName({
  edit: lazy(() => import("./screens/edit-environment.js").then((screen) => screen.EditEnvironment)),
  idle: lazy(() => import("./screens/environment-idle.js").then((screen) => screen.EnvironmentIdle)),
  invocations: lazy(() => import("./screens/invocations.js").then((screen) => screen.Invocations)),
  logs: lazy(() => import("./screens/environment-logs.js").then((screen) => screen.EnvironmentLogs)),
  metrics: lazy(() => import("./screens/environment-metrics.js").then((screen) => screen.EnvironmentMetrics)),
  versions: lazy(() => import("./screens/environment-versions.js").then((screen) => screen.EnvironmentVersions)),
});

const SCREENS = byName({
  environments: ({ parts: [name, part], query }) => {
    if (!name) return html`<${Environments} query=${query} />`;
    const Screen = part ? OF_AN_ENVIRONMENT.get(part) : Environment;
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
});

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
      ${SCREENS.get(address.screen)?.(address) ?? html`<h1>Not found</h1><p>There is no such page.</p>`}
    </main>
  `;
}

openAsked();
render(html`<${App} />`, document.getElementById("app"));
