import type { ComparisonEntry } from '../results/comparison-result.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import { count } from './format.ts';

/** What is measured on images that a network has met before looks better than on others: says so, or nothing where there are none. */
export function describeSeen({
  seen,
  images,
}: Pick<EvaluationResult, 'seen' | 'images'>): string | undefined {
  if (!seen) return undefined;
  const { calibration, selection } = seen;
  const parts = [
    ...(calibration > 0 ? [`calibrated on ${shareOf(calibration, images)}`] : []),
    ...(selection > 0 ? [`chosen among others on ${shareOf(selection, images)}`] : []),
  ];
  if (parts.length === 0) return undefined;
  return `${parts.join(' and ')}: on images that it has not met before a network is likely worse`;
}

/** The same for the networks of a comparison: a sentence each, or one where it is the same for all. */
export function describeSeenByAll(entries: readonly ComparisonEntry[]): string[] {
  const said = entries.map(({ name, result }) => ({ name, sentence: describeSeen(result) }));
  const [first] = said;
  if (first?.sentence && said.every(({ sentence }) => sentence === first.sentence)) return [first.sentence];
  return said.flatMap(({ name, sentence }) => (sentence === undefined ? [] : `${name}: ${sentence}`));
}

function shareOf(part: number, images: number): string {
  return part === images
    ? `all of these ${count(images, 'image')}`
    : `${part.toLocaleString('en')} of these ${count(images, 'image')}`;
}
