import { useMemo, useState } from "../vendor/hooks.js";
import { now } from "../lib/clock.js";
import { count, money, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { chartsOf } from "../lib/metric-series.js";
import { usePolled } from "../lib/polling.js";
import { Chart } from "../parts/chart.js";
import { EnvironmentFrame } from "../parts/environment-frame.js";
import { Polled } from "../parts/problem.js";

const PERIODS = [[1, "24 hours"], [7, "7 days"], [14, "14 days"]];
const DAY_MS = 86_400_000;
const TOTALS = [
  ["requests", "requests", count],
  ["errors", "of status 5xx", count],
  ["tokensIn", "tokens read", count],
  ["tokensOut", "tokens generated", count],
  ["gpuNodeHours", "GPU node hours", count],
  ["costUsd", "at list prices", money],
];

/** Requests, tokens, GPU and cost over time. */
export function EnvironmentMetrics({ name }) {
  const [days, setDays] = useState(1);
  const path = `/environments/${encodeURIComponent(name)}/metrics`;
  const search = useMemo(() => (days === 1 ? "" : `?${new URLSearchParams({ from: new Date(now() - days * DAY_MS).toISOString() })}`), [days]);
  const metrics = usePolled(`${path}${search}`, 60);
  return html`<${EnvironmentFrame} name=${name} current="metrics">
    <h2>Metrics</h2>
    <form class="row" onSubmit=${(event) => event.preventDefault()}>
      <label>Period <select value=${days} onChange=${(event) => setDays(Number(event.target.value))}>
        ${PERIODS.map(([value, title]) => html`<option value=${value}>${title}</option>`)}</select></label>
    </form>
    ${isUnknownRoute(metrics.error)
      ? html`<p class="empty">The app that is deployed tells no figures over time. A later version does.</p>`
      : html`<${Polled} state=${metrics}>${(found) => html`<${Figures} metrics=${found} />`}<//>`}
  <//>`;
}

/** Of an app that is older than the page's screen, and not of an environment that does not exist. */
function isUnknownRoute(error) {
  return error?.status === 404 && error.error.code !== "EnvironmentNotFound";
}

function Figures({ metrics: m }) {
  const charts = useMemo(() => chartsOf(m), [m]);
  return html`
    <p class="totals">${TOTALS.filter(([key]) => m.totals[key] !== undefined).map(([key, title, format]) => html`<span><strong>${format(m.totals[key])}</strong> ${title}</span>`)}</p>
    ${m.unrecorded && html`<p class="quiet">${m.unrecorded}</p>`}
    <div class="charts">${charts.map((chart) => (chart.series.length > 0 ? html`<${Chart} key=${chart.title} ...${chart} />` : html`<${Unknown} chart=${chart} />`))}</div>
    ${m.sinceDateTime && html`<p class="quiet">Counted since ${time(m.sinceDateTime)}. What is not known is left out, which is not zero.</p>`}
  `;
}

function Unknown({ chart }) {
  return html`<figure class="chart"><figcaption>${chart.title}</figcaption><p class="empty">Not known in this period.</p></figure>`;
}
