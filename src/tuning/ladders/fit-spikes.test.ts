import { describe, expect, it } from 'vitest';
import type { WeightedValue } from '../../calibration/activation-histogram.ts';
import { differentialThresholds } from '../../neurons/differential-multi-threshold.ts';
import { powerOf, type SiteProfile } from '../sensitivity/site-profile.ts';
import { type FitTask, fitSpikes, trimLadder } from './fit-spikes.ts';
import { ladderCodings, ladderFamilies } from './ladder-families.ts';

/** Values of a bell curve. */
const bell: WeightedValue[] = Array.from({ length: 161 }, (_, i) => {
  const value = (i - 80) / 20 + 1e-3;
  return { value, count: Math.exp((-value * value) / 2) };
});

const profile = {
  site: { name: 'site' },
  values: bell,
  power: powerOf(bell),
  neurons: 10,
  price: 0.001,
  depth: 0,
  sensitivity: { error: 2, bias: 0 },
} as unknown as SiteProfile;

const differential = ladderCodings.find(({ hasOnset }) => hasOnset)!;
const task: FitTask = { profile, coding: differential, family: ladderFamilies[0], steps: 2, lambda: 1 };

describe('fitSpikes', () => {
  it('spends fewer spikes and makes larger errors the dearer energy is', () => {
    const fits = [0.01, 1, 10, 100].map((lambda) => fitSpikes({ ...task, lambda }));
    for (const [cheap, dear] of fits.slice(1).map((fit, i) => [fits[i]!, fit] as const)) {
      expect(dear.spikes).toBeLessThan(cheap.spikes);
      expect(dear.relativeError).toBeGreaterThan(cheap.relativeError);
    }
  });

  it('is no worse than any setting on a grid over thresholds and dead zones', () => {
    const best = fitSpikes(task);
    const ladder = { base: 2, levels: 12, rule: 'nearest' as const };
    for (let exponent = -12; exponent <= 1; exponent += 0.25) {
      for (const reach of [0.05, 0.1, 0.2, 0.4, 0.8]) {
        const threshold = 2 ** exponent;
        const parameters = differentialThresholds(threshold, threshold, reach / threshold, 1);
        const cost = costOf(parameters, ladder);
        expect(best.cost).toBeLessThan(cost * 1.02);
      }
    }
  });

  it('makes half of the error with a ladder of half the gaps, about, where spikes cost nothing', () => {
    const [coarse, fine] = [ladderFamilies[0], ladderFamilies[1]].map((family) =>
      fitSpikes({ ...task, family, steps: 1, lambda: 0 }),
    );
    // A ladder of ratio b rounds to at most (b − 1)/(b + 1) of a value: 0.33 and 0.17.
    expect(fine!.relativeError / coarse!.relativeError).toBeCloseTo((0.1716 / 0.3333) ** 2, 1);
  });

  function costOf(
    parameters: ReturnType<typeof differentialThresholds>,
    ladder: { base: number; levels: number; rule: 'nearest' },
  ) {
    let [error, spikes, total] = [0, 0, 0];
    for (const { value, count } of bell) {
      const state = { sent: 0 };
      for (let t = 1; t <= 2; t++) {
        if (differential.neuron.step({ mean: value, t }, state, parameters, ladder) !== 0) spikes += count;
      }
      error += count * (state.sent - value) ** 2;
      total += count;
    }
    return 2 * (error / total / profile.power) + 0.001 * 10 * (spikes / total);
  }
});

describe('trimLadder', () => {
  it('leaves out levels that never fire, and changes no spike', () => {
    const fit = fitSpikes({ ...task, lambda: 20 });
    const trimmed = trimLadder(fit, bell);
    expect(trimmed.ladder.levels).toBeLessThan(fit.ladder.levels);
    const parametersOf = ({ positive, negative, deadZone }: typeof fit) =>
      differentialThresholds(positive, negative, deadZone, 1);
    for (const { value } of bell) {
      const [full, part] = [{ sent: 0 }, { sent: 0 }];
      for (let t = 1; t <= 3; t++) {
        const expected = differential.neuron.step({ mean: value, t }, full, parametersOf(fit), fit.ladder);
        const got = differential.neuron.step({ mean: value, t }, part, parametersOf(trimmed), trimmed.ladder);
        expect(got).toBeCloseTo(expected, 12);
      }
    }
  });
});
