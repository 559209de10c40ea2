import { send } from "../lib/api.js";
import { html } from "../lib/html.js";
import { go } from "../lib/router.js";
import { SpecEditor } from "../parts/spec-editor.js";

const DEFAULTS = { regions: ["westeurope"], gpu: { maxNodes: 1 }, workload: { port: 8000, healthPath: "/health" } };

export function NewEnvironment() {
  const create = async (plan) => {
    await send("POST", "/environments", { planId: plan.id });
    go("environments", plan.environment);
  };
  return html`<h1>New environment</h1><${SpecEditor} initial=${DEFAULTS} isNew carryOut=${create} />`;
}
