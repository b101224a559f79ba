import { describe, expect, it } from 'vitest';
import { structureOf } from '../../analysis/source-structure.ts';
import { synapticInputSites } from '../../analysis/spike-sites.ts';
import { ladderThresholds } from '../../dynamics/ladder.ts';
import { evaluateSource } from '../../engines/evaluate-source.fixture.ts';
import { createOracleEngine } from '../../engines/oracle-engine.ts';
import { planRun } from '../../engines/plan-run.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { multiThreshold } from '../../neurons/multi-threshold.ts';
import { measureSource } from '../../sessions/measure-source.ts';
import { withCorrections } from '../../spiking/bias-correction.ts';
import { toSpikingForm } from '../../spiking/spiking-form.ts';
import type { PositionImportance } from '../sensitivity/output-gradients.ts';
import { correctableOperators } from './correctable-operators.ts';
import { measureCorrections } from './measure-corrections.ts';

const wave = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(3 * i + 1));

/** Adds synaptic operators with fixed weights. */
class NetworkBuilder extends GraphBuilder {
  weight(...shape: number[]): string {
    return this.constant('weight', Tensor.float32(shape, wave(sizeOf(shape))));
  }

  /** Takes every number of the image, a power of two, to one that all neurons round down by a quarter. */
  offset(value: string): string {
    return this.op('Add', [value, this.scalar('quarter', 0.25)]);
  }
}

/** A head reads all that the body makes, so that the operator before it is none. @param size numbers that the body makes */
function network(image: readonly number[], size: number, body: (build: NetworkBuilder) => string): Model {
  const graph = new Graph('offsets');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', ...image] }]);
  const build = new NetworkBuilder(graph);
  const flat = build.op('Flatten', [body(build)], { axis: 1 });
  const logits = build.op('MatMul', [flat, build.weight(size, 3)], {}, { name: 'head' });
  graph.setOutputs([{ name: logits, dataType: 'float32', shape: ['batch', 3] }]);
  return new Model(graph, 17);
}

/** Hands the image on, so that the operator behind is not the first one. */
function first(build: NetworkBuilder, size: number): string {
  const identity = Float32Array.from({ length: size ** 2 }, (_, i) => Number(i % (size + 1) === 0));
  return build.op('MatMul', ['x', build.constant('identity', Tensor.float32([size, size], identity))]);
}

const networks = {
  'a MatMul behind a Transpose of its weight': network([3, 4], 15, (build) => {
    const turned = build.op('Transpose', [build.weight(5, 4)], { perm: [1, 0] });
    return build.op('MatMul', [build.offset(first(build, 4)), turned]);
  }),
  'a MatMul with its weight on the left': network([3, 4], 8, (build) =>
    build.op('MatMul', [build.weight(2, 3), build.offset(first(build, 4))]),
  ),
  'a Gemm': network([4], 5, (build) =>
    build.op('Gemm', [build.offset(first(build, 4)), build.weight(5, 4), build.weight(5)], { transB: 1 }),
  ),
  'a Conv without padding': network([2, 4, 4], 27, (build) =>
    build.op('Conv', [build.offset(first(build, 4)), build.weight(3, 2, 2, 2), build.weight(3)]),
  ),
};

function powersOfTwo(shape: readonly number[]): FloatTensor {
  const size = sizeOf(shape);
  return { shape, data: Float32Array.from(wave(size), (value) => 2 ** Math.round(2 + 2 * value)) };
}

const compared = (images: FloatTensor) => [
  { ...images, labels: [], logits: new Float32Array(1), classes: 1, task: 'regression' as const, output: [] },
];

const difference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);

/** Neurons before the operator behind the first one. */
function spikingForm(source: Model): Model {
  const [site] = synapticInputSites(source.graph);
  const spec = {
    neuron: multiThreshold,
    attributes: { levels: 8, base: 2, rule: 'nearest' },
    parameters: ladderThresholds(1, 1),
  };
  return toSpikingForm(source, [{ ...site!, ...spec }], 1);
}

const logitsOf = async (model: Model, images: FloatTensor) =>
  (await createOracleEngine(planRun(model)).run(images)).logits.data;

async function correct(source: Model, images: FloatTensor, importance?: Map<string, PositionImportance>) {
  const spiking = spikingForm(source);
  const operators = correctableOperators(
    await measureSource(structureOf(source)),
    synapticInputSites(source.graph),
  );
  const options = { source, operators, importance, batches: compared(images), threads: 1 };
  const corrections = await measureCorrections(spiking, 1, options);
  return { spiking, corrections, corrected: withCorrections(spiking, corrections) };
}

