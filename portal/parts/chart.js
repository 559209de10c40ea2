import { useMemo, useState } from "../vendor/hooks.js";
import { nearest, pathOf, roundUp, timesOf, xOf } from "../lib/chart-scale.js";
import { moment, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { Table } from "./table.js";

const TONES = ["first", "second", "third"];
const LINES = [0, 50, 100];

/**
 * Amounts over time as lines, and as a table for those who do not see them.
 * @param {{title: string, note?: string, series: {label: string, points: {at: string,
 *   amount: number | null}[]}[], format: (amount: number) => string, atLeast?: number}} props
 *   `atLeast`: how far the scale reaches in any case.
 */
export function Chart({ title, note, series, format, atLeast = 0 }) {
  const times = useMemo(() => timesOf(series), [series]);
  const amounts = series.flatMap(({ points }) => points.map(({ amount }) => amount ?? 0));
  const scale = { from: times[0], to: times.at(-1), most: roundUp(Math.max(atLeast, ...amounts)) };
  return html`<figure class="chart">
    <figcaption>${title}${note && html`<small>${note}</small>`}</figcaption>
    <div class="plot">
      <div class="y" aria-hidden="true">${LINES.map((line) => html`<span>${format((scale.most * (100 - line)) / 100)}</span>`)}</div>
      <${Lines} title=${title} series=${series} times=${times} scale=${scale} format=${format} />
      <div class="x" aria-hidden="true"><span>${moment(scale.from)}</span><span>${moment(scale.to)}</span></div>
    </div>
    ${series.length > 1 && html`<ul class="legend">${series.map(({ label }, i) => html`<li><${Stroke} tone=${TONES[i]} />${label}</li>`)}</ul>`}
    <${Numbers} title=${title} series=${series} times=${times} format=${format} />
  </figure>`;
}

/** The lines; where a pointer is over them, the amounts at that time. */
function Lines({ title, series, times, scale, format }) {
  const [at, setAt] = useState(null);
  const paths = useMemo(() => series.map(({ points }) => pathOf(points, scale)), [series]);
  const id = `chart-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  const follow = ({ currentTarget, clientX }) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    setAt(times[nearest((clientX - left) / width, times.length)]);
  };
  return html`<div class="lines">
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-labelledby="${id} ${id}-text" onPointerMove=${follow} onPointerLeave=${() => setAt(null)}>
      <title id=${id}>${title}</title>
      <desc id="${id}-text">${describe(series, scale, format)}</desc>
      ${LINES.map((y) => html`<line class="grid" x1="0" x2="100" y1=${y} y2=${y} />`)}
      ${at && html`<line class="cursor" x1=${xOf(at, scale.from, scale.to)} x2=${xOf(at, scale.from, scale.to)} y1="0" y2="100" />`}
      ${paths.map((path, i) => html`<path class="line ${TONES[i]}" d=${path} />`)}
    </svg>
    ${at && html`<p class="reading" aria-hidden="true">${reading(series, at, format)}</p>`}
  </div>`;
}

function Stroke({ tone }) {
  return html`<svg class="stroke" viewBox="0 0 20 6" aria-hidden="true"><path class="line ${tone}" d="M0 3L20 3" /></svg>`;
}

/** Hundreds of rows, for those who want them. */
function Numbers({ title, series, times, format }) {
  const [isOpen, setOpen] = useState(false);
  const columns = [
    { title: "Time", cell: (at) => time(at) },
    ...series.map(({ label, points }) => {
      const byTime = new Map(points.map(({ at, amount }) => [at, amount]));
      return { title: label, cell: (at) => shown(byTime.get(at), format), isNumber: true };
    }),
  ];
  return html`<details onToggle=${({ target }) => setOpen(target.open)}><summary>As a table</summary>
    ${isOpen && html`<div class="numbers"><${Table} label="${title}, as numbers" columns=${columns} rows=${times.toReversed()} keyOf=${(at) => at} /></div>`}</details>`;
}

function describe(series, { from, to }, format) {
  const parts = series.map(({ label, points }) => {
    const known = points.filter(({ amount }) => amount !== null && amount !== undefined);
    const highest = known.reduce((most, each) => (each.amount > most.amount ? each : most), known[0]);
    return known.length > 0 ? `${label}: at most ${format(highest.amount)}, ${time(highest.at)}; last ${format(known.at(-1).amount)}.` : `${label}: nothing known.`;
  });
  return `From ${time(from)} to ${time(to)}. ${parts.join(" ")}`;
}

function reading(series, at, format) {
  const amounts = series.map(({ label, points }) => `${label} ${shown(points.find((each) => each.at === at)?.amount, format)}`);
  return `${moment(at)}: ${amounts.join(", ")}`;
}

function shown(amount, format) {
  return amount === null || amount === undefined ? "–" : format(amount);
}
