import type { Comparison } from '../results/comparison-result.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { FrontierPoint } from '../results/frontier.ts';
import type { ComparisonRun } from '../runs/read-run.ts';
import { axisOf, type Headline, headlinesOf, shownOf } from '../tasks/headline.ts';
import { axisRange } from './axis-range.ts';
import { drawChart } from './draw-chart.ts';
import { figureOf, key, renderFigure, renderTable } from './figure.ts';
import { count, interval, percent, short } from './format.ts';
import { frontierFigures } from './frontier-report.ts';
import { type Html, html } from './html.ts';
import { renderPage } from './page.ts';
import { renderProvenance } from './provenance.ts';
import { keyMark, seriesMark } from './series-marks.ts';
import { stepAxis } from './step-axis.ts';

/** The report of a comparison: one table, accuracy by step, accuracy against energy. */
export async function renderComparison(run: ComparisonRun): Promise<string> {
  const { comparison, name, settings, environment, files } = run;
  const points = frontierPoints(comparison);
  const first = comparison.entries[0];
  const headlines = first && headlinesOf(first.result);
  const source = headlines?.source ?? null;
  const sections = [
    tableSection(comparison),
    ...(await stepsSection(comparison)),
    ...(await frontierFigures(points, 'result.json: entries[].result.steps[]', {
      source,
      names: headlines?.names,
    })),
    renderProvenance(settings, environment),
  ];
  const images = comparison.entries[0]?.result.images ?? 0;
  return renderPage({
    lead: `Comparison · ${count(comparison.entries.length, 'method')} · ${count(images, 'image')}`,
    title: titleOf(name, comparison),
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

function fullRatioOf({ energy }: EvaluationResult, step: EvaluationResult['steps'][number]): number | null {
  return step.energy.full.find(({ device }) => device === energy?.device)?.ratio ?? null;
}

function titleOf(name: string, { entries }: Comparison): string {
  const last = entries.flatMap(({ name: entry, result }) => {
    const { steps, names, source } = headlinesOf(result);
    const last = steps.at(-1);
    const what = source === null ? names.likeness : result.task ? names.quality : 'right';
    return last ? [{ entry, t: steps.length, value: shownOf(last), what }] : [];
  });
  if (last.length === 0) return `${name}: nothing to compare`;
  const best = last.reduce((a, b) => (b.value > a.value ? b : a));
  const ties = last.filter(({ value }) => value === best.value).length > 1 ? ' (not alone)' : '';
  return `${name}: ${best.entry} is best at T = ${best.t}, ${percent(best.value)} ${best.what}${ties}`;
}

function tableSection({ entries }: Comparison): Html {
  const first = entries[0];
  const sourceRow = first
    ? [
        [
          'source network',
          '',
          first.result.task
            ? percent(headlinesOf(first.result).source)
            : figureOf(
                'result.json#/entries/0/result/source/top1',
                first.result.source.top1,
                percent(first.result.source.top1),
              ),
          interval(first.result.source.top1Interval),
          '',
          '',
          '1',
          '1',
        ],
      ]
    : [];
  const rows = entries.flatMap(({ name, folder, result }, e) =>
    result.steps.map((step, i) => {
      const at = `result.json#/entries/${e}/result/steps/${i}`;
      const headline = headlinesOf(result).steps[i]!;
      return [
        html`<a href="${folder}/report.html">${name}</a>`,
        step.t,
        result.task ? percent(headline.quality) : figureOf(`${at}/top1`, step.top1, percent(step.top1)),
        interval(step.top1Interval),
        result.task
          ? percent(headline.likeness)
          : figureOf(`${at}/agreement`, step.agreement, percent(step.agreement)),
        figureOf(`${at}/firingRate`, step.firingRate, step.firingRate.toFixed(3)),
        figureOf(`${at}/energy/ecmtRatio`, step.energy.ecmtRatio, step.energy.ecmtRatio.toFixed(3)),
        short(fullRatioOf(result, step)),
      ];
    }),
  );
  const names = first ? headlinesOf(first.result).names : { quality: 'top-1', likeness: 'agreement' };
  const head = [
    'method',
    'T',
    names.quality,
    '95 %',
    names.likeness,
    'rate',
    'ECMT’s ratio',
    'full estimate',
  ];
  return html`<section id="table" aria-labelledby="table-title">
<h2 id="table-title">Every method at every step, on the same images</h2>
<p>Shares of images; rate is spikes a neuron and step; energy relative to the source network, estimates. The names lead to each method’s own report.</p>
<div class="scroll">${renderTable({ head, rows: [...sourceRow, ...rows] }, 'Accuracy, firing rate and energy of every method')}</div>
<p class="source">Data: <code>result.json: entries[].result</code></p>
</section>
`;
}

/** Headlines with their steps. */
function pointsOf(result: EvaluationResult) {
  return headlinesOf(result).steps.map((headline, i) => ({ t: i + 1, ...headline }));
}

async function stepsSection({ entries }: Comparison): Promise<Html[]> {
  const series = entries
    .map(({ name, result }, i) => ({ name, mark: seriesMark(i), steps: pointsOf(result) }))
    .filter(({ steps }) => steps.length > 0);
  if (series.length === 0) return [];
  const labelled = series.every(({ steps }) => steps[0]!.quality !== null);
  const qualityOf = ({ quality, likeness }: Headline) =>
    100 * shownOf({ quality: labelled ? quality : null, likeness });
  const { names, source: sourceQuality } = headlinesOf(entries[0]!.result);
  const last = Math.max(...series.map(({ steps }) => steps.length));
  const reference = labelled && sourceQuality !== null ? [100 * sourceQuality] : [];
  const chart = await drawChart('Accuracy of every method by time-step', (Plot, { narrow }) => ({
    height: narrow ? 280 : 340,
    marginLeft: 40,
    marginRight: 24,
    marginBottom: 44,
    style: { fontSize: '12px' },
    x: stepAxis(last, narrow, [0.8, last + 0.2]),
    y: {
      grid: true,
      label: axisOf({ names, source: labelled ? sourceQuality : null }),
      labelArrow: 'none',
      domain: axisRange([...series.flatMap(({ steps }) => steps.map(qualityOf)), ...reference]),
      ticks: 6,
    },
    marks: [
      Plot.ruleY(reference, { strokeDasharray: '1 3', strokeWidth: 2 }),
      Plot.text(reference, {
        y: (d: number) => d,
        frameAnchor: 'left',
        textAnchor: 'start',
        dy: -8,
        dx: 4,
        text: (value: number) => `source ${value.toFixed(1)} %`,
        fill: 'currentColor',
      }),
      ...series.flatMap(({ name, mark, steps }) => [
        Plot.line(steps, {
          x: 't',
          y: qualityOf,
          stroke: mark.color,
          strokeDasharray: mark.dash,
          strokeWidth: 2,
        }),
        Plot.dot(steps, {
          x: 't',
          y: qualityOf,
          symbol: mark.symbol,
          fill: mark.color,
          stroke: 'var(--surface)',
          r: 5,
          title: (step: Headline & { readonly t: number }) =>
            `${name}, T = ${step.t}: ${qualityOf(step).toFixed(1)} %`,
        }),
      ]),
    ],
  }));
  return [
    renderFigure('steps', {
      title: 'Accuracy after each time-step',
      caption: 'In percent of the images.',
      data: [
        entries[0]!.result.task
          ? 'result.json: entries[].result.task.steps[]'
          : `result.json: entries[].result.steps[].${labelled ? 'top1' : 'agreement'}`,
      ],
      body: html`${key(series.map(({ mark, name }) => ({ mark: keyMark(mark), text: name })))}${chart}`,
    }),
  ];
}
