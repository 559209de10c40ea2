import { useEffect, useState } from "../vendor/hooks.js";
import { hasEnded, secondsLeft, untilOf } from "../lib/eta.js";
import { duration, secondsBetween } from "../lib/format.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { Badge } from "./badge.js";
import { Polled, Problem } from "./problem.js";
import { Steps } from "./steps.js";

/**
 * An operation from its start to its end.
 * @param {{id?: string, isExplained?: boolean, onEnd: () => void}} props `isExplained`: why it has
 *   failed is on the screen already.
 */
export function Progress({ id, isExplained, onEnd }) {
  const [isOver, setOver] = useState(false);
  const operation = usePolled(id ? `/operations/${encodeURIComponent(id)}` : null, isOver ? 60 : 2);
  const isAtEnd = hasEnded(operation.data);
  useEffect(() => {
    setOver(isAtEnd);
    if (isAtEnd) onEnd();
  }, [isAtEnd]);
  if (!id) return null;
  return html`<section><h2>Operation ${id}</h2>
    <${Polled} state=${operation}>${(o) => html`
      <p><${Badge} text=${o.status} /> ${o.kind}, ${o.percentComplete} %<span class="quiet">${timing(o)}</span></p>
      <progress max="100" value=${o.percentComplete} aria-label="Steps that have succeeded">${o.percentComplete} %</progress>
      <p class="hidden" aria-live="polite">${o.kind} ${o.status}</p>
      ${o.error && !isExplained && html`<${Problem} error=${o.error} name=${o.environment} />`}
      ${o.steps.length > 0 && html`<${Steps} operation=${o} />`}
    `}<//></section>`;
}

function timing(operation) {
  const until = untilOf(operation);
  const passed = duration(secondsBetween(operation.createdDateTime, until));
  if (hasEnded(operation)) return `, took ${passed}`;
  const left = secondsLeft(operation, until);
  return left > 0 ? `, ${passed} so far, usually at least ${duration(left)} more` : `, ${passed} so far`;
}
