import type { Run } from '../runs/read-run.ts';
import { withEqualDigits } from './equal-digits.ts';
import { FigureNumber } from './figure-number.ts';
import { Html, html } from './html.ts';

/** A table that says in numbers what a figure shows. */
export interface FigureTable {
  readonly head: readonly string[];
  /** Cells; the first one of a row is its name. */
  readonly rows: readonly (readonly (Html | string | number)[])[];
}

/** A figure for one run. */
export interface Figure {
  /** The finding, as a heading. */
  readonly title: string;
  /** How to read it, with units. */
  readonly caption: Html | string;
  /** Where its numbers are, as file and path, for example `result.json: steps[].top1`. */
  readonly data: readonly string[];
  readonly body: Html;
  readonly table?: FigureTable;
  /** Whether it has several drawings, between which a page may end. */
  readonly tall?: boolean;
}

/** A kind of figure. */
export interface FigureDefinition {
  /** Name in the page's addresses. */
  readonly id: string;
  /** The figure, or undefined where the run has nothing to show. */
  draw(run: Run): Promise<Figure | undefined>;
}

/** Declares a kind of figure. */
export function defineFigure(definition: FigureDefinition): FigureDefinition {
  return definition;
}

/** A figure with heading, caption, the place of its data and its table. */
export function renderFigure(id: string, { title, caption, data, body, table, tall }: Figure): Html {
  const places = data.map((place, i) => html`${i > 0 ? '; ' : ''}<code>${place}</code>`);
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
<p>${caption}</p>
<figure class="${tall ? 'tall' : 'whole'}">${body}</figure>
<p class="source">Data: ${places}</p>
${table && numbers(title, table)}
</section>
`;
}

function numbers(title: string, table: FigureTable): Html {
  return html`<details><summary>The numbers as a table</summary><div class="scroll">${renderTable(table, title)}</div></details>`;
}

/** A table with a caption for those who hear it. */
export function renderTable({ head, rows }: FigureTable, caption: string): Html {
  const columns = head.map((_, c) => rows.some((row) => c > 0 && textClass(row[c] ?? '').text !== ''));
  const heads = head.map(
    (text, c) => html`<th scope="col"${new Html(columns[c] ? ' class="text"' : '')}>${text}</th>`,
  );
  return html`<table><caption>${caption}</caption><thead><tr>${heads}</tr></thead>
<tbody>${withEqualDigits(rows).map(renderRow)}</tbody></table>`;
}

function renderRow([name, ...cells]: FigureTable['rows'][number]): Html {
  return html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td${textClass(cell)}>${cell}</td>`)}</tr>
`;
}

/** Words stand to the left, numbers to the right. */
function textClass(cell: Html | string | number): Html {
  return new Html(typeof cell === 'string' && /^\p{L}/u.test(cell) ? ' class="text"' : '');
}

/**
 * A number of the run with the place it comes from, which the run's JSON in the page can be asked for.
 *
 * @param pointer file and JSON pointer, for example `result.json#/steps/0/top1`
 */
export function figureOf(pointer: string, value: number | null, text: string): Html {
  return value === null ? html`${text}` : new FigureNumber(pointer, value, text);
}

/** Names of series with the mark that stands for each. @param marks SVG inside a box of 16 × 12 */
export function key(entries: readonly { readonly mark: Html; readonly text: string }[]): Html {
  return html`<ul class="key">${entries.map(({ mark, text }) => html`<li><svg width="16" height="12" viewBox="-8 -6 16 12" aria-hidden="true">${mark}</svg>${text}</li>`)}</ul>`;
}

/** Several pieces of HTML one after the other. */
export function join(...parts: readonly (Html | undefined)[]): Html {
  return new Html(parts.map((part) => part?.text ?? '').join('\n'));
}
