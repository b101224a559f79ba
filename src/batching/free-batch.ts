import { ConversionError, messageOf } from '../errors.ts';
import { batchAxis, sharedInputs } from '../graph/batch-axis.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Dimension, ValueInfo } from '../graph/graph.ts';
import { joinSamples } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { printShape } from '../graph/print-graph.ts';
import { Tensor } from '../graph/tensor.ts';
import { sampleShapes } from '../sessions/input-lengths.ts';
import { measureShapes } from '../sessions/measure-shapes.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { sampleInputs } from '../sessions/sample-inputs.ts';
import { forFewRuns } from '../sessions/weight-loading.ts';
import { type BatchAxes, liftToRows } from './rows/lift-to-rows.ts';
import { nearlyEqual, stackRows } from './rows/row-form.ts';
import { runConstants } from './rows/run-constants.ts';
import { sampleTensors } from './rows/trials.ts';

/**
 * A copy of a model whose leading axis is the batch and may have any length, because all time-steps are run as one batch.
 * A model that takes any batch there stays as it is. An export often fixes the length without needing it; such a model is
 * tried. One that needs it, or whose batch is another axis, is rewritten to work image by image where it has to.
 *
 * @param source inputs have known lengths beside the batch
 * @param threads threads of the trial. Default 1
 * @throws ConversionError if the network needs a batch of several images, or its images influence each other
 */
export const freeBatch = definePass({
  name: 'free-batch',
  summary: 'The leading axis of inputs and outputs becomes a batch of any length.',
  rewrites: 'copy',
  async apply(source: Model, threads?: number): Promise<Model> {
    const axes = batchAxes(source);
    const leading = [...axes.values()].every((axis) => axis === 0);
    if (leading) {
      const free = withFreeBatch(source, axes);
      const compared = isFixed(source, axes)
        ? compareImages(source, free, axes)
        : compareBatches(free, axes, threads);
      const apart = await compared.catch(() => 'another batch');
      if (apart === 'apart') return free;
      // Numbers that depend on who else is in the batch have no single-image meaning that a rewrite could keep.
      if (apart === 'mixed' && !isFixed(source, axes)) throw imagesMixed(source);
    }
    return lift(source, axes);
  },
});

/** Inputs that are the same for all images have no batch axis. */
function batchAxes({ graph }: Model): BatchAxes {
  const shared = sharedInputs(graph.inputs);
  const own = graph.inputs.filter(({ name }) => !shared.has(name));
  return new Map(own.map(({ name, shape }) => [name, batchAxis(shape ?? [])]));
}

function isFixed({ graph }: Model, axes: BatchAxes): boolean {
  return graph.inputs.some(({ name, shape }) => axes.has(name) && typeof shape?.[0] === 'number');
}

function withFreeBatch(source: Model, axes: BatchAxes): Model {
  const model = source.clone();
  const free = (info: ValueInfo): ValueInfo =>
    typeof info.shape?.[0] === 'number' ? { ...info, shape: ['batch', ...info.shape.slice(1)] } : info;
  model.graph.setInputs(model.graph.inputs.map((info) => (axes.has(info.name) ? free(info) : info)));
  model.graph.setOutputs(model.graph.outputs.map(free));
  return model;
}

async function lift(source: Model, axes: BatchAxes): Promise<Model> {
  try {
    const one = withOneImage(source, axes);
    const lifted = await liftToRows(one, new Map([...axes, ...(await outputAxes(source, axes))]));
    if ((await compareImages(one, lifted, axes)) === 'apart') return lifted;
  } catch (error) {
    throw withoutBatchAxis(source, axes, error) ?? batchNotFree(error);
  }
  throw batchNotFree('other numbers when several images are run at once');
}

function withOneImage(source: Model, axes: BatchAxes): Model {
  const shapes = shapesOf(source, axes, 1);
  const one = source.clone();
  one.graph.setInputs(one.graph.inputs.map((info) => ({ ...info, shape: shapes.get(info.name)! })));
  one.graph.setOutputs(one.graph.outputs.map((info) => ({ ...info, shape: undefined })));
  return one;
}

/** Lengths of the inputs for a batch, on the axes that the network has for it. */
function shapesOf(model: Model, axes: BatchAxes, batch: number): Map<string, number[]> {
  const shapes = sampleShapes(model);
  return new Map(
    [...shapes].map(([name, shape]) => [name, axes.has(name) ? shape.with(axes.get(name)!, batch) : shape]),
  );
}

/** The axes of the outputs that grow with the batch; where the network takes one image only, those of length 1. */
async function outputAxes(source: Model, axes: BatchAxes): Promise<BatchAxes> {
  const one = await measureAt(source, axes, 1);
  const two = await measureAt(source, axes, 2).catch(() => undefined);
  const found = source.graph.outputs.map(({ name }): [string, number] => {
    const shape = one.get(name)!;
    const axis = two ? shape.findIndex((length, i) => two.get(name)![i] !== length) : batchAxis(shape);
    return [name, axis];
  });
  return new Map(found.filter(([name, axis]) => axis >= 0 && one.get(name)![axis] === 1));
}

