import { html } from "../lib/html.js";
import { Copied } from "./copied.js";

/** A request to the model that one can paste into a terminal; the token is the reader's to get. */
export function TryIt({ environment: e }) {
  if (!e.endpoint) return null;
  return html`<section><h2>Try it</h2>
    <${Copied} label="Request to the model" text=${curl(e)} />
    ${e.phase === "ScaledDown" && html`<p class="quiet">It is asleep, and answers 503 until it is woken.</p>`}
  </section>`;
}

function curl({ endpoint, spec }) {
  const body = {
    ...(spec.workload.model ? { model: spec.workload.model.name } : {}),
    messages: [{ role: "user", content: "Hello" }],
  };
  return [
    "TOKEN=...   # az account get-access-token, for the application that callers use",
    `curl -s ${endpoint}/v1/chat/completions \\`,
    "  -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\",
    `  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
  ].join("\n");
}
