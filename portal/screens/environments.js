import { useEffect, useMemo, useRef } from "../vendor/hooks.js";
import { count, money } from "../lib/format.js";
import { html } from "../lib/html.js";
import { idleSince } from "../lib/idle.js";
import { readPages, usePolled } from "../lib/polling.js";
import { link, replaceQuery } from "../lib/router.js";
import { EnvironmentRow } from "../parts/environment-row.js";
import { Polled } from "../parts/problem.js";
import { Sortable } from "../parts/sortable.js";

const PAGE = 250;
const PHASES = ["AwaitingApproval", "Provisioning", "Ready", "ScaledDown", "Waking", "Updating", "Deleting", "Failed", "Canceled"];
const COLUMNS = [
  { id: "name", title: "Name", key: (row) => row.name },
  { id: "phase", title: "Phase", key: (row) => row.environment.phase },
  { id: "health", title: "Health", key: (row) => row.environment.health.status },
  { id: "costCenter", title: "Cost center", key: (row) => row.environment.spec.costCenter },
  { id: "hour", title: "Per hour", key: (row) => row.environment.cost?.usdPerHourNow ?? 0, isNumber: true },
  { id: "month", title: "This month", key: (row) => row.environment.cost?.monthToDateUsd ?? 0, isNumber: true },
  { id: "idle", title: "Idle for", key: (row) => (row.idle ? -new Date(row.idle) : 0), isNumber: true },
  { id: "changed", title: "Changed", key: (row) => -new Date(row.environment.lastModifiedDateTime), isNumber: true },
];

export function Environments({ query }) {
  const phase = query.get("phase") ?? "";
  const search = new URLSearchParams({ maxpagesize: PAGE });
  if (phase) search.set("phase", phase);
  const list = usePolled(`/environments?${search}`, 10, readPages);
  const sweep = usePolled("/sweeps/latest", 60);
  return html`
    <div class="title"><h1>Environments</h1><a class="button main" href=${link("new")}>New environment</a></div>
    <${Filters} phase=${phase} text=${query.get("text") ?? ""} />
    <${Polled} state=${list}>${(all) => html`
      <${Rows} list=${all} decisions=${sweep.data?.decisions} text=${query.get("text") ?? ""} />`}<//>
  `;
}

/** `/` leads to the search, Escape empties it. */
function Filters({ phase, text }) {
  const search = useRef(null);
  useEffect(() => {
    const find = (event) => {
      if (event.key !== "/" || event.target.closest("input, select, textarea, dialog")) return;
      event.preventDefault();
      search.current.focus();
    };
    addEventListener("keydown", find);
    return () => removeEventListener("keydown", find);
  }, []);
  return html`<form class="row" role="search" onSubmit=${(event) => event.preventDefault()}>
    <label>Search
      <input ref=${search} type="search" value=${text} placeholder="Name, owner, cost center, image …" aria-keyshortcuts="/"
        onInput=${(event) => replaceQuery({ text: event.target.value })}
        onKeyDown=${(event) => event.key === "Escape" && replaceQuery({ text: "" })} />
    </label>
    <label>Phase
      <select value=${phase} onChange=${(event) => replaceQuery({ phase: event.target.value })}>
        <option value="">All</option>
        ${PHASES.map((each) => html`<option value=${each}>${each}</option>`)}
      </select>
    </label>
  </form>`;
}

function Rows({ list, decisions, text }) {
  const rows = useMemo(() => rowsOf(list.value, decisions ?? []), [list, decisions]);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = useMemo(() => rows.filter((row) => words.every((word) => row.text.includes(word))), [rows, text]);
  if (list.isComplete && rows.length === 0) {
    return html`<p class="empty">There is no environment here yet. <a href=${link("new")}>Create one</a>.</p>`;
  }
  return html`
    <${Totals} found=${found} list=${list} />
    ${found.length > 0
      ? html`<${Sortable} label="Table of environments" columns=${COLUMNS} rows=${found} Row=${EnvironmentRow} />`
      : html`<p class="empty">No environment matches. <button type="button" onClick=${() => replaceQuery({ text: "", phase: "" })}>Show all</button></p>`}
  `;
}

function Totals({ found, list }) {
  const sum = (key) => found.reduce((total, row) => total + (key(row) ?? 0), 0);
  const idle = found.filter((row) => row.idle);
  return html`<p role="status" class="totals">
    <span><strong>${count(found.length)}</strong> of ${count(list.value.length)}${list.isComplete ? "" : ", loading …"}</span>
    <span><strong>${money(sum((row) => row.environment.cost?.usdPerHourNow))}</strong> per hour</span>
    <span><strong>${money(sum((row) => row.environment.cost?.monthToDateUsd))}</strong> this month</span>
    ${idle.length > 0 && html`<span class="warn"><strong>${count(idle.length)}</strong> idle</span>`}
  </p>`;
}

function rowsOf(environments, decisions) {
  const idle = idleSince(decisions);
  return environments.map((e) => ({
    name: e.name,
    environment: e,
    idle: e.phase === "Ready" ? idle.get(e.name) : null,
    text: [e.name, e.phase, e.health.status, e.spec.costCenter, e.spec.owner, e.spec.workload.image, ...e.spec.regions]
      .join(" ")
      .toLowerCase(),
  }));
}
