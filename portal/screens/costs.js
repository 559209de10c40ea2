import { byAmount, daysOf, sumBy } from "../lib/cost-sums.js";
import { now } from "../lib/clock.js";
import { date, money } from "../lib/format.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { link, replaceQuery } from "../lib/router.js";
import { Bars } from "../parts/bars.js";
import { CenterBudget } from "../parts/center-budget.js";
import { CostSums } from "../parts/cost-sums.js";
import { Polled } from "../parts/problem.js";

const PERIODS = [["", "This month"], ["last", "Last month"], ["30", "The last 30 days"]];

/** What environments have cost, by day, cost center and environment; and the budget of a cost center. */
export function Costs({ query }) {
  const costCenter = query.get("costCenter") ?? "";
  const period = query.get("period") ?? "";
  const asked = new URLSearchParams({ ...(costCenter ? { costCenter } : {}), ...daysOf(period, now()) });
  const report = usePolled(asked.size ? `/costs?${asked}` : "/costs", 60);
  return html`
    <h1>Costs</h1>
    <form class="row" onSubmit=${(event) => event.preventDefault()}>
      <label>Cost center <input type="search" value=${costCenter} placeholder="All" onChange=${(event) => replaceQuery({ costCenter: event.target.value.trim() })} /></label>
      <label>Period <select value=${period} onChange=${(event) => replaceQuery({ period: event.target.value })}>
        ${PERIODS.map(([value, title]) => html`<option value=${value}>${title}</option>`)}</select></label>
    </form>
    ${costCenter && html`<${CenterBudget} costCenter=${costCenter} />`}
    <${Polled} state=${report}>${(costs) => html`<${Report} costs=${costs} />`}<//>
  `;
}

function Report({ costs }) {
  const days = sumBy(costs.value, (each) => each.day).map((each) => ({ ...each, text: money(each.amount) }));
  const ofCenter = (label) => html`<a href="#/costs?costCenter=${encodeURIComponent(label)}" title="Its costs and budget">${label}</a>`;
  const ofEnvironment = (label) => html`<a href=${link("environments", label)}>${label}</a>`;
  return html`
    <p class="total">${money(costs.totalUsd)} <small>at list prices of ${date(costs.priceAsOf)}</small></p>
    ${days.length === 0 && html`<p class="empty">Nothing has cost anything in this period.</p>`}
    ${days.length > 0 && html`<${Bars} title="By day" entries=${days} />
      <section><h2>By cost center</h2><${CostSums} title="Cost center" sums=${byAmount(sumBy(costs.value, (each) => each.costCenter))} name=${ofCenter} /></section>
      <section><h2>By environment</h2><${CostSums} title="Environment" sums=${byAmount(sumBy(costs.value, (each) => each.environment))} name=${ofEnvironment} more=${billedColumns(costs.billed)} /></section>`}
    ${costs.billed && html`<p class="quiet">Azure has billed the days up to ${costs.billed.settledUntil}; the difference is to the list prices of the same days. ${costs.billed.unread}</p>`}
  `;
}

function billedColumns(billed) {
  if (!billed) return [];
  const found = new Map((billed.value ?? []).map((each) => [each.environment, each]));
  const column = (title, key) => ({ title, cell: ({ label }) => money(found.get(label)?.[key]), isNumber: true });
  return [column("Billed", "billedUsd"), column("Difference", "differenceUsd")];
}
