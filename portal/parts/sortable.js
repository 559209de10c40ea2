import { useMemo, useState } from "../vendor/hooks.js";
import { html } from "../lib/html.js";

/**
 * A table whose columns sort it; on a narrow screen each row is a card. The roles are those that
 * browsers drop where a table is laid out otherwise.
 * @param {{label: string, columns: {id: string, title: string, key: (row) => string | number,
 *   isNumber?: boolean}[], rows: any[], Row: any}} props `Row` renders `row`.
 */
export function Sortable({ label, columns, rows, Row }) {
  const [sort, setSort] = useState({ id: columns[0].id, isDown: false });
  const sorted = useMemo(() => sortRows(columns, rows, sort), [rows, sort]);
  const choose = (id) => setSort((last) => ({ id, isDown: last.id === id && !last.isDown }));
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${label}><table class="cards long" role="table" aria-label=${label}>
    <thead role="rowgroup"><tr role="row">${columns.map(({ id, title, isNumber }) => html`
      <th scope="col" role="columnheader" class=${isNumber ? "number" : ""} aria-sort=${direction(sort, id)}>
        <button type="button" class="plain" onClick=${() => choose(id)}>${title}</button>
      </th>`)}</tr></thead>
    <tbody role="rowgroup">${sorted.map((row) => html`<${Row} key=${row.name} row=${row} />`)}</tbody>
  </table></div>`;
}

function direction(sort, id) {
  if (sort.id !== id) return "none";
  return sort.isDown ? "descending" : "ascending";
}

function sortRows(columns, rows, { id, isDown }) {
  const { key } = columns.find((column) => column.id === id);
  return rows.toSorted((a, b) => compare(key(a), key(b)) * (isDown ? -1 : 1));
}

const TEXTS = new Intl.Collator("en", { numeric: true });

function compare(a, b) {
  return typeof a === "number" ? a - b : TEXTS.compare(a, b);
}
