import { synapticInputSites } from '../../analysis/spike-sites.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { multiThreshold } from '../../neurons/multi-threshold.ts';
import { toSpikingForm } from '../../spiking/spiking-form.ts';

/** The same numbers every time, in ±scale. */
export function randomNumbers(count: number, scale: number, seed: number): Float32Array {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * scale;
  });
}

/** A batch of random images. */
export function randomImages(shape: readonly number[], seed = 3): FloatTensor {
  return {
    shape,
    data: randomNumbers(sizeOf(shape), 1.5, seed),
  };
}

/** Builds small networks with random weights. */
class NetworkBuilder extends GraphBuilder {
  #seed = 0;

  weight(hint: string, shape: readonly number[], scale: number): string {
    const size = sizeOf(shape);
    this.#seed++;
    return this.constant(hint, Tensor.float32(shape, randomNumbers(size, scale, this.#seed)));
  }

  linear(input: string, into: number, out: number, name: string): string {
    const product = this.op(
      'MatMul',
      [input, this.weight(`${name}.w`, [into, out], Math.sqrt(3 / into))],
      {},
      { name },
    );
    return this.op('Add', [product, this.weight(`${name}.b`, [out], 0.1)], {}, { name: `${name}.biased` });
  }

  norm(input: string, dim: number): string {
    const gain = this.constant('gain', Tensor.float32([dim], new Float32Array(dim).fill(1)));
    return this.op('LayerNormalization', [input, gain, this.weight('shift', [dim], 0.1)], { axis: -1 });
  }
}

function network(input: readonly number[], opset: number, body: (build: NetworkBuilder) => string): Model {
  const graph = new Graph('small');
  const build = new NetworkBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', ...input] });
  const logits = build.op('Identity', [body(build)], {}, { name: 'logits' });
  graph.addOutput({ name: logits, dataType: 'float32', shape: ['batch', 5] });
  return new Model(graph, opset);
}

/** A Vision Transformer with two blocks for images [N, 3, 8, 8]: its attention computes shapes from its input. */
export function smallVit(): Model {
  return network([3, 8, 8], 17, (build) => {
    const dim = 16;
    const patches = build.op('Conv', ['x', build.weight('patch', [dim, 3, 4, 4], 0.3)], { strides: [4, 4] });
    const flat = build.op('Reshape', [patches, build.integers('flat', [0, dim, -1])]);
    const tokens = build.op('Transpose', [flat], { perm: [0, 2, 1] });
    let stream = build.op('Add', [tokens, build.weight('positions', [1, 4, dim], 0.3)]);
    for (let i = 0; i < 2; i++) {
      stream = build.op('Add', [stream, attention(build, build.norm(stream, dim), dim, 2)]);
      const hidden = build.linear(build.norm(stream, dim), dim, 2 * dim, `fc1.${i}`);
      stream = build.op('Add', [stream, build.linear(gelu(build, hidden), 2 * dim, dim, `fc2.${i}`)]);
    }
    const pooled = build.op('ReduceMean', [build.norm(stream, dim)], { axes: [1], keepdims: 0 });
    return build.linear(pooled, dim, 5, 'head');
  });
}

function gelu(build: NetworkBuilder, x: string): string {
  const erf = build.op('Erf', [build.op('Div', [x, build.scalar('root', Math.SQRT2)])]);
  const half = build.op('Mul', [x, build.scalar('half', 0.5)]);
  return build.op('Mul', [half, build.op('Add', [erf, build.scalar('one', 1)])]);
}

/** Lengths of the reshapes are computed from the shape of the input, as exporters write it. */
function attention(build: NetworkBuilder, x: string, dim: number, heads: number): string {
  const shape = build.op('Shape', [x]);
  const length = (axis: number) =>
    build.op('Unsqueeze', [
      build.op('Gather', [shape, build.constant('axis', Tensor.int64([], [axis]))], { axis: 0 }),
      build.integers('at', [0]),
    ]);
  const [batch, tokens] = [length(0), length(1)];
  const split = build.op('Concat', [batch, tokens, build.integers('heads', [heads, dim / heads])], {
    axis: 0,
  });
  const merged = build.op('Concat', [batch, tokens, build.integers('dim', [dim])], { axis: 0 });
  const head = (name: string, perm: number[]) =>
    build.op('Transpose', [build.op('Reshape', [build.linear(x, dim, dim, name), split])], { perm });
  const scores = build.op(
    'MatMul',
    [head('q', [0, 2, 1, 3]), head('k', [0, 2, 3, 1])],
    {},
    { name: 'scores' },
  );
  const scaled = build.op('Mul', [scores, build.scalar('scale', 1 / Math.sqrt(dim / heads))]);
  const shares = build.op('Softmax', [scaled], { axis: -1 });
  const mixed = build.op('MatMul', [shares, head('v', [0, 2, 1, 3])], {}, { name: 'mixed' });
  const together = build.op('Reshape', [build.op('Transpose', [mixed], { perm: [0, 2, 1, 3] }), merged]);
  return build.linear(together, dim, dim, 'proj');
}

/** A residual convolutional network for images [N, 2, 9, 9]. */
export function smallCnn(): Model {
  return network([2, 9, 9], 17, (build) => {
    const convolve = (input: string, into: number, out: number, stride: number) =>
      build.op('Relu', [
        build.op(
          'Conv',
          [
            input,
            build.weight('w', [out, into, 3, 3], Math.sqrt(3 / (9 * into))),
            build.weight('b', [out], 0.1),
          ],
          { pads: [1, 1, 1, 1], strides: [stride, stride] },
        ),
      ]);
    const first = convolve('x', 2, 6, 1);
    const sum = build.op('Add', [convolve(first, 6, 6, 1), first]);
    const small = convolve(sum, 6, 7, 2);
    const pooled = build.op('Flatten', [build.op('GlobalAveragePool', [small])], { axis: 1 });
    return build.linear(build.linear(pooled, 7, 9, 'hidden'), 9, 5, 'head');
  });
}

/** The spiking form of a network with the same neurons of eight levels at every synaptic operator, set to three steps. */
export function withEightLevels(model: Model): Model {
  const spec = {
    neuron: multiThreshold,
    attributes: { levels: 8, base: 2, rule: 'nearest' },
    parameters: { thresholdPositive: 0.02, thresholdNegative: 0.02, deadZone: 0.75 },
  };
  const sites = synapticInputSites(model.graph);
  return toSpikingForm(
    model,
    sites.map((site) => ({ ...site, ...spec })),
    3,
  );
}
