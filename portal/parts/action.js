import { useRef, useState } from "../vendor/hooks.js";
import { html } from "../lib/html.js";
import { Problem } from "./problem.js";

/**
 * A button that asks before it acts.
 * @param {{label: string, question: string, act: (text: string) => Promise<void>, tone?: string,
 *   ask?: string, name?: string}} props `ask`: label of a text that has to be given; `name`: of the
 *   environment.
 */
export function Action({ label, question, act, name, tone = "", ask }) {
  const dialog = useRef(null);
  const [error, setError] = useState(null);
  const [text, setText] = useState("");
  const [isBusy, setBusy] = useState(false);
  const confirm = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await act(text);
      dialog.current?.close();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return html`
    <button type="button" class=${tone} onClick=${() => dialog.current.showModal()}>${label}</button>
    <dialog ref=${dialog} aria-label=${label} onClose=${() => setError(null)}><form onSubmit=${confirm}>
      <p>${question}</p>
      ${ask && html`<label>${ask} <input value=${text} onInput=${(event) => setText(event.target.value)} /></label>`}
      ${error && html`<${Problem} error=${error} name=${name} />`}
      <div class="row">
        <button class=${tone || "main"} disabled=${isBusy || (ask && !text.trim())}>${label}</button>
        <button type="button" onClick=${() => dialog.current.close()}>Keep it as it is</button>
      </div>
    </form></dialog>
  `;
}
