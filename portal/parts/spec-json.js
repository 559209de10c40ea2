import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { html } from "../lib/html.js";

/** The whole specification as text; it changes the specification whenever it is valid JSON. */
export function SpecJson({ spec, onChange }) {
  const written = useRef(null);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    if (spec === written.current) return;
    setText(JSON.stringify(spec, null, 2));
    setProblem(null);
  }, [spec]);
  const edit = (changed) => {
    setText(changed);
    try {
      written.current = parseObject(changed);
      setProblem(null);
      onChange(written.current);
    } catch (error) {
      setProblem(error.message);
    }
  };
  return html`<div class="field"><label>All fields as JSON
    <textarea spellcheck="false" aria-invalid=${problem ? "true" : undefined} aria-describedby="note-json" value=${text}
      onInput=${(event) => edit(event.target.value)}></textarea></label>
    <small id="note-json" class=${problem ? "cause" : ""}>${problem ?? html`<a href="#/docs?find=EnvironmentSpec">What each field means</a>`}</small>
  </div>`;
}

function parseObject(text) {
  const value = JSON.parse(text);
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("A JSON object is expected.");
  return value;
}
