import { count, since, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { LABELS } from "../lib/labels.js";
import { readPages, usePolled } from "../lib/polling.js";
import { link } from "../lib/router.js";
import { Polled } from "../parts/problem.js";
import { Table } from "../parts/table.js";

const COLUMNS = [
  { title: "Model", cell: ({ name }) => html`<a href=${link("models", name)}>${name}</a>` },
  { title: "Versions", cell: ({ versions }) => count(versions), isNumber: true },
  { title: "Latest", cell: ({ latest }) => latest.version, isNumber: true },
  { title: "Engine", cell: ({ latest }) => latest.content.engine ?? "–" },
  { title: "Licence", cell: ({ latest }) => latest.content.licence ?? "–" },
  { title: "Registered", cell: ({ latest: { createdDateTime: at } }) => html`<time datetime=${at} title=${time(at)}>${since(at)} ago</time>`, isNumber: true },
];

/** The registry: every model with its latest version. */
export function Models() {
  const models = usePolled("/models?maxpagesize=500", 60, readPages);
  return html`
    <div class="title"><h1>Models</h1><a class="button main" href=${link("register-model")}>${LABELS.register}</a></div>
    <${Polled} state=${models}>${({ value }) =>
      value.length === 0
        ? html`<p class="empty">No model is registered. <a href=${link("register-model")}>Register a version</a>, or serve <a href=${link("new")}>a preset</a>.</p>`
        : html`<${Table} label="Table of models" columns=${COLUMNS} rows=${value} keyOf=${({ name }) => name} />`}<//>
  `;
}
