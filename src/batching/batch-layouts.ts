import type { BatchLayout } from '../analysis/placement.ts';
import { ConversionError } from '../errors.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { joinSamples } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { lookUp } from '../look-up.ts';
import { exposeValues } from '../sessions/expose-values.ts';
import { openAxes, sampleShapes } from '../sessions/input-lengths.ts';
import { measureShapes } from '../sessions/measure-shapes.ts';
import type { MeasuredSource } from '../sessions/measure-source.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { sampleInputs } from '../sessions/sample-inputs.ts';
import { forFewRuns } from '../sessions/weight-loading.ts';

/**
 * Where the batch lies in values of which it is not the leading axis: frameworks put the sequence first, or merge both. Found by running
 * two images alone and together; values with a batch in front are left out.
 *
 * @param source takes batches of any length
 * @param threads threads of the run. Default 1
 * @throws ConversionError if the images of a value cannot be told apart
 */
export async function findBatchLayouts(
  { model, shapes: one }: MeasuredSource,
  values: readonly string[],
  threads = 1,
): Promise<Map<string, BatchLayout>> {
  const two = await measureShapes(model, values, sampleShapes(model, 2), threads);
  const unclear = values.filter((name) => {
    const [alone, both] = [lookUp(one, name, 'shape of value'), lookUp(two, name, 'shape of value')];
    const leads = alone[0] === 1 && String(both) === String(alone.with(0, 2));
    return !leads && sizeOf(both) === 2 * sizeOf(alone);
  });
  if (unclear.length === 0) return new Map();
  const [first, second, together] = await runTwo(model, unclear);
  const open = openAxes(model.graph).length > 0;
  return new Map(
    unclear.flatMap((name): [string, BatchLayout][] => {
      const alone = [lookUp(first, name, 'value'), lookUp(second, name, 'value')];
      const layout = layoutOf(alone, lookUp(together, name, 'value'), name);
      return layout === 'in front' ? [] : [[name, { ...layout, open }]];
    }),
  );
}

type Values = ReadonlyMap<string, FloatTensor>;

/** The values for each of two images, and for both together. */
async function runTwo(model: Model, values: readonly string[]): Promise<[Values, Values, Values]> {
  const session = await OrtSession.create(exposeValues(model, values, false), forFewRuns(model));
  const shapes = sampleShapes(model, 1);
  const [first, second] = [sampleInputs(model.graph, shapes, 0), sampleInputs(model.graph, shapes, 1)];
  try {
    return [
      await session.run(first),
      await session.run(second),
      await session.run(joinSamples([first, second])),
    ];
  } finally {
    await session.release();
  }
}

function layoutOf(
  alone: readonly FloatTensor[],
  together: FloatTensor,
  name: string,
): Omit<BatchLayout, 'open'> | 'in front' {
  const { shape } = alone[0]!;
  for (const [axis, length] of shape.entries()) {
    if (together.shape[axis] !== 2 * length) continue;
    for (const inner of divisors(length)) {
      // Elements that lie behind each other before the other image's come.
      const run = inner * sizeOf(shape.slice(axis + 1));
      if (!isInterleaved(alone, together, run)) continue;
      if (run === alone[0]!.data.length) return 'in front';
      return { axis, inner, rank: shape.length, ...(length > 1 && { shape }) };
    }
  }
  throw new ConversionError({
    where: `value '${name}'`,
    expected: 'the images of a batch beside each other',
    got: 'numbers of several images that cannot be told apart',
    remedy: 'Export the model with the batch as the leading axis',
  });
}

/** From the largest on: where all images are equal, the batch counts as leading. */
function divisors(length: number): number[] {
  return Array.from({ length }, (_, i) => length - i).filter((each) => length % each === 0);
}

function isInterleaved(alone: readonly FloatTensor[], { data }: FloatTensor, run: number): boolean {
  const numbers = Float64Array.from(data);
  const largest = numbers.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-3);
  return numbers.every((value, i) => {
    const image = Math.floor(i / run) % alone.length;
    const at = Math.floor(i / (run * alone.length)) * run + (i % run);
    const wanted = alone[image]!.data[at]!;
    return value === wanted || Math.abs(value - wanted) <= 1e-4 * largest;
  });
}
