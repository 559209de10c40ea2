import { html } from "../lib/html.js";
import { LABELS } from "../lib/labels.js";
import { link } from "../lib/router.js";

const TABS = [
  ["", "Overview"],
  ["metrics", "Metrics"],
  ["idle", "Idleness"],
  ["versions", "Versions"],
  ["logs", "Logs"],
  ["invocations", "Invocations"],
  ["edit", LABELS.edit],
];

/** What all screens of one environment begin with. */
export function EnvironmentFrame({ name, current = "", badges, children }) {
  return html`
    <p class="back"><a href=${link("environments")}>← Environments</a></p>
    <h1>${name} ${badges}</h1>
    <nav class="tabs" aria-label="Screens of ${name}">
      ${TABS.map(([screen, title]) => html`<a href=${screen ? link("environments", name, screen) : link("environments", name)}
        aria-current=${screen === current ? "page" : undefined}>${title}</a>`)}
    </nav>
    ${children}
  `;
}
