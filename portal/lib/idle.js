/** Since when the latest sweep has seen environments idle: those all of whose pools are. */
export function idleSince(decisions) {
  const found = new Map();
  for (const { environment, idleSince: since } of decisions) {
    const last = found.get(environment);
    const isLater = last === undefined || (last !== null && since > last);
    found.set(environment, since ? (isLater ? since : last) : null);
  }
  return found;
}
