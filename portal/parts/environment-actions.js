import { send } from "../lib/api.js";
import { html } from "../lib/html.js";
import { go } from "../lib/router.js";
import { Action } from "./action.js";

const IN_MOTION = ["Provisioning", "Waking", "Updating", "Deleting"];

/** What can be asked of an environment in a phase: label, action, question, tone. */
const ACTIONS = [
  { label: "Wake", action: "wake", phases: ["ScaledDown"], question: "Start its GPU nodes? They cost money until it sleeps again." },
  { label: "Scale down", action: "scale-down", phases: ["Ready"], question: "Scale its GPU pools to zero? Requests are refused until it is woken." },
  { label: "Retry", action: "retry", phases: ["Failed", "Canceled"], question: "Start the operation that did not succeed again?", tone: "main" },
  { label: "Repair", action: "repair", phases: ["Ready", "ScaledDown"], question: "Bring everything in Azure back to the specification?" },
  { label: "Approve", action: "approve", phases: ["AwaitingApproval"], question: "Have it built as it was requested? Only someone other than the requester can approve it.", tone: "main" },
  { label: "Cancel", action: "cancel", phases: ["AwaitingApproval", ...IN_MOTION], question: "Cancel the running operation? What it has built and costs money is removed or reported.", tone: "danger" },
];

/** @param {{environment: object, path: string, onStart: (operationId: string) => void}} props */
export function EnvironmentActions({ environment, path, onStart }) {
  const possible = ACTIONS.filter((each) => each.phases.includes(environment.phase));
  const start = async (method, address) => onStart((await send(method, address)).operation);
  return html`<div class="row" role="group" aria-label="Actions">
    ${possible.map((each) => html`<${Action} key=${each.action} ...${each} act=${() => start("POST", `${path}/${each.action}`)} />`)}
    <${Action} label="Delete" tone="danger" question="Delete ${environment.name} and everything it has in Azure?"
      act=${async () => { await start("DELETE", path); go("environments"); }} />
  </div>`;
}
