import { html } from "../lib/html.js";

/**
 * A table; on a narrow screen each row is a card. The roles are those that browsers drop where a
 * table is laid out otherwise. The first column names the row.
 * @param {{label: string, columns: {title: string, cell: (row) => any, isNumber?: boolean,
 *   isWide?: boolean, isLong?: boolean, isUnnamed?: boolean}[], rows: any[], keyOf: (row) => any, isCurrent?: (row) => boolean}} props
 *   `isUnnamed`: its title is for those who cannot see the column; `isWide`: for wide screens alone; `isLong`: it has
 *   a line for itself on a narrow one.
 */
export function Table({ label, columns, rows, keyOf, isCurrent }) {
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${label}><table class="cards" role="table" aria-label=${label}>
    <thead role="rowgroup"><tr role="row">${columns.map((column) => html`
      <th scope="col" role="columnheader" class=${classOf(column)}>${column.isUnnamed ? html`<span class="hidden">${column.title}</span>` : column.title}</th>`)}</tr></thead>
    <tbody role="rowgroup">${rows.map((row) => html`<${Row} key=${keyOf(row)} row=${row} columns=${columns} isCurrent=${isCurrent?.(row)} />`)}</tbody>
  </table></div>`;
}

function Row({ row, columns: [first, ...others], isCurrent }) {
  return html`<tr role="row" class=${isCurrent ? "current" : ""}>
    <th scope="row" role="rowheader">${first.cell(row)}</th>
    ${others.map((column) => html`
      <td role="cell" class=${classOf(column)} data-label=${column.isUnnamed ? undefined : column.title}>${column.cell(row)}</td>`)}
  </tr>`;
}

function classOf({ isNumber, isWide, isLong }) {
  return [isNumber && "number", isWide && "lane", isLong && "prose"].filter(Boolean).join(" ");
}
