/** The time by the clock of the service: that of the browser may be wrong. */

let aheadMs = 0;

export function now() {
  return new Date(Date.now() + aheadMs);
}

/** Now, or the time of a text that is later still: simulated time runs faster than clocks. */
export function nowOrLater(text) {
  return new Date(text) > now() ? text : now().toISOString();
}

/** @param {Response} response One that has just arrived. */
export function noteClock(response) {
  const at = Date.parse(response.headers.get("Date"));
  if (at) aheadMs = at - Date.now();
}
