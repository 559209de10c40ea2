/** Reads a path again and again: at most one request a second for the whole page. */

import { useEffect, useState } from "../vendor/hooks.js";
import { get } from "./api.js";

const GAP_MS = 1000;
const HIDDEN_FACTOR = 10;
const LONGEST_MS = 60_000;

let turn = Promise.resolve();

/** Reads when it is its turn, and keeps the next one waiting for a second; nothing of what is over. */
export function getInTurn(path, isOver) {
  const mine = turn.then(() => (isOver() ? undefined : get(path)));
  turn = turn.then(() => (isOver() ? undefined : new Promise((resolve) => setTimeout(resolve, GAP_MS))));
  return mine;
}

async function* readOnce(path, { isOver }) {
  yield await getInTurn(path, isOver);
}

/** All pages of a list as one: it grows as pages arrive, and later is replaced as a whole. */
export async function* readPages(path, { isOver, isFirst }) {
  const value = [];
  let next = path;
  while (next && !isOver()) {
    const page = await getInTurn(next, isOver);
    if (page === undefined) return;
    value.push(...page.value);
    next = page.nextLink;
    if (isFirst || !next) yield { value: [...value], isComplete: !next };
  }
}

/**
 * @param {string | null} path Null: nothing to read.
 * @param {number | ((data: any) => number)} seconds Between two reads, or how long after such data;
 *   a hidden tab waits ten times as long, and errors double it up to a minute, or to the API's
 *   Retry-After. Infinity: no more.
 * @param read How the path is read; yields what is to be shown.
 * @returns {{data: any, error: any, refresh: () => void}}
 */
export function usePolled(path, seconds, read = readOnce) {
  const [state, setState] = useState({ path, data: undefined, error: undefined });
  const [refreshes, setRefreshes] = useState(0);
  useEffect(() => {
    if (path === null) return undefined;
    let timer;
    let hasEnded = false;
    let isReading = false;
    let isFirst = true;
    let failures = 0;
    let refusedMs = 0;
    let wait = 0;
    let seen;
    const isOver = () => hasEnded;
    const look = async () => {
      isReading = true;
      try {
        for await (const data of read(path, { isOver, isFirst })) {
          seen = data;
          if (!hasEnded) setState({ path, data, error: undefined });
        }
        failures = 0;
        refusedMs = 0;
        isFirst = false;
      } catch (error) {
        failures += 1;
        refusedMs = (error.retryAfterSeconds ?? 0) * 1000;
        if (!hasEnded) setState((last) => ({ path, data: last.path === path ? last.data : undefined, error }));
      }
      isReading = false;
      wait = Math.max(pause(typeof seconds === "number" ? seconds : seconds(seen), failures), refusedMs);
      if (!hasEnded && wait < Infinity) timer = setTimeout(look, wait);
    };
    const wake = () => {
      if (document.hidden || hasEnded || isReading || refusedMs > 0 || wait === Infinity) return;
      clearTimeout(timer);
      timer = setTimeout(look, 0);
    };
    document.addEventListener("visibilitychange", wake);
    look();
    return () => {
      hasEnded = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", wake);
    };
  }, [path, seconds, refreshes]);
  const current = state.path === path ? state : { data: undefined, error: undefined };
  return { data: current.data, error: current.error, refresh: () => setRefreshes((n) => n + 1) };
}

function pause(seconds, failures) {
  const factor = (document.hidden ? HIDDEN_FACTOR : 1) * 2 ** failures;
  return Math.min(seconds * 1000 * factor, Math.max(LONGEST_MS, seconds * 1000));
}
