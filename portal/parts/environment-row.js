import { Component } from "../vendor/preact.js";
import { money, since, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { link } from "../lib/router.js";
import { Badge } from "./badge.js";

/** Rendered again only if it shows something else: there may be a thousand of them. */
export class EnvironmentRow extends Component {
  shouldComponentUpdate({ row }) {
    return row.environment !== this.props.row.environment || row.idle !== this.props.row.idle;
  }

  render({ row: { environment: e, idle } }) {
    return html`<tr role="row">
      <th scope="row" role="rowheader"><a href=${link("environments", e.name)}>${e.name}</a></th>
      <td role="cell" data-label="Phase"><${Badge} text=${e.phase} /></td>
      <td role="cell" data-label="Health"><${Badge} text=${e.health.status} /></td>
      <td role="cell" data-label="Cost center">${e.spec.costCenter}</td>
      <td role="cell" class="number" data-label="Per hour">${money(e.cost?.usdPerHourNow)}</td>
      <td role="cell" class="number" data-label="This month">${money(e.cost?.monthToDateUsd)}</td>
      <td role="cell" class="number" data-label="Idle for">${idle ? html`<time datetime=${idle} title=${time(idle)}>${since(idle)}</time>` : "–"}</td>
      <td role="cell" class="number" data-label="Changed"><time datetime=${e.lastModifiedDateTime} title=${time(e.lastModifiedDateTime)}>${since(e.lastModifiedDateTime)} ago</time></td>
    </tr>`;
  }
}
