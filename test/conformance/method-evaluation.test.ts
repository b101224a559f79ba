import { describe, expect, it } from 'vitest';
import { convert } from '../../src/conversion/convert.ts';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import { methods } from '../../src/methods/methods.ts';
import { rateCodedConverts } from '../../src/methods/rate-coded.ts';
import { sitesOf } from '../../src/spiking/neuron-node.ts';
import { timelineOf } from '../../src/spiking/timeline.ts';
import { cnnImages, residualCnn } from './residual-cnn.fixture.ts';

const presets = methods.flatMap((method) =>
  Object.keys(method.presets)
    .filter((preset) => !method.presets[preset]?.needsScales)
    .map((preset) => ({ method, preset })),
);

describe('every method and preset', () => {
  it.each(presets.map((each) => [`${each.method.name}/${each.preset}`, each] as const))(
    '%s can be evaluated: finite rates, growing energy',
    async (_name, { method, preset }) => {
      const images = cnnImages(6, 3);
      const { model, record } = await convert(residualCnn(17), {
        method,
        preset,
        steps: 3,
        calibration: () => [images],
      });
      const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
      const batches = async function* () {
        yield { ...images, ids, labels: ids.map((_id, i) => i % 5) };
      };
      const end = await evaluate({ model, data: { size: 6, batches } });
      if (!end.finished) throw new Error('not finished');
      const { steps, sites, hiddenSteps, conversionErrors } = end.result;
      expect(conversionErrors).toHaveLength(method.converts === rateCodedConverts ? sites.length : 0);
      // No neuron of the presets emits more spikes in a step than this.
      const most = sitesOf(model).some(({ counts }) => counts) ? 15 : 1;
      for (const { total, saturated, silent } of conversionErrors) {
        expect(total).toBeGreaterThanOrEqual(0);
        expect(saturated + silent).toBeLessThanOrEqual(1);
      }
      expect(sites).toHaveLength(record.sites.length);
      for (const { firingRate, neurons } of sites) {
        expect(neurons).toBeGreaterThan(0);
        for (const rate of firingRate) expect(rate).toBeLessThanOrEqual(most);
        expect(firingRate).toHaveLength(3);
      }
      const ratios = steps.map(({ energy }) => energy.ecmtRatio);
      // More slots are no more steps: each is a run of its own, whose neurons spike once at most.
      const apart = timelineOf(sitesOf(model)) === 'slots';
      expect(ratios.every((ratio, i) => ratio > (apart ? 0 : (ratios[i - 1] ?? 0)))).toBe(true);
      // Spikes are cheaper than products, whatever the method: at most one step of additions a step.
      expect(ratios[2]).toBeLessThan((3 + hiddenSteps) * 3 * most * (0.9 / 4.6));
    },
  );
});
