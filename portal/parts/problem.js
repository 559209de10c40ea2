import { html } from "../lib/html.js";
import { signInAddress } from "../lib/router.js";
import { Advice } from "./advice.js";

const BUSY = [429, 503];

/**
 * An error of the API, with its cause and what to do about it.
 * @param {{error: any, name?: string}} props `name`: of the environment that it is about.
 */
export function Problem({ error, name }) {
  const known = error.error ?? error;
  return html`<section class="problem" role="alert">
    <strong>${known.code}</strong>
    <p><${Advice} text=${known.message} name=${name} /></p>
    ${known.target && html`<p>Field: <code>${known.target}</code></p>`}
    ${known.suggestedAction && html`<p><strong>What to do:</strong> <${Advice} text=${known.suggestedAction} name=${name} /></p>`}
    ${(known.details ?? []).length > 0 &&
    html`<ul>
      ${known.details.map((each) => html`<li><code>${each.target || each.code}</code> <${Advice} text=${each.message} name=${name} /></li>`)}
    </ul>`}
    ${error.status === 401 && html`<p><a class="button main" href=${signInAddress()}>Sign in</a></p>`}
    ${known.code === "MissingAppRole" && html`<p>Once it is assigned, <a href=${signInAddress()}>sign in again</a>.</p>`}
    ${BUSY.includes(error.status) && error.retryAfterSeconds && html`<p>It can be asked again in ${error.retryAfterSeconds} s.</p>`}
    ${error.status === 412 && html`<p>Reload the page to begin with what is there now.</p>`}
    ${known.innererror &&
    html`<details>
      <summary>Azure's own error</summary>
      <pre>${JSON.stringify(known.innererror, null, 2)}</pre>
    </details>`}
  </section>`;
}

/** What a polled path shows while it is read, fails, or has been read. */
export function Polled({ state, name, children }) {
  return html`
    ${state.error && html`<${Problem} error=${state.error} name=${name} />`}
    ${state.data === undefined && !state.error && html`<p class="quiet" role="status">Loading …</p>`}
    ${state.data !== undefined && children(state.data)}
  `;
}
