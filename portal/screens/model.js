import { send } from "../lib/api.js";
import { time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { usesOf } from "../lib/model-use.js";
import { readPages, usePolled } from "../lib/polling.js";
import { go, link } from "../lib/router.js";
import { Action } from "../parts/action.js";
import { Polled } from "../parts/problem.js";

/** A model with its versions, and what refers to each. */
export function Model({ name }) {
  const path = `/models/${encodeURIComponent(name)}`;
  const model = usePolled(path, 60);
  const environments = usePolled("/environments?maxpagesize=250", 300, readPages);
  const uses = usesOf(name, environments.data?.value ?? []);
  const isUnused = environments.data?.isComplete && uses.size === 0;
  const removeAll = async () => {
    await send("DELETE", path);
    go("models");
  };
  const remove = async (version) => {
    await send("DELETE", `${path}/versions/${version}`);
    model.refresh();
  };
  return html`
    <p class="back"><a href=${link("models")}>← Models</a></p>
    <div class="title"><h1>${name}</h1><div class="row"><a class="button main" href="${link("register-model")}?like=${encodeURIComponent(name)}">Register another version</a>
      ${isUnused && html`<${Action} label="Delete the model" tone="danger" question="Delete ${name} with all of its versions? Their numbers are not used again." act=${removeAll} />`}</div></div>
    <${Polled} state=${model}>${({ versions }) => versions.map((each) => html`
      <${Version} key=${each.version} version=${each} uses=${uses.get(String(each.version)) ?? []} isCounted=${environments.data?.isComplete} onDelete=${() => remove(each.version)} />`)}<//>
  `;
}

function Version({ version: v, uses, isCounted, onDelete }) {
  const { name: _, ...content } = v.content;
  return html`<article class="entry" aria-label="Version ${v.version}">
    <div class="title"><h2>Version ${v.version}</h2><div class="row">
      <a class="button" href="${link("new")}?model=${encodeURIComponent(v.name)}&version=${v.version}">Serve it</a>
      ${uses.length === 0 && isCounted && html`<${Action} label="Delete version ${v.version}" tone="danger" question="Delete version ${v.version} of ${v.name}? Its number is not used again." act=${onDelete} />`}</div></div>
    <dl class="facts">
      <div><dt>Registered</dt><dd>${time(v.createdDateTime)}${v.createdBy && html`<small>by ${v.createdBy}</small>`}</dd></div>
      <div class="wide-fact"><dt>Image</dt><dd>${v.content.image}</dd></div>
      ${v.content.source && html`<div class="wide-fact"><dt>Weights</dt><dd>${v.content.source}${v.content.sizeGiB && html`<small>${v.content.sizeGiB} GiB</small>`}</dd></div>`}
      ${v.content.licence && html`<div><dt>Licence</dt><dd>${v.content.licence}</dd></div>`}
      <div><dt>Used by</dt><dd>${uses.length > 0 ? uses.map((each) => html`<a href=${link("environments", each)}>${each}</a> `) : isCounted ? "no environment" : "…"}</dd></div>
    </dl>
    <details><summary>Content</summary><pre tabindex="0">${JSON.stringify(content, null, 2)}</pre></details>
  </article>`;
}
