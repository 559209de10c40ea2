import { time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { link, replaceQuery } from "../lib/router.js";
import { Badge } from "../parts/badge.js";
import { Polled } from "../parts/problem.js";

const FILTERS = [["environment", "Environment"], ["actor", "Object id of the caller"]];

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
      records.length === 0 ? html`<p class="empty">Nothing on record.</p>` : html`<${Records} records=${records} />`}<//>`;
}

function Records({ records }) {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Records"><table>
    <thead><tr>${["Time", "Decision", "Action", "Environment", "Caller", "By"].map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
    <tbody>${records.map((each) => html`<tr key=${each.id}>
      <td><time datetime=${each.at}>${time(each.at)}</time></td>
      <td><${Badge} text=${each.decision} />${(each.code ?? each.detail) && html`<small>${each.code ?? each.detail}</small>`}</td>
      <td>${each.action}</td>
      <td>${each.environment && html`<a href=${link("environments", each.environment)}>${each.environment}</a>`}</td>
      <td>${each.actorName ?? each.actor ?? "–"}</td><td>${each.door}</td></tr>`)}</tbody>
  </table></div>`;
}
