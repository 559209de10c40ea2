import { html } from "../lib/html.js";
import { LABELS } from "../lib/labels.js";
import { link } from "../lib/router.js";

const PLACES = [
  ["environments", "Environments"],
  ["new", LABELS.new],
  ["approvals", "Approvals"],
  ["models", "Models"],
  ["costs", "Costs"],
  ["sweep", "Sweep"],
  ["audit", "Audit"],
  ["service", "Service"],
];

export function Navigation({ current }) {
  return html`<header>
    <a class="brand" href=${link("environments")}>Gridplane</a>
    <nav aria-label="Screens">
      ${PLACES.map(
        ([screen, title]) =>
          html`<a href=${link(screen)} aria-current=${current === screen ? "page" : undefined}>${title}</a>`,
      )}
    </nav>
  </header>`;
}
