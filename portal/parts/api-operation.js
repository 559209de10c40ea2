import { html } from "../lib/html.js";
import { Prose } from "./prose.js";
import { Type } from "./api-schema.js";

/** An operation of the OpenAPI document: what it takes and what it answers. */
export function Operation({ method, path, operation: o }) {
  return html`<details class="entry"><summary><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code> <span class="quiet">${o.summary}</span></summary>
    <p><${Prose} text=${o.description} /></p>
    ${(o.parameters ?? []).length > 0 && html`<${Parameters} parameters=${o.parameters} />`}
    ${o.requestBody && html`<h3>Body</h3><${Content} content=${o.requestBody.content} />`}
    <h3>Responses</h3>
    <div class="scroll" tabindex="0" role="group" aria-label="Responses of ${method} ${path}"><table><tbody>
      ${Object.entries(o.responses).map(([status, response]) => html`<tr><th scope="row">${status}</th>
        <td><${Prose} text=${response.description} /></td><td>${schemasOf(response.content).map((schema) => html`<${Type} schema=${schema} />`)}</td></tr>`)}
    </tbody></table></div>
  </details>`;
}

function Parameters({ parameters }) {
  return html`<h3>Parameters</h3><table><thead><tr>${["Name", "In", "Type", "Meaning"].map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
    <tbody>${parameters.filter((each) => each.name).map((each) => html`<tr><th scope="row"><code>${each.name}</code></th><td>${each.in}</td>
      <td><${Type} schema=${each.schema ?? {}} /></td><td><${Prose} text=${each.description} /></td></tr>`)}</tbody></table>`;
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
