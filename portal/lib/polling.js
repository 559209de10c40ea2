/** Reads a path again and again: at most one request a second for the whole page. */

import { useEffect, useState } from "../vendor/hooks.js";
import { get } from "./api.js";

const GAP_MS = 1000;
const HIDDEN_FACTOR = 10;
const LONGEST_MS = 60_000;

let turn = Promise.resolve();

/** Waits for its turn, and keeps the next one waiting for a second after it. */
function inTurn(work) {
  const mine = turn.then(work);
  turn = turn.then(() => new Promise((resolve) => setTimeout(resolve, GAP_MS)));
  return mine;
}

/**
 * @param {string | null} path Null: nothing to read.
 * @param {number} seconds Between two reads; a hidden tab waits ten times as long, and errors
 *   double it up to a minute.
 * @returns {{data: any, error: any, refresh: () => void}}
 */
export function usePolled(path, seconds) {
  const [state, setState] = useState({ path, data: undefined, error: undefined });
  const [reads, setReads] = useState(0);
  useEffect(() => {
    if (path === null) return undefined;
    let timer;
    let isOver = false;
    let failures = 0;
    const read = async () => {
      try {
        const data = await inTurn(() => (isOver ? undefined : get(path)));
        failures = 0;
        if (!isOver) setState({ path, data, error: undefined });
      } catch (error) {
        failures += 1;
        if (!isOver) setState((last) => ({ path, data: last.path === path ? last.data : undefined, error }));
      }
      if (!isOver) timer = setTimeout(read, pause(seconds, failures));
    };
    const wake = () => {
      if (document.hidden || isOver) return;
      clearTimeout(timer);
      timer = setTimeout(read, 0);
    };
    document.addEventListener("visibilitychange", wake);
    read();
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", wake);
    };
  }, [path, seconds, reads]);
  const current = state.path === path ? state : { data: undefined, error: undefined };
  return { data: current.data, error: current.error, refresh: () => setReads((n) => n + 1) };
}

function pause(seconds, failures) {
  const factor = (document.hidden ? HIDDEN_FACTOR : 1) * 2 ** failures;
  return Math.min(seconds * 1000 * factor, Math.max(LONGEST_MS, seconds * 1000));
}