describe('measureCorrections', () => {
  it.each(Object.entries(networks))('corrects a constant offset at %s exactly', async (_name, source) => {
    const images = powersOfTwo([6, ...source.graph.inputs[0]!.shape!.slice(1).map(Number)]);
    const { spiking, corrected } = await correct(source, images);
    const expected = evaluateSource(source, images).data;
    expect(difference(await logitsOf(spiking, images), expected)).toBeGreaterThan(0.01);
    expect(difference(await logitsOf(corrected, images), expected)).toBeLessThan(1e-5);
  });

  it('sees at each operator what the corrections before it have left', async () => {
    const source = network([3, 4], 6, (build) => {
      const once = build.op(
        'MatMul',
        [build.offset(first(build, 4)), build.weight(4, 4)],
        {},
        { name: 'once' },
      );
      return build.op('MatMul', [once, build.weight(4, 2)], {}, { name: 'twice' });
    });
    const { corrections } = await correct(source, powersOfTwo([6, 3, 4]));
    const sizes = [...corrections].map(([name, tensor]) => [
      name,
      tensor.toNumbers().some((value) => Math.abs(value) > 1e-6),
    ]);
    expect(sizes).toEqual([
      ['once', true],
      ['twice', false],
    ]);
  });

  it('leaves the mean where all that differs between images has shrunk by the same factor', async () => {
    const source = network([2], 2, (build) =>
      build.op('MatMul', [first(build, 2), build.weight(2, 2)], {}, { name: 'linear' }),
    );
    // All numbers are rounded down to 1/1.4 of what they are.
    const images = { shape: [3, 2], data: Float32Array.of(1.4, 2.8, 5.6, 1.4, 2.8, 11.2) };
    const { corrections } = await correct(source, images);
    for (const value of corrections.get('linear')!.toNumbers()) expect(value).toBeCloseTo(0, 4);
  });

  it('does not enlarge the mean where the spread has grown', async () => {
    const source = network([1], 1, (build) =>
      build.op('MatMul', [first(build, 1), build.weight(1, 1)], {}, { name: 'linear' }),
    );
    // All numbers are rounded up to 1.25 times what they are.
    const inputs = [1.6, 3.2, 3.2, 1.6];
    const { corrections } = await correct(source, { shape: [4, 1], data: Float32Array.from(inputs) });
    const mean = -0.25 * wave(1)[0]! * 2.4;
    const squaredError = (0.25 * wave(1)[0]! * 0.8) ** 2 / 3;
    const expected = mean * (1 - squaredError / mean ** 2);
    expect(corrections.get('linear')!.toNumbers()[0]).toBeCloseTo(expected, 5);
  });

  it('corrects nothing that may be chance', async () => {
    const source = network([2], 2, (build) =>
      build.op('MatMul', [first(build, 2), build.weight(2, 2)], {}, { name: 'linear' }),
    );
    // Half of the images are rounded down by a quarter, the others up.
    const images = { shape: [4, 2], data: Float32Array.of(4.25, 4.25, 3.75, 3.75, 8.25, 8.25, 7.75, 7.75) };
    const { corrections } = await correct(source, images);
    expect(corrections.get('linear')!.toNumbers().map(Math.abs)).toEqual(Float64Array.of(0, 0));
  });

  it('counts positions by their importance, and leaves operators alone that nothing reads', async () => {
    const source = network([2, 2], 4, (build) =>
      build.op('MatMul', [first(build, 2), build.weight(2, 2)], {}, { name: 'linear' }),
    );
    // The first position is rounded down by a quarter, the second by half.
    const images = { shape: [2, 2, 2], data: Float32Array.of(4.25, 4.25, 4.5, 4.5, 2.25, 2.25, 2.5, 2.5) };
    const shiftOf = async (...importance: number[]) => {
      const axes = [[1], importance, [1, 1]].map((axis) => Float64Array.from(axis));
      const { corrections } = await correct(
        source,
        images,
        new Map([['linear', { shape: [1, 2, 2], axes }]]),
      );
      return corrections.get('linear')?.toNumbers()[0];
    };
    const [a, b] = wave(2 * 2 * 2).filter((_, i) => i === 0 || i === 2) as unknown as [number, number];
    expect(await shiftOf(1, 0)).toBeCloseTo(0.25 * (a + b), 5);
    expect(await shiftOf(0, 1)).toBeCloseTo(0.5 * (a + b), 5);
    expect(await shiftOf(3, 1)).toBeCloseTo(0.3125 * (a + b), 5);
    expect(await shiftOf(0, 0)).toBeUndefined();
  });
});
