import type { EvaluationResult } from '../../results/evaluation-result.ts';
import { defineFigure, figureOf, join } from '../figure.ts';
import { count, short } from '../format.ts';
import { html } from '../html.ts';
import { drawSiteRows } from '../site-rows.ts';
import { integerTicks } from '../step-axis.ts';
import { stepWords } from '../step-words.ts';

interface Cell {
  readonly site: string;
  readonly t: number;
  readonly rate: number;
}

/** Up to so many steps, rates stand in their cells. */
const mostWrittenSteps = { wide: 12, narrow: 5 } as const;

/** Firing rate by site and time-step, a heat map. */
export const firingRates = defineFigure({
  id: 'firing-rates',
  async draw({ result }) {
    const { sites } = result;
    const words = stepWords(result);
    const [first] = sites;
    if (!first) return undefined;
    const highest = Math.max(...sites.flatMap(({ firingRate }) => firingRate));
    const steps = first.firingRate.length;
    const names = sites.map(({ name }) => name);
    const label = 'Firing rate by site and time-step';
    const charts = await drawSiteRows(label, names, (Plot, { from, to, frame, y, twoAxes }, { narrow }) => {
      const cells = sites
        .slice(from, to)
        .flatMap(({ name, firingRate }) =>
          firingRate.map((rate, i): Cell => ({ site: name, t: i + 1, rate })),
        );
      const ticks = integerTicks(steps, narrow ? 6 : 20);
      const written = steps <= mostWrittenSteps[narrow ? 'narrow' : 'wide'];
      const strength = ({ rate }: Cell) => (highest > 0 ? rate / highest : 0);
      return {
        ...frame,
        y,
        marginRight: 8,
        x: {
          type: 'band',
          domain: Array.from({ length: steps }, (_, i) => i + 1),
          ticks,
          label: words.axis,
          padding: 0.04,
        },
        marks: [
          ...(twoAxes ? [Plot.axisX({ anchor: 'top', ticks, label: null })] : []),
          Plot.axisX({ anchor: 'bottom', ticks, label: words.axis }),
          Plot.cell(cells, {
            x: 't',
            y: 'site',
            fill: 'rgb(var(--heat))',
            fillOpacity: strength,
            title: ({ site, t, rate }: Cell) => `${site}, T = ${t}: ${rate.toFixed(3)} spikes a neuron`,
          }),
          ...(written
            ? [
                Plot.text(cells, {
                  x: 't',
                  y: 'site',
                  text: ({ rate }: Cell) => rate.toFixed(2),
                  fill: (cell: Cell) => (strength(cell) > 0.55 ? 'var(--on-heat)' : 'var(--ink)'),
                  fontSize: narrow ? 9 : 10,
                }),
              ]
            : []),
        ],
      };
    });
    return {
      title: titleOf(result),
      caption: html`Spikes a neuron ${words.during}, mean over all images; a spike of any level counts once. None <span class="ramp"></span> ${highest.toFixed(2)}.`,
      data: ['result.json: sites[].firingRate'],
      body: join(...charts),
      tall: true,
      table: {
        head: ['site', 'neuron', 'neurons', ...Array.from({ length: steps }, (_, i) => `T = ${i + 1}`)],
        rows: sites.map(({ name, neuron, neurons, firingRate }, i) => [
          name,
          neuron,
          neurons,
          ...firingRate.map((rate, t) =>
            figureOf(`result.json#/sites/${i}/firingRate/${t}`, rate, rate.toFixed(3)),
          ),
        ]),
      },
    };
  },
});

function titleOf(result: EvaluationResult): string {
  const { sites, windows } = result;
  const { rate } = stepWords(result);
  // Runs of fewer slots are networks of their own, which no mean over all runs describes.
  const mean = ({ firingRate }: EvaluationResult['sites'][number]) =>
    windows === null
      ? firingRate.reduce((sum, each) => sum + each, 0) / firingRate.length
      : (firingRate.at(-1) ?? 0);
  const at = windows === null ? '' : ` at T = ${sites[0]?.firingRate.length}`;
  const busiest = sites.reduce((a, b) => (mean(b) > mean(a) ? b : a));
  const quietest = sites.reduce((a, b) => (mean(b) <= mean(a) ? b : a));
  if (sites.length === 1) return `${short(mean(busiest))} ${rate}${at}`;
  return `Of ${count(sites.length, 'site')}, ${busiest.name} fires most${at} (${short(mean(busiest))} ${rate}), ${quietest.name} least (${short(mean(quietest))})`;
}
