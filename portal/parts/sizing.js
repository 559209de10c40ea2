import { useState } from "../vendor/hooks.js";
import { send } from "../lib/api.js";
import { count } from "../lib/format.js";
import { html } from "../lib/html.js";
import { messagesByField } from "../lib/paths.js";
import { Fields, NUMBER } from "./fields.js";
import { Problem } from "./problem.js";
import { SizeName } from "./size-name.js";
import { Table } from "./table.js";

const FIELDS = [
  { path: "weightsGiB", label: "Weights in GiB", isRequired: true, ...NUMBER },
  { path: "cacheKiBPerToken", label: "Cache per token in KiB", hint: "Layers × KV heads × head dimension × 2 × bytes of a value", isRequired: true, ...NUMBER },
  { path: "kvHeads", label: "KV heads", ...NUMBER },
  { path: "attentionHeads", label: "Attention heads", ...NUMBER },
  { path: "tokenLimit", label: "Longest context", ...NUMBER },
];
const COLUMNS = [
  { title: "Size", cell: (size) => html`<${SizeName} name=${size.vmSize} />` },
  { title: "GPUs per replica", cell: (size) => `${size.gpusPerReplica} × ${size.gpuModel}, ${size.gpuMemoryGB} GB` },
  { title: "Longest request", cell: (size) => count(size.contextLength), isNumber: true },
  { title: "Tokens in all", cell: (size) => count(size.tokens), isNumber: true },
];

/** The GPU sizes that any model fits on, by its figures. */
export function SizingForm() {
  const [model, setModel] = useState({});
  const [sizing, setSizing] = useState(null);
  const [error, setError] = useState(null);
  const find = async (event) => {
    event.preventDefault();
    setError(null);
    try {
      setSizing((await send("POST", "/sizing", model)).body);
    } catch (problem) {
      setError(problem);
    }
  };
  return html`<details><summary>What does another model fit on?</summary>
    <form onSubmit=${find}>
      <${Fields} fields=${FIELDS} object=${model} messages=${messagesByField(error?.error)} onChange=${setModel} />
      <div class="row"><button>Find sizes</button></div>
    </form>
    ${error && html`<${Problem} error=${error} />`}
    <div role="status">${sizing && html`<${Found} sizing=${sizing} />`}</div>
  </details>`;
}

function Found({ sizing }) {
  return html`<p>${sizing.message}</p>
    ${sizing.sizes.length > 0 && html`<${Table} label="Sizes that fit" columns=${COLUMNS} rows=${sizing.sizes} keyOf=${({ vmSize }) => vmSize} />`}`;
}
