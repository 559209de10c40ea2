import { useState } from "../vendor/hooks.js";
import { count } from "../lib/format.js";
import { html } from "../lib/html.js";
import { Polled } from "./problem.js";
import { SizeName } from "./size-name.js";
import { Table } from "./table.js";

/** On a phone, a dozen models are a long way to scroll. */
const WIDE = "(width >= 40rem)";

/** Open models that are ready to be served, the smallest first; one is chosen, or none. */
export function Presets({ state, chosen, onChoose }) {
  const [isOpen, setOpen] = useState(!chosen && matchMedia(WIDE).matches);
  const choose = (name) => {
    setOpen(false);
    onChoose(name);
  };
  return html`<${Polled} state=${state}>${({ value }) => html`
    <${Choice} preset=${value.find((each) => each.name === chosen)} />
    <div class="row">
      <button type="button" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>${isOpen ? "Hide the open models" : "Choose an open model"}</button>
      ${chosen && html`<button type="button" onClick=${() => choose("")}>Serve an image of your own</button>`}
    </div>
    ${isOpen && html`<${Table} label="Open models" columns=${columnsOf(choose)} rows=${value} keyOf=${({ name }) => name} isCurrent=${({ name }) => name === chosen} />`}
  `}<//>`;
}

function Choice({ preset: p }) {
  if (!p) return html`<p>An image of your own, or one of the open models that are ready to be served.</p>`;
  return html`<p><strong>${p.name}</strong> (${p.repository}, licence ${p.licence})${p.gated ? " needs the token of a Hugging Face account that has accepted its licence." : " needs nothing else."}
    ${p.note && html`<small>${p.note}</small>`}</p>`;
}

function columnsOf(choose) {
  return [
    { title: "Model", cell: (p) => html`${p.name}<small>${p.repository}</small>` },
    { title: "Licence", cell: (p) => html`${p.licence}${p.gated && html`<small>with a token</small>`}` },
    { title: "Weights", cell: (p) => `${p.weightsGiB} GiB`, isNumber: true },
    { title: "Longest context", cell: (p) => count(p.tokenLimit), isNumber: true },
    { title: "Smallest size", cell: ({ sizes: [smallest] }) => smallest && html`<${SizeName} name=${smallest.vmSize} /><small>${smallest.gpusPerReplica} × ${smallest.gpuModel}</small>` },
    { title: "Choice", isUnnamed: true, cell: (p) => html`<button type="button" aria-label="Serve ${p.name}" onClick=${() => choose(p.name)}>Choose</button>` },
  ];
}
