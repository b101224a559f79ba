import { convert } from '../../conversion/convert.ts';
import { randomImages, randomNumbers } from '../../engines/segmented/small-networks.fixture.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { methodNamed } from '../../methods/methods.ts';

/** Pictures for {@link residualNetwork}. */
export const residualInput = (): FloatTensor => randomImages([3, 2, 8, 8], 9);

/** Residual blocks with a plain shortcut and one that takes every other place and fills up channels, groups, pooling, and two matrices. */
function residualNetwork(): Model {
  const graph = new Graph('residual');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2, 8, 8] });
  let seed = 0;
  const weight = (...shape: number[]) =>
    build.constant(
      'w',
      Tensor.float32(shape, randomNumbers(sizeOf(shape), Math.sqrt(6 / sizeOf(shape.slice(1))), ++seed)),
    );
  const convolve = (x: string, into: number, out: number, stride: number, group = 1) =>
    build.op('Conv', [x, weight(out, into / group, 3, 3), weight(out)], {
      pads: [1, 1, 1, 1],
      strides: [stride, stride],
      group,
    });
  const relu = (x: string) => build.op('Relu', [x]);
  const first = relu(convolve('x', 2, 6, 1));
  const block = relu(build.op('Add', [convolve(relu(convolve(first, 6, 6, 1, 2)), 6, 6, 1), first]));
  const bounds = [
    [0, 0],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [2, 3],
    [2, 2],
  ] as const;
  const every = build.op('Slice', [block, ...bounds.map((numbers) => build.integers('slice', numbers))]);
  const shortcut = build.op('Pad', [every, build.integers('pads', [0, 2, 0, 0, 0, 2, 0, 0])]);
  const last = relu(build.op('Add', [convolve(block, 6, 10, 2), shortcut]));
  const pooled = build.op('AveragePool', [last], { kernel_shape: [2, 2], strides: [2, 2] });
  const flat = build.op('Flatten', [pooled], { axis: 1 });
  const hidden = relu(build.op('Gemm', [flat, weight(7, 40), weight(7)], { transB: 1 }));
  const out = build.op('MatMul', [hidden, weight(7, 5)]);
  build.op('Add', [out, weight(5)], {}, { name: 'logits' });
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 5] });
  return new Model(graph, 17);
}

/** The same with spikes. */
export async function spikingResidual(method = 'rate', steps = 6): Promise<Model> {
  const converted = await convert(residualNetwork(), {
    method: methodNamed(method),
    steps,
    calibration: () => [residualInput()],
  });
  return converted.model;
}
