import { type DataType, onnxDataType } from '../graph/data-type.ts';
import type { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Tensor } from '../graph/tensor.ts';
import { problemLine } from './problem-line.ts';
import { shapeOf } from './shape-of.ts';

/** Element types that a weight may have in a checkpoint. */
const weightDataTypes: ReadonlySet<DataType> = new Set(['float32', 'float16', 'bfloat16', 'float64']);

/** Buffers that frameworks save among the weights and that no network computes with. */
const bookkeeping = [/(^|\.)num_batches_tracked$/, /(^|\.)position_ids$/];

/**
 * Adds the operators of a network to a graph, and the tensors of its checkpoint as they are asked for: as initializers of
 * the same name, used as float32. It notes what is missing or of another shape, and knows what nobody asked for.
 */
export class NetworkBuilder extends GraphBuilder {
  readonly #tensors: ReadonlyMap<string, Tensor>;
  readonly #values = new Map<string, string>();
  readonly #problems: string[] = [];
  readonly #tables = new Map<Int32Array, string>();

  constructor(graph: Graph, tensors: ReadonlyMap<string, Tensor>) {
    super(graph);
    this.#tensors = tensors;
  }

  /** Whether the checkpoint has a tensor of this name. */
  hasWeight(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** The shape of a tensor from which sizes are taken; ones if it is missing or has another rank, which is noted. */
  shapeOf(name: string, rank: number): readonly number[] {
    return shapeOf(this.#tensors, name, rank, (problem) => this.#problems.push(problemLine(problem)));
  }

  /**
   * The float32 value of a weight. The first call puts the tensor into the graph as an initializer; other element types
   * get a Cast behind it, so that their bits stay where they are.
   *
   * @param shape what it has to have; another one is noted
   */
  weight(name: string, shape: readonly number[]): string {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const tensor = this.#tensors.get(name);
    const problem = problemOf(shape, tensor);
    if (problem) this.#problems.push(`tensor '${name}': ${problem}`);
    const value = tensor ? this.#add(name, tensor) : name;
    this.#values.set(name, value);
    return value;
  }

  #add(name: string, tensor: Tensor): string {
    const initializer = this.constant(name, tensor);
    if (tensor.dataType === 'float32') return initializer;
    return this.op('Cast', [initializer], { to: onnxDataType('float32') }, { name: `${name}.float32` });
  }

  /** A table of integers as an int64 constant, of which the graph has one however often it is asked for. */
  table(hint: string, shape: readonly number[], values: Int32Array): string {
    const known = this.#tables.get(values) ?? this.constant(hint, Tensor.int64(shape, [...values]));
    this.#tables.set(values, known);
    return known;
  }

  /**
   * What is wrong with the checkpoint, one line each: the tensors that were missing or of another shape or element type,
   * and those that the network does not use.
   *
   * @param unused names of tensors that may be there without being used
   */
  problems(unused: readonly RegExp[]): string[] {
    const tolerated = [...unused, ...bookkeeping];
    const unknown = [...this.#tensors].filter(
      ([name]) => !this.#values.has(name) && !tolerated.some((pattern) => pattern.test(name)),
    );
    return [
      ...this.#problems,
      ...unknown.map(
        ([name, tensor]) => `tensor '${name}': expected none of this name, got ${describe(tensor)}`,
      ),
    ];
  }
}

function problemOf(shape: readonly number[], tensor: Tensor | undefined): string | undefined {
  if (!tensor) return `expected shape [${shape.join(', ')}], got no such tensor`;
  if (tensor.shape.length !== shape.length || tensor.shape.some((length, axis) => length !== shape[axis])) {
    return `expected shape [${shape.join(', ')}], got ${describe(tensor)}`;
  }
  if (weightDataTypes.has(tensor.dataType)) return undefined;
  return `expected ${[...weightDataTypes].join(', ')}, got ${describe(tensor)}`;
}

function describe(tensor: Tensor): string {
  return `${tensor.dataType} [${tensor.shape.join(', ')}]`;
}
