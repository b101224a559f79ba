import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model } from '../graph/model.ts';
import { intsAttribute } from '../graph/node.ts';
import { lookUp } from '../look-up.ts';
import { withKnownLengths } from './known-lengths.ts';
import { OrtSession } from './ort-session.ts';
import { sampleBatch, sampleInputs } from './sample-inputs.ts';
import { forFewRuns, weightLoadingOf } from './weight-loading.ts';

/**
 * Shapes of values of a network for one sample, and of its outputs, found by running it: what ONNX Runtime
 * computes is right for every operator and every way of writing shapes. The values themselves stay in the runtime,
 * which uses their memory again after the last use of each.
 *
 * @param inputShapes shapes of inputs by name; default: those of one sample, with the lengths that the model keeps or runs with
 * where it leaves some open
 * @param threads threads of the run. Default 1
 * @returns shapes by value name; the batch axis has length 1
 * @throws RuntimeError if no lengths are found that it runs with
 */
export async function measureShapes(
  model: Model,
  values: Iterable<string>,
  inputShapes?: ReadonlyMap<string, readonly number[]>,
  threads = 1,
): Promise<Map<string, readonly number[]>> {
  const all = [...new Set([...values, ...model.graph.outputs.map(({ name }) => name)])];
  const weights = new Map(all.map((name) => [name, shapeOfWeight(model.graph, name)]));
  const names = all.filter((name) => !weights.get(name));
  if (names.length === 0) return new Map([...weights].map(([name, shape]) => [name, shape!]));
  const { model: shapes, shapeOf } = withShapesAsOutputs(model, names, weightLoadingOf(model) === 'mapped');
  const session = await OrtSession.create(shapes, forFewRuns(model, threads));
  try {
    const inputs = inputShapes
      ? sampleInputs(model.graph, inputShapes)
      : sampleBatch(await withKnownLengths(model));
    const outputs = await session.run(inputs);
    const measured = (name: string) =>
      Array.from(lookUp(outputs, lookUp(shapeOf, name, 'shape of value'), 'output').data, Number);
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

/**
 * A copy of a model that gives the shapes of some values instead of its own outputs. Where values are large, `atOnce`: the runtime may compute outputs when it likes, all
 * of them at the very end, and would keep every value until then; so what reads a value gets it expanded to the shape that it has
 * anyway, which cannot come before that shape. (A Reshape would not copy it, but ONNX Runtime 1.30 fails to fuse two of them if the
 * shape between is an output.) Loading takes longer for that, by the square of the depth.
 */
const withShapesAsOutputs = definePass({
  name: 'shapes-as-outputs',
  summary: 'The shapes of values become the only outputs.',
  rewrites: 'copy',
  apply(model: Model, names: readonly string[], atOnce: boolean) {
    const copy = model.clone();
    const shapeOf = new Map(names.map((name) => [name, takeShape(copy.graph, name, atOnce)]));
    copy.graph.setOutputs(
      [...shapeOf.values()].map((name) => ({ name, dataType: 'int64', shape: undefined })),
    );
    copy.graph.removeDeadNodes();
    return { model: copy, shapeOf };
  },
});

function takeShape(graph: Graph, value: string, atOnce: boolean): string {
  const build = GraphBuilder.behind(graph, value, 'shapes.');
  const readers = graph.consumersOf(value);
  const shape = build.op('Shape', [value]);
  if (!atOnce || !graph.producerOf(value) || readers.length === 0) return shape;
  const onward = build.op('Expand', [value, shape]);
  graph.redirectConsumers(
    value,
    onward,
    new Set([shape, onward].flatMap((name) => graph.producerOf(name) ?? [])),
  );
  return shape;
}
