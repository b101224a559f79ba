import type { Retrieval } from '../retrieval/retrieval-result.ts';
import { figureOf, renderFigure, renderTable } from './figure.ts';
import { type Html, html } from './html.ts';

/** Snapshots whose sources a report lists. */
const listed = 20;

/** Sources that each method found in own snapshots, which nobody knows better. */
export function foundSection(file: string, { methods, sensors, snapshots }: Retrieval): Html {
  const axes = sensors.map((_, axis) => (sensors.length > 1 ? `frequency ${axis + 1}` : 'frequency'));
  const rows = methods.flatMap(({ name, found = [] }, i) =>
    found.slice(0, listed).flatMap((sources, n) =>
      sources.map(({ frequency, amplitude }, k) => {
        const place = `${file}#/methods/${i}/found/${n}/${k}`;
        return [
          name,
          n,
          ...frequency.map((f, axis) => figureOf(`${place}/frequency/${axis}`, f, f.toFixed(5))),
          Math.hypot(...amplitude).toPrecision(4),
        ];
      }),
    ),
  );
  const title = 'Sources that each method found';
  const some = snapshots > listed ? ` The first ${listed} snapshots.` : '';
  return renderFigure('sources', {
    title,
    caption: `Frequencies in cycles a sensor after Gauss–Newton steps, and the magnitudes that explain the snapshot best.${some}`,
    data: [`${file}: methods[].found`],
    body: html`<div class="scroll">${renderTable({ head: ['method', 'snapshot', ...axes, 'magnitude'], rows }, title)}</div>`,
    tall: true,
  });
}
