import { Graph } from '../../dist/graph/graph.js';
import { GraphBuilder } from '../../dist/graph/graph-builder.js';
import { Model } from '../../dist/graph/model.js';
import { float } from '../../dist/graph/node.js';
import { Tensor } from '../../dist/graph/tensor.js';
import { Random } from '../../dist/random.js';
import { optimisers } from '../../dist/training/optimisers/optimisers.js';

/** Sizes that torch_steps.py has as well. */
export const sizes = {
  cnn: { batch: 64, classes: 10 },
  block: { batch: 16, tokens: 64, dim: 128, heads: 4, classes: 10 },
};

class Network {
  constructor(inputShape) {
    this.graph = new Graph('bench');
    this.graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', ...inputShape] });
    this.build = new GraphBuilder(this.graph);
    this.random = new Random(1);
    this.parameters = [];
  }

  weight(name, shape, deviation) {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length: size }, () => deviation * this.random.normal());
    this.parameters.push(this.build.constant(name, Tensor.float32(shape, values)));
    return name;
  }

  constant(name, shape, value) {
    const size = shape.reduce((a, b) => a * b, 1);
    this.parameters.push(
      this.build.constant(name, Tensor.float32(shape, new Float32Array(size).fill(value))),
    );
    return name;
  }

  conv(name, input, from, to) {
    const inputs = [input, this.weight(`${name}.weight`, [to, from, 3, 3], Math.sqrt(2 / (9 * from)))];
    inputs.push(this.constant(`${name}.bias`, [to], 0));
    return this.build.op('Conv', inputs, { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  }

  pool(input) {
    return this.build.op('MaxPool', [input], { kernel_shape: [2, 2], strides: [2, 2] });
  }

  linear(name, input, from, to) {
    const weight = this.weight(`${name}.weight`, [from, to], 1 / Math.sqrt(from));
    const product = this.build.op('MatMul', [input, weight]);
    return this.build.op('Add', [product, this.constant(`${name}.bias`, [to], 0)]);
  }

  norm(name, input, width) {
    const inputs = [
      input,
      this.constant(`${name}.weight`, [width], 1),
      this.constant(`${name}.bias`, [width], 0),
    ];
    return this.build.op('LayerNormalization', inputs, { axis: -1, epsilon: float(1e-6) });
  }

  finish(output, classes) {
    this.build.op('Identity', [output], {}, { name: 'logits' });
    this.graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', classes] });
    return { model: new Model(this.graph, 20), parameters: this.parameters };
  }
}

/** Two convolutions with pooling and a linear layer on 28×28 pictures; SGD with momentum. */
export function cnn() {
  const { batch, classes } = sizes.cnn;
  const network = new Network([1, 28, 28]);
  const { build } = network;
  const first = network.pool(build.op('Relu', [network.conv('conv1', 'x', 1, 16)]));
  const second = network.pool(build.op('Relu', [network.conv('conv2', first, 16, 32)]));
  const flat = build.op('Flatten', [second], { axis: 1 });
  const made = network.finish(network.linear('fc', flat, 32 * 49, classes), classes);
  return {
    network: made,
    sample: 784,
    batch,
    classes,
    optimiser: optimisers.sgd,
    options: { momentum: 0.9 },
  };
}

/** One pre-norm Transformer block on random tokens, mean pooling and a linear layer; AdamW. */
export function block() {
  const { batch, tokens, dim, heads, classes } = sizes.block;
  const network = new Network([tokens, dim]);
  const { build } = network;
  const qkv = network.linear('qkv', network.norm('norm1', 'x', dim), dim, 3 * dim);
  const parts = build.ops('Split', [qkv, build.integers('thirds', [dim, dim, dim])], 3, { axis: 2 });
  const split = build.integers('heads', [0, tokens, heads, dim / heads]);
  const head = (value, perm) => build.op('Transpose', [build.op('Reshape', [value, split])], { perm });
  const scores = build.op('MatMul', [head(parts[0], [0, 2, 1, 3]), head(parts[1], [0, 2, 3, 1])]);
  const scaled = build.op('Mul', [scores, build.scalar('scale', 1 / Math.sqrt(dim / heads))]);
  const mixed = build.op('MatMul', [
    build.op('Softmax', [scaled], { axis: -1 }),
    head(parts[2], [0, 2, 1, 3]),
  ]);
  const swapped = build.op('Transpose', [mixed], { perm: [0, 2, 1, 3] });
  const merged = build.op('Reshape', [swapped, build.integers('merged', [0, tokens, dim])]);
  const middle = build.op('Add', ['x', network.linear('proj', merged, dim, dim)]);
  const hidden = network.linear('fc1', network.norm('norm2', middle, dim), dim, 4 * dim);
  const after = build.op('Add', [middle, network.linear('fc2', build.op('Gelu', [hidden]), 4 * dim, dim)]);
  const pooled = build.op('ReduceMean', [after, build.integers('axis', [1])], { keepdims: 0 });
  const made = network.finish(network.linear('head', pooled, dim, classes), classes);
  const options = optimisers.adamw.options.parse({ weightDecay: 0.05 });
  return { network: made, sample: tokens * dim, batch, classes, optimiser: optimisers.adamw, options };
}
