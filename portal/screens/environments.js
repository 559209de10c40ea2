import { useState } from "../vendor/hooks.js";
import { get } from "../lib/api.js";
import { money, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { link } from "../lib/router.js";
import { Badge } from "../parts/badge.js";
import { Polled, Problem } from "../parts/problem.js";

const PAGE = 100;
const PHASES = ["Provisioning", "Ready", "ScaledDown", "Waking", "Updating", "Deleting", "Failed", "Canceled"];
const COLUMNS = [
  ["name", "Name", (e) => e.name],
  ["phase", "Phase", (e) => e.phase],
  ["health", "Health", (e) => e.health.status],
  ["costCenter", "Cost center", (e) => e.spec.costCenter],
  ["hour", "Per hour", (e) => e.cost?.usdPerHourNow ?? 0, "number"],
  ["month", "This month", (e) => e.cost?.monthToDateUsd ?? 0, "number"],
  ["changed", "Last change", (e) => -new Date(e.lastModifiedDateTime), "number"],
];

export function Environments({ query }) {
  const [phase, setPhase] = useState(query.get("phase") ?? "");
  const [costCenter, setCostCenter] = useState("");
  const search = new URLSearchParams({ maxpagesize: PAGE });
  if (phase) search.set("phase", phase);
  if (costCenter) search.set("costCenter", costCenter);
  const path = `/environments?${search}`;
  const first = usePolled(path, 10);
  return html`
    <h1>Environments</h1>
    <form class="row" onSubmit=${(event) => event.preventDefault()}>
      <label>Phase
        <select value=${phase} onChange=${(event) => setPhase(event.target.value)}>
          <option value="">All</option>
          ${PHASES.map((each) => html`<option>${each}</option>`)}
        </select>
      </label>
      <label>Cost center
        <input value=${costCenter} onChange=${(event) => setCostCenter(event.target.value.trim())} />
      </label>
    </form>
    <${Polled} state=${first}>${(page) => html`<${Pages} key=${path} first=${page} />`}<//>
  `;
}

/** The first page is polled; those after it are read when they are asked for. */
function Pages({ first }) {
  const [later, setLater] = useState([]);
  const [error, setError] = useState(null);
  const nextLink = (later.at(-1) ?? first).nextLink;
  const more = async () => {
    try {
      const page = await get(nextLink);
      setLater((pages) => [...pages, page]);
      setError(null);
    } catch (problem) {
      setError(problem);
    }
  };
  const all = [first, ...later].flatMap((page) => page.value);
  if (all.length === 0) {
    return html`<p>No environment matches. <a href=${link("new")}>Create one</a>.</p>`;
  }
  return html`
    <${Table} environments=${all} />
    ${error && html`<${Problem} error=${error} />`}
    ${nextLink && html`<p><button type="button" onClick=${more}>Show more</button></p>`}
  `;
}

function Table({ environments }) {
  const [sort, setSort] = useState({ column: "name", isDown: false });
  const [, , key] = COLUMNS.find(([column]) => column === sort.column);
  const sorted = environments.toSorted((a, b) => compare(key(a), key(b)) * (sort.isDown ? -1 : 1));
  const choose = (column) =>
    setSort((last) => ({ column, isDown: last.column === column && !last.isDown }));
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Environments"><table>
    <thead><tr>${COLUMNS.map(([column, title, , tone]) => html`
      <th scope="col" class=${tone} aria-sort=${sort.column === column ? (sort.isDown ? "descending" : "ascending") : "none"}>
        <button type="button" class="plain" onClick=${() => choose(column)}>${title}</button>
      </th>`)}</tr></thead>
    <tbody>${sorted.map((each) => html`<${Row} key=${each.name} environment=${each} />`)}</tbody>
  </table></div>`;
}

function compare(a, b) {
  return typeof a === "number" ? a - b : String(a).localeCompare(String(b));
}

function Row({ environment: e }) {
  return html`<tr>
    <th scope="row"><a href=${link("environments", e.name)}>${e.name}</a></th>
    <td><${Badge} text=${e.phase} /></td>
    <td><${Badge} text=${e.health.status} /></td>
    <td>${e.spec.costCenter}</td>
    <td class="number">${money(e.cost?.usdPerHourNow)}</td>
    <td class="number">${money(e.cost?.monthToDateUsd)}</td>
    <td class="number"><time datetime=${e.lastModifiedDateTime}>${time(e.lastModifiedDateTime)}</time></td>
  </tr>`;
}
