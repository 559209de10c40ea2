import { partsOf } from "../lib/advice.js";
import { html } from "../lib/html.js";

/** A text of the API, with buttons of the page in place of the requests that it advises. */
export function Advice({ text, name }) {
  return partsOf(text ?? "", name).map((part) => {
    if (typeof part === "string") return part;
    const isElsewhere = part.href && part.href !== location.hash.split("?")[0];
    return isElsewhere ? html`<a href=${part.href}>${part.label}</a>` : html`<strong>${part.label}</strong>`;
  });
}
