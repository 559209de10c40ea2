import { send } from "../lib/api.js";
import { html } from "../lib/html.js";
import { LABELS } from "../lib/labels.js";
import { go } from "../lib/router.js";
import { Action } from "./action.js";

const IN_MOTION = ["Provisioning", "Waking", "Updating", "Deleting"];
const ENDED = ["Failed", "Canceled"];

/** What is approved is the plan that is shown, and no other. */
const planOf = ({ approval }) => ({ planDigest: approval.planDigest });

/** What can be asked of an environment: action, when, question, tone, body. */
const ACTIONS = [
  { action: "wake", isPossible: ({ phase }) => phase === "ScaledDown", question: "Start its GPU nodes? They cost money until it sleeps again." },
  { action: "scale-down", isPossible: ({ phase }) => phase === "Ready", question: "Scale its GPU pools to zero? Requests are refused until it is woken." },
  { action: "retry", isPossible: ({ phase }) => ENDED.includes(phase), question: "Start the operation that did not succeed again?", tone: "main" },
  { action: "repair", isPossible: ({ phase }) => ["Ready", "ScaledDown", ...ENDED].includes(phase), question: "Bring everything in Azure back to the specification? It is awake afterwards." },
  { action: "approve", isPossible: ({ approval }) => approval, question: "Have it built exactly as the plan below says? Only someone other than the requester can approve it.", tone: "main", body: planOf },
  { action: "cancel", isPossible: ({ phase, approval }) => approval || IN_MOTION.includes(phase), question: "Cancel the operation? What it has built and costs money is removed or reported.", tone: "danger" },
];

/** @param {{environment: object, path: string, onStart: (operationId: string) => void}} props */
export function EnvironmentActions({ environment: e, path, onStart }) {
  const possible = ACTIONS.filter((each) => each.isPossible(e));
  const start = async (method, address, body) => onStart((await send(method, address, body)).operation);
  const remove = async (address) => {
    await start("DELETE", address);
    go("environments");
  };
  return html`<div class="row" role="group" aria-label="Actions">
    ${possible.map((each) => html`<${Action} key=${each.action} ...${each} label=${LABELS[each.action]} name=${e.name}
      act=${() => start("POST", `${path}/${each.action}`, each.body?.(e))} />`)}
    ${e.phase === "Deleting"
      ? html`<${Action} key="force" label=${LABELS.force} tone="danger" name=${e.name} question="Start another deletion beside the one that runs? It is for one that is stuck." act=${() => remove(`${path}?force=true`)} />`
      : html`<${Action} key="delete" label=${LABELS.delete} tone="danger" name=${e.name} question="Delete ${e.name} and everything it has in Azure?" act=${() => remove(path)} />`}
  </div>`;
}
