import { useEffect, useState } from "../vendor/hooks.js";
import { html } from "./html.js";

/**
 * A screen whose module is read when it is first opened.
 * @param {() => Promise<any>} load The component.
 */
export function lazy(load) {
  let Screen;
  return function Lazy(props) {
    const [state, setState] = useState(Screen ? "loaded" : "loading");
    useEffect(() => {
      if (Screen) return;
      load().then(
        (found) => {
          Screen = found;
          setState("loaded");
        },
        () => setState("failed"),
      );
    }, []);
    if (state === "loaded") return html`<${Screen} ...${props} />`;
    if (state === "loading") return html`<p class="quiet" role="status">Loading …</p>`;
    return html`<p class="empty" role="alert">This screen could not be read, or the page has changed. <button type="button" onClick=${() => location.reload()}>Load it again</button></p>`;
  };
}
