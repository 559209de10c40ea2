import { count, money } from "../lib/format.js";
import { html } from "../lib/html.js";
import { Polled } from "./problem.js";
import { SizeName } from "./size-name.js";
import { Table } from "./table.js";

/**
 * GPU sizes of a region, cheapest first, one of which can be chosen.
 * @param {{state: object, fitting?: object[], chosen?: string, onChoose: (vmSize: string) => void}}
 *   props `fitting`: only these sizes, with what fits there.
 */
export function Offers({ state, fitting, chosen, onChoose }) {
  const fits = fitting && new Map(fitting.map((each) => [each.vmSize, each]));
  return html`<${Polled} state=${state}>${(offers) => {
    const rows = offers.value.filter(({ vmSize }) => !fits || fits.has(vmSize));
    return html`
      ${Object.entries(offers.unread).map(([part, why]) => html`<p class="quiet">Unknown: ${part} (${why})</p>`)}
      ${rows.length > 0
        ? html`<${Table} label="GPU sizes" columns=${columnsOf(fits, chosen, onChoose)} rows=${rows} keyOf=${({ vmSize }) => vmSize} isCurrent=${({ vmSize }) => vmSize === chosen} />`
        : html`<p class="empty">The region has no such size.</p>`}`;
  }}<//>`;
}

function columnsOf(fits, chosen, onChoose) {
  return [
    { title: "Size", cell: (o) => html`<${SizeName} name=${o.vmSize} />${o.restriction && html`<small class="cause">${o.restriction}</small>`}` },
    { title: "GPUs", cell: (o) => html`${o.gpus} × ${o.gpuModel}${fits && html`<small>${fits.get(o.vmSize).gpusPerReplica} per replica</small>`}` },
    { title: "Memory", cell: (o) => `${o.gpuMemoryGB} GB`, isNumber: true },
    ...(fits ? [{ title: "Longest request", cell: (o) => fit(fits.get(o.vmSize)), isNumber: true }] : []),
    { title: "Per hour", cell: (o) => money(o.usdPerHour), isNumber: true },
    { title: "Spot", cell: (o) => money(o.spotUsdPerHour), isNumber: true },
    { title: "Nodes left", cell: (o) => html`${o.nodesLeft ?? "–"}${o.quota && html`<small>${o.quota.limit - o.quota.used} of ${o.quota.limit} vCPUs free</small>`}`, isNumber: true },
    { title: "Choice", isUnnamed: true, cell: (o) => html`<button type="button" aria-pressed=${o.vmSize === chosen} disabled=${Boolean(o.restriction)}
        aria-label="Choose ${o.vmSize}" onClick=${() => onChoose(o.vmSize)}>${o.vmSize === chosen ? "Chosen" : "Choose"}</button>` },
  ];
}

function fit({ contextLength, tokens }) {
  return html`${count(contextLength)}<small>of ${count(tokens)} tokens</small>`;
}
