import { UsageError } from '../errors.ts';
import { batchAxis } from '../graph/batch-axis.ts';
import type { Dimension, ValueInfo } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { printShape } from '../graph/print-graph.ts';

/** What a network leaves open of its inputs, where data do not tell. */
export interface ShapeOptions {
  /**
   * Lengths of one sample, without the batch, as `name=3,224,224`, or `3,224,224` for a network with one input: height and width of pictures,
   * length of a sequence. Default: those of the data, else the smallest that the network runs with.
   */
  readonly inputShapes?: readonly string[] | undefined;
}

/**
 * A model whose inputs have the lengths that are given where it leaves them open. A name that stands for a length, such as `sequence`,
 * stands for it wherever inputs have it.
 *
 * @param where the network, for errors
 * @throws UsageError if there is no such input, its rank or one of its lengths is another one, or it leaves none open
 */
export function withInputShapes(model: Model, where: string, { inputShapes = [] }: ShapeOptions): Model {
  if (inputShapes.length === 0) return model;
  const given = new Map<Dimension & string, number>();
  const fixed = new Map<string, readonly Dimension[]>();
  for (const text of inputShapes) {
    const { info, lengths } = parse(model, where, text);
    const shape = fitting(where, info, lengths);
    fixed.set(info.name, shape);
    for (const [axis, length] of (info.shape ?? []).entries()) {
      const known = shape[axis];
      if (typeof length === 'string' && typeof known === 'number') given.set(length, known);
    }
  }
  const copy = model.clone();
  copy.graph.setInputs(
    model.graph.inputs.map((info) => {
      const shape = fixed.get(info.name) ?? info.shape;
      return {
        ...info,
        shape: shape?.map((length) => (typeof length === 'string' ? (given.get(length) ?? length) : length)),
      };
    }),
  );
  return copy;
}

function parse({ graph }: Model, where: string, text: string): { info: ValueInfo; lengths: number[] } {
  const [, name, list = ''] = /^(?:(.*)=)?([^=]*)$/.exec(text) ?? [];
  const lengths = list.split(/[,x×]/).map(Number);
  const info = name === undefined ? graph.inputs[0] : graph.inputs.find((each) => each.name === name);
  const isAlone = name !== undefined || graph.inputs.length === 1;
  if (info && isAlone && lengths.every((length) => Number.isInteger(length) && length > 0))
    return { info, lengths };
  const [first] = graph.inputs;
  const example = first?.shape
    ? `${first.name}=${sampleOf(first)
        .map((length) => (typeof length === 'number' ? length : 64))
        .join(',')}`
    : 'x=3,224,224';
  throw new UsageError({
    where,
    expected: `the lengths of one of its inputs (${graph.inputs.map((each) => each.name).join(', ')})`,
    got: `'${text}'`,
    remedy: `Give for example ${example}`,
    means: ['inputShapes'],
  });
}

function sampleOf({ shape = [] }: ValueInfo): readonly Dimension[] {
  return shape.toSpliced(batchAxis(shape), 1);
}

/** The shape of an input with its batch as it was. */
function fitting(where: string, info: ValueInfo, lengths: readonly number[]): readonly Dimension[] {
  const sample = sampleOf(info);
  const isOpen = sample.some((length) => typeof length !== 'number');
  const fits =
    lengths.length === sample.length &&
    sample.every((length, axis) => typeof length !== 'number' || length === lengths[axis]);
  if (info.shape && isOpen && fits)
    return lengths.toSpliced(batchAxis(info.shape), 0, info.shape[batchAxis(info.shape)] as number);
  throw new UsageError({
    where,
    expected: isOpen
      ? `lengths for the input ${info.name} ${printShape(sample)} of one sample`
      : 'an input with lengths that are open',
    got: isOpen ? printShape(lengths) : `${info.name} ${printShape(info.shape ?? [])}`,
    remedy: isOpen ? 'Give one for each axis, and those that are fixed as they are' : 'Leave it out',
    means: ['inputShapes'],
  });
}
