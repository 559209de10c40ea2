import { useRef } from "../vendor/hooks.js";
import { send } from "../lib/api.js";
import { html } from "../lib/html.js";
import { writePath } from "../lib/paths.js";
import { usePolled } from "../lib/polling.js";
import { go, replaceQuery } from "../lib/router.js";
import { Presets } from "../parts/presets.js";
import { SizingForm } from "../parts/sizing.js";
import { SpecEditor } from "../parts/spec-editor.js";

const SHARED = { regions: ["westeurope"], gpu: { maxNodes: 1 } };

/**
 * From a preset or an image to a plan, and from that to exactly what it says. Another choice of
 * what to serve keeps all else that was written.
 */
export function NewEnvironment({ query }) {
  const presets = usePolled("/presets", 3600);
  const wanted = query.get("preset");
  const model = query.get("model");
  const written = useRef(SHARED);
  const preset = presets.data?.value.find((each) => each.name === wanted);
  const create = async (plan) => {
    await send("POST", "/environments", { planId: plan.id });
    go("environments", plan.environment);
  };
  return html`<h1>New environment</h1>
    <section><h2>What to serve</h2>
      <${Presets} state=${presets} chosen=${wanted} onChoose=${(chosen) => replaceQuery({ preset: chosen, model: "", version: "" })} />
      <${SizingForm} /></section>
    <h2>Specification</h2>
    <${SpecEditor} key=${wanted ?? model ?? ""} isNew preset=${preset} carryOut=${create}
      initial=${{ ...written.current, workload: workloadOf(wanted, model, query.get("version")) }}
      onChange=${(spec) => { written.current = writePath(spec, "gpu.vmSize", undefined); }} />`;
}

function workloadOf(preset, model, version) {
  if (preset) return { preset };
  return { port: 8000, healthPath: "/health", ...(model ? { model: { name: model, version } } : {}) };
}
