import type { Comparison, ComparisonEntry } from '../results/comparison-result.ts';
import type { FewBitResult } from '../results/few-bit-result.ts';
import { axisRange } from './axis-range.ts';
import { drawChart } from './draw-chart.ts';
import { figureOf, key, renderFigure } from './figure.ts';
import { energy as energyText, percent, short } from './format.ts';
import { type Html, html } from './html.ts';
import { keyMark, type SeriesMark, seriesMark } from './series-marks.ts';

/** Device whose prices count: a network in few bits is for arithmetic with whole numbers. */
const device = '45nm-int8';

/** A spiking network that was a network in few bits, after its last step. */
interface Point {
  readonly few: FewBitResult;
  /** Place of its entry. */
  readonly entry: number;
  readonly t: number;
  readonly top1: number;
  /** Place of the device among the estimates. */
  readonly place: number;
  readonly nanojoules: number;
}

interface Series {
  readonly name: string;
  readonly mark: SeriesMark;
  readonly points: readonly Point[];
}

/**
 * Accuracy over width, time and energy, of networks in few bits that became spiking ones: b bits are 2^b − 1 steps. Nothing where fewer than two of the
 * networks are of that kind.
 */
export async function widthForTime({ entries }: Comparison): Promise<Html[]> {
  const points = entries.flatMap(pointOf);
  if (points.length < 2) return [];
  const series = byWidth(points);
  const best = points.reduce((a, b) => (b.top1 > a.top1 ? b : a));
  return [
    renderFigure('width-for-time', {
      title: `Width for time: ×${best.few.widen} at T = ${best.t} is best, ${percent(best.top1)}`,
      caption: html`A network of b-bit activations is one of charge-aligned neurons at T = 2<sup>b</sup> − 1 steps. Accuracy against the energy of one image in nanojoules by the full estimate on ${device}, a line for each width; estimates, with weights of 8 bits.`,
      data: ['result.json: entries[].result.fewBits', `.steps[].top1, .energy.full[] (${device})`],
      body: html`${key(series.map(({ mark, name }) => ({ mark: keyMark(mark), text: name })))}${await chart(series)}`,
      table: tableOf(points),
    }),
  ];
}

function pointOf({ result }: ComparisonEntry, entry: number): Point[] {
  const { fewBits: few, steps } = result;
  const last = steps.at(-1);
  const place = last?.energy.full.findIndex((each) => each.device === device) ?? -1;
  const nanojoules = last?.energy.full[place]?.nanojoules;
  if (!few || !last || last.top1 === null || nanojoules === undefined) return [];
  return [{ few, entry, t: last.t, top1: last.top1, place, nanojoules }];
}

/** Points of one width, from few steps to many. */
function byWidth(points: readonly Point[]): Series[] {
  const nameOf = ({ few }: Point) => `×${few.widen}${few.squeezed ? ', squeezed' : ''}`;
  const names = [...new Set(points.map(nameOf))];
  return names.map((name, i) => ({
    name,
    mark: seriesMark(i),
    points: points.filter((point) => nameOf(point) === name).toSorted((a, b) => a.t - b.t),
  }));
}

function chart(series: readonly Series[]): Promise<Html> {
  const points = series.flatMap((each) => each.points);
  const energies = points.map(({ nanojoules }) => nanojoules);
  const y = ({ top1 }: Point) => 100 * top1;
  return drawChart('Accuracy against the energy of an image, by width', (Plot, { narrow }) => ({
    height: narrow ? 300 : 360,
    marginTop: 28,
    marginRight: 24,
    marginBottom: 44,
    marginLeft: 40,
    style: { fontSize: '12px' },
    x: {
      type: 'log',
      domain: [Math.min(...energies) / 1.3, Math.max(...energies) * 1.3],
      label: 'energy of an image in nJ (estimate)',
      labelAnchor: 'center',
      labelArrow: 'none',
      grid: true,
      ticks: narrow ? 3 : 6,
      tickFormat: short,
    },
    y: {
      label: 'top-1, % of images',
      labelArrow: 'none',
      domain: axisRange(points.map(y)),
      grid: true,
      ticks: 6,
    },
    marks: series.flatMap(({ mark, points: own, name }) => [
      Plot.line(own, { x: 'nanojoules', y, stroke: mark.color, strokeDasharray: mark.dash }),
      Plot.dot(own, {
        x: 'nanojoules',
        y,
        symbol: mark.symbol,
        fill: mark.color,
        stroke: 'var(--surface)',
        r: 5.5,
        title: (point: Point) =>
          `${name}, T = ${point.t}: ${percent(point.top1)} at ${energyText(point.nanojoules)}`,
      }),
      Plot.text(own, {
        x: 'nanojoules',
        y,
        dy: -12,
        text: ({ t }: Point) => `T=${t}`,
        fill: mark.color,
        stroke: 'var(--surface)',
        strokeWidth: 4,
      }),
    ]),
  }));
}

function tableOf(points: readonly Point[]) {
  return {
    head: ['width', 'bits of weights', 'T', 'top-1', 'energy an image', 'weights in bits', 'bit operations'],
    rows: points.map(({ few, entry, t, top1, place, nanojoules }) => {
      const at = `result.json#/entries/${entry}/result`;
      const step = `${at}/steps/${t - 1}`;
      const { weightBits, bitOperations } = few.size;
      return [
        `×${few.widen}${few.squeezed ? ', squeezed' : ''}`,
        figureOf(`${at}/fewBits/bits/weights`, few.bits.weights, String(few.bits.weights)),
        figureOf(`${step}/t`, t, String(t)),
        figureOf(`${step}/top1`, top1, percent(top1)),
        figureOf(`${step}/energy/full/${place}/nanojoules`, nanojoules, energyText(nanojoules)),
        figureOf(`${at}/fewBits/size/weightBits`, weightBits, String(weightBits)),
        figureOf(`${at}/fewBits/size/bitOperations`, bitOperations, String(bitOperations)),
      ];
    }),
  };
}
