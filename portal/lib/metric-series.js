/** The charts of an environment: which fields of its metrics each shows. */

import { count, money } from "./format.js";

const CHARTS = [
  { title: "Requests", unit: "per interval", fields: [["Requests", "requests"], ["Status 5xx", "errors"]], format: round },
  { title: "Tokens", unit: "per interval", fields: [["Read", "tokensIn"], ["Generated", "tokensOut"]], format: round },
  { title: "GPU", unit: "utilisation of the busiest one", fields: [["Utilisation", "gpuUtilisationPercent"]], format: (percent) => `${round(percent)} %`, atLeast: 100 },
  { title: "Nodes and replicas", unit: "mean of GPU nodes, most of replicas", fields: [["GPU nodes", "gpuNodes"], ["Busy replicas", "busyReplicas"]], format: round, atLeast: 1 },
  { title: "Cost", unit: "list price per hour", fields: [["GPU nodes", "gpuUsdPerHour"], ["With all that it has", "usdPerHour"]], format: money },
];

/** Each chart with its series; a series that nothing is known of is left out. */
export function chartsOf({ value, intervalMinutes }) {
  const each = intervalMinutes === 60 ? "hour" : `${intervalMinutes} minutes`;
  return CHARTS.map(({ fields, unit, ...chart }) => ({
    ...chart,
    note: unit.replace("interval", each),
    series: fields.map(([label, field]) => ({ label, points: pointsOf(value, field) })).filter(({ points }) => points.some(({ amount }) => amount !== null)),
  }));
}

function pointsOf(value, field) {
  return value.map((point) => ({ at: point.startDateTime, amount: point[field] ?? null }));
}

function round(number) {
  return count(Math.round(number * 100) / 100);
}
