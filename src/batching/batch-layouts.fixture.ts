import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';

/** Where a network has its batch. `one`: nowhere, it takes a single image, as exporters write it with a fixed batch. */
export type BatchLayout = 'leading' | 'one' | 'behind';

const [tokens, dim, heads] = [5, 8, 2];

/**
 * A Transformer block with a class token for sequences of 5 tokens of 8 numbers, with the same weights in every layout:
 * x [N, 5, 8], [1, 5, 8] or [5, N, 8] → logits [N, 3] or [1, 3].
 */
export function attentionNetwork(layout: BatchLayout): Model {
  const { graph, build, weight, linear } = networkParts();
  const behind = layout === 'behind';
  const place = <Value>(batch: Value, sequence: Value, ...rest: Value[]) =>
    behind ? [sequence, batch, ...rest] : [batch, sequence, ...rest];
  const n = layout === 'one' ? 1 : 'batch';
  graph.addInput({ name: 'x', dataType: 'float32', shape: place<string | number>(n, tokens, dim) });
  const sequence = behind ? 0 : 1;
  // Every image gets a copy of the class token: its mean, times zero, has the right shape.
  const nothing = build.op('Mul', [mean(build, 'x', sequence), build.scalar('zero', 0)]);
  const token =
    layout === 'one'
      ? weight('token', [1, 1, dim])
      : build.op('Add', [nothing, weight('token', [1, 1, dim])]);
  const all = build.op('Concat', [token, 'x'], { axis: sequence });
  const embedded = linear(all, dim, dim, 'embed');
  const norm = build.op('LayerNormalization', [embedded, weight('gain', [dim]), weight('shift', [dim])], {
    axis: -1,
  });
  const count = tokens + 1;
  // Leading: [N, S, h, d] → [N, h, S, d]. Behind, as PyTorch has it: [S, N·h, d] → [N·h, S, d].
  const head = (name: string, transposed: boolean) => {
    const flat = linear(norm, dim, dim, name);
    if (behind) {
      const split = build.op('Reshape', [flat, build.integers('heads', [count, -1, dim / heads])]);
      return build.op('Transpose', [split], { perm: transposed ? [1, 2, 0] : [1, 0, 2] });
    }
    const lengths = [layout === 'one' ? 1 : -1, count, heads, dim / heads];
    const split = build.op('Reshape', [flat, build.integers('heads', lengths)]);
    return build.op('Transpose', [split], { perm: transposed ? [0, 2, 3, 1] : [0, 2, 1, 3] });
  };
  const scores = build.op('MatMul', [head('q', false), head('k', true)], {}, { name: 'scores' });
  const shares = build.op('Softmax', [scores], { axis: behind ? 2 : -1 });
  const mixed = build.op('MatMul', [shares, head('v', false)], {}, { name: 'mixed' });
  const back = build.op('Transpose', [mixed], { perm: behind ? [1, 0, 2] : [0, 2, 1, 3] });
  const lengths = behind ? [count, -1, dim] : [layout === 'one' ? 1 : -1, count, dim];
  const merged = build.op('Reshape', [back, build.integers('merged', lengths)]);
  const stream = build.op('Add', [linear(merged, dim, dim, 'proj'), embedded]);
  const hidden = linear(build.op('Relu', [linear(stream, dim, 12, 'fc1')]), 12, dim, 'fc2');
  const zeroth = build.constant('zeroth', Tensor.int64([], [0]));
  linear(build.op('Gather', [hidden, zeroth], { axis: sequence }), dim, 3, 'logits');
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: [n, 3] });
  return new Model(graph, 17);
}

/**
 * A convolutional network for pictures with 2 channels of 6 × 6 pixels: x [N, 2, 6, 6], [1, 2, 6, 6] or [2, 6, 6, N] →
 * logits [N, 3], [3] or [3, N].
 */
export function convolutionNetwork(layout: BatchLayout): Model {
  const { graph, build, weight, linear } = networkParts();
  const n = layout === 'one' ? 1 : 'batch';
  graph.addInput({
    name: 'x',
    dataType: 'float32',
    shape: layout === 'behind' ? [2, 6, 6, n] : [n, 2, 6, 6],
  });
  const image = layout === 'behind' ? build.op('Transpose', ['x'], { perm: [3, 0, 1, 2] }) : 'x';
  const convolve = (input: string, into: number, out: number, name: string) =>
    build.op('Relu', [
      build.op('Conv', [input, weight(name, [out, into, 3, 3])], { pads: [1, 1, 1, 1] }, { name }),
    ]);
  const features = convolve(convolve(image, 2, 4, 'conv1'), 4, 4, 'conv2');
  const pooled = build.op('GlobalAveragePool', [features]);
  // With a single image, a vector without any batch.
  const flat = build.op('Reshape', [pooled, build.integers('flat', layout === 'one' ? [4] : [-1, 4])]);
  if (layout === 'behind') {
    const logits = linear(flat, 4, 3, 'head');
    build.op('Transpose', [logits], { perm: [1, 0] }, { name: 'logits' });
  } else linear(flat, 4, 3, 'logits');
  graph.addOutput({
    name: 'logits',
    dataType: 'float32',
    shape: layout === 'behind' ? [3, n] : layout === 'one' ? [3] : [n, 3],
  });
  return new Model(graph, 17);
}

function networkParts() {
  const graph = new Graph('layout');
  const build = new GraphBuilder(graph);
  let seed = 0;
  const weight = (name: string, shape: readonly number[]) => {
    seed++;
    const size = sizeOf(shape);
    const numbers = Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) * (seed + 3)));
    return build.constant(`${name}.w`, Tensor.float32(shape, numbers));
  };
  const linear = (input: string, into: number, out: number, name: string) => {
    const product = build.op('MatMul', [input, weight(name, [into, out])], {}, { name: `${name}.product` });
    return build.op('Add', [product, weight(`${name}.bias`, [out])], {}, { name });
  };
  return { graph, build, weight, linear };
}

function mean(build: GraphBuilder, value: string, axis: number): string {
  return build.op('ReduceMean', [value], { axes: [axis], keepdims: 1 });
}
