import { value } from "../lib/format.js";
import { html } from "../lib/html.js";
import { Prose } from "./prose.js";
import { Table } from "./table.js";

const COLUMNS = [
  { title: "Field", cell: ({ field, isRequired }) => html`<code>${field}</code>${isRequired && html`<small>required</small>`}` },
  { title: "Type", cell: (each) => html`<${Type} schema=${each} />${each.default !== undefined && html`<small>default ${value(each.default)}</small>`}` },
  { title: "Meaning", cell: ({ description }) => html`<${Prose} text=${description} />`, isLong: true },
  { title: "Example", cell: ({ examples }) => examples && html`<code>${value(examples[0])}</code>` },
];

/** A schema of the OpenAPI document with its fields. */
export function Schema({ name, schema, isOpen }) {
  const required = new Set(schema.required ?? []);
  return html`<details class="entry" open=${isOpen}><summary><code>${name}</code> <span class="quiet"><${Prose} text=${firstSentence(schema.description)} /></span></summary>
    <p><${Prose} text=${schema.description} /></p>
    ${schema.enum && html`<p>${schema.enum.map((each) => html`<code>${each}</code> `)}</p>`}
    ${schema.properties && html`<${Table} label="Fields of ${name}" columns=${COLUMNS} keyOf=${({ field }) => field}
      rows=${Object.entries(schema.properties).map(([field, each]) => ({ field, ...each, isRequired: required.has(field) }))} />`}
  </details>`;
}

/** The type of a value; one that has a schema of its own leads there. */
export function Type({ schema }) {
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return html`<a href="#/docs?find=${name}">${name}</a>`;
  }
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices) return html`${choices.map((each, i) => html`${i > 0 && " or "}<${Type} schema=${each} />`)}`;
  if (schema.type === "array") return html`list of <${Type} schema=${schema.items ?? {}} />`;
  if (schema.enum) return html`${schema.enum.map((each) => html`<code>${each}</code> `)}`;
  return html`${schema.format ?? schema.type ?? "any"}`;
}

function firstSentence(text = "") {
  return text.split(/(?<=\.)\s/)[0];
}
