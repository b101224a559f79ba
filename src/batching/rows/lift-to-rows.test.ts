import { describe, expect, it } from 'vitest';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { liftToRows } from './lift-to-rows.ts';
import { stackRows } from './row-form.ts';
import { runConstants } from './run-constants.ts';
import { sampleTensors } from './trials.ts';

/** A network x [1, 4, 6] → y for one image. */
function networkOf(body: (build: GraphBuilder) => string): Model {
  const graph = new Graph('single');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: [1, 4, 6] });
  graph.addOutput({ name: body(build), dataType: 'float32', shape: undefined });
  return new Model(graph, 17);
}

function weight(build: GraphBuilder, ...shape: number[]): string {
  const size = sizeOf(shape);
  return build.constant(
    'w',
    Tensor.float32(
      shape,
      Array.from({ length: size }, (_, i) => Math.cos(3 * i)),
    ),
  );
}

/** [4, 6], without any batch. */
const matrix = (build: GraphBuilder) => build.op('Squeeze', ['x', build.integers('axes', [0])]);

/** What is computed for one image, and the operators that the row form takes. */
const cases: Record<string, { body: (build: GraphBuilder) => string; operators: string }> = {
  'operators that keep to the last axis': {
    body: (build) => build.op('Relu', [build.op('MatMul', ['x', weight(build, 6, 3)])]),
    operators: 'MatMul Relu',
  },
  'changes of shape with the batch written out': {
    body: (build) => build.op('Reshape', ['x', build.integers('shape', [1, 2, 2, 6])]),
    operators: 'Reshape',
  },
  'lengths computed from the shape of the input': {
    body: (build) => {
      const width = build.op('Slice', [
        build.op('Shape', ['x']),
        build.integers('from', [2]),
        build.integers('to', [3]),
      ]);
      const shape = build.op('Concat', [build.integers('rest', [1, 4]), width], { axis: 0 });
      return build.op('Expand', [build.op('ReduceMean', ['x'], { axes: [2], keepdims: 1 }), shape]);
    },
    operators: 'ReduceMean Expand',
  },
  'a Gemm without a batch': {
    body: (build) => build.op('Gemm', [matrix(build), weight(build, 5, 6), weight(build, 5)], { transB: 1 }),
    operators: 'Reshape Reshape Gemm Reshape',
  },
  'axes counted from the front without a batch': {
    body: (build) =>
      build.op('Softmax', [build.op('Transpose', [matrix(build)], { perm: [1, 0] })], { axis: 0 }),
    operators: 'Reshape Transpose Softmax',
  },
  'operands of different ranks': {
    body: (build) =>
      build.op('Mul', [matrix(build), build.op('ReduceMax', ['x'], { axes: [0, 1], keepdims: 0 })]),
    operators: 'Reshape Reshape ReduceMax Reshape Mul',
  },
  'operators that cannot be batched': {
    body: (build) => build.op('Pad', [matrix(build), build.integers('pads', [1, 0, 0, 2])]),
    operators: 'Reshape Scan',
  },
  'constants that are joined to the image': {
    body: (build) => build.op('Concat', [weight(build, 1, 1, 6), 'x'], { axis: 1 }),
    operators: 'Scan',
  },
};

describe('liftToRows', () => {
  it.each(Object.entries(cases))(
    'gives for many images what each gives alone: %s',
    async (_, { body, operators }) => {
      const one = networkOf(body);
      const lifted = await liftToRows(one, new Map([['x', 0]]));
      expect(lifted.graph.inputs).toEqual([{ name: 'x', dataType: 'float32', shape: ['batch', 4, 6] }]);
      expect(lifted.graph.nodes.map(({ opType }) => opType).join(' ')).toBe(operators);
      const output = one.graph.outputs[0]!.name;
      const images = [7, 8, 9].map(
        (image) => sampleTensors(one, new Map([['x', [1, 4, 6]]]), image).get('x')!,
      );
      const alone: Tensor[] = [];
      for (const image of images) alone.push((await runConstants(one, new Map([['x', image]]))).get(output)!);
      const together = (await runConstants(lifted, new Map([['x', stackRows(images)]]))).get(output)!;
      const expected = stackRows(alone);
      expect(together.shape).toEqual(expected.shape);
      for (const [i, value] of together.toNumbers().entries()) {
        expect(value).toBeCloseTo(expected.toNumbers()[i]!, 5);
      }
    },
  );
});
