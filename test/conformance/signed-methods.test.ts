import { describe, expect, it } from 'vitest';
import { convert } from '../../src/conversion/convert.ts';
import { createOracleEngine } from '../../src/engines/oracle-engine.ts';
import { planRun } from '../../src/engines/plan-run.ts';
import { createSegmentedEngine } from '../../src/engines/segmented/segmented-engine.ts';
import { randomImages, smallVit } from '../../src/engines/segmented/small-networks.fixture.ts';
import { methodNamed } from '../../src/methods/methods.ts';
import { deviationFromSource } from './deviation-from-source.fixture.ts';
import { cnnImages, residualCnn } from './residual-cnn.fixture.ts';

/** The T at which a preset must be this near to its source: root mean square of the logits' deviation, relative. */
const targets: Record<string, { steps: number; within: number }> = {
  'sigma-delta/graded-8-bit': { steps: 1, within: 0.03 },
  'sigma-delta/graded-4-bit': { steps: 1, within: 0.3 },
  'sigma-delta/unary': { steps: 1, within: 0.3 },
  'scale-and-fire/graded-63': { steps: 1, within: 0.05 },
  'scale-and-fire/graded-31': { steps: 1, within: 0.08 },
  'scale-and-fire/graded-15': { steps: 1, within: 0.15 },
  'scale-and-fire/unary-15': { steps: 1, within: 0.15 },
  'scale-and-fire/unary-4': { steps: 2, within: 0.3 },
  'st-bif/fitted': { steps: 8, within: 0.3 },
  'st-bif/settled-16': { steps: 32, within: 0.2 },
  'st-bif/settled-32': { steps: 64, within: 0.1 },
  'few-spikes/bits-8': { steps: 1, within: 0.02 },
  'few-spikes/bits-6': { steps: 1, within: 0.05 },
  'few-spikes/bits-4': { steps: 1, within: 0.15 },
  'few-spikes/bits-3': { steps: 2, within: 0.2 },
  'few-spikes/as-published': { steps: 1, within: 0.02 },
  'few-spikes-function/bits-6': { steps: 1, within: 0.15 },
  'few-spikes-function/bits-4': { steps: 1, within: 0.2 },
  'burst/base-2-twice': { steps: 1, within: 0.1 },
  'burst/base-3-twice': { steps: 1, within: 0.15 },
  'burst/base-4-thrice': { steps: 1, within: 0.15 },
  'burst/single-level': { steps: 2, within: 0.25 },
  'time-to-first-spike/exponential-8': { steps: 2, within: 0.25 },
  'time-to-first-spike/exponential-16': { steps: 1, within: 0.25 },
  'time-to-first-spike/linear-16': { steps: 1, within: 0.15 },
};

const networks = {
  transformer: { model: smallVit, images: (seed: number) => randomImages([24, 3, 8, 8], seed) },
  'convolutional network': { model: () => residualCnn(17), images: (seed: number) => cnnImages(24, seed) },
} as const;

const presets = Object.keys(targets);

it('has a target for every preset of the methods that it is about', () => {
  const names = new Set(presets.map((id) => id.split('/')[0]!));
  const all = [...names].flatMap((name) =>
    Object.entries(methodNamed(name).presets)
      .filter(([, { needsScales }]) => !needsScales)
      .map(([preset]) => `${name}/${preset}`),
  );
  expect(presets.toSorted()).toEqual(all.toSorted());
});

async function converted(id: string, steps: number, network: keyof typeof networks) {
  const [name, preset] = id.split('/') as [string, string];
  const { model, images } = networks[network];
  const source = model();
  const calibration = () => [images(1), images(2)];
  const options = { method: methodNamed(name), preset, steps, calibration, batchSize: 24 };
  return { source, images: images(3), ...(await convert(source, options)) };
}

describe.each(Object.keys(networks) as (keyof typeof networks)[])('signed methods on a %s', (network) => {
  it.each(presets)('%s comes near to its source', async (id) => {
    const target = targets[id]!;
    const { source, model, images } = await converted(id, target.steps, network);
    expect(await deviationFromSource(source, model, images)).toBeLessThan(target.within);
  });

  it.each(['sigma-delta/unary', 'st-bif/fitted', 'few-spikes-function/bits-4', 'burst/base-3-twice'])(
    '%s runs in the segmented engine as in the oracle, all spikes counted',
    async (id) => {
      const { model, images } = await converted(id, 3, network);
      const plan = planRun(model, { statistics: true });
      const engine = await createSegmentedEngine(plan);
      const few = {
        shape: [2, ...images.shape.slice(1)],
        data: images.data.slice(0, images.data.length / 12),
      };
      const [fast, exact] = [await engine.run(few), await createOracleEngine(plan).run(few)];
      await engine.close();
      const total = (counts: Readonly<Record<string, readonly number[]>>) =>
        Object.values(counts)
          .flat()
          .reduce((a, b) => a + b, 0);
      // A tie in one neuron may change what follows; float32 and float64 need not part on more than a few spikes.
      const [a, b] = [total(fast.activity!.spikes), total(exact.activity!.spikes)];
      expect(Math.abs(a - b)).toBeLessThanOrEqual(0.01 * b);
      const pairs = (each: typeof fast) =>
        total(
          Object.fromEntries(Object.entries(each.activity!.products).map(([name, { both }]) => [name, both])),
        );
      expect(Math.abs(pairs(fast) - pairs(exact))).toBeLessThanOrEqual(0.02 * pairs(exact));
    },
  );
});
