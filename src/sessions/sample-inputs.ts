import { type InputKind, inputKind } from '../analysis/input-kinds.ts';
import { sharedInputs } from '../graph/batch-axis.ts';
import { castNumbers } from '../graph/cast-numbers.ts';
import type { Graph } from '../graph/graph.ts';
import type { InputTensor, NamedInputs } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { lookUp } from '../look-up.ts';
import { sampleShapes } from './input-lengths.ts';

/**
 * Inputs that make sense to a network, to try it with: numbers like those of a normalised picture, indices within their tables, masks
 * of which at least half is 1. Inputs that all samples share have the same numbers in every sample.
 *
 * @param shapes by input name
 * @param sample other numbers for every sample
 */
export function sampleInputs(
  graph: Graph,
  shapes: ReadonlyMap<string, readonly number[]>,
  sample = 0,
): Required<NamedInputs> {
  const shared = sharedInputs(graph.inputs);
  const inputs = graph.inputs.map((input): [string, InputTensor] => {
    const { name, dataType = 'float32' } = input;
    const shape = lookUp(shapes, name, 'shape of input');
    const numbers = numbersFor(inputKind(graph, input), shape, shared.has(name) ? 0 : sample);
    return [name, { shape, data: castNumbers(numbers, dataType) }];
  });
  return { inputs: Object.fromEntries(inputs), shared: [...shared] };
}

/** One sample of such inputs, of the lengths that the network keeps. @throws RuntimeError if a length is not known */
export function sampleBatch(model: Model, sample = 0): Required<NamedInputs> {
  return sampleInputs(model.graph, sampleShapes(model), sample);
}

function numbersFor(kind: InputKind, shape: readonly number[], sample: number): Float32Array {
  const number = numberAt(kind, shape.at(-1) ?? 1, sample);
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => number(i));
}

/** @param row length of the last axis */
function numberAt(kind: InputKind, row: number, sample: number): (i: number) => number {
  switch (kind.kind) {
    case 'numbers':
      return (i) => 2 * Math.sin(12.9898 * i + 78.233 * sample + 1);
    case 'counts':
      return (i) => scattered(i, sample) % 128;
    case 'indices':
      return (i) => scattered(i, sample) % kind.below;
    case 'mask':
      return (i) =>
        i % row < row - ((sample + Math.floor(i / row)) % Math.max(1, Math.ceil(row / 2))) ? 1 : 0;
  }
}

/** A whole number without visible order. */
function scattered(i: number, sample: number): number {
  return Math.floor(1e6 * (1 + Math.sin(12.9898 * i + 78.233 * sample + 1)));
}
