import { html } from "../lib/html.js";
import { Prose } from "./prose.js";
import { Type } from "./api-schema.js";
import { Table } from "./table.js";

const PARAMETERS = [
  { title: "Name", cell: ({ name }) => html`<code>${name}</code>` },
  { title: "In", cell: (each) => each.in },
  { title: "Type", cell: ({ schema }) => html`<${Type} schema=${schema ?? {}} />` },
  { title: "Meaning", cell: ({ description }) => html`<${Prose} text=${description} />`, isLong: true },
];
const RESPONSES = [
  { title: "Status", cell: ([status]) => status },
  { title: "Meaning", cell: ([, { description }]) => html`<${Prose} text=${description} />`, isLong: true },
  { title: "Body", cell: ([, { content }]) => schemasOf(content).map((schema) => html`<${Type} schema=${schema} />`) },
];

/** An operation of the OpenAPI document: what it takes and what it answers. */
export function Operation({ method, path, operation: o }) {
  return html`<details class="entry"><summary><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code> <span class="quiet">${o.summary}</span></summary>
    <p><${Prose} text=${o.description} /></p>
    ${(o.parameters ?? []).length > 0 && html`<${Parameters} parameters=${o.parameters} />`}
    ${o.requestBody && html`<h3>Body</h3><${Content} content=${o.requestBody.content} />`}
    <h3>Responses</h3>
    <${Table} label="Responses of ${method} ${path}" columns=${RESPONSES} rows=${Object.entries(o.responses)} keyOf=${([status]) => status} />
  </details>`;
}

function Parameters({ parameters }) {
  return html`<h3>Parameters</h3><${Table} label="Parameters" columns=${PARAMETERS} rows=${parameters.filter((each) => each.name)} keyOf=${({ name }) => name} />`;
}

function Content({ content }) {
  const { example, examples } = Object.values(content)[0];
  const shown = example ?? Object.values(examples ?? {})[0]?.value;
  return html`<p>${schemasOf(content).map((schema) => html`<${Type} schema=${schema} />`)}</p>
    ${shown !== undefined && html`<pre tabindex="0">${JSON.stringify(shown, null, 2)}</pre>`}`;
}

function schemasOf(content) {
  return Object.values(content ?? {}).map((each) => each.schema).filter(Boolean);
}
