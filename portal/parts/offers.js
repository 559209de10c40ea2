import { money } from "../lib/format.js";
import { html } from "../lib/html.js";
import { Polled } from "./problem.js";

/** GPU sizes of a region, cheapest first, one of which can be chosen. */
export function Offers({ state, chosen, onChoose }) {
  return html`<${Polled} state=${state}>${(offers) => html`
    ${Object.entries(offers.unread).map(([part, why]) => html`<p class="quiet">Unknown: ${part} (${why})</p>`)}
    <div class="scroll" tabindex="0" role="group" aria-label="GPU sizes"><table>
      <thead><tr><th scope="col">Size</th><th scope="col">GPUs</th>
        ${["Memory", "Per hour", "Spot", "Nodes left"].map((title) => html`<th scope="col" class="number">${title}</th>`)}
        <th scope="col"><span class="hidden">Choice</span></th></tr></thead>
      <tbody>${offers.value.map((each) => html`<tr key=${each.vmSize}>
        <th scope="row">${each.vmSize}${each.restriction && html`<small class="cause">${each.restriction}</small>`}</th>
        <td>${each.gpus} × ${each.gpuModel}</td>
        <td class="number">${each.gpuMemoryGB} GB</td>
        <td class="number">${money(each.usdPerHour)}</td>
        <td class="number">${money(each.spotUsdPerHour)}</td>
        <td class="number">${each.nodesLeft ?? "–"}</td>
        <td><button type="button" aria-pressed=${each.vmSize === chosen} disabled=${Boolean(each.restriction)}
          aria-label="Choose ${each.vmSize}" onClick=${() => onChoose(each.vmSize)}>${each.vmSize === chosen ? "Chosen" : "Choose"}</button></td>
      </tr>`)}</tbody>
    </table></div>
  `}<//>`;
}
