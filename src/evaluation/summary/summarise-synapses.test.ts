import { describe, expect, it } from 'vitest';
import { summariseSynapses } from './summarise-synapses.ts';

const use = { operators: 3, allOperators: 5, inFloat: [{ site: 'late', reason: 'θ₊/θ₋ = 3.0' }] };
const image = (id: string, label: number | undefined, ...classes: number[]) => ({
  id,
  label,
  source: [9],
  steps: classes.map((each) => [each, 7]),
});
const float32 = new Map([
  ['a', [[1], [1]]],
  ['b', [[2], [1]]],
  ['c', [[4], [4]]],
]);

describe('summariseSynapses', () => {
  it('counts, after each step, images of the same class and those that only one kind of synapses gets right', () => {
    const predictions = [image('a', 1, 1, 1), image('b', 1, 1, 2), image('c', 3, 4, 5), image('d', 1, 1, 1)];
    const { steps, ...rest } = summariseSynapses(use, predictions, float32);
    expect(rest).toEqual({ ...use, images: 3 });
    expect(steps.map(({ agreementInterval: _, ...each }) => each)).toEqual([
      { t: 1, agreement: 2 / 3, top1: 2 / 3, float32Top1: 1 / 3, lost: 0, won: 1 },
      { t: 2, agreement: 1 / 3, top1: 1 / 3, float32Top1: 2 / 3, lost: 1, won: 0 },
    ]);
    expect(steps[0]!.agreementInterval[0]).toBeCloseTo(0.2077, 3);
  });

  it('says nothing of accuracy where no image has a label', () => {
    const { steps } = summariseSynapses(use, [image('a', undefined, 1, 2)], float32);
    expect(steps[1]).toMatchObject({ agreement: 0, top1: null, float32Top1: null, lost: null, won: null });
  });

  it('has no steps where no image was evaluated on both', () => {
    expect(summariseSynapses(use, [image('d', 1, 1, 1)], float32)).toEqual({ ...use, images: 0, steps: [] });
  });
});
