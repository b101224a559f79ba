import type { EvaluationResult, StepResult } from '../../results/evaluation-result.ts';
import { drawChart } from '../draw-chart.ts';
import { defineFigure, type FigureTable, figureOf, key } from '../figure.ts';
import { count, interval, percent } from '../format.ts';
import { type Html, html } from '../html.ts';
import { spreadLabels } from '../label-places.ts';
import { keyMark, type SeriesMark, seriesMark } from '../series-marks.ts';
import { sourceWords } from '../source-words.ts';
import { stepAxis } from '../step-axis.ts';
import { stepWords } from '../step-words.ts';

interface Point {
  readonly t: number;
  /** Percent. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly title: string;
}

interface Series {
  readonly name: string;
  readonly mark: SeriesMark;
  readonly points: readonly Point[];
  /** Moves a series sideways, so that intervals do not cover each other; in steps. */
  readonly shift: number;
  readonly line: boolean;
}

/** Accuracy and agreement after every time-step, beside the source network. */
export const accuracyByStep = defineFigure({
  id: 'accuracy',
  async draw({ result }) {
    const { steps, task } = result;
    const [first, last] = [steps[0], steps.at(-1)];
    if (!first || !last || task) return undefined;
    const series = seriesOf(result);
    const words = stepWords(result);
    return {
      title: titleOf(result, first, last),
      caption: html`Share of ${count(result.images, 'image')}, in percent, ${words.after}; bars are 95 % intervals. Agreement is the share of images that keep the source network’s best class.${words.latency}`,
      data: [
        'result.json: steps[].top1, .top1Interval, .agreement, .agreementInterval',
        'source.top1',
        ...(result.quantised ? ['quantised.networks[]'] : []),
      ],
      body: html`${key(series.map(({ mark, name, line }) => ({ mark: keyMark(mark, line), text: name })))}${await chart(result, last.t, series)}`,
      table: tableOf(result),
    };
  },
});

function titleOf(result: EvaluationResult, first: StepResult, last: StepResult): string {
  const { steps, source } = result;
  const [begin, end] = [first.top1 ?? first.agreement, last.top1 ?? last.agreement];
  const climb =
    steps.length === 1
      ? `is ${percent(end)} at T = 1`
      : `goes from ${percent(begin)} at T = 1 to ${percent(end)} at T = ${last.t}`;
  const goal = source.top1;
  if (last.top1 === null || goal === null) return `Agreement with the source network ${climb}`;
  // Hundredths of a point are noise of the division.
  const near = ({ top1 }: StepResult) => top1 !== null && top1 >= goal - 0.0101;
  const since = steps.findLastIndex((step) => !near(step)) + 1;
  if (since >= steps.length) return `Top-1 ${climb}; the ${sourceWords(result)} reaches ${percent(goal)}`;
  const from = since === steps.length - 1 ? `at T = ${last.t}` : `from T = ${steps[since]!.t} on`;
  return `Top-1 is within 1 point of the ${sourceWords(result)}, or above it, ${from}`;
}

function seriesOf({ steps, quantised }: EvaluationResult): Series[] {
  const point = (t: number, what: string, value: number, bounds: readonly [number, number]): Point => ({
    t,
    value: 100 * value,
    low: 100 * bounds[0],
    high: 100 * bounds[1],
    title: `T = ${t}: ${what} ${percent(value)} (${interval(bounds)})`,
  });
  const top1 = steps.flatMap((step) =>
    step.top1 === null || step.top1Interval === null
      ? []
      : [point(step.t, 'top-1', step.top1, step.top1Interval)],
  );
  const agreement = steps.flatMap((step) =>
    step.agreement === null || step.agreementInterval === null
      ? []
      : [point(step.t, 'agreement', step.agreement, step.agreementInterval)],
  );
  const bits = (quantised?.networks ?? []).flatMap((network) =>
    network.steps.flatMap((t) =>
      network.top1 === null || network.top1Interval === null
        ? []
        : [point(t, `${bitsOf(network.bits)} network, top-1`, network.top1, network.top1Interval)],
    ),
  );
  return [
    { name: 'top-1 of the spiking network', mark: seriesMark(0), points: top1, shift: 0, line: true },
    {
      name: 'agreement with the source network',
      mark: seriesMark(1),
      points: agreement,
      shift: 0.05,
      line: true,
    },
    {
      name: 'top-1 of the source network in as many bits',
      mark: seriesMark(2),
      points: bits,
      shift: -0.05,
      line: false,
    },
  ].filter((each) => each.points.length > 0);
}

