import { html } from "../lib/html.js";
import { Fields, LIST, NUMBER, TEXT } from "./fields.js";

const ALWAYS = [
  { path: "name", label: "Name", hint: "3 to 24 characters: a-z, 0-9 and hyphens", isRequired: true, ...TEXT },
  { path: "owner", label: "Owner", hint: "Mail address of a team", isRequired: true, ...TEXT },
  { path: "costCenter", label: "Cost center", isRequired: true, ...TEXT },
  { path: "regions", label: "Regions", hint: "Azure regions, separated by commas", isRequired: true, ...LIST },
];
const NODES = [
  { path: "gpu.minNodes", label: "Minimum GPU nodes", ...NUMBER },
  { path: "gpu.maxNodes", label: "Maximum GPU nodes", ...NUMBER },
  { path: "workload.replicas", label: "Replicas per region", ...NUMBER },
];
const IMAGE = { path: "workload.image", label: "Image", hint: "Such as registry.example.com/llm:1.4.2", isWide: true, ...TEXT };
const OF_AN_IMAGE = [
  { path: "gpu.vmSize", label: "GPU size", hint: "Choose one below", isRequired: true, ...TEXT },
  ...NODES,
  { path: "workload.port", label: "Port", ...NUMBER },
  { path: "workload.healthPath", label: "Health path", ...TEXT },
  { path: "workload.model.name", label: "Model", ...TEXT },
  { path: "workload.model.version", label: "Model version", ...TEXT },
];
const OF_A_PRESET = [
  { path: "workload.preset", label: "Preset", isRequired: true, ...TEXT },
  { path: "gpu.vmSize", label: "GPU size", hint: "The smallest that fits, unless you choose one below", ...TEXT },
  ...NODES,
];
const TOKEN = { path: "workload.secrets.HF_TOKEN.keyVaultSecretId", label: "Hugging Face token", hint: "URL of the Key Vault secret: its account has accepted the licence", isRequired: true, isWide: true, ...TEXT };

/** The fields that most specifications have; the others are edited as JSON. */
export function SpecFields({ spec, onChange, messages, isNew, isGated, onLeave }) {
  return html`<${Fields} fields=${[...ALWAYS, ...fieldsOf(spec.workload ?? {}, isGated)]} object=${spec} messages=${messages} onChange=${onChange}
    fixed=${isNew ? undefined : "name"} onLeave=${onLeave} />`;
}

/** A version of a registered model brings its image, and a preset nearly everything. */
function fieldsOf(workload, isGated) {
  if (workload.preset) return isGated ? [...OF_A_PRESET, TOKEN] : OF_A_PRESET;
  return [{ ...IMAGE, isRequired: !workload.model?.name }, ...OF_AN_IMAGE];
}
