/** Costs of days and environments, added up by what `key` gives. */
export function sumBy(costs, key) {
  const sums = new Map();
  for (const each of costs) {
    const label = key(each);
    const sum = sums.get(label) ?? { label, amount: 0, gpu: 0, base: 0, hours: 0, unpricedHours: 0 };
    sum.amount += each.gpuUsd + each.baseUsd;
    sum.gpu += each.gpuUsd;
    sum.base += each.baseUsd;
    sum.hours += each.gpuNodeHours;
    sum.unpricedHours += each.unpricedNodeHours ?? 0;
    sums.set(label, sum);
  }
  return [...sums.values()];
}

export function byAmount(sums) {
  return sums.toSorted((a, b) => b.amount - a.amount);
}

/** First and last day of a period, UTC, as the API takes them. */
export function daysOf(period, now) {
  const day = (months, date) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, date)).toISOString().slice(0, 10);
  if (period === "last") return { from: day(-1, 1), to: day(0, 0) };
  if (period === "30") return { from: day(0, now.getUTCDate() - 29), to: day(0, now.getUTCDate()) };
  return {};
}
