import { useState } from "../vendor/hooks.js";
import { money, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { link } from "../lib/router.js";
import { Bars } from "../parts/bars.js";
import { Polled } from "../parts/problem.js";

export function Costs() {
  const [costCenter, setCostCenter] = useState("");
  const path = costCenter ? `/costs?costCenter=${encodeURIComponent(costCenter)}` : "/costs";
  const report = usePolled(path, 60);
  return html`
    <h1>Costs</h1>
    <form class="row" onSubmit=${(event) => event.preventDefault()}>
      <label>Cost center <input value=${costCenter} onChange=${(event) => setCostCenter(event.target.value.trim())} /></label>
    </form>
    <${Polled} state=${report}>${(costs) => html`<${Report} costs=${costs} />`}<//>
  `;
}

function Report({ costs }) {
  const days = sumBy(costs.value, (each) => each.day);
  const environments = sumBy(costs.value, (each) => each.environment).toSorted((a, b) => b.amount - a.amount);
  const centers = sumBy(costs.value, (each) => each.costCenter).toSorted((a, b) => b.amount - a.amount);
  return html`
    <p class="total">${money(costs.totalUsd)} <small>at list prices of ${time(costs.priceAsOf)}</small></p>
    ${days.length > 0 && html`<${Bars} title="By day" entries=${days.map((each) => ({ ...each, text: money(each.amount) }))} />`}
    <div class="columns"><${Sums} title="Cost center" sums=${centers} /><${Sums} title="Environment" sums=${environments} isLinked /></div>
  `;
}

function Sums({ title, sums, isLinked = false }) {
  return html`<table><thead><tr><th scope="col">${title}</th><th scope="col" class="number">Cost</th></tr></thead>
    <tbody>${sums.map(({ label, amount }) => html`<tr><th scope="row">${isLinked ? html`<a href=${link("environments", label)}>${label}</a>` : label}</th><td class="number">${money(amount)}</td></tr>`)}</tbody></table>`;
}

function sumBy(costs, key) {
  const sums = new Map();
  for (const each of costs) {
    sums.set(key(each), (sums.get(key(each)) ?? 0) + each.gpuUsd + each.baseUsd);
  }
  return [...sums].map(([label, amount]) => ({ label, amount }));
}
