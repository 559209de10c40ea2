import { useEffect, useState } from "../vendor/hooks.js";
import { send } from "../lib/api.js";
import { html } from "../lib/html.js";
import { getInTurn } from "../lib/polling.js";
import { Badge } from "./badge.js";
import { BudgetMeter, isOfBudget } from "./budget.js";
import { Polled } from "./problem.js";

/**
 * The budget of a cost center. The API tells it where a request would spend it, so what one of its
 * environments asks for already is planned again, which starts nothing.
 */
export function CenterBudget({ costCenter }) {
  const [state, setState] = useState({});
  useEffect(() => {
    let isOver = false;
    const show = (found) => !isOver && setState(found);
    setState({});
    findChecks(costCenter, () => isOver).then((data) => show({ data }), (error) => show({ error }));
    return () => {
      isOver = true;
    };
  }, [costCenter]);
  return html`<section><h2>Budget of ${costCenter}</h2>
    <${Polled} state=${state}>${(checks) => html`<${Checks} checks=${checks} />`}<//></section>`;
}

async function findChecks(costCenter, isOver) {
  const page = await getInTurn(`/environments?costCenter=${encodeURIComponent(costCenter)}&maxpagesize=1`, isOver);
  if (!page?.value.length) return null;
  const { body } = await send("POST", "/plans", page.value[0].spec);
  return body.checks.filter(isOfBudget).map((check) => ({ check, of: body.environment }));
}

function Checks({ checks }) {
  if (checks === null) return html`<p class="quiet">It has no environment at present. The plan of one shows the budget.</p>`;
  if (checks.length === 0) return html`<p class="quiet">The policy file gives it no budget.</p>`;
  return checks.map(({ check, of }) => html`<p><${Badge} text=${check.verdict} /> ${check.message}</p><${BudgetMeter} check=${check} of=${of} />`);
}
