import { DataError, messageOf } from '../../errors.ts';
import {
  defaultProblems,
  type ProblemSettings,
  type Range,
  requireProblems,
} from '../../signals/harmonic-problem.ts';
import { choosePart } from '../choose-part.ts';
import type { DatasetOptions } from '../dataset.ts';

/** Number of samples of each split where the address does not say. */
const defaultSizes: Readonly<Record<string, number>> = { train: 100_000, test: 2_000 };
const largestSize = 100_000_000;

/** What an address of generated harmonic-retrieval problems says. */
export interface HarmonicAddress {
  /** `train` or `test`: problems of one never occur in the other. */
  readonly split: string;
  readonly size: number;
  readonly seed: number;
  readonly problems: ProblemSettings;
}

/** Whether the place of a data set is an address of generated problems rather than a path. */
export function isHarmonicAddress(path: string): boolean {
  return /^harmonic(?:$|[:?,])/.test(path);
}

/**
 * Reads `harmonic[:split][,size=…][,seed=…][,sensors=8x8][,grid=16x16][,sources=1..5][,separation=…][,close=…][,snr=5..25]`, which shells
 * leave alone, or the same with `?` and `&`.
 *
 * @throws DataError that lists everything wrong with the address
 */
export function parseHarmonicAddress(
  address: string,
  options: Pick<DatasetOptions, 'split' | 'purpose'> = {},
): HarmonicAddress {
  const [, stated, query = ''] = /^harmonic(?::([^?,]*))?(?:[?,](.*))?$/.exec(address) ?? [];
  const split = stated ?? choosePart(options, (part) => part in defaultSizes);
  const given = new URLSearchParams(query.replaceAll(',', '&'));
  const problems: string[] = [];
  const read = <Value>(name: string, parse: (text: string) => Value | undefined, otherwise: Value): Value => {
    const text = given.get(name);
    given.delete(name);
    const value = text === null ? otherwise : parse(text);
    if (value === undefined) problems.push(`${name} '${text}'`);
    return value ?? otherwise;
  };
  const sensors = read('sensors', lengths, defaultProblems.sensors);
  const settings: ProblemSettings = {
    sensors,
    grid: read(
      'grid',
      lengths,
      sensors.map((count) => 2 * count),
    ),
    sources: read('sources', range, defaultProblems.sources),
    separation: read('separation', number, defaultProblems.separation),
    close: read('close', number, defaultProblems.close),
    magnitudes: read('magnitudes', range, defaultProblems.magnitudes),
    snr: read('snr', range, defaultProblems.snr),
  };
  const size = read('size', count(1, largestSize), defaultSizes[split] ?? 1);
  const seed = read('seed', count(0, 2 ** 32 - 1), 0);
  if (!(split in defaultSizes)) problems.push(`split '${split}'`);
  if (stated !== undefined && options.split !== undefined && stated !== options.split) {
    problems.push(`split '${stated}' beside the option split = '${options.split}'`);
  }
  for (const key of given.keys()) problems.push(`setting '${key}'`);
  if (problems.length === 0) {
    try {
      requireProblems(settings);
      return { split, size, seed, problems: settings };
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  throw new DataError({
    where: address,
    expected:
      'harmonic:train or harmonic:test, with size, seed, sensors, grid, sources, separation, close, magnitudes, snr if wanted',
    got: problems.join(', '),
    remedy: "Write, for example, 'harmonic:test,sensors=8x8,grid=16x16,sources=1..3,snr=5..25,size=500'",
  });
}

function number(text: string): number | undefined {
  const value = Number(text);
  return text !== '' && Number.isFinite(value) ? value : undefined;
}

function count(smallest: number, largest: number) {
  return (text: string): number | undefined => {
    const value = number(text);
    return value !== undefined && Number.isInteger(value) && value >= smallest && value <= largest
      ? value
      : undefined;
  };
}

/** `8x8` */
function lengths(text: string): number[] | undefined {
  const found = text.split('x').map(count(1, 4096));
  return found.every((each) => each !== undefined) ? found : undefined;
}

/** `5..25`, or one number. */
function range(text: string): Range | undefined {
  const [low, high, more] = text.split('..').map(number);
  if (more !== undefined || low === undefined) return undefined;
  return text.includes('..') ? (high === undefined ? undefined : [low, high]) : [low, low];
}
