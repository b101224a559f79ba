import { Graph } from '../../src/graph/graph.ts';
import { GraphBuilder } from '../../src/graph/graph-builder.ts';
import { Model } from '../../src/graph/model.ts';
import { float } from '../../src/graph/node.ts';
import { Tensor } from '../../src/graph/tensor.ts';

/** Numbers that look random and are always the same, about normally distributed. */
function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const uniform = (k: number) =>
      Math.abs((Math.sin((i + 1) * 12.9898 + seed * 78.233 + k) * 43758.5453) % 1);
    return uniform(1) + uniform(2) + uniform(3) + uniform(4) - 2;
  });
}

/** Inputs of {@link residualCnn}. */
export function cnnImages(count: number, seed: number) {
  return { shape: [count, 3, 8, 8], data: numbers(count * 3 * 64, seed) };
}

/**
 * A small CNN with everything the rate-coded family must know: batch normalisation after convolutions, a residual
 * block, ReLU and ReLU6, max- and average-pooling, global average pooling and a linear head. 3×8×8 → 5 classes.
 */
export function residualCnn(opset: number): Model {
  const graph = new Graph('residual-cnn');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 3, 8, 8] });
  const build = new GraphBuilder(graph);
  const stem = relu(build, normed(build, 'stem', 'x', 3, 8));
  const pooled = build.op('MaxPool', [stem], { kernel_shape: [2, 2], strides: [2, 2] }, { name: 'max' });
  const inner = relu6(build, normed(build, 'block.a', pooled, 8, 8));
  const sum = build.op('Add', [normed(build, 'block.b', inner, 8, 8), pooled], {}, { name: 'add' });
  const active = relu(build, sum, 'block.relu');
  const average = build.op('AveragePool', [active], { kernel_shape: [2, 2], strides: [2, 2] });
  const last = relu(build, normed(build, 'last', average, 8, 12), 'last.relu');
  const global = build.op('GlobalAveragePool', [last]);
  const head = [
    build.constant('head.weight', Tensor.float32([5, 12], numbers(60, 9))),
    build.constant('head.bias', Tensor.float32([5], numbers(5, 10))),
  ];
  build.op('Gemm', [build.op('Flatten', [global]), ...head], { transB: 1 }, { name: 'logits' });
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 5] });
  return new Model(graph, opset);
}

function normed(build: GraphBuilder, path: string, input: string, inputs: number, outputs: number): string {
  const seed = path.length;
  const weight = numbers(outputs * inputs * 9, seed).map((value) => value * Math.sqrt(2 / (inputs * 3)));
  const conv = build.op(
    'Conv',
    [input, build.constant(`${path}.weight`, Tensor.float32([outputs, inputs, 3, 3], weight))],
    { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
    { name: `${path}.conv` },
  );
  const part = (name: string, map: (value: number) => number) => {
    const values = numbers(outputs, seed + name.length).map(map);
    return build.constant(`${path}.${name}`, Tensor.float32([outputs], values));
  };
  const parameters = [
    part('gamma', (value) => 1 + 0.2 * value),
    part('beta', (value) => 0.3 * value),
    part('mean', (value) => 0.2 * value),
    part('variance', (value) => 1 + 0.5 * Math.abs(value)),
  ];
  return build.op(
    'BatchNormalization',
    [conv, ...parameters],
    { epsilon: float(1e-5) },
    { name: `${path}.bn` },
  );
}

function relu(build: GraphBuilder, input: string, name = 'relu'): string {
  return build.op('Relu', [input], {}, { name });
}

function relu6(build: GraphBuilder, input: string): string {
  return build.op(
    'Clip',
    [input, build.scalar('low', 0), build.scalar('high', 6)],
    {},
    { name: 'block.relu6' },
  );
}
