import { html } from "../lib/html.js";

const HEIGHT = 120;
const WIDTH = 24;

/**
 * A bar for each entry, with its number as text for those who cannot see it.
 * @param {{title: string, entries: {label: string, amount: number, text: string}[]}} props
 */
export function Bars({ title, entries }) {
  const most = Math.max(...entries.map((each) => each.amount), Number.EPSILON);
  const highest = entries.find((each) => each.amount === most);
  return html`<figure>
    <figcaption>${title}${highest && html` <small>highest: ${highest.text} (${highest.label})</small>`}</figcaption>
    <div class="scroll" tabindex="0" role="group" aria-label=${title}>
      <svg class="bars" viewBox="0 0 ${entries.length * WIDTH} ${HEIGHT}" width=${entries.length * WIDTH} height=${HEIGHT} role="img" aria-label=${describe(entries)}>
        ${entries.map(({ label, amount, text }, i) => {
          const height = (amount / most) * (HEIGHT - 4);
          return html`<rect class="bar first" x=${i * WIDTH + 3} y=${HEIGHT - height} width=${WIDTH - 6} height=${Math.max(height, 1)}>
            <title>${label}: ${text}</title>
          </rect>`;
        })}
      </svg>
    </div>
  </figure>`;
}

function describe(entries) {
  return entries.map(({ label, text }) => `${label}: ${text}`).join(", ");
}
