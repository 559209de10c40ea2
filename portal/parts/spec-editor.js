import { useState } from "../vendor/hooks.js";
import { send } from "../lib/api.js";
import { html } from "../lib/html.js";
import { LABELS } from "../lib/labels.js";
import { messagesByField, writePath } from "../lib/paths.js";
import { usePolled } from "../lib/polling.js";
import { Offers } from "./offers.js";
import { Plan } from "./plan.js";
import { Problem } from "./problem.js";
import { SpecFields } from "./spec-fields.js";
import { SpecJson } from "./spec-json.js";

/**
 * Edits a specification, shows the plan of it, and carries out exactly that plan.
 * @param {{initial: object, isNew: boolean, preset?: object, onChange?: (spec: object) => void,
 *   carryOut: (plan, spec) => Promise<void>}} props `preset`: as `/presets` lists it, if one is to be served.
 */
export function SpecEditor({ initial, isNew, preset, carryOut, onChange }) {
  const [spec, setSpec] = useState(initial);
  const [plan, setPlan] = useState(null);
  const [error, setError] = useState(null);
  const [region, setRegion] = useState(initial.regions?.[0]);
  const change = (changed) => {
    setSpec(changed);
    setPlan(null);
    onChange?.(changed);
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
      <${SpecFields} spec=${spec} onChange=${change} messages=${messagesByField(error?.error)} isNew=${isNew} isGated=${preset?.gated}
        onLeave=${(path) => path === "regions" && setRegion(spec.regions?.[0])} />
      <${SpecJson} spec=${spec} onChange=${change} />
      <${Sizes} region=${region} preset=${preset} chosen=${spec.gpu?.vmSize} onChoose=${(vmSize) => change(writePath(spec, "gpu.vmSize", vmSize))} />
      <div class="row wide"><button class="main">${LABELS.plan}</button></div>
    </form>
    ${error && html`<${Problem} error=${error} />`}
    ${plan && html`<${Plan} plan=${plan} />
      <div class="row"><button type="button" class="main" disabled=${plan.verdict === "fail" || plan.action === "none"}
        onClick=${() => attempt(() => carryOut(plan, spec))}>${isNew ? "Create exactly this" : "Change exactly this"}</button></div>`}
  `;
}

function Sizes({ region, preset, chosen, onChoose }) {
  const offers = usePolled(region ? `/offers?region=${encodeURIComponent(region)}` : null, 300);
  return html`<section class="wide"><h2>${preset ? `GPU sizes that ${preset.name} fits on` : "GPU sizes"} in ${region ?? "a region"}</h2>
    <${Offers} state=${offers} fitting=${preset?.sizes} chosen=${chosen} onChoose=${onChoose} /></section>`;
}
