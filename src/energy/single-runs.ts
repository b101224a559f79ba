import type { Timeline } from '../dynamics/define-neuron.ts';
import { mustExist } from '../look-up.ts';
import type { Activity } from '../results/activity.ts';

/**
 * Figures of runs of 1…T steps that add up what happens in them. Where step t is a run of its own, of t slots, all that happens in it
 * counts in the last of its slots.
 *
 * @param figuresOf the figures of runs of 1, 2, … steps with this activity
 */
export function ofEachRun<R>(
  timeline: Timeline,
  activity: Activity,
  figuresOf: (activity: Activity) => readonly R[],
): R[] {
  if (timeline === 'steps') return [...figuresOf(activity)];
  const steps = Object.values(activity.spikes)[0]?.length ?? 0;
  return Array.from({ length: steps }, (_, i) =>
    mustExist(figuresOf(runAlone(activity, i)).at(-1), `figures of the run with ${i + 1} slots`),
  );
}

/** The activity of one run of slots, as if its steps were those of one run. @param i which one, counted from 0 */
function runAlone({ spikes, inputs, products, hiddenSteps }: Activity, i: number): Activity {
  const alone = (counts: readonly number[]) => counts.slice(0, i + 1).map((count, k) => (k < i ? 0 : count));
  const each = (of: Readonly<Record<string, readonly number[]>>) =>
    Object.fromEntries(Object.entries(of).map(([name, counts]) => [name, alone(counts)]));
  return {
    spikes: each(spikes),
    inputs: each(inputs),
    products: Object.fromEntries(
      Object.entries(products).map(([name, { both, left, right }]) => [
        name,
        { both: alone(both), left: alone(left), right: alone(right) },
      ]),
    ),
    hiddenSteps,
  };
}
