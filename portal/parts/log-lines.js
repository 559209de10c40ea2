import { useEffect, useLayoutEffect, useRef } from "../vendor/hooks.js";
import { clock, count } from "../lib/format.js";
import { html } from "../lib/html.js";

const NEAR_PX = 40;

/** Lines of a log; its end stays in view unless the reader has scrolled away from it. */
export function LogLines({ log }) {
  const box = useRef(null);
  const isAtEnd = useRef(true);
  const follow = (element) => {
    if (isAtEnd.current) element.scrollTop = element.scrollHeight;
  };
  useLayoutEffect(() => follow(box.current), [log.value]);
  useEffect(() => {
    const resized = new ResizeObserver(([{ target }]) => follow(target));
    resized.observe(box.current);
    return () => resized.disconnect();
  }, []);
  const note = ({ target }) => {
    isAtEnd.current = target.scrollHeight - target.scrollTop - target.clientHeight < NEAR_PX;
  };
  return html`<p class="totals"><span><strong>${log.pod}</strong> in ${log.region}</span>
      <span>${count(log.value.length)} ${log.value.length === 1 ? "line" : "lines"}</span><span>${log.nextLink ? "followed" : "read to its end"}</span></p>
    <div ref=${box} class="log" role="log" aria-live="off" aria-label="Log of ${log.pod}" tabindex="0" onScroll=${note}>
      ${log.value.length === 0 && html`<p class="quiet">Nothing was written yet.</p>`}
      ${log.value.map((line) => html`<div><time datetime=${line.at}>${clock(line.at)}</time> ${line.text}</div>`)}
    </div>`;
}
