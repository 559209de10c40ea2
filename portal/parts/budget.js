import { money } from "../lib/format.js";
import { html } from "../lib/html.js";

/** Whether a check of a plan tells the budget of a cost center, and not something else in USD. */
export function isOfBudget(check) {
  return check.unit === "USD" && check.reserved !== undefined && check.limit > 0;
}

/** A month's budget: spent, reserved, and what one environment needs until its end. */
export function BudgetMeter({ check: { used, reserved, required, limit, name }, of = "This one" }) {
  const total = used + reserved + required;
  const scale = 100 / Math.max(total, limit);
  const parts = [["Spent", used, "spent"], ["Reserved by others", reserved, "reserved"], [`${of}, until the month's end`, required, "required"]];
  let x = 0;
  const bars = parts.map(([, usd, tone]) => {
    const bar = html`<rect class="bar ${tone}" x=${x} y="1" width=${usd * scale} height="6" />`;
    x += usd * scale;
    return bar;
  });
  return html`<div class="budget">
    <svg viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="${name}: ${money(total)} of ${money(limit)}, ${Math.round((100 * total) / limit)} %">
      <rect class="bar usual" x="0" y="1" width=${limit * scale} height="6" />${bars}
      <line class="limit" x1=${limit * scale} x2=${limit * scale} y1="0" y2="8" />
    </svg>
    <ul class="legend">${parts.map(([title, usd, tone]) => html`<li><${Swatch} tone=${tone} />${title} <strong>${money(usd)}</strong></li>`)}
      <li>Budget of the month <strong>${money(limit)}</strong></li></ul>
  </div>`;
}

export function Swatch({ tone }) {
  return html`<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect class="bar ${tone}" width="10" height="10" /></svg>`;
}
