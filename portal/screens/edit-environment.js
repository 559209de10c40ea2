import { useEffect, useState } from "../vendor/hooks.js";
import { etagOf, get, send } from "../lib/api.js";
import { html } from "../lib/html.js";
import { go } from "../lib/router.js";
import { EnvironmentFrame } from "../parts/environment-frame.js";
import { Polled } from "../parts/problem.js";
import { SpecEditor } from "../parts/spec-editor.js";

/** Replaces the specification that was read when the screen was opened, and no newer one. */
export function EditEnvironment({ name }) {
  const path = `/environments/${encodeURIComponent(name)}`;
  const [state, setState] = useState({});
  useEffect(() => {
    get(path).then(
      ({ spec }) => setState({ data: { spec, etag: etagOf(path) } }),
      (error) => setState({ error }),
    );
  }, [path]);
  const replace = async (plan, etag) => {
    await send("PUT", path, { planId: plan.id }, { "If-Match": etag });
    go("environments", name);
  };
  return html`<${EnvironmentFrame} name=${name} current="edit">
    <h2>Change its specification</h2>
    <${Polled} state=${state}>${({ spec, etag }) => html`
      <${SpecEditor} initial=${spec} isNew=${false} carryOut=${(plan) => replace(plan, etag)} />`}<//>
  <//>`;
}
