import { RuntimeError } from '../errors.ts';
import { definePass } from '../graph/define-pass.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { Dimension, Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model } from '../graph/model.ts';
import { intsAttribute } from '../graph/node.ts';
import { printShape } from '../graph/print-graph.ts';
import { sizeOf } from '../graph/shape.ts';
import { OrtSession } from './ort-session.ts';

/**
 * Shapes of values of a network for one image, and of its outputs, found by running it on zeros: what ONNX Runtime
 * computes is right for every operator and every way of writing shapes. The values themselves stay in the runtime,
 * which frees each after its last use.
 *
 * @param inputShapes shapes of inputs by name for those with unknown lengths beside the batch
 * @returns shapes by value name; the batch axis has length 1
 * @throws RuntimeError if a length other than the batch is unknown
 */
export async function measureShapes(
  model: Model,
  values: Iterable<string>,
  inputShapes: ReadonlyMap<string, readonly number[]> = new Map(),
): Promise<Map<string, readonly number[]>> {
  const all = [...new Set([...values, ...model.graph.outputs.map(({ name }) => name)])];
  const weights = new Map(all.map((name) => [name, shapeOfWeight(model.graph, name)]));
  const names = all.filter((name) => !weights.get(name));
  if (names.length === 0) return new Map([...weights].map(([name, shape]) => [name, shape!]));
  const { model: shapes, shapeOf } = withShapesAsOutputs(model, names);
  const session = await OrtSession.create(shapes, { weights: 'mapped', keepScratch: false });
  try {
    const inputs = model.graph.inputs.map(({ name, shape }): [string, FloatTensor] => {
      const fixed = inputShapes.get(name) ?? oneImage(name, shape);
      return [name, { shape: fixed, data: new Float32Array(sizeOf(fixed)) }];
    });
    const outputs = await session.run(new Map(inputs));
    const measured = (name: string) => Array.from(outputs.get(shapeOf.get(name)!)!.data, Number);
    return new Map(all.map((name) => [name, weights.get(name) ?? measured(name)]));
  } finally {
    await session.release();
  }
}

/** Shape of a weight as the architectures put it into a graph, cast or transposed: it is not worth computing for that. */
function shapeOfWeight(graph: Graph, value: string): readonly number[] | undefined {
  const own = graph.initializers.get(value)?.shape;
  const producer = graph.producerOf(value);
  const isView = producer?.opType === 'Cast' || producer?.opType === 'Transpose';
  if (own || !isView) return own;
  const shape = shapeOfWeight(graph, producer.inputs[0]!);
  if (!shape || producer.opType === 'Cast') return shape;
  return intsAttribute(producer, 'perm', [...shape.keys()].reverse()).map((axis) => shape[axis]!);
}

/** A copy of a model that gives the shapes of some values instead of its own outputs. */
const withShapesAsOutputs = definePass({
  name: 'shapes-as-outputs',
  summary: 'The shapes of values become the only outputs.',
  rewrites: 'copy',
  apply(model: Model, names: readonly string[]) {
    const copy = model.clone();
    const build = new GraphBuilder(copy.graph, 'shapes.');
    const shapeOf = new Map(names.map((name) => [name, build.op('Shape', [name])]));
    copy.graph.setOutputs(
      [...shapeOf.values()].map((name) => ({ name, dataType: 'int64', shape: undefined })),
    );
    copy.graph.removeDeadNodes();
    return { model: copy, shapeOf };
  },
});

/** The shape of a batch of one image. @throws RuntimeError if lengths beside the batch are unknown */
export function oneImage(name: string, shape: readonly Dimension[] | undefined): number[] {
  const lengths = shape?.map((length, axis) => (axis === 0 ? 1 : length));
  if (lengths?.every((length) => typeof length === 'number')) return lengths as number[];
  throw new RuntimeError({
    where: `input '${name}'`,
    expected: 'known lengths on every axis but the batch',
    got: shape ? printShape(shape) : 'an unknown shape',
    remedy: 'Export the model with a fixed image size',
  });
}
