import { useState } from "../vendor/hooks.js";
import { send } from "../lib/api.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { go } from "../lib/router.js";
import { Plan } from "../parts/plan.js";
import { Offers } from "../parts/offers.js";
import { Problem } from "../parts/problem.js";

const FIELDS = [
  { field: "name", label: "Name", hint: "3 to 24 characters: a-z, 0-9 and hyphens", required: true },
  { field: "costCenter", label: "Cost center", required: true },
  { field: "owner", label: "Owner", hint: "Mail address of a team", required: true },
  { field: "region", label: "Region", hint: "An Azure region such as westeurope", required: true },
  { field: "vmSize", label: "GPU size", hint: "Choose one below", required: true },
  { field: "image", label: "Image", hint: "Such as registry.example.com/llm:1.4.2", required: true },
  { field: "port", label: "Port", type: "number", required: true },
  { field: "healthPath", label: "Health path", required: true },
];
const DEFAULTS = { region: "westeurope", port: "8000", healthPath: "/health" };

export function NewEnvironment() {
  const [form, setForm] = useState(DEFAULTS);
  const [plan, setPlan] = useState(null);
  const [error, setError] = useState(null);
  const [region, setRegion] = useState(DEFAULTS.region);
  const offers = usePolled(`/offers?region=${encodeURIComponent(region)}`, 300);
  const change = (field, text) => {
    setForm((last) => ({ ...last, [field]: text }));
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
    attempt(async () => setPlan((await send("POST", "/plans", specOf(form))).body));
  };
  const create = () =>
    attempt(async () => {
      await send("POST", "/environments", { planId: plan.id });
      go("environments", form.name);
    });
  return html`
    <h1>New environment</h1>
    <form class="fields" onSubmit=${makePlan}>
      ${FIELDS.map((each) => html`<${Field} key=${each.field} ...${each} text=${form[each.field] ?? ""}
        onInput=${(text) => change(each.field, text)}
        onLeave=${() => each.field === "region" && setRegion(form.region)} />`)}
      <div class="row"><button class="main">Show the plan</button></div>
    </form>
    ${error && html`<${Problem} error=${error} />`}
    ${plan && html`<${Plan} plan=${plan} />
      <div class="row"><button type="button" class="main" disabled=${plan.verdict === "fail"} onClick=${create}>Create exactly this</button></div>`}
    <h2>GPU sizes in ${region}</h2>
    <${Offers} state=${offers} chosen=${form.vmSize} onChoose=${(vmSize) => change("vmSize", vmSize)} />
  `;
}

function Field({ label, hint, text, onInput, onLeave, type = "text", required, field }) {
  const hintId = `hint-${field}`;
  return html`<label>${label}
    <input type=${type} name=${field} value=${text} required=${required} aria-describedby=${hint ? hintId : undefined}
      onInput=${(event) => onInput(event.target.value)} onBlur=${onLeave} />
    ${hint && html`<small id=${hintId}>${hint}</small>`}
  </label>`;
}

function specOf(form) {
  return {
    name: form.name,
    costCenter: form.costCenter,
    owner: form.owner,
    regions: [form.region],
    gpu: { vmSize: form.vmSize },
    workload: { image: form.image, port: Number(form.port), healthPath: form.healthPath },
  };
}