/** `4-bit`, or `3- to 5-bit` where sites differ. */
export function bitsOf([low, high]: readonly [number, number]): string {
  return low === high ? `${low}-bit` : `${low}- to ${high}-bit`;
}

function chart(result: EvaluationResult, last: number, series: readonly Series[]): Promise<Html> {
  const { source } = result;
  const all = series.flatMap((each) => each.points);
  const reference = source.top1 === null ? [] : [100 * source.top1];
  const lowest = Math.min(...all.map(({ low }) => low), ...reference);
  const highest = Math.max(...all.map(({ high }) => high), ...reference);
  const domain = [
    Math.max(0, Math.floor(lowest / 10) * 10),
    Math.min(100, Math.ceil(highest / 10) * 10),
  ] as const;
  return drawChart('Accuracy and agreement by time-step', (Plot, { narrow }) => {
    const height = narrow ? 280 : 340;
    const [top, bottom] = [28, 44];
    const toPixels = (value: number) =>
      top + ((domain[1] - value) / (domain[1] - domain[0])) * (height - top - bottom);
    const ends = [
      ...series
        .filter(({ line }) => line)
        .flatMap(({ points: each, mark }) =>
          each.slice(-1).map(({ value }) => ({ value, color: mark.color, text: `${value.toFixed(1)} %` })),
        ),
      ...reference.map((value) => ({ value, color: 'currentColor', text: `source ${value.toFixed(1)} %` })),
    ];
    const labels = spreadLabels(
      ends.map((label) => ({ label, y: toPixels(label.value) })),
      15,
      height - bottom,
    );
    return {
      height,
      marginTop: top,
      marginBottom: bottom,
      marginLeft: 40,
      marginRight: 104,
      style: { fontSize: '12px' },
      x: stepAxis(last, narrow, [0.6, last + 0.4], stepWords(result).axis),
      y: { domain: [...domain], grid: true, label: '% of images', labelArrow: 'none' },
      marks: [
        Plot.ruleY(reference, { strokeDasharray: '1 3', strokeWidth: 2, stroke: 'currentColor' }),
        ...series.flatMap(({ points: each, mark, shift, line }) => [
          Plot.ruleX(each, {
            x: (d: Point) => d.t + shift,
            y1: 'low',
            y2: 'high',
            stroke: mark.color,
            strokeOpacity: 0.55,
            strokeWidth: 2,
          }),
          ...(line
            ? [
                Plot.line(each, {
                  x: (d: Point) => d.t + shift,
                  y: 'value',
                  stroke: mark.color,
                  strokeDasharray: mark.dash,
                  strokeWidth: 2,
                }),
              ]
            : []),
          Plot.dot(each, {
            x: (d: Point) => d.t + shift,
            y: 'value',
            symbol: mark.symbol,
            fill: mark.color,
            stroke: 'var(--surface)',
            r: last > 12 ? 3 : 5,
            title: 'title',
          }),
        ]),
        ...labels.map(({ label, y }) =>
          Plot.text([label.text], {
            frameAnchor: 'top-right',
            textAnchor: 'start',
            lineAnchor: 'middle',
            dx: 6,
            dy: y - top,
            fill: label.color,
            fontWeight: 600,
          }),
        ),
      ],
    };
  });
}

function tableOf(result: EvaluationResult): FigureTable {
  const { source, steps, quantised } = result;
  const accuracy = (at: string, of: EvaluationResult['source']) => [
    figureOf(`result.json#/${at}/top1`, of.top1, percent(of.top1)),
    interval(of.top1Interval),
    figureOf(`result.json#/${at}/top5`, of.top5, percent(of.top5)),
  ];
  const agreement = (at: string, of: Pick<StepResult, 'agreement' | 'agreementInterval'>) => [
    figureOf(`result.json#/${at}/agreement`, of.agreement, percent(of.agreement)),
    interval(of.agreementInterval),
  ];
  return {
    head: ['', 'top-1', '95 %', 'top-5', 'agreement', '95 %', stepWords(result).rate],
    rows: [
      [sourceWords(result), ...accuracy('source', source), '', '', ''],
      ...steps.map((step, i) => [
        `T = ${step.t}`,
        ...accuracy(`steps/${i}`, step),
        ...agreement(`steps/${i}`, step),
        figureOf(`result.json#/steps/${i}/firingRate`, step.firingRate, step.firingRate.toFixed(3)),
      ]),
      ...(quantised?.networks ?? []).map((network, i) => [
        `source in ${bitsOf(network.bits)}${network.capped ? ' (capped)' : ''}`,
        ...accuracy(`quantised/networks/${i}`, network),
        ...agreement(`quantised/networks/${i}`, network),
        '',
      ]),
    ],
  };
}
