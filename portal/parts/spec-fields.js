import { useState } from "../vendor/hooks.js";
import { html } from "../lib/html.js";
import { readPath, writePath } from "../lib/paths.js";

const TEXT = { parse: (text) => text.trim() || undefined, show: (value) => value ?? "" };
const NUMBER = { type: "number", parse: (text) => (text === "" ? undefined : Number(text)), show: (value) => value ?? "" };
const LIST = {
  parse: (text) => text.split(",").map((each) => each.trim()).filter(Boolean),
  show: (value) => (value ?? []).join(", "),
};

/** The fields that most specifications have; the others are edited as JSON. */
export const FIELDS = [
  { path: "name", label: "Name", hint: "3 to 24 characters: a-z, 0-9 and hyphens", isRequired: true, ...TEXT },
  { path: "owner", label: "Owner", hint: "Mail address of a team", isRequired: true, ...TEXT },
  { path: "costCenter", label: "Cost center", isRequired: true, ...TEXT },
  { path: "regions", label: "Regions", hint: "Azure regions, separated by commas", isRequired: true, ...LIST },
  { path: "gpu.vmSize", label: "GPU size", hint: "Choose one below", isRequired: true, ...TEXT },
  { path: "gpu.minNodes", label: "Least GPU nodes", ...NUMBER },
  { path: "gpu.maxNodes", label: "Most GPU nodes", ...NUMBER },
  { path: "workload.replicas", label: "Replicas per region", ...NUMBER },
  { path: "workload.image", label: "Image", hint: "Such as registry.example.com/llm:1.4.2", isRequired: true, ...TEXT },
  { path: "workload.port", label: "Port", ...NUMBER },
  { path: "workload.healthPath", label: "Health path", ...TEXT },
  { path: "workload.model.name", label: "Model", ...TEXT },
  { path: "workload.model.version", label: "Model version", ...TEXT },
];

export function SpecFields({ spec, onChange, messages, isNew, onLeaveRegions }) {
  return html`<div class="fields">${FIELDS.map((field) => html`<${Field} key=${field.path} field=${field}
    value=${readPath(spec, field.path)} message=${messages.get(field.path)} isFixed=${field.path === "name" && !isNew}
    onChange=${(value) => onChange(writePath(spec, field.path, value))}
    onLeave=${field.path === "regions" ? onLeaveRegions : undefined} />`)}</div>`;
}

/** Shows what was typed as long as it means the value: a comma at the end of a list stays. */
function Field({ field, value, message, isFixed, onChange, onLeave }) {
  const [text, setText] = useState("");
  const isTyped = JSON.stringify(field.parse(text)) === JSON.stringify(value);
  const type = (typed) => {
    setText(typed);
    onChange(field.parse(typed));
  };
  const note = message ?? field.hint;
  return html`<div class="field"><label>${field.label}
    <input type=${field.type ?? "text"} name=${field.path} value=${isTyped ? text : field.show(value)} required=${field.isRequired} readonly=${isFixed}
      aria-invalid=${message ? "true" : undefined} aria-describedby=${note ? `note-${field.path}` : undefined}
      onInput=${(event) => type(event.target.value)} onBlur=${onLeave} /></label>
    ${note && html`<small id="note-${field.path}" class=${message ? "cause" : ""}>${note}</small>`}
  </div>`;
}
