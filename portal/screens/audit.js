import { time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { link, replaceQuery } from "../lib/router.js";
import { Badge } from "../parts/badge.js";
import { Polled } from "../parts/problem.js";
import { Table } from "../parts/table.js";

const FILTERS = [["environment", "Environment"], ["actor", "Object id of the caller"]];
const COLUMNS = [
  { title: "Time", cell: ({ at }) => html`<time datetime=${at}>${time(at)}</time>` },
  { title: "Decision", cell: ({ decision, code, detail }) => html`<${Badge} text=${decision} />${(code ?? detail) && html`<small>${code ?? detail}</small>`}` },
  { title: "Action", cell: ({ action }) => action },
  { title: "Environment", cell: ({ environment }) => environment && html`<a href=${link("environments", environment)}>${environment}</a>` },
  { title: "Caller", cell: ({ actorName, actor }) => actorName ?? actor ?? "–" },
  { title: "By", cell: ({ door }) => door },
];

/** The latest requests for changes, and what was decided. */
export function Audit({ query }) {
  const asked = new URLSearchParams(FILTERS.map(([key]) => [key, query.get(key)]).filter(([, text]) => text));
  const audit = usePolled(asked.size ? `/audit?${asked}` : "/audit", 30);
  return html`<h1>Audit</h1>
    <form class="row" role="search" onSubmit=${(event) => event.preventDefault()}>
      ${FILTERS.map(([key, title]) => html`<label>${title}
        <input type="search" value=${query.get(key) ?? ""} onChange=${(event) => replaceQuery({ [key]: event.target.value.trim() })} /></label>`)}
    </form>
    <${Polled} state=${audit}>${({ value: records }) =>
      records.length === 0 ? html`<p class="empty">Nothing on record.</p>` : html`<${Table} label="Records" columns=${COLUMNS} rows=${records} keyOf=${({ id }) => id} />`}<//>`;
}
