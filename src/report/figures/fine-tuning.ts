import type { EvaluationResult } from '../../results/evaluation-result.ts';
import type { FineTuningResult } from '../../results/fine-tuning-result.ts';
import { axisRange } from '../axis-range.ts';
import { drawChart } from '../draw-chart.ts';
import { defineFigure, type FigureTable, figureOf, join, key, renderTable } from '../figure.ts';
import { count, percent, short } from '../format.ts';
import { type Html, html } from '../html.ts';
import { keyMark, seriesMark } from '../series-marks.ts';
import { integerTicks } from '../step-axis.ts';

type Epoch = FineTuningResult['curve'][number];

const place = 'result.json#/fineTuning';

/** How the network was trained with its neurons in place: the curve, and what became of the neurons. */
export const fineTuning = defineFigure({
  id: 'fine-tuning',
  async draw({ result }: { readonly result: EvaluationResult }) {
    const tuning = result.fineTuning;
    if (!tuning) return undefined;
    const { method, steps, samples, testSamples, measure, epochs } = tuning;
    const on = testSamples === undefined ? 'the test data' : count(testSamples, 'test picture');
    const mark = seriesMark(0);
    const curve = tuning.curve.length > 1 ? await chart(tuning) : undefined;
    return {
      title: titleOf(tuning),
      caption: html`${method} at T = ${steps}, ${count(epochs, 'epoch')} of ${count(samples, 'picture')}; ${measure === 'accuracy' ? 'accuracy' : 'agreement with the source network'} on ${on} then, which need not be the images of this run. Below: how many of the neurons of a site spike in a step, and the means of their parameters, before and after.`,
      data: ['result.json: fineTuning.curve[]', 'fineTuning.neurons[]'],
      body: join(
        curve && key([{ mark: keyMark(mark), text: `${measure} after each epoch` }]),
        curve,
        html`<div class="scroll">${renderTable(neuronTable(tuning), 'What became of the neurons')}</div>`,
      ),
      tall: true,
      table: curveTable(tuning),
    };
  },
});

function titleOf({ measure, sourceAccuracy, convertedAccuracy, tunedAccuracy }: FineTuningResult): string {
  const [converted, tuned] = [percent(convertedAccuracy), percent(tunedAccuracy)];
  return measure === 'accuracy'
    ? `Fine-tuning went from ${converted} as converted to ${tuned}; the source network has ${percent(sourceAccuracy)}`
    : `Fine-tuning went from ${converted} agreement as converted to ${tuned}`;
}

function chart({ curve, measure, ...tuning }: FineTuningResult): Promise<Html> {
  const levels = [
    ...(measure === 'accuracy' ? [{ name: 'source', value: 100 * tuning.sourceAccuracy }] : []),
    { name: 'converted', value: 100 * tuning.convertedAccuracy },
  ];
  const accuracy = ({ testAccuracy }: Epoch) => 100 * testAccuracy;
  const mark = seriesMark(0);
  return drawChart('Test accuracy by epoch of the fine-tuning', (Plot, { narrow }) => ({
    height: narrow ? 240 : 280,
    marginTop: 28,
    marginLeft: 40,
    marginRight: 80,
    marginBottom: 44,
    style: { fontSize: '12px' },
    x: {
      label: 'epoch',
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: integerTicks(curve.length, narrow ? 6 : 16),
      tickFormat: 'd',
    },
    y: {
      label: '% of pictures',
      labelArrow: 'none',
      grid: true,
      domain: axisRange([...curve.map(accuracy), ...levels.map(({ value }) => value)]),
    },
    marks: [
      Plot.ruleY(levels, { y: 'value', strokeDasharray: '1 3', strokeWidth: 2, stroke: 'currentColor' }),
      Plot.text(levels, { y: 'value', text: 'name', frameAnchor: 'right', textAnchor: 'start', dx: 6 }),
      Plot.line(curve, { x: 'epoch', y: accuracy, stroke: mark.color, strokeWidth: 2 }),
      Plot.dot(curve, {
        x: 'epoch',
        y: accuracy,
        symbol: mark.symbol,
        fill: mark.color,
        r: curve.length > 20 ? 2.5 : 4,
        title: (d: Epoch) =>
          `epoch ${d.epoch}: ${percent(d.testAccuracy, 2)}, training loss ${short(d.trainLoss)}`,
      }),
    ],
  }));
}

/** A column for each parameter that any site has, as `before → after`. */
function neuronTable({ neurons }: FineTuningResult): FigureTable {
  const names = [...new Set(neurons.flatMap(({ parameters }) => Object.keys(parameters)))];
  return {
    head: [
      'site',
      'rate before',
      'rate after',
      ...names.flatMap((name) => [`${name} before`, `${name} after`]),
    ],
    rows: neurons.map(({ site, firingRate, parameters }, i) => [
      site,
      ...firingRate.map((rate, k) =>
        figureOf(`${place}/neurons/${i}/firingRate/${k}`, rate, rate.toFixed(3)),
      ),
      ...names.flatMap((name) =>
        (parameters[name] ?? [null, null]).map((value, k) =>
          figureOf(`${place}/neurons/${i}/parameters/${name}/${k}`, value, short(value)),
        ),
      ),
    ]),
  };
}

function curveTable({ curve }: FineTuningResult): FigureTable {
  return {
    head: ['epoch', 'training loss', 'test loss', 'test accuracy'],
    rows: curve.map(({ epoch, trainLoss, testLoss, testAccuracy }, i) => {
      const at = `${place}/curve/${i}`;
      return [
        epoch,
        figureOf(`${at}/trainLoss`, trainLoss, short(trainLoss)),
        figureOf(`${at}/testLoss`, testLoss, short(testLoss)),
        figureOf(`${at}/testAccuracy`, testAccuracy, percent(testAccuracy, 2)),
      ];
    }),
  };
}
