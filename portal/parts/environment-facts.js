import { money, time } from "../lib/format.js";
import { html } from "../lib/html.js";

const WIDE = new Set(["Endpoint", "Image"]);

/** Where an environment is, what runs there and what it costs. */
export function EnvironmentFacts({ environment: e }) {
  const facts = [
    ["Endpoint", e.endpoint && html`<a href=${e.endpoint} rel="noreferrer">${e.endpoint}</a>`],
    ["Model", e.spec.workload.model && `${e.spec.workload.model.name} ${e.spec.workload.model.version}`],
    ["Now", e.cost && `${money(e.cost.usdPerHourNow)} per hour`],
    ["Asleep", e.cost && `${money(e.cost.usdPerHourAsleep)} per hour`],
    ["Today", e.cost && money(e.cost.todayUsd)],
    ["This month", e.cost && money(e.cost.monthToDateUsd)],
    ["Cost center", e.spec.costCenter],
    ["Owner", e.spec.owner],
    ["Origin", e.originTransport],
    ["Version", String(e.generation)],
    ["Image", e.image ? html`${e.image.reference}<br /><small>${e.image.digest}</small>` : e.spec.workload.image],
    ["Health since", e.health.since && time(e.health.since)],
    ["Expires", e.spec.expiresAt && time(e.spec.expiresAt)],
  ];
  return html`<dl class="facts">${facts.filter(([, shown]) => shown).map(([title, shown]) => html`<div class=${WIDE.has(title) ? "wide-fact" : ""}><dt>${title}</dt><dd>${shown}</dd></div>`)}</dl>`;
}
