import { listProblems, RuntimeError } from '../errors.ts';
import { firstNonFinite } from '../first-non-finite.ts';
import { sharedInputs } from './batch-axis.ts';
import { firstMisfit } from './cast-numbers.ts';
import type { DataType } from './data-type.ts';
import type { Dimension, Graph, ValueInfo } from './graph.ts';
import { type InputBatch, type InputTensor, isNamed, type NamedInputs } from './input-batch.ts';
import { printShape } from './print-graph.ts';

/** Inputs that fit a network: one for each that it declares, with those named that all samples share. */
export type BoundInputs = Required<NamedInputs>;

/**
 * Gives a batch to the inputs of a network by name. One sample alone serves for all where another input has several.
 *
 * @param batch one tensor stands for the only input; of several, for the first one whose values are not told
 * @throws RuntimeError that lists all that does not fit: inputs that are missing or unknown, shapes, numbers that are not finite or that
 * the element type does not hold
 */
export function bindInputs(graph: Pick<Graph, 'name' | 'inputs'>, batch: InputBatch): BoundInputs {
  const { inputs: declared } = graph;
  const given: NamedInputs['inputs'] = isNamed(batch) ? batch.inputs : { [declared[0]!.name]: batch };
  const shared = sharedInputs(declared);
  const lengths = new SharedLengths();
  const problems = declared.flatMap((info) => problemsOf(info, given[info.name], lengths));
  problems.push(...unknownInputs(graph, given));
  const own = declared.filter(({ name, shape }) => shape && !shared.has(name));
  const counts = own.flatMap(({ name }) => given[name]?.shape[0] ?? []);
  const samples = Math.max(1, ...counts);
  if (problems.length === 0 && counts.some((count) => count !== samples && count !== 1)) {
    problems.push(otherCounts(own, given));
  }
  refuse(graph, problems);
  const spread = (info: ValueInfo) => {
    const tensor = given[info.name]!;
    return own.includes(info) && tensor.shape[0] === 1 && samples > 1 ? repeat(tensor, samples) : tensor;
  };
  return {
    inputs: Object.fromEntries(declared.map((info) => [info.name, spread(info)])),
    shared: [...shared],
  };
}

/** What an error says of one input. */
interface Problem {
  readonly where: string;
  readonly expected: string;
  readonly got: string;
  readonly remedy: string;
}

/** Lengths of axes that several inputs name alike, such as `sequence`. */
class SharedLengths {
  readonly #known = new Map<string, { length: number; input: string }>();

  /** The input that an axis of this name has another length in; `undefined` where it fits. */
  conflict(name: string, length: number, input: string): { length: number; input: string } | undefined {
    const known = this.#known.get(name) ?? { length, input };
    this.#known.set(name, known);
    return known.length === length ? undefined : known;
  }
}

function problemsOf(info: ValueInfo, tensor: InputTensor | undefined, lengths: SharedLengths): Problem[] {
  const { name, dataType, shape } = info;
  const where = `input '${name}'`;
  if (!tensor || !shapeFits(shape, tensor.shape)) {
    return [
      {
        where,
        expected: shape ? `shape ${printShape(shape)}` : 'a tensor',
        got: tensor ? printShape(tensor.shape) : 'none',
        remedy: tensor
          ? 'Give an input of the shape the network was made for'
          : 'Give a tensor for every input',
      },
    ];
  }
  // The batch is compared as a whole, since one sample may serve for all.
  for (const [axis, length] of (shape ?? []).entries()) {
    if (axis === 0 || typeof length !== 'string') continue;
    const other = lengths.conflict(length, tensor.shape[axis]!, name);
    if (!other) continue;
    const expected = `${other.length} for '${length}', as in input '${other.input}'`;
    return [{ where, expected, got: printShape(tensor.shape), remedy: 'Give inputs that belong together' }];
  }
  return numberProblems(where, tensor, dataType ?? 'float32');
}

function shapeFits(expected: readonly Dimension[] | undefined, shape: readonly number[]): boolean {
  if (!expected) return true;
  return (
    expected.length === shape.length &&
    expected.every((length, i) => typeof length !== 'number' || length === shape[i])
  );
}

/** A neuron would turn NaN into some spike or other, and nobody would notice. */
function numberProblems(where: string, { data, shape }: InputTensor, dataType: DataType): Problem[] {
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  const infinite = isFloat ? firstNonFinite(data) : -1;
  const at = infinite >= 0 ? infinite : firstMisfit(data, dataType);
  if (at < 0) return [];
  return [
    {
      where: `${where}: sample ${shape.length > 0 ? Math.floor(at / (data.length / shape[0]!)) : 0}`,
      expected: infinite >= 0 ? 'finite numbers' : `numbers of type ${dataType}`,
      got: String(data[at]),
      remedy: 'Check the data and their preprocessing',
    },
  ];
}

function unknownInputs({ inputs }: Pick<Graph, 'inputs'>, given: NamedInputs['inputs']): Problem[] {
  const known = inputs.map(({ name }) => name);
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  return unknown.map((name) => ({
    where: `input '${name}'`,
    expected: `one of ${known.map((each) => `'${each}'`).join(', ')}`,
    got: 'an input that the network does not have',
    remedy: 'Leave it out, or give it the name that the network has',
  }));
}

function otherCounts(own: readonly ValueInfo[], given: NamedInputs['inputs']): Problem {
  return {
    where: 'inputs',
    expected: 'as many samples in each',
    got: own.map(({ name }) => `${given[name]?.shape[0]} in '${name}'`).join(', '),
    remedy: 'Give inputs that belong together',
  };
}

function refuse({ name }: Pick<Graph, 'name'>, problems: readonly Problem[]): void {
  const [first, ...others] = problems;
  if (!first) return;
  if (others.length === 0) throw new RuntimeError(first);
  const lines = problems.map(
    ({ where, expected, got, remedy }) => `${where}: expected ${expected}, got ${got}. ${remedy}.`,
  );
  throw new RuntimeError(listProblems(`graph '${name}': inputs do not fit:`, lines));
}

/** A sample as often as the others ask for. */
function repeat({ shape, data }: InputTensor, samples: number): InputTensor {
  const Numbers = data.constructor as new (length: number) => InputTensor['data'];
  const repeated = new Numbers(samples * data.length);
  for (let i = 0; i < samples; i++) (repeated as Float64Array).set(data as Float64Array, i * data.length);
  return { shape: [samples, ...shape.slice(1)], data: repeated };
}
