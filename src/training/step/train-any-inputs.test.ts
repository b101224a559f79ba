import { describe, expect, it } from 'vitest';
import { tokenNetwork, twoPictures } from '../../engines/input-networks.fixture.ts';
import type { Model } from '../../graph/model.ts';
import { giveTimeAxis } from '../../spiking/inputs-over-time.ts';
import { optimisers } from '../optimisers/optimisers.ts';
import { buildTrainingStep } from './build-training-step.ts';
import type { TrainableNetwork } from './trainable-network.ts';
import { type TrainingBatch, TrainingSession } from './training-session.ts';

const batchSize = 3;
const options = {
  batchSize,
  loss: 'mse',
  optimiser: optimisers.sgd,
  optimiserOptions: optimisers.sgd.options.parse({ momentum: 0 }),
} as const;
const waves = (length: number, phase = 1) =>
  Float32Array.from({ length }, (_, i) => Math.sin(12.9898 * i + phase));
const targets = waves(3 * batchSize, 2);

/** All weights of a network are trained. */
function trainable(model: Model): TrainableNetwork {
  const weights = [...model.graph.initializers].filter(
    ([, { dataType, size }]) => dataType === 'float32' && size > 1,
  );
  return { model, parameters: weights.map(([name]) => name) };
}

/** The largest difference of a step's gradient from central differences of the loss, on some parameters. */
async function gradientError(
  model: Model,
  inputs: TrainingBatch['inputs'],
  lengths: Readonly<Record<string, number>> = {},
): Promise<number> {
  const network = trainable(model);
  const step = await buildTrainingStep(network, { ...options, lengths });
  const flat = Float32Array.from(
    step.parameters.entries.flatMap(({ name }) => [
      ...(model.graph.initializers.get(name)?.toFloat32() ?? []),
    ]),
  );
  const batch = { inputs, targets };
  const lossAt = async (parameters: Float32Array) => {
    const session = await TrainingSession.create(step, new Map([['parameters', parameters]]));
    const { lossSum } = await session.evaluate(batch).finally(() => session.release());
    return lossSum / batchSize;
  };
  const session = await TrainingSession.create(step, new Map([['parameters', flat]]));
  await session.step(batch, 1, 1);
  const after = session.vectors.get('parameters')?.slice() ?? flat;
  await session.release();
  let largest = 0;
  for (let i = 0; i < flat.length; i += 101) {
    const h = 1e-2;
    const [up, down] = [1, -1].map((sign) => flat.map((value, at) => (at === i ? value + sign * h : value)));
    const slope = ((await lossAt(up!)) - (await lossAt(down!))) / (2 * h);
    largest = Math.max(largest, Math.abs(flat[i]! - after[i]! - slope));
  }
  return largest;
}

describe('a training step', () => {
  it('takes whole numbers, a mask and what all samples share, by name', async () => {
    const inputs = {
      input_ids: BigInt64Array.from({ length: 6 * batchSize }, (_, i) => BigInt((7 * i) % 11)),
      attention_mask: BigInt64Array.from({ length: 6 * batchSize }, (_, i) => BigInt(i % 6 < 4 ? 1 : 0)),
      position_ids: BigInt64Array.from({ length: 6 }, (_, i) => BigInt(i)),
    };
    expect(await gradientError(tokenNetwork(), inputs)).toBeLessThan(2e-3);
    expect(await gradientError(tokenNetwork('sequence'), inputs, { sequence: 6 })).toBeLessThan(2e-3);
  }, 30_000);

  it('takes an input over time beside one in bytes', async () => {
    const model = giveTimeAxis(twoPictures(), { left: 'running-mean' });
    const right = Uint8Array.from({ length: 64 * batchSize }, (_, i) => (37 * i) % 251);
    const inputs = { left: waves(4 * 72 * batchSize), right };
    expect(await gradientError(model, inputs, { 'transpike.steps': 4 })).toBeLessThan(2e-3);
  }, 30_000);

  it('says which input does not fit', async () => {
    const step = await buildTrainingStep(trainable(tokenNetwork()), options);
    const session = await TrainingSession.create(step, new Map());
    const ids = new BigInt64Array(5);
    await expect(session.step({ inputs: { input_ids: ids }, targets }, 1, 1)).rejects.toThrow(
      "training batch: input 'input_ids': expected 18 numbers [3, 6], got 5. Give all inputs of the batch and the lengths that the step was built for.",
    );
    await session.release();
  });
});
