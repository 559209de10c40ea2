import { render } from "./vendor/preact.js";
import { html } from "./lib/html.js";
import { useAddress } from "./lib/router.js";
import { Navigation } from "./parts/navigation.js";
import { Costs } from "./screens/costs.js";
import { Environment } from "./screens/environment.js";
import { Environments } from "./screens/environments.js";
import { NewEnvironment } from "./screens/new-environment.js";
import { Service } from "./screens/service.js";
import { Sweep } from "./screens/sweep.js";

const SCREENS = {
  environments: ({ parts, query }) =>
    parts.length
      ? html`<${Environment} key=${parts[0]} name=${parts[0]} />`
      : html`<${Environments} query=${query} />`,
  new: () => html`<${NewEnvironment} />`,
  costs: () => html`<${Costs} />`,
  sweep: () => html`<${Sweep} />`,
  service: () => html`<${Service} />`,
};

function App() {
  const address = useAddress();
  const screen = SCREENS[address.screen];
  return html`
    <a class="skip" href="#content">Skip to content</a>
    <${Navigation} current=${address.screen} />
    <main id="content" tabindex="-1">
      ${screen ? screen(address) : html`<p>There is no such page.</p>`}
    </main>
  `;
}

render(html`<${App} />`, document.getElementById("app"));
