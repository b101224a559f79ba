import type { Comparison, Verdict } from '../results/comparison-result.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { FrontierPoint } from '../results/frontier.ts';
import type { ComparisonRun } from '../runs/read-run.ts';
import { axisOf, type Headline, headlinesOf, shownOf } from '../tasks/headline.ts';
import { axisRange } from './axis-range.ts';
import { comparisonSection, fullRatioOf } from './comparison-section.ts';
import { comparisonTitle } from './comparison-title.ts';
import { drawChart } from './draw-chart.ts';
import { figureOf, key, renderFigure, renderTable } from './figure.ts';
import { count } from './format.ts';
import { frontierFigures } from './frontier-report.ts';
import { type Html, html } from './html.ts';
import { renderPage } from './page.ts';
import { renderProvenance } from './provenance.ts';
import { keyMark, seriesMark } from './series-marks.ts';
import { stepAxis } from './step-axis.ts';
import { widthForTime } from './width-for-time.ts';

/** The report of a comparison: one table, accuracy by step, accuracy against energy. */
export async function renderComparison(run: ComparisonRun): Promise<string> {
  const { comparison, name, settings, environment, files } = run;
  const points = frontierPoints(comparison);
  const first = comparison.entries[0];
  const headlines = first && headlinesOf(first.result);
  const source = headlines?.source ?? null;
  const sections = [
    comparisonSection(comparison),
    ...differencesSection(comparison),
    ...(await stepsSection(comparison)),
    ...(await frontierFigures(points, 'result.json: entries[].result.steps[]', {
      source,
      names: headlines?.names,
    })),
    ...(await widthForTime(comparison)),
    renderProvenance(settings, environment),
  ];
  const images = comparison.entries[0]?.result.images ?? 0;
  return renderPage({
    lead: `Comparison · ${count(comparison.entries.length, 'method')} · ${count(images, 'image')}`,
    title: `${name}: ${comparisonTitle(comparison)}`,
    tiles: [],
    sections,
    files,
  });
}

/** Every step of every entry as a point of accuracy against energy. */
function frontierPoints({ entries }: Comparison): FrontierPoint[] {
  return entries.flatMap(({ name, result }) => {
    const headlines = headlinesOf(result);
    return result.steps.flatMap((step, i) => {
      const { quality: accuracy, likeness: agreement } = headlines.steps[i]!;
      const energy = { ecmtRatio: step.energy.ecmtRatio, fullRatio: fullRatioOf(result, step) };
      return agreement === null ? [] : [{ method: name, T: step.t, accuracy, agreement, ...energy }];
    });
  });
}

/** Every two methods, image by image. */
function differencesSection({ differences, entries }: Comparison): Html[] {
  if (differences.length === 0) return [];
  const labelled = differences.every(({ top1 }) => top1 !== null);
  const rows = differences.map(({ first, second, top1, agreement }, d) => {
    const at = `result.json#/differences/${d}`;
    const cells = (name: string, { onlyFirst, onlySecond, p }: Verdict) => [
      figureOf(`${at}/${name}/onlyFirst`, onlyFirst, String(onlyFirst)),
      figureOf(`${at}/${name}/onlySecond`, onlySecond, String(onlySecond)),
      figureOf(`${at}/${name}/p`, p, probability(p)),
    ];
    return [first, second, ...(top1 ? cells('top1', top1) : []), ...cells('agreement', agreement)];
  });
  const columns = (what: string) => [`${what}: only A`, 'only B', 'p'];
  const head = ['A', 'B', ...(labelled ? columns('right') : []), ...columns('agrees')];
  return [
    html`<section id="differences" aria-labelledby="differences-title">
<h2 id="differences-title">Which differences may be chance</h2>
<p>After the last step, on the same ${count(entries[0]?.result.images ?? 0, 'image')}: how many only one of two methods gets right, and how often two equally good ones would be parted that far or further (McNemar’s exact test, two-sided, not corrected for the number of pairs).</p>
<div class="scroll">${renderTable({ head, rows }, 'Images that only one of two methods gets right')}</div>
<p class="source">Data: <code>result.json: differences</code></p>
</section>
`,
  ];
}

