import { money } from "../lib/format.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { Bars } from "./bars.js";

/** What an environment has cost, by day. */
export function CostHistory({ name, costCenter }) {
  const report = usePolled(`/costs?costCenter=${encodeURIComponent(costCenter)}`, 300);
  const days = (report.data?.value ?? []).filter((each) => each.environment === name);
  if (days.length === 0) return null;
  const entries = days.map(({ day, gpuUsd, baseUsd }) => {
    const amount = gpuUsd + baseUsd;
    return { label: day, amount, text: money(amount) };
  });
  return html`<section><h2>Costs</h2><${Bars} title="By day, this month" entries=${entries} /></section>`;
}
