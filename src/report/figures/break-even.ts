import { dumbbellChart } from '../dumbbell-chart.ts';
import { defineFigure, figureOf } from '../figure.ts';
import { short } from '../format.ts';
import { html } from '../html.ts';
import { seriesMark } from '../series-marks.ts';

/** Break-even rates beyond this many spikes a neuron and step are drawn at the edge. */
const mostSpikes = 2;

/** Firing rates beside those at which an operator costs what it costs in the source network. */
export const breakEven = defineFigure({
  id: 'break-even',
  async draw({ result: { energy, steps } }) {
    const last = steps.at(-1);
    if (!energy || !last || energy.breakEven.length === 0) return undefined;
    const { t } = last;
    const rows = energy.breakEven.map(({ operator, site, rates, breakEvenRates }) => ({
      name: operator,
      site,
      first: rates[t - 1] ?? 0,
      second: breakEvenRates[t - 1] ?? null,
    }));
    const paying = rows.filter(({ first, second }) => second !== null && first < second).length;
    const chart = await dumbbellChart(rows, {
      label: 'Firing rates and break-even rates by operator',
      quantity: 'spikes a neuron and step',
      first: { mark: seriesMark(0), text: 'firing rate' },
      second: { mark: seriesMark(3), text: 'break-even rate' },
      most: mostSpikes,
    });
    return {
      title: `At T = ${t}, ${paying} of ${rows.length} operators fire below their break-even rate`,
      caption: html`An operator pays where its circle (firing rate, mean over the steps 1 to ${t}) is left of its diamond (the rate at which it costs what it costs in the source network, by the full estimate). No diamond: even silence costs more.`,
      data: ['result.json: energy.breakEven[].rates, .breakEvenRates'],
      body: chart,
      tall: true,
      table: {
        head: ['operator', 'fed by', 'rate', 'break-even rate'],
        rows: rows.map(({ name, site, first, second }, i) => [
          name,
          site,
          figureOf(`result.json#/energy/breakEven/${i}/rates/${t - 1}`, first, short(first)),
          figureOf(`result.json#/energy/breakEven/${i}/breakEvenRates/${t - 1}`, second, short(second)),
        ]),
      },
    };
  },
});