function probability(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** A headline with its step. */
interface Point extends Headline {
  readonly t: number;
}

function pointsOf(result: EvaluationResult): Point[] {
  return headlinesOf(result).steps.map((headline, i) => ({ t: i + 1, ...headline }));
}

async function stepsSection({ entries }: Comparison): Promise<Html[]> {
  const series = entries
    .map(({ name, result }, i) => ({
      name,
      mark: seriesMark(i),
      shift: shiftOf(i, entries.length),
      steps: pointsOf(result),
    }))
    .filter(({ steps }) => steps.length > 0);
  if (series.length === 0) return [];
  const labelled = series.every(({ steps }) => steps[0]!.quality !== null);
  const qualityOf = ({ quality, likeness }: Pick<Headline, 'quality' | 'likeness'>) =>
    100 * shownOf({ quality: labelled ? quality : null, likeness });
  const { names, source: sourceQuality } = headlinesOf(entries[0]!.result);
  const intervalOf = ({ qualityInterval, likenessInterval }: Point) =>
    ((labelled ? qualityInterval : likenessInterval) ?? []).map((bound) => 100 * bound);
  const last = Math.max(...series.map(({ steps }) => steps.length));
  const reference = labelled && sourceQuality !== null ? [100 * sourceQuality] : [];
  const chart = await drawChart('Accuracy of every method by time-step', (Plot, { narrow }) => ({
    height: narrow ? 280 : 340,
    marginTop: 28,
    marginLeft: 40,
    marginRight: reference.length > 0 ? 62 : 24,
    marginBottom: 44,
    style: { fontSize: '12px' },
    x: stepAxis(last, narrow, [0.8, last + 0.2]),
    y: {
      grid: true,
      label: axisOf({ names, source: labelled ? sourceQuality : null }),
      labelArrow: 'none',
      domain: axisRange([
        ...series.flatMap(({ steps }) => steps.flatMap((step) => [qualityOf(step), ...intervalOf(step)])),
        ...reference,
      ]),
      ticks: 6,
    },
    marks: [
      Plot.ruleY(reference, { strokeDasharray: '1 3', strokeWidth: 2 }),
      Plot.text(reference, {
        y: (d: number) => d,
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 6,
        text: (value: number) => `source\n${value.toFixed(1)} %`,
        fill: 'currentColor',
      }),
      ...series.flatMap(({ name, mark, shift, steps }) => [
        Plot.ruleX(
          steps.filter((step) => intervalOf(step).length > 0),
          {
            x: ({ t }: Point) => t + shift,
            y1: (step: Point) => intervalOf(step)[0],
            y2: (step: Point) => intervalOf(step)[1],
            stroke: mark.color,
            strokeWidth: 1.5,
          },
        ),
        Plot.line(steps, {
          x: ({ t }: Point) => t + shift,
          y: qualityOf,
          stroke: mark.color,
          strokeDasharray: mark.dash,
          strokeWidth: 2,
        }),
        Plot.dot(steps, {
          x: ({ t }: Point) => t + shift,
          y: qualityOf,
          symbol: mark.symbol,
          fill: mark.color,
          stroke: 'var(--surface)',
          r: 5,
          title: (step: Point) => `${name}, T = ${step.t}: ${qualityOf(step).toFixed(1)} %`,
        }),
      ]),
    ],
  }));
  return [
    renderFigure('steps', {
      title: 'Accuracy after each time-step',
      caption:
        'In percent; bars: 95 % intervals of each by itself. Methods stand side by side within a step, so that equal ones are seen.',
      data: [
        entries[0]!.result.task
          ? 'result.json: entries[].result.task.steps[]'
          : `result.json: entries[].result.steps[].${labelled ? 'top1' : 'agreement'}`,
      ],
      body: html`${key(series.map(({ mark, name }) => ({ mark: keyMark(mark), text: name })))}${chart}`,
    }),
  ];
}

/** Methods stand beside each other within a fifth of a step to each side: what is equal would hide what is behind it. */
function shiftOf(i: number, of: number): number {
  return of === 1 ? 0 : 0.36 * (i / (of - 1) - 0.5);
}