async function measureAt(
  model: Model,
  axes: BatchAxes,
  batch: number,
): Promise<Map<string, readonly number[]>> {
  const free = model.clone();
  free.graph.setInputs(free.graph.inputs.map((info) => ({ ...info, shape: undefined })));
  free.graph.setOutputs(free.graph.outputs.map((info) => ({ ...info, shape: undefined })));
  return measureShapes(free, [], shapesOf(model, axes, batch));
}

/**
 * What a network with a leading batch does with several images: it keeps them `apart`, or their numbers are `mixed`, or its outputs
 * are those of `another batch`.
 */
type ImageComparison = 'apart' | 'mixed' | 'another batch';

/** Compares three images together with what another network, which takes one image, gives for each. */
async function compareImages(one: Model, many: Model, axes: BatchAxes): Promise<ImageComparison> {
  const alone: ReadonlyMap<string, Tensor>[] = [];
  for (const image of [0, 1, 2]) {
    const inputs = sampleTensors(one, shapesOf(one, axes, 1), image);
    alone.push(new Map([...inputs, ...(await runConstants(one, inputs))]));
  }
  return compareRows(await runConstants(many, together(many, axes, alone)), alone);
}

/** The inputs of several images as those of one batch. */
function together(
  { graph }: Model,
  axes: BatchAxes,
  alone: readonly ReadonlyMap<string, Tensor>[],
): Map<string, Tensor> {
  return new Map(
    graph.inputs.map(({ name }) => {
      const first = alone[0]!.get(name)!;
      return [name, axes.has(name) ? stack(alone, name, first.shape.toSpliced(axes.get(name)!, 1)) : first];
    }),
  );
}

/**
 * The same for a network that takes batches of any length already: one session serves for two images together, and for
 * each alone in the other order. Large networks are loaded once.
 */
async function compareBatches(model: Model, axes: BatchAxes, threads?: number): Promise<ImageComparison> {
  const session = await OrtSession.create(model, forFewRuns(model, threads));
  const run = async (images: readonly number[]) => {
    const shapes = shapesOf(model, axes, 1);
    const batch = joinSamples(images.map((image) => sampleInputs(model.graph, shapes, image)));
    const outputs = await session.run(batch);
    return new Map([...outputs].map(([name, { shape, data }]) => [name, Tensor.float64(shape, data)]));
  };
  try {
    const both = await run([0, 1]);
    const second = await run([1]);
    return compareRows(both, [await run([0]), second]);
  } finally {
    await session.release();
  }
}

function compareRows(
  together: ReadonlyMap<string, Tensor>,
  alone: readonly ReadonlyMap<string, Tensor>[],
): ImageComparison {
  const outputs = [...together];
  const whole = outputs.every(([name, { shape, size }]) => {
    const single = alone[0]!.get(name)!;
    return shape[0] === alone.length && size === alone.length * single.size;
  });
  if (!whole) return 'another batch';
  const same = outputs.every(([name, got]) => nearlyEqual(got, stack(alone, name, got.shape.slice(1))));
  return same ? 'apart' : 'mixed';
}

function stack(
  alone: readonly ReadonlyMap<string, Tensor>[],
  name: string,
  image: readonly Dimension[],
): Tensor {
  return stackRows(
    alone.map((values) => values.get(name)!),
    image as number[],
  );
}

function imagesMixed({ graph }: Model): ConversionError {
  return new ConversionError({
    where: `graph '${graph.name}'`,
    expected: 'a network that treats every image of a batch by itself',
    got: 'other numbers for an image when other images are in its batch',
    remedy:
      'Look for operators that compute over the batch axis, such as means or batch normalisation in training mode, and export without them',
  });
}

/** Inputs with fixed lengths, none of them 1, may have no axis for a batch at all. */
function withoutBatchAxis({ graph }: Model, axes: BatchAxes, cause: unknown): ConversionError | undefined {
  const fixed = graph.inputs.filter(({ name, shape = [] }) => {
    const length = axes.has(name) ? shape[axes.get(name)!] : undefined;
    return typeof length === 'number' && length !== 1;
  });
  if (fixed.length === 0) return undefined;
  return new ConversionError(
    {
      where: `graph '${graph.name}'`,
      expected: 'inputs with an axis for the batch, of any length or of length 1',
      got: `${fixed.map(({ name, shape }) => `${name} ${printShape(shape!)}`).join(', ')}, which runs with no other length of its first axis`,
      remedy: `Export the model with a batch axis in front, such as ${fixed[0]!.name} ${printShape(['batch', ...fixed[0]!.shape!])}`,
    },
    { cause },
  );
}

/** Names the operator, where it is one; what the runtime itself says of it is the cause. */
function whatFailed(reason: unknown): string {
  const message = messageOf(reason);
  const [, opType, name] = /while running (\w+) node\. Name:'([^']*)'/.exec(message) ?? [];
  return opType === undefined
    ? message
    : `${opType} '${name}', which ONNX Runtime does not run as it stands there`;
}

/** @param reason what the runtime said to another batch length */
export function batchNotFree(reason: unknown): ConversionError {
  return new ConversionError(
    {
      where: 'convert',
      expected: 'a network that takes any batch size, or single images',
      got: typeof reason === 'string' ? reason : whatFailed(reason),
      remedy: 'Export the model with a dynamic batch axis (dynamic_axes={"x": {0: "batch"}})',
    },
    typeof reason === 'string' ? undefined : { cause: reason },
  );
}
