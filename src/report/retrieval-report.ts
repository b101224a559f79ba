import type { Retrieval, SweepPoint } from '../retrieval/retrieval-result.ts';
import { frequencyAt } from '../signals/sensor-array.ts';
import { drawChart } from './draw-chart.ts';
import { type FigureTable, figureOf, join, key, renderFigure, renderTable } from './figure.ts';
import { count } from './format.ts';
import { foundSection } from './found-sources.ts';
import { type Html, html } from './html.ts';
import { renderPage } from './page.ts';
import { keyMark, type SeriesMark, seriesMark } from './series-marks.ts';

/** File whose text goes into the page. */
const file = 'retrieval.json';
/** Methods that are drawn, as many as there are marks. */
const drawn = ['s-lista', 's-lista-shrink-6', 's-lista-greedy-8', 'fista', 'omp', 'esprit'] as const;

/** What others are held against has no colour. */
const reference: SeriesMark = { color: 'var(--ink)', symbol: 'circle', dash: '1 3' };

/** The mark of a method, the same in all drawings. */
function markOf(name: string): SeriesMark {
  const place = (drawn as readonly string[]).indexOf(name);
  return place < 0 ? reference : seriesMark(place);
}

/** A table that is the figure itself. */
function openTable(table: FigureTable, caption: string): Html {
  return html`<div class="scroll">${renderTable(table, caption)}</div>`;
}

/** The report of a retrieval: what methods find and cost, NMSE and errors over the signal-to-noise ratio, spectra. */
export async function renderRetrieval(retrieval: Retrieval): Promise<string> {
  const { network, sensors, grid, snapshots, snr, methods } = retrieval;
  const sections = [
    snr === null ? foundSection(file, retrieval) : methodsSection(retrieval),
    ...resolutionSection(retrieval),
    ...(await sweepSections(retrieval)),
    ...(await spectraSection(retrieval)),
  ];
  const source = methods.find(({ name }) => name === 's-lista');
  const title =
    typeof source?.nmse === 'number' && snr !== null
      ? `${network}: NMSE of ${signed(source.nmse, 1)} dB at ${signed(snr)} dB`
      : `${network}: sources in ${count(snapshots, 'snapshot')}`;
  return renderPage({
    lead: `Harmonic retrieval · ${sensors.join(' × ')} sensors · grid of ${grid.join(' × ')} · ${count(snapshots, 'snapshot')}`,
    title,
    tiles: [],
    sections,
    files: new Map([[file, JSON.stringify(retrieval)]]),
  });
}

function methodsSection({ methods }: Retrieval): Html {
  const shown = (value: number | null, digits: number) => (value === null ? '–' : value.toFixed(digits));
  const rows = methods.map((each, i) => {
    const cell = (name: keyof typeof each, value: number | null, digits: number, scale = 1) =>
      figureOf(`${file}#/methods/${i}/${name}`, value, shown(value === null ? null : value * scale, digits));
    return [
      each.name,
      cell('nmse', each.nmse, 2),
      cell('hitRate', each.hitRate, 1, 100),
      cell('falsePeaks', each.falsePeaks, 3),
      cell('rmseOverBound', each.rmseOverBound, 2),
      cell('refinedRmseOverBound', each.refinedRmseOverBound, 2),
      cell('operations', each.operations, 0),
      cell('spikesPerUnit', each.spikesPerUnit, 3),
    ];
  });
  const head = [
    'method',
    'NMSE dB',
    'hit %',
    'false peaks',
    'RMSE/bound',
    'refined',
    'operations',
    'spikes a unit',
  ];
  return renderFigure('methods', {
    title: 'What each method finds, and what that takes',
    caption:
      'NMSE of the amplitudes on the grid. A source is hit by an estimate within half of 1/M, or half the distance of the next source. Errors are over the Cramér–Rao bound, as found and after Gauss–Newton steps. Operations are real multiply-accumulates a snapshot, estimated; a complex product is four.',
    data: [`${file}: methods`],
    body: openTable({ head, rows }, 'What each method finds, and what that takes'),
  });
}

function resolutionSection({ resolution = [] }: Retrieval): Html[] {
  if (resolution.length === 0) return [];
  const names = [...new Set(resolution.map(({ name }) => name))];
  const first = resolution.filter(({ name }) => name === names[0]);
  const rows = names.map((name) => [
    name,
    ...resolution.flatMap((each, i) =>
      each.name === name
        ? [figureOf(`${file}#/resolution/${i}/resolved`, each.resolved, (100 * each.resolved).toFixed(0))]
        : [],
    ),
  ]);
  const head = ['method', ...first.map(({ snr, separation }) => `${snr} dB, ${separation}/M`)];
  return [
    renderFigure('resolution', {
      title: 'How often two equal sources are told apart',
      caption: `Percent of ${first[0]?.trials} trials in which each of both has an estimate of its own within half of their distance, before any refinement.`,
      data: [`${file}: resolution`],
      body: openTable({ head, rows }, 'How often two equal sources are told apart'),
    }),
  ];
}

