import { addComplex, complexDomain, complexOperators } from '../../graph/complex-operators.ts';
import { definePass } from '../../graph/define-pass.ts';
import type { Dimension, Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { intsAttribute, type Node } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { tapPlaces } from '../../signals/sensor-array.ts';

/**
 * Writes complex convolutions whose kernel reaches from any place to any other, 2N − 1 taps with N − 1 zeros around, as products with
 * the Toeplitz matrix of the taps, which is gathered anew in each step. It computes the same, and a training step of thousands of
 * taps takes a small part of the time: both directions are products of matrices.
 */
export const unfoldConvolutions = definePass({
  name: 'unfold-convolutions',
  summary: 'Complex convolutions with kernels as long as their input become products with Toeplitz matrices.',
  rewrites: 'input',
  apply(model: Model): number {
    const { graph } = model;
    const found = graph.nodes.filter(
      ({ domain, opType }) => domain === complexDomain && opType === complexOperators.convolution.name,
    );
    return found.filter((node) => {
      const shape = shapeOf(graph, node.inputs[1] ?? '');
      const points = shape && pointsOf(shape, intsAttribute(node, 'pads'));
      if (points) unfold(model, node, points);
      return points;
    }).length;
  },
});

/** Shape of a constant or an input. */
function shapeOf(graph: Graph, name: string): readonly Dimension[] | undefined {
  return graph.initializers.get(name)?.shape ?? graph.inputs.find((each) => each.name === name)?.shape;
}

/** Lengths N of the axes, if the kernel [2, 1, 1, 2N − 1, …] has N − 1 zeros around. */
function pointsOf(kernel: readonly Dimension[], pads: readonly number[]): number[] | undefined {
  const [, features, channels, ...taps] = kernel;
  const points = taps.map((length) => (Number(length) + 1) / 2);
  const whole = points.every((n, axis) => pads[axis] === n - 1 && pads[axis + points.length] === n - 1);
  return features === 1 && channels === 1 && whole ? points : undefined;
}

function unfold({ graph }: Model, node: Node, points: readonly number[]): void {
  const [x = '', kernel = ''] = node.inputs;
  const build = GraphBuilder.behind(graph, x, `${node.name}.`);
  const size = sizeOf(points);
  const flat = build.op('Flatten', [x], { axis: 1 });
  const taps = build.op('Reshape', [kernel, build.integers('taps', [2, -1])]);
  const places = build.constant('places', Tensor.int64([size, size], [...tapPlaces(points)]));
  const matrix = build.op('Gather', [taps, places], { axis: 1 });
  const product = addComplex(build, complexOperators.product, [flat, matrix]);
  const shaped = build.op('Reshape', [product, build.integers('shape', [0, 2, ...points])]);
  graph.redirectConsumers(node.outputs[0] ?? '', shaped);
  graph.removeNode(node);
}
