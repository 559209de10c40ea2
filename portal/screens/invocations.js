import { count, moment, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { Bars } from "../parts/bars.js";
import { EnvironmentFrame } from "../parts/environment-frame.js";
import { Polled } from "../parts/problem.js";
import { Table } from "../parts/table.js";

const PAGE = 500;
const MOST_CALLERS = 10;
const SHOWN = 50;
const COLUMNS = [
  { title: "Time", cell: (each) => html`<time datetime=${each.time}>${time(each.time)}</time>` },
  { title: "Status", cell: ({ status, why }) => html`${status ?? "–"}${why !== "via_upstream" && html`<small>${why}</small>`}` },
  { title: "Request", cell: ({ method, path }) => html`<code>${method} ${path}</code>` },
  { title: "Caller", cell: ({ oid }) => html`<code>${oid ?? "–"}</code>` },
  { title: "Duration", cell: ({ durationMs }) => `${count(durationMs ?? 0)} ms`, isNumber: true },
];

/** Who has called the model in the last 24 hours, as far as the latest page of the record goes. */
export function Invocations({ name }) {
  const state = usePolled(`/environments/${encodeURIComponent(name)}/invocations?maxpagesize=${PAGE}`, 60);
  return html`<${EnvironmentFrame} name=${name} current="invocations">
    <h2>Invocations</h2>
    <${Polled} state=${state}>${(page) => html`<${Record} page=${page} />`}<//>
  <//>`;
}

function Record({ page: { value, mayLackSince, nextLink } }) {
  if (value.length === 0) return html`<p class="empty">None in the last 24 hours.</p>`;
  const failed = value.filter((each) => each.status === 0 || each.status >= 400).length;
  return html`
    <p class="totals">
      <span><strong>${count(value.length)}</strong> ${nextLink ? "latest invocations" : "invocations in 24 hours"}</span>
      <span class=${failed ? "warn" : ""}><strong>${count(failed)}</strong> without success</span>
      <span><strong>${count(median(value.map((each) => each.durationMs ?? 0)))} ms</strong> median duration</span>
      ${mayLackSince && html`<span>Some since ${time(mayLackSince)} may still be missing.</span>`}
    </p>
    <${Bars} title="Requests by hour" entries=${byHour(value)} />
    <div class="columns"><${Counts} title="Status" counts=${countBy(value, (each) => String(each.status ?? "none"))} />
      <${Counts} title="Caller" counts=${countBy(value, (each) => each.oid ?? "without a token").slice(0, MOST_CALLERS)} /></div>
    <${Table} label="Invocations" columns=${COLUMNS} rows=${value.slice(0, SHOWN)} keyOf=${(each) => each.requestId ?? each} />`;
}

function Counts({ title, counts }) {
  return html`<table><thead><tr><th scope="col">${title}</th><th scope="col" class="number">Requests</th></tr></thead>
    <tbody>${counts.map(([label, number]) => html`<tr><th scope="row">${label}</th><td class="number">${count(number)}</td></tr>`)}</tbody></table>`;
}

function countBy(entries, key) {
  const counts = new Map();
  for (const each of entries) counts.set(key(each), (counts.get(key(each)) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}

function byHour(entries) {
  return countBy(entries, (each) => `${each.time.slice(0, 13)}:00Z`)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([hour, amount]) => ({ label: moment(hour), amount, text: count(amount) }));
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
