import { useState } from "../vendor/hooks.js";
import { html } from "../lib/html.js";

/** Text with a button that copies it. */
export function Copied({ label, text }) {
  const [state, setState] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState("Copied");
    } catch {
      setState("The browser does not allow it: select the text.");
    }
  };
  return html`<div class="copied">
    <pre tabindex="0" aria-label=${label}>${text}</pre>
    <div class="row"><button type="button" onClick=${copy}>Copy</button><span role="status">${state}</span></div>
  </div>`;
}
