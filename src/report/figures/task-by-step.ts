import type { EvaluationResult } from '../../results/evaluation-result.ts';
import type { Figure, TaskResult } from '../../results/task-result.ts';
import { figureNumber, type ShownFigure, shownFigures } from '../../tasks/shown-figures.ts';
import { drawChart } from '../draw-chart.ts';
import { mainFigures, taskFigure } from '../evaluation-title.ts';
import { defineFigure, type FigureTable, figureOf } from '../figure.ts';
import { count } from '../format.ts';
import { html } from '../html.ts';
import { operatingPoint } from '../operating-point.ts';
import { seriesMark } from '../series-marks.ts';
import { stepAxis } from '../step-axis.ts';
import { type StepWords, stepWords } from '../step-words.ts';
import { bitsOf } from './accuracy-by-step.ts';

/** How good a network is at a task that is not to tell classes, after every time-step. */
export const taskByStep = defineFigure({
  id: 'task',
  async draw({ result }) {
    const { task, steps, images } = result;
    if (!task || steps.length === 0) return undefined;
    const [main] = mainFigures(task);
    const figures = shownFigures(task);
    const words = stepWords(result);
    return {
      title: titleOf(result, task),
      caption: html`${figures.map(({ title, meaning }) => `${title}: ${meaning}`).join('; ')}. Over ${count(images, 'image')}; 95 % intervals by bootstrap over the images.${words.latency}`,
      data: ['result.json: task'],
      body: main ? await chart(task, main, words) : html`<p>These images tell no figure.</p>`,
      table: tableOf(result, task, figures),
    };
  },
});

/** How good the network is where it is best, beside its source network. */
function titleOf(result: EvaluationResult, task: TaskResult): string {
  const best = operatingPoint(result);
  const [main] = mainFigures(task);
  if (!main || !best) return `${task.name}: these images tell no figure`;
  const own = main.against === 'target' ? `; the source network has ${taskFigure(task, main)}` : '';
  return `${task.name}: ${taskFigure(task, main, best.index)} at T = ${best.step.t}${own}`;
}

function chart(task: TaskResult, figure: ShownFigure, { axis }: StepWords) {
  const scale = figure.percent ? 100 : 1;
  const points = task.steps.flatMap((figures, i) => {
    const { value, interval } = (figures as Readonly<Record<string, Figure>>)[figure.key]!;
    if (value === null) return [];
    const [low, high] = interval ?? [value, value];
    return [{ t: i + 1, value: scale * value, low: scale * low, high: scale * high }];
  });
  const own = (task.source as Readonly<Record<string, Figure>>)[figure.key]!.value;
  const reference = figure.against === 'target' && own !== null ? [scale * own] : [];
  const mark = seriesMark(0);
  const last = task.steps.length;
  return drawChart(`${figure.title} by time-step`, (Plot, { narrow }) => ({
    height: narrow ? 260 : 300,
    marginLeft: 52,
    marginRight: 24,
    marginBottom: 44,
    style: { fontSize: '12px' },
    x: stepAxis(last, narrow, [0.6, last + 0.4], axis),
    y: {
      grid: true,
      label: figure.percent ? `${figure.title}, %` : figure.title,
      labelArrow: 'none',
      ticks: 6,
      nice: true,
    },
    marks: [
      Plot.ruleY(reference, { strokeDasharray: '1 3', strokeWidth: 2 }),
      Plot.ruleX(points, {
        x: 't',
        y1: 'low',
        y2: 'high',
        stroke: mark.color,
        strokeOpacity: 0.55,
        strokeWidth: 2,
      }),
      Plot.line(points, {
        x: 't',
        y: 'value',
        stroke: mark.color,
        strokeDasharray: mark.dash,
        strokeWidth: 2,
      }),
      Plot.dot(points, {
        x: 't',
        y: 'value',
        symbol: mark.symbol,
        fill: mark.color,
        stroke: 'var(--surface)',
        r: last > 12 ? 3 : 5,
      }),
    ],
  }));
}

function tableOf(result: EvaluationResult, task: TaskResult, figures: readonly ShownFigure[]): FigureTable {
  const { steps, quantised, otherOutputs = [] } = result;
  const cells = (at: string, of: Readonly<Record<string, Figure>>) =>
    figures.flatMap((figure) => {
      const { value, interval } = of[figure.key]!;
      const bounds = interval?.map((bound) => figureNumber(figure, bound)).join('–') ?? '–';
      const pointer = `result.json#/task/${at}/${figure.key}/value`;
      return [figureOf(pointer, value, figureNumber(figure, value)), bounds];
    });
  const others = (i: number) =>
    otherOutputs.map(({ relativeError }, k) =>
      figureOf(
        `result.json#/otherOutputs/${k}/relativeError/${i}`,
        relativeError[i] ?? null,
        relativeError[i]?.toPrecision(3) ?? '–',
      ),
    );
  const none = otherOutputs.map(() => '');
  return {
    head: [
      '',
      ...figures.flatMap(({ title, percent }) => [percent ? `${title}, %` : title, '95 %']),
      ...otherOutputs.map(({ name }) => `relative error of ${name}`),
      stepWords(result).rate,
    ],
    rows: [
      ['source network', ...cells('source', task.source), ...none, ''],
      ...steps.map((step, i) => [
        `T = ${step.t}`,
        ...cells(`steps/${i}`, task.steps[i]!),
        ...others(i),
        figureOf(`result.json#/steps/${i}/firingRate`, step.firingRate, step.firingRate.toFixed(3)),
      ]),
      ...(quantised?.networks ?? []).flatMap((network, i) =>
        task.quantised[i]
          ? [
              [
                `source in ${bitsOf(network.bits)}`,
                ...cells(`quantised/${i}`, task.quantised[i]),
                ...none,
                '',
              ],
            ]
          : [],
      ),
    ],
  };
}
