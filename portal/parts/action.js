import { useRef, useState } from "../vendor/hooks.js";
import { html } from "../lib/html.js";
import { Problem } from "./problem.js";

/**
 * A button that asks before it acts.
 * @param {{label: string, question: string, act: () => Promise<void>, tone?: string}} props
 */
export function Action({ label, question, act, tone = "" }) {
  const dialog = useRef(null);
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    setError(null);
    try {
      await act();
      dialog.current?.close();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return html`
    <button type="button" class=${tone} onClick=${() => dialog.current.showModal()}>${label}</button>
    <dialog ref=${dialog} aria-label=${label} onClose=${() => setError(null)}>
      <p>${question}</p>
      ${error && html`<${Problem} error=${error} />`}
      <div class="row">
        <button type="button" class=${tone || "main"} disabled=${isBusy} onClick=${confirm}>${label}</button>
        <button type="button" onClick=${() => dialog.current.close()}>Keep it as it is</button>
      </div>
    </dialog>
  `;
}
