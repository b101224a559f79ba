import { RuntimeError } from '../errors.ts';
import { batchAxis, sharedInputs } from '../graph/batch-axis.ts';
import type { Graph, ValueInfo } from '../graph/graph.ts';
import { type InputBatch, isNamed } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { printShape } from '../graph/print-graph.ts';

/** Key of the lengths among a model's `metadata_props`. */
const metadataKey = 'transpike.lengths';

/** An axis of an input beside the batch whose length the network leaves open. */
export interface OpenAxis {
  readonly input: string;
  readonly axis: number;
  /** The network's name for its length, which several axes may have; else one of its own. */
  readonly key: string;
}

/** The axes beside the batch whose lengths a network leaves open, such as that of a sequence. */
export function openAxes({ inputs }: Graph): OpenAxis[] {
  const shared = sharedInputs(inputs);
  return inputs.flatMap(({ name, shape = [] }) => {
    const batch = shared.has(name) ? -1 : batchAxis(shape);
    return shape.flatMap((length, axis) =>
      axis === batch || typeof length === 'number'
        ? []
        : [{ input: name, axis, key: length ?? `${name} ${axis}` }],
    );
  });
}

/** Shapes of the inputs by name for a batch of this many samples. @throws RuntimeError if a length is not known */
export function sampleShapes(model: Model, samples = 1): Map<string, number[]> {
  const known = keptLengths(model);
  const open = openAxes(model.graph);
  const shared = sharedInputs(model.graph.inputs);
  return new Map(
    model.graph.inputs.map((info) => {
      const lengths = info.shape?.map((length, axis) => {
        const key = open.find((each) => each.input === info.name && each.axis === axis)?.key;
        return key === undefined ? length : known.get(key);
      });
      const whole =
        lengths && !shared.has(info.name) ? lengths.with(batchAxis(info.shape!), samples) : lengths;
      if (!whole?.every((length) => typeof length === 'number')) throw unknownLengths(info);
      return [info.name, whole as number[]];
    }),
  );
}

/** A model that keeps the lengths that data have on the axes that it leaves open. */
export function withLengthsOf(model: Model, batch: InputBatch): Model {
  const open = openAxes(model.graph);
  const shapeOf = (input: string) =>
    isNamed(batch)
      ? batch.inputs[input]?.shape
      : input === model.graph.inputs[0]!.name
        ? batch.shape
        : undefined;
  const lengths = open.flatMap(({ input, axis, key }) => {
    const length = shapeOf(input)?.[axis];
    return length === undefined ? [] : [[key, length] as const];
  });
  return withLengths(model, new Map([...keptLengths(model), ...lengths]));
}

/** A copy of a model that keeps lengths, by the keys of its open axes. */
export function withLengths(model: Model, lengths: ReadonlyMap<string, number>): Model {
  const copy = model.clone();
  copy.metadata.set(metadataKey, JSON.stringify(Object.fromEntries(lengths)));
  return copy;
}

/** The lengths that a model keeps, by the keys of its open axes. */
export function keptLengths({ metadata }: Model): Map<string, number> {
  const text = metadata.get(metadataKey);
  return new Map(Object.entries(text === undefined ? {} : (JSON.parse(text) as Record<string, number>)));
}

function unknownLengths({ name, shape }: ValueInfo): RuntimeError {
  return new RuntimeError({
    where: `input '${name}'`,
    expected: 'known lengths on every axis but the batch',
    got: shape ? printShape(shape) : 'an unknown shape',
    remedy: 'Give the shape of the input, or export the model with a fixed one',
    means: ['inputShapes'],
  });
}
