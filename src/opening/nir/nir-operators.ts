import type { NirParameters } from '../../formats/nir/nir-parameters.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { Tensor } from '../../graph/tensor.ts';

/** Operators of a NIR node that has no state: from the value that it reads to the value that it makes, [N, …] each. */
type NirOperator = (build: GraphBuilder, value: string, read: NirParameters) => string;

/** NIR nodes without state by their type. */
export const nirOperators: Readonly<Record<string, NirOperator>> = {
  Linear: (build, value, read) => linear(build, value, read),
  Affine: (build, value, read) => {
    const bias = read.array('bias', 1);
    return build.op('Add', [
      linear(build, value, read),
      build.constant('bias', Tensor.float32([...bias.shape], bias.data)),
    ]);
  },
  Scale: (build, value, read) => {
    const { shape, data } = read.array('scale');
    return build.op('Mul', [value, build.constant('scale', Tensor.float32([...shape], data))]);
  },
  Conv1d: (build, value, read) => convolution(build, value, read, 1),
  Conv2d: (build, value, read) => convolution(build, value, read, 2),
  AvgPool2d: (build, value, read) => averagePool(build, value, read).value,
  SumPool2d: (build, value, read) => {
    const { value: mean, size } = averagePool(build, value, read);
    return build.op('Mul', [mean, build.scalar('size', size)]);
  },
  Flatten: (build, value, read) => {
    const [start = 0] = read.lengths('start_dim', 1, 0);
    const end = read.optional('end_dim')?.data[0] ?? -1;
    if (end !== -1) throw read.refuse('all axes from start_dim on (end_dim −1)', `end_dim ${end}`);
    return build.op('Reshape', [
      value,
      build.integers('flat', [...new Array<number>(start + 1).fill(0), -1]),
    ]);
  },
};

/** NIR has weights [out, in]. */
function linear(build: GraphBuilder, value: string, read: NirParameters): string {
  return build.op('MatMul', [value, linearWeight(build, read)]);
}

/** The weight of a Linear or Affine node as a value [in, out]. */
function linearWeight(build: GraphBuilder, read: NirParameters): string {
  const { shape, data } = read.array('weight', 2);
  const [out = 0, into = 0] = shape;
  const turned = Float32Array.from(
    { length: data.length },
    (_, i) => data[(i % out) * into + Math.floor(i / out)] ?? 0,
  );
  return build.constant('weight', Tensor.float32([into, out], turned));
}

function convolution(build: GraphBuilder, value: string, read: NirParameters, axes: 1 | 2): string {
  const { shape, data } = read.array('weight', axes + 2);
  const weight = build.constant('weight', Tensor.float32([...shape], data));
  const bias = read.optional('bias');
  const padded = read.word('padding');
  const pads = padded === undefined ? read.lengths('padding', axes, 0) : [];
  const [group = 1] = read.lengths('groups', 1, 1);
  const same = padded === 'same' ? { auto_pad: 'SAME_UPPER' } : {};
  return build.op(
    'Conv',
    [value, weight, ...(bias ? [build.constant('bias', Tensor.float32([...bias.shape], bias.data))] : [])],
    {
      kernel_shape: shape.slice(2),
      strides: read.lengths('stride', axes, 1),
      dilations: read.lengths('dilation', axes, 1),
      group,
      ...(pads.length > 0 ? { pads: [...pads, ...pads] } : same),
    },
  );
}

function averagePool(
  build: GraphBuilder,
  value: string,
  read: NirParameters,
): { value: string; size: number } {
  const kernel = read.lengths('kernel_size', 2);
  const pads = read.lengths('padding', 2, 0);
  const mean = build.op('AveragePool', [value], {
    kernel_shape: kernel,
    strides: read.optional('stride') ? read.lengths('stride', 2) : kernel,
    pads: [...pads, ...pads],
    // Zeros around the edge count, as they do in sums.
    count_include_pad: 1,
  });
  return { value: mean, size: kernel.reduce((product, length) => product * length, 1) };
}
