import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Model } from '../../graph/model.ts';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { ndArray } from '../../interpreter/nd-array.ts';
import { openDataset } from '../../opening/open-dataset.ts';
import { networkOf, numbers, weight } from '../../passes/compare-in-runtime.fixture.ts';
import { calibrateBounds, calibrateStatistics } from '../../quantisation/trained/calibrate.ts';
import { networkSize, placesOfWeights } from '../../quantisation/trained/network-size.ts';
import { normaliseProducts } from '../../quantisation/trained/normalise-products.ts';
import { quantisedLayers } from '../../quantisation/trained/quantised-layers.ts';
import { startForm } from '../../quantisation/trained/start-form.ts';
import { openTrainingData } from '../../training/data/training-data.ts';
import { type QuantisedTask, trainQuantised } from './train-quantised.ts';

const bits = { weights: 2, activations: 1 };
const pictures = { shape: [2, 1, 32, 32], data: Float32Array.from(numbers(2048, 3)) };

/** Three convolutions and a product; normalisations are folded already. */
function network(): Model {
  return networkOf({ x: [2, 1, 32, 32] }, (build) => {
    const strided = { strides: [4, 4], pads: [1, 1, 1, 1] };
    const first = build.op('Relu', [build.op('Conv', ['x', weight(build, 'w1', [3, 1, 3, 3])], strided)]);
    const second = build.op('Relu', [build.op('Conv', [first, weight(build, 'w2', [4, 3, 3, 3])], strided)]);
    const third = build.op('Relu', [build.op('Conv', [second, weight(build, 'w3', [4, 4, 1, 1])])]);
    const pooled = build.op('Flatten', [build.op('GlobalAveragePool', [third])]);
    return [build.op('Gemm', [pooled, weight(build, 'head', [4, 36])], {}, { name: 'y' })];
  });
}

async function started(widen: number): Promise<Model> {
  const model = network();
  const batches = async function* () {
    yield pictures;
  };
  normaliseProducts(model, await calibrateStatistics(model, batches));
  const bounds = await calibrateBounds(model, 1, batches);
  return startForm(model, { bits, widen, bounds, noise: 0.1, seed: 1 });
}

async function task(start: Model): Promise<QuantisedTask> {
  const data = async (path: string) => openTrainingData(await openDataset(path), 1);
  return {
    start,
    bits,
    weightDecay: 0,
    train: await data('glyphs:train?size=16'),
    test: await data('glyphs:test?size=8'),
    plan: {
      seed: 1,
      augmentation: { shift: 0, flip: false, rotate: 0, scale: 0, cutout: 0 },
      loss: { kind: 'cross-entropy', labelSmoothing: 0 },
      schedule: { kind: 'constant', learningRate: 0.01, warmupSteps: 0 },
      epochs: 4,
      batchSize: 8,
      clip: undefined,
      patience: undefined,
      checkpointSteps: 1,
      data: { mean: [0.3], std: [0.2] },
    },
  };
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'transpike-few-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe('a network in few bits', () => {
  it('starts from normalisations that change nothing', async () => {
    const model = network();
    const input = { x: ndArray(pictures.shape, pictures.data) };
    const before = evaluateModel(model, input).get('y')?.data ?? [];
    const batches = async function* () {
      yield pictures;
    };
    expect(normaliseProducts(model, await calibrateStatistics(model, batches))).toBe(3);
    const after = evaluateModel(model, input).get('y')?.data ?? [];
    expect(before).toHaveLength(72);
    for (const [i, value] of Array.from(before).entries()) expect(after[i]).toBeCloseTo(value, 5);
  });

  it('has 8 bits in the first and the last layer, and its size in bits follows from shapes', async () => {
    const start = await started(2);
    expect(quantisedLayers(start.graph, bits).map((layer) => [layer.bits, layer.inputBits])).toEqual([
      [8, 8],
      [2, 1],
      [2, 1],
      [8, 1],
    ]);
    const size = networkSize(start.graph, bits, await placesOfWeights(start, bits));
    const [first, second, third, head] = [6 * 9, 8 * 6 * 9, 8 * 8, 8 * 36];
    expect(size.weightBits).toBe(8 * (first + head) + 2 * (second + third));
    expect(size.bitOperations).toBe(64 * 64 * first + 2 * 4 * (second + third) + 8 * head);
  });

  it('is squeezed to its budget in rounds, and resumes to the same bits', async () => {
    const start = await started(2);
    const places = await placesOfWeights(start, bits);
    const most = 0.6 * networkSize(start.graph, bits, places).weightBits;
    const squeezing = {
      budget: { of: 'weightBits', most },
      slopePenalty: 0.01,
      rounds: 2,
      before: 0.5,
    } as const;
    const whole = { ...(await task(start)), squeezing };
    const all = await trainQuantised(whole, { out: await folder() });
    expect(all.finished).toBe(true);
    expect(all.curve.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(all.squeezed?.before).toBe(6 - 1 + (8 - 1) + (8 - 1));
    expect(all.squeezed?.gone).toBeGreaterThan(3);
    expect(networkSize(all.network.graph, bits, places).weightBits).toBeLessThanOrEqual(most);
    const small = { ...squeezing, budget: { of: 'weightBits', most: 10 } } as const;
    await expect(trainQuantised({ ...whole, squeezing: small }, { out: await folder() })).rejects.toThrow(
      /^quantise: budget: expected \d+ or more bits of weights, which are left where no more channels can go, got 10. Give a larger budget, fewer bits, or a narrower network.$/,
    );
    const out = await folder();
    const first = await trainQuantised(whole, { out, stopAtStep: 1 });
    expect(first.finished).toBe(false);
    const rest = await trainQuantised(whole, { out, resume: true });
    for (const [name, tensor] of all.network.graph.initializers)
      expect(rest.network.graph.initializers.get(name)?.toNumbers(), name).toEqual(tensor.toNumbers());
  });

  it('names what cannot be trained in few bits', () => {
    const model = networkOf({ x: [2, 3] }, (build) => {
      const w = weight(build, 'w', [3, 3]);
      return [build.op('MatMul', [build.op('MatMul', ['x', w], {}, { name: 'a' }), w], {}, { name: 'b' })];
    });
    expect(() => quantisedLayers(model.graph, bits)).toThrow(
      "quantise: this network cannot be trained in few bits:\n  - MatMul 'a': expected a weight of its own as second input\n  - MatMul 'b': expected a weight of its own as second input\n  - graph 'net': expected ReLU activations, which get few levels",
    );
  });
});
