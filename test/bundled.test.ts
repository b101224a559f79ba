import { describe, expect, it } from 'vitest';
import { convert } from '../src/conversion/convert.ts';
import { evaluate } from '../src/evaluation/evaluate.ts';
import { methodNamed } from '../src/methods/methods.ts';
import { openInputs } from '../src/opening/open-inputs.ts';
import { openNetwork } from '../src/opening/open-network.ts';

const size = 400;

async function measure(name: string, method: string, steps: number) {
  const network = await openNetwork(`models/${name}`);
  const calibration = await openInputs(network, 'glyphs:train?size=128');
  const { model } = await convert(network.model, {
    method: methodNamed(method),
    steps,
    calibration: () => calibration.batches(),
  });
  const inputs = await openInputs(network, `glyphs:test?size=${size}`, { batchSize: 20 });
  const end = await evaluate({ model, data: { size, batches: inputs.batches } });
  if (!end.finished) throw new Error('not finished');
  return end.result;
}

describe('the bundled networks', () => {
  it('glyphs-vit: two spiking steps of ECMT stay within a point of the source', async () => {
    const { source, steps } = await measure('glyphs-vit', 'ecmt', 2);
    expect(source.top1).toBeGreaterThanOrEqual(0.97);
    expect(steps[1]!.top1).toBeGreaterThanOrEqual(source.top1! - 0.01);
    expect(steps[1]!.energy.ecmtRatio).toBeLessThan(0.45);
  });

  it('glyphs-cnn-qcfs: two steps of calibrated offset spikes stay within a point of the source', async () => {
    const { source, steps, hiddenSteps } = await measure('glyphs-cnn-qcfs', 'cos', 2);
    expect(hiddenSteps).toBe(4);
    expect(source.top1).toBeGreaterThanOrEqual(0.97);
    expect(steps[1]!.top1).toBeGreaterThanOrEqual(source.top1! - 0.01);
  });

  it('glyphs-cnn: rate coding comes to the source in 64 steps', async () => {
    const { source, steps } = await measure('glyphs-cnn', 'rate', 64);
    expect(steps[63]!.top1).toBeGreaterThanOrEqual(source.top1! - 0.02);
    expect(steps[3]!.top1).toBeLessThan(steps[63]!.top1!);
  });
});
