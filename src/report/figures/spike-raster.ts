import { defineFigure, key } from '../figure.ts';
import { percent } from '../format.ts';
import { html } from '../html.ts';
import { renderPicture } from '../picture.ts';
import { drawSiteRows } from '../site-rows.ts';
import { spread } from './energy-breakdown.ts';

/** Columns of neurons that fit. */
const mostColumns = { wide: 260, narrow: 80 } as const;

/** Which of a few neurons of every site spike when, on one image. */
export const spikeRaster = defineFigure({
  id: 'raster',
  async draw({ traces, result }) {
    if (!traces || traces.sites.length === 0) return undefined;
    const { sites, steps, image, picture } = traces;
    const isOnce = result.windows !== null;
    const neurons = Math.max(...sites.map((site) => site.neurons.length));
    const levels = Math.max(1, ...sites.flatMap(({ spikes }) => spikes.flat().map(Math.abs)));
    const signed = sites.some(({ spikes }) => spikes.flat().some((level) => level < 0));
    const names = sites.map(({ name }) => name);
    const charts = await drawSiteRows('Spike raster of one image', names, (Plot, rows, { narrow }) => {
      const { frame, label, from, to } = rows;
      const part = sites.slice(from, to);
      const most = mostColumns[narrow ? 'narrow' : 'wide'];
      const shown = spread(
        Array.from({ length: steps }, (_, i) => i),
        Math.max(2, Math.floor(most / (neurons + 1))),
      );
      const width = neurons + 1;
      // One path for all sticks: thousands of elements would make the page heavy.
      const sticks = (sign: number) =>
        part.flatMap(({ spikes }, row) =>
          shown.flatMap((t, block) =>
            spikes[t]!.flatMap((level, k) =>
              level * sign > 0 ? stick(block * width + k, row, -sign * length(Math.abs(level), levels)) : [],
            ),
          ),
        );
      const line = { x: '0', y: '1', strokeWidth: narrow ? 2 : 2.2, strokeLinecap: 'butt' } as const;
      return {
        ...frame,
        marginTop: 22,
        marginBottom: 6,
        marginRight: 8,
        x: { domain: [-1, shown.length * width - 0.5], axis: null },
        y: { domain: [part.length - 0.4, -0.6], axis: null },
        marks: [
          Plot.axisY({
            ticks: part.map((_, row) => row),
            tickFormat: (row: number) => label(part[row]!.name),
            tickSize: 0,
            label: null,
          }),
          Plot.ruleX(
            shown.slice(1).map((_, i) => (i + 1) * width - 1),
            { stroke: 'var(--line)' },
          ),
          Plot.ruleY(part, {
            y: (_: unknown, row: number) => row,
            stroke: 'var(--line)',
            strokeOpacity: 0.7,
          }),
          Plot.line(sticks(1), { ...line, stroke: 'var(--c1)' }),
          Plot.line(sticks(-1), { ...line, stroke: 'var(--c2)' }),
          Plot.text(shown, {
            x: (_: number, i: number) => i * width + (neurons - 1) / 2,
            text: (t: number) => (shown.length > 12 ? `${t + 1}` : `T = ${t + 1}`),
            frameAnchor: 'top',
            dy: -14,
          }),
        ],
      };
    });
    const all = sites.flatMap(({ spikes }) => spikes.flat());
    const share = all.length === 0 ? 0 : all.filter((level) => level !== 0).length / all.length;
    return {
      title: `On one image, ${percent(share, 0)} of the traced neurons spike in a ${isOnce ? 'run' : 'step'}`,
      caption: html`Image “${image}”. Each row has ${neurons} neurons of a site, evenly spread over it, once for each ${isOnce ? 'run of T slots a window' : 'time-step'}, or for as many ${isOnce ? 'runs' : 'steps'} as fit. A stick is a spike${signed ? ': upwards positive, downwards negative' : ''}${levels > 1 ? `; the longer, the larger its level (1 to ${levels})` : ''}.`,
      data: ['traces.json: sites[].spikes'],
      body: html`${picture && renderPicture(picture, `Image ${image}, as the network gets it`)}${
        signed
          ? key([
              {
                mark: html`<path d="M0,4V-5" stroke="var(--c1)" stroke-width="2"/>`,
                text: 'positive spike, upwards',
              },
              {
                mark: html`<path d="M0,-4V5" stroke="var(--c2)" stroke-width="2"/>`,
                text: 'negative spike, downwards',
              },
            ])
          : undefined
      }${charts}`,
      tall: true,
    };
  },
});

/** Length of a stick in rows. */
function length(level: number, levels: number): number {
  return 0.12 + (0.34 * level) / levels;
}

/** The two ends of a line, and a gap before the next one. */
function stick(x: number, row: number, by: number): [number, number][] {
  return [
    [x, row],
    [x, row + by],
    [x, Number.NaN],
  ];
}
