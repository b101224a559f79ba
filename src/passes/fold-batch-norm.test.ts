import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { type AttributeInputs, float } from '../graph/node.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import { runPasses } from './run-passes.ts';

/** Numbers that look random and are always the same. */
function numbers(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin((i + 1) * 12.9898 + seed) * 1.5);
}

function weights(build: GraphBuilder, name: string, shape: readonly number[]): string {
  const size = sizeOf(shape);
  return build.constant(name, Tensor.float32(shape, numbers(size, name.length + size)));
}

function norm(build: GraphBuilder, input: string, channels: number, name = 'bn'): string {
  const part = (hint: string) => weights(build, `${name}.${hint}`, [channels]);
  const variance = build.constant(
    `${name}.var`,
    Tensor.float32(
      [channels],
      numbers(channels, 3).map((value) => value * value + 0.2),
    ),
  );
  const inputs = [input, part('gamma'), part('beta'), part('mean'), variance];
  return build.op('BatchNormalization', inputs, { epsilon: float(1e-3) }, { name });
}

function modelOf(inputShape: readonly number[], body: (build: GraphBuilder) => string): Model {
  const graph = new Graph('net');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['n', ...inputShape] });
  const output = body(new GraphBuilder(graph));
  graph.addOutput({ name: output, dataType: 'float32', shape: undefined });
  return new Model(graph, 17);
}

/** Largest deviation between a model and its folded form, both in float64. */
function deviationAfterFolding(source: Model, inputShape: readonly number[]): number {
  const { model } = runPasses(source, [foldBatchNorm]);
  expect(model.graph.nodes.map(({ opType }) => opType)).not.toContain('BatchNormalization');
  const shape = [2, ...inputShape];
  const x = ndArray(shape, numbers(sizeOf(shape), 1));
  const name = source.graph.outputs[0]!.name;
  const [a, b] = [source, model].map((each) => evaluateModel(each, new Map([['x', x]])).get(name)!);
  expect(b!.shape).toEqual(a!.shape);
  return a!.data.reduce((max, value, i) => Math.max(max, Math.abs(value - b!.data[i]!)), 0);
}

const pads = { pads: [1, 1, 1, 1] };

describe('foldBatchNorm', () => {
  const after: [string, AttributeInputs, number[]][] = [
    ['Conv', pads, [6, 4, 3, 3]],
    ['Conv', { ...pads, group: 2 }, [6, 2, 3, 3]],
    ['ConvTranspose', {}, [4, 6, 2, 2]],
    ['ConvTranspose', { group: 2 }, [4, 3, 2, 2]],
  ];

  it.each(after)('folds into a %s before it, %j', (opType, attributes, shape) => {
    for (const bias of [true, false]) {
      const source = modelOf([4, 5, 5], (build) => {
        const inputs = ['x', weights(build, 'w', shape)];
        if (bias) inputs.push(weights(build, 'b', [6]));
        return norm(build, build.op(opType, inputs, attributes), 6);
      });
      expect(deviationAfterFolding(source, [4, 5, 5])).toBeLessThan(1e-5);
    }
  });

  it.each([0, 1])('folds into a Gemm before it, transB = %i', (transB) => {
    const source = modelOf([5], (build) => {
      const inputs = ['x', weights(build, 'w', transB ? [3, 5] : [5, 3]), weights(build, 'b', [3])];
      const attributes = { transB, alpha: float(0.5), beta: float(2) };
      return norm(build, build.op('Gemm', inputs, attributes), 3);
    });
    expect(deviationAfterFolding(source, [5])).toBeLessThan(1e-5);
  });

  it('folds into all unpadded convolutions after it', () => {
    const source = modelOf([4, 5, 5], (build) => {
      const normed = norm(build, build.op('Relu', ['x']), 4);
      const one = build.op('Conv', [normed, weights(build, 'w1', [6, 2, 3, 3])], { group: 2 });
      const two = build.op('Conv', [normed, weights(build, 'w2', [6, 4, 3, 3]), weights(build, 'b2', [6])]);
      return build.op('Add', [one, two]);
    });
    expect(deviationAfterFolding(source, [4, 5, 5])).toBeLessThan(1e-5);
  });

  it('folds into a Gemm after it', () => {
    const source = modelOf([5], (build) => {
      const normed = norm(build, build.op('Relu', ['x']), 5);
      const inputs = [normed, weights(build, 'w', [5, 3]), weights(build, 'b', [3])];
      return build.op('Gemm', inputs, { alpha: float(0.5), beta: float(2) });
    });
    expect(deviationAfterFolding(source, [5])).toBeLessThan(1e-5);
  });

  it('leaves a normalisation that nothing beside it can take up', () => {
    const source = modelOf([4, 5, 5], (build) => {
      const first = norm(build, 'x', 4, 'first');
      const active = build.op('Relu', [build.op('Conv', [first, weights(build, 'w', [4, 4, 3, 3])], pads)]);
      return build.op('Add', [norm(build, active, 4, 'second'), active]);
    });
    const { model, changes } = runPasses(source, [foldBatchNorm]);
    expect(changes.get('fold-batch-norm')).toBe(0);
    expect(model.graph.nodes.map(({ opType }) => opType)).toEqual(
      source.graph.nodes.map(({ opType }) => opType),
    );
  });

  it('refuses a normalisation in training mode', () => {
    const source = modelOf([4, 5, 5], (build) => {
      const normed = norm(build, build.op('Conv', ['x', weights(build, 'w', [4, 4, 3, 3])]), 4);
      const attributes = new Map([['training_mode', { kind: 'int', value: 1 } as const]]);
      build.graph.update(build.graph.producerOf(normed)!, { attributes });
      return normed;
    });
    expect(() => runPasses(source, [foldBatchNorm])).toThrow(
      "BatchNormalization 'bn': it is in training mode. Export the model in evaluation mode.",
    );
  });
});
