import { useMemo } from "../vendor/hooks.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { replaceQuery } from "../lib/router.js";
import { Operation } from "../parts/api-operation.js";
import { Schema } from "../parts/api-schema.js";
import { Polled } from "../parts/problem.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

/** The API as its OpenAPI document describes it. */
export function Reference({ query }) {
  const document_ = usePolled("/openapi.json", 3600);
  return html`<h1>REST API</h1>
    <${Polled} state=${document_}>${(api) => html`<${Contents} api=${api} find=${query.get("find") ?? ""} />`}<//>`;
}

function Contents({ api, find }) {
  const entries = useMemo(() => entriesOf(api), [api]);
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries.filter(({ text }) => words.every((word) => text.includes(word)));
  const operations = found.filter((each) => each.operation);
  const schemas = found.filter((each) => each.schema);
  return html`
    <p>${api.info.title} ${api.info.version}, <a href="/openapi.json">OpenAPI document</a></p>
    <form class="row" role="search" onSubmit=${(event) => event.preventDefault()}>
      <label>Search <input type="search" value=${find} placeholder="Path, field, word …" onInput=${(event) => replaceQuery({ find: event.target.value })} /></label>
      <span role="status" class="quiet">${counted(operations, "operation")}, ${counted(schemas, "schema")}</span>
    </form>
    <section><h2>Operations</h2>${operations.map((each) => html`<${Operation} key=${each.id} ...${each} />`)}</section>
    <section><h2>Schemas</h2>${schemas.map((each) => html`<${Schema} key=${each.id} ...${each} isOpen=${each.name.toLowerCase() === find.toLowerCase()} />`)}</section>
  `;
}

function counted(found, noun) {
  return `${found.length} ${noun}${found.length === 1 ? "" : "s"}`;
}

function entriesOf(api) {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method]).map((method) => ({ method, path, operation: methods[method] })),
  );
  const schemas = Object.entries(api.components.schemas).map(([name, schema]) => ({ name, schema }));
  return [...operations, ...schemas].map((each) => ({
    ...each,
    id: each.name ?? `${each.method} ${each.path}`,
    text: JSON.stringify(each).toLowerCase(),
  }));
}