async function sweepSections({ sweep = [] }: Retrieval): Promise<Html[]> {
  if (sweep.length === 0) return [];
  const names = [...drawn, 'true-support'].filter((name) => sweep.some((each) => each.name === name));
  const nmse = await sweepChart(
    'NMSE over the signal-to-noise ratio',
    'NMSE, dB',
    sweep,
    names,
    ({ nmse }) => nmse,
  );
  const logarithm = (value: number | null) => (value === null ? null : Math.log10(value));
  const bound = sweep
    .filter(({ name }) => name === 's-lista')
    .map((each) => ({ ...each, name: 'bound', refinedRmse: each.bound }));
  const errors = await sweepChart(
    'Refined root mean square error over the signal-to-noise ratio',
    'log₁₀ of the error in 1/M',
    [...sweep, ...bound],
    [...drawn.filter((name) => names.includes(name)), 'bound'],
    ({ refinedRmse }) => logarithm(refinedRmse),
  );
  const rows = sweep
    .map((each, i) => ({ each, i }))
    .filter(({ each }) => names.includes(each.name))
    .map(({ each, i }) => [
      `${each.name}, ${each.snr} dB`,
      figureOf(`${file}#/sweep/${i}/nmse`, each.nmse, each.nmse?.toFixed(2) ?? '–'),
      figureOf(
        `${file}#/sweep/${i}/refinedRmse`,
        each.refinedRmse,
        each.refinedRmse?.toExponential(2) ?? '–',
      ),
      figureOf(`${file}#/sweep/${i}/bound`, each.bound, each.bound?.toExponential(2) ?? '–'),
    ]);
  return [
    renderFigure('nmse', {
      title: 'The less noise, the lower the NMSE, until the grid bounds it',
      caption:
        'NMSE of the amplitudes on the grid. Least squares at the true points of the grid (true-support) is what choosing the right ones would give.',
      data: [`${file}: sweep[].nmse`],
      body: nmse,
      table: { head: ['method', 'NMSE dB', 'refined RMSE', 'bound'], rows },
    }),
    renderFigure('errors', {
      title: 'Refined frequencies follow the Cramér–Rao bound',
      caption:
        'Root mean square error of the sources that are hit, after Gauss–Newton steps, beside the bound of the same sources.',
      data: [`${file}: sweep[].refinedRmse`, `${file}: sweep[].bound`],
      body: errors,
    }),
  ];
}

async function sweepChart(
  label: string,
  axis: string,
  points: readonly SweepPoint[],
  names: readonly string[],
  shown: (point: SweepPoint) => number | null,
): Promise<Html> {
  const series = names.map((name) => ({
    name,
    mark: markOf(name),
    points: points.filter((each) => each.name === name && shown(each) !== null),
  }));
  const chart = await drawChart(label, (Plot, { narrow }) => ({
    height: narrow ? 280 : 340,
    marginLeft: 48,
    marginBottom: 44,
    style: { fontSize: '12px' },
    x: { label: 'signal-to-noise ratio, dB', labelArrow: 'none', labelAnchor: 'center' },
    y: { grid: true, label: axis, labelArrow: 'none' },
    marks: series.flatMap(({ name, mark, points: own }) => [
      Plot.line(own, { x: 'snr', y: shown, stroke: mark.color, strokeDasharray: mark.dash, strokeWidth: 2 }),
      Plot.dot(own, {
        x: 'snr',
        y: shown,
        symbol: mark.symbol,
        fill: mark.color,
        title: ({ snr }: SweepPoint) => `${name}, ${snr} dB`,
      }),
    ]),
  }));
  return join(key(series.map(({ name, mark }) => ({ mark: keyMark(mark), text: name }))), chart);
}

/** A number with a true minus sign. */
function signed(value: number, digits?: number): string {
  return (digits === undefined ? String(value) : value.toFixed(digits)).replace('-', '−');
}

/** Magnitudes over frequency, for a line of sensors. */
async function spectraSection({ spectra, grid, methods }: Retrieval): Promise<Html[]> {
  const [points] = grid;
  if (grid.length !== 1 || points === undefined) return [];
  const names = ['sources', ...drawn].filter((name) => spectra.some((each) => each.name === name));
  const rows = names.map((name) => ({
    name,
    mark: markOf(name),
    values: (spectra.find((each) => each.name === name)?.magnitudes ?? []).map((magnitude, n) => ({
      frequency: frequencyAt(grid, n)[0] ?? 0,
      magnitude,
    })),
  }));
  const charts: Html[] = [];
  for (const { name, mark, values } of rows) {
    const chart = await drawChart(`Magnitudes of ${name}`, (Plot, { narrow }) => ({
      height: narrow ? 110 : 120,
      marginLeft: 48,
      marginBottom: 36,
      style: { fontSize: '12px' },
      x: {
        label: 'frequency, cycles a sensor',
        labelArrow: 'none',
        labelAnchor: 'center',
        domain: [-0.5, 0.5],
      },
      y: { label: 'magnitude', labelArrow: 'none', ticks: 2 },
      marks: [
        Plot.ruleX(values, { x: 'frequency', y: 'magnitude', stroke: mark.color, strokeWidth: 2 }),
        Plot.ruleY([0]),
      ],
    }));
    charts.push(html`<h3>${name}</h3>`, chart);
  }
  const known = methods.some(({ nmse }) => nmse !== null);
  return [
    renderFigure('spectra', {
      title: known ? 'Spectra of one snapshot' : 'Spectra of the first snapshot',
      caption: `Magnitudes at the points of the grid${known ? ' for a snapshot with the most sources, which are drawn at the points nearest to them' : ''}.`,
      data: [`${file}: spectra[].magnitudes`],
      body: join(...charts),
      tall: true,
    }),
  ];
}
