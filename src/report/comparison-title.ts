import type { Comparison } from '../results/comparison-result.ts';
import { headlinesOf, shownOf } from '../tasks/headline.ts';
import { percent } from './format.ts';

/** From which probability on a difference may be chance. */
const chance = 0.05;

interface Last {
  readonly entry: string;
  readonly t: number;
  readonly value: number;
  readonly what: string;
  readonly labelled: boolean;
}

/**
 * What a comparison found after the last steps, in one sentence: the best network, and those that its lead may be chance over (McNemar's
 * test of each against the best, Bonferroni's bound for their number).
 */
export function comparisonTitle({ entries, differences }: Comparison): string {
  const last = entries.flatMap(({ name, result }): Last[] => {
    const { steps, names, source } = headlinesOf(result);
    const headline = steps.at(-1);
    if (!headline) return [];
    const what = source === null ? names.likeness : result.task ? names.quality : 'right';
    return [{ entry: name, t: steps.length, value: shownOf(headline), what, labelled: source !== null }];
  });
  if (last.length === 0) return 'nothing to compare';
  const best = last.reduce((a, b) => (b.value > a.value ? b : a));
  const { what } = best;
  const others = last.filter(({ entry }) => entry !== best.entry);
  const lead = `${best.entry} is best at T = ${best.t}, ${percent(best.value)} ${what}`;
  if (others.length === 0) return lead;
  const ties = others.filter(({ entry }) => isTie(differences, best, entry, others.length));
  const images = entries[0]?.result.images ?? 0;
  if (ties.length === 0)
    return others.some(({ value }) => value === best.value) ? `${lead} (not alone)` : lead;
  if (ties.length === others.length) {
    const all = [best, ...ties].map(({ entry, value }) => `${entry} (${percent(value)} ${what})`);
    return `${all.slice(0, -1).join(', ')} and ${all.at(-1)} are not told apart on ${images} images`;
  }
  return `${lead}, not told apart from ${ties.map(({ entry }) => entry).join(', ')} on ${images} images`;
}

/** Without a test, as in runs of earlier versions, only equal shares are a tie. */
function isTie(differences: Comparison['differences'], best: Last, other: string, tests: number): boolean {
  const found = differences.find(
    ({ first, second }) =>
      (first === best.entry && second === other) || (first === other && second === best.entry),
  );
  if (!found) return false;
  const { p } = (best.labelled ? found.top1 : null) ?? found.agreement;
  return p * tests >= chance;
}
