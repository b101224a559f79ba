import { GraphError } from '../errors.ts';
import { capturedValues } from './captured-values.ts';
import { IndexedSequence } from './indexed-sequence.ts';
import { NameCounter } from './name-counter.ts';
import { type AttributeOf, cloneNode, type Operation, subgraphsOf, valuesReadBy } from './operation.ts';
import { isPlaced } from './sequence.ts';
import type { Tensor } from './tensor.ts';
import type { Uses } from './value-index.ts';
import { type ValueInfo, ValueInfos } from './value-info.ts';

export type { Dimension, ValueInfo } from './value-info.ts';

/** Value of a node's attribute. */
export type Attribute = AttributeOf<Graph>;

/** One operation of a graph. A node that is in a graph is changed by the graph alone ({@link Graph.update}). */
export type Node = Operation<Graph>;

/**
 * A computation in topological order. Values are known by name; every value has one producer: a graph input,
 * an initializer or a node's output. All edits go through methods, which keep what is looked up current, also for the graphs
 * around a subgraph, and take no longer in a large graph than in a small one. A node is in one graph, a subgraph in one node.
 */
export class Graph {
  readonly name: string;
  readonly #inputs = new ValueInfos();
  readonly #outputs = new ValueInfos();
  readonly #initializers = new Map<string, Tensor>();
  readonly #nodes = new IndexedSequence<Node>(usesOf);
  readonly #freshNames = new NameCounter();
  #captured: ReadonlySet<string> | undefined;
  #revision = 0;
  /** The node that this graph is the body of, in its graph. */
  #holder: { readonly graph: Graph; readonly node: Node } | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** A number that grows with every edit, those of subgraphs too. */
  get revision(): number {
    return this.#revision;
  }

  get inputs(): readonly ValueInfo[] {
    return this.#inputs.infos;
  }

  get outputs(): readonly ValueInfo[] {
    return this.#outputs.infos;
  }

  /** The constants by name. */
  get initializers(): ReadonlyMap<string, Tensor> {
    return this.#initializers;
  }

  /** The nodes, each after the producers of what it reads, as of now: later edits do not show in this list. */
  get nodes(): readonly Node[] {
    return this.#nodes.items;
  }

