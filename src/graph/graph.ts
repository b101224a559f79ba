import { GraphError } from '../errors.ts';
import type { DataType } from './data-type.ts';
import type { Node } from './node.ts';
import type { Tensor } from './tensor.ts';

/** One axis of a shape: a length, a symbolic name such as `batch`, or unknown. */
export type Dimension = number | string | undefined;

/** Name, element type and shape of a graph's input or output. */
export interface ValueInfo {
  readonly name: string;
  readonly dataType: DataType | undefined;
  /** `undefined` when even the rank is unknown. */
  readonly shape: readonly Dimension[] | undefined;
}

/**
 * A computation in topological order. Values are known by name; every value has one producer: a graph input,
 * an initializer or a node's output. All edits go through methods, so that look-ups never see a stale index.
 */
export class Graph {
  name: string;
  inputs: ValueInfo[] = [];
  outputs: ValueInfo[] = [];
  readonly initializers = new Map<string, Tensor>();
  #nodes: Node[] = [];
  #index: GraphIndex | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** The nodes, each after the producers of what it reads. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** Replaces all nodes. They must be in topological order. */
  setNodes(nodes: readonly Node[]): void {
    this.#nodes = [...nodes];
    this.#index = undefined;
  }

  /** Adds nodes at the end. */
  append(...nodes: Node[]): void {
    this.#nodes.push(...nodes);
    this.#index = undefined;
  }

  /** Puts nodes directly before another one. */
  insertBefore(anchor: Node, ...nodes: Node[]): void {
    this.#splice(anchor, 0, 0, nodes);
  }

  /** Puts nodes directly after another one. */
  insertAfter(anchor: Node, ...nodes: Node[]): void {
    this.#splice(anchor, 1, 0, nodes);
  }

  /** Puts nodes at the beginning. */
  prepend(...nodes: Node[]): void {
    this.#nodes.unshift(...nodes);
    this.#index = undefined;
  }

  /** Puts other nodes in the place of one. */
  replaceNode(old: Node, ...nodes: Node[]): void {
    this.#splice(old, 0, 1, nodes);
  }

  /** Takes a node out. */
  removeNode(old: Node): void {
    this.#splice(old, 0, 1, []);
  }

  /** Makes a node read another value at one input. */
  setInput(of: Node, position: number, value: string): void {
    of.inputs[position] = value;
    this.#index = undefined;
  }

  /** Makes every reader of `from` (nodes and their subgraphs, not graph outputs) read `to` instead. */
  redirectConsumers(from: string, to: string, except: ReadonlySet<Node> = new Set()): void {
    for (const reader of this.consumersOf(from)) {
      if (except.has(reader)) continue;
      reader.inputs = reader.inputs.map((name) => (name === from ? to : name));
      for (const body of subgraphsOf(reader)) body.#redirectCapture(from, to);
    }
    this.#index = undefined;
  }

