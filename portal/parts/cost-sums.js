import { count, money } from "../lib/format.js";
import { html } from "../lib/html.js";
import { Table } from "./table.js";

/**
 * Sums of costs beside each other.
 * @param {{title: string, sums: object[], name: (label: string) => any, more?: object[]}} props
 */
export function CostSums({ title, sums, name, more = [] }) {
  const total = sums.reduce((sum, each) => sum + each.amount, 0);
  const columns = [
    { title, cell: ({ label }) => name(label) },
    { title: "Node hours", cell: (sum) => html`${count(round(sum.hours))}${sum.unpricedHours > 0 && html`<small>${count(round(sum.unpricedHours))} without a price</small>`}`, isNumber: true },
    { title: "GPU nodes", cell: (sum) => money(sum.gpu), isNumber: true },
    { title: "The rest", cell: (sum) => money(sum.base), isNumber: true },
    { title: "Cost", cell: (sum) => html`<strong>${money(sum.amount)}</strong>`, isNumber: true },
    { title: "Share", cell: (sum) => `${Math.round((100 * sum.amount) / (total || 1))} %`, isNumber: true },
    ...more,
  ];
  return html`<${Table} label="Costs by ${title.toLowerCase()}" columns=${columns} rows=${sums} keyOf=${({ label }) => label} />`;
}

function round(hours) {
  return Math.round(hours * 100) / 100;
}
