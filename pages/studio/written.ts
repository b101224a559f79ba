import type { RunRow } from '../../src/studio/run-rows.ts';

/** A share as per cent; empty where there is none. */
export function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? '' : `${(share * 100).toFixed(1)} %`;
}

/** A ratio; empty where there is none. */
export function ratio(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(2);
}

const marks: Readonly<Record<RunRow['state'], string>> = {
  running: '▶',
  finished: '●',
  unfinished: '◐',
  damaged: '✕',
  foreign: '○',
};

/** A sign for a state, beside its word. */
export function stateMark(state: RunRow['state']): string {
  return marks[state];
}
