/** The smallest round number that is not below a value: 1, 2, 2.5 or 5 times a power of ten. */
export function roundUp(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 2.5, 5, 10].find((each) => each * power >= value * (1 - 1e-9));
  return step * power;
}

/**
 * Points as an SVG path in a box of 100 by 100; where an amount is missing, the line is broken,
 * and what stands alone is a dot.
 * @param {{at: string, amount: number | null}[]} points
 */
export function pathOf(points, { from, to, most }) {
  let isBroken = true;
  const steps = [];
  for (const { at, amount } of points) {
    if (amount === null || amount === undefined) {
      isBroken = true;
      continue;
    }
    const place = `${xOf(at, from, to).toFixed(2)} ${yOf(amount, most).toFixed(2)}`;
    steps.push(isBroken ? `M${place}L${place}` : `L${place}`);
    isBroken = false;
  }
  return steps.join("");
}

export function xOf(at, from, to) {
  const length = new Date(to) - new Date(from);
  return length > 0 ? (100 * (new Date(at) - new Date(from))) / length : 50;
}

/** Which of so many points a share of the width is closest to, as they are evenly apart. */
export function nearest(share, count) {
  return Math.min(Math.max(Math.round(share * (count - 1)), 0), count - 1);
}

function yOf(amount, most) {
  return 100 - (100 * amount) / most;
}

/** The times of all series, each once and in order. */
export function timesOf(series) {
  return [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].sort();
}
