// What the engines are held to, and whether it holds in the rows at hand.
import type { Row } from './engine.ts';

/** One bar: a figure and what it may be at most. */
interface Bar {
  readonly what: string;
  readonly most: number;
  readonly unit: string;
  /** One figure for each row that it is about; empty where none was timed. */
  readonly figures: (rows: readonly Row[]) => readonly number[];
}

/** Processor time over that of the source network, at some T. */
const against =
  (network: string, engine: Row['engine'], T: number, batch?: number) => (rows: readonly Row[]) =>
    rows
      .filter((row) => row.network === network && row.engine === engine && row.T === T && row.threads === 1)
      .filter((row) => batch === undefined || row.batch === batch)
      .map(({ processorRatioToSource }) => processorRatioToSource);

/** How much longer 256 steps take than 32. */
const growth = (rows: readonly Row[]) =>
  rows
    .filter(({ network, engine, T }) => network === 'resnet20-rate' && engine !== 'source' && T === 256)
    .flatMap((long) => {
      const short = rows.find(
        ({ network, engine, batch, T }) =>
          network === long.network && engine === long.engine && batch === long.batch && T === 32,
      );
      return short ? [long.processorSecondsPerImage / short.processorSecondsPerImage] : [];
    });

const bars: readonly Bar[] = [
  {
    what: 'resnet20-rate, T = 32, float32',
    most: 32,
    unit: '×',
    figures: against('resnet20-rate', 'fast', 32),
  },
  {
    what: 'resnet20-rate, T = 32, 8 bits',
    most: 16,
    unit: '×',
    figures: against('resnet20-rate', 'int8', 32),
  },
  { what: 'resnet20-rate, T = 256 over T = 32', most: 8.2, unit: '×', figures: growth },
  {
    what: 'resnet20-rate, peak memory',
    most: 300,
    unit: ' MB',
    figures: (rows) =>
      rows
        .filter(
          ({ network, engine }) => network === 'resnet20-rate' && (engine === 'fast' || engine === 'int8'),
        )
        .map(({ peakMemoryMB }) => peakMemoryMB),
  },
  { what: 'vgg-rate, T = 32, float32', most: 24, unit: '×', figures: against('vgg-rate', 'fast', 32) },
  { what: 'vgg-rate, T = 32, 8 bits', most: 16, unit: '×', figures: against('vgg-rate', 'int8', 32) },
  { what: 'vit-small, T = 4, batch 8', most: 4.5, unit: '×', figures: against('vit-small', 'fast', 4, 8) },
  { what: 'deit-tiny, T = 4, batch 8', most: 4.8, unit: '×', figures: against('deit-tiny', 'fast', 4, 8) },
];

/** A line for each bar that the rows say something about. */
export function describeBars(rows: readonly Row[]): string[] {
  return bars.flatMap(({ what, most, unit, figures }) => {
    const found = figures(rows);
    if (found.length === 0) return [];
    const worst = Math.max(...found);
    return [
      `${worst <= most ? 'holds ' : 'MISSED'}  ${what}: ${worst.toFixed(1)}${unit}, at most ${most}${unit}`,
    ];
  });
}
