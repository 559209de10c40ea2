import { count } from "../lib/format.js";
import { html } from "../lib/html.js";
import { SizeName } from "./size-name.js";
import { Table } from "./table.js";

const COLUMNS = [
  { title: "Region", cell: (cell) => cell.region },
  { title: "GPU size", cell: ({ offer }) => html`<${SizeName} name=${offer.vmSize} />${offer.spot ? ", spot" : ""}` },
  { title: "Nodes ready", cell: (cell) => count(cell.nodes), isNumber: true },
  { title: "Address", cell: (cell) => cell.externalIp || "private" },
  { title: "Cluster", cell: (cell) => html`<code>${cell.clusterId.split("/").pop()}</code>` },
];

/** The clusters of an environment, as of the last operation that completed each. */
export function Cells({ cells }) {
  if (cells.length === 0) return null;
  return html`<section><h2>Cells</h2><${Table} label="Cells" columns=${COLUMNS} rows=${cells} keyOf=${({ region }) => region} /></section>`;
}
