import { useState } from "../vendor/hooks.js";
import { send } from "../lib/api.js";
import { html } from "../lib/html.js";
import { messagesByField, writePath } from "../lib/paths.js";
import { usePolled } from "../lib/polling.js";
import { Offers } from "./offers.js";
import { Plan } from "./plan.js";
import { Problem } from "./problem.js";
import { SpecFields } from "./spec-fields.js";
import { SpecJson } from "./spec-json.js";

/**
 * Edits a specification, shows the plan of it, and carries out exactly that plan.
 * @param {{initial: object, isNew: boolean, carryOut: (plan, spec) => Promise<void>}} props
 */
export function SpecEditor({ initial, isNew, carryOut }) {
  const [spec, setSpec] = useState(initial);
  const [plan, setPlan] = useState(null);
  const [error, setError] = useState(null);
  const [region, setRegion] = useState(initial.regions[0]);
  const offers = usePolled(region ? `/offers?region=${encodeURIComponent(region)}` : null, 300);
  const change = (changed) => {
    setSpec(changed);
    setPlan(null);
  };
  const attempt = async (work) => {
    setError(null);
    try {
      await work();
    } catch (problem) {
      setError(problem);
    }
  };
  const makePlan = (event) => {
    event.preventDefault();
    attempt(async () => setPlan((await send("POST", "/plans", spec)).body));
  };
  return html`
    <form class="editor" onSubmit=${makePlan}>
      <${SpecFields} spec=${spec} onChange=${change} messages=${messagesByField(error?.error)} isNew=${isNew} onLeaveRegions=${() => setRegion(spec.regions?.[0])} />
      <${SpecJson} spec=${spec} onChange=${change} />
      <div class="row wide"><button class="main">Show the plan</button></div>
    </form>
    ${error && html`<${Problem} error=${error} />`}
    ${plan && html`<${Plan} plan=${plan} />
      <div class="row"><button type="button" class="main" disabled=${plan.verdict === "fail" || plan.action === "none"}
        onClick=${() => attempt(() => carryOut(plan, spec))}>${isNew ? "Create exactly this" : "Change exactly this"}</button></div>`}
    <h2>GPU sizes in ${region ?? "a region"}</h2>
    <${Offers} state=${offers} chosen=${spec.gpu?.vmSize} onChoose=${(vmSize) => change(writePath(spec, "gpu.vmSize", vmSize))} />
  `;
}
