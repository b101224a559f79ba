import { describe, expect, it } from 'vitest';
import type { SpikeSite } from '../analysis/spike-sites.ts';
import {
  boundCalibration,
  fittedCalibration,
  integrateAndFireSpec,
  type SpecOfThreshold,
} from './rate-coded.ts';

const specOfThreshold: SpecOfThreshold = (activation, threshold) =>
  integrateAndFireSpec(activation, { shape: [], values: [threshold] }, 0.5);

const siteWith = (activation: SpikeSite['activation']): SpikeSite => ({
  name: 'site',
  value: 'x',
  readers: [],
  feeds: [],
  follows: new Set(),
  after: new Set(),
  ...(activation && { activation }),
});

const relu6 = siteWith({ kind: 'clip', upper: 6 });
const rules = {
  bound: (site: SpikeSite) => boundCalibration(site, { quantile: 1 }, specOfThreshold),
  fitted: (site: SpikeSite) => fittedCalibration(site, 8, specOfThreshold),
};

function thresholdFor(rule: keyof typeof rules, site: SpikeSite, activations: readonly number[]): number {
  const calibration = rules[rule](site);
  calibration.observe(Float32Array.from(activations), [activations.length, 1]);
  const { threshold } = calibration.finish().parameters;
  return typeof threshold === 'number' ? threshold : threshold!.toNumbers()[0]!;
}

describe.each(['bound', 'fitted'] as const)('thresholds behind a clipped ReLU, %s', (rule) => {
  const spread = Array.from({ length: 100 }, (_, i) => (i + 1) / 100);

  it('follow activations that stay far below the bound', () => {
    const threshold = thresholdFor(
      rule,
      relu6,
      spread.map((value) => 0.4 * value),
    );
    expect(threshold).toBeGreaterThan(0.3);
    expect(threshold).toBeLessThanOrEqual(0.4 + 1e-6);
  });

  it('are the bound at most where activations reach beyond it', () => {
    expect(
      thresholdFor(
        rule,
        relu6,
        spread.map((value) => 12 * value),
      ),
    ).toBeLessThanOrEqual(6);
  });

  it('stay at the bound of a QCFS, whose levels are made for it', () => {
    expect(thresholdFor(rule, siteWith({ kind: 'qcfs', upper: 2, levels: 4 }), spread)).toBe(2);
  });
});
