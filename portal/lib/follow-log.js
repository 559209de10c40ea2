/** A log from its last lines on: reads what follows, less and less often while nothing does. */

import { getInTurn } from "./polling.js";

const MOST_LINES = 2000;
const SHORTEST_SECONDS = 2;
const LONGEST_SECONDS = 30;

/** How a log is read that begins at a path: to be kept as long as it is followed. */
export function followLog() {
  let next;
  let lines = [];
  let quietReads = 0;
  return async function* read(path, { isOver }) {
    const page = await getInTurn(next ?? path, isOver);
    if (page === undefined) return;
    next = page.nextLink;
    quietReads = page.value.length > 0 ? 0 : quietReads + 1;
    lines = [...lines, ...page.value].slice(-MOST_LINES);
    yield { ...page, value: lines, quietReads };
  };
}

/** @returns {number} Infinity once a container that has ended was read to its end. */
export function secondsToNextLines(log) {
  if (log === undefined) return SHORTEST_SECONDS;
  if (!log.nextLink) return Infinity;
  if (log.isTruncated) return 0;
  return Math.min(SHORTEST_SECONDS * 2 ** log.quietReads, LONGEST_SECONDS);
}