  setInputs(inputs: readonly ValueInfo[]): void {
    for (const name of this.#inputs.names) this.#freshNames.release(name);
    this.#inputs.set(inputs);
    this.#changed();
  }

  addInput(...inputs: readonly ValueInfo[]): void {
    this.#inputs.add(inputs);
    this.#changed();
  }

  setOutputs(outputs: readonly ValueInfo[]): void {
    this.#outputs.set(outputs);
    this.#changed();
  }

  addOutput(...outputs: readonly ValueInfo[]): void {
    this.#outputs.add(outputs);
    this.#changed();
  }

  /** Gives a constant of this name, new or known, its numbers. */
  setInitializer(name: string, tensor: Tensor): void {
    this.#initializers.set(name, tensor);
    this.#changed();
  }

  removeInitializer(name: string): void {
    if (!this.#initializers.delete(name)) return;
    this.#freshNames.release(name);
    this.#changed();
  }

  /** Adds a constant under a fresh name and returns the name. */
  addInitializer(hint: string, tensor: Tensor): string {
    const name = this.freshName(hint);
    this.setInitializer(name, tensor);
    return name;
  }

  /** Replaces all nodes. They must be in topological order. */
  setNodes(nodes: readonly Node[]): void {
    for (const each of this.nodes) this.#take(each);
    for (const each of nodes) this.#put(each);
  }

  /** Adds nodes at the end. */
  append(...nodes: readonly Node[]): void {
    for (const each of nodes) this.#put(each);
  }

  /** Puts nodes at the beginning. */
  prepend(...nodes: readonly Node[]): void {
    const first = this.#nodes.next();
    for (const each of nodes) this.#put(each, first);
  }

  /** Puts nodes directly before another one. */
  insertBefore(anchor: Node, ...nodes: readonly Node[]): void {
    this.#require(anchor);
    for (const each of nodes) this.#put(each, anchor);
  }

  /** Puts nodes directly after another one. */
  insertAfter(anchor: Node, ...nodes: readonly Node[]): void {
    this.#require(anchor);
    const next = this.#nodes.next(anchor);
    for (const each of nodes) this.#put(each, next);
  }

  /** Puts other nodes in the place of one. */
  replaceNode(old: Node, ...nodes: readonly Node[]): void {
    this.insertAfter(old, ...nodes);
    this.removeNode(old);
  }

  /** Takes a node out. */
  removeNode(old: Node): void {
    this.#require(old);
    this.#take(old);
  }

  /** Changes parts of a node of this graph. */
  update(of: Node, changes: Partial<Node>): void {
    this.#require(of);
    this.#requireFreeBodies({ ...of, ...changes }, of);
    this.#leave(of);
    Object.assign(of, changes);
    this.#enter(of);
    this.#nodes.refresh(of);
  }

  /** Makes a node read another value at one input; those before it that are not given are omitted. */
  setInput(of: Node, position: number, value: string): void {
    const inputs = [...of.inputs];
    while (inputs.length < position) inputs.push('');
    inputs[position] = value;
    this.update(of, { inputs });
  }

  /** Makes every reader of `from` (nodes and their subgraphs, not graph outputs) read `to` instead. */
  redirectConsumers(from: string, to: string, except: ReadonlySet<Node> = new Set()): void {
    for (const reader of this.consumersOf(from)) if (!except.has(reader)) this.#redirect(reader, from, to);
  }

  #redirect(reader: Node, from: string, to: string): void {
    const inputs = reader.inputs.map((name) => (name === from ? to : name));
    this.update(reader, { inputs });
    for (const body of subgraphsOf(reader)) {
      for (const inner of body.consumersOf(from)) body.#redirect(inner, from, to);
      body.setOutputs(body.outputs.map((info) => (info.name === from ? { ...info, name: to } : info)));
    }
  }

  /** The node that writes a value; `undefined` for graph inputs, initializers and unknown names. */
  producerOf(value: string): Node | undefined {
    return this.#nodes.writerOf(value);
  }

  /** The nodes that read a value, directly or inside a subgraph, in topological order. */
  consumersOf(value: string): readonly Node[] {
    return this.#nodes.readersOf(value);
  }

  isInput(value: string): boolean {
    return this.#inputs.names.has(value);
  }

  isOutput(value: string): boolean {
    return this.#outputs.names.has(value);
  }

  /** Whether a value of this name exists here. */
  has(value: string): boolean {
    return this.producerOf(value) !== undefined || this.#initializers.has(value) || this.isInput(value);
  }

  /** A value name that is not in use yet: the hint itself, or the hint with a number. */
  freshName(hint: string): string {
    return this.#freshNames.choose(hint, (name) => this.has(name));
  }

  /** The values that this graph, used as the body of a control-flow node, takes from outside. */
  capturedValues(): ReadonlySet<string> {
    this.#captured ??= capturedValues(
      [...this.#initializers.keys(), ...this.#inputs.names],
      this.nodes,
      this.#outputs.names,
    );
    return this.#captured;
  }

  /** Removes nodes whose outputs nobody reads, and initializers likewise. Returns the number of removed nodes. */
  removeDeadNodes(): number {
    const needed = new Set(this.#outputs.names);
    const dead: Node[] = [];
    for (const candidate of this.nodes.toReversed()) {
      if (candidate.outputs.some((name) => needed.has(name))) {
        for (const name of valuesReadBy(candidate)) needed.add(name);
      } else dead.push(candidate);
    }
    for (const each of dead) this.#take(each);
    for (const name of this.#initializers.keys()) if (!needed.has(name)) this.removeInitializer(name);
    return dead.length;
  }

  /** A copy that can be edited without touching this one (tensors, being immutable, are shared). */
  clone(name = this.name): Graph {
    const copy = new Graph(name);
    copy.setInputs(this.inputs);
    copy.setOutputs(this.outputs);
    for (const [key, tensor] of this.#initializers) copy.#initializers.set(key, tensor);
    for (const each of this.nodes) copy.#put(cloneNode(each));
    return copy;
  }

  #put(each: Node, before?: Node): void {
    if (isPlaced(each)) throw this.#inUse('a node', `node '${each.name}'`);
    this.#requireFreeBodies(each);
    this.#nodes.insert(each, before);
    this.#enter(each);
  }

  #take(each: Node): void {
    this.#leave(each);
    this.#nodes.delete(each);
  }

  #enter(each: Node): void {
    for (const body of subgraphsOf(each)) body.#holder = { graph: this, node: each };
    this.#changed();
  }

  #leave(each: Node): void {
    for (const body of subgraphsOf(each)) body.#holder = undefined;
    for (const name of each.outputs) this.#freshNames.release(name);
    this.#changed();
  }

  /** What this graph reads from outside may be other values now: the graphs around it are told. */
  #changed(): void {
    this.#captured = undefined;
    this.#revision++;
    if (!this.#holder) return;
    const { graph, node } = this.#holder;
    graph.#nodes.refresh(node);
    graph.#changed();
  }

  #require(each: Node): void {
    if (this.#nodes.has(each)) return;
    throw new GraphError({
      where: `graph '${this.name}'`,
      expected: `to hold node '${each.name}'`,
      got: 'a node of another graph, or one already removed',
      remedy: 'Take the node from graph.nodes after the last edit',
    });
  }

  /** @param holder node that may have the subgraphs already */
  #requireFreeBodies(of: Node, holder?: Node): void {
    for (const body of subgraphsOf(of)) {
      if (body.#holder && body.#holder.node !== holder)
        throw this.#inUse('a subgraph', `subgraph '${body.name}' of node '${of.name}'`);
    }
  }

  #inUse(kind: string, what: string): GraphError {
    return new GraphError({
      where: `graph '${this.name}'`,
      expected: `${kind} that is not in use`,
      got: `${what}, which is`,
      remedy: 'Put in a copy (cloneNode)',
    });
  }
}

function usesOf(of: Node): Uses {
  const reads = subgraphsOf(of).length === 0 ? of.inputs : [...valuesReadBy(of)];
  return { reads, writes: of.outputs };
}
