import { useMemo, useState } from "../vendor/hooks.js";
import { followLog, secondsToNextLines } from "../lib/follow-log.js";
import { html } from "../lib/html.js";
import { usePolled } from "../lib/polling.js";
import { Badge } from "../parts/badge.js";
import { EnvironmentFrame } from "../parts/environment-frame.js";
import { LogLines } from "../parts/log-lines.js";
import { Polled } from "../parts/problem.js";
import { Table } from "../parts/table.js";

const LINES = [100, 500, 1000];
const PODS = [
  { title: "Pod", cell: ({ name }) => name },
  { title: "Phase", cell: ({ phase }) => html`<${Badge} text=${phase} />` },
  { title: "Serves requests", cell: ({ isReady }) => (isReady ? "yes" : "no") },
  { title: "Restarts", cell: ({ restarts }) => restarts, isNumber: true },
];

/** The log of the model's container in one pod of one region, as it is written. */
export function EnvironmentLogs({ name }) {
  const path = `/environments/${encodeURIComponent(name)}`;
  const [asked, setAsked] = useState({ tail: LINES[0] });
  const environment = usePolled(path, 60);
  const search = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
  const address = `${path}/logs?${search}`;
  const log = usePolled(address, secondsToNextLines, useMemo(followLog, [address]));
  const regions = environment.data?.spec.regions ?? [];
  return html`<${EnvironmentFrame} name=${name} current="logs">
    <h2>Logs</h2>
    <${Choices} asked=${asked} regions=${regions} log=${log.data} onChange=${(change) => setAsked({ ...asked, ...change })} />
    <${Polled} state=${log}>${(found) => html`<${LogLines} log=${found} />
      <section><h2>Pods in ${found.region}</h2><${Table} label="Pods" columns=${PODS} rows=${found.pods} keyOf=${({ name }) => name} isCurrent=${(pod) => pod.name === found.pod} /></section>`}<//>
  <//>`;
}

function Choices({ asked, regions, log, onChange }) {
  return html`<form class="row" onSubmit=${(event) => event.preventDefault()}>
    ${regions.length > 1 && html`<${Choice} label="Region" value=${asked.region ?? regions[0]} options=${regions} onChoose=${(region) => onChange({ region, pod: undefined })} />`}
    <label>Pod <select value=${asked.pod ?? ""} onChange=${(event) => onChange({ pod: event.target.value })}>
      <option value="">The one that tells most</option>
      ${(log?.pods ?? []).map((pod) => html`<option value=${pod.name}>${pod.name}: ${describe(pod)}</option>`)}</select></label>
    <${Choice} label="Lines before the end" value=${asked.tail} options=${LINES} onChoose=${(tail) => onChange({ tail })} />
    <label class="check"><input type="checkbox" checked=${Boolean(asked.previous)} onChange=${(event) => onChange({ previous: event.target.checked })} /> Before the last restart</label>
  </form>`;
}

function Choice({ label, value, options, onChoose }) {
  return html`<label>${label} <select value=${value} onChange=${(event) => onChoose(event.target.value)}>
    ${options.map((each) => html`<option value=${each}>${each}</option>`)}</select></label>`;
}

function describe({ phase, isReady, restarts }) {
  const state = isReady ? "ready" : phase;
  return restarts > 0 ? `${state}, ${restarts} ${restarts === 1 ? "restart" : "restarts"}` : state;
}
