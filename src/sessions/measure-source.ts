import type { SourceStructure } from '../analysis/source-structure.ts';
import { measureShapes } from './measure-shapes.ts';

/** A network that does not spike, and all that is known of it before it sees data: found once, and handed on to whoever asks. */
export interface MeasuredSource extends SourceStructure {
  /** Shapes for one sample, by value: of every tensor that depends on the inputs, and of what synaptic operators multiply. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** Operators that make sequences of tensors, which have no shape. */
const sequences = new Set(
  'SplitToSequence SequenceConstruct SequenceInsert SequenceErase SequenceEmpty SequenceMap'.split(' '),
);

/** Finds what is known of a network that does not spike. Shapes are measured, not inferred. @throws RuntimeError if it does not run */
export async function measureSource(structure: SourceStructure, threads = 1): Promise<MeasuredSource> {
  const weights = structure.operators.flatMap((operator) => operator.weights.map(({ value }) => value));
  const values = [...tensorsOfInputs(structure), ...weights];
  return { ...structure, shapes: await measureShapes(structure.model, values, undefined, threads) };
}

/** All tensors that depend on the inputs, the inputs included. */
function tensorsOfInputs({ model, constant }: SourceStructure): string[] {
  const { inputs, nodes } = model.graph;
  const made = nodes.filter(({ opType }) => !sequences.has(opType)).flatMap(({ outputs }) => outputs);
  return [...inputs.map(({ name }) => name), ...made].filter((value) => value !== '' && !constant.has(value));
}
