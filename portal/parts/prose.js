import { html } from "../lib/html.js";

/** A text in which code is between backticks. */
export function Prose({ text }) {
  return (text ?? "").split("`").map((part, i) => (i % 2 ? html`<code>${part}</code>` : part));
}