  #redirectCapture(from: string, to: string): void {
    for (const inner of this.#nodes) {
      inner.inputs = inner.inputs.map((name) => (name === from ? to : name));
      for (const body of subgraphsOf(inner)) body.#redirectCapture(from, to);
    }
    this.outputs = this.outputs.map((info) => (info.name === from ? { ...info, name: to } : info));
    this.#index = undefined;
  }

  /** The node that writes a value; `undefined` for graph inputs, initializers and unknown names. */
  producerOf(value: string): Node | undefined {
    return this.#indexed().producers.get(value);
  }

  /** The nodes that read a value, directly or inside a subgraph, in topological order. */
  consumersOf(value: string): readonly Node[] {
    return this.#indexed().consumers.get(value) ?? [];
  }

  isInput(value: string): boolean {
    return this.inputs.some(({ name }) => name === value);
  }

  isOutput(value: string): boolean {
    return this.outputs.some(({ name }) => name === value);
  }

  /** Whether a value of this name exists here. */
  has(value: string): boolean {
    const { producers } = this.#indexed();
    return producers.has(value) || this.initializers.has(value) || this.isInput(value);
  }

  /** A value name that is not in use yet: the hint itself, or the hint with a number. */
  freshName(hint: string): string {
    if (!this.has(hint)) return hint;
    for (let i = 1; ; i++) if (!this.has(`${hint}_${i}`)) return `${hint}_${i}`;
  }

  /** Adds a constant under a fresh name and returns the name. */
  addInitializer(hint: string, tensor: Tensor): string {
    const name = this.freshName(hint);
    this.initializers.set(name, tensor);
    return name;
  }

  /** The values that this graph, used as the body of a control-flow node, takes from outside. */
  capturedValues(): Set<string> {
    const own = new Set([...this.initializers.keys(), ...this.inputs.map(({ name }) => name)]);
    const captured = new Set<string>();
    const read = (name: string) => {
      if (name && !own.has(name)) captured.add(name);
    };
    for (const inner of this.#nodes) {
      for (const name of valuesReadBy(inner)) read(name);
      for (const name of inner.outputs) own.add(name);
    }
    for (const { name } of this.outputs) read(name);
    return captured;
  }

  /** Removes nodes whose outputs nobody reads, and initializers likewise. Returns the number of removed nodes. */
  removeDeadNodes(): number {
    const needed = new Set(this.outputs.map(({ name }) => name));
    const kept: Node[] = [];
    for (const candidate of this.#nodes.toReversed()) {
      if (!candidate.outputs.some((name) => needed.has(name))) continue;
      kept.push(candidate);
      for (const name of valuesReadBy(candidate)) needed.add(name);
    }
    const removed = this.#nodes.length - kept.length;
    this.setNodes(kept.reverse());
    for (const name of this.initializers.keys()) if (!needed.has(name)) this.initializers.delete(name);
    return removed;
  }

  /** A copy that can be edited without touching this one (tensors, being immutable, are shared). */
  clone(): Graph {
    const copy = new Graph(this.name);
    copy.inputs = [...this.inputs];
    copy.outputs = [...this.outputs];
    for (const [name, tensor] of this.initializers) copy.initializers.set(name, tensor);
    copy.setNodes(this.#nodes.map(cloneNode));
    return copy;
  }

  #splice(anchor: Node, after: number, remove: number, nodes: readonly Node[]): void {
    const position = this.#nodes.indexOf(anchor);
    if (position < 0) {
      throw new GraphError({
        where: `graph '${this.name}'`,
        expected: `to hold node '${anchor.name}'`,
        got: 'a node of another graph, or one already removed',
        remedy: 'Take the node from graph.nodes after the last edit',
      });
    }
    this.#nodes.splice(position + after, remove, ...nodes);
    this.#index = undefined;
  }

  #indexed(): GraphIndex {
    this.#index ??= buildIndex(this.#nodes);
    return this.#index;
  }
}

interface GraphIndex {
  readonly producers: Map<string, Node>;
  readonly consumers: Map<string, Node[]>;
}

function buildIndex(nodes: readonly Node[]): GraphIndex {
  const producers = new Map<string, Node>();
  const consumers = new Map<string, Node[]>();
  for (const each of nodes) {
    for (const name of each.outputs) if (name) producers.set(name, each);
    for (const name of valuesReadBy(each)) {
      const readers = consumers.get(name);
      if (readers) readers.push(each);
      else consumers.set(name, [each]);
    }
  }
  return { producers, consumers };
}

/** The subgraphs of a control-flow node (If, Loop, Scan); empty for all others. */
export function subgraphsOf(of: Node): Graph[] {
  return [...of.attributes.values()].flatMap((attribute) =>
    attribute.kind === 'graph' ? [attribute.value] : [],
  );
}

/** The distinct values a node reads: its inputs and what its subgraphs take from outside. */
export function valuesReadBy(of: Node): Set<string> {
  const names = new Set(of.inputs);
  names.delete('');
  for (const body of subgraphsOf(of)) for (const name of body.capturedValues()) names.add(name);
  return names;
}

function cloneNode(of: Node): Node {
  const attributes = new Map(
    [...of.attributes].map(([key, attribute]) => [
      key,
      attribute.kind === 'graph' ? { ...attribute, value: attribute.value.clone() } : attribute,
    ]),
  );
  return { ...of, inputs: [...of.inputs], outputs: [...of.outputs], attributes };
}
