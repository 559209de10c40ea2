import { html } from "../lib/html.js";

/** A VM size, which breaks between its words where there is no room. */
export function SizeName({ name }) {
  return name.split(/(?<=_)/).map((part, i) => html`${i > 0 && html`<wbr />`}${part}`);
}
