import { html } from "../lib/html.js";

const TONES = {
  Ready: "good", Healthy: "good", Succeeded: "good", ok: "good", accepted: "good", current: "good",
  Failed: "bad", Unreachable: "bad", fail: "bad", refused: "bad",
  Degraded: "warn", stale: "warn", missing: "bad", warn: "warn", Canceled: "warn", AwaitingApproval: "warn", recreated: "warn",
  Provisioning: "busy", Updating: "busy", Waking: "busy", Deleting: "busy", Running: "busy",
};

export function Badge({ text }) {
  return html`<span class="badge ${TONES[text] ?? "quiet"}">${text}</span>`;
}
