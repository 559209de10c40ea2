import { useState } from "../vendor/hooks.js";
import { html } from "../lib/html.js";
import { readPath, writePath } from "../lib/paths.js";

/** How values are written as text and read from it. */
export const TEXT = { parse: (text) => text.trim() || undefined, show: (value) => value ?? "" };
export const NUMBER = { type: "number", parse: (text) => (text === "" ? undefined : Number(text)), show: (value) => value ?? "" };
export const LIST = listOf(",", ", ");
export const LINES = { isLong: true, ...listOf("\n", "\n") };

function listOf(separator, glue) {
  return {
    parse: (text) => text.split(separator).map((each) => each.trim()).filter(Boolean),
    show: (value) => (value ?? []).join(glue),
  };
}

/**
 * Fields of an object, each by its path; those that are `isLong` or `isWide` have room for more.
 * @param {{fields: object[], object: object, messages: Map<string, string>, onChange: (object) => void,
 *   fixed?: string, onLeave?: (path: string) => void}} props `fixed`: path that cannot be changed.
 */
export function Fields({ fields, object, messages, onChange, fixed, onLeave }) {
  return html`<div class="fields">${fields.map((field) => html`<${Field} key=${field.path} field=${field}
    value=${readPath(object, field.path)} message=${messages.get(field.path)} isFixed=${field.path === fixed}
    onChange=${(value) => onChange(writePath(object, field.path, value))} onLeave=${() => onLeave?.(field.path)} />`)}</div>`;
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
  const noteId = `note-${field.path}`;
  const shared = {
    name: field.path, value: isTyped ? text : field.show(value), required: field.isRequired, readonly: isFixed,
    "aria-invalid": message ? "true" : undefined, "aria-describedby": note ? noteId : undefined,
    onInput: (event) => type(event.target.value), onBlur: onLeave,
  };
  return html`<div class="field ${field.isLong || field.isWide ? "wide-field" : ""}"><label>${field.label}
    ${field.isLong ? html`<textarea class="short" spellcheck="false" ...${shared} />` : html`<input type=${field.type ?? "text"} step="any" ...${shared} />`}</label>
    ${note && html`<small id=${noteId} class=${message ? "cause" : ""}>${note}</small>`}
  </div>`;
}
