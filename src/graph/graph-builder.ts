import type { Graph, Node } from './graph.ts';
import { type AttributeInputs, node } from './node.ts';
import { Tensor } from './tensor.ts';

/** Optional settings of one built node. */
export interface OperatorOptions {
  /** Name of the node and stem of its output names; default: the operator's name in lower case. */
  name?: string;
  /** Domain; default: standard ONNX. */
  domain?: string;
}

/** Where the next operator goes: behind the one before it, at the beginning or at the end of the graph. */
interface Place {
  behind: Node | 'nothing' | 'everything';
}

/** Adds operators to a graph one by one; each call returns the name of the value it makes. */
export class GraphBuilder {
  readonly graph: Graph;
  readonly #scope: string;
  readonly #place: Place;

  /**
   * @param scope prefix of all names made by this builder, for example `blocks.0.`
   * @param place default: at the end
   */
  constructor(graph: Graph, scope = '', place: Place = { behind: 'everything' }) {
    this.graph = graph;
    this.#scope = scope;
    this.#place = place;
  }

  /**
   * A builder whose operators stand directly behind the node that writes a value, one after the other; at the beginning
   * if no node writes it.
   */
  static behind(graph: Graph, value: string, scope = ''): GraphBuilder {
    return new GraphBuilder(graph, scope, { behind: graph.producerOf(value) ?? 'nothing' });
  }

  /** A builder for the same place of the same graph whose names start with one more prefix. */
  scoped(prefix: string): GraphBuilder {
    return new GraphBuilder(this.graph, this.#scope + prefix, this.#place);
  }

  /** Adds a node as it is. */
  add(made: Node): void {
    const { behind } = this.#place;
    if (behind === 'everything') this.graph.append(made);
    else if (behind === 'nothing') this.graph.prepend(made);
    else this.graph.insertAfter(behind, made);
    if (behind !== 'everything') this.#place.behind = made;
  }

  /** Adds an operator with one output and returns the output's name. */
  op(
    opType: string,
    inputs: readonly string[],
    attributes: AttributeInputs = {},
    options: OperatorOptions = {},
  ): string {
    return this.ops(opType, inputs, 1, attributes, options)[0]!;
  }

  /** Adds an operator with several outputs and returns their names. */
  ops(
    opType: string,
    inputs: readonly string[],
    outputCount: number,
    attributes: AttributeInputs = {},
    options: OperatorOptions = {},
  ): string[] {
    const stem = this.graph.freshName(this.#scope + (options.name ?? opType.toLowerCase()));
    const outputs = [stem];
    for (let i = 1; i < outputCount; i++) outputs.push(this.graph.freshName(`${stem}.${i}`));
    const domain = options.domain ?? '';
    this.add(node(opType, inputs, outputs, attributes, { name: stem, domain }));
    return outputs;
  }

  /** Adds a constant and returns its name. */
  constant(hint: string, tensor: Tensor): string {
    return this.graph.addInitializer(this.#scope + hint, tensor);
  }

  /** Adds a float32 scalar and returns its name. */
  scalar(hint: string, value: number): string {
    return this.constant(hint, Tensor.float32([], [value]));
  }

  /** Adds a 1-D int64 constant (a shape, axes…) and returns its name. */
  integers(hint: string, values: readonly number[]): string {
    return this.constant(hint, Tensor.int64([values.length], values));
  }
}
