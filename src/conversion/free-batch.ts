import { ConversionError, messageOf } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { measureShapes, oneImage } from '../runtime/measure-shapes.ts';

/**
 * A copy of a model whose leading axis may have any length, because all time-steps are run as one batch. An export
 * often fixes the length without needing it; such a model is tried on batches of one and of two.
 *
 * @throws ConversionError if the network itself needs the length
 */
export async function freeBatch(source: Model): Promise<Model> {
  const model = source.clone();
  const fixed = model.graph.inputs.some(({ shape }) => typeof shape?.[0] === 'number');
  const free = <I extends Model['graph']['inputs'][number]>(info: I): I =>
    typeof info.shape?.[0] === 'number' ? { ...info, shape: ['batch', ...info.shape.slice(1)] } : info;
  model.graph.inputs = model.graph.inputs.map(free);
  model.graph.outputs = model.graph.outputs.map(free);
  if (fixed) for (const length of [1, 2]) await tryBatch(model, length);
  return model;
}

async function tryBatch(model: Model, length: number): Promise<void> {
  const shapes = model.graph.inputs.map(
    ({ name, shape }) => [name, [length, ...oneImage(name, shape).slice(1)]] as const,
  );
  await measureShapes(model, [], new Map(shapes)).catch((error: unknown) => {
    throw batchNotFree(error);
  });
}

/** @param error what the runtime said to another batch length */
export function batchNotFree(error: unknown): ConversionError {
  return new ConversionError(
    {
      where: 'convert',
      expected: 'a network that takes any batch size, so that time-steps can be run as one batch',
      got: messageOf(error),
      remedy: 'Export the model with a dynamic batch axis (dynamic_axes={"x": {0: "batch"}})',
    },
    { cause: error },
  );
}
